/* A server as it looks from far away: a port whose bytes go to another port of this machine at
 * once, and come back late. */
#ifndef TESTS_BENCH_FAR_H
#define TESTS_BENCH_FAR_H

#include "core/io/loop.h"

struct far {
    struct loop *loop;
    int fd, port;     /* where it listens, on 127.0.0.1 */
    int behind;       /* the port that answers */
    int64_t delay_ms; /* of every byte on its way back */
    struct watch watch;
    struct list links; /* connections, each freed when either side has ended it */
};

/* False with errno when there is no socket to be had. It lives as long as its process. */
bool far_start(struct far *far, struct loop *loop, int behind, int64_t delay_ms);

#endif
