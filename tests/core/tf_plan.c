/* Plans reduced for review: what is there, in which order, and that no secret comes along. */
#include "core/terraform/tf_plan.h"

#include <criterion/criterion.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "tests/core/tf_corpus.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

static void parse_text(struct tf_plan *plan, struct str text)
{
    struct error err = {.kind = ERROR_NONE};
    json_t *document = js_parse(text, &err);

    cr_assert_not_null(document, "%s", err.text);
    cr_assert(tf_plan_parse(plan, document, &err), "%s", err.text);
    json_decref(document);
}

static void load(struct tf_plan *plan, const char *name)
{
    struct buf text = {0};

    corpus_read(name, &text);
    parse_text(plan, buf_str(&text));
    buf_finish(&text);
}

static const struct tf_entry *entry_of(const struct tf_plan *plan, const char *address)
{
    for (size_t i = 0; i < plan->entry_count; i++)
        if (strcmp(plan->entries[i].address, address) == 0)
            return &plan->entries[i];
    return NULL;
}

static const struct tf_attribute *attribute_of(const struct tf_entry *entry, const char *path)
{
    for (size_t i = 0; i < entry->attribute_count; i++)
        if (strcmp(entry->attributes[i].path, path) == 0)
            return &entry->attributes[i];
    return NULL;
}

static void dump(const struct tf_plan *plan, struct buf *out)
{
    json_t *value = tf_plan_json(plan);

    cr_assert(js_dump(value, out));
    json_decref(value);
}

TestSuite(tf_plan, .fini = no_leaks);

Test(tf_plan, groups_counts_and_remarks)
{
    struct tf_plan plan = {0};

    load(&plan, "04b-show-json-plan.json");
    cr_assert_eq(plan.entry_count, 12);
    cr_assert_eq(plan.add, 12);
    cr_assert_eq(plan.by_action[TF_CREATE], 12);
    cr_assert(plan.applyable && plan.complete && !plan.errored);
    cr_assert(tf_plan_creates_only(&plan));
    cr_assert_str_eq(plan.version, "1.11.4");
    cr_assert_eq(plan.group_count, 5);
    cr_assert_str_eq(plan.groups[0].module, "module.app[\"blue\"]");
    cr_assert_str_eq(plan.groups[3].module, "module.net");
    cr_assert_eq(plan.groups[3].count, 5);
    cr_assert_str_eq(plan.groups[4].module, "");
    cr_assert_str_eq(plan.entries[plan.groups[3].first].local, "terraform_data.subnet[0]");
    cr_assert_str_eq(entry_of(&plan, "module.net.terraform_data.vpc")->remark, "vpc-dev");
    cr_assert_str_eq(entry_of(&plan, "module.net.terraform_data.subnet[1]")->key, "1");
    cr_assert(plan.output_count > 5);
    tf_plan_finish(&plan);
    tf_plan_finish(&plan);
}

Test(tf_plan, sensitive_values_are_never_copied)
{
    struct tf_plan plan = {0};
    struct buf text = {0};
    const struct tf_attribute *password;

    load(&plan, "04b-show-json-plan.json");
    password = attribute_of(entry_of(&plan, "module.db.terraform_data.db"), "input.password");
    cr_assert_not_null(password);
    cr_assert(password->sensitive);
    cr_assert_str_eq(password->after, "(sensitive)");
    dump(&plan, &text);
    cr_assert(str_find(buf_str(&text), STR("hunter2")) < 0);
    tf_plan_finish(&plan);
    buf_finish(&text);

    load(&plan, "17d-show-json-plan-secrets.json");
    dump(&plan, &text);
    cr_assert(str_find(buf_str(&text), STR("(sensitive)")) >= 0);
    /* ALPHA is a sensitive variable's, BRAVO a plain one's */
    cr_assert(str_find(buf_str(&text), STR("SECRET-ALPHA")) < 0, "%s", buf_cstr(&text));
    cr_assert(str_find(buf_str(&text), STR("SECRET-BRAVO")) >= 0);
    tf_plan_finish(&plan);
    buf_finish(&text);
}

Test(tf_plan, a_mark_lost_in_a_computed_copy_hides_the_copy)
{
    struct tf_plan plan = {0};
    struct buf text = {0};

    parse_text(
        &plan,
        STR("{\"format_version\":\"1.2\",\"resource_changes\":[{\"address\":\"t.x\",\"type\":"
            "\"terraform_data\",\"name\":\"x\",\"change\":{\"actions\":[\"update\"],"
            "\"before\":{\"input\":\"old-secret\",\"output\":\"old-secret\",\"n\":1},"
            "\"after\":{\"input\":\"new-secret\",\"n\":2,\"note\":\"is new-secret!\"},"
            "\"after_unknown\":{\"output\":true},\"before_sensitive\":{\"input\":true},"
            "\"after_sensitive\":{\"input\":true}}}]}"));
    dump(&plan, &text);
    cr_assert(str_find(buf_str(&text), STR("-secret")) < 0, "%s", buf_cstr(&text));
    cr_assert(attribute_of(&plan.entries[0], "output")->unknown);
    cr_assert_str_eq(attribute_of(&plan.entries[0], "n")->before, "1");
    cr_assert_str_eq(attribute_of(&plan.entries[0], "n")->after, "2");
    cr_assert_str_eq(plan.entries[0].remark, "");
    tf_plan_finish(&plan);
    buf_finish(&text);
}

Test(tf_plan, moves_imports_and_reasons)
{
    struct tf_plan plan = {0};
    unsigned kinds = 0;

    load(&plan, "23b-show-json-plan-moved-import-removed.json");
    kinds |= plan.by_action[TF_MOVE] ? 1 : 0;
    kinds |= plan.by_action[TF_FORGET] ? 2 : 0;
    kinds |= plan.by_action[TF_DELETE] ? 4 : 0;
    cr_assert_eq(kinds, 7, "%u", kinds);
    cr_assert(!tf_plan_creates_only(&plan));
    for (size_t i = 0; i < plan.entry_count; i++)
        if (plan.entries[i].action == TF_MOVE)
            cr_assert_str_not_empty(plan.entries[i].previous);
    cr_assert_eq(plan.entries[0].action, TF_DELETE);
    cr_assert_str_not_empty(plan.entries[0].reason);
    tf_plan_finish(&plan);
}

Test(tf_plan, changed_outside_is_apart)
{
    struct tf_plan plan = {0};

    load(&plan, "26b-show-json-refresh-only-plan.json");
    cr_assert_eq(plan.drifted, 3);
    cr_assert_eq(plan.add + plan.change + plan.remove, 0);
    cr_assert(plan.entries[0].drift);
    tf_plan_finish(&plan);
}

Test(tf_plan, a_replace_counts_twice_and_names_its_cause)
{
    struct tf_plan plan = {0};
    const struct tf_attribute *cidr;

    parse_text(
        &plan,
        STR("{\"planned_values\":{},\"resource_changes\":[{\"address\":"
            "\"module.vpc.aws_subnet.a[10]\",\"type\":\"aws_subnet\",\"name\":\"a\",\"index\":"
            "10,\"action_reason\":\"replace_because_cannot_update\",\"change\":{\"actions\":"
            "[\"create\",\"delete\"],\"before\":{\"cidr_block\":\"10.0.0.0/24\",\"tags\":"
            "{\"a b\":\"x\"}},\"after\":{\"cidr_block\":\"10.0.1.0/24\",\"tags\":{\"a b\":"
            "\"y\",\"c\":null}},\"after_unknown\":{\"id\":true},\"replace_paths\":"
            "[[\"cidr_block\"]]}},{\"address\":\"module.vpc.aws_subnet.a[2]\",\"type\":"
            "\"aws_subnet\",\"name\":\"a\",\"index\":2,\"change\":{\"actions\":[\"delete\","
            "\"create\"],\"before\":{},\"after\":{}}},{\"address\":\"module.vpc.x.y\","
            "\"change\":{\"actions\":[\"no-op\"]}}]}"));
    cr_assert_eq(plan.add, 2);
    cr_assert_eq(plan.remove, 2);
    cr_assert_eq(plan.unchanged, 1);
    cr_assert_eq(plan.by_action[TF_REPLACE], 2);
    cr_assert_str_eq(plan.entries[0].key, "2");
    cr_assert(!plan.entries[0].create_first);
    cr_assert(plan.entries[1].create_first);
    cr_assert_str_eq(plan.entries[1].remark, "10.0.1.0/24");
    cidr = attribute_of(&plan.entries[1], "cidr_block");
    cr_assert(cidr->forces);
    cr_assert_str_eq(cidr->before, "10.0.0.0/24");
    cr_assert_not_null(attribute_of(&plan.entries[1], "tags[\"a b\"]"));
    cr_assert(!attribute_of(&plan.entries[1], "tags[\"a b\"]")->forces);
    cr_assert(attribute_of(&plan.entries[1], "id")->unknown);
    tf_plan_finish(&plan);
}

Test(tf_plan, an_errored_plan_says_so)
{
    struct tf_plan plan = {0};

    load(&plan, "16x-show-json-plan-file-left-by-interrupted-plan.json");
    cr_assert(plan.errored && !plan.applyable && !plan.complete);
    tf_plan_finish(&plan);
}

Test(tf_plan, no_plan_is_refused)
{
    struct tf_plan plan = {0};
    struct error err = {.kind = ERROR_NONE};
    struct buf text = {0};
    json_t *document;

    corpus_read("04c-show-json-nostate.json", &text);
    document = js_parse(buf_str(&text), &err);
    cr_assert(!tf_plan_parse(&plan, document, &err));
    cr_assert_eq(err.kind, ERROR_TOOL);
    json_decref(document);
    buf_finish(&text);
}

Test(tf_plan, nonsense_of_every_type_is_survived)
{
    const char *documents[] = {
        "{\"planned_values\":1,\"resource_changes\":{},\"output_changes\":[]}",
        "{\"planned_values\":{},\"resource_changes\":[1,null,{},{\"change\":[]},{\"address\":5,"
        "\"change\":{\"actions\":\"create\"}},{\"change\":{\"actions\":[\"create\"],\"before\":[],"
        "\"after\":3,\"after_unknown\":true,\"after_sensitive\":[true]}}]}",
        ("{\"planned_values\":{},\"resource_drift\":[{\"address\":\"module.\",\"change\":"
         "{\"actions\":[\"update\"],\"before\":{\"a\":[1]},\"after\":{\"a\":{\"b\":1}}}}]}"),
    };

    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
        struct tf_plan plan = {0};

        parse_text(&plan, str_of(documents[i]));
        tf_plan_finish(&plan);
    }
}

Test(tf_plan, what_is_written_is_read_again)
{
    const char *names[] = {"04b-show-json-plan.json",
                           "13d-show-json-plan-resume.json",
                           "17d-show-json-plan-secrets.json",
                           "22b-show-json-plan-checks.json",
                           "23b-show-json-plan-moved-import-removed.json",
                           "26b-show-json-refresh-only-plan.json"};
    char path[] = "/tmp/tf_plan_XXXXXX";
    struct error err = {.kind = ERROR_NONE};

    close(mkstemp(path));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct tf_plan plan = {0}, again = {0};
        struct buf one = {0}, other = {0};

        load(&plan, names[i]);
        cr_assert(tf_plan_write(&plan, path, &err), "%s", err.text);
        cr_assert(tf_plan_read(&again, path, &err), "%s", err.text);
        dump(&plan, &one);
        dump(&again, &other);
        cr_assert_str_eq(buf_cstr(&one), buf_cstr(&other));
        cr_assert_eq(plan.group_count, again.group_count);
        cr_assert_eq(plan.add, again.add);
        cr_assert_eq(plan.drifted, again.drifted);
        tf_plan_finish(&plan);
        tf_plan_finish(&again);
        buf_finish(&one);
        buf_finish(&other);
    }
    cr_assert(file_write(path, STR("{\"format\":9}"), 0600, &err));
    cr_assert(!tf_plan_read(&(struct tf_plan){0}, path, &err));
    unlink(path);
}
