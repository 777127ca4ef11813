/* GetCallerIdentity, the one call that no policy can deny. */
#include "core/aws/sts.h"

#include "core/base/xml.h"

#include "core/base/alloc.h"

static bool read_identity(struct sts_identity *identity)
{
    struct str body = buf_str(&identity->request.http.response);
    bool digits = true;

    xml_value(body, "UserId", identity->user_id, sizeof identity->user_id);
    if (!xml_value(body, "Account", identity->account, sizeof identity->account) ||
        !xml_value(body, "Arn", identity->arn, sizeof identity->arn))
        return false;
    for (const char *c = identity->account; *c; c++)
        digits = digits && *c >= '0' && *c <= '9';
    for (const char *c = identity->arn; *c; c++)
        digits = digits && (unsigned char)*c > ' ' && *c != 0x7f;
    return digits && identity->account[0] && str_starts(str_of(identity->arn), STR("arn:"));
}

static void done(struct aws_request *request)
{
    struct sts_identity *identity = container_of(request, struct sts_identity, request);

    identity->ok = request->ok;
    identity->error = request->error;
    identity->skew_known = request->aws->skew_known;
    identity->skew_ms = request->aws->skew_ms;
    if (request->ok && !read_identity(identity))
        identity->ok = aws_request_nonsense(request, &identity->error);
    identity->done(identity);
}

bool sts_identity_start(struct sts_identity *identity, struct aws *aws,
                        void (*when_done)(struct sts_identity *identity), struct error *err)
{
    *identity = (struct sts_identity){.done = when_done};
    aws_form_init(&identity->request, aws, AWS_STS, "GetCallerIdentity", "2011-06-15");
    identity->request.done = done;
    return aws_request_send(&identity->request, err);
}

void sts_identity_finish(struct sts_identity *identity)
{
    aws_request_finish(&identity->request);
}
