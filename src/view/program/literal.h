/* literal: bytes and text as they may stand in a source. Whatever the bytes are, they stay a string
 * or a comment: nothing that came from the network becomes code. */
#ifndef SOCKSH_VIEW_PROGRAM_LITERAL_H
#define SOCKSH_VIEW_PROGRAM_LITERAL_H

#include "language/bytes.h"

/* Appends bytes as a string of C, with its quotes: on one line, or, where they are long or have
 * several lines, on lines of their own, indented by so many spaces. */
void literal_append_c(struct bytes *bytes, const void *data, size_t length, size_t indent);

/* The same as bytes of Python: b"...", in parentheses where it takes several lines. */
void literal_append_python(struct bytes *bytes, const void *data, size_t length, size_t indent);

/* The same as text of Python, "...": bytes that are no ASCII become \xHH. */
void literal_append_python_text(struct bytes *bytes, const char *text);

/* Appends text for a comment that ends with its line: it stays on one line. */
void literal_append_comment(struct bytes *bytes, const void *text, size_t length);

/* The same for the inside of a comment of C: what begins or ends one is taken apart. */
void literal_append_comment_c(struct bytes *bytes, const void *text, size_t length);

#endif
