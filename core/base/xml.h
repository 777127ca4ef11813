/* Just enough XML to read what AWS answers: elements by name, their text. No tree, no allocation,
 * no DTD, no entities but the five of XML and character references; names are compared without
 * their namespace prefix. Malformed input is never an error here, it only finds less. */
#ifndef CORE_BASE_XML_H
#define CORE_BASE_XML_H

#include "core/base/buf.h"

/* The first complete element of that name at any depth; *inner is what stands between its tags. */
bool xml_find(struct str xml, const char *name, struct str *inner);

/* As xml_find, and moves *rest behind the element: for lists of siblings. */
bool xml_next(struct str *rest, const char *name, struct str *inner);

/* As xml_find, but only among the outermost elements: a sibling's children are not looked at. */
bool xml_child(struct str xml, const char *name, struct str *inner);

/* Appends the text of a fragment: tags dropped, entities and CDATA resolved, blanks trimmed. */
void xml_text(struct str inner, struct buf *out);

/* The text of the first element of that name, cut to the array. False, and "", when absent. */
bool xml_value(struct str xml, const char *name, char *out, size_t capacity);
/* As xml_value, of an outermost element. */
bool xml_child_value(struct str xml, const char *name, char *out, size_t capacity);

#endif
