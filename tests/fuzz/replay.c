/* Every parser over its known inputs, over their beginnings, and over the same few hundred damaged
 * copies in each run. What it proves it proves under AddressSanitizer: a crash ends it and names
 * the input. The search for new inputs is libfuzzer.c's. */
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/paths.h"
#include "tests/fuzz/fuzz.h"

#include "core/base/alloc.h"

enum { CUTS = 64, DAMAGES = 64, LARGEST = 1 << 18 };

static const struct fuzz_target *current;
static char current_file[PATH_MAX];
static unsigned long runs;

/* Exact memory, so that one byte too far is seen. */
static void run(struct str input)
{
    char *copy = alloc_zeroed(input.len ? input.len : 1, 1);
    memcpy(copy, input.data, input.len);
    current->run((struct str){copy, input.len});
    free(copy);
    runs++;
}

static unsigned next_random(unsigned *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static void run_damaged(struct str input, unsigned *state)
{
    static const char nasty[] = {0,   '"', '\\',   '\n',   '{',    '[',
                                 '<', '%', '\x1b', '\x80', '\xff', '-'};
    char *copy = alloc_zeroed(input.len * 2 + 1, 1);
    size_t len = input.len;
    memcpy(copy, input.data, len);
    for (unsigned i = 0; i < 1 + next_random(state) % 4 && len > 0; i++) {
        size_t at = next_random(state) % len;
        switch (next_random(state) % 4) {
        case 0:
            copy[at] = (char)next_random(state);
            break;
        case 1:
            copy[at] = nasty[next_random(state) % sizeof nasty];
            break;
        case 2:
            memmove(copy + at, copy + at + 1, len - at - 1);
            len--;
            break;
        default:
            if (len + 16 < input.len * 2 && at + 16 < len) {
                memmove(copy + at + 16, copy + at, len - at);
                len += 16;
            }
        }
    }
    run((struct str){copy, len});
    free(copy);
}

static void run_file(const char *path)
{
    struct buf content = {0};
    struct error err;
    str_copy(str_of(path), current_file, sizeof current_file);
    if (!file_read(path, LARGEST, &content, &err)) {
        buf_finish(&content);
        return;
    }
    struct str input = buf_str(&content);
    unsigned state = 2463534242U;
    run(input);
    size_t step = input.len / CUTS + 1;
    for (size_t len = 0; len < input.len; len += step)
        run((struct str){input.data, len});
    for (int i = 0; i < DAMAGES; i++)
        run_damaged(input, &state);
    buf_finish(&content);
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static unsigned run_tree(const char *root, const char *path_part, const char *end)
{
    char *roots[] = {alloc_copy(str_of(root)), NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    unsigned files = 0;
    for (FTSENT *entry; tree && (entry = fts_read(tree));) {
        if (entry->fts_info != FTS_F || !ends_with(entry->fts_path, end) ||
            !strstr(entry->fts_path, path_part))
            continue;
        run_file(entry->fts_path);
        files++;
    }
    if (tree)
        fts_close(tree);
    free(roots[0]);
    return files;
}

static void crashed(void)
{
    fprintf(stderr, "test-fuzz: %s, run %lu, on %s or a damaged copy of it\n", current->name, runs,
            current_file);
}

void __asan_on_error(void);
void __asan_on_error(void)
{
    crashed();
}

int main(void)
{
    int passed = 0, failed = 0;
    for (current = fuzz_targets; current->name; current++) {
        char corpus[PATH_MAX];
        unsigned files = 0;
        run((struct str){"", 0});
        if (path_format(corpus, NULL, "%s/../fuzz/corpus/%s", TEST_DATA, current->name))
            files += run_tree(corpus, "", "");
        if (current->seed_path)
            files += run_tree(TEST_DATA, current->seed_path, current->seed_end);
        printf("%-20s %u inputs\n", current->name, files);
        if (files > 0)
            passed++;
        else
            failed++;
    }
    printf("%lu runs\n%d passed, %d failed\n", runs, passed, failed);
    return failed > 0;
}
