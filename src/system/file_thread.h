/* file_thread: work on files that must not take a number the user's next socket would get. It runs
 * in a thread with a descriptor table of its own. */
#ifndef SOCKSH_SYSTEM_FILE_THREAD_H
#define SOCKSH_SYSTEM_FILE_THREAD_H

/* Runs work(argument) in such a thread, and waits until it is done. Descriptors from 3 up are
 * closed in it. 0, or -1 with errno set where no thread could be started. */
int file_thread_run(void (*work)(void *argument), void *argument);

#endif
