/* The reducer against recorded runs: rows, counters, errors and how it ended. */
#include "core/terraform/tf_run.h"

#include <criterion/criterion.h>

#include "tests/core/tf_corpus.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

static struct tf_run run;

TestSuite(tf_run, .fini = no_leaks);

Test(tf_run, outcomes_of_all_recorded_runs)
{
    size_t count, judged = 0;
    struct corpus_case *cases = corpus_cases(&count);

    for (size_t i = 0; i < count; i++) {
        const struct corpus_case *c = &cases[i];
        enum tf_outcome outcome;

        corpus_run(&run, c->name, c->verb, c->code);
        outcome = run.outcome;
        cr_assert_neq(outcome, TF_OUTCOME_NONE, "%s", c->name);
        cr_assert_eq(run.phase, TF_PHASE_OVER);
        cr_assert_eq(run.running_count, 0);
        if (c->code >= 128)
            cr_assert_eq(outcome, TF_OUTCOME_KILLED, "%s", c->name);
        else if (c->code == 1)
            cr_assert_eq(outcome, run.interrupts ? TF_OUTCOME_INTERRUPTED : TF_OUTCOME_FAILED, "%s",
                         c->name);
        else if (c->code == 2)
            cr_assert_eq(outcome, c->verb == TF_PLAN ? TF_OUTCOME_CHANGES : TF_OUTCOME_CRASHED,
                         "%s", c->name);
        else if (c->verb == TF_PLAN)
            cr_assert_eq(outcome, TF_OUTCOME_NO_CHANGES);
        else if (!strstr(c->name, "stdout-dev-full"))
            cr_assert_eq(outcome, TF_OUTCOME_SUCCEEDED, "%s", c->name);
        judged++;
        tf_run_finish(&run);
    }
    cr_assert_eq(judged, count);
    free(cases);
}

Test(tf_run, a_successful_apply_does_all_that_was_planned)
{
    size_t count, checked = 0;
    struct corpus_case *cases = corpus_cases(&count);

    for (size_t i = 0; i < count; i++) {
        const struct corpus_case *c = &cases[i];

        if (c->verb != TF_APPLY || c->code != 0)
            continue;
        corpus_run(&run, c->name, c->verb, c->code);
        cr_assert_eq(run.done, run.total, "%s: %u of %u", c->name, run.done, run.total);
        cr_assert_eq(run.by_state[TF_ROW_UNKNOWN], 0);
        cr_assert_eq(run.by_state[TF_ROW_FAILED], 0);
        checked++;
        tf_run_finish(&run);
    }
    cr_assert(checked >= 30, "%zu", checked);
    free(cases);
}

Test(tf_run, without_an_exit_code_the_stream_decides)
{
    size_t count;
    struct corpus_case *cases = corpus_cases(&count);

    for (size_t i = 0; i < count; i++) {
        const struct corpus_case *c = &cases[i];

        if (c->verb != TF_APPLY)
            continue;
        corpus_run(&run, c->name, c->verb, -1);
        if (c->code == 0)
            cr_assert_eq(run.outcome, TF_OUTCOME_SUCCEEDED, "%s: %d", c->name, run.outcome);
        else
            cr_assert_neq(run.outcome, TF_OUTCOME_SUCCEEDED, "%s", c->name);
        tf_run_finish(&run);
    }
    free(cases);
}

Test(tf_run, a_replace_is_two_rows_of_one_address)
{
    corpus_run(&run, "15az-next-apply-after-sigint-once-proc", TF_APPLY, 0);
    for (enum tf_action action = TF_CREATE; action <= TF_DELETE; action += TF_DELETE - TF_CREATE) {
        const struct tf_row *row = tf_run_row(&run, "terraform_data.slow", action);

        cr_assert_not_null(row);
        cr_assert(row->replacing);
        cr_assert_eq(row->state, TF_ROW_DONE);
        cr_assert_str_eq(row->reason, "tainted");
        cr_assert_str_eq(row->resource_type, "terraform_data");
        cr_assert(row->ended_ms >= row->began_ms);
    }
    cr_assert_null(tf_run_row(&run, "terraform_data.slow", TF_UPDATE));
    cr_assert_eq(run.total, 5);
    cr_assert_eq(run.add, 3);
    cr_assert_eq(run.remove, 2);
    tf_run_finish(&run);
}

Test(tf_run, one_interrupt)
{
    const struct tf_diagnostic *error;
    const struct tf_row *row;

    corpus_run(&run, "15a-apply-sigint-once-proc", TF_APPLY, 1);
    cr_assert_eq(run.outcome, TF_OUTCOME_INTERRUPTED);
    cr_assert_eq(run.interrupts, 1);
    cr_assert_eq(run.by_state[TF_ROW_FAILED], 2);
    cr_assert_eq(tf_run_not_begun(&run), 1);
    error = tf_run_error(&run);
    cr_assert_str_eq(error->summary, "local-exec provisioner error");
    cr_assert(error->row >= 0);
    row = tf_run_row(&run, "terraform_data.slow", TF_CREATE);
    cr_assert_str_eq(run.diagnostics[row->diagnostic].address, "terraform_data.slow");
    /* the identical "execution halted" are one */
    for (size_t i = 0; i < run.diagnostic_count; i++)
        if (strcmp(run.diagnostics[i].summary, "execution halted") == 0)
            cr_assert_eq(run.diagnostics[i].count, 4);
    tf_run_finish(&run);
}

Test(tf_run, killed_rows_are_unknown)
{
    corpus_run(&run, "15h-apply-sigkill-proc", TF_APPLY, 137);
    cr_assert_eq(run.outcome, TF_OUTCOME_KILLED);
    cr_assert(run.by_state[TF_ROW_UNKNOWN] >= 1);
    cr_assert_eq(tf_run_row(&run, "terraform_data.slow", TF_CREATE)->state, TF_ROW_UNKNOWN);
    tf_run_finish(&run);
}

Test(tf_run, an_error_without_address_finds_its_row)
{
    const struct tf_diagnostic *error;

    corpus_run(&run, "28f-destroy-json-provider-fail-delete", TF_APPLY, 1);
    error = tf_run_error(&run);
    cr_assert_str_empty(error->address);
    cr_assert(error->row >= 0, "%s: %s", error->summary, error->detail);
    cr_assert_eq(run.rows[error->row].state, TF_ROW_FAILED);
    cr_assert_eq(run.rows[error->row].action, TF_DELETE);
    tf_run_finish(&run);
}

Test(tf_run, data_sources_read_while_planning_do_not_count)
{
    corpus_run(&run, "16p-plan-json-remote-state-slow-data-source", TF_PLAN, 0);
    cr_assert_eq(run.total, 1);
    cr_assert(run.row_count > 0);
    cr_assert_eq(run.rows[0].weight, 0);
    cr_assert_eq(run.rows[0].state, TF_ROW_DONE);
    tf_run_finish(&run);
}

Test(tf_run, drift_refresh_and_lock)
{
    corpus_run(&run, "26c-plan-json-normal-with-drift", TF_PLAN, 2);
    cr_assert_eq(run.drifted, 3);
    cr_assert_eq(run.refresh_begun, 4);
    cr_assert_eq(run.refresh_done, 4);
    cr_assert_eq(run.by_state[TF_ROW_PLANNED], 4);
    tf_run_finish(&run);
    tf_run_init(&run, TF_PLAN);
    corpus_feed(&run, STR("{\"@message\":\"Acquiring state lock.\",\"@module\":\"terraform.ui\","
                          "\"type\":\"state_lock_acquire\"}\n"));
    cr_assert(run.waiting_for_lock);
    corpus_feed(&run, STR("{\"@message\":\"r\",\"@module\":\"terraform.ui\",\"hook\":{},"
                          "\"type\":\"refresh_start\"}\n"));
    cr_assert(!run.waiting_for_lock);
    cr_assert_eq(run.phase, TF_PHASE_REFRESHING);
    tf_run_finish(&run);
}

Test(tf_run, registries_out_of_reach_are_a_matter_of_the_network)
{
    static const struct {
        const char *name, *hint;
    } table[] = {{"05a-init-json-unknown-provider-registry-unreachable", "provider registry"},
                 {"05f-init-json-module-registry-unreachable", "module registry"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct error err;
        corpus_run(&run, table[i].name, TF_INIT, 1);
        tf_run_explain(&run, &err);
        cr_assert_eq(err.kind, ERROR_NETWORK, "%s", err.text);
        cr_assert_not_null(strstr(err.hint, table[i].hint), "%s", err.hint);
        tf_run_finish(&run);
    }
}

Test(tf_run, the_emergency_dump_is_noticed)
{
    corpus_run(&run, "18a-apply-json-disk-full", TF_APPLY, 1);
    cr_assert(run.emergency);
    cr_assert_eq(run.outcome, TF_OUTCOME_FAILED);
    tf_run_finish(&run);
}

Test(tf_run, a_stream_cut_anywhere_is_reduced)
{
    struct buf text = {0};

    corpus_read("15a-apply-sigint-once-proc.jsonl", &text);
    for (size_t len = 0; len < text.len; len += 37) {
        struct str part = {text.data, len};

        tf_run_init(&run, TF_APPLY);
        corpus_feed(&run, part);
        tf_run_ended(&run, -1);
        cr_assert_neq(run.outcome, TF_OUTCOME_SUCCEEDED);
        tf_run_finish(&run);
        tf_run_finish(&run);
    }
    buf_finish(&text);
}

Test(tf_run, two_thousand_rows)
{
    struct buf text = {0};
    static const char *const kinds[] = {"planned_change", "apply_start", "apply_complete"};

    for (size_t kind = 0; kind < 3; kind++)
        for (int i = 0; i < 2000; i++)
            buf_printf(&text,
                       "{\"@message\":\"x\",\"@module\":\"terraform.ui\",\"%s\":{\"resource\":"
                       "{\"addr\":\"t.r[%d]\",\"module\":\"\",\"resource_type\":\"t\","
                       "\"resource_key\":%d},\"action\":\"create\"},\"type\":\"%s\"}\n",
                       kind ? "hook" : "change", i, i, kinds[kind]);
    tf_run_init(&run, TF_APPLY);
    corpus_feed(&run, buf_str(&text));
    cr_assert_eq(run.row_count, 2000);
    cr_assert_eq(run.total, 2000);
    cr_assert_eq(run.done, 2000);
    cr_assert_eq(run.by_state[TF_ROW_DONE], 2000);
    cr_assert_eq(run.running_count, 0);
    cr_assert_eq(run.recent_count, 8);
    cr_assert_str_eq(run.rows[run.recent[0]].address, "t.r[1999]");
    tf_run_finish(&run);
    buf_finish(&text);
}

Test(tf_run, diagnostics_are_bounded)
{
    char line[256];

    tf_run_init(&run, TF_PLAN);
    for (int i = 0; i < 1000; i++) {
        snprintf(line, sizeof(line),
                 "{\"@module\":\"terraform.ui\",\"diagnostic\":{\"severity\":\"warning\","
                 "\"summary\":\"s%d\",\"detail\":\"\"},\"type\":\"diagnostic\"}\n",
                 i);
        corpus_feed(&run, str_of(line));
    }
    cr_assert_eq(run.diagnostic_count, TF_DIAGNOSTICS_MAX);
    cr_assert_eq(run.diagnostics_dropped, 1000 - TF_DIAGNOSTICS_MAX);
    cr_assert_eq(run.warnings, 1000);
    tf_run_finish(&run);
}
