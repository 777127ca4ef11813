/* URLs, login and refusals that every request to the index shares. */
#include "core/index/index.h"

#include "core/base/json.h"
#include "core/base/xml.h"
#include "core/index/password.h"

#include "core/base/alloc.h"

enum { ANSWER_MS = 60000 };

/* The server's address without the path that people give with it. */
static struct str base_of(const char *url)
{
    struct str base = str_trim(str_of(url));
    while (str_ends(base, STR("/")))
        base.len--;
    if (str_ends(base, STR("/simple")))
        base.len -= strlen("/simple");
    while (str_ends(base, STR("/")))
        base.len--;
    return base;
}

static bool harmless(struct str url)
{
    for (size_t i = 0; i < url.len; i++)
        if ((unsigned char)url.data[i] <= ' ' || (unsigned char)url.data[i] >= 0x7f ||
            strchr("\"<>\\@?#", url.data[i]))
            return false;
    return true;
}

bool index_url(const char *url, const char *path, char out[INDEX_URL], struct error *err)
{
    struct str base = base_of(url);
    size_t scheme = str_starts(base, STR("https://"))  ? strlen("https://")
                    : str_starts(base, STR("http://")) ? strlen("http://")
                                                       : 0;
    if (!scheme || base.len == scheme || !harmless(base)) {
        error_set(err, ERROR_INPUT, "The address of the index is not a plain http or https URL.");
        return error_hint(err, "It looks like http://HOST/simple/, without a login in it.");
    }
    int len = snprintf(out, INDEX_URL, "%.*s/%s", STR_ARG(base), path);
    return (len > 0 && len < INDEX_URL) ||
           error_set(err, ERROR_INPUT, "The address of the index is longer than %d bytes.",
                     INDEX_URL - 1);
}

bool index_request(struct http_request *request, const struct index_server *server, const char *url,
                   struct error *err)
{
    struct secret basic = {.data = NULL};
    bool ok = true;
    http_request_finish(request);
    http_request_init(request, "GET", url);
    request->timeout_ms = ANSWER_MS;
    if (server->user && server->password)
        ok = password_basic(server->user, server->password, &basic, err) &&
             http_secret_header(request, "Authorization", STR("Basic "), &basic, err);
    secret_finish(&basic);
    return ok;
}

/* What the body says in a few words: pypicloud's JSON, the title of a page, or plain text. */
static void words_of(const struct http_request *request, struct buf *out)
{
    struct str body = str_trim(buf_str(&request->response));
    char title[200] = "";
    json_t *json = body.len && body.data[0] == '{' ? js_parse(body, NULL) : NULL;
    const char *message = js_text(json, "message");
    if (message[0])
        buf_sanitised(out, str_of(message), false);
    else if (xml_value(body, "title", title, sizeof title))
        buf_sanitised(out, str_of(title), false);
    else if (body.len && body.data[0] != '<' && body.data[0] != '{')
        buf_sanitised(out, (struct str){body.data, body.len < 200 ? body.len : 200}, false);
    json_decref(json);
}

static bool refused_otherwise(const struct http_request *request, struct error *err)
{
    struct buf words = {0};
    words_of(request, &words);
    error_set(err, ERROR_SERVICE, "The index answered %d%s%.300s.", request->status,
              words.len ? ": " : "", buf_cstr(&words));
    buf_finish(&words);
    if (request->status >= 500)
        error_hint(err, "Look at its pod: it says in its log what it lacks.");
    else if (request->status >= 300 && request->status < 400)
        error_hint(err, "Something sends requests elsewhere: has the address become https?");
    return false;
}

bool index_refused(const struct http_request *request, struct error *err)
{
    if (request->failed) {
        if (err)
            *err = request->error;
        return false;
    }
    switch (request->status) {
    case 401:
        error_set(err, ERROR_AUTH, "The index does not accept this user name and password.");
        error_hint(err, "The password is the one of the PyPI admin of this deployment.");
        break;
    case 403:
        error_set(err, ERROR_SERVICE, "The index knows this user but does not permit that (403).");
        error_hint(err, "Its configuration says who may write: pypi.default_write.");
        break;
    case 413:
        error_set(err, ERROR_SERVICE,
                  "The file is larger than what stands before the index lets through (413).");
        break;
    default:
        refused_otherwise(request, err);
    }
    if (err)
        err->code = request->status;
    return false;
}
