/* text_beside: lines about what happens beside the statements: packets, services, transfers. */
#ifndef SOCKSH_VIEW_TEXT_TEXT_BESIDE_H
#define SOCKSH_VIEW_TEXT_TEXT_BESIDE_H

#include "view/text/text_part.h"

/* Each shows an event of its kind, unless the settings hide it. */
void text_show_packet(struct text_view *text, const struct event *event);
void text_show_counter(struct text_view *text, const struct event *event);
void text_show_service(struct text_view *text, const struct event *event);
void text_show_progress(struct text_view *text, const struct event *event);

/* Says how many lines about services were left out since it was last said, unless rounds of a
 * repeat are being folded. */
void text_tell_services(struct text_view *text, const struct event *event);

#endif
