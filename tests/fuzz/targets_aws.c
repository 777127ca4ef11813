/* The files of AWS as others read them and as we change them. */
#include <stdlib.h>
#include <string.h>

#include "core/aws/gosdk.h"
#include "core/base/ini_text.h"
#include "core/base/secret.h"
#include "tests/fuzz/fuzz.h"

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* What is found is what stands in the list, and no option has another's place. */
void fuzz_gosdk(struct str input)
{
    struct go_file file;
    go_file_read(&file, input);
    for (size_t i = 0; i < file.count; i++) {
        const struct go_option *option = &file.options[i];
        const struct go_option *found = go_file_get(&file, option->section, option->key);
        must(option->section && option->key && option->value);
        must(found && strcmp(found->key, option->key) == 0 &&
             strcmp(found->section, option->section) == 0);
    }
    go_file_finish(&file);
    go_file_finish(&file);
}

static bool in_file(const struct ini_text *text, struct str section)
{
    size_t at;
    return ini_find(&text->ini, section, &at);
}

/* A section is added or changed: what agrees says so when it is read again, and is set to the same
 * once more without a change. */
void fuzz_ini_text(struct str input)
{
    static const struct ini_entry entries[] = {
        {.name = "region", .value = {"us-east-2", 9}},
        {.name = "role_arn", .drop = true},
    };
    const struct str section = input.len % 2 ? STR("default") : STR("profile new");
    struct ini_text old, new;
    struct error err;
    size_t len, again;
    if (!ini_text_read(&old, input, "file", &err))
        return;
    char *text = ini_text_set(&old, section, entries, 2, &len);
    struct str written = {text, len};
    if (ini_text_agrees(&old, written, section, entries, 2)) {
        must(ini_text_read(&new, written, "file", &err));
        must(in_file(&new, section));
        char *same = ini_text_set(&new, section, entries, 2, &again);
        must(str_eq(written, (struct str){same, again}));
        ini_text_finish(&new);
        free(same);
    }
    free(text);
    ini_text_finish(&old);
}
