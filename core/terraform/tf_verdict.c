/* What it all meant, once terraform has ended and its stream was read to the end: which error
 * belongs to which row, what became of rows in flight, and how the command went. The exit code and
 * the final summary decide; a plan's summary proves nothing, failed plans print one too. */
#include "core/terraform/tf_run.h"

#include "core/base/alloc.h"

static bool is_echo(const struct tf_diagnostic *d)
{
    return strcmp(d->summary, "execution halted") == 0 ||
           strcmp(d->summary, "operation canceled") == 0;
}

static void tie(struct tf_run *run, size_t diagnostic, size_t row)
{
    run->diagnostics[diagnostic].row = (int)row;
    if (run->rows[row].diagnostic < 0)
        run->rows[row].diagnostic = (int)diagnostic;
}

/* The row at this address: one that failed and has no error yet is best, then one that failed, then
 * any (a postcondition fails after its resource was completed). */
static int row_at(const struct tf_run *run, const char *address)
{
    int found = -1, found_rank = 0;

    for (size_t i = 0; i < run->row_count; i++) {
        const struct tf_row *row = &run->rows[i];
        int rank = row->state != TF_ROW_FAILED ? 1 : row->diagnostic >= 0 ? 2 : 3;

        if (rank > found_rank && strcmp(row->address, address) == 0) {
            found = (int)i;
            found_rank = rank;
        }
    }
    return found;
}

/* For an error without an address (failed deletes, provider bugs): the failed row without an error
 * that it names, or the only one there is. */
static int row_left_for(const struct tf_run *run, const struct tf_diagnostic *d)
{
    int left = -1, count = 0;

    for (size_t i = 0; i < run->row_count; i++) {
        const struct tf_row *row = &run->rows[i];

        if (row->state != TF_ROW_FAILED || row->diagnostic >= 0)
            continue;
        if (strstr(d->summary, row->address) || strstr(d->detail, row->address))
            return (int)i;
        left = (int)i;
        count++;
    }
    return count == 1 ? left : -1;
}

static void tie_errors(struct tf_run *run)
{
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < run->diagnostic_count; i++) {
            const struct tf_diagnostic *d = &run->diagnostics[i];
            int row = -1;

            if (!d->error || d->row >= 0 || is_echo(d))
                continue;
            if (pass == 0 && d->address[0])
                row = row_at(run, d->address);
            else if (pass == 1 && !d->address[0])
                row = row_left_for(run, d);
            if (row >= 0)
                tie(run, i, (size_t)row);
        }
}

static void close_open_rows(struct tf_run *run)
{
    for (size_t i = 0; i < run->running_count; i++) {
        struct tf_row *row = &run->rows[run->running[i]];

        if (row->weight) {
            run->by_state[row->state]--;
            run->by_state[TF_ROW_UNKNOWN]++;
        }
        row->state = TF_ROW_UNKNOWN;
    }
    run->running_count = 0;
}

/* Nobody saw the exit code (terraform outlived its worker): only a whole, clean ending counts. An
 * apply ends with its outputs, a destroy with its summary. */
static enum tf_outcome judge_unseen(const struct tf_run *run)
{
    bool whole = run->finished && (run->outputs_seen || strcmp(run->operation, "destroy") == 0);

    if (run->verb == TF_APPLY && whole && !run->errors)
        return TF_OUTCOME_SUCCEEDED;
    if (run->interrupts)
        return TF_OUTCOME_INTERRUPTED;
    if (run->errors)
        return TF_OUTCOME_FAILED;
    if (run->verb == TF_PLAN && run->planned && (run->total || run->outputs_changed))
        return TF_OUTCOME_CHANGES;
    return TF_OUTCOME_UNCLEAR;
}

static enum tf_outcome judge_success(const struct tf_run *run)
{
    if (run->verb == TF_PLAN)
        return TF_OUTCOME_NO_CHANGES;
    if (run->verb == TF_APPLY && !run->finished)
        return TF_OUTCOME_UNCLEAR; /* its last words were lost, on a full disk for one */
    return TF_OUTCOME_SUCCEEDED;
}

static enum tf_outcome judge(const struct tf_run *run)
{
    if (run->code < 0)
        return judge_unseen(run);
    if (run->code == 0)
        return judge_success(run);
    if (run->code == 2 && run->verb == TF_PLAN && run->planned && !run->errors)
        return TF_OUTCOME_CHANGES;
    if (run->code == 2 || run->code == 11)
        return TF_OUTCOME_CRASHED; /* Go's runtime also ends with 2 */
    if (run->code == 130 && !run->version[0])
        return TF_OUTCOME_INTERRUPTED; /* before it could listen for it */
    if (run->code >= 128)
        return TF_OUTCOME_KILLED;
    return run->interrupts ? TF_OUTCOME_INTERRUPTED : TF_OUTCOME_FAILED;
}

void tf_run_ended(struct tf_run *run, int code)
{
    if (run->phase == TF_PHASE_OVER)
        return;
    run->phase = TF_PHASE_OVER;
    run->code = code;
    run->waiting_for_lock = false;
    close_open_rows(run);
    tie_errors(run);
    run->outcome = judge(run);
}

const struct tf_diagnostic *tf_run_error(const struct tf_run *run)
{
    const struct tf_diagnostic *echo = NULL;

    for (size_t i = 0; i < run->diagnostic_count; i++) {
        const struct tf_diagnostic *d = &run->diagnostics[i];

        if (d->error && !is_echo(d))
            return d;
        if (d->error && !echo)
            echo = d;
    }
    return echo;
}

unsigned tf_run_not_begun(const struct tf_run *run)
{
    return run->by_state[TF_ROW_PLANNED];
}
