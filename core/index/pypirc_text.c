/* Editing a .pypirc line by line; see pypirc.h for what it promises. */
#include "core/index/pypirc_text.h"

#include "core/base/alloc.h"

#define INDENT "    "

const char *const pypirc_option_names[PYPIRC_OPTIONS] = {"repository", "username", "password"};

struct str pypirc_value(const struct pypirc_entry *entry, enum pypirc_option option)
{
    if (option == PYPIRC_REPOSITORY)
        return str_of(entry->repository);
    if (option == PYPIRC_USER)
        return str_of(entry->user);
    return secret_expose(entry->password);
}

/* ---- reading ---- */

/* Takes the next word of a list; names are separated by blanks and line ends. */
static bool next_word(struct str *rest, struct str *word)
{
    *rest = str_trim(*rest);
    size_t n = 0;
    while (n < rest->len && !strchr(" \t\r\n", rest->data[n]))
        n++;
    *word = (struct str){rest->data, n};
    *rest = str_skip(*rest, n);
    return n > 0;
}

static bool lists_us(struct str servers)
{
    struct str word;
    while (next_word(&servers, &word))
        if (str_is(word, PYPIRC_SECTION))
            return true;
    return false;
}

static const struct ini_option *servers_of(const struct pypirc_text *text)
{
    return text->has_distutils ? ini_get(&text->file.ini, text->distutils, "index-servers") : NULL;
}

bool pypirc_text_read(struct pypirc_text *text, struct str bytes, const char *path,
                      struct error *err)
{
    *text = (struct pypirc_text){.has_section = false};
    if (!ini_text_read(&text->file, bytes, path, err))
        return false;
    text->has_section = ini_find(&text->file.ini, STR(PYPIRC_SECTION), &text->section);
    text->has_distutils = ini_find(&text->file.ini, STR("distutils"), &text->distutils);
    const struct ini_option *servers = servers_of(text);
    text->has_servers = servers != NULL;
    text->listed = servers && lists_us(servers->value);
    if (!servers || servers->section != INI_DEFAULT)
        return true;
    pypirc_text_finish(text);
    error_set(err, ERROR_INPUT, "%s has its index-servers in [DEFAULT].", path);
    return error_hint(err, "Move that line to a section [distutils].");
}

void pypirc_text_finish(struct pypirc_text *text)
{
    ini_text_finish(&text->file);
    *text = (struct pypirc_text){.has_section = false};
}

/* ---- writing: where each change belongs ---- */

struct merge {
    struct ini_writer writer;
    const struct pypirc_text *text;
};

/* Without the option twine knows pypi and testpypi by itself; with it only what is listed. */
static void put_servers(struct merge *merge)
{
    struct ini_writer *w = &merge->writer;
    size_t section;
    ini_put_line(w, STR("index-servers ="), STR(""), STR(""));
    ini_put_line(w, STR(INDENT), STR("pypi"), STR(""));
    if (ini_find(&merge->text->file.ini, STR("testpypi"), &section))
        ini_put_line(w, STR(INDENT), STR("testpypi"), STR(""));
    ini_put_line(w, STR(INDENT), STR(PYPIRC_SECTION), STR(""));
}

/* Our name behind the others: on their line when they stand on one, else on a line like theirs. */
static bool put_listed(struct merge *merge, size_t line)
{
    const struct pypirc_text *text = merge->text;
    struct ini_writer *w = &merge->writer;
    const struct ini_option *servers = text->listed ? NULL : servers_of(text);
    if (!servers || line != ini_text_value_end(&text->file, servers->line))
        return false;
    struct str s = text->file.lines[line - 1].text, end = text->file.lines[line - 1].end;
    if (line == servers->line && servers->value.len > 0) {
        while (s.len && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
            s.len--;
        ini_put(w, s);
        ini_put(w, STR(" " PYPIRC_SECTION));
        ini_put(w, end);
        return true;
    }
    ini_put(w, s);
    ini_put(w, end.len ? end : w->eol);
    struct str indent = {s.data, ini_text_indent(&text->file, line)};
    ini_put_line(w, line == servers->line ? indent : STR(""),
                 line == servers->line ? STR(INDENT) : indent, STR(PYPIRC_SECTION));
    return true;
}

static void put_old_line(struct merge *merge, size_t line)
{
    const struct pypirc_text *text = merge->text;
    bool servers = text->has_distutils && !text->has_servers &&
                   line == text->file.ini.sections[text->distutils].line;
    if (put_listed(merge, line))
        return;
    ini_put_old(&merge->writer, line);
    if (servers && text->file.lines[line - 1].end.len == 0)
        ini_put(&merge->writer, merge->writer.eol);
    if (servers)
        put_servers(merge);
}

static void put_new_sections(struct merge *merge)
{
    struct ini_writer *w = &merge->writer;
    if (!merge->text->has_distutils) {
        size_t count = w->entry_count;
        w->entry_count = 0;
        ini_put_section(w, STR("distutils"));
        w->entry_count = count;
        put_servers(merge);
    }
    if (!merge->text->has_section)
        ini_put_section(w, STR(PYPIRC_SECTION));
}

static void entries_of(const struct pypirc_entry *entry, struct ini_entry out[PYPIRC_OPTIONS])
{
    for (enum pypirc_option option = 0; option < PYPIRC_OPTIONS; option++)
        out[option] = (struct ini_entry){.name = pypirc_option_names[option],
                                         .value = pypirc_value(entry, option)};
}

char *pypirc_text_merge(const struct pypirc_text *text, const struct pypirc_entry *entry,
                        size_t *len)
{
    struct merge merge = {.text = text};
    struct ini_entry entries[PYPIRC_OPTIONS];
    entries_of(entry, entries);
    ini_writer_init(&merge.writer, &text->file, text->has_section ? text->section : INI_DEFAULT,
                    entries, PYPIRC_OPTIONS, 1024); /* our own words, and two indentations */
    for (size_t line = 1; line <= text->file.count; line++)
        put_old_line(&merge, line);
    put_new_sections(&merge);
    *len = merge.writer.len;
    return merge.writer.out;
}

/* ---- the proof ---- */

/* The same names in the same order; ours may have come to the new one. */
static bool same_servers(struct str old, struct str new)
{
    struct str a, b;
    while (next_word(&new, &b)) {
        struct str before = old;
        if (next_word(&old, &a) && str_eq(a, b))
            continue;
        old = before;
        if (!str_is(b, PYPIRC_SECTION))
            return false;
    }
    return !next_word(&old, &a);
}

static bool is_in(const struct ini *ini, const struct ini_option *option, const char *section)
{
    return option->section != INI_DEFAULT && str_is(ini->sections[option->section].name, section);
}

static bool kept(const struct ini *old, const struct ini_option *option, const struct ini *new)
{
    size_t distutils;
    if (is_in(old, option, PYPIRC_SECTION))
        for (enum pypirc_option own = 0; own < PYPIRC_OPTIONS; own++)
            if (str_is(option->name, pypirc_option_names[own]))
                return true; /* judged by its value */
    if (!str_is(option->name, "index-servers") || !is_in(old, option, "distutils"))
        return ini_text_kept(old, option, new);
    const struct ini_option *now = ini_find(new, STR("distutils"), &distutils)
                                       ? ini_get(new, distutils, "index-servers")
                                       : NULL;
    return now && same_servers(option->value, now->value);
}

static bool says_ours(const struct ini *ini, const struct pypirc_entry *entry)
{
    size_t section, distutils;
    if (!ini_find(ini, STR(PYPIRC_SECTION), &section) ||
        !ini_find(ini, STR("distutils"), &distutils))
        return false;
    for (enum pypirc_option option = 0; option < PYPIRC_OPTIONS; option++) {
        const struct ini_option *found = ini_get(ini, section, pypirc_option_names[option]);
        if (!found || found->section != section ||
            !str_eq(found->value, pypirc_value(entry, option)))
            return false;
    }
    const struct ini_option *servers = ini_get(ini, distutils, "index-servers");
    return servers && lists_us(servers->value);
}

bool pypirc_text_agrees(const struct pypirc_text *old, struct str bytes,
                        const struct pypirc_entry *entry)
{
    const struct ini *before = &old->file.ini;
    struct ini ini;
    size_t came = !old->has_servers;
    if (!ini_parse(&ini, bytes, "", NULL))
        return false;
    bool ok = says_ours(&ini, entry);
    for (size_t i = 0; ok && i < before->option_count; i++)
        ok = kept(before, &before->options[i], &ini);
    for (enum pypirc_option option = 0; option < PYPIRC_OPTIONS; option++)
        came += !old->has_section ||
                !ini_text_own(&old->file, old->section, pypirc_option_names[option]);
    ok = ok && ini.option_count == before->option_count + came;
    ini_finish(&ini);
    return ok;
}
