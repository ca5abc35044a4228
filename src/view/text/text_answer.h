/* text_answer: what commands answer, as lines for a person. */
#ifndef SOCKSH_VIEW_TEXT_TEXT_ANSWER_H
#define SOCKSH_VIEW_TEXT_TEXT_ANSWER_H

#include "view/text/text_part.h"

/* Shows an answer, or holds it for the pager. */
void text_answer_show(struct text_view *text, const struct event *event);

/* Shows what is held for the pager. */
void text_answer_end_pages(struct text_view *text);

#endif
