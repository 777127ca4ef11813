/* The player against the recorded streams of terraform 1.11.4 and, where one is installed, against
 * the real one on the same generated root. This test program is itself the program that the root
 * names: run with --rehearse-step or --player it takes that part. */
#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/paths.h"
#include "core/rehearsal/description.h"
#include "core/rehearsal/player.h"
#include "core/rehearsal/rehearsal.h"
#include "core/rehearsal/step.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

enum { ANSWER_MAX = 32 << 20 };

__attribute__((constructor)) static void take_part(int argc, char **argv, char **envp)
{
    (void)envp;
    if (argc > 1 && strcmp(argv[1], "--rehearse-step") == 0)
        _exit(step_main(argc - 2, argv + 2));
    if (argc > 1 && strcmp(argv[1], "--player") == 0) {
        int code = player_main(argc - 2, argv + 2);
        fflush(stdout);
        _exit(code);
    }
}

/* ---- a rehearsal directory and its tool ---- */

static struct loop loop;
static struct rehearsal rehearsal;
static char program[PATH_MAX], root[PATH_MAX];

/* A blank and a quote in the path: both tools must live with them. */
static void open_with(const char *tool, const char *const *faults, int speed)
{
    struct error err = {.kind = ERROR_NONE};
    char dir[PATH_MAX];
    cr_assert(realpath("/proc/self/exe", program));
    cr_assert(path_format(dir, NULL, "%s", test_path("it's a place")));
    setenv("EKSHUB_TERRAFORM", tool, 1);
    setenv("TF_VAR_cluster_name", "demo-hub", 1);
    struct rehearsal_wish wish = {
        .dir = dir, .assets = SOURCE_ASSETS, .program = program, .speed = speed, .faults = faults};
    loop_init(&loop, &clock_system);
    cr_assert(rehearsal_open(&rehearsal, &wish, &loop, &err), "%s", err.text);
    cr_assert(path_format(root, NULL, "%s/provision-eks", rehearsal.dir));
}

static void close_all(void)
{
    rehearsal_finish(&rehearsal);
    loop_finish(&loop);
    test_directory_remove();
    no_leaks();
}

TestSuite(rehearsal_player, .fini = close_all, .timeout = 120);

struct talk { /* a tool that runs */
    pid_t pid;
    int out;
    struct buf text;
};

static void talk_start(struct talk *talk, const char *const *words)
{
    const char *argv[16] = {rehearsal.terraform, "-chdir=", NULL};
    char chdir_option[PATH_MAX + 16];
    size_t count = 2;
    int ends[2];
    posix_spawn_file_actions_t actions;
    snprintf(chdir_option, sizeof chdir_option, "-chdir=%s", root);
    argv[1] = chdir_option;
    for (; *words && count + 1 < sizeof argv / sizeof *argv; words++)
        argv[count++] = *words;
    argv[count] = NULL;
    *talk = (struct talk){.pid = -1};
    buf_init(&talk->text, ANSWER_MAX);
    cr_assert_eq(pipe(ends), 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    cr_assert_eq(posix_spawn(&talk->pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv,
                             rehearsal.environment),
                 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    talk->out = ends[0];
}

/* Reads on; false at the end. */
static bool talk_read(struct talk *talk)
{
    char bytes[16384];
    ssize_t got = read(talk->out, bytes, sizeof bytes);
    cr_assert(got >= 0 || errno == EINTR);
    if (got > 0)
        cr_assert(buf_append(&talk->text, (struct str){bytes, (size_t)got}));
    return got != 0;
}

static int talk_end(struct talk *talk)
{
    int status;
    while (talk_read(talk))
        ;
    close(talk->out);
    cr_assert_eq(waitpid(talk->pid, &status, 0), talk->pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run_words(struct buf *text, const char *const *words)
{
    struct talk talk;
    talk_start(&talk, words);
    int code = talk_end(&talk);
    *text = talk.text;
    return code;
}
#define RUN(text, ...) run_words(text, (const char *const[]){__VA_ARGS__, NULL})

static void init_root(void)
{
    struct buf text;
    cr_assert_eq(RUN(&text, "init", "-json", "-input=false"), 0, "%s", buf_cstr(&text));
    buf_finish(&text);
}

/* ---- streams ---- */

static const char *type_of(const json_t *line)
{
    return js_text(line, "type");
}

/* Every JSON line of a stream, in an array. */
static json_t *lines_of(struct str text)
{
    json_t *all = json_array();
    struct str line;
    while (text.len > 0) {
        str_cut(&text, '\n', &line);
        json_t *json = js_parse(line, NULL);
        if (json)
            json_array_append_new(all, json);
    }
    return all;
}

static json_t *stream_of(const struct buf *text)
{
    return lines_of(buf_str(text));
}

static unsigned count_of(const json_t *lines, const char *type)
{
    unsigned count = 0;
    for (size_t i = 0; i < json_array_size(lines); i++)
        count += strcmp(type_of(json_array_get(lines, i)), type) == 0;
    return count;
}

/* Which members a value has and of which type, "hook.resource.addr:string": adds to `shape`. */
static void add_shape(json_t *shape, const char *path, const json_t *value)
{
    const char *key;
    json_t *member;
    char *entry = alloc_printf("%s:%s", path,
                               json_is_object(value)    ? "object"
                               : json_is_array(value)   ? "array"
                               : json_is_string(value)  ? "string"
                               : json_is_number(value)  ? "number"
                               : json_is_boolean(value) ? "boolean"
                                                        : "null");
    json_object_set_new(shape, entry, json_true());
    free(entry);
    if (strstr(path, ".outputs") || strstr(path, "snippet") || strstr(path, "range"))
        return; /* names of outputs are the root's own */
    json_object_foreach((json_t *)(uintptr_t)value, key, member)
    {
        char *deeper = alloc_printf("%s.%s", path, key);
        add_shape(shape, deeper, member);
        free(deeper);
    }
}

static json_t *shapes_of(const json_t *lines)
{
    json_t *shapes = json_object();
    for (size_t i = 0; i < json_array_size(lines); i++)
        add_shape(shapes, type_of(json_array_get(lines, i)), json_array_get(lines, i));
    return shapes;
}

/* A resource that is indexed has a number for a key, one that is not has null: both are right. */
static bool is_optional(const char *entry)
{
    return strstr(entry, "resource_key:") != NULL || strstr(entry, "log.") == entry;
}

static void assert_shapes_known(const json_t *ours, const json_t *theirs)
{
    const char *entry;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)ours, entry, value) cr_assert(
        is_optional(entry) || json_object_get(theirs, entry), "terraform never wrote %s", entry);
}

static bool same_place(const json_t *a, const json_t *b)
{
    return strcmp(js_text(a, "hook.resource.addr"), js_text(b, "hook.resource.addr")) == 0 &&
           strcmp(js_text(a, "hook.action"), js_text(b, "hook.action")) == 0;
}

static ptrdiff_t index_of(const json_t *lines, const char *type, const char *address,
                          const char *action)
{
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        if (strcmp(type_of(line), type) == 0 &&
            strcmp(js_text(line, "hook.resource.addr"), address) == 0 &&
            (!action || strcmp(js_text(line, "hook.action"), action) == 0))
            return (ptrdiff_t)i;
    }
    return -1;
}

/* The rules that every stream obeys: version first, plan before work, each start ended once, never
 * more than ten at a time, and the order of the needs. */
static void assert_ordered(const json_t *lines, const struct description *description)
{
    unsigned running = 0;
    bool working = false;
    cr_assert_str_eq(type_of(json_array_get(lines, 0)), "version");
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        const char *type = type_of(line);
        cr_assert(strcmp(type, "planned_change") != 0 || !working, "a change planned too late");
        if (strcmp(type, "apply_start") == 0) {
            working = true;
            cr_assert(++running <= 10, "%u at a time", running);
            unsigned ends = 0;
            for (size_t k = i + 1; k < json_array_size(lines); k++) {
                const json_t *later = json_array_get(lines, k);
                ends += same_place(line, later) && (strcmp(type_of(later), "apply_complete") == 0 ||
                                                    strcmp(type_of(later), "apply_errored") == 0);
            }
            cr_assert_eq(ends, 1, "%s ended %u times", js_text(line, "hook.resource.addr"), ends);
        }
        running -= strcmp(type, "apply_complete") == 0 || strcmp(type, "apply_errored") == 0;
    }
    for (size_t i = 0; i < description->count; i++) {
        const struct piece *piece = &description->pieces[i];
        ptrdiff_t made = index_of(lines, "apply_start", piece->address, "create");
        ptrdiff_t gone = index_of(lines, "apply_complete", piece->address, "delete");
        for (size_t n = 0; n < piece->need_count; n++) {
            const char *need = description->pieces[piece->needs[n]].address;
            ptrdiff_t need_made = index_of(lines, "apply_complete", need, "create");
            ptrdiff_t need_gone = index_of(lines, "apply_start", need, "delete");
            cr_assert(made < 0 || need_made < made, "%s before %s", piece->address, need);
            cr_assert(need_gone < 0 || gone < need_gone, "%s after %s", piece->address, need);
        }
    }
}

static void describe(struct description *description)
{
    cr_assert(description_load(SOURCE_ASSETS "/rehearsal/eks.json", description, NULL));
}

static void assert_summary(const json_t *lines, const char *operation, int add, int change,
                           int remove)
{
    const json_t *found = NULL;
    for (size_t i = 0; i < json_array_size(lines); i++)
        if (strcmp(js_text(json_array_get(lines, i), "changes.operation"), operation) == 0)
            found = json_array_get(lines, i);
    cr_assert(found, "no summary of %s", operation);
    cr_assert_eq(js_int(found, "changes.add", -1), add);
    cr_assert_eq(js_int(found, "changes.change", -1), change);
    cr_assert_eq(js_int(found, "changes.remove", -1), remove);
}

/* Everything that terraform was ever recorded to write, of the types that the player writes. */
static json_t *recorded_shapes(void)
{
    static const char *const files[] = {"02a-plan-before-init-modules.jsonl",
                                        "02c-init-json-ok-modules.jsonl",
                                        "04e-apply-json-plan-12.jsonl",
                                        "04q-plan-json-update-replace.jsonl",
                                        "04s-apply-json-update-replace.jsonl",
                                        "04w-plan-destroy-json.jsonl",
                                        "04y-destroy-json.jsonl",
                                        "11b-apply-json-slow-progress.jsonl",
                                        "13a-apply-json-failing-provisioner-partial.jsonl",
                                        "13c-plan-json-resume-tainted.jsonl",
                                        "15a-apply-sigint-once-proc.jsonl"};
    json_t *shapes = json_object();
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[PATH_MAX];
        struct buf text;
        buf_init(&text, ANSWER_MAX);
        cr_assert(path_format(path, NULL, "%s/terraform/%s", TEST_DATA, files[i]));
        cr_assert(file_read(path, ANSWER_MAX, &text, NULL), "%s", path);
        json_t *lines = stream_of(&text), *more = shapes_of(lines);
        json_object_update(shapes, more);
        json_decref(more);
        json_decref(lines);
        buf_finish(&text);
    }
    return shapes;
}

/* ---- the player ---- */

Test(rehearsal_player, builds_and_removes_as_terraform_does)
{
    struct description description;
    struct buf text;
    open_with("player", NULL, 1000);
    describe(&description);
    init_root();
    cr_assert_eq(RUN(&text, "plan", "-json", "-input=false", "-out=plan", "-detailed-exitcode"), 2);
    json_t *plan = stream_of(&text), *known = recorded_shapes();
    buf_finish(&text);
    cr_assert_eq(count_of(plan, "planned_change"), 58);
    assert_summary(plan, "plan", 58, 0, 0);
    cr_assert_eq(RUN(&text, "apply", "-json", "-input=false", "plan"), 0);
    json_t *apply = stream_of(&text), *shapes = shapes_of(apply);
    buf_finish(&text);
    assert_ordered(apply, &description);
    assert_shapes_known(shapes, known);
    assert_summary(apply, "apply", 58, 0, 0);
    cr_assert_str_eq(type_of(json_array_get(apply, json_array_size(apply) - 1)), "outputs");
    struct world world;
    cr_assert(world_load(rehearsal.dir, &world, NULL));
    struct world_cluster now = world_cluster_at(&world, clock_wall(&clock_system));
    cr_assert_eq(now.status, WORLD_ACTIVE, "what is built is there");
    cr_assert_eq(now.nodes_ready, 3);
    cr_assert_str_eq(now.name, "demo-hub");
    world_finish(&world);
    cr_assert_eq(RUN(&text, "apply", "-json", "plan"), 1);
    cr_assert(strstr(buf_cstr(&text), "Saved plan is stale"));
    buf_finish(&text);
    cr_assert_eq(RUN(&text, "plan", "-json", "-detailed-exitcode"), 0);
    buf_finish(&text);
    cr_assert_eq(RUN(&text, "destroy", "-json", "-auto-approve"), 0);
    json_t *destroy = stream_of(&text);
    buf_finish(&text);
    assert_ordered(destroy, &description);
    assert_summary(destroy, "destroy", 0, 0, 58);
    cr_assert(world_load(rehearsal.dir, &world, NULL));
    cr_assert_eq(world_cluster_at(&world, clock_wall(&clock_system)).status, WORLD_NONE);
    world_finish(&world);
    json_decref(destroy);
    json_decref(shapes);
    json_decref(apply);
    json_decref(known);
    json_decref(plan);
    description_finish(&description);
}

Test(rehearsal_player, fails_once_and_goes_on)
{
    static const char group[] = "module.eks.terraform_data.aws_eks_node_group_workers";
    struct description description;
    struct buf text;
    open_with("player", (const char *const[]){"apply-error", NULL}, 1000);
    describe(&description);
    init_root();
    cr_assert_eq(RUN(&text, "apply", "-json", "-auto-approve"), 1);
    json_t *lines = stream_of(&text), *shapes = shapes_of(lines), *known = recorded_shapes();
    assert_ordered(lines, &description);
    assert_shapes_known(shapes, known);
    cr_assert(strstr(buf_cstr(&text), "VcpuLimitExceeded"));
    buf_finish(&text);
    cr_assert_eq(count_of(lines, "apply_errored"), 1);
    cr_assert_eq(count_of(lines, "apply_start"), 53, "what stands on it never begins");
    const json_t *last = json_array_get(lines, json_array_size(lines) - 1);
    cr_assert_str_eq(type_of(last), "diagnostic", "a failed apply ends without a summary");
    cr_assert_str_eq(js_text(last, "diagnostic.address"), group);
    json_decref(lines);
    cr_assert_eq(RUN(&text, "plan", "-json", "-out=plan", "-detailed-exitcode"), 2);
    lines = stream_of(&text);
    buf_finish(&text);
    assert_summary(lines, "plan", 6, 0, 1);
    json_decref(lines);
    cr_assert_eq(RUN(&text, "apply", "-json", "plan"), 0);
    lines = stream_of(&text);
    buf_finish(&text);
    assert_ordered(lines, &description);
    cr_assert(index_of(lines, "apply_complete", group, "delete") <
              index_of(lines, "apply_start", group, "create"));
    assert_summary(lines, "apply", 6, 0, 1);
    json_decref(lines);
    json_decref(known);
    json_decref(shapes);
    description_finish(&description);
}

Test(rehearsal_player, stops_at_one_interrupt_and_holds_the_lock_until_then)
{
    static const char cluster[] = "module.eks.terraform_data.aws_eks_cluster_this";
    struct talk talk;
    struct buf text;
    open_with("player", NULL, 40); /* the cluster takes 13 s: it is not waited for */
    init_root();
    talk_start(&talk, (const char *const[]){"apply", "-json", "-auto-approve", NULL});
    while (talk_read(&talk))
        if (strstr(buf_cstr(&talk.text), "aws_eks_cluster_this: Creating..."))
            break;
    cr_assert_eq(RUN(&text, "plan", "-json"), 1);
    cr_assert(strstr(buf_cstr(&text), "Error acquiring the state lock"));
    cr_assert(strstr(buf_cstr(&text), "OperationTypeApply"));
    buf_finish(&text);
    kill(talk.pid, SIGINT);
    cr_assert_eq(talk_end(&talk), 1);
    json_t *lines = stream_of(&talk.text);
    buf_finish(&talk.text);
    cr_assert_eq(count_of(lines, "log"), 2);
    cr_assert(index_of(lines, "apply_errored", cluster, "create") > 0);
    cr_assert_eq(count_of(lines, "change_summary"), 1, "only the plan's");
    json_decref(lines);
    cr_assert_eq(RUN(&text, "plan", "-json"), 0);
    cr_assert(strstr(buf_cstr(&text), "aws_eks_cluster_this: Plan to replace"));
    buf_finish(&text);
    struct world world;
    cr_assert(world_load(rehearsal.dir, &world, NULL));
    int64_t now = clock_wall(&clock_system);
    cr_assert_eq(world_cluster_at(&world, now).status, WORLD_CREATING);
    cr_assert_eq(world_cluster_at(&world, now + 60000).status, WORLD_ACTIVE,
                 "AWS goes on with what was begun");
    world_finish(&world);
}

Test(rehearsal_player, answers_queries_and_refuses_in_terraforms_words)
{
    static const struct {
        const char *words[4];
        int code;
        const char *text;
    } table[] = {
        {{"version", "-json"}, 0, "\"terraform_version\": \"1.11.4\""},
        {{"plan", "-json"}, 1, "Module not installed"},
        {{"apply", "-json"}, 1, "Module not installed"},
        {{"plan", "-json", "-bogus"}, 1, "flag provided but not defined: -bogus"},
        {{"plan", "-json", "word"}, 1, "Too many command line arguments"},
        {{"show", "-json"}, 0, "{\"format_version\":\"1.0\"}"},
        {{"output", "-json"}, 0, "{}"},
        {{"state", "list"}, 0, ""},
        {{"validate", "-json"}, 0, "\"valid\": true"},
        {{"show", "-json", "nothing"}, 1, ""},
        {{"frobnicate"}, 1, ""},
    };
    struct buf text;
    open_with("player", NULL, 1000);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int code = RUN(&text, table[i].words[0], table[i].words[1], table[i].words[2]);
        cr_assert_eq(code, table[i].code, "%s: %d", table[i].words[0], code);
        cr_assert(strstr(buf_cstr(&text), table[i].text), "%s: %s", table[i].words[0],
                  buf_cstr(&text));
        buf_finish(&text);
    }
    init_root();
    cr_assert_eq(RUN(&text, "apply", "-json"), 1);
    cr_assert(strstr(buf_cstr(&text), "Plan file or auto-approve required"));
    buf_finish(&text);
    char path[PATH_MAX];
    cr_assert(path_format(path, NULL, "%s/garbage", root));
    cr_assert(file_write(path, STR("{\"not\":\"a plan\"}"), 0600, NULL));
    cr_assert_eq(RUN(&text, "apply", "-json", "garbage"), 1);
    cr_assert(strstr(buf_cstr(&text), "as a plan file"));
    buf_finish(&text);
    cr_assert(path_format(path, NULL, "%s/terraform.tfstate", root));
    cr_assert(file_write(path, STR("<<<<<<< HEAD"), 0600, NULL));
    cr_assert_eq(RUN(&text, "plan", "-json"), 1);
    cr_assert(strstr(buf_cstr(&text), "Error acquiring the state lock"));
    buf_finish(&text);
}

/* ---- and the real one ---- */

static bool find_terraform(char path[PATH_MAX])
{
    struct str rest = str_of(getenv("PATH")), part;
    while (rest.len > 0) {
        str_cut(&rest, ':', &part);
        if (part.len && path_format(path, NULL, "%.*s/terraform", STR_ARG(part)) &&
            access(path, X_OK) == 0)
            return true;
    }
    return false;
}

#define NEED_TERRAFORM(path)                                                                       \
    char path[PATH_MAX];                                                                           \
    if (!find_terraform(path)) {                                                                   \
        cr_skip_test("terraform is not installed");                                                \
        return;                                                                                    \
    }

/* Removes what differs by nature: ids, times, lineage, variables (terraform keeps those of the
 * environment as text), and what only the real one tells. */
static void strip(json_t *value)
{
    static const char *const names[] = {
        "id",     "timestamp",           "configuration", "lineage",     "variables",
        "serial", "relevant_attributes", "checks",        "prior_state", "check_results"};
    const char *key;
    json_t *member;
    size_t index;
    for (size_t i = 0; json_is_object(value) && i < sizeof names / sizeof *names; i++)
        json_object_del(value, names[i]);
    json_object_foreach(value, key, member) strip(member);
    json_array_foreach(value, index, member) strip(member);
}

static json_t *stripped(const struct buf *text)
{
    json_t *json = js_parse(buf_str(text), NULL);
    cr_assert(json, "%.200s", buf_cstr(text));
    strip(json);
    return json;
}

static void reopen(const char *tool)
{
    rehearsal_finish(&rehearsal);
    loop_finish(&loop);
    open_with(tool, NULL, 1000);
}

Test(rehearsal_player, plans_the_same_as_terraform)
{
    static const char *const variables[][3] = {
        {"TF_VAR_node_count=3", "TF_VAR_cert_manager=true", "TF_VAR_azs=[]"},
        {"TF_VAR_node_count=5", "TF_VAR_cert_manager=false",
         "TF_VAR_azs=[\"eu-west-1c\",\"eu-west-1b\"]"}};
    NEED_TERRAFORM(terraform)
    open_with(terraform, NULL, 1000);
    init_root();
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        struct buf real, played;
        for (size_t k = 0; k < 3; k++)
            putenv((char *)(uintptr_t)variables[i][k]);
        reopen(terraform);
        cr_assert_eq(RUN(&real, "plan", "-json", "-out=real"), 0);
        buf_finish(&real);
        cr_assert_eq(RUN(&real, "show", "-json", "real"), 0);
        reopen("player");
        cr_assert_eq(RUN(&played, "plan", "-json", "-out=played"), 0);
        buf_finish(&played);
        cr_assert_eq(RUN(&played, "show", "-json", "played"), 0);
        json_t *a = stripped(&real), *b = stripped(&played);
        char *x = json_dumps(a, JSON_SORT_KEYS), *y = json_dumps(b, JSON_SORT_KEYS);
        cr_assert_str_eq(x, y);
        free(x);
        free(y);
        json_decref(a);
        json_decref(b);
        buf_finish(&real);
        buf_finish(&played);
    }
}

Test(rehearsal_player, terraform_builds_the_same_root)
{
    struct description description;
    struct buf text;
    NEED_TERRAFORM(terraform)
    open_with(terraform, NULL, 1000);
    describe(&description);
    init_root();
    cr_assert_eq(RUN(&text, "apply", "-json", "-input=false", "-auto-approve"), 0, "%s",
                 buf_cstr(&text));
    json_t *lines = stream_of(&text);
    buf_finish(&text);
    assert_ordered(lines, &description);
    assert_summary(lines, "apply", 58, 0, 0);
    struct world world;
    cr_assert(world_load(rehearsal.dir, &world, NULL));
    cr_assert_eq(world.count, 58);
    struct world_cluster now = world_cluster_at(&world, clock_wall(&clock_system));
    cr_assert_eq(now.status, WORLD_ACTIVE);
    cr_assert_eq(now.nodes_ready, 3);
    world_finish(&world);
    cr_assert_eq(RUN(&text, "output", "-json"), 0);
    json_t *real = stripped(&text);
    buf_finish(&text);
    reopen("player"); /* which goes on where terraform left off */
    cr_assert_eq(RUN(&text, "output", "-json"), 0);
    json_t *played = stripped(&text);
    buf_finish(&text);
    cr_assert(json_equal(real, played));
    cr_assert_eq(RUN(&text, "plan", "-json", "-detailed-exitcode"), 0, "nothing to do");
    buf_finish(&text);
    cr_assert_eq(RUN(&text, "destroy", "-json", "-auto-approve"), 0);
    buf_finish(&text);
    json_decref(played);
    json_decref(real);
    json_decref(lines);
    description_finish(&description);
}

Test(rehearsal_player, terraform_goes_on_from_a_played_state)
{
    struct buf text;
    NEED_TERRAFORM(terraform)
    open_with("player", (const char *const[]){"apply-error", NULL}, 1000);
    init_root();
    cr_assert_eq(RUN(&text, "apply", "-json", "-auto-approve"), 1);
    buf_finish(&text);
    reopen(terraform);
    init_root();
    cr_assert_eq(RUN(&text, "plan", "-json", "-out=plan", "-detailed-exitcode"), 2);
    json_t *lines = stream_of(&text);
    assert_summary(lines, "plan", 6, 0, 1);
    buf_finish(&text);
    cr_assert_eq(RUN(&text, "apply", "-json", "plan"), 0, "%s", buf_cstr(&text));
    buf_finish(&text);
    cr_assert_eq(RUN(&text, "destroy", "-json", "-auto-approve"), 0);
    buf_finish(&text);
    json_decref(lines);
}

Test(rehearsal_player, terraform_meets_the_planted_fault_once)
{
    struct buf text;
    NEED_TERRAFORM(terraform)
    open_with(terraform, (const char *const[]){"apply-error", NULL}, 1000);
    init_root();
    cr_assert_eq(RUN(&text, "apply", "-json", "-auto-approve"), 1);
    cr_assert(strstr(buf_cstr(&text), "VcpuLimitExceeded"));
    buf_finish(&text);
    cr_assert_eq(RUN(&text, "apply", "-json", "-auto-approve"), 0);
    buf_finish(&text);
}
