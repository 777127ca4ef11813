/* What an operator does with the index: the .pypirc after a login, a package published, an import
 * proven from inside. Each goes on by itself; see session_index.h. */
#include "core/base/paths.h"
#include "core/session/session_index.h"
#include "core/session/session_work.h"

#include "core/base/alloc.h"

#define PROOF_IMAGE "public.ecr.aws/docker/library/python:3.11-slim"

/* What was refused is not tried again: the next time it is asked for. */
static void tell(struct session_index *index, const struct error *err)
{
    if (err->kind == ERROR_AUTH) {
        index->source = INDEX_UNKNOWN;
        index->refused = true;
    }
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
    tell(index, &write->error);
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
    if (!idle(write->state, err) || !know_password(index, err) ||
        (!index->pypirc[0] && !session_index_file(index, NULL, err)))
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
    tell(container_of(container_of(task, struct publish, task), struct session_index, publish),
         &task->error);
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
    static const struct error none; /* a cluster's refusal says nothing about the password */
    tell(container_of(container_of(task, struct proof, task), struct session_index, proof), &none);
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
        .profile = session->profile >= 0 ? session->choice.name : NULL,
        .namespace = hub,
        .image = PROOF_IMAGE,
        .index_url = index->inside_url,
        .user = open ? NULL : index->user,
        .password = open ? NULL : session_index_secret(index),
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
