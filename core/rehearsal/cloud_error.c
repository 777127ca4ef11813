/* Error bodies. */
#include "core/rehearsal/cloud_error.h"

#include <openssl/rand.h>
#include <stdio.h>

#include "core/base/json.h"

#include "core/base/alloc.h"

static const char signature_text[] =
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details.";
static const char token_text[] = "The security token included in the request is invalid.";
static const char expired_text[] = "The security token included in the request is expired";
static const char ec2_text[] = "AWS was not able to validate the provided access credentials";

/* By shape and problem: status, code, message. */
static const struct {
    int status;
    const char *code, *message;
} problems[][5] = {
    [CLOUD_QUERY] = {{403, "MissingAuthenticationToken", "Request is missing Authentication Token"},
                     {403, "InvalidClientTokenId", token_text},
                     {403, "SignatureDoesNotMatch", signature_text},
                     {400, "InvalidAction", "Could not find operation"},
                     {403, "ExpiredToken", expired_text}},
    [CLOUD_EC2] = {{401, "AuthFailure", ec2_text},
                   {401, "AuthFailure", ec2_text},
                   {401, "AuthFailure", ec2_text},
                   {400, "InvalidAction", "The action is not valid for this web service:"},
                   {400, "RequestExpired", "Request has expired."}},
    [CLOUD_REST] = {{403, "MissingAuthenticationTokenException", "Missing Authentication Token"},
                    {403, "UnrecognizedClientException", token_text},
                    {403, "InvalidSignatureException", signature_text},
                    {404, "UnknownOperationException", "Could not find operation"},
                    {403, "ExpiredTokenException", expired_text}},
    [CLOUD_JSON11] = {{400, "MissingAuthenticationTokenException", "Missing Authentication Token"},
                      {400, "UnrecognizedClientException", token_text},
                      {400, "InvalidSignatureException", signature_text},
                      {400, "UnknownOperationException", "Could not find operation"},
                      {400, "ExpiredTokenException", expired_text}},
    [CLOUD_S3] = {{403, "AccessDenied", "Access Denied"},
                  {403, "InvalidAccessKeyId",
                   "The AWS Access Key Id you provided does not exist in our records."},
                  {403, "SignatureDoesNotMatch", signature_text},
                  {501, "NotImplemented", "A rehearsal has no answer to this request:"},
                  {400, "ExpiredToken", "The provided token has expired."}},
    [CLOUD_PLAIN] = {{403, "", "Forbidden"},
                     {403, "", "Forbidden"},
                     {403, "", "Forbidden"},
                     {404, "", "Nothing answers in a rehearsal at"},
                     {403, "", "Forbidden"}},
};

void cloud_id(char out[37])
{
    unsigned char b[16];
    if (RAND_bytes(b, sizeof b) != 1)
        memset(b, 0, sizeof b);
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    size_t at = 0;
    for (size_t i = 0; i < sizeof b; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            out[at++] = '-';
        snprintf(out + at, 3, "%02x", b[i]);
        at += 2;
    }
}

void cloud_xml(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        switch (text.data[i]) {
        case '<':
            buf_text(out, "&lt;");
            break;
        case '>':
            buf_text(out, "&gt;");
            break;
        case '&':
            buf_text(out, "&amp;");
            break;
        default:
            buf_byte(out, text.data[i]);
        }
}

static void reply_type(struct cloud_reply *reply, const char *type)
{
    str_copy(str_of(type), reply->type, sizeof reply->type);
}

static void json_error(struct cloud_reply *reply, const char *type_key, const char *code,
                       const char *message)
{
    json_t *body = json_object();
    if (type_key)
        js_set_text(body, type_key, code);
    else
        str_copy(str_of(code), reply->error_type, sizeof reply->error_type);
    js_set_text(body, "message", message);
    js_dump(body, &reply->body);
    json_decref(body);
}

static void xml_error(struct cloud_reply *reply, const char *before, const char *code,
                      const char *message, const char *middle, const char *after)
{
    char id[37];
    cloud_id(id);
    buf_printf(&reply->body, "%s<Code>%s</Code><Message>", before, code);
    cloud_xml(&reply->body, str_of(message));
    buf_printf(&reply->body, "</Message>%s%s%s", middle, id, after);
}

void cloud_error_reply(struct cloud_reply *reply, enum cloud_shape shape, int status,
                       const char *code, const char *message)
{
    buf_clear(&reply->body);
    reply->status = status;
    switch (shape) {
    case CLOUD_QUERY:
        reply_type(reply, "text/xml");
        xml_error(reply, "<ErrorResponse><Error><Type>Sender</Type>", code, message,
                  "</Error><RequestId>", "</RequestId></ErrorResponse>\n");
        break;
    case CLOUD_EC2:
        reply_type(reply, "text/xml;charset=UTF-8");
        xml_error(reply, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error>",
                  code, message, "</Error></Errors><RequestID>", "</RequestID></Response>");
        break;
    case CLOUD_S3:
        reply_type(reply, "application/xml");
        xml_error(reply, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>", code, message,
                  "<RequestId>", "</RequestId></Error>");
        break;
    case CLOUD_REST:
        reply_type(reply, "application/json");
        json_error(reply, NULL, code, message);
        break;
    case CLOUD_JSON11:
        reply_type(reply, "application/x-amz-json-1.1");
        json_error(reply, "__type", code, message);
        break;
    case CLOUD_PLAIN:
        reply_type(reply, "text/plain; charset=utf-8");
        buf_sanitised(&reply->body, str_of(message), false);
        buf_byte(&reply->body, '\n');
        break;
    }
}

void cloud_problem_reply(struct cloud_reply *reply, enum cloud_shape shape,
                         enum cloud_problem problem, const char *subject)
{
    char *message =
        alloc_printf("%s%s%s", problems[shape][problem].message, *subject ? " " : "", subject);
    cloud_error_reply(reply, shape, problems[shape][problem].status, problems[shape][problem].code,
                      message);
    free(message);
}
