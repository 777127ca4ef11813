/* A scripted index on loopback and our login at it, for the tests of core/index. */
#ifndef TESTS_CORE_INDEX_DESK_H
#define TESTS_CORE_INDEX_DESK_H

#include "core/index/index.h"
#include "core/io/task.h"
#include "tests/support/server.h"

#define DESK_URL "http://pypi.example.com"

struct desk {
    struct loop loop;
    struct http http;
    struct server server;
    struct secret password;    /* "opensesame" */
    struct index_server index; /* DESK_URL, ada, that password */
};
extern struct desk desk;

void desk_begin(void);
void desk_end(void); /* checks for leaks */

/* The next answer; the last one of the script repeats. `headers` are whole lines or "". */
void desk_say(int status, const char *headers, struct str body);

void desk_reset(void); /* forgets the script and what was asked */

/* Runs a task to its end; its `ended` is taken. */
void desk_run(struct task *task);

/* The last request holds this text. */
bool desk_heard(const char *text);

#endif
