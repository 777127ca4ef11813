/* The index's pages: who may, what there is, what comes and goes. */
#include "core/rehearsal/index.h"

#include "core/aws/sigv4.h"
#include "core/base/json.h"
#include "core/rehearsal/encoding.h"
#include "core/rehearsal/index_files.h"
#include "core/rehearsal/index_form.h"
#include "core/rehearsal/login.h"

#include "core/base/alloc.h"

static void page(struct cloud_reply *reply, int status, const char *type)
{
    buf_clear(&reply->body);
    reply->status = status;
    str_copy(str_of(type), reply->type, sizeof reply->type);
}

static void refuse(struct cloud_reply *reply, int status, const char *title, const char *text)
{
    page(reply, status, "text/html; charset=UTF-8");
    buf_printf(&reply->body,
               "<html>\n <head>\n  <title>%d %s</title>\n </head>\n <body>\n  <h1>%d %s</h1>\n  ",
               status, title, status, title);
    encode_html(&reply->body, str_of(text));
    buf_text(&reply->body, "<br/><br/>\n\n\n </body>\n</html>");
}

/* ---- who ---- */

static const struct world_thing *login_of(const struct cloud *cloud)
{
    const struct world_thing *thing = world_find(cloud->world, LOGIN_ADDRESS);
    enum world_status status = world_status_of(thing, cloud->now_ms);
    return status == WORLD_ACTIVE || status == WORLD_CREATING ? thing : NULL;
}

static bool is_logged_in(const struct request *request, const struct cloud *cloud)
{
    struct str header = request_header(request, "Authorization"), scheme, user;
    const struct world_thing *login = login_of(cloud);
    struct buf plain;
    if (!login || !str_cut(&header, ' ', &scheme) || !str_eq_nocase(scheme, STR("Basic")))
        return false;
    buf_init(&plain, 4096);
    struct str password = {"", 0};
    bool ok = decode_base64(header, &plain);
    if (ok) {
        password = buf_str(&plain);
        ok = str_cut(&password, ':', &user) && login_matches(login->last.detail, user, password);
    }
    secret_wipe(plain.data, plain.len);
    buf_finish(&plain);
    return ok;
}

/* "default/pypi-config everyone": the default that the configuration gives to readers. */
static bool is_public(const struct cloud *cloud)
{
    const struct world_thing *config = NULL;
    for (size_t i = 0; !config && i < cloud->world->count; i++)
        if (strcmp(cloud->world->things[i].last.type, "kubernetes_config_map_v1") == 0)
            config = &cloud->world->things[i];
    return config && world_status_of(config, cloud->now_ms) == WORLD_ACTIVE &&
           str_ends(str_of(config->last.detail), STR(" everyone"));
}

/* pypicloud asks who it is, whoever is not allowed in. */
static bool may(const struct request *request, const struct cloud *cloud, bool write,
                struct cloud_reply *reply)
{
    if ((!write && is_public(cloud)) || is_logged_in(request, cloud))
        return true;
    refuse(reply, 401, "Unauthorized",
           "This server could not verify that you are authorized to access the document you "
           "requested.  Either you supplied the wrong credentials (e.g., bad password), or your "
           "browser does not understand how to supply the credentials required.");
    cloud_reply_header(reply, "WWW-Authenticate", "Basic realm=\"pypi\"");
    return false;
}

/* ---- what there is ---- */

static void list_packages(const struct cloud *cloud, struct cloud_reply *reply)
{
    struct index_file file;
    page(reply, 200, "text/html; charset=UTF-8");
    buf_text(&reply->body, "<!DOCTYPE html>\n<html>\n  <head><title>Simple index</title></head>\n"
                           "  <body>\n");
    for (size_t at = 0; index_next(cloud, NULL, &at, &file);) {
        struct index_file other;
        bool again = false;
        for (size_t before = 0; index_next(cloud, file.name, &before, &other) && before < at;)
            again = true;
        if (!again)
            buf_printf(&reply->body, "    <a href=\"%s/\">%s</a><br/>\n", file.name, file.name);
    }
    buf_text(&reply->body, "  </body>\n</html>\n");
}

static void list_files(const struct cloud *cloud, const char *name, struct cloud_reply *reply)
{
    struct index_file file;
    size_t found = 0;
    page(reply, 200, "text/html; charset=UTF-8");
    buf_printf(&reply->body,
               "<!DOCTYPE html>\n<html>\n  <head><title>Links for %s</title></head>\n  <body>\n"
               "    <h1>Links for %s</h1>\n",
               name, name);
    for (size_t at = 0; index_next(cloud, name, &at, &file); found++) {
        buf_printf(&reply->body, "    <a href=\"/api/package/%s/%s", file.name, file.file);
        if (*file.sha256)
            buf_printf(&reply->body, "#sha256=%s", file.sha256);
        buf_printf(&reply->body, "\">%s</a><br/>\n", file.file);
    }
    buf_text(&reply->body, "  </body>\n</html>\n");
    if (found == 0)
        refuse(reply, 404, "Not Found", "The resource could not be found.");
}

static json_t *describe(const struct index_file *file)
{
    char *url = alloc_printf("/api/package/%s/%s", file->name, file->file);
    json_t *made = json_object();
    js_set_text(made, "name", file->name);
    js_set_text(made, "filename", file->file);
    js_set_text(made, "version", file->version);
    js_set_text(made, "url", url);
    free(url);
    return made;
}

/* GET /api/package/ and GET /api/package/NAME/ */
static void list_json(const struct cloud *cloud, const char *name, struct cloud_reply *reply)
{
    struct index_file file;
    json_t *list = json_array();
    for (size_t at = 0; index_next(cloud, name, &at, &file);)
        json_array_append_new(list, describe(&file));
    page(reply, 200, "application/json");
    json_t *answer = json_pack("{s:o}", "packages", list);
    if (name)
        js_set_bool(answer, "write", true);
    js_dump(answer, &reply->body);
    json_decref(answer);
}

static void download(const struct cloud *cloud, const char *name, const char *wanted,
                     struct cloud_reply *reply)
{
    struct index_file file;
    struct buf content;
    buf_init(&content, REQUEST_UPLOAD_MAX);
    if (index_find(cloud, name, wanted, &file) && index_read(cloud, &file, &content, NULL)) {
        page(reply, 200, "application/octet-stream");
        buf_finish(&reply->body);
        reply->body = content;
        return;
    }
    buf_finish(&content);
    refuse(reply, 404, "Not Found", "The resource could not be found.");
}

/* ---- what comes and goes ---- */

static bool is_plain(struct str text, const char *also)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && (!c || !strchr(also, c)))
            return false;
    }
    return text.len > 0 && text.data[0] != '.';
}

static void upload(const struct request *request, const struct cloud *cloud,
                   struct cloud_reply *reply)
{
    struct str boundary = form_boundary(request_header(request, "Content-Type"));
    struct str rest = request->body, action = {"", 0}, name = {"", 0}, version = {"", 0};
    struct form_part part, content = {.filename = {"", 0}};
    struct index_file file = {.name = ""}, old;
    struct error err = {.kind = ERROR_NONE};
    while (form_next(&rest, boundary, &part)) {
        if (str_is(part.name, ":action"))
            action = str_trim(part.content);
        else if (str_is(part.name, "name"))
            name = str_trim(part.content);
        else if (str_is(part.name, "version"))
            version = str_trim(part.content);
        else if (str_is(part.name, "content"))
            content = part;
    }
    if (!str_is(action, "file_upload")) {
        refuse(reply, 400, "Bad Request", "Unknown action");
        return;
    }
    if (!is_plain(name, "-_.") || !is_plain(version, "-_.+!") ||
        !is_plain(content.filename, "-_.+!") || content.content.len == 0 ||
        !str_copy(content.filename, file.file, sizeof file.file) ||
        !str_copy(version, file.version, sizeof file.version)) {
        refuse(reply, 400, "Bad Request", "Name, version and content are needed");
        return;
    }
    index_normalise(name, file.name);
    sigv4_sha256(content.content, file.sha256);
    if (index_find(cloud, file.name, file.file, &old)) {
        char *text = alloc_printf("Package '%s' already exists!", file.file);
        refuse(reply, 409, "Conflict", text);
        free(text);
    } else if (!index_store(cloud, &file, content.content, &err))
        refuse(reply, 500, "Internal Server Error", err.text);
    else {
        json_t *made = describe(&file);
        page(reply, 200, "application/json");
        js_dump(made, &reply->body);
        json_decref(made);
    }
}

static void withdraw(const struct cloud *cloud, const char *name, const char *wanted,
                     struct cloud_reply *reply)
{
    struct index_file file;
    if (index_find(cloud, name, wanted, &file) && index_remove(cloud, &file, NULL)) {
        page(reply, 200, "application/json");
        buf_text(&reply->body, "{}");
    } else
        refuse(reply, 404, "Not Found", "The resource could not be found.");
}

/* ---- the paths ---- */

static void health(struct cloud_reply *reply)
{
    page(reply, 200, "application/json");
    buf_text(&reply->body, "{\"storage\": [true, \"\"], \"cache\": [true, \"\"], \"access\": "
                           "[true, \"\"]}");
}

static void front(struct cloud_reply *reply)
{
    page(reply, 200, "text/html; charset=UTF-8");
    buf_text(&reply->body, "<!DOCTYPE html>\n<html>\n  <head><title>PyPI Cloud</title></head>\n"
                           "  <body><h1>PyPI Cloud</h1></body>\n</html>\n");
}

/* The login page sends on whoever is logged in already; 1.3.12 does not refuse anybody here. */
static void account(const struct request *request, const struct cloud *cloud,
                    struct cloud_reply *reply)
{
    if (!is_logged_in(request, cloud)) {
        front(reply);
        return;
    }
    refuse(reply, 302, "Found", "The resource was found at");
    cloud_reply_header(reply, "Location", "/");
}

/* Behind "/simple/" or "/pypi/": "", "NAME/" or, with a redirect, "NAME". */
static void simple(const struct request *request, struct str rest, const struct cloud *cloud,
                   struct cloud_reply *reply)
{
    char name[INDEX_NAME];
    struct str part;
    bool slash = str_cut(&rest, '/', &part);
    if (part.len == 0) {
        list_packages(cloud, reply);
        return;
    }
    index_normalise(part, name);
    if (!is_plain(part, "-_.") || rest.len > 0)
        refuse(reply, 404, "Not Found", "The resource could not be found.");
    else if (!slash) {
        char *where = alloc_printf("%.*s/", STR_ARG(request->path));
        refuse(reply, 302, "Found", "The resource was found at");
        cloud_reply_header(reply, "Location", where);
        free(where);
    } else
        list_files(cloud, name, reply);
}

/* Behind "/api/package": "", "/", "/NAME/" or "/NAME/FILE". */
static void api(const struct request *request, struct str rest, const struct cloud *cloud,
                struct cloud_reply *reply)
{
    char name[INDEX_NAME], file[INDEX_FILE];
    struct str part;
    rest = str_skip(rest, 1);
    str_cut(&rest, '/', &part);
    index_normalise(part, name);
    struct buf plain = {.data = NULL};
    decode_percent(rest, false, &plain);
    bool fits = str_copy(buf_str(&plain), file, sizeof file);
    buf_finish(&plain);
    bool removes = str_is(request->method, "DELETE");
    if (removes && *file)
        withdraw(cloud, name, file, reply);
    else if (removes || !fits)
        refuse(reply, 404, "Not Found", "The resource could not be found.");
    else if (*file)
        download(cloud, name, file, reply);
    else
        list_json(cloud, *name ? name : NULL, reply);
}

void index_answer(const struct request *request, const struct cloud *cloud,
                  struct cloud_reply *reply)
{
    struct str path = request->path;
    bool post = str_is(request->method, "POST"), removes = str_is(request->method, "DELETE");
    bool read = str_is(request->method, "GET") || str_is(request->method, "HEAD");
    bool list = str_starts(path, STR("/simple/")) || str_starts(path, STR("/pypi/"));
    bool package =
        str_starts(path, STR("/api/package")) && (path.len == 12 || path.data[12] == '/');
    reply->status = 200;
    if (str_is(path, "/health") && read)
        health(reply);
    else if (post && (str_is(path, "/") || str_is(path, "/simple/") || str_is(path, "/simple") ||
                      str_is(path, "/pypi/") || str_is(path, "/pypi"))) {
        if (may(request, cloud, true, reply))
            upload(request, cloud, reply);
    } else if (str_is(path, "/") && read)
        front(reply);
    else if (str_is(path, "/acct/login") && read)
        account(request, cloud, reply);
    else if ((str_is(path, "/simple") || str_is(path, "/pypi")) && read) {
        refuse(reply, 302, "Found", "The resource was found at");
        cloud_reply_header(reply, "Location", str_is(path, "/simple") ? "/simple/" : "/pypi/");
    } else if (list && read) {
        if (may(request, cloud, false, reply))
            simple(request, str_skip(path, path.data[1] == 's' ? 8 : 6), cloud, reply);
    } else if (package && (read || removes)) {
        if (may(request, cloud, removes, reply))
            api(request, str_skip(path, 12), cloud, reply);
    } else
        refuse(reply, 404, "Not Found", "The resource could not be found.");
}
