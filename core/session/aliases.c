#include "core/session/aliases.h"

#include "core/base/alloc.h"
#include "core/base/paths.h"

enum { FILE_MAX = 64 << 10 };

static bool read_lines(const char *state_dir, char path[PATH_MAX], struct buf *text)
{
    struct error ignored;
    return path_format(path, &ignored, "%s/accounts", state_dir) &&
           file_read(path, FILE_MAX, text, &ignored);
}

/* Aliases are of small letters, digits and hyphens; whatever else stands there is none. */
static bool fits(struct str alias)
{
    for (size_t i = 0; i < alias.len; i++)
        if (!strchr("0123456789-abcdefghijklmnopqrstuvwxyz", alias.data[i]) || !alias.data[i])
            return false;
    return alias.len > 0 && alias.len < ALIAS_MAX;
}

void alias_of(const char *state_dir, const char *account, char out[ALIAS_MAX])
{
    struct buf text = {0};
    char path[PATH_MAX];
    out[0] = '\0';
    if (account[0] && read_lines(state_dir, path, &text)) {
        struct str rest = buf_str(&text), line, name;
        while (rest.len) {
            str_cut(&rest, '\n', &line);
            if (str_cut(&line, ' ', &name) && str_is(name, account) && fits(line))
                str_copy(line, out, ALIAS_MAX);
        }
    }
    buf_finish(&text);
}

void alias_remember(const char *state_dir, const char *account, const char *alias)
{
    struct buf text = {0}, kept = {0};
    struct error ignored;
    char path[PATH_MAX], known[ALIAS_MAX];
    alias_of(state_dir, account, known);
    if (!account[0] || !fits(str_of(alias)) || strcmp(known, alias) == 0)
        return;
    read_lines(state_dir, path, &text);
    struct str rest = buf_str(&text), line, name, tail;
    while (rest.len) {
        str_cut(&rest, '\n', &line);
        tail = line;
        str_cut(&tail, ' ', &name);
        if (line.len && !str_is(name, account))
            buf_printf(&kept, "%.*s\n", STR_ARG(line));
    }
    buf_printf(&kept, "%s %s\n", account, alias);
    if (dir_make(state_dir, 0700, &ignored))
        file_write(path, buf_str(&kept), 0600, &ignored);
    buf_finish(&text);
    buf_finish(&kept);
}
