/* Service Quotas, in JSON 1.1; see quota.h. */
#include "core/aws/quota.h"

#include "core/base/json.h"

#include "core/base/alloc.h"

/* A request of that action about one quota; `value` > 0 is how much is wished for. */
static bool ask(struct aws_request *request, struct aws *aws, const char *action,
                const char *service, const char *code, double value,
                void (*done)(struct aws_request *request), struct error *err)
{
    json_t *body = json_object();

    aws_request_init(request, aws, AWS_SERVICE_QUOTAS, action, "POST", "/");
    buf_printf(
        &request->headers,
        "Content-Type: application/x-amz-json-1.1\nX-Amz-Target: ServiceQuotasV20190624.%s\n",
        action);
    js_set_text(body, "ServiceCode", service);
    js_set_text(body, "QuotaCode", code);
    if (value > 0)
        js_set(body, "DesiredValue", json_real(value));
    js_dump(body, &request->body);
    json_decref(body);
    request->done = done;
    return aws_request_send(request, err);
}

static bool ask_quota(struct quota *quota, struct aws *aws, const char *action,
                      void (*done)(struct aws_request *request), struct error *err)
{
    aws_request_finish(&quota->request);
    return ask(&quota->request, aws, action, quota->service, quota->code, 0, done, err);
}

static void end(struct quota *quota, bool ok, const struct error *err)
{
    quota->ok = ok;
    quota->error = *err;
    quota->done(quota);
}

static void looked(struct aws_request *request)
{
    struct quota *quota = container_of(request, struct quota, request);
    bool first = strcmp(request->action, "GetServiceQuota") == 0;
    struct error err = request->error;

    if (!request->ok && first && request->refusal.trouble == AWS_MISSING) {
        if (!ask_quota(quota, request->aws, "GetAWSDefaultServiceQuota", looked, &err))
            end(quota, false, &err);
        return;
    }
    json_t *json = request->ok ? js_parse(buf_str(&request->http.response), NULL) : NULL;
    quota->value = js_real(json, "Quota.Value", -1);
    json_decref(json);
    if (request->ok && !(quota->value >= 0))
        aws_request_nonsense(request, &err);
    end(quota, request->ok && quota->value >= 0, &err);
}

bool quota_start(struct quota *quota, struct aws *aws, const char *service, const char *code,
                 void (*done)(struct quota *quota), struct error *err)
{
    *quota = (struct quota){.service = service, .code = code, .done = done};
    return ask_quota(quota, aws, "GetServiceQuota", looked, err);
}

void quota_finish(struct quota *quota)
{
    aws_request_finish(&quota->request);
}

/* ---- asking for more ---- */

static void read_date(const json_t *item, char out[16])
{
    double seconds = js_real(item, "Created", -1);
    char text[CLOCK_TEXT];

    out[0] = '\0';
    if (seconds > 0 && seconds < 1e11)
        str_copy((struct str){clock_rfc3339((int64_t)(seconds * 1000), text), 10}, out, 16);
}

static bool undecided(struct str status)
{
    return str_is(status, "PENDING") || str_is(status, "CASE_OPENED");
}

static void take(struct quota_wish *wish, const json_t *item)
{
    struct buf clean = {0};

    wish->open = true;
    wish->value = js_real(item, "DesiredValue", 0);
    buf_sanitised(&clean, js_str(item, "Status"), false);
    str_copy(buf_str(&clean), wish->status, sizeof wish->status);
    buf_finish(&clean);
    read_date(item, wish->since);
}

static void wish_end(struct quota_wish *wish, const char *member, json_t *json)
{
    const struct aws_request *request = &wish->request;

    wish->ok = request->ok && js_get(json, member);
    wish->error = request->error;
    if (request->ok && !wish->ok)
        aws_request_nonsense(request, &wish->error);
    json_decref(json);
    wish->done(wish);
}

/* They come in no order that is promised. */
static void wishes_known(struct aws_request *request)
{
    struct quota_wish *wish = container_of(request, struct quota_wish, request);
    json_t *json = request->ok ? js_parse(buf_str(&request->http.response), NULL) : NULL;
    double newest = -1;

    for (size_t i = 0; i < js_count(json, "RequestedQuotas"); i++) {
        const json_t *item = json_array_get(js_get(json, "RequestedQuotas"), i);
        double created = js_real(item, "Created", 0);
        if (undecided(js_str(item, "Status")) && created > newest) {
            take(wish, item);
            newest = created;
        }
    }
    wish_end(wish, "RequestedQuotas", json);
}

static void wish_taken(struct aws_request *request)
{
    struct quota_wish *wish = container_of(request, struct quota_wish, request);
    json_t *json = request->ok ? js_parse(buf_str(&request->http.response), NULL) : NULL;

    if (js_get(json, "RequestedQuota"))
        take(wish, js_get(json, "RequestedQuota"));
    wish_end(wish, "RequestedQuota", json);
}

bool quota_wish_look(struct quota_wish *wish, struct aws *aws, const char *service,
                     const char *code, void (*done)(struct quota_wish *wish), struct error *err)
{
    *wish = (struct quota_wish){.done = done};
    return ask(&wish->request, aws, "ListRequestedServiceQuotaChangeHistoryByQuota", service, code,
               0, wishes_known, err);
}

bool quota_wish_send(struct quota_wish *wish, struct aws *aws, const char *service,
                     const char *code, double value, void (*done)(struct quota_wish *wish),
                     struct error *err)
{
    *wish = (struct quota_wish){.done = done};
    return ask(&wish->request, aws, "RequestServiceQuotaIncrease", service, code, value, wish_taken,
               err);
}

void quota_wish_finish(struct quota_wish *wish)
{
    aws_request_finish(&wish->request);
}
