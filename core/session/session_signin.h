/* What a person does for the keys of a profile: a sign-in at IAM Identity Center by device code, or
 * the digits of an MFA device. Faces open it, show its data and close it; when it has done its work
 * it chooses the profile, whose checks begin, and is gone. */
#ifndef CORE_SESSION_SESSION_SIGNIN_H
#define CORE_SESSION_SESSION_SIGNIN_H

#include "core/aws/creds_kept.h"
#include "core/aws/resolve.h"
#include "core/aws/sso_signin.h"
#include "core/session/session.h"

enum { SIGNIN_DIGITS = 6, SIGNIN_TYPED = 16 };

struct session_signin {
    struct session *session;
    int row;                        /* index of the profile that is chosen at the end */
    enum creds_want want;           /* which of the two it is; it may go on with the other */
    char profile[128], serial[256]; /* whose sign-in, and whose device: clean, to be shown */
    struct sso_signin sso;          /* CREDS_WANT_SIGN_IN; its task says how it goes */
    char digits[SIGNIN_TYPED];      /* CREDS_WANT_DIGITS: for a field, taken by … */
    bool asking;                    /* … STS, which is being asked */
    struct error error;             /* what went wrong last; kind ERROR_NONE */
    /* private */
    struct creds_world world;
    struct creds_resolve resolve;
    char sent[SIGNIN_TYPED];
    struct timer over;
};

/* Begins what the profile of this row wants, or always wants when it wants nothing now. False with
 * ERROR_INPUT when that is nothing. */
bool session_signin_open(struct session *session, int row, struct error *err);
void session_signin_close(struct session *session); /* stops it; idempotent */

void session_signin_again(struct session_signin *signin); /* a new code, after an end */
/* The operator typed signin->digits, blanks allowed; they are wiped. False when they are none; what
 * STS says comes as data. */
bool session_signin_digits(struct session_signin *signin, struct error *err);

bool session_signin_goes(const struct session_signin *signin); /* somebody is being asked */

#endif
