/* text_beside: lines about what happens beside the statements: packets, services, transfers. */
#ifndef SOCKSH_VIEW_TEXT_TEXT_BESIDE_H
#define SOCKSH_VIEW_TEXT_TEXT_BESIDE_H

#include "view/text/text_part.h"

/* Each shows an event of its kind, unless the settings hide it. */
void text_show_packet(struct text_view *text, const struct event *event);
void text_show_counter(struct text_view *text, const struct event *event);
void text_show_service(struct text_view *text, const struct event *event);
void text_show_progress(struct text_view *text, const struct event *event);

/* Whether the change of a state that the line holds is one of a crowd, which differ in numbers
 * alone, in one command: then it is counted, and the end of the command says how many. Only at the
 * prompt. */
bool text_crowds(struct text_view *text, const struct event *event);

/* Says how many lines about services were left out since it was last said, unless rounds of a
 * repeat are being folded. */
void text_tell_services(struct text_view *text, const struct event *event);

#endif
