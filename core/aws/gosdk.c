/* One line, one token; see gosdk.h. */
#include "core/aws/gosdk.h"

#include "core/base/secret.h"

#include "core/base/alloc.h"

static const char *keep(struct go_file *file, struct str text)
{
    alloc_room(&file->texts, file->text_count, &file->text_capacity, sizeof *file->texts);
    file->texts[file->text_count] = alloc_copy(text);
    return file->texts[file->text_count++];
}

static void add(struct go_file *file, const char *section, const char *key, struct str value,
                size_t line)
{
    alloc_room(&file->options, file->count, &file->capacity, sizeof *file->options);
    file->options[file->count++] = (struct go_option){
        .section = section, .key = key, .value = keep(file, value), .line = line};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* ---- values ---- */

/* A comment begins at # or ; behind a blank. */
static struct str without_comment(struct str s)
{
    for (size_t i = 1; i < s.len; i++)
        if ((s.data[i] == '#' || s.data[i] == ';') && is_blank(s.data[i - 1]))
            return (struct str){s.data, i - 1};
    return s;
}

/* One pair of quotes around it goes, and \" \' \n are what they would be in Go. */
static const char *plain(struct go_file *file, struct str s)
{
    struct buf out = {.data = NULL};
    char first = s.len > 2 ? s.data[0] : '\0';
    if ((first == '"' || first == '\'') && s.data[s.len - 1] == first)
        s = (struct str){s.data + 1, s.len - 2};
    for (size_t i = 0; i < s.len; i++) {
        char next = i + 1 < s.len ? s.data[i + 1] : '\0';
        bool escape = s.data[i] == '\\' && (next == '"' || next == '\'' || next == 'n');
        buf_byte(&out, !escape ? s.data[i] : next == 'n' ? '\n' : next);
        i += escape;
    }
    const char *kept = keep(file, buf_str(&out));
    if (out.data)
        secret_wipe(out.data, out.len);
    buf_finish(&out);
    return kept;
}

/* ---- lines ---- */

/* "TYPE NAME" with one blank, whatever stood between them. */
static bool read_section(struct go_file *file, struct str line, const char **section)
{
    struct buf name = {.data = NULL};
    size_t at = 0;
    while (line.len > 0 && at < line.len && line.data[at] != '#' && line.data[at] != ';')
        at++;
    line.len = at;
    while (line.len > 0 && is_blank(line.data[line.len - 1]))
        line.len--;
    if (line.len < 2 || line.data[0] != '[' || line.data[line.len - 1] != ']')
        return false;
    line = str_trim((struct str){line.data + 1, line.len - 2});
    for (at = 0; at < line.len && !is_blank(line.data[at]);)
        at++;
    buf_append(&name, (struct str){line.data, at});
    struct str rest = str_trim(str_skip(line, at));
    if (rest.len > 0)
        buf_byte(&name, ' ');
    buf_append(&name, rest);
    *section = keep(file, buf_str(&name));
    buf_finish(&name);
    return true;
}

static void read_option(struct go_file *file, struct str line, const char *section, size_t number)
{
    size_t at = 0;
    line = without_comment(line);
    while (at < line.len && line.data[at] != '=' && line.data[at] != ':')
        at++;
    if (at == line.len)
        return;
    char *key = (char *)(uintptr_t)keep(file, str_trim((struct str){line.data, at}));
    for (char *c = key; *c; c++)
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c + ('a' - 'A') : *c);
    add(file, section, key, str_of(plain(file, str_trim(str_skip(line, at + 1)))), number);
}

static void read_line(struct go_file *file, struct str line, const char **section, size_t number)
{
    struct str said = str_trim(line);
    if (said.len == 0 || said.data[0] == '#' || said.data[0] == ';')
        return;
    if (read_section(file, line, section))
        add(file, *section, keep(file, STR("")), STR(""), number);
    else if (*section && !is_blank(line.data[0])) /* indented: of the option before, or nothing */
        read_option(file, line, *section, number);
}

static int compare(const char *section, const char *key, const struct go_option *option)
{
    int order = strcmp(section, option->section);
    return order ? order : strcmp(key, option->key);
}

static int by_name(const void *a, const void *b)
{
    const struct go_option *x = a, *y = b;
    int order = compare(x->section, x->key, y);
    return order ? order : x->line < y->line ? -1 : x->line > y->line;
}

void go_file_read(struct go_file *file, struct str text)
{
    struct str line;
    const char *section = NULL;
    *file = (struct go_file){.count = 0};
    for (size_t number = 1; text.len > 0; number++) {
        str_cut(&text, '\n', &line);
        if (str_ends(line, STR("\r")))
            line.len--;
        read_line(file, line, &section, number);
    }
    if (file->count > 0)
        qsort(file->options, file->count, sizeof *file->options, by_name);
}

const struct go_option *go_file_get(const struct go_file *file, const char *section,
                                    const char *key)
{
    size_t low = 0, high = file->count; /* the last of those of that name */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(section, key, &file->options[middle]) < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return low > 0 && compare(section, key, &file->options[low - 1]) == 0 ? &file->options[low - 1]
                                                                          : NULL;
}

void go_file_finish(struct go_file *file)
{
    for (size_t i = 0; i < file->text_count; i++) {
        secret_wipe(file->texts[i], strlen(file->texts[i]));
        free(file->texts[i]);
    }
    free(file->texts);
    free(file->options);
    *file = (struct go_file){.count = 0};
}
