/* Service Quotas, in JSON 1.1; see quota.h. */
#include "core/aws/quota.h"

#include "core/base/json.h"

#include "core/base/alloc.h"

static bool ask(struct quota *quota, struct aws *aws, const char *action,
                void (*done)(struct aws_request *request), struct error *err)
{
    json_t *body = json_object();

    aws_request_finish(&quota->request);
    aws_request_init(&quota->request, aws, AWS_SERVICE_QUOTAS, action, "POST", "/");
    buf_printf(
        &quota->request.headers,
        "Content-Type: application/x-amz-json-1.1\nX-Amz-Target: ServiceQuotasV20190624.%s\n",
        action);
    js_set_text(body, "ServiceCode", quota->service);
    js_set_text(body, "QuotaCode", quota->code);
    js_dump(body, &quota->request.body);
    json_decref(body);
    quota->request.done = done;
    return aws_request_send(&quota->request, err);
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
        if (!ask(quota, request->aws, "GetAWSDefaultServiceQuota", looked, &err))
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
    return ask(quota, aws, "GetServiceQuota", looked, err);
}

void quota_finish(struct quota *quota)
{
    aws_request_finish(&quota->request);
}
