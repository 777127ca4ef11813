/* One function a parser: it may refuse, it may not crash, hang or write what a terminal obeys. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "core/aws/refusal.h"
#include "core/aws/shlex.h"
#include "core/base/clock.h"
#include "core/base/ini.h"
#include "core/base/json.h"
#include "core/base/xml.h"
#include "core/base/yaml.h"
#include "core/index/project.h"
#include "core/index/pypirc_text.h"
#include "core/index/verify.h"
#include "core/kube/frames.h"
#include "core/kube/kube_private.h"
#include "core/kube/kubeconfig_file.h"
#include "core/rehearsal/hub.h"
#include "core/rehearsal/index.h"
#include "core/rehearsal/index_form.h"
#include "core/rehearsal/kube_world.h"
#include "core/rehearsal/websocket.h"
#include "core/rehearsal/world.h"
#include "core/terraform/tf_plan.h"
#include "core/terraform/tf_run.h"
#include "tui/keys.h"
#include "tui/text.h"

#include "core/base/alloc.h"

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void json(struct str input)
{
    struct error err;
    json_t *value = js_parse(input, &err);
    struct buf out = {0};
    js_text(value, "a.0.b");
    if (value && js_dump(value, &out)) {
        json_t *again = js_parse(buf_str(&out), &err);
        must(again != NULL);
        json_decref(again);
    }
    buf_finish(&out);
    json_decref(value);
}

static void yaml(struct str input)
{
    struct error err;
    struct buf out = {0};
    json_t *value = yml_parse(input, &err);
    if (value)
        (void)yml_dump(value, &out);
    buf_finish(&out);
    json_decref(value);
}

static void ini(struct str input)
{
    struct error err;
    struct ini ini;
    if (!ini_parse(&ini, input, "file", &err))
        return;
    for (size_t i = 0, section; i < ini.section_count; i++)
        must(ini_find(&ini, ini.sections[i].name, &section) && section == i);
    for (size_t i = 0; i < ini.option_count; i++) {
        const struct ini_option *option = &ini.options[i];
        struct str value;
        must(ini_get(&ini, option->section, option->name.data) == option);
        must(strlen(option->value.data) == option->value.len);
        (void)ini_nested(option, "a", &value);
    }
    (void)ini_check_nested(&ini, "file", &err);
    ini_finish(&ini);
}

static void xml(struct str input)
{
    struct str rest = input, inner;
    struct buf text = {0};
    char value[64];
    while (xml_next(&rest, "Error", &inner))
        xml_text(inner, &text);
    (void)xml_value(input, "Code", value, sizeof value);
    buf_finish(&text);
}

/* Always a sentence, whatever the body is. */
static void refusal(struct str input)
{
    struct aws_reply reply = {.service = AWS_S3,
                              .action = "DoIt",
                              .status = input.len % 2 ? 400 : 503,
                              .error_type = {input.data, input.len < 40 ? input.len : 40},
                              .body = input,
                              .wall_ms = 1};
    struct aws_refusal refused;
    struct error err = {.kind = ERROR_NONE};
    must(!aws_refused(&reply, &refused, &err));
    must(err.kind != ERROR_NONE && err.text[0] && str_is_utf8(str_of(err.text)));
    for (const char *c = err.text; *c; c++)
        must((unsigned char)*c >= ' ' || *c == '\t');
}

static void times(struct str input)
{
    int64_t wall_ms;
    char out[CLOCK_TEXT];
    if (clock_parse_rfc3339(input, &wall_ms))
        (void)clock_rfc3339(wall_ms, out);
    (void)clock_parse_http(input, &wall_ms);
}

static void words(struct str input)
{
    char **all;
    size_t count;
    if (shlex_split(input, &all, &count))
        shlex_free(all);
}

/* Nothing that a terminal obeys comes out, whatever goes in. */
static void sanitised(struct str input)
{
    struct buf out = {0};
    if (buf_sanitised(&out, input, false))
        for (size_t i = 0; i < out.len; i++)
            must((unsigned char)out.data[i] >= ' ' || out.data[i] == '\t');
    buf_finish(&out);
    char *text = alloc_zeroed(input.len * 4 + 1, 1);
    size_t len = text_sanitise(input.data, input.len, text, input.len * 4 + 1);
    for (size_t i = 0; i < len; i++)
        must((unsigned char)text[i] >= ' ' || text[i] == '\t' || text[i] == '\n');
    free(text);
}

static void terraform_events(struct str input)
{
    static struct tf_run run; /* too large for a small stack */
    struct str rest = input, line;
    tf_run_init(&run, TF_APPLY);
    while (rest.len > 0) {
        struct tf_event event;
        struct error err;
        str_cut(&rest, '\n', &line);
        if (tf_event_parse(line, &event, &err))
            tf_run_apply(&run, &event, 1000);
    }
    struct error err;
    tf_run_ended(&run, 1);
    (void)tf_run_explain(&run, &err);
    tf_run_finish(&run);
}

static void terraform_plan(struct str input)
{
    struct error err;
    struct tf_plan plan = {0};
    json_t *document = js_parse(input, &err);
    if (document && tf_plan_parse(&plan, document, &err))
        (void)tf_plan_creates_only(&plan);
    tf_plan_finish(&plan);
    json_decref(document);
}

/* What the simulated cluster makes of any world, at some moments. */
static void towns(const struct world *world)
{
    struct settings settings = {.speed = 20};
    struct kube_world kube;
    for (int64_t now_ms = 0; now_ms <= 4000000000000; now_ms = now_ms * 2000 + 1000) {
        kube_world_make(&kube, world, &settings, NULL, "us-east-2", now_ms);
        must(kube.next_ms > now_ms);
        kube_world_finish(&kube);
    }
}

static void world(struct str input)
{
    struct world_event event;
    struct world world = {0};
    struct str rest = input, line;
    while (rest.len > 0) {
        str_cut(&rest, '\n', &line);
        if (world_event_parse(line, &event))
            world_apply(&world, &event);
    }
    (void)world_cluster_at(&world, 1000);
    towns(&world);
    world_finish(&world);
}

/* A body of a form, its boundary on the first line. */
static void forms(struct str input)
{
    struct str rest = input, boundary;
    struct form_part part;
    str_cut(&rest, '\n', &boundary);
    for (size_t parts = 0; form_next(&rest, form_boundary(boundary), &part); parts++)
        must(parts <= input.len && part.content.len <= input.len);
}

static void websocket(struct str input)
{
    struct buf in = {.data = NULL}, message = {.data = NULL}, out = {.data = NULL};
    enum websocket_got got = WEBSOCKET_NOTHING;
    buf_append(&in, input);
    while (got == WEBSOCKET_NOTHING || got == WEBSOCKET_MESSAGE) {
        size_t before = in.len;
        got = websocket_take(&in, &message, &out);
        must(in.len < before || got == WEBSOCKET_MORE || got == WEBSOCKET_BROKEN);
    }
    buf_finish(&in);
    buf_finish(&message);
    buf_finish(&out);
}

/* Requests as they come to the rehearsal's server, and what it answers to them. */
static void requests(struct str input)
{
    struct request request = {.header_count = 0};
    struct settings settings = {.speed = 20};
    struct world world = {.count = 0};
    struct cloud cloud = {.world = &world, .settings = &settings, .ca_data = "", .now_ms = 1000};
    size_t taken = 0;
    int status = 0;
    if (request_parse(input, &request, &taken, &status) == REQUEST_READY) {
        struct cloud_reply reply = {.status = 0};
        must(taken <= input.len);
        cloud_answer(&request, &cloud, &reply);
        cloud_reply_finish(&reply);
        reply = (struct cloud_reply){.status = 0};
        index_answer(&request, &cloud, &reply);
        cloud_reply_finish(&reply);
        reply = (struct cloud_reply){.status = 0};
        hub_answer(&request, &cloud, &reply);
        cloud_reply_finish(&reply);
    }
    request_finish(&request);
}

static void keys(struct str input)
{
    struct keys keys = {0};
    struct press press;
    int64_t now_ms = 0;
    /* in pieces of growing size, with time passing: sequences are torn as bad lines tear them */
    for (size_t at = 0, piece = 1; at < input.len; piece++, now_ms += 40) {
        size_t len = piece < input.len - at ? piece : input.len - at;
        keys_feed(&keys, input.data + at, len, now_ms);
        while (keys_next(&keys, now_ms, &press))
            ;
        at += len;
    }
    while (keys_next(&keys, now_ms + 100000, &press))
        ;
    must(keys_wait_ms(&keys, now_ms + 100000) == -1);
    keys_finish(&keys);
}

static void wrapping(struct str input)
{
    const char *text = input.data;
    size_t limit = input.len;
    struct text_line line;
    for (size_t lines = 0; text_wrap(&text, &limit, 11, &line); lines++)
        must(lines <= input.len);
}

/* Read, changed, written and read again; a text that libyaml does not write back as it was is the
 * writer's to refuse. */
static void kubeconfig(struct str input)
{
    static const char *const args[] = {"token", NULL};
    static const struct kubeconfig_entry entry = {.name = "n",
                                                  .server = "https://n",
                                                  .ca_data = "UEVN",
                                                  .command = "/n",
                                                  .args = args,
                                                  .environment = args};
    struct kubeconfig_file file = {.loaded = false};
    struct kube_access found = {.auth = KUBE_AUTH_NONE};
    struct buf out = {0};
    struct error err;
    if (kubeconfig_file_parse(&file, "file", input, &err)) {
        int list = kubeconfig_get(&file, kubeconfig_root(&file), "users");
        for (size_t i = 0; kubeconfig_item(&file, list, i); i++) {
            struct kubeconfig_place place = {
                &file, kubeconfig_get(&file, kubeconfig_item(&file, list, i), "user")};
            if (!kubeconfig_get(&file, place.node, "client-certificate") &&
                !kubeconfig_get(&file, place.node, "client-key"))
                (void)kubeconfig_user(&found, place, &err);
            kube_access_finish(&found);
        }
        if (kubeconfig_root(&file) && kubeconfig_put(&file, &entry)) {
            must(kubeconfig_find(&file, "clusters", STR("n")) >= 0);
            must(kubeconfig_drop(&file, "n"));
            (void)kubeconfig_dump(&file, &out);
        }
    }
    kubeconfig_file_finish(&file);
    buf_finish(&out);
}

static void count_data(struct frames *frames, struct str bytes, bool begins)
{
    (void)frames;
    (void)begins;
    must(bytes.len == 0 || bytes.data);
}

static void count_control(struct frames *frames, enum frame_opcode opcode, struct str bytes)
{
    (void)frames;
    must(opcode >= FRAME_CLOSE && bytes.len <= 125);
}

static void frames(struct str input)
{
    for (size_t piece = 1; piece <= input.len; piece = piece * 3 + 1) {
        struct frames socket = {.data = count_data, .control = count_control};
        for (struct str rest = input; rest.len > 0; rest = str_skip(rest, piece))
            (void)frames_feed(&socket,
                              (struct str){rest.data, rest.len < piece ? rest.len : piece});
    }
}

static void kube_refusals(struct str input)
{
    struct error err;
    kube_explain(403, input, &err);
    for (const char *c = err.text; *c; c++)
        must((unsigned char)*c >= ' ');
}

/* What was merged says what the old one said, and is merged into itself without a change. */
static void pypirc(struct str input)
{
    struct secret password = {.data = NULL};
    struct pypirc_entry entry = {"http://h/simple/", "ada", &password};
    struct pypirc_text old, merged;
    struct error err;
    size_t len, again;
    if (!secret_set(&password, STR("a%b"), &err) || !pypirc_text_read(&old, input, "file", &err)) {
        secret_finish(&password);
        return;
    }
    char *text = pypirc_text_merge(&old, &entry, &len);
    if (pypirc_text_agrees(&old, (struct str){text, len}, &entry)) {
        must(pypirc_text_read(&merged, (struct str){text, len}, "file", &err));
        char *same = pypirc_text_merge(&merged, &entry, &again);
        must(str_eq((struct str){text, len}, (struct str){same, again}));
        pypirc_text_finish(&merged);
        free(same);
    }
    free(text);
    pypirc_text_finish(&old);
    secret_finish(&password);
}

static void pyproject(struct str input)
{
    struct project project;
    struct error err;
    bool found;
    if (project_from_toml(&project, input, &found, &err) && found)
        must(project.name[0] && project.version[0]);
}

static void index_page(struct str input)
{
    struct buf href = {0};
    must(index_page_link(input, "demo_pkg-1.0.tar.gz", &href) == (href.len > 0));
    buf_finish(&href);
}

const struct fuzz_target fuzz_targets[] = {
    {"json", json, "/terraform/", ".json"},
    {"yaml", yaml, NULL, NULL},
    {"ini", ini, "/aws-config/", "config"},
    {"credentials", ini, "/aws-config/", "credentials"},
    {"gosdk", fuzz_gosdk, "/aws-config/", "config"},
    {"ini-text", fuzz_ini_text, "/aws-config/", "config"},
    {"xml", xml, NULL, NULL},
    {"refusal", refusal, "/aws-errors/", ".json"},
    {"times", times, NULL, NULL},
    {"words", words, NULL, NULL},
    {"sanitised", sanitised, NULL, NULL},
    {"terraform-events", terraform_events, "/terraform/", ".jsonl"},
    {"terraform-plan", terraform_plan, "/terraform/", ".json"},
    {"world", world, NULL, NULL},
    {"forms", forms, NULL, NULL},
    {"websocket", websocket, NULL, NULL},
    {"requests", requests, NULL, NULL},
    {"kubeconfig", kubeconfig, "/kubeconfig/", ".yaml"},
    {"frames", frames, NULL, NULL},
    {"kube-refusals", kube_refusals, "/kube/", ".txt"},
    {"kube-objects", fuzz_kube_objects, "/kube/", ".json"},
    {"kube-thin", fuzz_kube_thin, "/kube/", ".json"},
    {"pypirc", pypirc, NULL, NULL},
    {"pyproject", pyproject, NULL, NULL},
    {"index-page", index_page, NULL, NULL},
    {"keys", keys, NULL, NULL},
    {"wrapping", wrapping, NULL, NULL},
    {NULL, NULL, NULL, NULL},
};
