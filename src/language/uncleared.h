/* uncleared: for a large variable of a function that every command calls, and that is filled in
 * before it is read: the compiler, which is told to clear all others (configure.ac), need not. */
#ifndef SOCKSH_LANGUAGE_UNCLEARED_H
#define SOCKSH_LANGUAGE_UNCLEARED_H

#if defined __has_attribute
#if __has_attribute(uninitialized)
#define UNCLEARED __attribute__((uninitialized))
#endif
#endif
#ifndef UNCLEARED
#define UNCLEARED
#endif

#endif
