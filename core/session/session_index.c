/* Finding the index, its password, and the deeds; see session_index.h. */
#include "core/session/session_index.h"

#include <sys/stat.h>

#include "core/base/paths.h"
#include "core/session/session_work.h"

#include "core/base/alloc.h"

#define PROOF_IMAGE "public.ecr.aws/docker/library/python:3.11-slim"

/* ---- where it is, and who logs in ---- */

static const char *output(const struct session *session, const char *name)
{
    return outputs_text(&session->outputs, STAGE_PYPI, name);
}

/* Behind a domain the index has another address than its service. */
static bool find_url(struct session_index *index, struct error *err)
{
    const struct session *session = index->session;
    const char *url = outputs_text(&session->outputs, STAGE_DOMAIN, "pypi_url");
    if (!url[0])
        url = output(session, "url");
    if (!url[0])
        url = output(session, "index_url");
    if (!url[0]) {
        error_set(err, ERROR_SERVICE, "The PyPI of this deployment is not up.");
        return error_hint(err, "ekshub-tui apply pypi brings it up.");
    }
    if (!index_url(url, "", index->url, err) || !index_url(url, "simple/", index->index_url, err))
        return false;
    index->url[strlen(index->url) - 1] = '\0'; /* without the slash */
    str_copy(str_of(output(session, "in_cluster_index_url")), index->inside_url,
             sizeof index->inside_url);
    str_copy(str_of(session->answers.pypi_admin_user), index->user, sizeof index->user);
    return index->user[0] ||
           error_set(err, ERROR_INPUT, "The answers of this deployment name no PyPI admin.");
}

bool session_index_open(struct session *session, struct error *err)
{
    struct session_index *index = session->index;
    bool fresh = !index;
    if (fresh)
        index = alloc_zeroed(1, sizeof *index);
    index->session = session;
    if (find_url(index, err) && (index->pypirc[0] || session_index_file(index, NULL, err))) {
        session->index = index;
        return true;
    }
    if (fresh)
        free(index);
    return false;
}

void session_index_close(struct session *session)
{
    struct session_index *index = session->index;
    if (!index)
        return;
    task_finish(&index->write.login.task);
    task_finish(&index->publish.task);
    task_finish(&index->proof.task);
    secret_finish(&index->typed);
    secret_finish(&index->own);
    free(index);
    session->index = NULL;
}

bool session_index_file(struct session_index *index, const char *file, struct error *err)
{
    const struct place *place = index->session->place;
    if (file && file[0] != '~')
        return path_format(index->pypirc, err, "%s", file);
    if (!place->home[0])
        return error_set(err, ERROR_INPUT, "There is no home directory: HOME is not set.");
    return path_expand(str_of(file ? file : "~/.pypirc"), place->home, place->lookup, index->pypirc,
                       err);
}

static const struct secret *password_of(const struct session_index *index)
{
    return index->source == INDEX_OWN_SECTION
               ? &index->own
               : &index->session->secrets.items[SECRET_PYPI_PASSWORD];
}

bool session_index_password(struct session_index *index, struct error *err)
{
    struct session *session = index->session;
    struct pypirc_entry entry = {.repository = index->index_url, .user = index->user};
    error_clear(err);
    index->source = INDEX_UNKNOWN;
    if (!secrets_from_environment(&session->secrets, session->place->lookup, err))
        return false;
    if (!secret_empty(&session->secrets.items[SECRET_PYPI_PASSWORD]))
        index->source = INDEX_GIVEN;
    else if (pypirc_password(index->pypirc, &entry, &index->own, err))
        index->source = INDEX_OWN_SECTION;
    return index->source != INDEX_UNKNOWN;
}

bool session_index_typed(struct session_index *index, struct error *err)
{
    struct secret *given = &index->session->secrets.items[SECRET_PYPI_PASSWORD];
    if (secret_empty(&index->typed))
        return error_set(err, ERROR_INPUT, "Nothing was typed.");
    bool ok = secret_copy(given, &index->typed, err);
    secret_finish(&index->typed);
    if (ok)
        index->source = INDEX_GIVEN;
    return ok;
}

struct index_server session_index_server(const struct session_index *index)
{
    bool known = index->source != INDEX_UNKNOWN;
    return (struct index_server){index->url, known ? index->user : NULL,
                                 known ? password_of(index) : NULL};
}

struct pypirc_entry session_index_entry(const struct session_index *index)
{
    return (struct pypirc_entry){index->index_url, index->user,
                                 index->source != INDEX_UNKNOWN ? password_of(index) : NULL};
}

bool session_index_busy(const struct session_index *index)
{
    return index->write.state == TASK_RUNNING || index->publish.task.state == TASK_RUNNING ||
           index->proof.task.state == TASK_RUNNING;
}

bool session_pip_line(const struct session_index *index, char *out, size_t capacity)
{
    bool plain = str_starts(str_of(index->url), STR("http://"));
    int len = snprintf(out, capacity, "pip install --index-url %s%s%.*s demo-pkg", index->index_url,
                       plain ? " --trusted-host " : "",
                       plain ? (int)strcspn(index->url + strlen("http://"), "/") : 0,
                       plain ? index->url + strlen("http://") : "");
    return len > 0 && (size_t)len < capacity;
}

static void tell(struct session_index *index)
{
    if (index->ended)
        index->ended(index);
}

static bool idle(enum task_state state, struct error *err)
{
    return state != TASK_RUNNING || error_set(err, ERROR_BUSY, "That is going on already.");
}

static bool know_password(struct session_index *index, struct error *err)
{
    if (index->source != INDEX_UNKNOWN || session_index_password(index, err))
        return true;
    if (err->kind)
        return false;
    error_set(err, ERROR_AUTH, "The password of %s at the private PyPI is not known here.",
              index->user);
    if (!secret_empty(&index->session->secrets.items[SECRET_PYPI_HASH]))
        return error_hint(err, "Only its hash was given, and nobody can log in with that.");
    return error_hint(err, "Give it in EKSHUB_PYPI_PASSWORD.");
}

/* ---- the .pypirc ---- */

static void write_over(struct session_index *index, bool ok, const struct error *err)
{
    struct write_pypirc *write = &index->write;
    if (!ok)
        write->error = *err;
    write->state = !ok ? TASK_FAILED : write->warning.kind ? TASK_WARNED : TASK_DONE;
    tell(index);
}

/* A refusal writes nothing: the file would be wrong. Silence says nothing about the password. */
static void on_login(struct task *task)
{
    struct index_login *login = container_of(task, struct index_login, task);
    struct write_pypirc *write = container_of(login, struct write_pypirc, login);
    struct session_index *index = container_of(write, struct session_index, write);
    struct pypirc_entry entry = session_index_entry(index);
    struct error err = {.kind = ERROR_NONE};
    write->proven = task->state == TASK_DONE;
    if (!write->proven && (task->error.kind == ERROR_AUTH || task->state == TASK_CANCELLED)) {
        write_over(index, false, &task->error);
        return;
    }
    if (!write->proven)
        write->warning = task->error;
    write_over(index, pypirc_merge(index->pypirc, &entry, &write->change, &err), &err);
}

bool session_pypirc_write(struct session_index *index, struct error *err)
{
    struct write_pypirc *write = &index->write;
    if (!idle(write->state, err) || !know_password(index, err))
        return false;
    struct index_server server = session_index_server(index);
    task_finish(&write->login.task);
    *write = (struct write_pypirc){.state = TASK_TODO};
    if (!index_login_init(&write->login, &index->session->http, &server, err))
        return false;
    write->state = TASK_RUNNING;
    write->login.task.ended = on_login;
    task_start(&write->login.task, index->session->loop);
    session_pulse_start(index->session);
    return true;
}

/* ---- publishing, and the proof from inside ---- */

static void on_published(struct task *task)
{
    tell(container_of(container_of(task, struct publish, task), struct session_index, publish));
}

bool session_publish(struct session_index *index, const char *path, struct error *err)
{
    struct session *session = index->session;
    char demo[PATH_MAX];
    if (!idle(index->publish.task.state, err) || !know_password(index, err) ||
        !path_format(demo, err, "%s/demo-pkg", session->place->assets))
        return false;
    struct index_server server = session_index_server(index);
    task_finish(&index->publish.task);
    index->publish = (struct publish){.step = PUBLISH_BUILD};
    if (!publish_init(&index->publish, &session->http, session->signals,
                      session->place->environment, &server, path ? path : demo, err))
        return false;
    index->publish.task.ended = on_published;
    task_start(&index->publish.task, session->loop);
    session_pulse_start(session);
    return true;
}

static void on_proven(struct task *task)
{
    tell(container_of(container_of(task, struct proof, task), struct session_index, proof));
}

bool session_prove_inside(struct session_index *index, struct error *err)
{
    struct session *session = index->session;
    const struct answers *answers = &session->answers;
    const char *hub = outputs_text(&session->outputs, STAGE_MLHUB, "namespace");
    bool open = strcmp(answers->pypi_default_read, "everyone") == 0;
    if (!idle(index->proof.task.state, err) || (!open && !know_password(index, err)))
        return false;
    if (!hub[0] || !index->inside_url[0]) {
        error_set(err, ERROR_SERVICE, "The hub is not up, so nothing can be proven from inside.");
        return error_hint(err, "ekshub-tui apply mlhub brings it up.");
    }
    struct proof_wish wish = {
        .dir = session->dir,
        .profile = session->choice.profile ? session->choice.profile->name : NULL,
        .namespace = hub,
        .image = PROOF_IMAGE,
        .index_url = index->inside_url,
        .user = open ? NULL : index->user,
        .password = open ? NULL : password_of(index),
        .package = "demo-pkg",
        .module = "demo_pkg",
    };
    task_finish(&index->proof.task);
    index->proof = (struct proof){.line = ""};
    if (!proof_init(&index->proof, &session->http, session->signals, session->place, &wish, err))
        return false;
    index->proof.task.ended = on_proven;
    task_start(&index->proof.task, session->loop);
    session_pulse_start(session);
    return true;
}
