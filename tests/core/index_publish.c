/* Uploading, looking up and the two together, against answers as pypicloud 1.3.12 and what may
 * stand before it give them. */
#include "core/index/publish.h"

#include <criterion/criterion.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "tests/core/index_desk.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

#define FILE "demo_pkg-1.0.tar.gz"
#define PAGE                                                                                       \
    "<!DOCTYPE html>\n<html><body>\n<a href=\"/x\">other-1.tar.gz</a><br>\n"                       \
    "<a href=\"" DESK_URL "/api/package/demo-pkg/" FILE "?a=1&amp;b=2#sha256=12\" "                \
    "data-requires-python=\"&gt;=3.6\">" FILE "</a><br>\n</body></html>"

static struct dist dist;
static struct signals signals;
static struct error err;

static void begin(void)
{
    desk_begin();
    cr_assert(signals_init(&signals, &desk.loop, (const int[]){0}, NULL));
    cr_assert(dist_name(&dist, FILE, NULL));
    buf_append(&dist.bytes, STR("some\0bytes"));
    dist_seal(&dist);
}

static void end(void)
{
    signals_finish(&signals);
    dist_finish(&dist);
    desk_end();
}

TestSuite(index_publish, .init = begin, .fini = end, .timeout = 60);

static struct index_upload upload;
static struct index_verify verify;
static struct publish publish;

static void run_upload(void)
{
    cr_assert(index_upload_init(&upload, &desk.http, &desk.index, &dist, &err), "%s", err.text);
    desk_run(&upload.task);
}

static void run_verify(void)
{
    cr_assert(index_verify_init(&verify, &desk.http, &desk.index, &dist, &err), "%s", err.text);
    desk_run(&verify.task);
}

Test(index_publish, uploads_the_form_that_twine_sends)
{
    desk_say(200, "Content-Type: application/json\r\n", STR("{}"));
    str_copy(STR(">=3.6"), dist.requires_python, sizeof dist.requires_python);
    run_upload();
    cr_assert_eq(upload.task.state, TASK_DONE, "%s", upload.task.error.text);
    cr_assert(desk_heard("POST /simple/ HTTP/1.1\r\n"));
    cr_assert(desk_heard("\r\nAuthorization: Basic YWRhOm9wZW5zZXNhbWU=\r\n"));
    cr_assert(desk_heard("name=\":action\"\r\n\r\nfile_upload\r\n"));
    cr_assert(desk_heard("name=\"name\"\r\n\r\ndemo-pkg\r\n"));
    cr_assert(desk_heard("name=\"version\"\r\n\r\n1.0\r\n"));
    cr_assert(desk_heard("name=\"requires_python\"\r\n\r\n>=3.6\r\n"));
    cr_assert(desk_heard("name=\"content\"; filename=\"" FILE "\"\r\n"));
    cr_assert(str_find(buf_str(&desk.server.last), STR("\r\n\r\nsome\0bytes\r\n------ekshub")) > 0);
    task_finish(&upload.task);
}

Test(index_publish, says_why_an_upload_was_refused)
{
    static const struct {
        int status;
        const char *headers, *body;
        enum task_state state;
        enum error_kind kind;
        const char *text;
    } cases[] = {
        {401, "", "", TASK_FAILED, ERROR_AUTH, "does not accept"},
        {403, "", "<html>", TASK_FAILED, ERROR_SERVICE, "not permit"},
        {409, "", "<title>409 Conflict</title>", TASK_WARNED, ERROR_SERVICE, "already"},
        {413, "", "", TASK_FAILED, ERROR_SERVICE, "larger"},
        {500, "", "{\"error\":\"unknown\",\"message\":\"NoSuchBucket\"}", TASK_FAILED,
         ERROR_SERVICE, "500: NoSuchBucket"},
        {200, "Content-Type: text/html\r\n", "<title>Sign \033in</title>", TASK_FAILED,
         ERROR_SERVICE, "web page answered instead of the index: Sign ^[in"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        desk_reset();
        desk_say(cases[i].status, cases[i].headers, str_of(cases[i].body));
        run_upload();
        cr_assert_eq(upload.task.state, cases[i].state, "%d", cases[i].status);
        cr_assert_eq(upload.task.error.kind, cases[i].kind, "%d", cases[i].status);
        cr_assert(strstr(upload.task.error.text, cases[i].text), "%s", upload.task.error.text);
        task_finish(&upload.task);
    }
}

Test(index_publish, finds_its_file_on_the_page)
{
    struct buf href = {0};
    cr_assert(index_page_link(STR(PAGE), FILE, &href));
    cr_assert_str_eq(buf_cstr(&href), DESK_URL "/api/package/demo-pkg/" FILE "?a=1&b=2#sha256=12");
    buf_clear(&href);
    cr_assert(!index_page_link(STR(PAGE), "demo_pkg-1.1.tar.gz", &href));
    for (size_t len = 0; len < sizeof PAGE; len++) {
        buf_clear(&href);
        (void)index_page_link((struct str){PAGE, len}, FILE, &href);
    }
    buf_finish(&href);
}

Test(index_publish, compares_the_bytes_that_come_back)
{
    desk_say(200, "", STR(PAGE));
    desk_say(200, "", buf_str(&dist.bytes));
    run_verify();
    cr_assert_eq(verify.task.state, TASK_DONE, "%s", verify.task.error.text);
    cr_assert(verify.listed && verify.downloaded && verify.same);
    cr_assert(desk_heard("GET /api/package/demo-pkg/" FILE "?a=1&b=2 HTTP/1.1"));
    cr_assert(desk_heard("Authorization: Basic"));
    task_finish(&verify.task);
}

Test(index_publish, does_not_log_in_where_the_index_sends_it)
{
    desk_say(200, "", STR(PAGE));
    desk_say(302, "Location: http://bucket.s3.amazonaws.com/k?X-Amz-Signature=1\r\n", STR(""));
    desk_say(200, "", buf_str(&dist.bytes));
    run_verify();
    cr_assert_eq(verify.task.state, TASK_DONE, "%s", verify.task.error.text);
    cr_assert(desk_heard("Host: bucket.s3.amazonaws.com"));
    cr_assert(!desk_heard("Authorization"));
    task_finish(&verify.task);
}

static void verify_fails(bool listed, bool came, const char *text)
{
    run_verify();
    cr_assert_eq(verify.task.state, TASK_FAILED);
    cr_assert_eq(verify.listed, listed);
    cr_assert_eq(verify.downloaded, came);
    cr_assert(strstr(verify.task.error.text, text), "%s", verify.task.error.text);
    task_finish(&verify.task);
}

Test(index_publish, sees_that_it_is_not_listed)
{
    desk_say(200, "", STR("<html></html>"));
    verify_fails(false, false, "does not list");
}

Test(index_publish, takes_a_way_to_another_index_for_not_listed)
{
    desk_say(302, "Location: https://pypi.org/simple/demo-pkg/\r\n", STR(""));
    verify_fails(false, false, "does not list");
}

Test(index_publish, sees_other_bytes)
{
    desk_say(200, "", STR(PAGE));
    desk_say(200, "", STR("other"));
    verify_fails(true, true, "another file");
}

Test(index_publish, sees_a_storage_that_refuses)
{
    desk_say(200, "", STR(PAGE));
    desk_say(302, "Location: /elsewhere\r\n", STR(""));
    desk_say(403, "", STR(""));
    verify_fails(true, false, "cannot be downloaded");
}

Test(index_publish, does_not_follow_for_ever)
{
    desk_say(200, "", STR(PAGE));
    desk_say(302, "Location: again\r\n", STR(""));
    verify_fails(true, false, "without an end");
}

static void put(const char *name, const char *text)
{
    cr_assert(file_write(test_path(name), str_of(text), 0600, &err), "%s", err.text);
}

static void run_publish(const char *path)
{
    cr_assert(publish_init(&publish, &desk.http, &signals, NULL, &desk.index, path, &err), "%s",
              err.text);
    desk_run(&publish.task);
}

static void make_project(void)
{
    put("pyproject.toml", "[project]\nname = 'demo-pkg'\nversion = '1.0'\n");
    put("demo_pkg.py", "");
    dist_finish(&dist);
    cr_assert(sdist_pack(test_directory(), &dist, &err), "%s", err.text);
}

Test(index_publish, goes_from_a_directory_to_a_proof)
{
    make_project();
    desk_say(200, "", STR("{}"));
    desk_say(200, "", STR(PAGE));
    desk_say(200, "", buf_str(&dist.bytes));
    run_publish(test_directory());
    cr_assert_eq(publish.task.state, TASK_DONE, "%s", publish.task.error.text);
    cr_assert(publish.built && publish.uploaded && publish.listed && publish.downloaded &&
              publish.same && !publish.there);
    cr_assert_str_eq(publish.dist->file, FILE);
    cr_assert_eq(publish.task.done, publish.task.total);
    task_finish(&publish.task);
    task_finish(&publish.task);
}

Test(index_publish, is_content_with_the_same_file)
{
    make_project();
    desk_say(409, "", STR(""));
    desk_say(200, "", STR(PAGE));
    desk_say(200, "", buf_str(&dist.bytes));
    run_publish(test_directory());
    cr_assert_eq(publish.task.state, TASK_DONE, "%s", publish.task.error.text);
    cr_assert(publish.there && !publish.uploaded && publish.same);
    task_finish(&publish.task);
}

Test(index_publish, is_not_content_with_another_file_of_that_name)
{
    put(FILE, "mine");
    desk_say(409, "", STR(""));
    desk_say(200, "", STR(PAGE));
    desk_say(200, "", STR("theirs"));
    run_publish(test_path(FILE));
    cr_assert_eq(publish.task.state, TASK_FAILED);
    cr_assert(strstr(publish.task.error.hint, "raise the version"), "%s", publish.task.error.hint);
    task_finish(&publish.task);
}

Test(index_publish, stops_at_the_first_refusal)
{
    make_project();
    desk_say(401, "", STR(""));
    run_publish(test_directory());
    cr_assert_eq(publish.task.state, TASK_FAILED);
    cr_assert_eq(publish.task.error.kind, ERROR_AUTH);
    cr_assert_eq(publish.step, PUBLISH_UPLOAD);
    cr_assert_eq(desk.server.requests, 1);
    task_finish(&publish.task);
}

Test(index_publish, refuses_what_is_not_there)
{
    cr_assert(!publish_init(&publish, &desk.http, &signals, NULL, &desk.index, "/nowhere", &err));
    put("notes.txt", "x");
    run_publish(test_path("notes.txt"));
    cr_assert_eq(publish.task.state, TASK_FAILED);
    cr_assert_eq(publish.task.error.kind, ERROR_INPUT);
    task_finish(&publish.task);
}

Test(index_publish, can_end_at_every_step)
{
    make_project();
    for (int n = 0; n < 12; n++) {
        desk_reset();
        desk_say(200, "", STR("{}"));
        desk_say(200, "", STR(PAGE));
        desk_say(200, "", buf_str(&dist.bytes));
        cr_assert(publish_init(&publish, &desk.http, &signals, NULL, &desk.index, test_directory(),
                               &err));
        publish.task.ended = NULL;
        task_start(&publish.task, &desk.loop);
        turns(&desk.loop, n);
        if (n % 2)
            task_stop(&publish.task);
        task_finish(&publish.task);
    }
}
