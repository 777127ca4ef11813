/* Multipart bodies, as twine, setuptools and our own client write them: lines end in CRLF or LF. */
#include "core/rehearsal/index_form.h"

#include "core/base/alloc.h"

struct str form_boundary(struct str content_type)
{
    ptrdiff_t at = str_find(content_type, STR("boundary="));
    if (at < 0)
        return (struct str){"", 0};
    struct str rest = str_skip(content_type, (size_t)at + 9), value;
    if (rest.len > 0 && rest.data[0] == '"') {
        rest = str_skip(rest, 1);
        str_cut(&rest, '"', &value);
    } else
        str_cut(&rest, ';', &value);
    value = str_trim(value);
    return value.len <= 200 ? value : (struct str){"", 0};
}

/* name="content"; filename="x.tar.gz" */
static struct str attribute(struct str line, const char *name)
{
    char wanted[24];
    snprintf(wanted, sizeof wanted, "; %s=\"", name);
    ptrdiff_t at = str_find(line, str_of(wanted));
    struct str rest = {"", 0}, value = {"", 0};
    if (at < 0)
        return value;
    rest = str_skip(line, (size_t)at + strlen(wanted));
    str_cut(&rest, '"', &value);
    return value;
}

/* The offset of "--BOUNDARY" at the start of a line. */
static ptrdiff_t find_delimiter(struct str text, struct str boundary)
{
    size_t from = 0;
    for (;;) {
        ptrdiff_t at = str_find(str_skip(text, from), boundary);
        if (at < 0)
            return -1;
        size_t begin = from + (size_t)at;
        if (begin >= 2 && text.data[begin - 1] == '-' && text.data[begin - 2] == '-' &&
            (begin == 2 || text.data[begin - 3] == '\n'))
            return (ptrdiff_t)begin - 2;
        from = begin + boundary.len;
    }
}

static void read_heads(struct str *rest, struct form_part *part)
{
    struct str line;
    while (str_cut(rest, '\n', &line)) {
        line = str_trim(line);
        if (line.len == 0)
            return;
        struct str value = line, name;
        if (str_cut(&value, ':', &name) && str_eq_nocase(name, STR("Content-Disposition"))) {
            part->name = attribute(value, "name");
            part->filename = attribute(value, "filename");
        }
    }
}

bool form_next(struct str *rest, struct str boundary, struct form_part *part)
{
    struct str line;
    ptrdiff_t at = boundary.len > 0 ? find_delimiter(*rest, boundary) : -1;
    *part = (struct form_part){.name = {"", 0}, .filename = {"", 0}, .content = {"", 0}};
    if (at < 0)
        return false;
    *rest = str_skip(*rest, (size_t)at + 2 + boundary.len);
    if (str_starts(*rest, STR("--")) || !str_cut(rest, '\n', &line))
        return false;
    read_heads(rest, part);
    ptrdiff_t end = find_delimiter(*rest, boundary);
    if (end < 0)
        return false;
    part->content = (struct str){rest->data, (size_t)end};
    if (part->content.len > 0 && part->content.data[part->content.len - 1] == '\n')
        part->content.len--;
    if (part->content.len > 0 && part->content.data[part->content.len - 1] == '\r')
        part->content.len--;
    *rest = str_skip(*rest, (size_t)end);
    return true;
}
