/* pcap: packets written to a capture file, which Wireshark and tcpdump open. libpcap does the
 * writing, and is loaded when the first file is opened. */
#ifndef SOCKSH_VIEW_CAPTURE_PCAP_H
#define SOCKSH_VIEW_CAPTURE_PCAP_H

#include "timeline/event.h"

struct pcap_file;

/* Begins a file, over what was in it: raw IP packets, times in nanoseconds. NULL with an error:
 * also where libpcap is missing, which it then says. A file is used by one thread at a time, for
 * which the caller answers. */
struct pcap_file *pcap_file_open(const char *path, struct error *error);

/* Writes the packet of an event, at its wall-clock time, if it has crossed; passes over any other
 * event. An error is remembered for pcap_file_close. */
void pcap_file_add(struct pcap_file *file, const struct event *event);

/* Hands all that was added to the kernel, so that others see it. It is done now and then without
 * being asked for. */
void pcap_file_flush(struct pcap_file *file);

/* How many packets were written. */
uint64_t pcap_file_count(const struct pcap_file *file);

/* Ends the file, and frees. 0, or -1 with an error where not all could be written. */
int pcap_file_close(struct pcap_file *file, struct error *error);

#endif
