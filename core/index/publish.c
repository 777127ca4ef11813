/* One step after the other; see publish.h. */
#include "core/index/publish.h"

#include <sys/stat.h>

#include "core/base/paths.h"

#include "core/base/alloc.h"

static void say(struct publish *publish, enum publish_step step, const char *what)
{
    publish->step = step;
    publish->task.done = (unsigned)step;
    publish->task.total = PUBLISH_STEPS;
    snprintf(publish->task.note, sizeof publish->task.note, "%s%s%.100s", what,
             publish->dist ? " " : "", publish->dist ? publish->dist->file : "");
}

static void give_up(struct publish *publish, const struct task *part)
{
    task_end(&publish->task, part->state == TASK_CANCELLED ? TASK_CANCELLED : TASK_FAILED,
             &part->error);
}

static void verified(struct task *task)
{
    struct index_verify *verify = container_of(task, struct index_verify, task);
    struct publish *publish = container_of(verify, struct publish, verify);
    publish->listed = verify->listed;
    publish->downloaded = verify->downloaded;
    publish->same = verify->same;
    if (task->state != TASK_DONE) {
        give_up(publish, task);
        return;
    }
    publish->task.done = PUBLISH_STEPS;
    task_end(&publish->task, TASK_DONE, NULL);
}

static void uploaded(struct task *task)
{
    struct index_upload *upload = container_of(task, struct index_upload, task);
    struct publish *publish = container_of(upload, struct publish, upload);
    publish->there = upload->there;
    publish->uploaded = task->state == TASK_DONE;
    if (task->state != TASK_DONE && !upload->there) {
        give_up(publish, task);
        return;
    }
    struct error err = {.kind = ERROR_NONE};
    if (!index_verify_init(&publish->verify, publish->http, &publish->server, publish->dist,
                           &err)) {
        task_end(&publish->task, TASK_FAILED, &err);
        return;
    }
    say(publish, PUBLISH_VERIFY, "looking up");
    publish->verify.task.ended = verified;
    task_start(&publish->verify.task, publish->task.loop);
}

static bool upload(struct publish *publish, const struct dist *dist, struct error *err)
{
    publish->dist = dist;
    publish->built = true;
    say(publish, PUBLISH_UPLOAD, "uploading");
    if (!index_upload_init(&publish->upload, publish->http, &publish->server, dist, err))
        return false;
    publish->upload.task.ended = uploaded;
    task_start(&publish->upload.task, publish->task.loop);
    return true;
}

static void built(struct task *task)
{
    struct sdist *sdist = container_of(task, struct sdist, task);
    struct publish *publish = container_of(sdist, struct publish, sdist);
    struct error err = {.kind = ERROR_NONE};
    if (task->state != TASK_DONE)
        give_up(publish, task);
    else if (!upload(publish, &sdist->dist, &err))
        task_end(&publish->task, TASK_FAILED, &err);
}

static void forget(struct publish *publish)
{
    task_finish(&publish->verify.task);
    task_finish(&publish->upload.task);
    task_finish(&publish->sdist.task);
    dist_finish(&publish->file);
    publish->sdist = (struct sdist){.out = ""};
    publish->dist = NULL;
}

static bool start(struct task *task, struct error *err)
{
    struct publish *publish = container_of(task, struct publish, task);
    forget(publish);
    publish->built = publish->uploaded = publish->there = false;
    publish->listed = publish->downloaded = publish->same = false;
    say(publish, PUBLISH_BUILD, publish->from_file ? "reading" : "building");
    if (publish->from_file)
        return dist_read(&publish->file, publish->path, err) &&
               upload(publish, &publish->file, err);
    if (!sdist_init(&publish->sdist, publish->path, publish->signals, publish->environment, err))
        return false;
    publish->sdist.task.ended = built;
    task_start(&publish->sdist.task, task->loop);
    return true;
}

static void stop(struct task *task)
{
    struct publish *publish = container_of(task, struct publish, task);
    task_stop(&publish->sdist.task);
    task_stop(&publish->upload.task);
    task_stop(&publish->verify.task);
}

static void finish(struct task *task)
{
    forget(container_of(task, struct publish, task));
}

static const struct task_ops ops = {.start = start, .stop = stop, .finish = finish};

bool publish_init(struct publish *publish, struct http *http, struct signals *signals,
                  const char *const *environment, const struct index_server *server,
                  const char *path, struct error *err)
{
    struct stat about;
    if (stat(path, &about) != 0)
        return error_errno(err, "%.200s cannot be published", path);
    if (!path_format(publish->path, err, "%s", path))
        return false;
    publish->from_file = !S_ISDIR(about.st_mode);
    publish->task.ops = &ops;
    publish->http = http;
    publish->signals = signals;
    publish->environment = environment;
    publish->server = *server;
    snprintf(publish->task.label, sizeof publish->task.label, "publish %.60s", path_basename(path));
    return true;
}
