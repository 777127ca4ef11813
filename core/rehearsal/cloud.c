/* Who is asked, by whom, and who answers: the front door of the simulated AWS. */
#include "core/rehearsal/cloud.h"

#include "core/rehearsal/cloud_error.h"
#include "core/rehearsal/cloud_roles.h"
#include "core/rehearsal/cloud_services.h"
#include "core/rehearsal/cloud_signature.h"
#include "core/rehearsal/inside.h"

#include "core/base/alloc.h"

enum { EXPIRED_SECONDS = 60 }; /* of the world */

struct service {
    const char *label; /* of the host */
    enum cloud_shape shape;
    void (*answer)(const struct cloud_call *call, struct cloud_reply *reply); /* NULL: none yet */
    bool open; /* to requests that nobody signed */
};

static const struct service services[] = {
    {"sts", CLOUD_QUERY, cloud_sts, false},
    {"ec2", CLOUD_EC2, cloud_ec2, false},
    {"iam", CLOUD_QUERY, cloud_iam, false},
    {"eks", CLOUD_REST, cloud_eks, false},
    {"elasticloadbalancing", CLOUD_QUERY, cloud_elb, false},
    {"logs", CLOUD_JSON11, cloud_logs, false},
    {"servicequotas", CLOUD_JSON11, cloud_quotas, false},
    {"pricing", CLOUD_JSON11, NULL, false},
    {"route53", CLOUD_QUERY, cloud_route53, false},
    {"s3", CLOUD_S3, cloud_s3, false},
    {"oidc", CLOUD_REST, cloud_oidc, true},
    {"portal", CLOUD_REST, cloud_portal, true},
};

static bool is_region(struct str label)
{
    return label.len > 4 && str_find(label, STR("-")) > 0 && label.data[label.len - 1] >= '1' &&
           label.data[label.len - 1] <= '9';
}

/* "sts.us-east-2.amazonaws.com", "fips.eks.us-east-2.amazonaws.com", "iam.amazonaws.com" */
static const struct service *service_of(struct str host, char region[64])
{
    const struct service *found = NULL;
    str_copy(STR("us-east-1"), region, 64);
    if (str_find(host, STR(".amazonaws.com")) < 0 && !str_ends(host, STR(".api.aws")))
        return NULL;
    struct str label;
    while (host.len > 0) {
        str_cut(&host, '.', &label);
        if (is_region(label))
            str_copy(label, region, 64);
        ptrdiff_t fips = str_find(label, STR("-fips"));
        if (fips > 0)
            label.len = (size_t)fips;
        for (size_t i = 0; !found && i < sizeof services / sizeof *services; i++)
            if (str_is(label, services[i].label))
                found = &services[i];
    }
    return found;
}

/* The fault "credentials-expire" has struck a step: for a while every call finds them expired. */
static bool expired(const struct cloud *cloud)
{
    int64_t since = world_spent_ms(cloud->world, "credentials-expire");
    return since >= 0 && cloud->now_ms >= since &&
           cloud->now_ms < since + settings_wait_ms(cloud->settings, EXPIRED_SECONDS);
}

/* Whether the request is let in; answers it when not. */
static bool let_in(const struct request *request, const struct cloud *cloud, enum cloud_shape shape,
                   struct cloud_reply *reply)
{
    struct str authorization = request_header(request, "Authorization");
    struct str key, credential = cloud_part_of(authorization, "Credential=");
    str_cut(&credential, '/', &key);
    if (!str_starts(authorization, STR("AWS4-HMAC-SHA256")) || key.len == 0)
        cloud_problem_reply(reply, shape, CLOUD_NO_AUTH, "");
    else if ((!str_is(key, CLOUD_ACCESS_KEY) && !cloud_role_by_key(key)) ||
             settings_has_fault(cloud->settings, "credentials-refused"))
        cloud_problem_reply(reply, shape, CLOUD_BAD_KEY, "");
    else if (expired(cloud))
        cloud_problem_reply(reply, shape, CLOUD_EXPIRED, "");
    else if (!cloud_signature_fits(request, authorization))
        cloud_problem_reply(reply, shape, CLOUD_BAD_SIGNATURE, "");
    else
        return true;
    return false;
}

void cloud_answer(const struct request *request, const struct cloud *cloud,
                  struct cloud_reply *reply)
{
    struct cloud_call call = {.request = request, .cloud = cloud};
    *reply = (struct cloud_reply){.status = 200};
    if (inside_answer(request, cloud, reply))
        return;
    const struct service *service = service_of(request->host, call.region);
    if (!service) {
        cloud_elsewhere(&call, reply);
        return;
    }
    if (!service->open && !let_in(request, cloud, service->shape, reply))
        return;
    if (service->answer)
        service->answer(&call, reply);
    else
        cloud_problem_reply(reply, service->shape, CLOUD_UNKNOWN_ACTION, "");
}

/* A value that would end its line is not sent. */
void cloud_reply_header(struct cloud_reply *reply, const char *name, const char *value)
{
    if (!strpbrk(value, "\r\n"))
        buf_printf(&reply->headers, "%s: %s\r\n", name, value);
}

void cloud_reply_finish(struct cloud_reply *reply)
{
    if (reply->stream)
        reply->stream->ops->destroy(reply->stream);
    reply->stream = NULL;
    buf_finish(&reply->headers);
    buf_finish(&reply->body);
}
