/* text_answer: what commands answer, as the text view shows it: tables, text and data, in pages
 * where they are long. */
#ifndef SOCKSH_VIEW_TEXT_TEXT_ANSWER_H
#define SOCKSH_VIEW_TEXT_TEXT_ANSWER_H

#include "view/text/text_part.h"

void text_show_answer(struct text_view *text, const struct event *event);

/* What the pager was to get is complete, or was interrupted. */
void text_end_pages(struct text_view *text);

#endif
