/* Preparing, opening and starting over a rehearsal. */
#include "core/rehearsal/rehearsal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/paths.h"
#include "core/rehearsal/home.h"
#include "core/rehearsal/inside.h"
#include "core/rehearsal/root.h"
#include "core/rehearsal/surroundings.h"
#include "core/rehearsal/tool.h"

#include "core/base/alloc.h"

/* Everything that a rehearsal leaves in its directory. What says that it is one goes last, so that
 * nobody who is interrupted leaves something that looks like real work. */
static const char *const traces[] = {"provision-eks",    "provision-pypi", "provision-ml-hub",
                                     "provision-domain", "runs",           "kubeconfig",
                                     "history.jsonl",    "ekshub.yaml",    "rehearsal"};

static const struct rehearsal *current; /* for rehearsal_lookup, which has getenv's shape */

bool rehearsal_exists(const char *dir)
{
    char path[PATH_MAX];
    return path_format(path, NULL, "%s/rehearsal/rehearsal.json", dir) && file_exists(path);
}

/* A terraform root or answers without a rehearsal: people's real work. */
static bool is_real(const char *dir)
{
    char path[PATH_MAX];
    if (rehearsal_exists(dir))
        return false;
    return (path_format(path, NULL, "%s/provision-eks", dir) && file_exists(path)) ||
           (path_format(path, NULL, "%s/ekshub.yaml", dir) && file_exists(path));
}

static bool refuse_real(const char *dir, struct error *err)
{
    if (!is_real(dir))
        return true;
    error_set(err, ERROR_INPUT, "%s holds a real deployment, not a rehearsal.", dir);
    return error_hint(err, "Rehearse in another directory: --dir DIR.");
}

/* Opens DIR/lock and takes it, as a worker does; -1 when there is none to take. */
static bool lock_take(int place, const char *dir, int *lock, struct error *err)
{
    *lock = openat(place, "lock", O_RDWR | O_CLOEXEC);
    if (*lock < 0 || flock(*lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    close(*lock);
    *lock = -1;
    error_set(err, ERROR_BUSY, "A rehearsal is going on in %s.", dir);
    return error_hint(err, "Follow it with: ekshub-tui attach --rehearse");
}

bool rehearsal_start_over(const char *dir, struct error *err)
{
    int lock = -1;
    if (err)
        error_clear(err);
    if (!refuse_real(dir, err))
        return false;
    int place = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (place < 0 && errno == ENOENT)
        return true;
    if (place < 0)
        return error_errno(err, "The directory %s cannot be opened", dir);
    bool ok = lock_take(place, dir, &lock, err);
    for (size_t i = 0; ok && i < sizeof traces / sizeof *traces; i++)
        ok = tree_remove(place, traces[i], err);
    if (lock >= 0)
        close(lock);
    close(place);
    return ok;
}

static bool prepare_directory(struct rehearsal *rehearsal, const struct rehearsal_wish *wish,
                              struct error *err)
{
    char place[PATH_MAX];
    if (!refuse_real(wish->dir, err) || !dir_make(wish->dir, 0700, err))
        return false;
    if (!realpath(wish->dir, rehearsal->dir))
        return error_errno(err, "The directory %s cannot be used", wish->dir);
    return path_format(place, err, "%s/rehearsal", rehearsal->dir) && dir_make(place, 0700, err) &&
           path_format(rehearsal->home, err, "%s/home", place) && home_write(rehearsal->dir, err);
}

/* A fault that was not planted until now strikes even when it has struck in this directory before;
 * naming it again with a retry does not bring it back. */
static bool plant_anew(const struct rehearsal *rehearsal, const struct settings *before,
                       struct error *err)
{
    for (size_t i = 0; i < rehearsal->settings.fault_count; i++) {
        const char *name = rehearsal->settings.faults[i];
        if (!settings_has_fault(before, name) &&
            !world_plant(rehearsal->dir, name, clock_wall(&clock_system), err))
            return false;
    }
    return true;
}

/* Written before anything that would look like real work without them. */
static bool prepare_settings(struct rehearsal *rehearsal, const struct rehearsal_wish *wish,
                             struct error *err)
{
    struct settings before;
    if (!settings_load(rehearsal->dir, &before, err))
        return false;
    rehearsal->settings = before;
    if (wish->speed)
        rehearsal->settings.speed = wish->speed;
    return (!wish->faults || settings_plant(&rehearsal->settings, wish->faults, err)) &&
           plant_anew(rehearsal, &before, err) &&
           settings_save(rehearsal->dir, &rehearsal->settings, err);
}

static bool prepare_root(struct rehearsal *rehearsal, const struct rehearsal_wish *wish,
                         const char *stage, struct error *err)
{
    char path[PATH_MAX];
    struct description description;
    if (!path_format(path, err, "%s/rehearsal/%s.json", wish->assets, stage) ||
        !description_load(path, &description, err))
        return false;
    bool ok = root_write(rehearsal->dir, wish->assets, wish->program, &description, err);
    char copy[PATH_MAX]; /* for the player, which knows no assets: named after the root */
    ok = ok && path_format(copy, err, "%s/rehearsal/%s.json", rehearsal->dir, description.root) &&
         file_copy(path, copy, err);
    description_finish(&description);
    return ok;
}

static bool prepare_roots(struct rehearsal *rehearsal, const struct rehearsal_wish *wish,
                          struct error *err)
{
    static const char *const stages[] = {"eks", "pypi", "mlhub", "domain"};
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
        if (!prepare_root(rehearsal, wish, stages[i], err))
            return false;
    return true;
}

static bool choose_tool(struct rehearsal *rehearsal, const struct rehearsal_wish *wish,
                        struct error *err)
{
    struct tool tool;
    if (!tool_choose(&tool, rehearsal->dir, wish->program,
                     (const char *const *)rehearsal->environment, err))
        return false;
    str_copy(str_of(tool.path), rehearsal->terraform, sizeof rehearsal->terraform);
    rehearsal->player = tool.player;
    if (settings_has_fault(&rehearsal->settings, "state-locked") &&
        !tool_lock(rehearsal->terraform, rehearsal->dir, wish->program, err))
        return false;
    surroundings_set(&rehearsal->environment, "EKSHUB_TERRAFORM", rehearsal->terraform);
    tool_name(&tool, (const char *const *)rehearsal->environment, &rehearsal->settings);
    snprintf(rehearsal->label, sizeof rehearsal->label, "REHEARSAL %dx · %s",
             rehearsal->settings.speed, rehearsal->settings.tool);
    return true;
}

/* The rehearsal's resolver, for the route of the one that is open. */
static bool resolves(const char *host)
{
    struct world world;
    struct settings settings;
    bool known = true;
    if (!current || !inside_names(host) || !world_load(current->dir, &world, NULL))
        return true;
    if (settings_load(current->dir, &settings, NULL)) {
        struct cloud now = {.world = &world,
                            .settings = &settings,
                            .now_ms = clock_wall(current->server.loop->clock)};
        known = inside_resolves(&now, host);
    }
    world_finish(&world);
    return known;
}

/* terraform finds our AWS by it, for states that are kept there; what speaks TLS does not ask it.
 */
static void be_proxy(struct rehearsal *rehearsal)
{
    char url[40];
    snprintf(url, sizeof url, "http://127.0.0.1:%d", rehearsal->server.port);
    surroundings_set(&rehearsal->environment, "HTTP_PROXY", url);
}

static bool serve(struct rehearsal *rehearsal, struct loop *loop, struct error *err)
{
    if (!authority_open(&rehearsal->authority, rehearsal->dir, err) ||
        !server_start(&rehearsal->server, loop, rehearsal->dir, &rehearsal->authority, err))
        return false;
    be_proxy(rehearsal);
    rehearsal->route.port = rehearsal->server.port;
    rehearsal->route.resolves = resolves;
    return str_copy(str_of(rehearsal->authority.ca_file), rehearsal->route.ca_file,
                    sizeof rehearsal->route.ca_file);
}

bool rehearsal_open(struct rehearsal *rehearsal, const struct rehearsal_wish *wish,
                    struct loop *loop, struct error *err)
{
    *rehearsal = (struct rehearsal){.player = false};
    if (wish->speed < 0 || wish->speed > SETTINGS_SPEED_MAX)
        return error_set(err, ERROR_INPUT, "%d is no speed of a rehearsal.", wish->speed);
    bool ok = prepare_directory(rehearsal, wish, err) && prepare_settings(rehearsal, wish, err) &&
              prepare_roots(rehearsal, wish, err);
    if (ok) {
        rehearsal->environment = surroundings_make(rehearsal->home);
        ok = choose_tool(rehearsal, wish, err) &&
             settings_save(rehearsal->dir, &rehearsal->settings, err) &&
             serve(rehearsal, loop, err);
    }
    if (ok)
        current = rehearsal;
    else
        rehearsal_finish(rehearsal);
    return ok;
}

void rehearsal_finish(struct rehearsal *rehearsal)
{
    if (current == rehearsal)
        current = NULL;
    server_stop(&rehearsal->server);
    authority_finish(&rehearsal->authority);
    surroundings_free(rehearsal->environment);
    rehearsal->environment = NULL;
}

const char *rehearsal_lookup(const char *name)
{
    return current ? surroundings_value(current->environment, name) : NULL;
}
