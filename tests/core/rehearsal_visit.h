/* A rehearsal that has been built (rehearsal_town.h), asked over real sockets by our own client. */
#ifndef TESTS_CORE_REHEARSAL_VISIT_H
#define TESTS_CORE_REHEARSAL_VISIT_H

#include "core/rehearsal/rehearsal.h"

extern struct loop visit_loop;
extern struct rehearsal visit_rehearsal;
extern struct http visit_http;
extern char visit_api[256], visit_pypi[160], visit_hub[160]; /* "https://…", "http://…" */

void visit_begin(const char *const *faults); /* faults may be NULL */
void visit_end(void);                        /* for .fini */

/* The world stands still from here on: whatever this machine does meanwhile, no moment of it is
 * missed. It goes on by as much as is said, in seconds of the world. */
void visit_hold(void);
void visit_pass(int seconds);

/* A token for the API, in the shape of kube.token. */
bool visit_token(void *context, struct secret *out, int64_t *expires_wall_ms, struct error *err);

struct visit { /* one request; zeroed, then what is to be sent */
    const char *method, *url, *type, *body, *cookie, *accept,
        *login;  /* NULL: none; login: "user:password" */
    bool bearer; /* with a token for the API */
    struct http_request request;
    struct buf streamed; /* with `streams` the body comes here as it comes */
    bool streams, over;
};
void visit_start(struct visit *visit);
void visit_wait(struct visit *visit); /* to the end */
void visit_finish(struct visit *visit);

/* Sends it and waits; the status. */
int visit_ask(struct visit *visit);
const char *visit_body(const struct visit *visit);
/* Turns until the streamed bytes hold the text. */
void visit_until(struct visit *visit, const char *text);

#endif
