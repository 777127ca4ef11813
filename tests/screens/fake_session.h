/* The verbs of the session, faked: they note that they were called. The data is the fixture's. */
#ifndef TESTS_SCREENS_FAKE_SESSION_H
#define TESTS_SCREENS_FAKE_SESSION_H

#include "core/session/session_end.h"

struct fake {
    int opened, begun, chosen, rechecked, planned, consented, discarded, retried, handed, destroyed;
    int stopped[3];              /* by enum session_stop */
    int looked, searched, saved; /* what a destroy means; what is left; its report */
    int removed;                 /* the index that was asked to go, plus 2 */
    int profile;                 /* chosen last */
    enum surrounding_id source;  /* chosen last in place of one */
    int tried;                   /* the bucket */
    int zones;                   /* of Route 53, asked for */
    int64_t wakes;               /* asked for last, ms */
    bool refuse;                 /* every verb fails with `session->trouble` */
    struct session_end end;
    int wrote, published, proved;
    int signed_in, codes, digits; /* sign-ins opened, new codes, digits sent */
};

extern struct fake fake;

#endif
