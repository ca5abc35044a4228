/* pcap: writes packets to a capture file for Wireshark and tcpdump. libpcap does the writing, and
 * is loaded when the first file is opened. */
#ifndef SOCKSH_VIEW_CAPTURE_PCAP_H
#define SOCKSH_VIEW_CAPTURE_PCAP_H

#include "timeline/event.h"

struct pcap_file;

/* Opens a file, replacing its contents: raw IP packets, times in nanoseconds. NULL with an error,
 * also if libpcap is missing. The caller makes sure that only one thread uses a file at a time. */
struct pcap_file *pcap_file_open(const char *path, struct error *error);

/* Writes the packet of an event, at its wall-clock time, if it has crossed; ignores any other
 * event. An error is kept for pcap_file_close. */
void pcap_file_add(struct pcap_file *file, const struct event *event);

/* Flushes what was added to the kernel, so that others see it. This also happens now and then by
 * itself. */
void pcap_file_flush(struct pcap_file *file);

/* How many packets were written. */
uint64_t pcap_file_count(const struct pcap_file *file);

/* Closes the file, and frees it. 0, or -1 with an error if something could not be written. */
int pcap_file_close(struct pcap_file *file, struct error *error);

#endif
