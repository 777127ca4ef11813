/* Does the index accept this very password? Asks for pypicloud's login page with the login that pip
 * would send: who is logged in already is sent on from it, anybody else gets to see it. The simple
 * pages prove nothing: they answer everybody, with less in them.
 * https://pypicloud.readthedocs.io/en/latest/topics/api.html (tried with 1.3.12) */
#ifndef CORE_INDEX_LOGIN_H
#define CORE_INDEX_LOGIN_H

#include "core/index/index.h"
#include "core/io/task.h"

/* Ends DONE when the password was accepted; else FAILED with ERROR_AUTH (refused), ERROR_NETWORK
 * (no answer) or ERROR_SERVICE (something else answers there, or not well). */
struct index_login {
    struct task task;
    struct http *http;
    struct index_server server;
    struct http_request request;
    char url[INDEX_URL];
};

/* Prepares the task in zeroed memory; its end is task_finish. The server's members are borrowed
 * until then. It may be started again. */
bool index_login_init(struct index_login *login, struct http *http,
                      const struct index_server *server, struct error *err);

#endif
