/* xml: text for a document of XML or HTML. */
#ifndef SOCKSH_VIEW_NOTATION_XML_H
#define SOCKSH_VIEW_NOTATION_XML_H

#include "language/bytes.h"

/* Appends text as the content of an element, or the value of an attribute in double quotes. What is
 * no character of XML 1.0, or no UTF-8, becomes U+FFFD. */
void xml_append(struct bytes *bytes, const char *text, size_t length);

#endif
