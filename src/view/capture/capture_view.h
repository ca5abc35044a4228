/* capture_view: the view that writes packets to a capture file (pcap.h). */
#ifndef SOCKSH_VIEW_CAPTURE_CAPTURE_VIEW_H
#define SOCKSH_VIEW_CAPTURE_CAPTURE_VIEW_H

#include "view/capture/pcap.h"
#include "view/view.h"

/* Creates one that writes to a file, for view_add. The caller keeps the file, which must outlive
 * the view. NULL when there is no memory. */
struct view *capture_view_create(struct pcap_file *file);

#endif
