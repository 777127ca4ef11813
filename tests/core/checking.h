/* What the tests of the checks stand on: a server that says what the test wants, a home with
 * profiles, a terraform that is a script, and one round of checks. */
#ifndef TESTS_CORE_CHECKING_H
#define TESTS_CORE_CHECKING_H

#include "core/session/checks.h"
#include "tests/support/server.h"
#include "tests/support/turns.h"

#define NOON ((int64_t)1795348800000) /* 2026-11-22T12:00:00Z */

#define IDENTITY                                                                                   \
    "<Arn>arn:aws:iam::123456789012:user/ada</Arn><UserId>AIDA</UserId>"                           \
    "<Account>123456789012</Account>"
#define ZONE(name, id)                                                                             \
    "<item><zoneName>" name "</zoneName><zoneId>" id                                               \
    "</zoneId><zoneState>available</zoneState></item>"
#define TWO_ZONES                                                                                  \
    "<availabilityZoneInfo>" ZONE("us-east-2a", "use2-az1") ZONE("us-east-2b", "use2-az2")         \
        ZONE("us-east-2c", "use2-az3") "</availabilityZoneInfo>"
#define ALIAS "<AccountAliases><member>acme-dev</member></AccountAliases>"

struct checking {
    struct still_clock still;
    struct loop loop;
    struct signals signals;
    struct server server;
    struct http http;
    struct place place;
    struct profiles profiles;
    struct checks checks;
    struct answers answers;
    struct estimates estimates;
    struct buf answer;
    const char *environment[16];
    int descriptors;
    bool told;
};
extern struct checking checking;

void checking_begin(void); /* the clock stands at NOON; nobody knows the names of other hosts */
void checking_end(void);

const char *checking_lookup(const char *name);
void checking_file(const char *name, const char *text, mode_t mode); /* in the test's directory */

/* The server's answer; `date` is a time of day, or NULL for none. */
void checking_answers(int status, const char *date, const char *body);
/* The same with more header lines, each with its line break. */
void checking_answers_with(int status, const char *date, const char *headers, const char *body);

void checking_start(void);
void checking_run(void); /* to the end of the round */
/* How the check ended; `text` is its sentence unless NULL. */
void checking_expect(enum check_id id, enum check_state state, const char *text);

#endif
