/* One line in, one flat struct out: every kind of line that was recorded, and every way in which a
 * line can be broken. */
#include "core/terraform/tf_event.h"

#include <criterion/criterion.h>

#include "core/terraform/tf_scan.h"
#include "tests/core/tf_corpus.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

static struct tf_event event;

#define HEAD "{\"@level\":\"info\",\"@message\":\"m\",\"@module\":\"terraform.ui\",\"@timestamp\":"
#define TIME "\"2026-11-22T11:24:58.618143Z\""

static void parse(const char *line)
{
    struct error err = {.kind = ERROR_NONE};

    cr_assert(tf_event_parse(str_of(line), &event, &err), "%s", err.text);
}

TestSuite(tf_event, .fini = no_leaks);

Test(tf_event, every_recorded_line_is_an_event_or_known_text)
{
    struct str rest, line;
    struct buf text = {0};
    size_t count, others = 0, lines = 0;
    struct corpus_case *cases = corpus_cases(&count);
    char file[200];

    cr_assert(count > 200);
    for (size_t i = 0; i < count; i++) {
        snprintf(file, sizeof(file), "%s.jsonl", cases[i].name);
        buf_clear(&text);
        corpus_read(file, &text);
        rest = buf_str(&text);
        for (; str_cut(&rest, '\n', &line); lines++)
            if (!tf_event_parse(line, &event, NULL)) {
                cr_assert(line.len == 0 || line.data[0] != '{', "%s: %.*s", file, STR_ARG(line));
                cr_assert_eq(event.type, TF_NOTE);
                others++;
            }
    }
    cr_assert(lines > 2000);
    cr_assert(others > 10, "%zu lines of other text", others);
    buf_finish(&text);
    free(cases);
}

Test(tf_event, hook)
{
    parse(HEAD TIME
          ",\"hook\":{\"resource\":{\"addr\":\"module.app[\\\"blue\\\"].terraform_data.s\","
          "\"module\":\"module.app[\\\"blue\\\"]\",\"resource\":\"terraform_data.s\","
          "\"implied_provider\":\"terraform\",\"resource_type\":\"terraform_data\","
          "\"resource_name\":\"s\",\"resource_key\":3},\"action\":\"create\","
          "\"elapsed_seconds\":12},\"type\":\"apply_progress\"}");
    cr_assert_eq(event.type, TF_APPLY_PROGRESS);
    cr_assert_str_eq(event.address, "module.app[\"blue\"].terraform_data.s");
    cr_assert_str_eq(event.module, "module.app[\"blue\"]");
    cr_assert_str_eq(event.resource_type, "terraform_data");
    cr_assert_str_eq(event.name, "s");
    cr_assert_str_eq(event.key, "3");
    cr_assert_eq(event.action, TF_CREATE);
    cr_assert_eq(event.elapsed_s, 12);
    cr_assert_eq(event.wall_ms % 1000, 618);
    cr_assert_str_eq(event.message, "m");
}

Test(tf_event, nothing_stays_of_the_line_before)
{
    parse(HEAD TIME ",\"hook\":{\"resource\":{\"addr\":\"a.b\",\"resource_key\":\"k\"},"
                    "\"action\":\"delete\",\"elapsed_seconds\":1},\"type\":\"apply_complete\"}");
    parse("{\"@module\":\"terraform.ui\",\"type\":\"log\"}");
    cr_assert_eq(event.type, TF_LOG);
    cr_assert_str_empty(event.address);
    cr_assert_str_empty(event.key);
    cr_assert_str_empty(event.message);
    cr_assert_eq(event.action, TF_NOOP);
    cr_assert_eq(event.elapsed_s, -1);
    cr_assert_eq(event.wall_ms, 0);
}

Test(tf_event, diagnostic)
{
    parse(HEAD TIME
          ",\"diagnostic\":{\"severity\":\"error\",\"summary\":\"s\\nt\",\"detail\":\"d\","
          "\"address\":\"a.b\",\"range\":{\"filename\":\"main.tf\",\"start\":{\"line\":5,"
          "\"column\":28,\"byte\":145},\"end\":{\"line\":5,\"column\":29,\"byte\":146}},"
          "\"snippet\":{\"context\":null,\"code\":\"x = 1\",\"start_line\":5,"
          "\"highlight_start_offset\":2,\"highlight_end_offset\":3,\"values\":"
          "[{\"traversal\":\"var.p\",\"statement\":\"is \\\"SECRET-1\\\"\"}]}},"
          "\"type\":\"diagnostic\"}");
    cr_assert_eq(event.type, TF_DIAGNOSTIC);
    cr_assert(event.error);
    cr_assert(!event.cut);
    cr_assert_str_eq(event.summary, "s\nt");
    cr_assert_str_eq(event.address, "a.b");
    cr_assert_str_eq(event.file, "main.tf");
    cr_assert_eq(event.line, 5);
    cr_assert_eq(event.column, 28);
    cr_assert_str_empty(event.context);
    cr_assert_str_eq(event.code, "x = 1");
    cr_assert_eq(event.highlight_from, 2);
}

Test(tf_event, a_long_detail_is_cut_at_a_character_and_says_so)
{
    struct buf line = {0};

    buf_text(&line, HEAD TIME ",\"type\":\"diagnostic\",\"diagnostic\":{\"severity\":\"error\","
                              "\"summary\":\"s\",\"detail\":\"");
    for (int i = 0; i < 5000; i++)
        buf_text(&line, "日本");
    buf_text(&line, "\"}}");
    cr_assert(tf_event_parse(buf_str(&line), &event, NULL));
    cr_assert(event.cut);
    cr_assert(strlen(event.detail) > 8000);
    cr_assert(str_is_utf8(str_of(event.detail)));
    buf_finish(&line);
}

Test(tf_event, counts_and_outputs)
{
    parse(HEAD TIME ",\"changes\":{\"add\":58,\"change\":1,\"import\":2,\"remove\":3,"
                    "\"operation\":\"destroy\"},\"type\":\"change_summary\"}");
    cr_assert_eq(event.add, 58);
    cr_assert_eq(event.change, 1);
    cr_assert_eq(event.import, 2);
    cr_assert_eq(event.remove, 3);
    cr_assert_str_eq(event.operation, "destroy");
    parse(HEAD TIME
          ",\"outputs\":{\"a\":{\"sensitive\":false,\"action\":\"create\"},"
          "\"b\":{\"sensitive\":false,\"action\":\"noop\",\"value\":12345678901234567890123},"
          "\"c\":{\"sensitive\":true,\"action\":\"update\"}},\"type\":\"outputs\"}");
    cr_assert_eq(event.type, TF_OUTPUTS);
    cr_assert_eq(event.outputs_changed, 2);
}

Test(tf_event, an_unknown_type_is_a_note_with_its_message)
{
    parse(HEAD TIME
          ",\"type\":\"deferred_change\",\"what\":[{\"a\":[1,2,{}]},[],null,true,-1.5e9]}");
    cr_assert_eq(event.type, TF_NOTE);
    cr_assert_str_eq(event.message, "m");
}

Test(tf_event, json_that_is_not_terraforms_is_text)
{
    const char *lines[] = {
        "{\"type\":\"apply_complete\"}",
        "{\"@module\":\"other\",\"type\":\"log\"}",
        "[1]",
        "",
        "\"x\"",
        "{\"@module\":\"terraform.ui\",\"type\":\"log\"} x",
        "{\"@module\":\"terraform.ui\" \"type\":\"log\"}",
        "{\"@module\":\"terraform.ui\",,\"type\":\"log\"}",
        "{\"@module\":\"terraform.ui\",\"type\":\"log\",\"x\":[1 2]}",
        "{\"@module\":\"terraform.ui\",\"type\":\"log\",\"x\":nul}",
    };

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        cr_assert(!tf_event_parse(str_of(lines[i]), &event, NULL), "%s", lines[i]);
        cr_assert_eq(event.type, TF_NOTE);
        cr_assert_str_eq(event.message, lines[i]);
    }
}

Test(tf_event, terminal_sequences_do_not_get_through)
{
    tf_event_parse(STR("\033[0m\033[32mSuccessfully\033]0;title\a configured\r"), &event, NULL);
    cr_assert_str_eq(event.message, "Successfully configured");
    parse(HEAD TIME
          ",\"hook\":{\"provisioner\":\"local-exec\",\"output\":"
          "\"a\\u001b[31mred\\u0007\\u0000\\u202e\\u001b\"},\"type\":\"provision_progress\"}");
    cr_assert(str_find(str_of(event.output), STR("\033")) < 0);
    cr_assert(str_starts(str_of(event.output), STR("ared")));
    cr_assert(str_find(str_of(event.output), STR("\xe2\x80\xae")) < 0);
}

Test(tf_event, text_of_any_script)
{
    /* U+0085 raw, a pair, a lone surrogate, bytes that are no UTF-8 */
    parse(HEAD TIME ",\"type\":\"log\",\"hook\":{\"resource\":{\"addr\":\"t.u[\\\"n\xc3\xa4me "
                    "\xe6\x97\xa5\\\"]\"},\"output\":\"\\ud83d\\ude00 \\ud800x \xff\xc2\x85\"}}");
    cr_assert_str_eq(event.address, "t.u[\"näme 日\"]");
    cr_assert(str_starts(str_of(event.output), STR("😀 \xef\xbf\xbdx \xef\xbf\xbd")), "%s",
              event.output);
    cr_assert(str_is_utf8(str_of(event.output)));
}

Test(tf_event, every_prefix_of_a_line_is_a_note)
{
    const char *lines[] = {
        HEAD TIME ",\"hook\":{\"resource\":{\"addr\":\"t.u[\\\"n\xc3\xa4\\\"]\",\"module\":\"\","
                  "\"resource_key\":7},\"action\":\"create\",\"id_value\":\"\\u00e9\","
                  "\"elapsed_seconds\":10},\"type\":\"apply_complete\"}",
        HEAD TIME
        ",\"diagnostic\":{\"severity\":\"error\",\"summary\":\"s\",\"detail\":\"d\\ud83d\","
        "\"range\":{\"filename\":\"f\",\"start\":{\"line\":1,\"column\":2}},\"snippet\":"
        "{\"context\":null,\"code\":\"c\",\"values\":[]}},\"type\":\"diagnostic\"}",
        HEAD TIME ",\"outputs\":{\"a\":{\"sensitive\":true,\"type\":[\"list\",\"string\"],"
                  "\"value\":[1,{\"b\":null}]}},\"type\":\"outputs\"}",
        HEAD TIME ",\"changes\":{\"add\":1,\"operation\":\"apply\"},\"type\":\"change_summary\"}",
    };

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        parse(lines[i]);
        for (size_t len = 0; len < strlen(lines[i]); len++) {
            /* an exact block, so that reading past its end is seen */
            char *prefix = malloc(len + 1);

            memcpy(prefix, lines[i], len);
            cr_assert(!tf_event_parse((struct str){prefix, len}, &event, NULL));
            cr_assert_eq(event.type, TF_NOTE);
            free(prefix);
        }
    }
}

Test(tf_event, a_line_of_800_kilobytes)
{
    struct buf line = {0};

    buf_text(&line, "{\"@module\":\"terraform.ui\",\"@message\":\"");
    for (int i = 0; i < 65000; i++)
        buf_text(&line, "\\u0001");
    buf_text(&line, "\",\"hook\":{\"output\":\"");
    for (int i = 0; i < 65000; i++)
        buf_text(&line, "\\u0001");
    buf_text(&line, "\",\"resource\":{\"addr\":\"a.b\"}},\"type\":\"provision_progress\"}");
    cr_assert(line.len > 780000);
    cr_assert(tf_event_parse(buf_str(&line), &event, NULL));
    cr_assert_eq(event.type, TF_PROVISION_PROGRESS);
    cr_assert_str_eq(event.address, "a.b");
    cr_assert(strlen(event.output) > 1000);
    cr_assert(str_is_utf8(str_of(event.output)));
    buf_finish(&line);
}

Test(tf_event, deep_nesting_is_refused_and_not_followed)
{
    struct buf line = {0};

    buf_text(&line, "{\"@module\":\"terraform.ui\",\"type\":\"log\",\"x\":");
    for (int i = 0; i < 100000; i++)
        buf_byte(&line, '[');
    cr_assert(!tf_event_parse(buf_str(&line), &event, NULL));
    cr_assert_eq(event.type, TF_NOTE);
    buf_finish(&line);
}

Test(tf_event, the_emergency_dump_is_recognised_even_torn)
{
    const char *line = "{\"@message\":\"Emergency state dump\",\"@module\":\"terraform.ui\","
                       "\"state\":{\"version\":4,\"resources\":[]},\"type\":\"log\"}";

    parse(line);
    cr_assert_eq(event.type, TF_EMERGENCY_STATE);
    cr_assert(tf_event_parse((struct str){line, strlen(line) - 20}, &event, NULL));
    cr_assert_eq(event.type, TF_EMERGENCY_STATE);
}

Test(tf_event, opentofu_speaks_the_same)
{
    parse("{\"@message\":\"OpenTofu 1.11.1\",\"@module\":\"tofu.ui\",\"tofu\":\"1.11.1\","
          "\"type\":\"version\",\"ui\":\"1.2\"}");
    cr_assert_eq(event.type, TF_VERSION);
    cr_assert_str_eq(event.version, "1.11.1");
}
