/* Reading an uploaded form (multipart/form-data, RFC 7578). Pure; views point into the body. */
#ifndef CORE_REHEARSAL_INDEX_FORM_H
#define CORE_REHEARSAL_INDEX_FORM_H

#include "core/base/str.h"

struct form_part {
    struct str name, filename, content;
};

/* The next part of *rest, which begins as the body; false at the end or when nothing fits. */
bool form_next(struct str *rest, struct str boundary, struct form_part *part);

/* boundary=… of a Content-Type, without quotes; empty when there is none. */
struct str form_boundary(struct str content_type);

#endif
