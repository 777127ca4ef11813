/* A reflector of pods beside a scripted API server, with a clock that leaps from try to try: what
 * all tests of reflectors stand on. */
#ifndef TESTS_CORE_REFLECTING_H
#define TESTS_CORE_REFLECTING_H

#include "core/kube/reflector.h"
#include "tests/support/server.h"
#include "tests/support/turns.h"

extern struct rig {
    struct loop loop;
    struct server server; /* `asked` is the test's */
    struct http http;
    struct kube kube;
    struct reflector pods;
    struct buf story; /* what the reducer was told: "+ns/a ~ns/a -ns/a" */
    struct error err;
    int changes; /* of its state */
} rig;

void reflecting_begin(void); /* .init */
void reflecting_end(void);   /* .fini; looks for leaks and descriptors */
void reflecting_anew(void);  /* another reflector, and no connection left; the story goes on */

void reflecting_leap(void); /* to the next try */
/* Turns until the state and the story are so; leaps over waits for a next try. */
void reflecting_until(enum reflector_state state, const char *told);

/* A file of tests/data/kube, to be freed. */
char *reflecting_trace(const char *name);

#endif
