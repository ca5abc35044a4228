/* ioctl_request: what ioctl(2)'s requests do with their third argument, a row for each. */
#ifndef SOCKSH_CALL_IOCTL_REQUEST_H
#define SOCKSH_CALL_IOCTL_REQUEST_H

enum request_form {
  REQUEST_UNKNOWN, /* only its number is known: it is given an int, and may change it */
  REQUEST_GETS,    /* fills in an int */
  REQUEST_SETS,    /* takes an int */
  REQUEST_BARE,    /* takes nothing */
  REQUEST_TIME,    /* fills in a struct timeval, or one of nanoseconds */
  REQUEST_OPENS,   /* takes nothing, and returns a new descriptor */
};

enum request_form request_form(long request);

#endif
