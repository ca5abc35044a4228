/* xml: text as XML and HTML have it, for the pictures that are files. */
#ifndef SOCKSH_VIEW_PICTURE_XML_H
#define SOCKSH_VIEW_PICTURE_XML_H

#include "language/bytes.h"

/* Appends text so that it is only text, in an element or in an attribute between quotation marks:
 * what has a meaning in XML is written as a reference, what is no UTF-8, and characters that XML
 * does not have or that change how others are ordered, as \xHH or \u{HHHH}. */
void xml_append(struct bytes *bytes, const char *text, size_t length);
void xml_append_text(struct bytes *bytes, const char *text);

#endif
