/* The whole journey without a screen, up and down: apply, status, pypirc, publish, destroy; with
 * the player and with real terraform. What was given as a secret is looked for afterwards in every
 * file that was written, in what was printed, and in the command lines of whoever works meanwhile.
 */
#define _GNU_SOURCE /* memmem */

#include "tests/e2e/place.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PYPI_PASSWORD "Zq1-pypi-plain-7Tw"
#define HUB_PASSWORD  "Zq2-hub-plain-9Rx"
#define KEY_ID        "AKIAZQ3EXAMPLE00ABCD"
#define KEY_SECRET    "Zq4/keysecretkeysecretkeysecretkeysec+40"

static const char *const secrets[] = {PYPI_PASSWORD, HUB_PASSWORD, KEY_ID, KEY_SECRET};
enum { SECRET_COUNT = sizeof secrets / sizeof *secrets };

static struct e2e e2e;

static void begin(void)
{
    e2e_begin(&e2e);
    e2e_set(&e2e, "EKSHUB_PYPI_PASSWORD", PYPI_PASSWORD);
    e2e_set(&e2e, "EKSHUB_HUB_PASSWORD", HUB_PASSWORD);
    e2e_set(&e2e, "TF_VAR_pypi_aws_access_key_id", KEY_ID);
    e2e_set(&e2e, "TF_VAR_pypi_aws_access_key_secret", KEY_SECRET);
    e2e_file(&e2e, "answers.yaml", "pypi_credentials: keys\n", 0600);
}

static void end(void)
{
    place_end(&e2e);
    e2e_end(&e2e);
}

TestSuite(headless, .init = begin, .fini = end, .timeout = 170);

/* ---- where a secret must not be ---- */

static const char *holds_secret(const char *bytes, size_t len)
{
    for (int i = 0; i < SECRET_COUNT; i++)
        if (memmem(bytes, len, secrets[i], strlen(secrets[i])))
            return secrets[i];
    return NULL;
}

static char *read_all(const char *path, size_t *len)
{
    size_t capacity = 1 << 16;
    char *bytes = malloc(capacity);
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    *len = 0;
    for (ssize_t got; fd >= 0 && (got = read(fd, bytes + *len, capacity - *len)) > 0;) {
        *len += (size_t)got;
        if (*len == capacity)
            bytes = realloc(bytes, capacity *= 2);
    }
    if (fd >= 0)
        close(fd);
    return bytes;
}

static int files_read;

static int look_into(const char *path, const struct stat *info, int kind, struct FTW *level)
{
    (void)level;
    if (kind != FTW_F || !S_ISREG(info->st_mode) || strcmp(strrchr(path, '/'), "/pypirc") == 0)
        return 0; /* the one file that was asked to hold one */
    size_t len;
    char *bytes = read_all(path, &len);
    const char *found = holds_secret(bytes, len);
    files_read++;
    cr_assert_null(found, "%s is in %s", found, path);
    free(bytes);
    return 0;
}

static void expect_in_no_file(void)
{
    files_read = 0;
    nftw(e2e.home, look_into, 32, FTW_PHYS);
    cr_assert_gt(files_read, 30, "hardly anything was read: %d files", files_read);
}

/* Of every process of this machine that we may see. */
static void expect_in_no_command_line(void)
{
    char path[PATH_MAX];
    DIR *processes = opendir("/proc");
    for (const struct dirent *entry; processes && (entry = readdir(processes));) {
        size_t len;
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
            continue;
        snprintf(path, sizeof path, "/proc/%.32s/cmdline", entry->d_name);
        char *bytes = read_all(path, &len);
        const char *found = holds_secret(bytes, len);
        cr_assert_null(found, "%s is in %s", found, path);
        free(bytes);
    }
    if (processes)
        closedir(processes);
}

static void expect_clean(const struct e2e_output *said)
{
    cr_assert_null(holds_secret(said->out, strlen(said->out)), "%s", said->out);
    cr_assert_null(holds_secret(said->err, strlen(said->err)), "%s", said->err);
}

static struct e2e_output run(const char *const *arguments)
{
    struct e2e_output said = e2e_run(&e2e, arguments);
    cr_assert_eq(said.code, 0, "%s: exit %d\n%s\n%s", arguments[3], said.code, said.out, said.err);
    expect_clean(&said);
    return said;
}

/* ---- the journey ---- */

/* While PyPI is being applied, its secrets are in the environment of one process. */
static void apply(void)
{
    struct pty *pty = e2e_start(
        &e2e, REHEARSED("--answers", "answers.yaml", "apply", "--auto-approve", "-o", "json"));
    place_wait(&e2e, "journal.jsonl", "\"stage\":\"pypi\",\"step\":\"apply\"");
    expect_in_no_command_line();
    expect_exit(pty, 0);
    size_t len;
    const char *raw = pty_raw(pty, &len);
    cr_assert_null(holds_secret(raw, len));
    cr_assert(strstr(raw, "{\"event\":\"done\",\"ok\":true") || strstr(raw, "\"event\":\"done\""));
    place_wait_idle(&e2e);
}

static json_t *status(void)
{
    struct e2e_output said = run(REHEARSED("status", "-o", "json"));
    json_t *value = place_json(said.out);
    e2e_output_finish(&said);
    return value;
}

static void expect_stages(const char *eks, const char *pypi, const char *mlhub)
{
    const char *const wanted[] = {eks, pypi, mlhub};
    json_t *value = status(), *stages = json_object_get(value, "stages");
    for (size_t i = 0; i < 3; i++)
        cr_assert_str_eq(place_text(json_array_get(stages, i), "state"), wanted[i], "stage %zu", i);
    json_decref(value);
}

static void expect_urls(void)
{
    json_t *value = status(), *urls = json_object_get(value, "urls");
    cr_assert(strstr(place_text(urls, "mlhub"), ".elb.amazonaws.com"));
    cr_assert(strstr(place_text(urls, "pypi"), ".elb.amazonaws.com"));
    cr_assert(strstr(place_text(urls, "pypi_index"), "/simple"));
    cr_assert_gt(json_real_value(json_object_get(value, "cost_per_hour")), 0.4);
    json_decref(value);
}

static void write_pypirc(void)
{
    e2e_file(&e2e, "pypirc", "[distutils]\nindex-servers = pypi\n", 0600);
    struct e2e_output said = run(REHEARSED("pypirc", "--write", "pypirc"));
    char *text = e2e_read(&e2e, "pypirc");
    cr_assert(strstr(text, "[ekspypi]"), "%s", text);
    cr_assert(strstr(text, "password = " PYPI_PASSWORD), "%s", text);
    free(text);
    e2e_output_finish(&said);
}

static void up_and_down(void)
{
    apply();
    expect_stages("done", "done", "done");
    expect_urls();
    struct e2e_output said = run(REHEARSED("pypirc"));
    cr_assert(strstr(said.out, "[ekspypi]"));
    e2e_output_finish(&said);
    write_pypirc();
    said = run(REHEARSED("publish"));
    e2e_output_finish(&said);
    said = run(REHEARSED("pods", "-o", "json"));
    e2e_output_finish(&said);
    expect_in_no_file();
    said = run(REHEARSED("destroy", "--auto-approve", "-o", "json"));
    json_t *events = place_events(said.out);
    const json_t *done = place_done(events);
    cr_assert(json_is_true(json_object_get(done, "ok")));
    cr_assert_eq(json_array_size(json_object_get(done, "residue")), 0, "%s", said.out);
    json_decref(events);
    e2e_output_finish(&said);
    expect_stages("destroyed", "destroyed", "destroyed");
    expect_in_no_file();
}

Test(headless, up_and_down_with_the_player)
{
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
    up_and_down();
}

Test(headless, up_and_down_with_what_is_installed)
{
    up_and_down();
}
