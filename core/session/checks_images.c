/* Are the images and charts of the answers where they are fetched from? assets/sources.json has
 * those that the stages use; a registry is asked for a manifest by HEAD, which counts as no pull.
 * The nodes fetch images, not this machine: a warning at most.
 * https://distribution.github.io/distribution/spec/auth/token/
 * https://docs.docker.com/docker-hub/usage/pulls/ */
#include "core/base/json.h"
#include "core/base/paths.h"
#include "core/session/checks_work.h"

#include "core/base/alloc.h"

enum { TABLE_MAX = 64 << 10, PULLS_FEW = 10 };

#define MANIFESTS                                                                                  \
    "application/vnd.docker.distribution.manifest.list.v2+json, "                                  \
    "application/vnd.docker.distribution.manifest.v2+json, "                                       \
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json"

/* ---- what came of it ---- */

static size_t count_of(const struct checks_work *work, bool chart)
{
    size_t count = 0;
    for (size_t i = 0; i < work->source_count; i++)
        count += work->sources[i].chart == chart;
    return count;
}

static void say_all_there(struct checks_work *work)
{
    size_t images = count_of(work, false), charts = count_of(work, true);
    checks_end(work, CHECK_IMAGES, CHECK_PASS, "%zu image%s and %zu chart%s are there", images,
               images == 1 ? "" : "s", charts, charts == 1 ? "" : "s");
}

static void say_few_pulls(struct checks_work *work)
{
    checks_hint(work, CHECK_IMAGES,
                "The nodes have an address of their own, but for pulls from this one.");
    checks_end(work, CHECK_IMAGES, CHECK_WARN,
               "Docker Hub lets this address pull %d more image%s in the next hours.",
               work->pulls_left, work->pulls_left == 1 ? "" : "s");
}

static const char *state_text(const struct checks_source *source)
{
    static const char *const texts[] = {
        [SOURCE_THERE] = "is there",
        [SOURCE_MISSING] = "is not there",
        [SOURCE_CLOSED] = "is not open to everybody",
        [SOURCE_LIMITED] = "is limited: it has had enough of this address",
        [SOURCE_UNREACHED] = "was not reached",
    };
    return texts[source->state];
}

/* The worst of them, and how many more there are. */
static void say_trouble(struct checks_work *work, const struct checks_source *worst, size_t others)
{
    char more[40] = "";
    if (others > 0)
        snprintf(more, sizeof more, " (and %zu more)", others);
    if (worst->state == SOURCE_UNREACHED) {
        checks_hint(work, CHECK_IMAGES,
                    worst->chart
                        ? "helm fetches it from this machine: look at HTTPS_PROXY."
                        : "The nodes pull images, and may reach what this machine cannot.");
        checks_end(work, CHECK_IMAGES, CHECK_WARN, "%s was not reached%s: %s", worst->host, more,
                   worst->why);
        return;
    }
    if (worst->state == SOURCE_LIMITED)
        checks_hint(work, CHECK_IMAGES, "It allows 100 pulls in six hours from one address.");
    else if (worst->state == SOURCE_CLOSED)
        checks_hint(work, CHECK_IMAGES, "The nodes need the right to pull it.");
    else
        checks_hint(work, CHECK_IMAGES, "Look at its name in the form of %s.",
                    stage_table[worst->stage].label);
    checks_end(work, CHECK_IMAGES, CHECK_WARN, "%s at %s %s%s.", worst->name, worst->host,
               state_text(worst), more);
}

static void judge(struct checks_work *work)
{
    const struct checks_source *worst = NULL;
    size_t bad = 0;
    for (size_t i = 0; i < work->source_count; i++) {
        const struct checks_source *source = &work->sources[i];
        checks_detail(work, CHECK_IMAGES, "%s %s: %s%s%s", source->chart ? "chart" : "image",
                      source->name, state_text(source), source->why[0] ? ": " : "", source->why);
        if (source->state == SOURCE_THERE)
            continue;
        bad++;
        if (!worst || source->state < worst->state)
            worst = source;
    }
    if (work->pulls_left >= 0)
        checks_detail(work, CHECK_IMAGES, "Docker Hub lets this address pull %d more now",
                      work->pulls_left);
    if (bad > 0)
        say_trouble(work, worst, bad - 1);
    else if (work->pulls_left >= 0 && work->pulls_left < PULLS_FEW)
        say_few_pulls(work);
    else
        say_all_there(work);
}

static void source_ended(struct checks_source *source, enum source_state state, const char *why)
{
    source->state = state;
    str_copy(str_of(why), source->why, sizeof source->why);
    if (--source->work->sources_open == 0)
        judge(source->work);
}

/* ---- asking ---- */

/* "76;w=21600" */
static void count_pulls(struct checks_source *source)
{
    struct str left = http_response_header(&source->request, "ratelimit-remaining"), number;
    int64_t pulls;
    str_cut(&left, ';', &number);
    if (source->hub && str_to_int64(str_trim(number), &pulls) && pulls >= 0 && pulls < 1000000 &&
        (source->work->pulls_left < 0 || pulls < source->work->pulls_left))
        source->work->pulls_left = (int)pulls;
}

static void ask_for_token(struct checks_source *source);

static void answered(struct http_request *request)
{
    struct checks_source *source = container_of(request, struct checks_source, request);
    char why[80];
    if (!request->failed)
        count_pulls(source);
    if (request->failed || request->status >= 500 || request->status == 407)
        source_ended(source, SOURCE_UNREACHED, checks_why_not(request, why));
    else if (request->status < 400)
        source_ended(source, SOURCE_THERE, "");
    else if (request->status == 429)
        source_ended(source, SOURCE_LIMITED, "");
    else if (request->status == 401 && !source->token_asked)
        ask_for_token(source);
    else
        source_ended(
            source,
            request->status == 401 || request->status == 403 ? SOURCE_CLOSED : SOURCE_MISSING, "");
}

static bool look(struct checks_source *source, const struct secret *token, struct error *err)
{
    struct http_request *request = &source->request;
    http_request_finish(request);
    http_request_init(request, source->any_tag ? "GET" : "HEAD", source->url);
    request->timeout_ms = CHECKS_PATIENCE_MS;
    request->max_body = 1 << 20;
    request->done = answered;
    http_header(request, "Accept", STR(MANIFESTS ", */*"));
    return (!token || http_secret_header(request, "Authorization", STR("Bearer "), token, err)) &&
           http_send(source->work->http, request, err);
}

/* Anybody gets a token for what is open to everybody. */
static void token_known(struct http_request *request)
{
    struct checks_source *source = container_of(request, struct checks_source, request);
    json_t *json = request->failed ? NULL : js_parse(buf_str(&request->response), NULL);
    struct str text = js_str(json, "token");
    struct secret token = {0};
    struct error err;
    char why[80];
    if (text.len == 0)
        text = js_str(json, "access_token");
    bool given = text.len > 0 && secret_set(&token, text, &err);
    json_decref(json);
    if (!given && !request->failed && request->status < 500 && request->status != 407)
        source_ended(source, SOURCE_CLOSED, "");
    else if (!given)
        source_ended(source, SOURCE_UNREACHED, checks_why_not(request, why));
    else if (!look(source, &token, &err))
        source_ended(source, SOURCE_UNREACHED, err.text);
    secret_finish(&token);
}

/* realm="…" of a WWW-Authenticate header. */
static bool parameter(struct str header, const char *name, char *out, size_t capacity)
{
    ptrdiff_t at = str_find(header, str_of(name));
    struct str rest = str_skip(header, at < 0 ? header.len : (size_t)at + strlen(name)), value;
    return str_starts(rest, STR("=\"")) &&
           (rest = str_skip(rest, 2), str_cut(&rest, '"', &value)) &&
           str_copy(value, out, capacity);
}

/* Only the realm may be of another host; it gets no secret of ours. */
static bool token_url(const struct checks_source *source, char url[900])
{
    char realm[256], service[128] = "", scope[300] = "";
    struct str header = http_response_header(&source->request, "www-authenticate");
    if (!str_starts(header, STR("Bearer ")) || !parameter(header, "realm", realm, sizeof realm) ||
        (!str_starts(str_of(realm), STR("https://")) && !str_starts(str_of(realm), STR("http://"))))
        return false;
    parameter(header, "service", service, sizeof service);
    parameter(header, "scope", scope, sizeof scope);
    snprintf(url, 900, "%s%cservice=%s&scope=%s", realm, strchr(realm, '?') ? '&' : '?', service,
             scope);
    return !strpbrk(url, " \t\r\n");
}

static void fetch_token(struct checks_source *source, const char *url)
{
    struct http_request *request = &source->request;
    struct error err;
    http_request_finish(request);
    http_request_init(request, "GET", url);
    request->timeout_ms = CHECKS_PATIENCE_MS;
    request->max_body = 64 << 10;
    request->done = token_known;
    source->token_asked = true;
    if (!http_send(source->work->http, request, &err))
        source_ended(source, SOURCE_UNREACHED, err.text);
}

static void ask_for_token(struct checks_source *source)
{
    char url[900];
    if (token_url(source, url))
        fetch_token(source, url);
    else
        source_ended(source, SOURCE_CLOSED, "");
}

/* ---- what is asked for ---- */

/* REGISTRY/PATH:TAG or @DIGEST, as container engines read it: the first part is a registry when it
 * looks like a host; others are on Docker Hub. */
static void name_image(struct checks_source *source, struct str name)
{
    struct str rest = name, first, path = name, tag = STR("latest");
    bool hosted = str_cut(&rest, '/', &first) && rest.len > 0 &&
                  (str_find(first, STR(".")) >= 0 || str_find(first, STR(":")) >= 0 ||
                   str_is(first, "localhost"));
    if (hosted)
        path = rest;
    source->hub = !hosted || str_is(first, "docker.io") || str_is(first, "index.docker.io");
    ptrdiff_t at = str_find(path, STR("@")), colon = str_find(path, STR(":"));
    if (at < 0)
        at = colon;
    if (at >= 0)
        tag = str_skip(path, (size_t)at + 1);
    if (at >= 0)
        path.len = colon >= 0 && colon < at ? (size_t)colon : (size_t)at;
    str_copy(source->hub ? STR("Docker Hub") : first, source->host, sizeof source->host);
    bool local = hosted && (str_is(first, "localhost") || str_starts(first, STR("localhost:")));
    snprintf(source->url, sizeof source->url, "%s://%.*s/v2/%s%.*s/%s%.*s",
             local ? "http" : "https", STR_ARG(source->hub ? STR("registry-1.docker.io") : first),
             source->hub && str_find(path, STR("/")) < 0 ? "library/" : "", STR_ARG(path),
             source->any_tag ? "tags/list?n=1" : "manifests/",
             STR_ARG(source->any_tag ? STR("") : tag));
}

static void name_address(struct checks_source *source, struct str name)
{
    struct str rest = str_skip(name, (size_t)str_find(name, STR("://")) + 3), host;
    str_cut(&rest, '/', &host);
    str_copy(host, source->host, sizeof source->host);
    str_copy(name, source->url, sizeof source->url);
}

static void add(struct checks_work *work, struct str name, bool chart, bool any_tag,
                enum stage_id stage)
{
    struct checks_source *source = &work->sources[work->source_count];
    if (work->source_count == CHECKS_SOURCES)
        return;
    work->source_count++;
    *source =
        (struct checks_source){.work = work, .chart = chart, .any_tag = any_tag, .stage = stage};
    str_copy(name, source->name, sizeof source->name);
    if (str_find(name, STR("://")) > 0)
        name_address(source, name);
    else
        name_image(source, name);
}

static bool is_wanted(const struct answers *answers, const json_t *item)
{
    const char *flavor = js_text(item, "flavor"), *unless = js_text(item, "unless");
    const struct answer_field *field = unless[0] ? answer_field(unless) : NULL;
    if (flavor[0] && strcmp(flavor, answers->hub_flavor) != 0)
        return false;
    if (field && answer_read(answers, field)[0])
        return false;
    return !js_text(item, "if")[0] || answers->cert_manager;
}

static bool add_listed(struct checks_work *work, const struct answers *answers, struct error *err)
{
    static const char *const lists[] = {"images", "charts"};
    struct buf text = {0};
    char path[PATH_MAX];
    json_t *table = NULL;
    bool ok = path_format(path, err, "%s/sources.json", work->place->assets) &&
              file_read(path, TABLE_MAX, &text, err) && (table = js_parse(buf_str(&text), err));
    for (size_t l = 0; ok && l < 2; l++)
        for (size_t i = 0; i < js_count(table, lists[l]); i++) {
            const json_t *item = json_array_get(js_get(table, lists[l]), i);
            if (is_wanted(answers, item))
                add(work, js_str(item, "name"), l == 1, js_bool(item, "any_tag", false),
                    stage_named(js_str(item, "stage")));
        }
    buf_finish(&text);
    json_decref(table);
    return ok;
}

/* Docker Hub never answers without a token: the way round by its refusal is saved. */
static void begin(struct checks_source *source)
{
    char url[900];
    struct error err;
    struct str path = str_of(source->url), rest;
    if (!source->hub) {
        if (!look(source, NULL, &err))
            source_ended(source, SOURCE_UNREACHED, err.text);
        return;
    }
    path = str_skip(path, strlen("https://registry-1.docker.io/v2/"));
    ptrdiff_t end = str_find(path, STR("/manifests/"));
    rest = path;
    rest.len = end < 0 ? path.len : (size_t)end;
    snprintf(url, sizeof url,
             "https://auth.docker.io/token?service=registry.docker.io&scope=repository:%.*s:pull",
             STR_ARG(rest));
    fetch_token(source, url);
}

void checks_start_images(struct checks_work *work)
{
    struct answers defaults;
    const struct answers *answers = work->checks->answers;
    struct error err;
    if (!answers) {
        answers_default(&defaults, false);
        answers = &defaults;
    }
    work->pulls_left = -1;
    if (!add_listed(work, answers, &err)) {
        checks_end(work, CHECK_IMAGES, CHECK_SKIP, "%s", err.text);
        return;
    }
    if (answers->workspace_image[0])
        add(work, str_of(answers->workspace_image), false, false, STAGE_MLHUB);
    work->sources_open = work->source_count + 1;
    for (size_t i = 0; i < work->source_count; i++)
        begin(&work->sources[i]);
    if (--work->sources_open == 0)
        judge(work);
}

void checks_finish_images(struct checks_work *work)
{
    for (size_t i = 0; i < work->source_count; i++)
        http_request_finish(&work->sources[i].request);
}
