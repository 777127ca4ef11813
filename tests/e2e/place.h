/* A deployment directory as the end-to-end tests see it from outside: its runs, its worker, the
 * terraform that works for it, and what the headless face says about it. Waits for what is written
 * there, never for time to pass; the deadline only bounds a test that hangs. */
#ifndef TESTS_E2E_PLACE_H
#define TESTS_E2E_PLACE_H

#include <jansson.h>

#include "tests/e2e/e2e.h"

#define PLACE "d" /* the directory, below home: every test has one */

/* The options that every test gives: this directory, in a rehearsal of that speed. */
#define REHEARSED(...) ARGS("--rehearse=200x", "--dir", PLACE, __VA_ARGS__)

/* ---- what is written there ---- */

/* The newest run that has a journal; "" when there is none. */
void place_run(struct e2e *e2e, char id[64]);
/* A file of the newest run; "" when there is none. free() it. */
char *place_read(struct e2e *e2e, const char *file);
/* Until a file of the newest run holds that text. */
void place_wait(struct e2e *e2e, const char *file, const char *text);
/* How many files of the newest run have names that begin and end so. */
int place_count(struct e2e *e2e, const char *begin, const char *end);
/* How often a text stands in a file of the newest run. */
int place_occurrences(struct e2e *e2e, const char *file, const char *text);

/* ---- who works there ---- */

pid_t place_worker(struct e2e *e2e);    /* of the newest run; 0 when nobody holds the lock */
pid_t place_terraform(struct e2e *e2e); /* that applies; 0 when none does */
/* Until the first resource is made, then keeps terraform from going on, so that a test can take its
 * time; returns its process. */
pid_t place_hold(struct e2e *e2e);
void place_release(pid_t terraform);
/* Until nobody works there any more. */
void place_wait_idle(struct e2e *e2e);
/* Before e2e_end: ends whatever still works there. */
void place_end(struct e2e *e2e);

/* ---- what was printed ---- */

/* One JSON value and nothing else; the caller's reference. */
json_t *place_json(const char *text);
/* JSON lines, each an object with an "event"; an array, the caller's reference. */
json_t *place_events(const char *text);
/* The last event: it must be "done". Borrowed. */
const json_t *place_done(const json_t *events);
/* A text member; "" when it is absent, null or something else. Borrowed. */
const char *place_text(const json_t *object, const char *key);

/* Applies headlessly from nothing to the end, and fails the test unless that succeeds. */
void place_apply(struct e2e *e2e);

#endif
