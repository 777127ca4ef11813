/* The hub's admin: signed up before anybody else can, and proven to be ours by a login. Works for
 * both flavours (MLHub 1.0 and JupyterHub 5 with the native authenticator): the answer to a sign-up
 * tells nothing, so only a login that succeeds and the admin's page count.
 * https://native-authenticator.readthedocs.io */
#ifndef CORE_HUB_CLAIM_H
#define CORE_HUB_CLAIM_H

#include "core/hub/form.h"
#include "core/io/http.h"
#include "core/io/task.h"

enum hub_outcome {
    HUB_UNKNOWN,   /* the task says why */
    HUB_CLAIMED,   /* signed up just now, logged in, is admin */
    HUB_OURS,      /* it was ours already: the login works */
    HUB_TAKEN,     /* that name answers to another password */
    HUB_NOT_ADMIN, /* the login works, but the hub does not let it administrate */
};

enum hub_claim_step { /* each page stands before what is sent from it */
                      CLAIM_LOGIN_PAGE,
                      CLAIM_LOGIN,
                      CLAIM_SIGNUP_PAGE,
                      CLAIM_SIGNUP,
                      CLAIM_ADMIN,
};

struct hub_claim {
    struct task task; /* DONE for CLAIMED and OURS, else FAILED */
    struct http *http;
    char base[400]; /* "http://host[:port]", without a slash at its end */
    char username[64];
    const struct secret *password; /* borrowed until the end */
    bool sign_up;                  /* false: only a login is tried */
    enum hub_outcome outcome;

    /* private */
    struct http_request request;
    struct hub_cookies cookies;
    struct hub_form form;
    struct secret body;
    enum hub_claim_step step;
    bool signed_up;
    char complaint[200]; /* of the hub about the sign-up */
};

/* Prepares the task in zeroed memory; its end is task_finish. */
bool hub_claim_init(struct hub_claim *claim, struct http *http, const char *base,
                    const char *username, const struct secret *password, bool sign_up,
                    struct error *err);

#endif
