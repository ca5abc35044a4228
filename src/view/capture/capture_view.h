/* capture_view: the view that writes packets to a capture file: each on an interface of its wire
 * and its sender, with what became of it and the call before it as a comment. */
#ifndef SOCKSH_VIEW_CAPTURE_CAPTURE_VIEW_H
#define SOCKSH_VIEW_CAPTURE_CAPTURE_VIEW_H

#include "view/capture/capture_file.h"
#include "view/view.h"

/* Creates one that writes to a file, for view_add. The caller keeps the file, which must outlive
 * the view. `live` chooses the packets of the machine's interfaces, else those of the lab. NULL
 * when there is no memory. */
struct view *capture_view_create(struct capture_file *file, bool live);

#endif
