/* The real roots beside the rehearsal's: the same variables and outputs, so that what is rehearsed
 * is what is done; and the files of variables that the worker writes name only what a root has. */
#include <criterion/criterion.h>

#include "core/base/paths.h"
#include "tests/core/deploying.h"

#include "core/base/alloc.h"

static const enum stage_id with_root[] = {STAGE_EKS, STAGE_PYPI, STAGE_MLHUB, STAGE_DOMAIN};

/* What a rehearsal does not have and therefore refuses. */
static const char *const only_real[] = {"existing_cluster_name", "subnet_ids"};

static void begin(void)
{
    deploying_begin();
    want_all();
}

TestSuite(roots, .init = begin, .fini = deploying_end, .timeout = 60);

static void read_tf(struct buf *text, const char *kind, enum stage_id stage, const char *file)
{
    char path[PATH_MAX];
    struct error err;
    *text = (struct buf){.data = NULL};
    cr_assert(
        path_format(path, &err, SOURCE_ASSETS "/%s/%s/%s", kind, stage_table[stage].root, file));
    cr_assert(file_read(path, 1 << 20, text, &err), "%s", err.text);
}

/* The next block `KIND "NAME" {` of a file laid out by terraform fmt, and what is between its
 * braces; false behind the last. */
static bool next_block(struct str *rest, const char *kind, char name[64], struct str *body)
{
    struct str line;
    while (rest->len) {
        str_cut(rest, '\n', &line);
        if (!str_starts(line, str_of(kind)))
            continue;
        struct str word;
        str_cut(&line, '"', &word);
        str_cut(&line, '"', &word);
        cr_assert(str_copy(word, name, 64));
        ptrdiff_t end = str_find(*rest, STR("\n}\n"));
        cr_assert(end >= 0, "%s does not end", name);
        *body = (struct str){rest->data, (size_t)end + 1};
        *rest = str_skip(*rest, (size_t)end + 3);
        return true;
    }
    return false;
}

static bool block_named(const struct buf *text, const char *kind, const char *name,
                        struct str *body)
{
    struct str rest = buf_str(text);
    char found[64];
    while (next_block(&rest, kind, found, body))
        if (strcmp(found, name) == 0)
            return true;
    return false;
}

/* The line of an argument: "  type        = string" without its spaces before =; "" without it. */
static void argument(struct str body, const char *name, char out[512])
{
    struct str line, key;
    out[0] = '\0';
    while (body.len) {
        str_cut(&body, '\n', &line);
        if (!str_starts(line, STR("  ")) || str_starts(line, STR("   ")))
            continue;
        str_cut(&line, '=', &key);
        if (str_is(str_trim(key), name))
            cr_assert(str_copy(str_trim(line), out, 512), "%s", name);
    }
}

static void assert_same(struct str rehearsed, struct str real, const char *argument_name,
                        const char *what)
{
    char a[512], b[512];
    argument(rehearsed, argument_name, a);
    argument(real, argument_name, b);
    cr_assert_str_eq(a, b, "%s of %s: %s in a rehearsal, %s in the real root", argument_name, what,
                     a, b);
}

static bool is_only_real(const char *name)
{
    for (size_t i = 0; i < sizeof only_real / sizeof *only_real; i++)
        if (strcmp(name, only_real[i]) == 0)
            return true;
    return false;
}

/* Every validation of the rehearsal stands in the real root word by word; that one may have more.
 */
static void assert_validations(struct str rehearsed, struct str real, const char *what)
{
    struct str mark = STR("  validation {\n");
    for (ptrdiff_t at; (at = str_find(rehearsed, mark)) >= 0;) {
        rehearsed = str_skip(rehearsed, (size_t)at);
        ptrdiff_t end = str_find(rehearsed, STR("\n  }\n"));
        cr_assert(end > 0);
        struct str validation = {rehearsed.data, (size_t)end};
        cr_assert(str_find(real, validation) >= 0, "%s: the real root does not have%.*s", what,
                  (int)validation.len, validation.data);
        rehearsed = str_skip(rehearsed, (size_t)end);
    }
}

static void compare_variables(enum stage_id stage)
{
    static const char *const same[] = {"description", "type", "default", "sensitive", "ephemeral"};
    struct buf rehearsal, root;
    struct str rest, wanted, found;
    char name[64];
    read_tf(&rehearsal, "rehearsal", stage, "variables.tf");
    read_tf(&root, "terraform", stage, "variables.tf");
    for (rest = buf_str(&rehearsal); next_block(&rest, "variable", name, &wanted);) {
        cr_assert(block_named(&root, "variable", name, &found), "%s has no %s",
                  stage_table[stage].root, name);
        for (size_t i = 0; i < sizeof same / sizeof *same; i++)
            assert_same(wanted, found, same[i], name);
        if (!is_only_real(name))
            assert_validations(wanted, found, name);
    }
    buf_finish(&rehearsal);
    buf_finish(&root);
}

/* What only the real root has must not have to be given, and everything says what it is. */
static void judge_own_variables(enum stage_id stage)
{
    struct buf rehearsal, root;
    struct str rest, body, ignored;
    char name[64], text[512];
    read_tf(&rehearsal, "rehearsal", stage, "variables.tf");
    read_tf(&root, "terraform", stage, "variables.tf");
    for (rest = buf_str(&root); next_block(&rest, "variable", name, &body);) {
        argument(body, "description", text);
        cr_assert(text[0], "%s says nothing about itself", name);
        argument(body, "default", text);
        cr_assert(text[0] || block_named(&rehearsal, "variable", name, &ignored),
                  "%s must have a default: no rehearsal has it", name);
    }
    buf_finish(&rehearsal);
    buf_finish(&root);
}

Test(roots, have_the_variables_of_the_rehearsal)
{
    for (size_t i = 0; i < sizeof with_root / sizeof *with_root; i++) {
        compare_variables(with_root[i]);
        judge_own_variables(with_root[i]);
    }
}

static void compare_outputs(enum stage_id stage, const char *from, const char *to)
{
    struct buf one, other;
    struct str rest, wanted, found;
    char name[64];
    read_tf(&one, from, stage, "outputs.tf");
    read_tf(&other, to, stage, "outputs.tf");
    for (rest = buf_str(&one); next_block(&rest, "output", name, &wanted);) {
        cr_assert(block_named(&other, "output", name, &found), "%s/%s has no output %s", to,
                  stage_table[stage].root, name);
        assert_same(wanted, found, "description", name);
        assert_same(wanted, found, "sensitive", name);
    }
    buf_finish(&one);
    buf_finish(&other);
}

Test(roots, have_the_outputs_of_the_rehearsal_and_no_others)
{
    for (size_t i = 0; i < sizeof with_root / sizeof *with_root; i++) {
        compare_outputs(with_root[i], "rehearsal", "terraform");
        compare_outputs(with_root[i], "terraform", "rehearsal");
    }
}

static void fill(struct answers *answers)
{
    for (size_t i = 0; i < answer_field_count; i++) {
        char *text = answer_text(answers, &answer_fields[i]);
        if (!text[0])
            str_copy(STR("x"), text, answer_fields[i].size);
    }
}

static void assert_declared(json_t *values, enum stage_id stage)
{
    struct buf text;
    struct str ignored;
    const char *name;
    json_t *value;
    read_tf(&text, "terraform", stage, "variables.tf");
    cr_assert(json_object_size(values) > 0);
    json_object_foreach(values, name, value)
    {
        cr_assert(block_named(&text, "variable", name, &ignored), "%s has no variable %s",
                  stage_table[stage].root, name);
    }
    buf_finish(&text);
}

Test(roots, take_every_answer)
{
    for (size_t i = 0; i < sizeof with_root / sizeof *with_root; i++) {
        struct answers answers;
        answers_default(&answers, true);
        fill(&answers);
        json_t *values = answers_variables(&answers, with_root[i], "kube_admin");
        assert_declared(values, with_root[i]);
        json_decref(values);
    }
}

static json_t *written(enum stage_id stage)
{
    char path[PATH_MAX];
    struct buf text = {.data = NULL};
    struct error err;
    cr_assert(
        path_format(path, &err, "%s/%s/terraform.tfvars.json", place.dir, stage_table[stage].root));
    cr_assert(file_read(path, 1 << 16, &text, &err), "%s", err.text);
    json_t *values = js_parse(buf_str(&text), &err);
    cr_assert_not_null(values, "%s", err.text);
    buf_finish(&text);
    return values;
}

Test(roots, take_everything_that_the_worker_writes)
{
    str_copy(STR("/usr/bin/ekshub-tui"), place.program, sizeof place.program);
    wanted[STAGE_DOMAIN] = true;
    start(RUN_APPLY, true);
    give_secrets();
    json_t *domain = json_pack("{s:s}", "domain_zone", "demo.example.org");
    struct error err;
    cr_assert(deploy_answers(&deploy, domain, NULL, &err), "%s", err.text);
    json_decref(domain);
    run_to_end(RUN_SUCCEEDED);
    for (size_t i = 0; i < sizeof with_root / sizeof *with_root; i++) {
        json_t *values = written(with_root[i]);
        assert_declared(values, with_root[i]);
        const json_t *command = js_get(values, "token_command");
        cr_assert_eq(json_array_size(command), 2);
        cr_assert_str_eq(json_string_value(json_array_get(command, 0)), "/usr/bin/ekshub-tui");
        cr_assert_str_eq(json_string_value(json_array_get(command, 1)), "token");
        json_decref(values);
    }
}
