/* The certificates of a domain: cert-manager has them, and https answers with them. Those of
 * staging are trusted by nobody: what the cluster says was signed for it is kept in a file that
 * this program trusts for these hosts alone. */
#include <openssl/evp.h>

#include "core/base/paths.h"
#include "core/hub/health.h"
#include "core/session/between_work.h"

#include "core/base/alloc.h"

enum { EVERY_MS = 5000, SIGNED_LIMIT_MS = 20 * 60000, ANSWER_LIMIT_MS = 10 * 60000 };
enum { HOSTS = 2, CHAIN_MAX = 64 << 10 };

static const enum stage_id stages[HOSTS] = {STAGE_MLHUB, STAGE_PYPI};

struct certificate {
    struct between_ask ask;
    struct http http;
    bool open;
    struct hub_health health;
    struct buf chains; /* PEM, of both */
    size_t host;
    char said[160]; /* by cert-manager, last */
};

static void ask_certificate(struct between_ask *ask);
static void ask_answer(struct certificate *work);

static bool is_staging(const struct between *between)
{
    return strcmp(between->world->answers->domain_acme_server, "staging") == 0;
}

bool between_staging_file(const struct between *between, char path[PATH_MAX], struct error *err)
{
    return path_format(path, err, "%s/staging.pem", between->world->dir);
}

bool between_domain_http(const struct between *between, struct http *http, struct error *err)
{
    const struct between_world *world = between->world;
    struct http_route route = world->place->route;
    char path[PATH_MAX];
    if (is_staging(between)) {
        if (!between_staging_file(between, path, err) ||
            (file_exists(path) && !str_copy(str_of(path), route.ca_file, sizeof route.ca_file)))
            return false;
    }
    http_init(http, world->loop, &route);
    return true;
}

static void host_of(const struct certificate *work, char out[264])
{
    const struct answers *answers = work->ask.between->world->answers;
    if (stages[work->host] == STAGE_MLHUB)
        answers_hub_host(answers, out);
    else
        answers_pypi_host(answers, out);
}

/* As the root names the Secret, and cert-manager the Certificate after it. */
static void certificate_name(const struct certificate *work, char out[80])
{
    snprintf(out, 80, "%s-tls-%s", stages[work->host] == STAGE_MLHUB ? "hub" : "pypi",
             work->ask.between->world->answers->domain_acme_server);
}

/* ---- 3: https answers ---- */

static void opened(struct certificate *work)
{
    struct between *between = work->ask.between;
    struct error err;
    js_set_bool(between_result(between), "open", true);
    if (!is_staging(between)) {
        between_done(between);
        return;
    }
    error_set(&err, ERROR_INPUT,
              "The certificates are of Let's Encrypt's staging: no browser, pip or twine trusts "
              "them.");
    error_hint(&err, "All went well, so it will with domain_acme_server: production; change that "
                     "and run ekshub-tui apply domain.");
    between_warn(between, &err);
}

static void on_answer(struct task *task)
{
    struct certificate *work = container_of(task, struct certificate, health.task);
    struct between *between = work->ask.between;
    struct error err = task->error;
    if (task->state != TASK_DONE) {
        between_fail(between, &err);
        return;
    }
    if (++work->host == HOSTS)
        opened(work);
    else
        ask_answer(work);
}

static void ask_answer(struct certificate *work)
{
    struct between *between = work->ask.between;
    char host[264], base[280];
    host_of(work, host);
    snprintf(base, sizeof base, "https://%s", host);
    between_note(between, "waiting until %.130s answers", base);
    task_finish(&work->health.task);
    hub_health_init(&work->health, &work->http, base,
                    stages[work->host] == STAGE_MLHUB ? "/hub/health" : "/health",
                    between_ms(between, ANSWER_LIMIT_MS));
    work->health.every_ms = between_ms(between, work->health.every_ms);
    work->health.task.ended = on_answer;
    task_start(&work->health.task, between->world->loop);
}

static void begin_answers(struct certificate *work)
{
    struct between *between = work->ask.between;
    struct error err;
    char path[PATH_MAX];
    bool ok = !work->chains.len || (between_staging_file(between, path, &err) &&
                                    file_write(path, buf_str(&work->chains), 0600, &err));
    if (!ok || !between_domain_http(between, &work->http, &err)) {
        between_fail(between, &err);
        return;
    }
    work->open = true;
    work->host = 0;
    ask_answer(work);
}

/* ---- 2: what was signed ---- */

static void next_host(struct certificate *work)
{
    work->said[0] = '\0';
    if (++work->host == HOSTS)
        begin_answers(work);
    else
        ask_certificate(&work->ask);
}

static void add_chain(struct certificate *work, struct str encoded)
{
    if (encoded.len == 0 || encoded.len > CHAIN_MAX)
        return;
    unsigned char *plain = alloc_zeroed(encoded.len / 4 * 3 + 4, 1);
    int length = EVP_DecodeBlock(plain, (const unsigned char *)encoded.data, (int)encoded.len);
    while (length > 0 && !plain[length - 1]) /* in place of its padding */
        length--;
    if (length > 0)
        buf_append(&work->chains, (struct str){(const char *)plain, (size_t)length});
    buf_byte(&work->chains, '\n');
    free(plain);
}

static void on_requests(struct between_ask *ask, const json_t *answer)
{
    struct certificate *work = container_of(ask, struct certificate, ask);
    struct error err = ask->request.error;
    const json_t *items = js_get(answer, "items");
    char name[80];
    certificate_name(work, name);
    if (!answer) {
        between_fail(ask->between, &err);
        return;
    }
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        const json_t *notes = js_get(item, "metadata.annotations");
        const json_t *of = json_object_get(notes, "cert-manager.io/certificate-name");
        if (json_is_string(of) && strcmp(json_string_value(of), name) == 0)
            add_chain(work, js_str(item, "status.certificate"));
    }
    next_host(work);
}

static void ask_requests(struct certificate *work)
{
    struct between *between = work->ask.between;
    struct error err;
    char path[200];
    snprintf(path, sizeof path, "/apis/cert-manager.io/v1/namespaces/%.64s/certificaterequests",
             between_namespace(between, stages[work->host]));
    if (!between_ask_send(&work->ask, "GET", path, on_requests, &err))
        between_fail(between, &err);
}

/* ---- 1: cert-manager has it ---- */

static bool is_ready(struct certificate *work, const json_t *certificate)
{
    const json_t *conditions = js_get(certificate, "status.conditions");
    struct buf clean = {.data = NULL};
    bool ready = false;
    for (size_t i = 0; i < json_array_size(conditions); i++) {
        const json_t *condition = json_array_get(conditions, i);
        if (!str_is(js_str(condition, "type"), "Ready"))
            continue;
        ready = str_is(js_str(condition, "status"), "True");
        buf_clear(&clean);
        buf_sanitised(&clean, js_str(condition, "message"), false);
        str_copy(buf_str(&clean), work->said, sizeof work->said);
    }
    buf_finish(&clean);
    return ready;
}

static void on_certificate(struct between_ask *ask, const json_t *answer)
{
    struct certificate *work = container_of(ask, struct certificate, ask);
    struct between *between = ask->between;
    struct error err = ask->request.error;
    char host[264];
    host_of(work, host);
    if (!answer && ask->request.status != 404) { /* it comes a moment after its Ingress */
        between_fail(between, &err);
    } else if (answer && is_ready(work, answer)) {
        if (is_staging(between))
            ask_requests(work);
        else
            next_host(work);
    } else if (between_since(between, 0) > between_ms(between, SIGNED_LIMIT_MS)) {
        error_set(&err, ERROR_SERVICE, "There is no certificate for %.120s: %.150s", host,
                  work->said[0] ? work->said : "cert-manager says nothing of it");
        error_hint(&err, "kubectl describe challenges --all-namespaces shows what Let's Encrypt "
                         "said.");
        between_fail(between, &err);
    } else {
        between_note(between, "waiting for the certificate of %.60s%s%.60s", host,
                     work->said[0] ? ": " : "", work->said);
        between_ask_later(ask, EVERY_MS, ask_certificate);
    }
}

static void ask_certificate(struct between_ask *ask)
{
    struct certificate *work = container_of(ask, struct certificate, ask);
    struct error err;
    char path[240], name[80];
    certificate_name(work, name);
    snprintf(path, sizeof path, "/apis/cert-manager.io/v1/namespaces/%.64s/certificates/%s",
             between_namespace(ask->between, stages[work->host]), name);
    if (!between_ask_send(ask, "GET", path, on_certificate, &err))
        between_fail(ask->between, &err);
}

/* ---- as a step ---- */

static bool certificate_start(struct between *between, struct error *err)
{
    struct certificate *work = between->work;
    buf_init(&work->chains, CHAIN_MAX);
    if (!between_ask_open(&work->ask, between, err))
        return false;
    ask_certificate(&work->ask);
    return true;
}

static void certificate_finish(struct between *between)
{
    struct certificate *work = between->work;
    task_finish(&work->health.task);
    if (work->open)
        http_finish(&work->http);
    between_ask_finish(&work->ask);
    buf_finish(&work->chains);
}

const struct between_step between_certificate = {
    .step = STEP_CERTIFICATE,
    .label = "wait for the certificates",
    .stages = BETWEEN_STAGE(STAGE_DOMAIN),
    .size = sizeof(struct certificate),
    .start = certificate_start,
    .finish = certificate_finish,
};
