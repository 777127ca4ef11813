/* How many of terraform's events are parsed and reduced in a second on one core. Without an
 * argument an apply of 2,000 resources is made up line by line as terraform 1.11 writes it (7,001
 * lines of about 480 bytes); with one, that recorded stream is read. Prints one line of JSON. */
#include <stdio.h>
#include <time.h>

#include "core/base/paths.h"
#include "core/terraform/tf_run.h"

#include "core/base/alloc.h"

enum { RESOURCES = 2000, ROUNDS = 20 };

static const char resource[] =
    "\"resource\":{\"addr\":\"module.m.terraform_data.r[\\\"item-%04d\\\"]\",\"module\":\"module."
    "m\","
    "\"resource\":\"terraform_data.r[\\\"item-%04d\\\"]\",\"implied_provider\":\"terraform\","
    "\"resource_type\":\"terraform_data\",\"resource_name\":\"r\","
    "\"resource_key\":\"item-%04d\"},\"action\":\"create\"";

static void line(struct buf *out, const char *type, const char *member, int i, const char *rest)
{
    buf_printf(out,
               "{\"@level\":\"info\",\"@message\":\"module.m.terraform_data.r[\\\"item-%04d\\\"]: "
               "Something is being said here\",\"@module\":\"terraform.ui\",\"@timestamp\":"
               "\"2026-11-22T11:24:58.%06dZ\",\"%s\":{",
               i, i, member);
    buf_printf(out, resource, i, i, i);
    buf_printf(out, "%s},\"type\":\"%s\"}\n", rest, type);
}

static void make_up(struct buf *out)
{
    static const struct {
        const char *type, *member, *rest;
    } kinds[] = {
        {"planned_change", "change", ""},
        {"apply_start", "hook", ""},
        {"apply_complete", "hook",
         ",\"id_key\":\"id\",\"id_value\":\"35c5933e-765c-7e13-bd54-929f0cd60e03\","
         "\"elapsed_seconds\":1"},
    };

    for (size_t kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++)
        for (int i = 0; i < RESOURCES; i++)
            line(out, kinds[kind].type, kinds[kind].member, i, kinds[kind].rest);
    buf_text(out,
             "{\"@level\":\"info\",\"@message\":\"Apply complete!\",\"@module\":\"terraform.ui\","
             "\"changes\":{\"add\":2000,\"change\":0,\"import\":0,\"remove\":0,\"operation\":"
             "\"apply\"},\"type\":\"change_summary\"}\n");
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static unsigned reduce(struct str stream)
{
    static struct tf_event event;
    struct tf_run run;
    struct str one;
    unsigned events;

    tf_run_init(&run, TF_APPLY);
    while (str_cut(&stream, '\n', &one)) {
        tf_event_parse(one, &event, NULL);
        tf_run_apply(&run, &event, 0);
    }
    tf_run_ended(&run, 0);
    events = run.events;
    tf_run_finish(&run);
    return events;
}

int main(int argc, char **argv)
{
    struct error err = {.kind = ERROR_NONE};
    struct buf stream = {0};
    unsigned long events = 0;
    double began, took;

    if (argc < 2)
        make_up(&stream);
    else if (!file_read(argv[1], (size_t)64 << 20, &stream, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    began = seconds();
    for (int round = 0; round < ROUNDS; round++)
        events += reduce(buf_str(&stream));
    took = seconds() - began;
    printf("{\"bench\":\"tf_events\",\"events\":%lu,\"bytes\":%zu,\"events_per_second\":%.0f}\n",
           events, stream.len * ROUNDS, (double)events / took);
    buf_finish(&stream);
    return 0;
}
