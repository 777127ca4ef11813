/* Finding the index and its password; what is done with them is in session_publish.c. */
#include "core/session/session_index.h"

#include "core/base/paths.h"

#include "core/base/alloc.h"

/* ---- where it is, and who logs in ---- */

static const char *output(const struct session *session, const char *name)
{
    return outputs_text(&session->outputs, STAGE_PYPI, name);
}

/* Behind a domain the index has another address than its service. */
static bool find_url(struct session_index *index, struct error *err)
{
    const struct session *session = index->session;
    const char *url = outputs_url(&session->outputs, ADDRESS_PYPI);
    if (!url[0])
        url = outputs_url(&session->outputs, ADDRESS_INDEX);
    if (!url[0] && outputs_up(&session->outputs, STAGE_PYPI)) {
        error_set(err, ERROR_SERVICE, "The PyPI of this deployment has no entrance yet.");
        return error_hint(err, "ekshub-tui apply domain opens it.");
    }
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
    if (find_url(index, err)) {
        session->index = index;
        if (!index->pypirc[0])
            (void)session_index_file(index, NULL, NULL); /* without a home there is none */
        return true;
    }
    if (fresh)
        free(index);
    else
        session_index_close(session);
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

const struct secret *session_index_secret(const struct session_index *index)
{
    return index->source == INDEX_GIVEN ? &index->session->secrets.items[SECRET_PYPI_PASSWORD]
                                        : &index->own;
}

bool session_index_password(struct session_index *index, struct error *err)
{
    struct session *session = index->session;
    struct pypirc_entry entry = {.repository = index->index_url, .user = index->user};
    error_clear(err);
    index->source = INDEX_UNKNOWN;
    if (index->refused)
        return false;
    if (!secrets_from_environment(&session->secrets, session->place->lookup, err))
        return false;
    if (!secret_empty(&session->secrets.items[SECRET_PYPI_PASSWORD]))
        index->source = INDEX_GIVEN;
    else if (pypirc_password(index->pypirc, &entry, &index->own, err))
        index->source = INDEX_OWN_SECTION;
    else if (!err->kind && session->place->rehearsal &&
             secrets_make_up(&session->answers, &index->own, err))
        index->source = INDEX_MADE_UP; /* unless another one was given: the login will tell */
    return index->source != INDEX_UNKNOWN;
}

bool session_index_typed(struct session_index *index, struct error *err)
{
    if (secret_empty(&index->typed))
        return error_set(err, ERROR_INPUT, "Nothing was typed.");
    bool ok = secret_copy(&index->own, &index->typed, err);
    secret_finish(&index->typed);
    if (ok) {
        index->source = INDEX_TYPED;
        index->refused = false;
    }
    return ok;
}

struct index_server session_index_server(const struct session_index *index)
{
    bool known = index->source != INDEX_UNKNOWN;
    return (struct index_server){index->url, known ? index->user : NULL,
                                 known ? session_index_secret(index) : NULL};
}

struct pypirc_entry session_index_entry(const struct session_index *index)
{
    return (struct pypirc_entry){index->index_url, index->user,
                                 index->source != INDEX_UNKNOWN ? session_index_secret(index)
                                                                : NULL};
}

bool session_index_busy(const struct session_index *index)
{
    return index->write.state == TASK_RUNNING || index->publish.task.state == TASK_RUNNING ||
           index->proof.task.state == TASK_RUNNING;
}

bool session_pip_line(const struct session_index *index, char *out, size_t capacity)
{
    struct str rest = str_of(index->url), host;
    bool plain = str_starts(rest, STR("http://"));
    rest = str_skip(rest, plain ? strlen("http://") : rest.len);
    (void)str_cut(&rest, '/', &host);
    int len = snprintf(out, capacity, "pip install --index-url %s%s%.*s demo-pkg", index->index_url,
                       plain ? " --trusted-host " : "", STR_ARG(host));
    return len > 0 && (size_t)len < capacity;
}
