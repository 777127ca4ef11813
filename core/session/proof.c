/* One pod, created, watched, read and deleted; see proof.h. */
#include "core/session/proof_private.h"
#include "core/session/secrets.h"

#include <openssl/rand.h>

#include "core/base/json.h"

#include "core/base/alloc.h"

enum { POLL_MS = 2000, LOG_BYTES = 16384 };

static void go(struct proof *proof);

/* Goes into a shell command without quotes. */
static bool plain_words(const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                ":/._-";
    return text[0] && text[strspn(text, plain)] == '\0';
}

/* ---- the steps ---- */

static void say(struct proof *proof, const char *note)
{
    struct buf shown = {0};
    buf_sanitised(&shown, str_of(note), false);
    str_copy(buf_str(&shown), proof->task.note, sizeof proof->task.note);
    buf_finish(&shown);
}

static void wipe_body(struct buf *body)
{
    if (body->data)
        secret_wipe(body->data, body->capacity);
    buf_clear(body);
}

static void conclude(struct proof *proof)
{
    task_end(&proof->task, proof->outcome, proof->why.kind ? &proof->why : NULL);
}

/* Whatever it was, the pod goes. */
static void clean(struct proof *proof, enum task_state outcome, const struct error *why)
{
    bool made = proof->step > PROOF_POD;
    proof->outcome = outcome;
    if (why)
        proof->why = *why;
    loop_cancel(proof->task.loop, &proof->timer);
    proof->step = PROOF_CLEAN;
    if (made)
        go(proof);
    else
        conclude(proof);
}

static void not_proven(struct proof *proof, const struct error *why)
{
    struct error err = *why;
    error_wrap(&err, "Not proven from inside");
    clean(proof, TASK_WARNED, &err);
}

static void on_poll(struct timer *timer)
{
    go(container_of(timer, struct proof, timer));
}

/* Why it does not run yet: the kubelet's word, such as ImagePullBackOff. */
static void wait_on(struct proof *proof, const json_t *pod)
{
    const char *reason = js_text(pod, "status.containerStatuses.0.state.waiting.reason");
    const char *phase = js_text(pod, "status.phase");
    struct error err;
    int64_t ms = POLL_MS / (proof->place->speed > 1 ? proof->place->speed : 1);
    if (clock_now(proof->task.loop->clock) >= proof->until_ms) {
        error_set(&err, ERROR_SERVICE, "after %d seconds the pod is still %.60s.",
                  PROOF_PATIENCE_MS / 1000, reason[0] ? reason : phase);
        not_proven(proof, &err);
        return;
    }
    say(proof, reason[0] ? reason : strcmp(phase, "Running") == 0 ? "installing" : "starting");
    loop_after(proof->task.loop, &proof->timer, ms > 100 ? ms : 100);
}

static bool take_pod(struct proof *proof, struct error *err)
{
    json_t *pod = kube_request_answer(&proof->request, err);
    const char *phase = js_text(pod, "status.phase");
    bool over = strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0;
    if (!pod)
        return false;
    proof->outcome = strcmp(phase, "Succeeded") == 0 ? TASK_DONE : TASK_WARNED;
    if (over) {
        proof->step = PROOF_LOG;
        go(proof);
    } else {
        wait_on(proof, pod);
    }
    json_decref(pod);
    return true;
}

/* What the function returned stands in the last line; so does what went wrong. */
static void take_log(struct proof *proof)
{
    struct str rest = str_trim(buf_str(&proof->request.http.response)), line;
    struct buf shown = {0};
    struct error err;
    for (ptrdiff_t at; (at = str_find(rest, STR("\n"))) >= 0;)
        rest = str_skip(rest, (size_t)at + 1);
    line = str_trim(rest);
    buf_sanitised(&shown, line, false);
    if (proof->outcome == TASK_DONE) {
        str_copy(buf_str(&shown), proof->line, sizeof proof->line);
        clean(proof, TASK_DONE, NULL);
    } else {
        error_set(&err, ERROR_SERVICE, "the pod said: %.300s",
                  shown.len ? buf_cstr(&shown) : "nothing");
        error_hint(&err, "Is demo-pkg published? u publishes it.");
        not_proven(proof, &err);
    }
    buf_finish(&shown);
}

static bool send_secret(struct proof *proof, struct error *err);

static bool take_created(struct proof *proof, struct error *err)
{
    proof->step = proof->user[0] ? PROOF_SECRET : PROOF_WAIT;
    if (proof->step == PROOF_SECRET)
        return send_secret(proof, err);
    go(proof);
    return true;
}

static void done(struct kube_request *request)
{
    struct proof *proof = container_of(request, struct proof, request);
    struct error err = request->error;
    bool ok = request->ok;
    wipe_body(&request->body);
    wipe_body(&request->http.body);
    if (proof->step == PROOF_CLEAN) {
        conclude(proof);
        return;
    }
    if (proof->stopped) {
        error_set(&err, ERROR_CANCELLED, "Stopped");
        clean(proof, TASK_CANCELLED, &err);
        return;
    }
    if (ok && proof->step == PROOF_POD)
        ok = take_created(proof, &err);
    else if (ok && proof->step == PROOF_WAIT)
        ok = take_pod(proof, &err);
    else if (ok && proof->step == PROOF_LOG)
        take_log(proof);
    else if (ok) {
        proof->step = PROOF_WAIT;
        go(proof);
    }
    if (!ok)
        not_proven(proof, &err);
}

static bool send(struct proof *proof, const char *method, const char *kind, bool named,
                 json_t *body, struct error *err)
{
    struct kube_request *request = &proof->request;
    kube_request_finish(request);
    kube_request_init(request, method, "/api/v1/namespaces");
    kube_request_segment(request, str_of(proof->namespace));
    kube_request_segment(request, str_of(kind));
    if (named)
        kube_request_segment(request, str_of(proof->name));
    if (proof->step == PROOF_LOG) {
        kube_request_segment(request, STR("log"));
        kube_request_query(request, "tailLines", STR("20"));
        request->accept = "*/*";
        request->max_body = 4 * LOG_BYTES;
    }
    if (body)
        kube_request_json(request, body);
    request->done = done;
    return kube_request_send(&proof->access.kube, request, err);
}

static bool send_secret(struct proof *proof, struct error *err)
{
    json_t *pod = kube_request_answer(&proof->request, err);
    json_t *manifest = pod ? proof_secret(proof, js_text(pod, "metadata.uid"), err) : NULL;
    json_t *data = json_incref(json_object_get(manifest, "stringData"));
    bool ok = manifest && send(proof, "POST", "secrets", false, manifest, err);
    secrets_wipe_json(data);
    json_decref(data);
    json_decref(pod);
    return ok;
}

static void go(struct proof *proof)
{
    struct error err = {.kind = ERROR_NONE};
    bool ok = true;
    if (proof->step == PROOF_POD)
        ok = send(proof, "POST", "pods", false, proof_pod(proof), &err);
    else if (proof->step == PROOF_WAIT || proof->step == PROOF_LOG)
        ok = send(proof, "GET", "pods", true, NULL, &err);
    else if (proof->step == PROOF_CLEAN && !send(proof, "DELETE", "pods", true, NULL, &err))
        conclude(proof);
    if (!ok)
        not_proven(proof, &err);
}

static bool start(struct task *task, struct error *err)
{
    struct proof *proof = container_of(task, struct proof, task);
    unsigned char random[4];
    if (RAND_bytes(random, sizeof random) != 1)
        return error_set(err, ERROR_SYSTEM, "The system gives no random numbers.");
    snprintf(proof->name, sizeof proof->name, "ekshub-proof-%02x%02x%02x%02x", random[0], random[1],
             random[2], random[3]);
    proof->line[0] = '\0';
    proof->stopped = false;
    error_clear(&proof->why);
    proof->timer.fire = on_poll;
    proof->until_ms = clock_now(task->loop->clock) + PROOF_PATIENCE_MS;
    kube_request_finish(&proof->request);
    cluster_access_finish(&proof->access);
    proof->step = PROOF_IDLE;
    if (!cluster_access_open(&proof->access, proof->http, proof->signals, proof->place, proof->dir,
                             proof->profile, err)) {
        not_proven(proof, err);
        return true;
    }
    say(proof, "creating a pod");
    proof->step = PROOF_POD;
    go(proof);
    return true;
}

static void stop(struct task *task)
{
    struct proof *proof = container_of(task, struct proof, task);
    struct error err;
    proof->stopped = true;
    if (!timer_on(&proof->timer))
        return; /* the answer that is to come ends it */
    error_set(&err, ERROR_CANCELLED, "Stopped");
    clean(proof, TASK_CANCELLED, &err);
}

static void finish(struct task *task)
{
    struct proof *proof = container_of(task, struct proof, task);
    if (task->loop)
        loop_cancel(task->loop, &proof->timer);
    wipe_body(&proof->request.body);
    kube_request_finish(&proof->request);
    cluster_access_finish(&proof->access);
}

static const struct task_ops ops = {.start = start, .stop = stop, .finish = finish};

static bool keep(const char *text, char *out, size_t capacity, const char *what, struct error *err)
{
    return str_copy(str_of(text), out, capacity) ||
           error_set(err, ERROR_INPUT, "The %s is too long to be used in a proof.", what);
}

bool proof_init(struct proof *proof, struct http *http, struct signals *signals,
                const struct place *place, const struct proof_wish *wish, struct error *err)
{
    if (!keep(wish->dir, proof->dir, sizeof proof->dir, "directory", err) ||
        !keep(wish->profile, proof->profile, sizeof proof->profile, "profile", err) ||
        !keep(wish->namespace, proof->namespace, sizeof proof->namespace, "namespace", err) ||
        !keep(wish->image, proof->image, sizeof proof->image, "image", err) ||
        !keep(wish->index_url, proof->index_url, sizeof proof->index_url, "address", err) ||
        !keep(wish->user, proof->user, sizeof proof->user, "user name", err) ||
        !keep(wish->package, proof->package, sizeof proof->package, "package", err) ||
        !keep(wish->module, proof->module, sizeof proof->module, "module", err))
        return false;
    if (!plain_words(proof->index_url) || !plain_words(proof->package) ||
        !plain_words(proof->module))
        return error_set(err, ERROR_INPUT,
                         "The address of the index inside the cluster is not a plain URL.");
    proof->task.ops = &ops;
    proof->http = http;
    proof->signals = signals;
    proof->place = place;
    proof->password = wish->password;
    str_copy(STR("prove it from inside"), proof->task.label, sizeof proof->task.label);
    return true;
}
