/* Looks and removals on behalf of the faces; see session_end.h. */
#include "core/session/session_end.h"

#include "core/base/paths.h"
#include "core/session/session_work.h"

#include "core/base/alloc.h"

struct end_work {
    struct session_end end;
    struct session *session;
};

static void look(struct session *session, const char *name_space);

static void tell(struct session_end *end)
{
    if (end->over)
        end->over(end);
}

static void on_teardown(struct task *task)
{
    tell(container_of(task, struct session_end, teardown_look.task));
}

static void on_residue(struct task *task)
{
    struct session_end *end = container_of(task, struct session_end, residue_look.task);
    struct end_work *work = container_of(end, struct end_work, end);
    if (task->state == TASK_FAILED)
        session_trouble(work->session, &task->error);
    tell(end);
}

static void on_removal(struct task *task)
{
    struct session_end *end = container_of(task, struct session_end, removal.task);
    struct end_work *work = container_of(end, struct end_work, end);
    if (task->state == TASK_FAILED) {
        session_trouble(work->session, &task->error);
        tell(end);
    } else
        look(work->session, end->world.name_space); /* what AWS says counts, not what we did */
}

struct session_end *session_end(struct session *session)
{
    if (!session->end) {
        struct end_work *work = alloc_zeroed(1, sizeof *work);
        work->session = session;
        session->end = &work->end;
    }
    return session->end;
}

/* Of the profile and the directory as they are now. */
static struct session_end *prepared(struct session *session)
{
    struct session_end *end = session_end(session);
    bool named = session->profile >= 0 && session->choice.name;
    str_copy(str_of(named ? session->choice.name : ""), end->profile, sizeof end->profile);
    end->world = (struct residue_world){
        .place = session->place,
        .http = &session->http,
        .signals = session->signals,
        .answers = &session->answers,
        .profile = end->profile,
        .dir = session->dir,
    };
    return end;
}

void session_end_finish(struct session *session)
{
    struct session_end *end = session->end;
    if (!end)
        return;
    task_finish(&end->teardown_look.task);
    task_finish(&end->residue_look.task);
    task_finish(&end->removal.task);
    residue_finish(&end->residue);
    free(container_of(end, struct end_work, end));
    session->end = NULL;
}

void session_ask_teardown(struct session *session, bool wanted[STAGES])
{
    struct session_end *end = prepared(session);
    if (end->teardown_look.task.state == TASK_RUNNING)
        return;
    teardown_files(&end->teardown, session->dir, session->place->speed, wanted);
    task_finish(&end->teardown_look.task);
    teardown_look_init(&end->teardown_look, &end->world, session->signals,
                       session->answers.hub_release, &end->teardown);
    end->teardown_look.task.ended = on_teardown;
    task_start(&end->teardown_look.task, session->loop);
}

/* What is there of stages that stay is no residue: then only what controllers made for the others.
 * NULL when all go. */
static const char *scope(const struct session *session, const bool stages[STAGES])
{
    const struct answers *answers = &session->answers;
    if (!stages || stages[STAGE_EKS])
        return NULL;
    if (stages[STAGE_PYPI] == stages[STAGE_MLHUB])
        return "*";
    return stages[STAGE_MLHUB] ? answers->hub_release : answers->pypi_namespace;
}

static void look(struct session *session, const char *name_space)
{
    struct session_end *end = prepared(session);
    end->world.name_space = name_space;
    end->saved[0] = '\0';
    task_finish(&end->residue_look.task);
    residue_look_init(&end->residue_look, &end->world, &end->residue);
    end->residue_look.task.ended = on_residue;
    task_start(&end->residue_look.task, session->loop);
}

void session_ask_residue(struct session *session, const bool stages[STAGES])
{
    if (!session_end_busy(session_end(session)))
        look(session, scope(session, stages));
}

bool session_remove_residue(struct session *session, int index)
{
    struct session_end *end = session_end(session);
    struct error err;
    if (session_end_busy(end))
        return false;
    if (residue_mark(&end->residue, index) == 0) {
        error_set(&err, ERROR_INPUT,
                  end->residue.cluster_there
                      ? "The cluster is still there, and what has its name belongs to it."
                      : "Nothing here can be removed by itself.");
        if (end->residue.cluster_there)
            error_hint(&err, "Destroy it first.");
        return session_trouble(session, &err);
    }
    task_finish(&end->removal.task);
    residue_removal_init(&end->removal, &end->world, &end->residue);
    end->removal.task.ended = on_removal;
    task_start(&end->removal.task, session->loop);
    return true;
}

bool session_save_residue(struct session *session)
{
    struct session_end *end = session_end(session);
    struct error err;
    struct buf text = {.data = NULL};
    char time[CLOCK_TEXT];
    clock_amz(end->residue.looked_ms, time);
    residue_certificate(&end->residue, session->checks.arn, &text);
    bool ok = path_format(end->saved, &err, "%s/residue-%s.txt", session->dir, time) &&
              file_write(end->saved, buf_str(&text), 0600, &err);
    buf_finish(&text);
    if (!ok)
        end->saved[0] = '\0';
    return ok || session_trouble(session, &err);
}
