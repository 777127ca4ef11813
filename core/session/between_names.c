/* The names of a domain: external-dns has written the hosts into the zone, the zone is known one
 * level up, and the world can resolve them. The world is asked at a public resolver over https: the
 * operator's own would remember for a quarter of an hour that a name was missing.
 * https://developers.google.com/speed/public-dns/docs/doh/json */
#include "core/aws/route53.h"
#include "core/session/between_work.h"

#include "core/base/alloc.h"

#define RESOLVER "https://dns.google/resolve"

enum { EVERY_MS = 5000, RECORDS_LIMIT_MS = 10 * 60000, RESOLVES_LIMIT_MS = 45 * 60000 };
/* The registrar is another house, and a person has to go there. */
enum { DELEGATED_LIMIT_MS = 24 * 3600000 };
enum { TIMEOUT_MS = 10000, SILENT_MAX = 3, HOSTS = 2 };

struct names {
    struct between *between;
    struct aws_access aws;
    struct route53 route53;
    struct http_request request;
    struct timer timer;
    char hosts[HOSTS][264];
    bool listed[HOSTS];
    size_t host;      /* that is being resolved */
    unsigned silent;  /* answers in a row that did not come from the resolver */
    int64_t since_ms; /* of the wait that is going on */
};

static void ask_records(struct names *work);
static void ask_servers(struct names *work);
static void ask_address(struct names *work);

static const char *zone_name(const struct names *work)
{
    return work->between->world->answers->domain_zone;
}

static bool too_long(const struct names *work, int64_t limit_ms)
{
    return between_since(work->between, work->since_ms) > between_ms(work->between, limit_ms);
}

static void later(struct names *work, void (*fire)(struct timer *timer))
{
    work->timer.fire = fire;
    loop_after(work->between->world->loop, &work->timer, between_ms(work->between, EVERY_MS));
}

static void begin_wait(struct names *work)
{
    work->since_ms = work->between->world->loop->now_ms;
    work->silent = 0;
}

static void end(struct names *work)
{
    js_set_bool(between_result(work->between), "resolves", true);
    between_done(work->between);
}

/* ---- the public resolver ---- */

static bool ask_resolver(struct names *work, const char *name, const char *type,
                         void (*answered)(struct http_request *request))
{
    struct error err;
    char url[400];
    snprintf(url, sizeof url, RESOLVER "?name=%s&type=%s", name, type);
    http_request_finish(&work->request);
    http_request_init(&work->request, "GET", url);
    http_header(&work->request, "Accept", STR("application/json"));
    work->request.timeout_ms = TIMEOUT_MS;
    work->request.max_body = 64 << 10;
    work->request.done = answered;
    if (http_send(work->between->world->http, &work->request, &err))
        return true;
    between_fail(work->between, &err);
    return false;
}

/* The answer; NULL when that is none, and then it is no use to ask for ever: the resolver may be
 * out of reach from here. The steps behind this one find out whether the names are there. */
static json_t *answer_of(struct names *work)
{
    const struct http_request *request = &work->request;
    bool there = !request->failed && request->status == 200;
    json_t *answer = there ? js_parse(buf_str(&request->response), NULL) : NULL;
    work->silent = answer ? 0 : work->silent + 1;
    return answer;
}

/* Whether the answer has the text (NULL: any) among its data of that type. */
static bool has_answer(const json_t *answer, int type, const char *text)
{
    const json_t *all = js_get(answer, "Answer");
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *one = json_array_get(all, i);
        struct str data = js_str(one, "data");
        if (str_ends(data, STR(".")))
            data.len--;
        if (js_int(one, "type", 0) == type && (!text || str_eq_nocase(data, str_of(text))))
            return true;
    }
    return false;
}

/* ---- 3: the world resolves the hosts ---- */

static void again_address(struct timer *timer)
{
    ask_address(container_of(timer, struct names, timer));
}

static void on_address(struct http_request *request)
{
    struct names *work = container_of(request, struct names, request);
    struct error err;
    json_t *answer = answer_of(work);
    bool there = has_answer(answer, 1, NULL) || has_answer(answer, 28, NULL);
    json_decref(answer);
    if (there) {
        work->host++;
        ask_address(work);
    } else if (work->silent == SILENT_MAX) {
        end(work);
    } else if (too_long(work, RESOLVES_LIMIT_MS)) {
        error_set(&err, ERROR_NETWORK, "The world does not resolve %.120s yet.",
                  work->hosts[work->host]);
        error_hint(&err, "dig %.120s shows where it ends; ekshub-tui apply domain goes on.",
                   work->hosts[work->host]);
        between_fail(work->between, &err);
    } else {
        between_note(work->between, "waiting until the world resolves %.110s",
                     work->hosts[work->host]);
        later(work, again_address);
    }
}

static void ask_address(struct names *work)
{
    if (work->host == HOSTS)
        end(work);
    else
        ask_resolver(work, work->hosts[work->host], "A", on_address);
}

/* ---- 2: the zone is known one level up ---- */

static bool is_delegated(const struct names *work, const json_t *answer)
{
    const json_t *servers =
        js_get(outputs_of(work->between->world->outputs, STAGE_DOMAIN), "name_servers");
    for (size_t i = 0; i < json_array_size(servers); i++)
        if (has_answer(answer, 2, json_string_value(json_array_get(servers, i))))
            return true;
    return false;
}

static void again_servers(struct timer *timer)
{
    ask_servers(container_of(timer, struct names, timer));
}

static void on_servers(struct http_request *request)
{
    struct names *work = container_of(request, struct names, request);
    const char *servers = outputs_text(work->between->world->outputs, STAGE_DOMAIN, "name_servers");
    struct error err;
    json_t *answer = answer_of(work);
    bool delegated = is_delegated(work, answer);
    json_decref(answer);
    if (delegated || work->silent == SILENT_MAX || !*servers) {
        begin_wait(work);
        ask_address(work);
    } else if (too_long(work, DELEGATED_LIMIT_MS)) {
        error_set(&err, ERROR_NETWORK, "Nobody has told the world about the zone %.100s.",
                  zone_name(work));
        error_hint(&err, "Set its NS records at the registrar: %.180s. Then apply domain again.",
                   servers);
        between_fail(work->between, &err);
    } else {
        between_note(work->between, "set the NS records of %.60s at its registrar: %.140s",
                     zone_name(work), servers);
        later(work, again_servers);
    }
}

static void ask_servers(struct names *work)
{
    ask_resolver(work, zone_name(work), "NS", on_servers);
}

/* ---- 1: the records are in the zone ---- */

static void again_records(struct timer *timer)
{
    ask_records(container_of(timer, struct names, timer));
}

static void on_record(void *context, const struct route53_record *record)
{
    struct names *work = context;
    bool leads = strcmp(record->type, "A") == 0 || strcmp(record->type, "AAAA") == 0 ||
                 strcmp(record->type, "CNAME") == 0;
    for (size_t i = 0; i < HOSTS; i++)
        work->listed[i] |= leads && strcmp(record->name, work->hosts[i]) == 0;
}

static void on_records(struct route53 *route53)
{
    struct names *work = container_of(route53, struct names, route53);
    struct error err = route53->error;
    size_t missing = 0;
    while (missing < HOSTS && work->listed[missing])
        missing++;
    if (!route53->ok) {
        between_fail(work->between, &err);
    } else if (missing == HOSTS) {
        begin_wait(work);
        ask_servers(work);
    } else if (too_long(work, RECORDS_LIMIT_MS)) {
        error_set(&err, ERROR_SERVICE, "external-dns has written no record for %.120s.",
                  work->hosts[missing]);
        error_hint(&err, "Its log says why: kubectl logs -n external-dns deployment/external-dns");
        between_fail(work->between, &err);
    } else {
        between_note(work->between, "waiting until external-dns writes %.110s",
                     work->hosts[missing]);
        later(work, again_records);
    }
}

static void ask_records(struct names *work)
{
    const char *zone = outputs_text(work->between->world->outputs, STAGE_DOMAIN, "zone_id");
    struct error err;
    memset(work->listed, 0, sizeof work->listed);
    if (!route53_records(&work->route53, &work->aws.aws, zone, on_record, work, on_records, &err))
        between_fail(work->between, &err);
}

/* ---- as a step ---- */

static bool names_start(struct between *between, struct error *err)
{
    const struct between_world *world = between->world;
    struct names *work = between->work;
    work->between = between;
    answers_hub_host(world->answers, work->hosts[0]);
    answers_pypi_host(world->answers, work->hosts[1]);
    if (!*outputs_text(world->outputs, STAGE_DOMAIN, "zone_id"))
        return error_set(err, ERROR_TOOL, "terraform gave no id of the zone %.100s.",
                         zone_name(work));
    if (!aws_access_open(&work->aws, world->http, world->signals, world->place, world->profile,
                         world->answers->region, err))
        return false;
    ask_records(work);
    return true;
}

static void names_finish(struct between *between)
{
    struct names *work = between->work;
    loop_cancel(between->world->loop, &work->timer);
    http_request_finish(&work->request);
    route53_finish(&work->route53);
    aws_access_finish(&work->aws);
}

const struct between_step between_names = {
    .step = STEP_NAMES,
    .label = "wait for the names",
    .stages = BETWEEN_STAGE(STAGE_DOMAIN),
    .size = sizeof(struct names),
    .start = names_start,
    .finish = names_finish,
};
