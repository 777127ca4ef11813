/* Code and message of a refusal, in whatever dialect it came: XML or JSON of the services, a page
 * of somebody in between, plain text. Private to refusal. */
#ifndef CORE_AWS_REFUSAL_WORDS_H
#define CORE_AWS_REFUSAL_WORDS_H

#include "core/aws/refusal.h"
#include "core/base/buf.h"

struct refusal_words {
    char code[80];      /* "" when there is none */
    struct buf message; /* on one line, sanitised, without a full stop; of a page its title */
    bool page;          /* the body is HTML, which no service speaks */
};

/* Free words->message. */
void refusal_words_read(const struct aws_reply *reply, struct refusal_words *words);

#endif
