/* A rehearsal: the whole journey with no account, no network and no cost. This prepares the
 * directory (home, CA, terraform root, settings), serves the simulated AWS on the caller's loop and
 * says where everything is. Every process of the program with --rehearse opens its own, over the
 * same world file, so all of them see one world. Known to main.c alone. */
#ifndef CORE_REHEARSAL_REHEARSAL_H
#define CORE_REHEARSAL_REHEARSAL_H

#include "core/io/http.h"
#include "core/rehearsal/server.h"
#include "core/rehearsal/settings.h"

struct rehearsal_wish {
    const char *dir;           /* the deployment directory; made when missing */
    const char *assets;        /* holds rehearsal/eks.json */
    const char *program;       /* absolute path of this program */
    int speed;                 /* 0: what the directory has, else 20 */
    const char *const *faults; /* NULL-terminated names that replace those planted; NULL: keep */
};

struct rehearsal {
    char dir[PATH_MAX];
    char home[PATH_MAX];      /* HOME of everything in the rehearsal */
    char terraform[PATH_MAX]; /* program to run: real terraform or tofu, or our player */
    bool player;
    char label[96];     /* "REHEARSAL 20x · terraform 1.11.4", "REHEARSAL 20x · player" */
    char **environment; /* "NAME=value", NULL-terminated: for every child, terraform included */
    struct http_route route;
    struct settings settings;
    struct authority authority;
    struct server server;
};

/* Whether a rehearsal was begun in that directory (then it may go on or start over). */
bool rehearsal_exists(const char *dir);

/* Forgets the world, state, runs and answers of an earlier rehearsal there; nothing to forget is
 * fine. ERROR_BUSY while a worker holds the directory, ERROR_INPUT when it is a real deployment. */
bool rehearsal_start_over(const char *dir, struct error *err);

/* Goes on with what is there, or begins. The server lives on `loop` until rehearsal_finish. An
 * unknown fault is ERROR_INPUT with the nearest name as the hint. */
bool rehearsal_open(struct rehearsal *rehearsal, const struct rehearsal_wish *wish,
                    struct loop *loop, struct error *err);
void rehearsal_finish(struct rehearsal *rehearsal); /* idempotent; zeroed is fine */

/* getenv's shape over the environment of the rehearsal opened last: no AWS_*, no proxy, HOME is the
 * rehearsal's. NULL when no rehearsal is open. */
const char *rehearsal_lookup(const char *name);

#endif
