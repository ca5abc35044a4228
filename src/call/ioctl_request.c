#include "call/ioctl_request.h"

#include <linux/sockios.h>
#include <linux/un.h>
#include <stddef.h>
#include <sys/ioctl.h>

/* Constants that old headers lack. */
#ifndef SIOCGSKNS
#define SIOCGSKNS 0x894C
#endif
#ifndef SIOCUNIXFILE
#define SIOCUNIXFILE 0x89E0
#endif

static const struct request_row {
  long request;
  enum request_form form;
} rows[] = {
    {FIONREAD, REQUEST_GETS},      {SIOCOUTQ, REQUEST_GETS},     {SIOCOUTQNSD, REQUEST_GETS},
    {SIOCATMARK, REQUEST_GETS},    {SIOCGPGRP, REQUEST_GETS},    {FIOGETOWN, REQUEST_GETS},
    {FIONBIO, REQUEST_SETS},       {FIOASYNC, REQUEST_SETS},     {SIOCSPGRP, REQUEST_SETS},
    {FIOSETOWN, REQUEST_SETS},     {FIOCLEX, REQUEST_BARE},      {FIONCLEX, REQUEST_BARE},
    {SIOCGSTAMP, REQUEST_TIME},    {SIOCGSTAMPNS, REQUEST_TIME}, {SIOCGSKNS, REQUEST_OPENS},
    {SIOCUNIXFILE, REQUEST_OPENS},
};

enum request_form request_form(long request) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (rows[i].request == request)
      return rows[i].form;
  return REQUEST_UNKNOWN;
}
