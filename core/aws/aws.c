/* Who asks, and what is asked; sending it is aws_send.c's. */
#include "core/aws/aws.h"

#include "core/aws/region.h"
#include "core/aws/renewal.h"
#include "core/aws/sigv4.h"

#include "core/base/alloc.h"

const char *aws_ca_bundle(const struct profiles *profiles, const struct profile *profile)
{
    const char *path = profiles_env(profiles, "AWS_CA_BUNDLE");

    return path ? path : profile_get(profiles, profile, "ca_bundle");
}

bool aws_init(struct aws *aws, struct http *http, const struct profiles *profiles,
              const struct profile *profile, const char *region, struct creds *creds,
              struct error *err)
{
    *aws = (struct aws){
        .http = http,
        .creds = *creds,
    };
    *creds = (struct creds){0};
    aws_retries_init(&aws->retries, profiles, profile);
    if (region_check(region, err) && endpoints_load(&aws->endpoints, profiles, profile, err))
        return str_copy(str_of(region), aws->region, sizeof aws->region);
    aws_finish(aws);
    return false;
}

void aws_finish(struct aws *aws)
{
    aws_renewal_finish(aws);
    creds_finish(&aws->creds);
}

void aws_set_creds(struct aws *aws, struct creds *creds)
{
    creds_finish(&aws->creds);
    aws->creds = *creds;
    *creds = (struct creds){0};
}

/* ---- requests ---- */

void aws_request_init(struct aws_request *request, struct aws *aws, enum aws_service service,
                      const char *action, const char *method, const char *path)
{
    *request =
        (struct aws_request){.aws = aws, .service = service, .action = action, .separator = "?"};
    str_copy(str_of(aws->region), request->region, sizeof request->region);
    str_copy(str_of(method), request->method, sizeof request->method);
    buf_text(&request->path, path);
}

void aws_request_segment(struct aws_request *request, struct str segment)
{
    buf_byte(&request->path, '/');
    sigv4_encode(&request->path, segment, "");
}

static void put_parameter(struct buf *out, const char *name, struct str value)
{
    sigv4_encode(out, str_of(name), "");
    buf_byte(out, '=');
    sigv4_encode(out, value, "");
}

void aws_request_query(struct aws_request *request, const char *name, struct str value)
{
    buf_text(&request->path, request->separator);
    request->separator = "&";
    put_parameter(&request->path, name, value);
}

void aws_form_init(struct aws_request *request, struct aws *aws, enum aws_service service,
                   const char *action, const char *version)
{
    aws_request_init(request, aws, service, action, "POST", "/");
    buf_text(&request->headers, "Content-Type: application/x-www-form-urlencoded; charset=utf-8\n");
    buf_printf(&request->body, "Action=%s&Version=%s", action, version);
}

void aws_form_set(struct aws_request *request, const char *name, struct str value)
{
    buf_byte(&request->body, '&');
    put_parameter(&request->body, name, value);
}

bool aws_request_nonsense(const struct aws_request *request, struct error *err)
{
    error_set(err, ERROR_SERVICE, "The answer of %s to %s is not what AWS sends.",
              aws_service_name(request->service), request->action);
    return error_hint(err, "A proxy or a sign-in page of the network may have answered instead.");
}
