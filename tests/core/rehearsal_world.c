/* The pure parts of a rehearsal: world, faults, settings, description, values, root, requests. */
#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/paths.h"
#include "core/rehearsal/fault.h"
#include "core/rehearsal/request.h"
#include "core/rehearsal/root.h"
#include "core/rehearsal/settings.h"
#include "core/rehearsal/step.h"
#include "core/rehearsal/values.h"

#include "core/base/alloc.h"

/* A directory of its own for one test, with rehearsal/ in it. */
static void place_make(char dir[PATH_MAX])
{
    char path[PATH_MAX];
    snprintf(dir, PATH_MAX, "/tmp/ekshub-world-XXXXXX");
    cr_assert(mkdtemp(dir));
    cr_assert(path_format(path, NULL, "%s/rehearsal", dir));
    cr_assert(dir_make(path, 0700, NULL));
}

static void place_remove(const char *dir)
{
    static const char *const names[] = {"rehearsal/world.jsonl", "rehearsal/rehearsal.json",
                                        "rehearsal/ca.pem", "rehearsal", ""};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[PATH_MAX];
        cr_assert(path_format(path, NULL, "%s/%s", dir, names[i]));
        remove(path);
    }
}

static struct world_event event_at(int64_t time_ms, enum world_what what, const char *type,
                                   const char *detail, int64_t lasts_ms)
{
    struct world_event event = {.time_ms = time_ms, .what = what, .lasts_ms = lasts_ms};
    snprintf(event.address, sizeof event.address, "module.eks.terraform_data.%s_this", type);
    snprintf(event.type, sizeof event.type, "%s", type);
    snprintf(event.detail, sizeof event.detail, "%s", detail);
    return event;
}

static void tell(struct world *world, int64_t time_ms, enum world_what what, const char *type,
                 const char *detail, int64_t lasts_ms)
{
    struct world_event event = event_at(time_ms, what, type, detail, lasts_ms);
    world_apply(world, &event);
}

Test(rehearsal_world, cluster_follows_the_clock)
{
    static const struct {
        int64_t now_ms;
        enum world_status cluster, nodes;
        int ready;
    } table[] = {
        {1000, WORLD_CREATING, WORLD_NONE, 0},    {25999, WORLD_CREATING, WORLD_NONE, 0},
        {26000, WORLD_ACTIVE, WORLD_NONE, 0},     {30000, WORLD_ACTIVE, WORLD_CREATING, 0},
        {35000, WORLD_ACTIVE, WORLD_CREATING, 0}, {38000, WORLD_ACTIVE, WORLD_CREATING, 1},
        {39500, WORLD_ACTIVE, WORLD_CREATING, 3}, {40000, WORLD_ACTIVE, WORLD_ACTIVE, 3},
    };
    struct world world = {.count = 0};
    tell(&world, 1000, WORLD_CREATE, "aws_eks_cluster", "demo-hub 1.35", 25000);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (i == 3)
            tell(&world, 30000, WORLD_CREATE, "aws_eks_node_group", "3 × t3.large", 10000);
        struct world_cluster now = world_cluster_at(&world, table[i].now_ms);
        cr_assert_eq(now.status, table[i].cluster, "cluster, row %zu", i);
        cr_assert_eq(now.nodes_status, table[i].nodes, "nodes, row %zu", i);
        cr_assert_eq(now.nodes_ready, table[i].ready, "row %zu: %d ready", i, now.nodes_ready);
    }
    struct world_cluster now = world_cluster_at(&world, 40000);
    cr_assert_str_eq(now.name, "demo-hub");
    cr_assert_str_eq(now.version, "1.35");
    cr_assert_str_eq(now.instance_type, "t3.large");
    cr_assert_eq(now.nodes_wanted, 3);
    cr_assert_eq(now.created_ms, 1000);
    tell(&world, 50000, WORLD_DESTROY, "aws_eks_node_group", "", 5000);
    tell(&world, 60000, WORLD_DESTROY, "aws_eks_cluster", "", 5000);
    now = world_cluster_at(&world, 61000);
    cr_assert_eq(now.status, WORLD_DELETING);
    cr_assert_str_eq(now.name, "demo-hub", "a name outlives the destroy event");
    cr_assert_eq(now.nodes_status, WORLD_NONE);
    cr_assert_eq(world_cluster_at(&world, 65000).status, WORLD_NONE);
    world_finish(&world);
    world_finish(&world);
}

Test(rehearsal_world, failure_is_seen_and_a_second_try_heals_it)
{
    struct world world = {.count = 0};
    tell(&world, 0, WORLD_CREATE, "aws_eks_cluster", "demo-hub 1.35", 10);
    tell(&world, 100, WORLD_CREATE, "aws_eks_node_group", "3 × t3.large", 100);
    tell(&world, 150, WORLD_FAIL, "aws_eks_node_group", "", 0);
    struct world_cluster now = world_cluster_at(&world, 500);
    cr_assert_eq(now.nodes_status, WORLD_FAILED);
    cr_assert_eq(now.nodes_ready, 0);
    cr_assert_str_eq(now.instance_type, "t3.large");
    tell(&world, 600, WORLD_CREATE, "aws_eks_node_group", "2 × t3.large", 100);
    now = world_cluster_at(&world, 700);
    cr_assert_eq(now.nodes_status, WORLD_ACTIVE);
    cr_assert_eq(now.nodes_ready, 2);
    world_finish(&world);
}

Test(rehearsal_world, without_its_network_nothing_lives)
{
    struct world world = {.count = 0};
    tell(&world, 0, WORLD_CREATE, "aws_vpc", "10.0.0.0/16", 1);
    tell(&world, 10, WORLD_CREATE, "aws_eks_cluster", "demo-hub 1.35", 10);
    cr_assert_eq(world_cluster_at(&world, 50).status, WORLD_ACTIVE);
    tell(&world, 60, WORLD_DESTROY, "aws_vpc", "", 5);
    cr_assert_eq(world_cluster_at(&world, 61).status, WORLD_NONE);
    world_finish(&world);
}

Test(rehearsal_world, events_survive_the_file_and_broken_lines_do_no_harm)
{
    struct world_event event = event_at(1795364592489, WORLD_CREATE, "aws_eks_node_group",
                                        "3 × t3.large", 7500),
                       read;
    struct buf line = {.data = NULL};
    cr_assert(world_event_dump(&event, &line));
    cr_assert(world_event_parse(buf_str(&line), &read));
    cr_assert_eq(read.time_ms, event.time_ms);
    cr_assert_eq(read.lasts_ms, 7500);
    cr_assert_str_eq(read.address, event.address);
    cr_assert_str_eq(read.detail, event.detail);
    for (size_t i = 0; i < line.len; i++)
        cr_assert_not(world_event_parse((struct str){line.data, i}, &read), "prefix of %zu", i);
    buf_finish(&line);
}

Test(rehearsal_world, a_torn_line_is_mended_and_a_fault_is_spent_once)
{
    char dir[PATH_MAX], path[PATH_MAX];
    struct error err = {.kind = ERROR_NONE};
    struct world world;
    place_make(dir);
    cr_assert(world_load(dir, &world, &err), "no file is an empty world");
    cr_assert_eq(world.count, 0);
    cr_assert(path_format(path, NULL, "%s/rehearsal/world.jsonl", dir));
    cr_assert(file_write(path, STR("{\"what\":\"cre"), 0600, NULL));
    struct world_event event = event_at(5, WORLD_CREATE, "aws_vpc", "10.0.0.0/16", 1);
    cr_assert(world_append(dir, &event, &err), "%s", err.text);
    bool first = false;
    cr_assert(world_spend(dir, "apply-error", 9, &first, &err));
    cr_assert(first);
    cr_assert(world_spend(dir, "apply-error", 10, &first, &err));
    cr_assert_not(first);
    cr_assert(world_load(dir, &world, &err));
    cr_assert_eq(world.count, 1);
    cr_assert(world_is_spent(&world, "apply-error"));
    cr_assert_not(world_is_spent(&world, "credentials-refused"));
    world_finish(&world);
    place_remove(dir);
}

Test(rehearsal_settings, speeds)
{
    static const struct {
        const char *text;
        int speed; /* 0: refused */
    } table[] = {{"", 20},        {"20x", 20}, {"20", 20},  {"1x", 1},
                 {"1000x", 1000}, {"0", 0},    {"1001", 0}, {"-3", 0},
                 {"+3", 0},       {"fast", 0}, {"x", 0},    {"20xx", 0},
                 {"2.5", 0},      {" 20", 0},  {"20 x", 0}, {"99999999999999999999x", 0}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int speed = -1;
        struct error err = {.kind = ERROR_NONE};
        bool ok = settings_parse_speed(str_of(table[i].text), &speed, &err);
        cr_assert_eq(ok, table[i].speed != 0, "%s", table[i].text);
        if (ok)
            cr_assert_eq(speed, table[i].speed);
        else
            cr_assert(err.kind == ERROR_INPUT && err.hint[0], "%s", table[i].text);
    }
}

Test(rehearsal_settings, are_kept_and_faults_are_checked)
{
    char dir[PATH_MAX];
    struct settings settings, read;
    struct error err = {.kind = ERROR_NONE};
    place_make(dir);
    cr_assert(settings_load(dir, &settings, &err));
    cr_assert_eq(settings.speed, 20);
    settings.speed = 50;
    cr_assert(
        settings_plant(&settings, (const char *const[]){"apply-error", "apply-error", NULL}, &err));
    cr_assert_not(settings_plant(&settings, (const char *const[]){"aply-error", NULL}, &err));
    cr_assert(strstr(err.hint, "apply-error"), "%s", err.hint);
    cr_assert_eq(settings.fault_count, 1, "a refused list leaves what was planted");
    cr_assert(settings_save(dir, &settings, &err));
    cr_assert(settings_load(dir, &read, &err));
    cr_assert_eq(read.speed, 50);
    cr_assert(settings_has_fault(&read, "apply-error"));
    cr_assert_not(settings_has_fault(&read, "credentials-refused"));
    cr_assert_eq(settings_wait_ms(&read, 100), 2000);
    cr_assert_eq(settings_wait_ms(&read, -1), 0);
    place_remove(dir);
}

Test(rehearsal_fault, all_are_named_and_told)
{
    for (size_t i = 0; i < fault_count; i++) {
        cr_assert_eq(fault_named(fault_table[i].name), &fault_table[i]);
        cr_assert(fault_table[i].summary[0]);
        cr_assert(fault_table[i].text[0]);
    }
    cr_assert_null(fault_named("apply"));
}

Test(rehearsal_step, fails_once_and_tells_the_world)
{
    char dir[PATH_MAX];
    struct settings settings;
    struct error err = {.kind = ERROR_NONE};
    struct step step = {.type = "aws_eks_node_group", .detail = "3 × t3.large", .seconds = 100};
    str_copy(STR("module.eks.terraform_data.aws_eks_node_group_workers"), step.address,
             sizeof step.address);
    int64_t wait_ms;
    const char *failure;
    struct world world;
    place_make(dir);
    cr_assert(settings_load(dir, &settings, &err));
    cr_assert(settings_plant(&settings, (const char *const[]){"apply-error", NULL}, &err));
    cr_assert(settings_save(dir, &settings, &err));
    cr_assert(step_begin(dir, &step, 1000, &wait_ms, &failure, &err), "%s", err.text);
    cr_assert(failure && strstr(failure, "VcpuLimitExceeded"));
    cr_assert_eq(wait_ms, 2500, "it fails halfway");
    cr_assert(step_fail(dir, &step, 3500, &err));
    cr_assert(world_load(dir, &world, &err));
    cr_assert_eq(world_status_of(world_find(&world, step.address), 100000), WORLD_FAILED);
    world_finish(&world);
    cr_assert(step_begin(dir, &step, 9000, &wait_ms, &failure, &err));
    cr_assert_null(failure);
    cr_assert_eq(wait_ms, 5000);
    cr_assert(world_load(dir, &world, &err));
    cr_assert_eq(world_status_of(world_find(&world, step.address), 13999), WORLD_CREATING);
    cr_assert_eq(world_status_of(world_find(&world, step.address), 14000), WORLD_ACTIVE);
    world_finish(&world);
    place_remove(dir);
}

static void description_of_eks(struct description *description)
{
    struct error err = {.kind = ERROR_NONE};
    cr_assert(description_load(SOURCE_ASSETS "/rehearsal/eks.json", description, &err), "%s",
              err.text);
}

Test(rehearsal_description, holds_together)
{
    struct description description;
    unsigned vpc = 0, eks = 0, root = 0;
    double ends[256] = {0}, last = 0;
    description_of_eks(&description);
    for (size_t i = 0; i < description.count; i++) {
        const struct piece *piece = &description.pieces[i];
        vpc += strcmp(piece->module, "module.vpc") == 0;
        eks += strcmp(piece->module, "module.eks") == 0;
        root += *piece->module == '\0';
        cr_assert_eq(strncmp(piece->name, piece->type, strlen(piece->type)), 0,
                     "%s is named after its true type", piece->address);
        for (size_t n = 0; n < piece->need_count; n++)
            if (ends[piece->needs[n]] > ends[i])
                ends[i] = ends[piece->needs[n]];
        ends[i] += piece->seconds;
        if (ends[i] > last)
            last = ends[i];
    }
    cr_assert_eq(vpc, 23);
    cr_assert_eq(eks, 33);
    cr_assert_eq(root, 2);
    cr_assert(last > 14 * 60 && last < 16 * 60, "%g s along the critical path", last);
    description_finish(&description);
    description_finish(&description);
}

Test(rehearsal_description, damage_is_refused)
{
    static const char *const broken[] = {
        "",
        "[]",
        "{\"resources\":[]}",
        "{\"resources\":[{\"address\":\"aws_vpc.this\",\"type\":\"aws_vpc\"}]}",
        "{\"resources\":[{\"address\":\"terraform_data.a[0]\",\"type\":\"a\"}]}",
        "{\"resources\":[{\"address\":\"terraform_data.a\",\"type\":\"a\",\"needs\":[\"b\"]}]}",
        "{\"resources\":[{\"address\":\"terraform_data.a\",\"type\":\"a\","
        "\"needs\":[\"terraform_data.a\"]}]}",
        "{\"resources\":[{\"module\":\"module.x\",\"address\":\"terraform_data.a\"}]}",
    };
    char dir[PATH_MAX], path[PATH_MAX];
    place_make(dir);
    cr_assert(path_format(path, NULL, "%s/rehearsal/ca.pem", dir));
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct description description;
        struct error err = {.kind = ERROR_NONE};
        cr_assert(file_write(path, str_of(broken[i]), 0600, NULL));
        cr_assert_not(description_load(path, &description, &err), "%s", broken[i]);
        cr_assert_eq(err.kind, ERROR_INPUT, "%s", broken[i]);
    }
    place_remove(dir);
}

/* The text between `variable "` and `"`, one after the other. */
static size_t blocks_in(struct str text, const char *kind, json_t *names)
{
    struct str line, word;
    size_t count = 0;
    while (text.len > 0) {
        str_cut(&text, '\n', &line);
        if (!str_starts(line, str_of(kind)))
            continue;
        str_cut(&line, '"', &word);
        str_cut(&line, '"', &word);
        json_array_append_new(names, json_stringn(word.data, word.len));
        count++;
    }
    return count;
}

Test(rehearsal_description, knows_the_variables_and_outputs_of_the_root)
{
    static const struct {
        const char *file, *kind;
    } table[] = {{SOURCE_ASSETS "/rehearsal/provision-eks/variables.tf", "variable"},
                 {SOURCE_ASSETS "/rehearsal/provision-eks/outputs.tf", "output"}};
    struct description description;
    description_of_eks(&description);
    json_t *known[2] = {json_array(), json_array()}, *value;
    const char *name;
    json_object_foreach(json_object_get(description.json, "variables"), name, value)
        json_array_append_new(known[0], json_string(name));
    json_array_extend(known[0], json_object_get(description.json, "required"));
    json_array_extend(known[1], json_object_get(description.json, "outputs"));
    for (size_t i = 0; i < 2; i++) {
        struct buf text = {.data = NULL};
        json_t *names = json_array();
        cr_assert(file_read(table[i].file, 1 << 20, &text, NULL));
        cr_assert_eq(blocks_in(buf_str(&text), table[i].kind, names), json_array_size(known[i]));
        for (size_t k = 0; k < json_array_size(names); k++) {
            bool found = false;
            for (size_t n = 0; n < json_array_size(known[i]); n++)
                found = found || json_equal(json_array_get(names, k), json_array_get(known[i], n));
            cr_assert(found, "%s", json_string_value(json_array_get(names, k)));
        }
        json_decref(names);
        json_decref(known[i]);
        buf_finish(&text);
    }
    description_finish(&description);
}

Test(rehearsal_values, follow_the_answers)
{
    char dir[PATH_MAX], path[PATH_MAX];
    struct description description;
    struct error err = {.kind = ERROR_NONE};
    place_make(dir);
    cr_assert(path_format(path, NULL, "%s/rehearsal/ca.pem", dir));
    cr_assert(file_write(path, STR("PEM\n"), 0600, NULL));
    description_of_eks(&description);
    const char *const environment[] = {"TF_VAR_cluster_name=demo", "TF_VAR_node_count=5",
                                       "TF_VAR_region=eu-west-1", "TF_VAR_unknown=x", NULL};
    json_t *given = values_given(&description, dir, environment, &err);
    cr_assert(given, "%s", err.text);
    cr_assert_null(values_missing(&description, given));
    json_t *values = values_evaluate(&description, given, dir, &err);
    cr_assert(values, "%s", err.text);
    cr_assert_str_eq(js_text(values, "azs.0"), "eu-west-1a");
    cr_assert_str_eq(js_text(values, "zone_b"), "eu-west-1b");
    cr_assert_str_eq(js_text(values, "cluster_certificate_authority_data"), "UEVNCg==");
    cr_assert(
        str_ends(js_str(values, "cluster_endpoint"), STR(".gr7.eu-west-1.eks.amazonaws.com")));
    struct buf text = {.data = NULL};
    cr_assert(values_fill(values, "${node_count} × ${instance_type} ${nothing} ${open", &text));
    cr_assert_str_eq(buf_cstr(&text), "5 × t3.large  ");
    buf_finish(&text);
    json_decref(values);
    json_decref(given);
    const char *const wrong[] = {"TF_VAR_node_count=many", NULL};
    cr_assert_null(values_given(&description, dir, wrong, &err));
    cr_assert(strstr(err.text, "node_count"));
    description_finish(&description);
    place_remove(dir);
}

Test(rehearsal_root, keeps_templates_out_of_paths)
{
    struct description description;
    description_of_eks(&description);
    json_t *module = root_module(&description, "module.vpc", "/odd ${path}/%{x}/it's");
    const json_t *run = js_get(module, "resource.terraform_data.aws_vpc_this.provisioner.0");
    const json_t *words = js_get(json_object_get(run, "local-exec"), "interpreter");
    cr_assert_str_eq(js_text(words, "0"), "/odd $${path}/%%{x}/it's");
    cr_assert_str_eq(js_text(words, "2"), "module.vpc.terraform_data.aws_vpc_this");
    cr_assert_str_eq(js_text(words, "3"), "12");
    json_decref(module);
    description_finish(&description);
}

static enum request_state parse(const char *text, struct request *request, size_t *taken,
                                int *status)
{
    return request_parse(str_of(text), request, taken, status);
}

Test(rehearsal_request, is_read_whole_or_not_at_all)
{
    static const char post[] = "POST /a%20b?Action=Old HTTP/1.1\r\nHost: sts.amazonaws.com:443\r\n"
                               "Content-Length: 26\r\n\r\nAction=Get%43aller&x=a+b%2GET / ";
    struct request request = {.header_count = 0};
    size_t taken = 0;
    int status = 0;
    size_t whole = sizeof post - 1 - 6;
    for (size_t i = 0; i < whole; i++) {
        char *prefix = alloc_copy((struct str){post, i});
        cr_assert_eq(request_parse((struct str){prefix, i}, &request, &taken, &status),
                     REQUEST_MORE, "%zu bytes", i);
        free(prefix);
    }
    cr_assert_eq(parse(post, &request, &taken, &status), REQUEST_READY);
    cr_assert_eq(taken, whole);
    cr_assert(str_is(request.host, "sts.amazonaws.com"));
    cr_assert(str_is(request.path, "/a%20b"));
    cr_assert(request.keep_alive);
    struct buf value = {.data = NULL};
    cr_assert(request_parameter(&request, "x", &value));
    cr_assert_str_eq(buf_cstr(&value), "a b%2");
    buf_finish(&value);
    request_finish(&request);
    request_finish(&request);
}

Test(rehearsal_request, chunks)
{
    struct request request = {.header_count = 0};
    size_t taken;
    int status;
    const char *text = "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "4;x=y\r\nWiki\r\n5\r\npedia\r\n0\r\nTrailer: x\r\n\r\nrest";
    for (size_t i = 0; i + 4 < strlen(text); i++)
        cr_assert_eq(request_parse((struct str){text, i}, &request, &taken, &status), REQUEST_MORE,
                     "%zu", i);
    cr_assert_eq(parse(text, &request, &taken, &status), REQUEST_READY);
    cr_assert(str_is(request.body, "Wikipedia"));
    cr_assert_eq(taken, strlen(text) - 4);
    request_finish(&request);
}

Test(rehearsal_request, nonsense_is_refused)
{
    static const struct {
        const char *text;
        int status;
    } table[] = {
        {"\x16\x03\x01 hello\r\n\r\n", 400},
        {"GET / HTTP/2.0\r\n\r\n", 400},
        {"GET nothing HTTP/1.1\r\n\r\n", 400},
        {"GET /\x01 HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nbad name: x\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413},
        {"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
        {"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n", 413},
        {"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxxx\r\n", 400},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct request request = {.header_count = 0};
        size_t taken;
        int status = 0;
        cr_assert_eq(parse(table[i].text, &request, &taken, &status), REQUEST_BAD, "row %zu", i);
        cr_assert_eq(status, table[i].status, "row %zu: %d", i, status);
        request_finish(&request);
    }
    struct buf huge = {.data = NULL};
    struct request request = {.header_count = 0};
    size_t taken;
    int status = 0;
    while (huge.len <= REQUEST_HEAD_MAX)
        buf_text(&huge, "GET /endless");
    cr_assert_eq(request_parse(buf_str(&huge), &request, &taken, &status), REQUEST_BAD);
    cr_assert_eq(status, 431);
    buf_finish(&huge);
}
