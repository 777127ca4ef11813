/* What an API server's answer means: a Status object as one sentence, or the bare HTTP code where a
 * proxy or an overloaded server says something else.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
#include "core/base/alloc.h"
#include "core/kube/kube_private.h"

static json_t *status_object(struct str body)
{
    json_t *value = js_parse(body, NULL);
    if (strcmp(js_text(value, "kind"), "Status") == 0)
        return value;
    json_decref(value);
    return NULL;
}

/* The first line of what a server says in plain text; HTML says nothing to an operator. */
static void plain_words(struct str body, struct buf *out)
{
    struct str line;
    body = str_trim(body);
    (void)str_cut(&body, '\n', &line);
    line = str_trim(line);
    if (line.len > 0 && line.data[0] != '<' && line.data[0] != '{' && line.len < 300)
        (void)buf_sanitised(out, line, false);
}

static void explain(int status, const char *message, struct error *err)
{
    const char *dot = str_ends(str_of(message), STR(".")) ? "" : ".";
    if (status == 401) {
        error_set(err, ERROR_AUTH, "The cluster does not accept these credentials: %s%s", message,
                  dot);
        error_hint(err, "On EKS the identity needs an access entry; aws sts get-caller-identity "
                        "shows which one it is.");
    } else if (status == 403) {
        error_set(err, ERROR_AUTH, "The cluster does not allow that: %s%s", message, dot);
        error_hint(err, "Ask for a role that allows it, or use another context.");
    } else {
        error_set(err, ERROR_SERVICE, "The API server says %d: %s%s", status, message, dot);
        if (status == 429 || status >= 500)
            error_hint(err, "It may be busy or starting: try again in a moment.");
    }
    err->code = status;
}

static void explain_object(int status, const json_t *object, struct str body, struct error *err)
{
    struct buf words = {.data = NULL};
    if (object)
        (void)buf_sanitised(&words, str_trim(js_str(object, "message")), false);
    else
        plain_words(body, &words);
    if (words.len == 0 && object)
        (void)buf_sanitised(&words, js_str(object, "reason"), false);
    explain(status, words.len > 0 ? buf_cstr(&words) : "no reason given", err);
    buf_finish(&words);
}

void kube_explain(int status, struct str body, struct error *err)
{
    json_t *object = status_object(body);
    explain_object(status, object, body, err);
    json_decref(object);
}

void kube_request_refused(struct kube_request *request, struct str body)
{
    request->refusal = status_object(body);
    str_copy(js_str(request->refusal, "reason"), request->reason, sizeof request->reason);
    int64_t seconds = js_int(request->refusal, "details.retryAfterSeconds", 0);
    if (request->retry_ms == 0 && seconds > 0 && seconds < 600)
        request->retry_ms = seconds * 1000;
    explain_object(request->status, request->refusal, body, &request->error);
}

json_t *kube_request_answer(const struct kube_request *request, struct error *err)
{
    json_t *value = js_parse(buf_str(&request->http.response), NULL);
    if (json_is_object(value))
        return value;
    json_decref(value);
    struct str rest = buf_str(&request->path), path;
    (void)str_cut(&rest, '?', &path);
    error_set(err, ERROR_SERVICE, "The answer to %.*s is not what an API server says.",
              STR_ARG(path));
    error_hint(err, "Something else may have answered, such as a proxy.");
    return NULL;
}
