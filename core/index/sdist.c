/* A project packed here, or handed to python3 -m build; see sdist.h. */
#include "core/index/sdist.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "core/base/paths.h"
#include "core/index/archive.h"
#include "core/index/project.h"

#include "core/base/alloc.h"

enum { FILES_MAX = 2000, DEPTH_MAX = 16 };
static const size_t file_max = (size_t)16 << 20;

struct packer {
    const char *dir; /* of the project */
    char top[256];   /* "demo_pkg-1.0" */
    struct buf tar;
    unsigned files, modules;
    struct error *err;
};

static bool starts_with_any(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (strncmp(name, *list, strlen(*list)) == 0)
            return true;
    return false;
}

static bool is_module(const char *name)
{
    return str_ends(str_of(name), STR(".py")) || str_ends(str_of(name), STR(".pyi"));
}

/* Leftovers of Python, and what is hidden, which nobody means to publish. */
static bool is_litter(const char *name)
{
    static const char *const endings[] = {".pyc", ".pyo", ".so", ".egg-info", "~"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (str_ends(str_of(name), str_of(endings[i])))
            return true;
    return name[0] == '.' || strcmp(name, "__pycache__") == 0;
}

static bool belongs_at_top(const char *name)
{
    static const char *const beginnings[] = {"README",  "LICENSE",      "LICENCE",
                                             "COPYING", "NOTICE",       "AUTHORS",
                                             "CHANGES", "requirements", NULL};
    return strcmp(name, "pyproject.toml") == 0 || strcmp(name, "setup.cfg") == 0 ||
           is_module(name) || starts_with_any(name, beginnings);
}

static bool add_file(struct packer *p, const char *path, const char *name)
{
    struct buf bytes = {0};
    char member[PATH_MAX];
    bool ok = path_format(member, p->err, "%s/%s", p->top, name);
    if (ok && ++p->files > FILES_MAX)
        ok = error_set(p->err, ERROR_INPUT, "it has more than %d files", FILES_MAX);
    ok = ok && file_read(path, file_max, &bytes, p->err) &&
         archive_add(&p->tar, member, buf_str(&bytes), p->err);
    if (is_module(name) && strcmp(name, "setup.py") != 0)
        p->modules++;
    buf_finish(&bytes);
    return ok;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool pack_directory(struct packer *p, const char *name, int depth);

/* `name` is seen from the project; depth 0 is the project itself. */
static bool pack_entry(struct packer *p, const char *name, const char *entry, int depth)
{
    char inside[PATH_MAX], path[PATH_MAX], init[PATH_MAX];
    struct stat about;
    if (!path_format(inside, p->err, "%s%s%s", name, depth ? "/" : "", entry) ||
        !path_format(path, p->err, "%s/%s", p->dir, inside) ||
        !path_format(init, p->err, "%s/__init__.py", path))
        return false;
    if (lstat(path, &about) != 0)
        return error_errno(p->err, "%s cannot be examined", path);
    if (S_ISREG(about.st_mode))
        return (depth == 0 && !belongs_at_top(entry)) || add_file(p, path, inside);
    if (S_ISDIR(about.st_mode))
        return (depth == 0 && strcmp(entry, "src") != 0 && !file_exists(init)) ||
               pack_directory(p, inside, depth + 1);
    return depth == 0 || error_set(p->err, ERROR_INPUT, "%s is neither file nor directory", inside);
}

static bool pack_directory(struct packer *p, const char *name, int depth)
{
    char path[PATH_MAX];
    struct dirent **entries = NULL;
    if (depth > DEPTH_MAX)
        return error_set(p->err, ERROR_INPUT, "its directories are too deep");
    if (!path_format(path, p->err, "%s/%s", p->dir, name))
        return false;
    int count = scandir(path, &entries, NULL, by_name);
    if (count < 0)
        return error_errno(p->err, "%s cannot be read", path);
    bool ok = true;
    for (int i = 0; i < count; i++) {
        if (ok && !is_litter(entries[i]->d_name))
            ok = pack_entry(p, name, entries[i]->d_name, depth);
        free(entries[i]);
    }
    free(entries);
    return ok;
}

static bool add_info(struct packer *p, const struct project *project)
{
    struct buf info = {0};
    char member[PATH_MAX];
    buf_printf(&info, "Metadata-Version: 2.1\nName: %s\nVersion: %s\n", project->name,
               project->version);
    if (project->summary[0])
        buf_printf(&info, "Summary: %s\n", project->summary);
    if (project->requires_python[0])
        buf_printf(&info, "Requires-Python: %s\n", project->requires_python);
    bool ok = path_format(member, p->err, "%s/PKG-INFO", p->top) &&
              archive_add(&p->tar, member, buf_str(&info), p->err);
    buf_finish(&info);
    return ok;
}

/* Versions as PEP 440 writes them, so that the file is called as pip expects it. */
static bool canonical(const char *version)
{
    size_t n = strspn(version, "0123456789.");
    static const char *const endings[] = {"", "a", "b", "rc", ".post", ".dev", "+"};
    for (size_t i = 0; n > 0 && i < sizeof endings / sizeof *endings; i++) {
        size_t len = strlen(endings[i]), dot = endings[i][0] == '.';
        if (strncmp(version + n - dot, endings[i], len) != 0 || (dot && version[n - 1] != '.'))
            continue;
        const char *rest = version + n - dot + len;
        if (len == 0 ? !*rest : *rest && rest[strspn(rest, "0123456789")] == '\0')
            return version[n - 1] != '.' || dot;
    }
    return false;
}

static bool fill(struct packer *p, struct dist *dist, const struct project *project)
{
    char file[256];
    if (!canonical(project->version))
        return error_set(p->err, ERROR_INPUT, "its version %s is not written as PEP 440 asks",
                         project->version);
    if (!dist_normalise(str_of(project->name), '_', p->top, 128))
        return error_set(p->err, ERROR_INPUT, "its name is not one that a package can have");
    size_t len = strlen(p->top);
    snprintf(p->top + len, sizeof p->top - len, "-%s", project->version);
    snprintf(file, sizeof file, "%.240s.tar.gz", p->top);
    if (!dist_name(dist, file, p->err) || !add_info(p, project) || !pack_directory(p, "", 0))
        return false;
    if (p->modules == 0)
        return error_set(p->err, ERROR_INPUT, "no module or package lies in it");
    str_copy(str_of(project->summary), dist->summary, sizeof dist->summary);
    str_copy(str_of(project->requires_python), dist->requires_python, sizeof dist->requires_python);
    return archive_gzip(&p->tar, &dist->bytes, p->err);
}

bool sdist_pack(const char *dir, struct dist *dist, struct error *err)
{
    struct packer p = {.dir = dir, .err = err};
    struct project project;
    *dist = (struct dist){.wheel = false};
    buf_init(&dist->bytes, DIST_MAX);
    buf_init(&p.tar, DIST_MAX);
    bool ok = project_read(&project, dir, err) && fill(&p, dist, &project);
    buf_finish(&p.tar);
    if (ok)
        dist_seal(dist);
    else
        dist_finish(dist);
    return ok;
}

/* ---- by python ---- */

static void forget_directory(struct sdist *sdist)
{
    if (sdist->out[0])
        (void)tree_remove(AT_FDCWD, sdist->out, NULL);
    sdist->out[0] = '\0';
}

static bool not_possible(const struct sdist *sdist, const char *why, struct error *err)
{
    error_set(err, ERROR_TOOL, "%s cannot be packed without Python (%.200s), and %s.", sdist->dir,
              sdist->plain.text, why);
    return error_hint(err, "Build it elsewhere, then: ekshub-tui publish NAME-VERSION.tar.gz");
}

/* The one .tar.gz that python left. */
static bool take_result(struct sdist *sdist, struct error *err)
{
    DIR *directory = opendir(sdist->out);
    char path[PATH_MAX] = "";
    if (!directory)
        return error_errno(err, "%s cannot be read", sdist->out);
    for (struct dirent *entry; (entry = readdir(directory));)
        if (str_ends(str_of(entry->d_name), STR(".tar.gz")))
            (void)path_format(path, NULL, "%s/%s", sdist->out, entry->d_name);
    closedir(directory);
    if (!path[0])
        return error_set(err, ERROR_TOOL, "python3 -m build left no .tar.gz.");
    return dist_read(&sdist->dist, path, err);
}

static bool understand(struct sdist *sdist, struct error *err)
{
    const struct process *process = &sdist->process;
    struct buf last = {0};
    char outcome[64];
    if (process_code(process) == 0)
        return take_result(sdist, err);
    struct str said = str_trim(buf_str(&process->err));
    if (!said.len)
        said = str_trim(buf_str(&process->out));
    if (str_find(said, STR("No module named build")) >= 0)
        return not_possible(sdist, "the module build is not installed here", err);
    buf_sanitised(&last, str_skip(said, said.len > 600 ? said.len - 600 : 0), true);
    error_set(err, ERROR_TOOL, "python3 -m build ended with %s: %s",
              process_outcome(process, outcome), buf_cstr(&last));
    buf_finish(&last);
    return false;
}

static void built(struct process *process)
{
    struct sdist *sdist = container_of(process, struct sdist, process);
    struct error err = {.kind = ERROR_NONE};
    bool ok = !sdist->stopped && understand(sdist, &err);
    if (sdist->stopped)
        error_set(&err, ERROR_CANCELLED, "Stopped");
    forget_directory(sdist);
    task_end(&sdist->task, ok ? TASK_DONE : sdist->stopped ? TASK_CANCELLED : TASK_FAILED, &err);
}

static bool start_python(struct sdist *sdist, struct error *err)
{
    char python[4096];
    if (!process_find("python3", sdist->environment, python))
        return not_possible(sdist, "there is no python3 here", err);
    str_copy(STR("/tmp/ekshub-sdist.XXXXXX"), sdist->out, sizeof sdist->out);
    if (!mkdtemp(sdist->out)) {
        sdist->out[0] = '\0';
        return error_errno(err, "No directory to build in can be made in /tmp");
    }
    const char *const arguments[] = {python,     "-m",       "build",    "--sdist",
                                     "--outdir", sdist->out, sdist->dir, NULL};
    struct process_spec spec = {
        .argv = arguments,
        .environment = sdist->environment,
        .home = PROCESS_OWN_GROUP,
        .in = PROCESS_NULL,
        .out = PROCESS_PIPE,
        .err = PROCESS_PIPE,
    };
    sdist->process.ended = built;
    str_copy(STR("python3 -m build"), sdist->task.note, sizeof sdist->task.note);
    return process_start(&sdist->process, sdist->signals, &spec, err);
}

static bool start(struct task *task, struct error *err)
{
    struct sdist *sdist = container_of(task, struct sdist, task);
    dist_finish(&sdist->dist);
    sdist->stopped = false;
    sdist->packed = sdist_pack(sdist->dir, &sdist->dist, &sdist->plain);
    if (sdist->packed) {
        task_end(task, TASK_DONE, NULL);
        return true;
    }
    if (sdist->plain.kind == ERROR_INPUT && !sdist->plain.code)
        return start_python(sdist, err);
    *err = sdist->plain; /* no project, or it cannot be read */
    return error_wrap(err, "%s cannot be built", sdist->dir);
}

static void stop(struct task *task)
{
    struct sdist *sdist = container_of(task, struct sdist, task);
    sdist->stopped = true;
    process_stop(&sdist->process);
}

static void finish(struct task *task)
{
    struct sdist *sdist = container_of(task, struct sdist, task);
    process_finish(&sdist->process);
    forget_directory(sdist);
    dist_finish(&sdist->dist);
}

static const struct task_ops ops = {.start = start, .stop = stop, .finish = finish};

bool sdist_init(struct sdist *sdist, const char *dir, struct signals *signals,
                const char *const *environment, struct error *err)
{
    if (!path_format(sdist->dir, err, "%s", dir))
        return false;
    sdist->task.ops = &ops;
    sdist->signals = signals;
    sdist->environment = environment;
    str_copy(STR("build the package"), sdist->task.label, sizeof sdist->task.label);
    return true;
}
