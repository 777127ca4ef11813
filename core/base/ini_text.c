/* Lines in, lines out; see ini_text.h. */
#include "core/base/ini_text.h"

#include "core/base/alloc.h"

/* ---- reading ---- */

static void split(struct ini_text *text, struct str rest)
{
    while (rest.len > 0) {
        size_t n = 0, end;
        while (n < rest.len && rest.data[n] != '\n' && rest.data[n] != '\r')
            n++;
        end = n == rest.len ? 0 : str_starts(str_skip(rest, n), STR("\r\n")) ? 2 : 1;
        alloc_room(&text->lines, text->count, &text->capacity, sizeof *text->lines);
        text->lines[text->count++] = (struct ini_line){{rest.data, n}, {rest.data + n, end}};
        rest = str_skip(rest, n + end);
    }
}

bool ini_text_read(struct ini_text *text, struct str bytes, const char *file, struct error *err)
{
    *text = (struct ini_text){.lines = NULL};
    if (!ini_parse(&text->ini, bytes, file, err))
        return false;
    split(text, bytes);
    return true;
}

void ini_text_finish(struct ini_text *text)
{
    ini_finish(&text->ini);
    free(text->lines);
    *text = (struct ini_text){.lines = NULL};
}

size_t ini_text_indent(const struct ini_text *text, size_t line)
{
    struct str s = text->lines[line - 1].text;
    size_t n = 0;
    while (n < s.len && (s.data[n] == ' ' || s.data[n] == '\t'))
        n++;
    return n;
}

bool ini_text_says_nothing(const struct ini_text *text, size_t line)
{
    struct str s = str_trim(text->lines[line - 1].text);
    return s.len == 0 || s.data[0] == '#' || s.data[0] == ';';
}

size_t ini_text_value_end(const struct ini_text *text, size_t line)
{
    size_t last = line;
    for (size_t i = line + 1; i <= text->count; i++) {
        if (ini_text_says_nothing(text, i))
            continue;
        if (ini_text_indent(text, i) <= ini_text_indent(text, line))
            break;
        last = i;
    }
    return last;
}

const struct ini_option *ini_text_own(const struct ini_text *text, size_t section, const char *name)
{
    const struct ini_option *found =
        section == INI_DEFAULT ? NULL : ini_get(&text->ini, section, name);
    return found && found->section == section ? found : NULL;
}

/* ---- writing ---- */

void ini_writer_init(struct ini_writer *writer, const struct ini_text *text, size_t section,
                     const struct ini_entry *entries, size_t entry_count, size_t more)
{
    *writer = (struct ini_writer){.text = text,
                                  .entries = entries,
                                  .entry_count = entry_count,
                                  .section = section,
                                  .eol = STR("\n"),
                                  .room = more};
    size_t widest = 0;
    for (size_t i = 1; i <= text->count; i++) {
        const struct ini_line *line = &text->lines[i - 1];
        writer->room += line->text.len + line->end.len;
        widest = ini_text_indent(text, i) > widest ? ini_text_indent(text, i) : widest;
    }
    if (text->count > 0 && text->lines[0].end.len > 0)
        writer->eol = text->lines[0].end;
    for (size_t i = 0; i < entry_count; i++)
        writer->room += strlen(entries[i].name) + entries[i].value.len + widest + 8;
    writer->room += widest + 16;
    writer->out = alloc_zeroed(writer->room, 1);
}

void ini_put(struct ini_writer *writer, struct str bytes)
{
    if (bytes.len > writer->room - writer->len)
        bytes.len = writer->room - writer->len; /* whoever proves the result refuses what is cut */
    if (bytes.len > 0)
        memcpy(writer->out + writer->len, bytes.data, bytes.len);
    writer->len += bytes.len;
}

void ini_put_line(struct ini_writer *writer, struct str indent, struct str a, struct str b)
{
    ini_put(writer, indent);
    ini_put(writer, a);
    ini_put(writer, b);
    ini_put(writer, writer->eol);
}

static void put_entry(struct ini_writer *writer, struct str indent, const struct ini_entry *entry)
{
    ini_put(writer, indent);
    ini_put(writer, str_of(entry->name));
    ini_put_line(writer, STR(" = "), entry->value, STR(""));
}

/* The line of an option with its value exchanged; what stands before the value stays. */
static void put_exchanged(struct ini_writer *writer, size_t line, struct str value)
{
    const struct ini_line *old = &writer->text->lines[line - 1];
    struct str s = old->text;
    size_t at = 0;
    bool blanks = false;
    while (at < s.len && s.data[at] != '=' && s.data[at] != ':')
        at++;
    for (at++; at < s.len && (s.data[at] == ' ' || s.data[at] == '\t'); at++)
        blanks = true;
    ini_put(writer, (struct str){s.data, at < s.len ? at : s.len});
    if (!blanks && at >= s.len)
        ini_put(writer, STR(" "));
    ini_put(writer, value);
    ini_put(writer, old->end);
}

/* False when the line is of no option that changes. */
static bool put_changed(struct ini_writer *writer, size_t line)
{
    const struct ini_text *text = writer->text;
    for (size_t i = 0; i < writer->entry_count; i++) {
        const struct ini_entry *entry = &writer->entries[i];
        const struct ini_option *old = ini_text_own(text, writer->section, entry->name);
        if (!old || line < old->line || line > ini_text_value_end(text, old->line))
            continue;
        if (line > old->line)
            return !ini_text_says_nothing(text, line); /* the rest of the old value */
        if (!entry->drop)
            put_exchanged(writer, line, entry->value);
        return true;
    }
    return false;
}

static bool lacks(const struct ini_writer *writer, const struct ini_entry *entry)
{
    return !entry->drop && !ini_text_own(writer->text, writer->section, entry->name);
}

bool ini_puts_behind(const struct ini_writer *writer, size_t line)
{
    bool any = false;
    if (writer->section == INI_DEFAULT || line != writer->text->ini.sections[writer->section].line)
        return false;
    for (size_t i = 0; i < writer->entry_count; i++)
        any = any || lacks(writer, &writer->entries[i]);
    return any;
}

/* As far in as the first option that is there. */
static struct str indent_of_options(const struct ini_writer *writer)
{
    const struct ini_text *text = writer->text;
    for (size_t i = 0; i < text->ini.option_count; i++) {
        size_t at = text->ini.options[i].line;
        if (text->ini.options[i].section == writer->section)
            return (struct str){text->lines[at - 1].text.data, ini_text_indent(text, at)};
    }
    return STR("");
}

void ini_put_old(struct ini_writer *writer, size_t line)
{
    const struct ini_line *old = &writer->text->lines[line - 1];
    if (put_changed(writer, line))
        return;
    ini_put(writer, old->text);
    ini_put(writer, old->end);
    if (!ini_puts_behind(writer, line))
        return;
    if (old->end.len == 0)
        ini_put(writer, writer->eol);
    for (size_t i = 0; i < writer->entry_count; i++)
        if (lacks(writer, &writer->entries[i]))
            put_entry(writer, indent_of_options(writer), &writer->entries[i]);
}

/* What was written ends with an empty line, or there is nothing yet. */
static bool is_apart(const struct ini_writer *writer)
{
    struct str s = {writer->out, writer->len};
    if (s.len > 0 && s.data[s.len - 1] == '\n')
        s.len--;
    if (s.len > 0 && s.data[s.len - 1] == '\r')
        s.len--;
    while (s.len > 0 && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
        s.len--;
    return s.len == 0 || s.data[s.len - 1] == '\n' || s.data[s.len - 1] == '\r';
}

void ini_put_section(struct ini_writer *writer, struct str name)
{
    char last = writer->len > 0 ? writer->out[writer->len - 1] : '\n';
    if (last != '\n' && last != '\r')
        ini_put(writer, writer->eol);
    if (!is_apart(writer))
        ini_put(writer, writer->eol);
    ini_put(writer, STR("["));
    ini_put_line(writer, name, STR("]"), STR(""));
    for (size_t i = 0; i < writer->entry_count; i++)
        if (!writer->entries[i].drop)
            put_entry(writer, STR(""), &writer->entries[i]);
}

char *ini_text_set(const struct ini_text *text, struct str section, const struct ini_entry *entries,
                   size_t entry_count, size_t *len)
{
    struct ini_writer writer;
    size_t index;
    bool there = ini_find(&text->ini, section, &index);
    ini_writer_init(&writer, text, there ? index : INI_DEFAULT, entries, entry_count,
                    section.len + 16);
    for (size_t line = 1; line <= text->count; line++)
        ini_put_old(&writer, line);
    if (!there)
        ini_put_section(&writer, section);
    *len = writer.len;
    return writer.out;
}

/* ---- the proof ---- */

static const struct ini_entry *entry_of(const struct ini_entry *entries, size_t count,
                                        struct str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(name, entries[i].name))
            return &entries[i];
    return NULL;
}

static const struct ini_option *same_option(const struct ini *old, const struct ini_option *option,
                                            const struct ini *new)
{
    size_t section = INI_DEFAULT;
    if (option->section != INI_DEFAULT &&
        !ini_find(new, old->sections[option->section].name, &section))
        return NULL;
    /* names of an ini end with NUL */
    const struct ini_option *now = ini_get(new, section, option->name.data);
    return now && now->section == section ? now : NULL;
}

bool ini_text_kept(const struct ini *old, const struct ini_option *option, const struct ini *new)
{
    const struct ini_option *now = same_option(old, option, new);
    return now && str_eq(option->value, now->value);
}

bool ini_text_agrees(const struct ini_text *old, struct str bytes, struct str section,
                     const struct ini_entry *entries, size_t entry_count)
{
    struct ini_text new;
    size_t before = INI_DEFAULT, after = INI_DEFAULT, wanted = old->ini.option_count;
    if (!ini_text_read(&new, bytes, "", NULL))
        return false;
    bool there = ini_find(&old->ini, section, &before);
    bool ok = ini_find(&new.ini, section, &after) &&
              new.ini.section_count == old->ini.section_count + !there;
    for (size_t i = 0; ok && i < old->ini.option_count; i++) {
        const struct ini_option *option = &old->ini.options[i];
        bool ours = there && option->section == before &&
                    entry_of(entries, entry_count, option->name) != NULL;
        ok = ours || ini_text_kept(&old->ini, option, &new.ini);
    }
    for (size_t i = 0; ok && i < entry_count; i++) {
        const struct ini_option *now = ini_text_own(&new, after, entries[i].name);
        bool was = there && ini_text_own(old, before, entries[i].name) != NULL;
        ok = entries[i].drop ? !now : now && str_eq(now->value, entries[i].value);
        wanted = wanted + !entries[i].drop - was;
    }
    ok = ok && new.ini.option_count == wanted;
    ini_text_finish(&new);
    return ok;
}
