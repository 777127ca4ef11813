/* Where this process stands: its directories, its environment, and how it reaches the world. Filled
 * once by main.c (and, in a rehearsal, by core/rehearsal, which nobody else knows); everything else
 * borrows it. So no other file asks whether this is a rehearsal to decide how to do something. */
#ifndef CORE_SESSION_PLACE_H
#define CORE_SESSION_PLACE_H

#include <limits.h>

#include "core/aws/surroundings.h"
#include "core/io/http.h"

struct place {
    char dir[PATH_MAX];       /* the deployment directory, absolute; "" while none is chosen */
    char home[PATH_MAX];      /* "" when there is no HOME */
    char state_dir[PATH_MAX]; /* XDG_STATE_HOME/ekshub-tui: the list of deployments */
    char assets[PATH_MAX];
    char program[PATH_MAX];                  /* this executable, absolute */
    const char *const *environment;          /* "NAME=value", NULL-terminated: for children */
    const char *(*lookup)(const char *name); /* getenv's shape, over the same environment */
    struct http_route route;
    bool rehearsal;
    bool player;                  /* no terraform is installed: our player stands in */
    char label[96];               /* "REHEARSAL 20x · terraform 1.11.4"; "" outside a rehearsal */
    int speed;                    /* 1 outside a rehearsal */
    const char *profile, *region; /* --profile, --region; NULL when not given */
    enum surrounding_id source;   /* chosen by the operator of the run; before --profile */
};

#endif
