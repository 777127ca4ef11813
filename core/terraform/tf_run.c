/* The reducer: one event changes rows and counters. What the errors and the end mean is
 * tf_verdict.c. */
#include "core/terraform/tf_run.h"

#include <stdio.h>

#include "core/base/alloc.h"

void tf_run_init(struct tf_run *run, enum tf_verb verb)
{
    *run = (struct tf_run){.verb = verb, .code = -1};
}

void tf_run_finish(struct tf_run *run)
{
    for (size_t i = 0; i < run->row_count; i++)
        free((void *)(uintptr_t)run->rows[i].address);
    for (size_t i = 0; i < run->diagnostic_count; i++) {
        struct tf_diagnostic *d = &run->diagnostics[i];
        char *texts[] = {d->summary, d->detail, d->address, d->file, d->context, d->code};

        for (size_t t = 0; t < sizeof(texts) / sizeof(texts[0]); t++)
            free(texts[t]);
    }
    free(run->rows);
    free(run->running);
    free(run->diagnostics);
    free(run->index);
    tf_run_init(run, run->verb);
}

/* FNV-1a over the address, then the action. */
static size_t hash_of(const char *address, enum tf_action action)
{
    uint64_t hash = 14695981039346656037u;

    for (; *address; address++)
        hash = (hash ^ (unsigned char)*address) * 1099511628211u;
    hash = (hash ^ (uint64_t)action) * 1099511628211u;
    return (size_t)(hash ^ hash >> 32);
}

/* The index slot where (address, action) is, or where it would go. */
static unsigned *slot_of(const struct tf_run *run, const char *address, enum tf_action action)
{
    size_t mask = run->index_size - 1, at = hash_of(address, action) & mask;

    for (; run->index[at]; at = (at + 1) & mask) {
        const struct tf_row *row = &run->rows[run->index[at] - 1];

        if (row->action == action && strcmp(row->address, address) == 0)
            break;
    }
    return &run->index[at];
}

static void grow_index(struct tf_run *run)
{
    if (run->index && (run->row_count + 1) * 2 <= run->index_size)
        return;
    free(run->index);
    run->index_size = run->index_size ? run->index_size * 2 : 64;
    run->index = alloc_zeroed(run->index_size, sizeof(*run->index));
    for (size_t i = 0; i < run->row_count; i++)
        *slot_of(run, run->rows[i].address, run->rows[i].action) = (unsigned)i + 1;
}

/* One block, so that a row is one allocation: address, module, type. */
static void name_row(struct tf_row *row, const struct tf_event *event)
{
    size_t address = strlen(event->address) + 1, module = strlen(event->module) + 1;
    size_t type = strlen(event->resource_type) + 1;
    char *block = alloc_zeroed(address + module + type, 1);

    memcpy(block, event->address, address);
    memcpy(block + address, event->module, module);
    memcpy(block + address + module, event->resource_type, type);
    row->address = block;
    row->module = block + address;
    row->resource_type = block + address + module;
}

static struct tf_row *row_for(struct tf_run *run, const struct tf_event *event,
                              enum tf_action action)
{
    unsigned *slot;
    struct tf_row *row;

    grow_index(run);
    slot = slot_of(run, event->address, action);
    if (*slot)
        return &run->rows[*slot - 1];
    alloc_room(&run->rows, run->row_count, &run->row_capacity, sizeof(*run->rows));
    row = &run->rows[run->row_count];
    *row = (struct tf_row){.action = action, .elapsed_s = -1, .diagnostic = -1};
    name_row(row, event);
    *slot = (unsigned)++run->row_count;
    return row;
}

const struct tf_row *tf_run_row(const struct tf_run *run, const char *address,
                                enum tf_action action)
{
    unsigned slot = run->index ? *slot_of(run, address, action) : 0;

    return slot ? &run->rows[slot - 1] : NULL;
}

static void set_state(struct tf_run *run, struct tf_row *row, enum tf_row_state state)
{
    if (row->weight) {
        run->by_state[row->state]--;
        run->by_state[state]++;
    }
    row->state = state;
}

static void plan_row(struct tf_run *run, const struct tf_event *event, enum tf_action action)
{
    struct tf_row *row = row_for(run, event, action);

    if (!row->weight) {
        /* what a data source did while planning does not count */
        row->state = TF_ROW_PLANNED;
        row->ended = 0;
        run->by_state[TF_ROW_PLANNED]++;
    }
    row->weight++;
    run->total++;
    row->replacing = event->action == TF_REPLACE;
    str_copy(str_of(event->reason), row->reason, sizeof(row->reason));
}

static void plan(struct tf_run *run, const struct tf_event *event)
{
    if (run->verb == TF_APPLY)
        run->phase = TF_PHASE_APPLYING;
    switch (event->action) {
    case TF_REPLACE:
        plan_row(run, event, TF_DELETE);
        plan_row(run, event, TF_CREATE);
        break;
    case TF_CREATE:
    case TF_UPDATE:
    case TF_DELETE:
    case TF_READ:
        plan_row(run, event, event->action);
        break;
    case TF_NOOP:
    case TF_MOVE:
    case TF_IMPORT:
    case TF_FORGET:
    case TF_OPEN:
    case TF_RENEW:
    case TF_CLOSE:
        break; /* terraform says nothing more about these */
    }
}

static void begin_row(struct tf_run *run, const struct tf_event *event, int64_t at_ms)
{
    struct tf_row *row = row_for(run, event, event->action);

    if (row->state == TF_ROW_RUNNING)
        return;
    if (row->weight)
        run->phase = TF_PHASE_APPLYING;
    set_state(run, row, TF_ROW_RUNNING);
    row->began_ms = at_ms;
    row->ended_ms = 0;
    row->elapsed_s = -1;
    alloc_room(&run->running, run->running_count, &run->running_capacity, sizeof(*run->running));
    run->running[run->running_count++] = (unsigned)(row - run->rows);
}

static void leave_running(struct tf_run *run, const struct tf_row *row)
{
    unsigned number = (unsigned)(row - run->rows);

    for (size_t i = 0; i < run->running_count; i++)
        if (run->running[i] == number) {
            run->running_count--;
            memmove(&run->running[i], &run->running[i + 1],
                    (run->running_count - i) * sizeof(*run->running));
            return;
        }
}

static void remember(struct tf_run *run, const struct tf_row *row)
{
    size_t room = sizeof(run->recent) / sizeof(run->recent[0]);

    if (run->recent_count < room)
        run->recent_count++;
    memmove(&run->recent[1], &run->recent[0], (run->recent_count - 1) * sizeof(run->recent[0]));
    run->recent[0] = (unsigned)(row - run->rows);
}

static void end_row(struct tf_run *run, const struct tf_event *event, int64_t at_ms, bool failed)
{
    struct tf_row *row = row_for(run, event, event->action);

    leave_running(run, row);
    set_state(run, row, failed ? TF_ROW_FAILED : TF_ROW_DONE);
    row->ended_ms = at_ms;
    row->elapsed_s = event->elapsed_s;
    row->provisioner[0] = '\0';
    if (row->ended++ < row->weight)
        run->done++;
    if (!row->began_ms)
        row->began_ms = at_ms - (event->elapsed_s > 0 ? event->elapsed_s * (int64_t)1000 : 0);
    remember(run, row);
}

/* A provisioner belongs to the create, or to the delete for one with when = destroy. Its last words
 * may come after the row has failed. */
static void provision(struct tf_run *run, const struct tf_event *event)
{
    const struct tf_row *create = tf_run_row(run, event->address, TF_CREATE);
    const struct tf_row *destroy = tf_run_row(run, event->address, TF_DELETE);
    const struct tf_row *found = create;
    struct tf_row *row;

    if (destroy &&
        (!create || (destroy->state == TF_ROW_RUNNING && create->state != TF_ROW_RUNNING)))
        found = destroy;
    if (!found)
        return;
    row = &run->rows[found - run->rows];
    if (event->type == TF_PROVISION_PROGRESS)
        str_copy(str_of(event->output), row->output, sizeof(row->output));
    else if (event->type == TF_PROVISION_START)
        str_copy(str_of(event->provisioner), row->provisioner, sizeof(row->provisioner));
    else
        row->provisioner[0] = '\0';
}

static void refresh(struct tf_run *run, const struct tf_event *event)
{
    if (event->type == TF_REFRESH_START)
        run->refresh_begun++;
    else
        run->refresh_done++;
    run->phase = run->refresh_done < run->refresh_begun ? TF_PHASE_REFRESHING : TF_PHASE_PLANNING;
}

static void summarise(struct tf_run *run, const struct tf_event *event)
{
    if (strcmp(event->operation, "plan") == 0)
        run->planned = true;
    else
        run->finished = true;
    str_copy(str_of(event->operation), run->operation, sizeof(run->operation));
    run->add = event->add;
    run->change = event->change;
    run->import = event->import;
    run->remove = event->remove;
}

static bool same(const struct tf_diagnostic *d, const struct tf_event *event)
{
    return d->error == event->error && d->line == event->line &&
           strcmp(d->summary, event->summary) == 0 && strcmp(d->detail, event->detail) == 0 &&
           strcmp(d->address, event->address) == 0 && strcmp(d->file, event->file) == 0;
}

static void diagnose(struct tf_run *run, const struct tf_event *event)
{
    for (size_t i = 0; i < run->diagnostic_count; i++)
        if (same(&run->diagnostics[i], event)) {
            run->diagnostics[i].count++;
            return;
        }
    if (event->error)
        run->errors++;
    else
        run->warnings++;
    if (run->diagnostic_count == TF_DIAGNOSTICS_MAX) {
        run->diagnostics_dropped++;
        return;
    }
    alloc_room(&run->diagnostics, run->diagnostic_count, &run->diagnostic_capacity,
               sizeof(*run->diagnostics));
    run->diagnostics[run->diagnostic_count++] = (struct tf_diagnostic){
        .error = event->error,
        .cut = event->cut,
        .count = 1,
        .row = -1,
        .summary = alloc_copy(str_of(event->summary)),
        .detail = alloc_copy(str_of(event->detail)),
        .address = alloc_copy(str_of(event->address)),
        .file = alloc_copy(str_of(event->file)),
        .context = alloc_copy(str_of(event->context)),
        .code = alloc_copy(str_of(event->code)),
        .line = event->line,
        .highlight_from = event->highlight_from,
        .highlight_to = event->highlight_to,
    };
}

static void listen(struct tf_run *run, const struct tf_event *event)
{
    if (strstr(event->message, "Two interrupts received"))
        run->interrupts = 2;
    else if (strstr(event->message, "Interrupt received") && !run->interrupts)
        run->interrupts = 1;
}

static void note(struct tf_run *run, const struct tf_event *event)
{
    struct str rest = str_trim(str_of(event->message)), first;

    str_cut(&rest, '\n', &first);
    if (first.len)
        str_copy(first, run->note, sizeof(run->note));
}

static void begin(struct tf_run *run, const struct tf_event *event)
{
    static const enum tf_phase phases[] = {TF_PHASE_INIT, TF_PHASE_PLANNING, TF_PHASE_STARTING};

    if (run->version[0]) {
        tf_run_finish(run);
        run->events = 1;
    }
    str_copy(str_of(event->version), run->version, sizeof(run->version));
    if (run->phase == TF_PHASE_STARTING)
        run->phase = phases[run->verb];
}

/* NOLINTNEXTLINE(readability-function-size): one case a type, and each a line */
void tf_run_apply(struct tf_run *run, const struct tf_event *event, int64_t now_ms)
{
    int64_t at_ms = event->wall_ms ? event->wall_ms : now_ms;

    run->events++;
    run->waiting_for_lock =
        event->type == TF_LOCK_ACQUIRE ||
        (run->waiting_for_lock && (event->type == TF_LOG || event->type == TF_NOTE));
    note(run, event);
    switch (event->type) {
    case TF_VERSION:
        begin(run, event);
        break;
    case TF_LOG:
        listen(run, event);
        break;
    case TF_EMERGENCY_STATE:
        run->emergency = true;
        break;
    case TF_REFRESH_START:
    case TF_REFRESH_COMPLETE:
        refresh(run, event);
        break;
    case TF_PLANNED_CHANGE:
        plan(run, event);
        break;
    case TF_RESOURCE_DRIFT:
        run->drifted++;
        break;
    case TF_CHANGE_SUMMARY:
        summarise(run, event);
        break;
    case TF_OUTPUTS:
        run->outputs_seen = true;
        run->outputs_changed = event->outputs_changed;
        break;
    case TF_APPLY_START:
    case TF_EPHEMERAL_START:
        begin_row(run, event, at_ms);
        break;
    case TF_APPLY_PROGRESS:
    case TF_EPHEMERAL_PROGRESS:
        row_for(run, event, event->action)->elapsed_s = event->elapsed_s;
        break;
    case TF_APPLY_COMPLETE:
    case TF_EPHEMERAL_COMPLETE:
        end_row(run, event, at_ms, false);
        break;
    case TF_APPLY_ERRORED:
    case TF_EPHEMERAL_ERRORED:
        end_row(run, event, at_ms, true);
        break;
    case TF_PROVISION_START:
    case TF_PROVISION_PROGRESS:
    case TF_PROVISION_COMPLETE:
    case TF_PROVISION_ERRORED:
        provision(run, event);
        break;
    case TF_DIAGNOSTIC:
        diagnose(run, event);
        break;
    case TF_NOTE:
    case TF_INIT_OUTPUT:
    case TF_LOCK_ACQUIRE:
    case TF_LOCK_RELEASE:
        break;
    }
}
