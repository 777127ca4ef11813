#include "screens/credentials_wants.h"

#include "core/base/alloc.h"
#include "core/session/session_wants.h"
#include "screens/words.h"

static const struct creds_wants *wants_of(const struct session *session, int row)
{
    bool known = session->wants && row >= 0 && row < (int)session->profiles.count;
    return known ? &session->wants[row] : NULL;
}

static void say_sign_in(const struct session *session, const struct creds_wants *wants,
                        struct table_cell *cell)
{
    char span[CLOCK_TEXT];
    int64_t left = wants->until_ms - words_wall(session);
    if (wants->now == CREDS_WANT_SIGN_IN)
        snprintf(cell->scratch, sizeof cell->scratch, "not signed in");
    else if (left > 0)
        snprintf(cell->scratch, sizeof cell->scratch, "signed in, %s left", clock_span(left, span));
    else if (wants->renews)
        snprintf(cell->scratch, sizeof cell->scratch, "signed in, renews itself");
    else
        snprintf(cell->scratch, sizeof cell->scratch, "its sign-in is over");
}

bool credentials_wants_note(const struct session *session, const struct profile *profile,
                            struct table_cell *cell)
{
    const struct creds_wants *wants = wants_of(session, (int)(profile - session->profiles.items));
    if (!wants || wants->usually == CREDS_WANT_NOTHING)
        return false;
    cell->text = cell->scratch;
    if (wants->usually == CREDS_WANT_SIGN_IN)
        say_sign_in(session, wants, cell);
    else
        snprintf(cell->scratch, sizeof cell->scratch, "%s",
                 wants->now == CREDS_WANT_DIGITS ? "asks for six digits" : "its digits were typed");
    return true;
}

bool credentials_wants_ever(const struct session *session, int row)
{
    const struct creds_wants *wants = wants_of(session, row);
    return wants && wants->usually != CREDS_WANT_NOTHING;
}

bool credentials_wants_person(const struct session *session, int row)
{
    return credentials_wants_ever(session, row) &&
           session_wants_now(session, row) != CREDS_WANT_NOTHING;
}

const char *credentials_wants_sentence(const struct session *session, int row)
{
    const struct creds_wants *wants = wants_of(session, row);
    if (!wants || wants->now == CREDS_WANT_NOTHING)
        return NULL;
    return wants->now == CREDS_WANT_SIGN_IN ? "Enter signs in, by a page and a code."
                                            : "Enter asks for the digits of its role.";
}
