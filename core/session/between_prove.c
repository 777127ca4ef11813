/* Logging in where people will: at the index with the very password, at the hub as its admin; at
 * both by a domain's names. */
#include "core/hub/claim.h"
#include "core/index/login.h"
#include "core/session/between_work.h"

#include "core/base/alloc.h"

struct prove {
    struct index_server server;
    struct index_login login;
    struct hub_claim hub;
    struct http http; /* of a domain's hosts */
    bool open;
    struct between *between;
};

static struct http *client(const struct between *between)
{
    struct prove *work = between->work;
    return work->open ? &work->http : between->world->http;
}

static bool known(const struct between *between, enum secret_id id)
{
    return !secret_empty(&between->world->secrets->items[id]);
}

static bool prove_hub(struct between *between, const char *url, struct error *err);

/* Behind a domain the index comes first; the hub is proven when its password is known. */
static void index_proven(struct prove *work)
{
    struct between *between = work->between;
    const struct answers *answers = between->world->answers;
    struct error err;
    js_set_text(between_result(between), "proven_pypi", answers->pypi_admin_user);
    if (!known(between, SECRET_HUB_PASSWORD))
        between_done(between);
    else if (!prove_hub(between, outputs_text(between->world->outputs, STAGE_DOMAIN, "hub_url"),
                        &err))
        between_fail(between, &err);
}

static void over(struct prove *work, const struct task *task)
{
    struct between *between = work->between;
    const struct answers *answers = between->world->answers;
    if (task->state != TASK_DONE) {
        between_fail(between, &task->error);
        return;
    }
    if (between->stage == STAGE_DOMAIN && task == &work->login.task) {
        index_proven(work);
        return;
    }
    js_set_text(between_result(between), between->stage == STAGE_DOMAIN ? "proven_hub" : "proven",
                between->stage == STAGE_PYPI ? answers->pypi_admin_user : answers->hub_admin_user);
    between_done(between);
}

static void on_login(struct task *task)
{
    over(container_of(task, struct prove, login.task), task);
}

static void on_hub(struct task *task)
{
    over(container_of(task, struct prove, hub.task), task);
}

static bool prove_index(struct between *between, const char *url, struct error *err)
{
    const struct between_world *world = between->world;
    struct prove *work = between->work;
    const struct secret *password = &world->secrets->items[SECRET_PYPI_PASSWORD];
    if (secret_empty(password)) {
        error_set(err, ERROR_AUTH,
                  "Only a hash of the PyPI password is known here: the index "
                  "answers, but no login was tried.");
        error_hint(err, "Log in once yourself, or give the password in EKSHUB_PYPI_PASSWORD.");
        between_warn(between, err);
        return true;
    }
    work->server = (struct index_server){
        .url = url, .user = world->answers->pypi_admin_user, .password = password};
    between_note(between, "logging in as %.80s", work->server.user);
    if (!index_login_init(&work->login, client(between), &work->server, err))
        return false;
    work->login.task.ended = on_login;
    task_start(&work->login.task, world->loop);
    return true;
}

static bool prove_hub(struct between *between, const char *url, struct error *err)
{
    const struct between_world *world = between->world;
    struct prove *work = between->work;
    const struct secret *password = &world->secrets->items[SECRET_HUB_PASSWORD];
    if (secret_empty(password)) {
        error_set(err, ERROR_AUTH,
                  "The hub's admin password is not known here: no login was tried.");
        error_hint(err, "Give it in EKSHUB_HUB_PASSWORD to have it proven.");
        between_warn(between, err);
        return true;
    }
    between_note(between, "logging in as %.60s", world->answers->hub_admin_user);
    if (!hub_claim_init(&work->hub, client(between), url, world->answers->hub_admin_user, password,
                        false, err))
        return false;
    work->hub.task.ended = on_hub;
    task_start(&work->hub.task, world->loop);
    return true;
}

static bool prove_domain(struct between *between, struct error *err)
{
    const struct outputs *outputs = between->world->outputs;
    struct prove *work = between->work;
    work->open = between_domain_http(between, &work->http, err);
    if (!work->open)
        return false;
    if (known(between, SECRET_PYPI_PASSWORD))
        return prove_index(between, outputs_text(outputs, STAGE_DOMAIN, "pypi_url"), err);
    if (known(between, SECRET_HUB_PASSWORD))
        return prove_hub(between, outputs_text(outputs, STAGE_DOMAIN, "hub_url"), err);
    error_set(err, ERROR_AUTH,
              "Hub and index answer over https; no password is known here, so no login was tried.");
    error_hint(err, "Give EKSHUB_PYPI_PASSWORD and EKSHUB_HUB_PASSWORD to have it proven.");
    between_warn(between, err);
    return true;
}

static bool prove_start(struct between *between, struct error *err)
{
    const char *url = outputs_text(between->world->outputs, between->stage, "url");
    struct prove *work = between->work;
    work->between = between;
    if (between->stage == STAGE_DOMAIN)
        return prove_domain(between, err);
    if (!*url)
        return error_set(err, ERROR_INPUT, "The address of %s is not known.",
                         stage_table[between->stage].label);
    return between->stage == STAGE_PYPI ? prove_index(between, url, err)
                                        : prove_hub(between, url, err);
}

static void prove_finish(struct between *between)
{
    struct prove *work = between->work;
    task_finish(&work->login.task);
    task_finish(&work->hub.task);
    if (work->open)
        http_finish(&work->http);
}

const struct between_step between_prove = {
    .step = STEP_PROVE,
    .label = "prove the login",
    .stages = BETWEEN_STAGE(STAGE_PYPI) | BETWEEN_STAGE(STAGE_MLHUB) | BETWEEN_STAGE(STAGE_DOMAIN),
    .size = sizeof(struct prove),
    .start = prove_start,
    .finish = prove_finish,
};
