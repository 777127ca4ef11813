/* The stages behind EKS: their descriptions, and their roots played and built by a real terraform,
 * which have to agree. */
#include <criterion/criterion.h>

#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/paths.h"
#include "core/rehearsal/fault.h"
#include "core/rehearsal/login.h"
#include "core/rehearsal/world_follow.h"
#include "core/rehearsal/world_things.h"
#include "tests/core/rehearsal_stream.h"
#include "tests/core/rehearsal_talk.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

/* "Hello world!", by openssl passwd -6 -salt saltstring */
#define HASH                                                                                       \
    "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOf" \
    "aS35inz1"
#define KEY_ID "AKIASECRETSECRET0001"
#define SECRET "none-shall-see/this+secret"

static const char *const stages[] = {"eks", "pypi", "mlhub", "domain"};
enum { STAGES = sizeof stages / sizeof *stages };

static void end(void)
{
    no_leaks();
}

TestSuite(rehearsal_stages, .fini = end);
TestSuite(rehearsal_roots, .fini = close_all, .timeout = 120);

static void describe(size_t stage, struct description *description)
{
    char path[PATH_MAX];
    struct error err = {.kind = ERROR_NONE};
    cr_assert(path_format(path, NULL, SOURCE_ASSETS "/rehearsal/%s.json", stages[stage]));
    cr_assert(description_load(path, description, &err), "%s", err.text);
}

/* ---- the descriptions ---- */

Test(rehearsal_stages, no_two_things_share_an_address_and_faults_strike_known_ones)
{
    struct description all[STAGES];
    for (size_t i = 0; i < STAGES; i++) {
        describe(i, &all[i]);
        cr_assert_str_eq(all[i].stage, stages[i]);
        for (size_t k = 0; k < all[i].count; k++) {
            const struct piece *piece = &all[i].pieces[k];
            cr_assert_eq(strncmp(piece->name, piece->type, strlen(piece->type)), 0,
                         "%s is named after its true type", piece->address);
            for (size_t before = 0; before < i; before++)
                cr_assert(description_find(&all[before], piece->address) < 0, "%s", piece->address);
        }
    }
    for (size_t i = 0; i < fault_count; i++) {
        bool found = !fault_table[i].address;
        for (size_t k = 0; !found && k < STAGES; k++)
            found = description_find(&all[k], fault_table[i].address) >= 0;
        cr_assert(found, "%s strikes nothing", fault_table[i].name);
    }
    for (size_t i = 0; i < STAGES; i++)
        description_finish(&all[i]);
}

struct names {
    size_t stage;
    const char *variables, *outputs;
};

/* By the design; sorted. */
static const struct names names_of[] = {
    {1,
     "profile pypi_admin_user pypi_aws_access_key_id pypi_aws_access_key_secret pypi_bucket_name "
     "pypi_create_bucket pypi_credentials pypi_default_read pypi_force_destroy pypi_namespace "
     "pypi_secret_revision "
     "pypi_service_type pypi_user_encrypted_pwd source_ranges tags token_command ",
     "bucket in_cluster_index_url index_url lb_ip namespace secret_revision service url "},
    {2,
     "admin_user chart hub_flavor hub_storage pip_index_url profile proxy_service_type "
     "release_name source_ranges tags token_command workspace_image workspace_storage ",
     "in_cluster_url namespace service service_type "},
    {3,
     "acme_email acme_server challenge create_zone hub_host hub_namespace hub_service profile "
     "pypi_host pypi_namespace pypi_service source_ranges tags token_command zone_name ",
     "hub_url index_url name_servers namespace pypi_url service zone_id "},
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void assert_names(const json_t *list, const char *wanted)
{
    const char *sorted[64];
    struct buf text = {.data = NULL};
    size_t count = json_array_size(list);
    cr_assert(count < 64);
    for (size_t i = 0; i < count; i++)
        sorted[i] = json_string_value(json_array_get(list, i));
    qsort(sorted, count, sizeof *sorted, by_text);
    for (size_t i = 0; i < count; i++)
        buf_printf(&text, "%s ", sorted[i]);
    cr_assert_str_eq(buf_cstr(&text), wanted);
    buf_finish(&text);
}

/* The names of the blocks of a kind in a .tf file. */
static json_t *blocks_in(const struct description *description, const char *file, const char *kind)
{
    char path[PATH_MAX];
    struct buf text = {.data = NULL};
    json_t *names = json_array();
    cr_assert(path_format(path, NULL, SOURCE_ASSETS "/rehearsal/%s/%s", description->root, file));
    cr_assert(file_read(path, 1 << 20, &text, NULL));
    struct str rest = buf_str(&text), line, word;
    while (rest.len > 0) {
        str_cut(&rest, '\n', &line);
        if (!str_starts(line, str_of(kind)))
            continue;
        str_cut(&line, '"', &word);
        str_cut(&line, '"', &word);
        json_array_append_new(names, json_stringn(word.data, word.len));
    }
    buf_finish(&text);
    return names;
}

Test(rehearsal_stages, have_the_variables_and_outputs_that_others_rely_on)
{
    for (size_t i = 0; i < sizeof names_of / sizeof *names_of; i++) {
        struct description description;
        describe(names_of[i].stage, &description);
        json_t *known = json_array(), *value;
        const char *name;
        json_object_foreach(json_object_get(description.json, "variables"), name, value)
            json_array_append_new(known, json_string(name));
        json_array_extend(known, json_object_get(description.json, "required"));
        assert_names(known, names_of[i].variables);
        assert_names(json_object_get(description.json, "outputs"), names_of[i].outputs);
        json_t *variables = blocks_in(&description, "variables.tf", "variable");
        json_t *outputs = blocks_in(&description, "outputs.tf", "output");
        assert_names(variables, names_of[i].variables);
        assert_names(outputs, names_of[i].outputs);
        json_decref(outputs);
        json_decref(variables);
        json_decref(known);
        description_finish(&description);
    }
}

/* ---- the roots ---- */

static const char eks_state[] =
    "{\"version\":4,\"terraform_version\":\"1.11.4\",\"serial\":1,\"lineage\":\"x\",\"outputs\":{"
    "\"azs\":{\"value\":[\"us-east-2a\",\"us-east-2b\"],\"type\":[\"list\",\"string\"]},"
    "\"cluster_name\":{\"value\":\"demo-hub\",\"type\":\"string\"},"
    "\"region\":{\"value\":\"us-east-2\",\"type\":\"string\"},"
    "\"storage_class\":{\"value\":\"ebs-csi-default-sc\",\"type\":\"string\"}},\"resources\":[],"
    "\"check_results\":null}";

static void write_eks(const char *text)
{
    char path[PATH_MAX];
    cr_assert(path_format(path, NULL, "%s/provision-eks/terraform.tfstate", rehearsal.dir));
    cr_assert(file_write(path, str_of(text), 0600, NULL));
}

static void go_to(const char *name)
{
    cr_assert(path_format(root, NULL, "%s/%s", rehearsal.dir, name));
}

static void go_with(const char *tool, const char *name)
{
    reopen(tool);
    go_to(name);
}

static void give_answers(void)
{
    setenv("TF_VAR_pypi_admin_user", "ada", 1);
    setenv("TF_VAR_pypi_bucket_name", "acme-packages", 1);
    setenv("TF_VAR_pypi_user_encrypted_pwd", HASH, 1);
    setenv("TF_VAR_pypi_aws_access_key_id", KEY_ID, 1);
    setenv("TF_VAR_pypi_aws_access_key_secret", SECRET, 1);
}

static void open_stage(const char *tool, const char *const *faults, const char *name)
{
    give_answers();
    open_with(tool, faults, 1000);
    write_eks(eks_state);
    go_to(name);
    init_root();
}

/* What differs by nature: ids, times, what terraform tells of the configuration, the order of
 * variables; and which data sources something depends on. */
static void strip(json_t *value)
{
    static const char *const names[] = {
        "id",          "timestamp",     "configuration",       "lineage",
        "variables",   "serial",        "relevant_attributes", "checks",
        "prior_state", "check_results", "depends_on",          "sensitive_values"};
    const char *key;
    json_t *member;
    size_t index;
    for (size_t i = 0; json_is_object(value) && i < sizeof names / sizeof *names; i++)
        json_object_del(value, names[i]);
    json_object_foreach(value, key, member) strip(member);
    json_array_foreach(value, index, member) strip(member);
}

static char *reduced(const struct buf *text)
{
    json_t *json = js_parse(buf_str(text), NULL);
    cr_assert(json, "%.300s", buf_cstr(text));
    strip(json);
    char *dump = json_dumps(json, JSON_SORT_KEYS | JSON_INDENT(1));
    json_decref(json);
    return dump;
}

/* What the tool answers to a question that changes nothing, reduced. */
static char *answer_of(const char *tool, const char *name, const char *const *words)
{
    struct buf text;
    go_with(tool, name);
    cr_assert_eq(run_words(&text, words), 0, "%s: %s", words[0], buf_cstr(&text));
    char *answer = strcmp(words[0], "state") == 0 ? alloc_copy(buf_str(&text)) : reduced(&text);
    buf_finish(&text);
    return answer;
}

static void assert_same(const char *terraform, const char *name, const char *const *words)
{
    char *real = answer_of(terraform, name, words), *played = answer_of("player", name, words);
    cr_assert_str_eq(real, played);
    free(real);
    free(played);
}

#define SAME(terraform, name, ...)                                                                 \
    assert_same(terraform, name, (const char *const[]){__VA_ARGS__, NULL})

/* Both tools plan (with further words) the same from the state that is there. */
static void assert_same_plan(const char *terraform, const char *name, const char *option)
{
    struct buf text;
    const char *tools[] = {terraform, "player"};
    char *plans[2];
    for (size_t i = 0; i < 2; i++) {
        go_with(tools[i], name);
        cr_assert_eq(RUN(&text, "plan", "-json", "-out=plan", option), 0, "%s", buf_cstr(&text));
        buf_finish(&text);
        cr_assert_eq(RUN(&text, "show", "-json", "plan"), 0);
        plans[i] = reduced(&text);
        buf_finish(&text);
    }
    cr_assert_str_eq(plans[0], plans[1]);
    free(plans[0]);
    free(plans[1]);
}

#define NEED_TERRAFORM(path)                                                                       \
    char path[PATH_MAX];                                                                           \
    if (!find_terraform(path)) {                                                                   \
        open_with("player", NULL, 1000); /* for close_all */                                       \
        cr_skip_test("terraform is not installed");                                                \
        return;                                                                                    \
    }

static void apply_all(void)
{
    struct buf text;
    cr_assert_eq(RUN(&text, "apply", "-json", "-auto-approve"), 0, "%s", buf_cstr(&text));
    buf_finish(&text);
}

Test(rehearsal_roots, both_tools_agree_on_the_index)
{
    static const char root_name[] = "provision-pypi";
    NEED_TERRAFORM(terraform)
    open_stage(terraform, NULL, root_name);
    assert_same_plan(terraform, root_name, "-var=pypi_credentials=keys");
    assert_same_plan(terraform, root_name, "-var=pypi_service_type=ClusterIP");
    assert_same_plan(terraform, root_name, "-var=pypi_create_bucket=false");
    go_with(terraform, root_name);
    apply_all();
    SAME(terraform, root_name, "output", "-json");
    SAME(terraform, root_name, "show", "-json");
    SAME(terraform, root_name, "state", "list");
    assert_same_plan(terraform, root_name, "-input=false");
    assert_same_plan(terraform, root_name, "-var=pypi_secret_revision=2");
    assert_same_plan(terraform, root_name, "-var=pypi_service_type=ClusterIP");
    assert_same_plan(terraform, root_name, "-var=pypi_credentials=keys");
    assert_same_plan(terraform, root_name, "-destroy");
}

Test(rehearsal_roots, both_tools_agree_on_the_hub)
{
    static const char root_name[] = "provision-ml-hub";
    NEED_TERRAFORM(terraform)
    open_stage(terraform, NULL, root_name);
    assert_same_plan(terraform, root_name, "-input=false");
    go_with("player", root_name);
    apply_all();
    SAME(terraform, root_name, "output", "-json");
    SAME(terraform, root_name, "show", "-json");
    SAME(terraform, root_name, "state", "list");
    assert_same_plan(terraform, root_name, "-var=proxy_service_type=LoadBalancer");
    assert_same_plan(terraform, root_name, "-var=release_name=other");
    assert_same_plan(terraform, root_name, "-destroy");
}

/* ---- secrets ---- */

static unsigned found_in; /* files that hold something of the secrets */

static int look(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    struct buf text = {.data = NULL};
    (void)st, (void)where;
    if (kind == FTW_F && file_read(path, 32 << 20, &text, NULL)) {
        struct str all = buf_str(&text);
        if (str_find(all, STR("svn8UoSV")) >= 0 || str_find(all, STR(KEY_ID)) >= 0 ||
            str_find(all, STR(SECRET)) >= 0)
            found_in++, fprintf(stderr, "%s holds a secret\n", path);
    }
    buf_finish(&text);
    return 0;
}

static void index_with(const char *tool)
{
    struct buf text;
    struct world world;
    open_stage(tool, NULL, "provision-pypi");
    cr_assert_eq(RUN(&text, "plan", "-json", "-out=plan"), 0, "%s", buf_cstr(&text));
    cr_assert_null(strstr(buf_cstr(&text), "svn8UoSV"));
    buf_finish(&text);
    cr_assert_eq(RUN(&text, "show", "-json", "plan"), 0);
    cr_assert_null(strstr(buf_cstr(&text), "svn8UoSV"));
    buf_finish(&text);
    cr_assert_eq(RUN(&text, "apply", "-json", "plan"), 0, "%s", buf_cstr(&text));
    cr_assert_null(strstr(buf_cstr(&text), "svn8UoSV"));
    cr_assert(strstr(buf_cstr(&text), "output suppressed due to sensitive, ephemeral value"));
    buf_finish(&text);
    cr_assert_eq(nftw(rehearsal.dir, look, 16, FTW_PHYS), 0);
    cr_assert_eq(found_in, 0);
    cr_assert(world_load(rehearsal.dir, &world, NULL));
    const struct world_thing *login = world_of_type(&world, LOGIN_TYPE);
    cr_assert(login && login_matches(login->last.detail, STR("ada"), STR("Hello world!")));
    world_finish(&world);
    cr_assert_eq(RUN(&text, "destroy", "-json", "-auto-approve"), 0, "%s", buf_cstr(&text));
    buf_finish(&text);
    cr_assert(world_load(rehearsal.dir, &world, NULL));
    int64_t later = clock_wall(&clock_system) + 1000;
    for (size_t i = 0; i < world.count; i++)
        cr_assert_eq(world_status_of(&world.things[i], later), WORLD_NONE, "%s",
                     world.things[i].last.address);
    world_finish(&world);
}

Test(rehearsal_roots, a_played_index_has_its_login_and_no_secret)
{
    index_with("player");
}

Test(rehearsal_roots, a_built_index_has_its_login_and_no_secret)
{
    NEED_TERRAFORM(terraform)
    index_with(terraform);
}

static void ephemeral_with(const char *tool)
{
    struct buf text;
    open_stage(tool, NULL, "provision-pypi");
    cr_assert_eq(RUN(&text, "plan", "-json", "-out=plan"), 0);
    buf_finish(&text);
    unsetenv("TF_VAR_pypi_user_encrypted_pwd");
    go_with(tool, "provision-pypi");
    cr_assert_eq(RUN(&text, "apply", "-json", "plan"), 1);
    cr_assert(strstr(buf_cstr(&text), "was set during the plan phase, and so must also be set"));
    buf_finish(&text);
    cr_assert_eq(RUN(&text, "plan", "-json", "-out=plan"), 0);
    buf_finish(&text);
    setenv("TF_VAR_pypi_user_encrypted_pwd", HASH, 1);
    go_with(tool, "provision-pypi");
    cr_assert_eq(RUN(&text, "apply", "-json", "plan"), 1);
    cr_assert(strstr(buf_cstr(&text), "Ephemeral variable was not set during planning"));
    buf_finish(&text);
    unsetenv("TF_VAR_pypi_user_encrypted_pwd");
    go_with(tool, "provision-pypi");
    cr_assert_eq(RUN(&text, "apply", "-json", "-auto-approve"), 1, "no index without a password");
    buf_finish(&text);
    cr_assert_eq(RUN(&text, "destroy", "-json", "-auto-approve"), 0, "%s", buf_cstr(&text));
    buf_finish(&text);
}

Test(rehearsal_roots, played_secrets_are_wanted_again)
{
    ephemeral_with("player");
}

Test(rehearsal_roots, built_secrets_are_wanted_again)
{
    NEED_TERRAFORM(terraform)
    ephemeral_with(terraform);
}

/* ---- what the world sees ---- */

static void hub_with(const char *tool)
{
    struct buf text;
    struct world world;
    struct settings settings = {.speed = 1000};
    struct world_balancer balancer;
    struct world_volume volumes[8];
    open_stage(tool, NULL, "provision-ml-hub");
    apply_all();
    setenv("TF_VAR_proxy_service_type", "LoadBalancer", 1);
    go_with(tool, "provision-ml-hub");
    cr_assert_eq(RUN(&text, "plan", "-json", "-out=plan"), 0, "%s", buf_cstr(&text));
    json_t *lines = stream_of(&text);
    buf_finish(&text);
    assert_summary(lines, "plan", 1, 0, 0);
    json_decref(lines);
    cr_assert_eq(RUN(&text, "apply", "-json", "plan"), 0, "%s", buf_cstr(&text));
    buf_finish(&text);
    cr_assert(world_load(rehearsal.dir, &world, NULL));
    int64_t later = clock_wall(&clock_system) + 1000; /* a quarter of an hour in the world */
    cr_assert(world_balancer_of(&world, &settings, later, "mlhub/proxy-public", &balancer));
    cr_assert(balancer.status == WORLD_ACTIVE && balancer.resolves);
    cr_assert_eq(world_volumes(&world, &settings, later, volumes, 8), 3);
    world_finish(&world);
    cr_assert_eq(RUN(&text, "destroy", "-json", "-auto-approve"), 0, "%s", buf_cstr(&text));
    buf_finish(&text);
    cr_assert(world_load(rehearsal.dir, &world, NULL));
    later = clock_wall(&clock_system) + 1000;
    cr_assert_not(world_balancer_of(&world, &settings, later, "mlhub/proxy-public", &balancer));
    cr_assert_eq(world_volumes(&world, &settings, later, volumes, 8), 0);
    world_finish(&world);
}

Test(rehearsal_roots, a_played_hub_opens_by_one_creation)
{
    hub_with("player");
}

Test(rehearsal_roots, a_built_hub_opens_by_one_creation)
{
    NEED_TERRAFORM(terraform)
    hub_with(terraform);
}

Test(rehearsal_roots, the_output_names_the_load_balancer_that_the_world_has)
{
    struct buf text;
    struct world world;
    char host[WORLD_HOST];
    give_answers();
    open_with("player", NULL, 1000);
    init_root();
    apply_all();
    go_to("provision-pypi");
    init_root();
    apply_all();
    cr_assert_eq(RUN(&text, "output", "-raw", "lb_ip"), 0, "%s", buf_cstr(&text));
    cr_assert(world_load(rehearsal.dir, &world, NULL));
    world_balancer_host(&world, "default/pypi", host);
    cr_assert_str_eq(buf_cstr(&text), host);
    world_finish(&world);
    buf_finish(&text);
}

static void changed_with(const char *tool)
{
    struct buf text;
    struct world world;
    struct world_follow seen = {.stamps = {0}};
    open_with(tool, NULL, 1000);
    init_root();
    apply_all();
    for (int nodes = 3; nodes <= 5; nodes += 2) {
        char option[32];
        snprintf(option, sizeof option, "-var=node_count=%d", nodes);
        cr_assert_eq(RUN(&text, "apply", "-json", "-auto-approve", option), 0, "%s",
                     buf_cstr(&text));
        buf_finish(&text);
        int64_t now = clock_wall(&clock_system);
        world_follow_states(&seen, rehearsal.dir, now);
        world_follow_states(&seen, rehearsal.dir, now);
        cr_assert(world_load(rehearsal.dir, &world, NULL));
        struct world_cluster cluster = world_cluster_at(&world, now);
        cr_assert_eq(cluster.nodes_ready, nodes);
        cr_assert_eq(cluster.nodes_status, WORLD_ACTIVE);
        world_finish(&world);
    }
    char path[PATH_MAX];
    cr_assert(path_format(path, NULL, "%s/terraform.tfstate", root));
    cr_assert(file_write(path, STR("{\"version\":4,"), 0600, NULL));
    world_follow_states(&seen, rehearsal.dir, 1);
    cr_assert(world_load(rehearsal.dir, &world, NULL));
    cr_assert_eq(world.count, 58, "half a state says nothing");
    world_finish(&world);
}

Test(rehearsal_roots, what_the_player_changes_in_place_reaches_the_world)
{
    changed_with("player");
}

Test(rehearsal_roots, what_terraform_changes_in_place_reaches_the_world)
{
    NEED_TERRAFORM(terraform)
    changed_with(terraform);
}

/* ---- what goes wrong ---- */

static void without_eks(const char *tool)
{
    static const char *const table[][2] = {
        {"", "Unable to find remote state"},
        {"{\"version\":4,\"terraform_version\":\"1.11.4\",\"serial\":1,\"lineage\":\"x\","
         "\"outputs\":{},\"resources\":[],\"check_results\":null}",
         "This object does not have an attribute named"}};
    struct buf text;
    open_stage(tool, NULL, "provision-pypi");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        write_eks(table[i][0]);
        cr_assert_eq(RUN(&text, "plan", "-json"), 1, "%s", buf_cstr(&text));
        cr_assert(strstr(buf_cstr(&text), table[i][1]), "%s", buf_cstr(&text));
        buf_finish(&text);
    }
}

Test(rehearsal_roots, the_player_needs_the_stage_before)
{
    without_eks("player");
}

Test(rehearsal_roots, terraform_needs_the_stage_before)
{
    NEED_TERRAFORM(terraform)
    without_eks(terraform);
}

static void struck_with(const char *tool, const char *fault, const char *name, const char *said)
{
    struct buf text;
    open_stage(tool, (const char *const[]){fault, NULL}, name);
    cr_assert_eq(RUN(&text, "apply", "-json", "-auto-approve"), 1, "%s", buf_cstr(&text));
    cr_assert(strstr(buf_cstr(&text), said), "%s", buf_cstr(&text));
    buf_finish(&text);
    apply_all();
    cr_assert_eq(RUN(&text, "plan", "-json", "-detailed-exitcode"), 0, "%s", buf_cstr(&text));
    buf_finish(&text);
}

Test(rehearsal_roots, a_played_image_is_pulled_at_the_second_try)
{
    struck_with("player", "image-pull", "provision-pypi", "1 replicas wanted; 0 replicas Ready");
}

Test(rehearsal_roots, a_built_hub_finds_its_storage_class_at_the_second_try)
{
    NEED_TERRAFORM(terraform)
    struck_with(terraform, "no-storage-class", "provision-ml-hub", "context deadline exceeded");
}

static void open_again(const char *const *faults)
{
    close_rehearsal();
    open_with("player", faults, 1000);
    go_to("provision-pypi");
}

Test(rehearsal_roots, a_fault_named_on_a_directory_that_goes_on_strikes_once_more)
{
    static const char *const faults[] = {"image-pull", NULL}, *const others[] = {"dns-late", NULL};
    struct buf text;
    struck_with("player", "image-pull", "provision-pypi", "1 replicas wanted");
    for (int round = 0; round < 2; round++) {
        if (round == 1)
            open_again(others);
        open_again(faults); /* the first time it stands there already, and is spent */
        cr_assert_eq(RUN(&text, "destroy", "-json", "-auto-approve"), 0);
        buf_finish(&text);
        cr_assert_eq(RUN(&text, "apply", "-json", "-auto-approve"), round, "%s", buf_cstr(&text));
        buf_finish(&text);
    }
}

static void locked_with(const char *tool)
{
    struct buf text;
    open_stage(tool, (const char *const[]){"state-locked", NULL}, "provision-pypi");
    cr_assert_eq(RUN(&text, "plan", "-json"), 1, "%s", buf_cstr(&text));
    cr_assert(strstr(buf_cstr(&text), "Error acquiring the state lock"), "%s", buf_cstr(&text));
    cr_assert(strstr(buf_cstr(&text), "ada@bastion"), "%s", buf_cstr(&text));
    buf_finish(&text);
    int code, tries = 0;
    do { /* the holder ends soon after the tool that it stopped */
        code = RUN(&text, "plan", "-json");
        buf_finish(&text);
    } while (code != 0 && ++tries < 10);
    cr_assert_eq(code, 0);
}

Test(rehearsal_roots, a_locked_state_is_found_once_by_the_player)
{
    locked_with("player");
}

Test(rehearsal_roots, a_locked_state_is_found_once_by_terraform)
{
    NEED_TERRAFORM(terraform)
    locked_with(terraform);
}
