/* Looking at state files before a plan, and saying what to go back to. Keeping and restoring copies
 * is tf_copies.c. */
#include "core/terraform/tf_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/paths.h"
#include "core/terraform/tf_copies.h"
#include "core/terraform/tf_scan.h"

#include "core/base/alloc.h"

static void read_state(struct tf_state_file *file, const json_t *document)
{
    size_t index;
    json_t *resource;

    if (js_int(document, "version", 0) < 1 || !js_get(document, "serial"))
        return;
    file->health = TF_STATE_GOOD;
    file->serial = js_int(document, "serial", 0);
    tf_clean_text(js_str(document, "lineage"), file->lineage, sizeof(file->lineage), false);
    tf_clean_text(js_str(document, "terraform_version"), file->version, sizeof(file->version),
                  false);
    json_array_foreach(js_get(document, "resources"), index,
                       resource) if (strcmp(js_text(resource, "mode"), "managed") == 0)
        file->resources += (unsigned)js_count(resource, "instances");
}

bool tf_state_read(struct tf_state_file *file, struct str text)
{
    json_t *document = NULL;

    file->health = TF_STATE_BROKEN;
    if (!str_trim(text).len) {
        file->health = TF_STATE_EMPTY;
        return false;
    }
    document = js_parse(text, NULL);
    if (document)
        read_state(file, document);
    json_decref(document);
    return file->health == TF_STATE_GOOD;
}

void tf_state_look(struct tf_state_file *file, const char *path)
{
    struct error err = {.kind = ERROR_NONE};
    struct buf text;

    *file = (struct tf_state_file){.health = TF_STATE_ABSENT};
    str_copy(str_of(path), file->path, sizeof(file->path));
    buf_init(&text, TF_STATE_MAX);
    if (file_read(path, TF_STATE_MAX, &text, &err))
        tf_state_read(file, buf_str(&text));
    else if (err.code != ENOENT && err.code != ENOTDIR)
        file->health = TF_STATE_BROKEN;
    buf_finish(&text);
}

static bool errored_matters(const struct tf_state *state)
{
    const struct tf_state_file *errored = &state->errored, *current = &state->current;

    if (errored->health == TF_STATE_ABSENT)
        return false;
    /* pushed since: the state is at least as new, and of the same line */
    return !(errored->health == TF_STATE_GOOD && current->health == TF_STATE_GOOD &&
             current->serial >= errored->serial && strcmp(current->lineage, errored->lineage) == 0);
}

const struct tf_state_file *tf_state_best(const struct tf_state *state)
{
    const struct tf_state_file *order[] = {&state->errored, &state->copy, &state->backup};
    const struct tf_state_file *best = NULL;

    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
        if (order[i]->health == TF_STATE_GOOD && (!best || order[i]->serial > best->serial))
            best = order[i];
    return best;
}

static bool offer(const struct tf_state *state, struct error *err)
{
    const struct tf_state_file *best = tf_state_best(state);

    if (!best && state->current.health == TF_STATE_EMPTY)
        return error_hint(err, "No copy was found here. If this was the first apply and it had "
                               "made nothing yet, remove the file; else bring it back from a "
                               "backup");
    if (!best)
        return error_hint(err, "No earlier copy was found here: look for one in a backup of this "
                               "directory before anything is planned");
    return error_hint(err, "Go back to %s (serial %lld, %u resources)", path_basename(best->path),
                      (long long)best->serial, best->resources);
}

static bool refuse(const struct tf_state *state, struct error *err)
{
    const char *path = state->current.path;

    switch (state->current.health) {
    case TF_STATE_EMPTY:
        error_set(
            err, ERROR_INPUT,
            "%s is empty: it was torn while terraform was writing it. Terraform would take that "
            "for a fresh start and build everything a second time",
            path);
        return offer(state, err);
    case TF_STATE_BROKEN:
        error_set(err, ERROR_INPUT, "%s cannot be read as a terraform state", path);
        return offer(state, err);
    case TF_STATE_ABSENT:
        error_set(err, ERROR_INPUT,
                  "%s is gone, but the last copy of it knows %u resources. Terraform would build "
                  "everything a second time",
                  path, state->copy.resources);
        return offer(state, err);
    case TF_STATE_GOOD:
        break;
    }
    error_set(err, ERROR_INPUT,
              "Terraform could not save its state at the end of the last run and left it in %s",
              state->errored.path);
    if (state->errored.health == TF_STATE_GOOD)
        return error_hint(err, "Go back to it (serial %lld, %u resources; the present one has %u)",
                          (long long)state->errored.serial, state->errored.resources,
                          state->current.resources);
    return error_hint(err,
                      "That file is torn too: the stream of that run may hold the state; remove "
                      "the file when the present state is right");
}

bool tf_state_check(struct tf_state *state, const char *dir, const char *copies, struct error *err)
{
    char current[PATH_MAX], backup[PATH_MAX], errored[PATH_MAX], copy[PATH_MAX];
    bool lost;

    *state = (struct tf_state){0};
    if (!path_format(current, err, "%s/terraform.tfstate", dir) ||
        !path_format(backup, err, "%s/terraform.tfstate.backup", dir) ||
        !path_format(errored, err, "%s/errored.tfstate", dir))
        return false;
    tf_state_look(&state->current, current);
    tf_state_look(&state->backup, backup);
    tf_state_look(&state->errored, errored);
    if (copies && tf_copies_newest(copies, copy))
        tf_state_look(&state->copy, copy);
    lost = state->current.health == TF_STATE_ABSENT && state->copy.resources > 0;
    if (state->current.health == TF_STATE_EMPTY || state->current.health == TF_STATE_BROKEN ||
        lost || errored_matters(state))
        return refuse(state, err);
    return true;
}

static void read_info(struct tf_lock *lock, const char *path)
{
    const struct {
        const char *key;
        char *out;
        size_t capacity;
    } fields[] = {
        {"ID", lock->id, sizeof(lock->id)},
        {"Operation", lock->operation, sizeof(lock->operation)},
        {"Who", lock->who, sizeof(lock->who)},
        {"Version", lock->version, sizeof(lock->version)},
        {"Created", lock->created, sizeof(lock->created)},
    };
    struct buf text = {0};
    json_t *info = NULL;

    if (file_read(path, 65536, &text, NULL)) {
        lock->left_over = true;
        info = js_parse(buf_str(&text), NULL);
        for (size_t i = 0; info && i < sizeof(fields) / sizeof(fields[0]); i++)
            tf_clean_text(js_str(info, fields[i].key), fields[i].out, fields[i].capacity, false);
    }
    json_decref(info);
    buf_finish(&text);
}

bool tf_lock_check(struct tf_lock *lock, const char *dir, struct error *err)
{
    char state[PATH_MAX], info[PATH_MAX];
    struct flock asked = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd;

    *lock = (struct tf_lock){0};
    if (!path_format(state, err, "%s/terraform.tfstate", dir) ||
        !path_format(info, err, "%s/.terraform.tfstate.lock.info", dir))
        return false;
    read_info(lock, info);
    fd = open(state, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return true;
    if (fcntl(fd, F_GETLK, &asked) == 0 && asked.l_type != F_UNLCK) {
        lock->held = true;
        lock->left_over = false;
        lock->pid = asked.l_pid;
    }
    close(fd);
    if (!lock->held)
        return true;
    error_set(err, ERROR_BUSY, "The state in %s is locked: process %ld is at work in it%s%s%s%s",
              dir, (long)lock->pid, lock->who[0] ? ", by " : "", lock->who,
              lock->created[0] ? ", since " : "", lock->created);
    return error_hint(err,
                      "Wait until it ends: the lock ends with it, and forcing a local lock does "
                      "nothing");
}
