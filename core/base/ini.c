/* The reader of ini.h, line by line as RawConfigParser._read does it. All names and values are
 * copied into one arena that can hold the whole file, so that wiping it wipes every copy. */
#include "core/base/ini.h"

#include "core/base/secret.h"

#include "core/base/alloc.h"

struct reader {
    struct ini *ini;
    struct str rest; /* of the text */
    const char *file;
    size_t line, section, indent, shown_indent;
    bool any_section, open; /* open: the last option may be continued */
    struct error *err;
};

static bool is_space(uint32_t c)
{
    return (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20) || c == 0x85 || c == 0xa0 ||
           c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
           c == 0x202f || c == 0x205f || c == 0x3000;
}

/* str.strip() of Python; counts the characters that were cut in front. */
static struct str strip(struct str s, size_t *indent)
{
    uint32_t c;
    size_t n, kept = 0;

    *indent = 0;
    while (s.len > 0 && (n = str_decode(s, &c)) > 0 && is_space(c)) {
        s = str_skip(s, n);
        ++*indent;
    }
    for (size_t at = 0; at < s.len; at += n) {
        n = str_decode(str_skip(s, at), &c);
        if (!is_space(c))
            kept = at + n;
    }
    return (struct str){s.data, kept};
}

static struct str stripped(struct str s)
{
    size_t indent;
    return strip(s, &indent);
}

/* ---- index: open addressing over (section, name) ---- */

static uint64_t hash(size_t section, bool is_section, struct str name)
{
    uint64_t h = 1469598103934665603u ^ (is_section ? 0x9e37u : section * 2654435761u);

    for (size_t i = 0; i < name.len; i++)
        h = (h ^ (unsigned char)name.data[i]) * 1099511628211u;
    return h ^ h >> 29;
}

static bool slot_holds(const struct ini *ini, uint32_t slot, size_t section, bool is_section,
                       struct str name)
{
    size_t index = (slot - 1) >> 1;

    if (((slot - 1) & 1) != (is_section ? 1u : 0u))
        return false;
    if (is_section)
        return str_eq(ini->sections[index].name, name);
    return ini->options[index].section == section && str_eq(ini->options[index].name, name);
}

/* The slot that holds it, or the empty one where it belongs; NULL while there is no table. */
static uint32_t *slot_for(const struct ini *ini, size_t section, bool is_section, struct str name)
{
    size_t at = (size_t)hash(section, is_section, name);

    if (ini->slot_count == 0)
        return NULL;
    for (at &= ini->slot_count - 1; ini->slots[at]; at = (at + 1) & (ini->slot_count - 1)) {
        if (slot_holds(ini, ini->slots[at], section, is_section, name))
            break;
    }
    return &ini->slots[at];
}

static void enter(struct ini *ini, size_t index, bool is_section)
{
    size_t section = is_section ? 0 : ini->options[index].section;
    struct str name = is_section ? ini->sections[index].name : ini->options[index].name;

    *slot_for(ini, section, is_section, name) = (uint32_t)(index << 1 | is_section) + 1;
}

/* Keeps the table at most half full, counting the entry that is about to come. */
static void make_slots(struct ini *ini)
{
    size_t wanted = 2 * (ini->section_count + ini->option_count + 1);

    if (wanted <= ini->slot_count)
        return;
    free(ini->slots);
    ini->slot_count = ini->slot_count ? ini->slot_count : 64;
    while (ini->slot_count < wanted)
        ini->slot_count *= 2;
    ini->slots = alloc_zeroed(ini->slot_count, sizeof *ini->slots);
    for (size_t i = 0; i < ini->section_count; i++)
        enter(ini, i, true);
    for (size_t i = 0; i < ini->option_count; i++)
        enter(ini, i, false);
}

bool ini_find(const struct ini *ini, struct str name, size_t *section)
{
    const uint32_t *slot = slot_for(ini, 0, true, name);

    if (!slot || !*slot)
        return false;
    *section = (*slot - 1) >> 1;
    return true;
}

const struct ini_option *ini_get(const struct ini *ini, size_t section, const char *name)
{
    const uint32_t *slot = slot_for(ini, section, false, str_of(name));

    if (slot && !*slot && section != INI_DEFAULT)
        slot = slot_for(ini, INI_DEFAULT, false, str_of(name));
    return slot && *slot ? &ini->options[(*slot - 1) >> 1] : NULL;
}

/* ---- arena ---- */

static void put(struct ini *ini, struct str s)
{
    if (s.len > 0)
        memcpy(ini->arena + ini->arena_len, s.data, s.len);
    ini->arena_len += s.len;
}

static struct str kept(struct ini *ini, struct str s)
{
    char *at = ini->arena + ini->arena_len;

    put(ini, s);
    put(ini, (struct str){"", 1});
    return (struct str){at, s.len};
}

/* The value of the last option is complete. */
static void close_option(struct reader *r)
{
    struct ini *ini = r->ini;
    struct ini_option *last;
    size_t end;

    if (!r->open)
        return;
    r->open = false;
    last = &ini->options[ini->option_count - 1];
    last->value.len = (size_t)(ini->arena + ini->arena_len - last->value.data);
    /* rstrip only: a leading LF is what marks a sub-section */
    if (stripped(last->value).len == 0)
        end = 0;
    else
        end = (size_t)(stripped(last->value).data - last->value.data) + stripped(last->value).len;
    ini->arena_len -= last->value.len - end;
    last->value.len = end;
    put(ini, (struct str){"", 1});
}

/* ---- lines ---- */

static bool refuse(struct reader *r, const char *reason, const char *hint)
{
    error_set(r->err, ERROR_INPUT, "%s:%zu: %s.", r->file, r->line, reason);
    return error_hint(r->err, "%s", hint);
}

static bool refuse_twice(struct reader *r, const char *what, struct str name, size_t first)
{
    struct buf shown = {0};

    buf_sanitised(&shown, name, false);
    error_set(r->err, ERROR_INPUT, "%s:%zu: %s %s was already given in line %zu.", r->file, r->line,
              what, buf_cstr(&shown), first);
    buf_finish(&shown);
    return error_hint(r->err, "Keep one of the two; other programs refuse such a file as well.");
}

static bool read_section(struct reader *r, struct str name)
{
    struct ini *ini = r->ini;
    size_t twin;

    r->any_section = true;
    if (str_is(name, "DEFAULT")) {
        r->section = INI_DEFAULT;
        return true;
    }
    if (ini_find(ini, name, &twin))
        return refuse_twice(r, "section", name, ini->sections[twin].line);
    make_slots(ini);
    alloc_room(&ini->sections, ini->section_count, &ini->section_capacity, sizeof *ini->sections);
    r->section = ini->section_count++;
    ini->sections[r->section] = (struct ini_section){kept(ini, name), r->line};
    enter(ini, r->section, true);
    return true;
}

static bool read_option(struct reader *r, struct str line)
{
    struct ini *ini = r->ini;
    size_t at = 0;
    struct ini_option option = {.section = r->section, .line = r->line};
    uint32_t *twin;

    while (at < line.len && line.data[at] != '=' && line.data[at] != ':')
        at++;
    if (at == line.len)
        return refuse(r, "this line has no = or :", "Write name = value, or begin it with #.");
    option.name = stripped((struct str){line.data, at});
    if (option.name.len == 0)
        return refuse(r, "there is no name before the = or :", "Write name = value.");
    option.name = kept(ini, option.name);
    for (char *c = ini->arena + (option.name.data - ini->arena); *c; c++)
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c + ('a' - 'A') : *c);
    twin = slot_for(ini, option.section, false, option.name);
    if (twin && *twin)
        return refuse_twice(r, "option", option.name, ini->options[(*twin - 1) >> 1].line);
    make_slots(ini);
    alloc_room(&ini->options, ini->option_count, &ini->option_capacity, sizeof *ini->options);
    option.value.data = ini->arena + ini->arena_len;
    put(ini, stripped(str_skip(line, at + 1)));
    ini->options[ini->option_count++] = option;
    enter(ini, ini->option_count - 1, false);
    r->open = true;
    return true;
}

static bool section_header(struct str line, struct str *name)
{
    size_t end = line.len;

    if (line.len < 3 || line.data[0] != '[')
        return false;
    while (end > 2 && line.data[end - 1] != ']') /* what stands behind the last ] is ignored */
        end--;
    *name = (struct str){line.data + 1, end - 2};
    return end > 2;
}

static bool read_line(struct reader *r, struct str raw)
{
    size_t indent;
    struct str line = strip(raw, &indent), name;

    if (line.len == 0) {
        if (r->open)
            put(r->ini, STR("\n"));
        return true;
    }
    if (line.data[0] == '#' || line.data[0] == ';')
        return true;
    if (r->open && indent > r->indent) {
        put(r->ini, STR("\n"));
        put(r->ini, line);
        return true;
    }
    close_option(r);
    r->indent = indent;
    if (section_header(line, &name))
        return read_section(r, name);
    if (!r->any_section)
        return refuse(r, "this line comes before the first [section]",
                      "Put a section such as [default] above it.");
    return read_option(r, line);
}

/* One line without its end, which may be LF, CR or CRLF. */
static struct str take_line(struct str *rest)
{
    struct str line = *rest;
    size_t n = 0;

    while (n < rest->len && rest->data[n] != '\n' && rest->data[n] != '\r')
        n++;
    line.len = n;
    if (n + 1 < rest->len && rest->data[n] == '\r' && rest->data[n + 1] == '\n')
        n++;
    *rest = str_skip(*rest, n + 1);
    return line;
}

static bool read_text(struct reader *r)
{
    if (str_starts(r->rest, STR("\xef\xbb\xbf"))) {
        r->line = 1;
        return refuse(r, "the file begins with a byte order mark (BOM)",
                      "Save it again as UTF-8 without BOM.");
    }
    while (r->rest.len > 0) {
        struct str line = take_line(&r->rest);

        r->line++;
        if (memchr(line.data, '\0', line.len))
            return refuse(r, "this line holds a NUL byte", "Is it a text file?");
        if (!str_is_utf8(line))
            return refuse(r, "this line is not UTF-8", "Save the file again as UTF-8.");
        if (!read_line(r, line))
            return false;
    }
    close_option(r);
    return true;
}

bool ini_parse(struct ini *ini, struct str text, const char *file, struct error *err)
{
    struct reader r = {.ini = ini, .rest = text, .file = file, .err = err};

    *ini = (struct ini){.arena_size = text.len + 2};
    ini->arena = alloc_zeroed(ini->arena_size, 1);
    if (read_text(&r))
        return true;
    ini_finish(ini);
    return false;
}

void ini_finish(struct ini *ini)
{
    if (ini->arena)
        secret_wipe(ini->arena, ini->arena_size);
    free(ini->arena);
    free(ini->sections);
    free(ini->options);
    free(ini->slots);
    *ini = (struct ini){0};
}

/* ---- sub-sections ---- */

static bool nested_line(struct str *rest, struct str *line)
{
    while (rest->len > 0) {
        str_cut(rest, '\n', line);
        *line = stripped(*line);
        if (line->len > 0)
            return true;
    }
    return false;
}

bool ini_nested(const struct ini_option *option, const char *key, struct str *value)
{
    struct str rest, line, name;
    bool found = false;

    if (!option || !str_starts(option->value, STR("\n")))
        return false;
    rest = option->value;
    while (nested_line(&rest, &line)) {
        if (!str_cut(&line, '=', &name) || !str_is(stripped(name), key))
            continue;
        *value = stripped(line);
        found = true; /* the last one counts, as in a dictionary */
    }
    return found;
}

bool ini_check_nested(const struct ini *ini, const char *file, struct error *err)
{
    for (size_t i = 0; i < ini->option_count; i++) {
        const struct ini_option *option = &ini->options[i];
        struct str rest = option->value, line;

        if (!str_starts(rest, STR("\n")))
            continue;
        while (nested_line(&rest, &line)) {
            if (memchr(line.data, '=', line.len))
                continue;
            error_set(err, ERROR_INPUT,
                      "%s:%zu: among the indented lines that follow is one without =.", file,
                      option->line);
            return error_hint(err, "Indented lines are a sub-section: name = value on each.");
        }
    }
    return true;
}
