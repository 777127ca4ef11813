/* Traffic that was recorded from real API servers: whole, in pieces of every size, and cut at every
 * byte. The server here goes on as a real one does: a watch is told what came after the version
 * that it asks from. Whatever was cut, the story is the same in the end. */
#include <criterion/criterion.h>

#include "core/base/alloc.h"
#include "tests/core/reflecting.h"

#define HEAD        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#define CHUNKED     HEAD "Transfer-Encoding: chunked\r\n\r\n"
#define EMPTY_LIST  "{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}"
#define MOST_EVENTS 64

static struct {
    struct buf list[2]; /* answers: the first page, and the one behind it */
    struct buf first;   /* of the first watch, as it was recorded */
    struct buf refusal; /* of the first request, before all others */
    struct buf events;  /* what `event` points into */
    struct str event[MOST_EVENTS];
    size_t count;
    struct buf *victim; /* which of these answers is cut, once */
    size_t cut;
    bool was_cut, refused, watched;
    struct buf rest; /* what a watch that was asked for anew is told */
} said;

/* ---- the server ---- */

static void put_chunk(struct buf *out, struct str bytes)
{
    buf_printf(out, "%zx\r\n", bytes.len);
    buf_append(out, bytes);
    buf_text(out, "\r\n");
}

static struct str version_of(struct str event)
{
    static struct buf kept;
    json_t *value = js_parse(event, NULL);
    buf_clear(&kept);
    buf_append(&kept, js_str(value, "object.metadata.resourceVersion"));
    json_decref(value);
    return buf_str(&kept);
}

/* The version that the watch asks from. */
static struct str asked_from(void)
{
    struct str request = buf_str(&rig.server.last), version;
    ssize_t at = str_find(request, STR("resourceVersion="));
    cr_assert(at >= 0);
    request = str_skip(request, (size_t)at + strlen("resourceVersion="));
    cr_assert(str_cut(&request, '&', &version));
    return version;
}

/* All that came after the last event of this version. */
static struct str rest_of_watch(void)
{
    struct str from = asked_from();
    size_t next = 0;
    for (size_t i = 0; i < said.count; i++) {
        if (str_eq(version_of(said.event[i]), from))
            next = i + 1;
    }
    buf_clear(&said.rest);
    buf_text(&said.rest, CHUNKED);
    for (size_t i = next; i < said.count; i++)
        put_chunk(&said.rest, said.event[i]);
    return buf_str(&said.rest);
}

static struct buf *answer_of(bool watches)
{
    bool second = str_find(buf_str(&rig.server.last), STR("continue=")) >= 0;
    if (said.refusal.len > 0 && !said.refused)
        return &said.refusal;
    if (watches)
        return said.watched ? NULL : &said.first;
    return &said.list[second ? 1 : 0];
}

static void on_asked(struct server *of)
{
    bool watches = str_find(buf_str(&of->last), STR("watch=1")) >= 0;
    struct buf *answer = answer_of(watches);
    said.refused = true;
    said.watched |= answer == &said.first;
    of->answer = answer ? buf_str(answer) : rest_of_watch();
    of->closes = !watches;
    if (answer != said.victim || said.was_cut)
        return;
    said.was_cut = of->closes = true;
    of->answer.len = said.cut;
}

/* ---- what is replayed ---- */

static void set_up(void)
{
    reflecting_begin();
    rig.server.asked = on_asked;
    memset(&said, 0, sizeof said);
    buf_text(&said.list[0], HEAD "\r\n" EMPTY_LIST);
}

static void tear_down(void)
{
    struct buf *all[] = {&said.list[0], &said.list[1], &said.first,
                         &said.refusal, &said.events,  &said.rest};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_finish(all[i]);
    reflecting_end();
}

TestSuite(reflector_traces, .init = set_up, .fini = tear_down, .timeout = 120);

/* The events of a recording: one a line, behind its head and between the sizes of its chunks. */
static void read_events(const char *recorded)
{
    struct str rest, line;
    buf_text(&said.events, recorded);
    rest = buf_str(&said.events);
    while (str_cut(&rest, '\n', &line)) {
        if (line.len == 0 || line.data[0] != '{')
            continue;
        cr_assert_lt(said.count, MOST_EVENTS);
        said.event[said.count++] = (struct str){line.data, line.len + 1};
    }
    cr_assert_gt(said.count, 0);
}

static void read_watch(const char *file)
{
    char *recorded = reflecting_trace(file);
    read_events(recorded);
    if (strncmp(recorded, "HTTP/1.1", 8) == 0) {
        buf_text(&said.first, recorded);
    } else {
        buf_text(&said.first, CHUNKED);
        for (size_t i = 0; i < said.count; i++)
            put_chunk(&said.first, said.event[i]);
    }
    free(recorded);
}

static void replay(struct buf *victim, size_t cut)
{
    said.victim = victim;
    said.cut = cut;
    said.was_cut = said.refused = said.watched = false;
    buf_clear(&rig.story);
    reflecting_anew();
    reflector_start(&rig.pods);
}

/* The story of it when nothing is cut; to be freed. */
static char *whole_story(void)
{
    size_t told = 0;
    replay(NULL, 0);
    for (int i = 0; i < 20000; i++) {
        if (!loop_turn(&rig.loop, false) && !rig.pods.watching && timer_on(&rig.pods.timer))
            reflecting_leap();
        told = rig.pods.state == REFLECTOR_WATCHING && rig.story.len > 0 ? told + 1 : 0;
        if (told > 200)
            return alloc_copy(buf_str(&rig.story));
    }
    cr_assert_fail("nothing was told: %s", rig.pods.error.text);
    return NULL;
}

/* The victim ends after so many bytes; the view heals, and nothing is lost or told twice. */
static void cut_at(struct buf *victim, size_t cut, const char *wanted, unsigned lists)
{
    replay(victim, cut);
    reflecting_until(REFLECTOR_WATCHING, wanted);
    cr_assert_leq(rig.pods.lists, lists, "cut at %zu: lists anew", cut);
}

/* Every one of the first bytes and of the last, and one of `step` between them: all of them would
 * take half a minute a recording. */
static void cut_everywhere(struct buf *victim, size_t closely, size_t step, unsigned lists)
{
    char *wanted = whole_story();
    size_t len = victim->len;
    for (size_t cut = 0; cut < len; cut += cut < closely || cut + 40 > len ? 1 : step)
        cut_at(victim, cut, wanted, lists);
    free(wanted);
}

Test(reflector_traces, in_pieces_of_every_size)
{
    static const size_t pieces[] = {1, 7, 100, 1460, 100000};
    read_watch("traces/watch-http11-raw.txt");
    char *wanted = whole_story();
    cr_assert(strstr(wanted, "+trace/w1 ~trace/w1"), "%s", wanted);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        rig.server.piece = pieces[i];
        replay(NULL, 0);
        reflecting_until(REFLECTOR_WATCHING, wanted);
        cr_assert_eq(rig.pods.lists, 1);
    }
    free(wanted);
}

Test(reflector_traces, a_watch_in_chunks_cut_at_every_byte)
{
    read_watch("traces/watch-http11-raw.txt");
    cut_everywhere(&said.first, 500, 31, 1);
}

Test(reflector_traces, a_watch_that_ends_on_time_cut)
{
    read_watch("traces/watch-h2-timeout8.txt");
    cut_everywhere(&said.first, 200, 41, 1);
}

Test(reflector_traces, a_streamed_list_cut)
{
    read_watch("traces/watch-sendInitialEvents.txt");
    cut_everywhere(&said.first, 150, 499, 1);
}

/* As curl shows what came over HTTP/2, said in HTTP/1.1. */
static void read_answer(struct buf *out, const char *file)
{
    char *recorded = reflecting_trace(file);
    cr_assert(strncmp(recorded, "HTTP/2 ", 7) == 0);
    buf_clear(out);
    buf_printf(out, "HTTP/1.1 %s", recorded + 7);
    free(recorded);
}

static void put_list(struct buf *out, const char *file)
{
    char *recorded = reflecting_trace(file);
    buf_clear(out);
    buf_printf(out, HEAD "Content-Length: %zu\r\n\r\n%s", strlen(recorded), recorded);
    free(recorded);
}

/* Quiet, and up to date. */
static void open_watch(void)
{
    buf_text(&said.first, CHUNKED);
}

static size_t count_of(char mark)
{
    size_t count = 0;
    for (size_t i = 0; i < rig.story.len; i++)
        count += rig.story.data[i] == mark ? 1 : 0;
    return count;
}

static void until_watching(void)
{
    for (int i = 0; i < 20000; i++) {
        if (said.watched && rig.pods.state == REFLECTOR_WATCHING && rig.pods.watching)
            return;
        if (!loop_turn(&rig.loop, false) && !rig.pods.watching && timer_on(&rig.pods.timer))
            reflecting_leap();
    }
    cr_assert_fail("%s", rig.pods.error.text);
}

Test(reflector_traces, pages_of_a_list_cut)
{
    open_watch();
    put_list(&said.list[0], "traces/list-limit20-page1.json");
    put_list(&said.list[1], "scenario/pods.json");
    cut_everywhere(&said.list[0], 200, 1993, 2);
    for (size_t cut = 0; cut < said.list[1].len; cut += cut < 100 ? 1 : 1993) {
        replay(&said.list[1], cut);
        until_watching();
        cr_assert_eq(reflector_count(&rig.pods), 45);
        cr_assert_eq(count_of('+'), 45, "cut at %zu: %s", cut, buf_cstr(&rig.story));
        cr_assert_eq(count_of('~'), 20, "the first page, read anew");
    }
}

Test(reflector_traces, a_watch_that_is_too_old_cut_at_every_byte)
{
    read_answer(&said.first, "traces/watch-410-error-event.txt");
    put_list(&said.list[0], "scenario/pods.json");
    /* whoever did not hear that it is too old is told so by nobody: it is up to date */
    for (size_t cut = 0; cut < said.first.len; cut++) {
        replay(&said.first, cut);
        until_watching();
        cr_assert_eq(reflector_count(&rig.pods), 25);
    }
}

static void cut_refusal(const char *file)
{
    static const char told[] = "+n/a";
    read_answer(&said.refusal, file);
    open_watch();
    buf_clear(&said.list[0]);
    buf_text(&said.list[0],
             HEAD "\r\n{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"1\"},"
                  "\"items\":[{\"metadata\":{\"namespace\":\"n\",\"name\":\"a\"}}]}");
    for (size_t cut = 0; cut <= said.refusal.len; cut++)
        cut_at(&said.refusal, cut, told, 2);
}

Test(reflector_traces, a_busy_server_cut_at_every_byte)
{
    cut_refusal("traces/http-429.txt");
}

Test(reflector_traces, a_token_that_is_too_old_cut_at_every_byte)
{
    cut_refusal("traces/list-410-expired-continue.txt");
}
