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

static void split(struct pypirc_text *text, struct str rest)
{
    while (rest.len > 0) {
        size_t n = 0, end;
        while (n < rest.len && rest.data[n] != '\n' && rest.data[n] != '\r')
            n++;
        end = n == rest.len ? 0 : str_starts(str_skip(rest, n), STR("\r\n")) ? 2 : 1;
        alloc_room(&text->lines, text->count, &text->capacity, sizeof *text->lines);
        text->lines[text->count++] = (struct pypirc_line){{rest.data, n}, {rest.data + n, end}};
        rest = str_skip(rest, n + end);
    }
}

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
    return text->has_distutils ? ini_get(&text->ini, text->distutils, "index-servers") : NULL;
}

bool pypirc_text_read(struct pypirc_text *text, struct str bytes, const char *path,
                      struct error *err)
{
    *text = (struct pypirc_text){.lines = NULL};
    if (!ini_parse(&text->ini, bytes, path, err))
        return false;
    split(text, bytes);
    text->has_section = ini_find(&text->ini, STR(PYPIRC_SECTION), &text->section);
    text->has_distutils = ini_find(&text->ini, STR("distutils"), &text->distutils);
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
    ini_finish(&text->ini);
    free(text->lines);
    *text = (struct pypirc_text){.lines = NULL};
}

/* ---- writing: where each change belongs ---- */

static size_t indent_of(const struct pypirc_text *text, size_t line)
{
    struct str s = text->lines[line - 1].text;
    size_t n = 0;
    while (n < s.len && (s.data[n] == ' ' || s.data[n] == '\t'))
        n++;
    return n;
}

static bool says_nothing(const struct pypirc_text *text, size_t line)
{
    struct str s = str_trim(text->lines[line - 1].text);
    return s.len == 0 || s.data[0] == '#' || s.data[0] == ';';
}

/* The last line of the value that begins in `line`. */
static size_t value_end(const struct pypirc_text *text, size_t line)
{
    size_t last = line;
    for (size_t i = line + 1; i <= text->count; i++) {
        if (says_nothing(text, i))
            continue;
        if (indent_of(text, i) <= indent_of(text, line))
            break;
        last = i;
    }
    return last;
}

static const struct ini_option *own_option(const struct pypirc_text *text,
                                           enum pypirc_option option)
{
    const struct ini_option *found =
        text->has_section ? ini_get(&text->ini, text->section, pypirc_option_names[option]) : NULL;
    return found && found->section == text->section ? found : NULL;
}

struct writer {
    const struct pypirc_text *text;
    const struct pypirc_entry *entry;
    struct str eol;
    char *out;
    size_t len, room;
};

static void put(struct writer *w, struct str s)
{
    if (w->len + s.len > w->room)
        s.len = w->room - w->len; /* the self-check refuses what is cut */
    if (s.len)
        memcpy(w->out + w->len, s.data, s.len);
    w->len += s.len;
}

static void put_line(struct writer *w, struct str indent, struct str a, struct str b)
{
    put(w, indent);
    put(w, a);
    put(w, b);
    put(w, w->eol);
}

static void put_option(struct writer *w, struct str indent, enum pypirc_option option)
{
    put(w, indent);
    put(w, str_of(pypirc_option_names[option]));
    put_line(w, STR(" = "), pypirc_value(w->entry, option), STR(""));
}

/* Without the option twine knows pypi and testpypi by itself; with it only what is listed. */
static void put_servers(struct writer *w)
{
    size_t section;
    put_line(w, STR("index-servers ="), STR(""), STR(""));
    put_line(w, STR(INDENT), STR("pypi"), STR(""));
    if (ini_find(&w->text->ini, STR("testpypi"), &section))
        put_line(w, STR(INDENT), STR("testpypi"), STR(""));
    put_line(w, STR(INDENT), STR(PYPIRC_SECTION), STR(""));
}

/* An option of ours with its value exchanged; false when the line is none. */
static bool put_changed(struct writer *w, size_t line)
{
    struct str s = w->text->lines[line - 1].text;
    for (enum pypirc_option option = 0; option < PYPIRC_OPTIONS; option++) {
        const struct ini_option *old = own_option(w->text, option);
        if (!old || line < old->line || line > value_end(w->text, old->line))
            continue;
        if (line > old->line)
            return !says_nothing(w->text, line); /* the rest of the old value */
        size_t at = strcspn(s.data, "=:") + 1;
        bool blanks = false;
        for (; at < s.len && (s.data[at] == ' ' || s.data[at] == '\t'); at++)
            blanks = true;
        put(w, (struct str){s.data, at});
        if (!blanks && at == s.len)
            put(w, STR(" "));
        put(w, pypirc_value(w->entry, option));
        put(w, w->text->lines[line - 1].end);
        return true;
    }
    return false;
}

/* Our name behind the others: on their line when they stand on one, else on a line like theirs. */
static bool put_listed(struct writer *w, size_t line)
{
    const struct ini_option *servers = w->text->listed ? NULL : servers_of(w->text);
    if (!servers || line != value_end(w->text, servers->line))
        return false;
    struct str s = w->text->lines[line - 1].text, end = w->text->lines[line - 1].end;
    if (line == servers->line && servers->value.len > 0) {
        while (s.len && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
            s.len--;
        put(w, s);
        put(w, STR(" " PYPIRC_SECTION));
        put(w, end);
        return true;
    }
    put(w, s);
    put(w, end.len ? end : w->eol);
    struct str indent = {s.data, indent_of(w->text, line)};
    put_line(w, line == servers->line ? indent : STR(""),
             line == servers->line ? STR(INDENT) : indent, STR(PYPIRC_SECTION));
    return true;
}

/* What belongs directly behind a header. */
static void put_behind(struct writer *w, size_t line)
{
    const struct pypirc_text *text = w->text;
    bool distutils = text->has_distutils && !text->has_servers &&
                     line == text->ini.sections[text->distutils].line;
    bool ours = text->has_section && line == text->ini.sections[text->section].line;
    struct str indent = {"", 0};
    if (distutils)
        put_servers(w);
    if (!ours)
        return;
    for (size_t i = text->ini.option_count; i-- > 0;)
        if (text->ini.options[i].section == text->section) {
            size_t at = text->ini.options[i].line;
            indent = (struct str){text->lines[at - 1].text.data, indent_of(text, at)};
        }
    for (enum pypirc_option option = 0; option < PYPIRC_OPTIONS; option++)
        if (!own_option(text, option))
            put_option(w, indent, option);
}

static bool inserts_behind(const struct pypirc_text *text, size_t line)
{
    bool missing = false;
    for (enum pypirc_option option = 0; option < PYPIRC_OPTIONS; option++)
        missing = missing || !own_option(text, option);
    return (text->has_distutils && !text->has_servers &&
            line == text->ini.sections[text->distutils].line) ||
           (text->has_section && missing && line == text->ini.sections[text->section].line);
}

static void put_old_line(struct writer *w, size_t line)
{
    const struct pypirc_line *old = &w->text->lines[line - 1];
    if (put_changed(w, line) || put_listed(w, line))
        return;
    put(w, old->text);
    put(w, old->end);
    if (old->end.len == 0 && inserts_behind(w->text, line))
        put(w, w->eol);
    put_behind(w, line);
}

static void put_new_sections(struct writer *w)
{
    const struct pypirc_text *text = w->text;
    bool apart = text->count > 0;
    if (text->has_distutils && text->has_section)
        return;
    if (w->len && w->out[w->len - 1] != '\n' && w->out[w->len - 1] != '\r')
        put(w, w->eol);
    apart = apart && !(text->count && str_trim(text->lines[text->count - 1].text).len == 0);
    if (!text->has_distutils) {
        put_line(w, apart ? w->eol : STR(""), STR("[distutils]"), STR(""));
        put_servers(w);
        apart = true;
    }
    if (text->has_section)
        return;
    put_line(w, apart ? w->eol : STR(""), STR("[" PYPIRC_SECTION "]"), STR(""));
    for (enum pypirc_option option = 0; option < PYPIRC_OPTIONS; option++)
        put_option(w, STR(""), option);
}

char *pypirc_text_merge(const struct pypirc_text *text, const struct pypirc_entry *entry,
                        size_t *len)
{
    struct writer w = {.text = text, .entry = entry, .eol = STR("\n")};
    for (size_t i = 0; i < text->count; i++)
        w.room += text->lines[i].text.len + text->lines[i].end.len;
    if (text->count && text->lines[0].end.len)
        w.eol = text->lines[0].end;
    for (enum pypirc_option option = 0; option < PYPIRC_OPTIONS; option++)
        w.room += pypirc_value(entry, option).len;
    w.room += 1024 + 8 * 256; /* our own words, and an indentation for each of our lines */
    w.out = alloc_zeroed(w.room, 1);
    for (size_t line = 1; line <= text->count; line++)
        put_old_line(&w, line);
    put_new_sections(&w);
    *len = w.len;
    return w.out;
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

static bool kept(const struct ini *old, const struct ini_option *option, const struct ini *new)
{
    size_t section = INI_DEFAULT;
    char name[256];
    if (option->section != INI_DEFAULT &&
        !ini_find(new, old->sections[option->section].name, &section))
        return false;
    if (!str_copy(option->name, name, sizeof name))
        return false;
    const struct ini_option *now = ini_get(new, section, name);
    if (!now || now->section != section)
        return false;
    if (str_is(option->name, "index-servers") && option->section != INI_DEFAULT &&
        str_is(old->sections[option->section].name, "distutils"))
        return same_servers(option->value, now->value);
    if (option->section != INI_DEFAULT &&
        str_is(old->sections[option->section].name, PYPIRC_SECTION))
        for (enum pypirc_option own = 0; own < PYPIRC_OPTIONS; own++)
            if (str_is(option->name, pypirc_option_names[own]))
                return true; /* judged by its value */
    return str_eq(option->value, now->value);
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
    struct ini ini;
    size_t came = 0;
    if (!ini_parse(&ini, bytes, "", NULL))
        return false;
    bool ok = says_ours(&ini, entry);
    for (size_t i = 0; ok && i < old->ini.option_count; i++)
        ok = kept(&old->ini, &old->ini.options[i], &ini);
    for (enum pypirc_option option = 0; option < PYPIRC_OPTIONS; option++)
        came += !own_option(old, option);
    came += !old->has_servers;
    ok = ok && ini.option_count == old->ini.option_count + came;
    ini_finish(&ini);
    return ok;
}
