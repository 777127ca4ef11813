/* The detached process that does a run: holds the lock and the secrets, runs terraform and every
 * step between, writes the journal, answers the control socket. It draws nothing and asks nobody
 * but through the journal. */
#ifndef CORE_SESSION_WORKER_H
#define CORE_SESSION_WORKER_H

#include "core/session/place.h"

/* Serves the request on standard input (one JSON object, then end of file), says on standard output
 * in one line which run it is ({"ok":true,"run":ID}, or {"ok":false,"kind","text","hint"}), and
 * returns the exit code when the run is over. `place->dir` is the deployment. */
int worker_main(struct place *place, struct loop *loop);

/* What a request holds: see launch.c, which writes it. */
#define WORKER_REQUEST_MAX (1 << 20)

#endif
