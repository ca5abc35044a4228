/* capture_view: the view that writes packets to a capture file, as pcap.h has it. */
#ifndef SOCKSH_VIEW_CAPTURE_CAPTURE_VIEW_H
#define SOCKSH_VIEW_CAPTURE_CAPTURE_VIEW_H

#include "view/capture/pcap.h"
#include "view/view.h"

/* One that writes to a file, for view_add; the file is still the caller's, and outlives it. NULL
 * when there is no memory. */
struct view *capture_view_create(struct pcap_file *file);

#endif
