/* Packing projects: what goes in, what stays out, and who must build what we cannot. That pip
 * installs the result is shown in tests/interop. */
#include "core/index/sdist.h"

#include <criterion/criterion.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/index/archive.h"
#include "core/index/project.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

static struct loop loop;
static struct signals signals;
static struct dist dist;
static struct error err;

static void begin(void)
{
    loop_init(&loop, &clock_system);
    cr_assert(signals_init(&signals, &loop, (const int[]){0}, NULL));
}

static void end(void)
{
    dist_finish(&dist);
    signals_finish(&signals);
    loop_finish(&loop);
    test_directory_remove();
    no_leaks();
}

TestSuite(sdist, .init = begin, .fini = end, .timeout = 60);

static void put(const char *name, const char *text)
{
    char dir[PATH_MAX];
    path_dirname(test_path(name), dir);
    cr_assert(dir_make(dir, 0700, &err), "%s", err.text);
    cr_assert(file_write(test_path(name), str_of(text), 0600, &err), "%s", err.text);
}

/* The names of the tar inside the stored gzip, one a line; each block of the gzip is taken apart.
 */
static void names(const struct dist *of, struct buf *out)
{
    struct str rest = str_skip(buf_str(&of->bytes), 10);
    struct buf tar = {0};
    for (bool last = false; !last;) {
        cr_assert(rest.len > 5);
        last = rest.data[0] == 1;
        size_t len = (unsigned char)rest.data[1] | (size_t)(unsigned char)rest.data[2] << 8;
        cr_assert_eq((rest.data[1] ^ rest.data[3]) & 0xff, 0xff);
        buf_append(&tar, (struct str){rest.data + 5, len});
        rest = str_skip(rest, 5 + len);
    }
    cr_assert_eq(rest.len, 8, "digest and length are all that is left");
    for (size_t at = 0; tar.data[at];) {
        size_t size = (size_t)strtoul(tar.data + at + 124, NULL, 8);
        buf_printf(out, "%s%s%s\n", tar.data + at + 345, tar.data[at + 345] ? "/" : "",
                   tar.data + at);
        at += 512 + (size + 511) / 512 * 512;
    }
    buf_finish(&tar);
}

static const char simple[] = "[project]\nname = \"My.Pkg\"\nversion = '1.2.post3' # c\n"
                             "description = \"what it is\"\nrequires-python=\">=3.8\"\n";

Test(sdist, packs_what_belongs_to_a_project)
{
    struct buf list = {0};
    put("pyproject.toml", simple);
    put("README.md", "x");
    put("secrets.txt", "x");
    put(".env", "x");
    put("my_pkg/__init__.py", "");
    put("my_pkg/sub/data.json", "{}");
    put("my_pkg/__pycache__/x.pyc", "x");
    put("my_pkg/.hidden", "x");
    put("tests/test_x.py", "");
    put("dist/old.tar.gz", "x");
    cr_assert(sdist_pack(test_directory(), &dist, &err), "%s", err.text);
    cr_assert_str_eq(dist.file, "my_pkg-1.2.post3.tar.gz");
    cr_assert_str_eq(dist.name, "my-pkg");
    cr_assert_str_eq(dist.version, "1.2.post3");
    cr_assert_str_eq(dist.summary, "what it is");
    cr_assert_str_eq(dist.requires_python, ">=3.8");
    names(&dist, &list);
    cr_assert_str_eq(buf_cstr(&list), "my_pkg-1.2.post3/PKG-INFO\nmy_pkg-1.2.post3/README.md\n"
                                      "my_pkg-1.2.post3/my_pkg/__init__.py\n"
                                      "my_pkg-1.2.post3/my_pkg/sub/data.json\n"
                                      "my_pkg-1.2.post3/pyproject.toml\n");
    buf_finish(&list);
}

Test(sdist, gives_the_same_bytes_again)
{
    char first[65];
    put("setup.cfg", "[metadata]\nname = a\nversion = 1\n");
    put("a.py", "x = 1\n");
    cr_assert(sdist_pack(test_directory(), &dist, &err), "%s", err.text);
    str_copy(str_of(dist.sha256), first, sizeof first);
    dist_finish(&dist);
    put("a.py", "x = 1\n");
    cr_assert(sdist_pack(test_directory(), &dist, &err));
    cr_assert_str_eq(dist.sha256, first);
}

Test(sdist, packs_long_paths_and_much)
{
    struct buf text = {0}, list = {0};
    char name[300];
    for (int i = 0; i < 200000; i++)
        buf_byte(&text, (char)('a' + i % 26));
    snprintf(name, sizeof name, "src/p/%080d/%080d.py", 1, 2);
    put("pyproject.toml", simple);
    put(name, buf_cstr(&text));
    cr_assert(sdist_pack(test_directory(), &dist, &err), "%s", err.text);
    names(&dist, &list);
    cr_assert(strstr(buf_cstr(&list), name));
    buf_finish(&text);
    buf_finish(&list);
    dist_finish(&dist);
    snprintf(name, sizeof name, "src/p/%0150d.py", 1);
    put(name, "");
    cr_assert(!sdist_pack(test_directory(), &dist, &err));
    cr_assert(strstr(err.text, "too long"), "%s", err.text);
}

Test(sdist, says_why_a_project_is_not_simple)
{
    static const struct {
        const char *file, *text, *why;
    } cases[] = {
        {"pyproject.toml", "[project]\nname='a'\ndynamic = [\n 'x', # ]\n \"version\"]\n",
         "computed"},
        {"pyproject.toml", "[project]\nname='a'\n", "computed"},
        {"pyproject.toml", "[project]\nversion='1'\n", "no name"},
        {"pyproject.toml", "[project]\nname = \"a\\u0062\"\nversion='1'\n", "not as simple"},
        {"pyproject.toml",
         "[build-system]\nbuild-backend = 'maturin'\n[project]\nname='a'\nversion='1'\n",
         "compile"},
        {"pyproject.toml", "[tool.poetry]\nname='a'\nversion='1'\n", "no file but setup.py"},
        {"pyproject.toml", "[project]\nname='a'\nversion='1.0-beta'\n", "PEP 440"},
        {"pyproject.toml", "[project]\nname='a b'\nversion='1'\n", "its name"},
        {"pyproject.toml", "[project]\nname='a'\nversion='1'\n", "no module"},
        {"setup.cfg", "[metadata]\nname = a\nversion = attr: a.v\n", "computed"},
        {"setup.py", "setup(ext_modules=[])", "compiles"},
        {"setup.py", "setup(name='a')", "no file but setup.py"},
        {"MANIFEST.in", "", "no pyproject.toml"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put(cases[i].file, cases[i].text);
        cr_assert(!sdist_pack(test_directory(), &dist, &err), "%s", cases[i].text);
        cr_assert(strstr(err.text, cases[i].why), "%s: %s", cases[i].text, err.text);
        cr_assert_eq(unlink(test_path(cases[i].file)), 0);
    }
}

Test(sdist, reads_toml_only_where_it_must)
{
    static const char text[] = "# [project]\nx = \"\"\"\n[project]\nname = 'no'\n\"\"\"\n"
                               "[[tool.x]]\nname = 'no'\n[ project ]\nname = 'yes'\n"
                               "authors = [ {name = \"[project] # x\"}, # ]\n]\nversion = \"2\"\n"
                               "[project.urls]\nname = 'no'\nversion = 'no'\n";
    struct project project;
    bool found;
    cr_assert(project_from_toml(&project, str_of(text), &found, &err), "%s", err.text);
    cr_assert(found);
    cr_assert_str_eq(project.name, "yes");
    cr_assert_str_eq(project.version, "2");
    for (size_t len = 0; len < sizeof text - 1; len++)
        (void)project_from_toml(&project, (struct str){text, len}, &found, &err);
}

struct build {
    struct sdist sdist;
    bool over;
};

static void build_over(struct task *task)
{
    struct sdist *sdist = container_of(task, struct sdist, task);
    container_of(sdist, struct build, sdist)->over = true;
}

static void run(struct build *build, const char *path_variable)
{
    const char *environment[] = {path_variable, NULL};
    cr_assert(sdist_init(&build->sdist, test_directory(), &signals, environment, &err));
    build->sdist.task.ended = build_over;
    task_start(&build->sdist.task, &loop);
    cr_assert(turns_until(&loop, &build->over));
}

/* A python3 that is what the script says. */
static void fake_python(const char *script)
{
    put("bin/python3", script);
    cr_assert_eq(chmod(test_path("bin/python3"), 0700), 0);
}

static const char *fake_path(void)
{
    static char variable[PATH_MAX + 32];
    snprintf(variable, sizeof variable, "PATH=%s:/usr/bin:/bin", test_path("bin"));
    return variable;
}

Test(sdist, needs_no_python_for_a_simple_project)
{
    struct build build = {.over = false};
    put("pyproject.toml", simple);
    put("x.py", "");
    run(&build, "PATH=/nowhere");
    cr_assert_eq(build.sdist.task.state, TASK_DONE, "%s", build.sdist.task.error.text);
    cr_assert(build.sdist.packed);
    task_finish(&build.sdist.task);
}

Test(sdist, says_that_python_is_missing)
{
    struct build build = {.over = false};
    put("setup.py", "setup(name='a')");
    run(&build, "PATH=/nowhere");
    cr_assert_eq(build.sdist.task.state, TASK_FAILED);
    cr_assert_eq(build.sdist.task.error.kind, ERROR_TOOL);
    cr_assert(strstr(build.sdist.task.error.text, "no python3"), "%s", build.sdist.task.error.text);
    cr_assert(strstr(build.sdist.task.error.hint, "publish"));
    task_finish(&build.sdist.task);
}

Test(sdist, leaves_other_projects_to_python)
{
    struct build build = {.over = false};
    put("setup.py", "setup(name='a')");
    fake_python("#!/bin/sh\n[ \"$1 $2 $3 $4\" = '-m build --sdist --outdir' ] && echo hi "
                ">$5/a-1.0.tar.gz\n");
    run(&build, fake_path());
    cr_assert_eq(build.sdist.task.state, TASK_DONE, "%s", build.sdist.task.error.text);
    cr_assert_str_eq(build.sdist.dist.file, "a-1.0.tar.gz");
    cr_assert(!build.sdist.packed && !build.sdist.out[0]);
    task_finish(&build.sdist.task);
}

Test(sdist, hands_on_what_python_says)
{
    struct build build = {.over = false};
    put("setup.py", "setup(name='a')");
    fake_python("#!/bin/sh\nprintf 'bad \\033[2J thing' >&2; exit 3\n");
    run(&build, fake_path());
    cr_assert_eq(build.sdist.task.state, TASK_FAILED);
    cr_assert(strstr(build.sdist.task.error.text, "exit code 3: bad ^[[2J thing"), "%s",
              build.sdist.task.error.text);
    task_finish(&build.sdist.task);
}

Test(sdist, does_not_ask_python_about_what_is_no_project)
{
    struct build build = {.over = false};
    fake_python("#!/bin/sh\nexit 9\n");
    run(&build, fake_path());
    cr_assert(strstr(build.sdist.task.error.text, "no pyproject.toml"), "%s",
              build.sdist.task.error.text);
    task_finish(&build.sdist.task);
}

Test(sdist, knows_distributions_by_their_names)
{
    static const struct {
        const char *file, *name, *version;
    } good[] = {
        {"demo_pkg-1.0.tar.gz", "demo-pkg", "1.0"},
        {"Demo.Pkg-2-1.0rc1.zip", "demo-pkg-2", "1.0rc1"},
        {"demo_pkg-1.0-py3-none-any.whl", "demo-pkg", "1.0"},
        {"demo_pkg-1.0-7-py3-none-any.whl", "demo-pkg", "1.0"},
    };
    static const char *const bad[] = {"x",           "x.tar.gz", "x-y.tar.gz",
                                      "-1.tar.gz",   "a-1.exe",  "a b-1.tar.gz",
                                      "a-1-py3.whl", ".tar.gz",  "a-1\".tar.gz"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cr_assert(dist_name(&dist, good[i].file, &err), "%s", good[i].file);
        cr_assert_str_eq(dist.name, good[i].name);
        cr_assert_str_eq(dist.version, good[i].version);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert(!dist_name(&dist, bad[i], &err), "%s", bad[i]);
}
