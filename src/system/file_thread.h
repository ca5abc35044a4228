/* file_thread: file work that must not use a number the user's next socket would get. It runs in a
 * thread with a descriptor table of its own. */
#ifndef SOCKSH_SYSTEM_FILE_THREAD_H
#define SOCKSH_SYSTEM_FILE_THREAD_H

/* Runs work(argument) in such a thread, and waits for its end. Descriptors from 3 up are closed
 * there. 0, or -1 with errno set if no thread could be started. */
int file_thread_run(void (*work)(void *argument), void *argument);

#endif
