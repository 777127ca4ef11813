/* What terraform said, as lines: the log view's model. */
#include "core/session/session_work.h"

#include "core/base/alloc.h"

enum { LINES_KEPT = 20000, LINES_DROPPED_AT_ONCE = 2000 };

static void drop_oldest(struct session_log *log)
{
    for (size_t i = 0; i < LINES_DROPPED_AT_ONCE; i++)
        free(log->lines[i].text);
    log->count -= LINES_DROPPED_AT_ONCE;
    memmove(log->lines, log->lines + LINES_DROPPED_AT_ONCE, log->count * sizeof *log->lines);
    log->first += LINES_DROPPED_AT_ONCE;
}

static void add_line(struct session_log *log, enum stage_id stage, struct str text, int kind)
{
    if (log->count == LINES_KEPT)
        drop_oldest(log);
    alloc_room(&log->lines, log->count, &log->capacity, sizeof *log->lines);
    log->lines[log->count++] = (struct session_line){alloc_copy(text), stage, kind};
}

static void add_text(struct session_log *log, enum stage_id stage, const char *text, int kind)
{
    struct str rest = str_of(text), line;
    while (rest.len) {
        str_cut(&rest, '\n', &line);
        add_line(log, stage, line, kind);
    }
}

static int kind_of(const struct tf_event *event)
{
    if (event->type == TF_DIAGNOSTIC)
        return event->error ? LINE_ERROR : LINE_WARNING;
    if (event->type == TF_APPLY_ERRORED || event->type == TF_PROVISION_ERRORED)
        return LINE_ERROR;
    return event->type == TF_APPLY_COMPLETE ? LINE_GOOD : LINE_PLAIN;
}

void session_log_add(struct session *session, enum stage_id stage, const struct tf_event *event)
{
    struct session_log *log = &session->log;
    if (event->type == TF_OUTPUTS || event->type == TF_EMERGENCY_STATE)
        return;
    if (event->type == TF_PROVISION_PROGRESS && event->output[0]) {
        add_text(log, stage, event->output, LINE_PLAIN);
        return;
    }
    add_text(log, stage, event->type == TF_DIAGNOSTIC ? event->summary : event->message,
             kind_of(event));
    if (event->type == TF_DIAGNOSTIC)
        add_text(log, stage, event->detail, kind_of(event));
}

void session_log_clear(struct session *session)
{
    struct session_log *log = &session->log;
    for (size_t i = 0; i < log->count; i++)
        free(log->lines[i].text);
    free(log->lines);
    *log = (struct session_log){.lines = NULL};
}
