/* Reads the recorded streams; see tests/data/terraform/README. */
#include "tests/core/tf_corpus.h"

#include <criterion/criterion.h>

#include "core/base/paths.h"

#include "core/base/alloc.h"

void corpus_read(const char *file, struct buf *out)
{
    char path[PATH_MAX];
    struct error err = {.kind = ERROR_NONE};

    cr_assert(path_format(path, &err, "%s/terraform/%s", TEST_DATA, file));
    cr_assert(file_read(path, (size_t)8 << 20, out, &err), "%s", err.text);
}

struct corpus_case *corpus_cases(size_t *count)
{
    struct corpus_case *cases = NULL;
    struct buf text = {0};
    struct str rest, line, name, verb;
    size_t capacity = 0;
    int64_t code = 0;

    *count = 0;
    corpus_read("cases.txt", &text);
    rest = buf_str(&text);
    while (str_cut(&rest, '\n', &line)) {
        cr_assert(str_cut(&line, ' ', &name) && str_cut(&line, ' ', &verb));
        cr_assert(str_to_int64(line, &code));
        alloc_room(&cases, *count, &capacity, sizeof(*cases));
        str_copy(name, cases[*count].name, sizeof(cases[*count].name));
        cases[*count].verb = str_is(verb, "init")   ? TF_INIT
                             : str_is(verb, "plan") ? TF_PLAN
                                                    : TF_APPLY;
        cases[(*count)++].code = (int)code;
    }
    buf_finish(&text);
    return cases;
}

void corpus_feed(struct tf_run *run, struct str text)
{
    static struct tf_event event;
    struct str line;

    while (str_cut(&text, '\n', &line)) {
        tf_event_parse(line, &event, NULL);
        tf_run_apply(run, &event, 1);
    }
}

void corpus_run(struct tf_run *run, const char *name, enum tf_verb verb, int code)
{
    char file[200];
    struct buf text = {0};

    snprintf(file, sizeof(file), "%s.jsonl", name);
    corpus_read(file, &text);
    tf_run_init(run, verb);
    corpus_feed(run, buf_str(&text));
    tf_run_ended(run, code);
    buf_finish(&text);
}
