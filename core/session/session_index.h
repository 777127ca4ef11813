/* The private PyPI of the deployment that is open, as its operator uses it: the .pypirc written
 * after a login, packages published, an import proven from inside. Faces start these verbs and draw
 * the data; each goes on by itself, and the last result stays until the next start. */
#ifndef CORE_SESSION_SESSION_INDEX_H
#define CORE_SESSION_SESSION_INDEX_H

#include "core/index/login.h"
#include "core/index/publish.h"
#include "core/index/pypirc.h"
#include "core/session/proof.h"
#include "core/session/session.h"

enum index_source { INDEX_UNKNOWN, INDEX_GIVEN, INDEX_OWN_SECTION, INDEX_MADE_UP, INDEX_TYPED };

struct session_index {
    struct session *session;
    char url[INDEX_URL], index_url[INDEX_URL]; /* "http://HOST", and with /simple/ */
    char inside_url[INDEX_URL];                /* from a pod of the cluster; "" unknown */
    char user[128];
    char pypirc[PATH_MAX]; /* the file that is read and written */

    enum index_source source; /* of the password: given (a form, the environment), or that file … */
    bool refused;             /* … which the index did not accept: it must be typed */
    struct secret typed;      /* for a masked field; taken by session_index_typed */

    struct write_pypirc { /* the last session_pypirc_write */
        enum task_state state;
        struct index_login login;
        bool proven;          /* the index accepted the password */
        struct error warning; /* why not proven, when it was written all the same */
        struct error error;   /* why nothing was written */
        struct pypirc_change change;
    } write;

    struct publish publish; /* task.state TASK_TODO: none yet */
    struct proof proof;     /* the same */

    void (*ended)(struct session_index *index); /* one of them; may be NULL */

    /* private */
    struct secret own; /* from the file, or typed: not for the forms before it is proven */
};

/* Finds the index of the deployment that is open: session->index. ERROR_SERVICE when its stage is
 * not up. Doing it again is cheap and reads the outputs anew. */
bool session_index_open(struct session *session, struct error *err);
void session_index_close(struct session *session); /* stops what goes on; idempotent */

/* Which .pypirc; NULL: ~/.pypirc. A "~" in front means home here too. */
bool session_index_file(struct session_index *index, const char *file, struct error *err);

/* Looks for the password: what was given, else the environment, else our section in the file. False
 * with err->kind NONE when nobody knows it, or what they know was refused: then it must be asked
 * for. */
bool session_index_password(struct session_index *index, struct error *err);
/* The operator typed it (index->typed, which is emptied). */
bool session_index_typed(struct session_index *index, struct error *err);

/* The password that is known; empty when none is. Lent until it changes. */
const struct secret *session_index_secret(const struct session_index *index);
struct index_server session_index_server(const struct session_index *index);
struct pypirc_entry session_index_entry(const struct session_index *index);

/* Logs in, then merges the entry into the file: a refusal writes nothing, silence is a warning. */
bool session_pypirc_write(struct session_index *index, struct error *err);

/* A project directory or a distribution; NULL: the demo package. */
bool session_publish(struct session_index *index, const char *path, struct error *err);

/* A pod in the hub's namespace installs the demo package and calls it. */
bool session_prove_inside(struct session_index *index, struct error *err);

/* Something of it is going on. */
bool session_index_busy(const struct session_index *index);

/* "pip install --index-url URL [--trusted-host HOST] demo-pkg"; false when it does not fit. */
bool session_pip_line(const struct session_index *index, char *out, size_t capacity);

#endif
