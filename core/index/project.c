/* Finding name and version of a Python project in its files; see project.h. */
#include "core/index/project.h"

#include <errno.h>

#include "core/base/ini.h"
#include "core/base/paths.h"

#include "core/base/alloc.h"

enum { FILE_MAX = 1 << 20 };

/* ---- a few texts of a TOML file ---- */

struct toml {
    struct project *project;
    struct str rest;
    char table[64]; /* "project"; "" before the first, "?" when it is another */
    bool found, broken, computed, native;
};

static bool at(const struct toml *toml, const char *text)
{
    return str_starts(toml->rest, str_of(text));
}

static void skip(struct toml *toml, size_t n)
{
    toml->rest = str_skip(toml->rest, n);
}

static void skip_past(struct toml *toml, const char *end)
{
    ptrdiff_t where = str_find(toml->rest, str_of(end));
    toml->broken = toml->broken || where < 0;
    skip(toml, where < 0 ? toml->rest.len : (size_t)where + strlen(end));
}

static void skip_comment(struct toml *toml)
{
    ptrdiff_t where = str_find(toml->rest, STR("\n"));
    skip(toml, where < 0 ? toml->rest.len : (size_t)where);
}

static void skip_string(struct toml *toml)
{
    char quote = toml->rest.data[0];
    if (at(toml, "\"\"\"") || at(toml, "'''")) {
        skip(toml, 3);
        skip_past(toml, quote == '"' ? "\"\"\"" : "'''");
        return;
    }
    for (skip(toml, 1); toml->rest.len && toml->rest.data[0] != quote; skip(toml, 1)) {
        if (toml->rest.data[0] == '\\' && quote == '"' && toml->rest.len > 1)
            skip(toml, 1);
        toml->broken = toml->broken || toml->rest.data[0] == '\n';
    }
    toml->broken = toml->broken || toml->rest.len == 0;
    skip(toml, 1);
}

/* Up to the end of the value: of the line, or of the bracket that began in it. */
static struct str take_value(struct toml *toml)
{
    struct str whole = toml->rest;
    int depth = 0;
    while (toml->rest.len && (depth > 0 || toml->rest.data[0] != '\n')) {
        char c = toml->rest.data[0];
        if (c == '"' || c == '\'') {
            skip_string(toml);
            continue;
        }
        if (c == '#') {
            if (depth == 0)
                break;
            skip_comment(toml);
            continue;
        }
        depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
        skip(toml, 1);
    }
    toml->broken = toml->broken || depth != 0;
    whole.len -= toml->rest.len;
    return str_trim(whole);
}

/* "text" or 'text' on one line, without escapes. */
static bool plain_text(struct str value, char *out, size_t capacity)
{
    if (value.len < 2 || (value.data[0] != '"' && value.data[0] != '\'') ||
        value.data[value.len - 1] != value.data[0])
        return false;
    struct str inner = {value.data + 1, value.len - 2};
    for (size_t i = 0; i < inner.len; i++)
        if (inner.data[i] == value.data[0] || (unsigned char)inner.data[i] < ' ' ||
            (inner.data[i] == '\\' && value.data[0] == '"'))
            return false;
    return str_is_utf8(inner) && str_copy(inner, out, capacity);
}

static void read_key(struct toml *toml, struct str key, struct str value)
{
    struct project *p = toml->project;
    char backend[96];
    if (str_is(str_of(toml->table), "build-system") && str_is(key, "build-backend")) {
        static const char *const pure[] = {
            "setuptools.build_meta", "setuptools.build_meta:__legacy__", "flit_core.buildapi",
            "hatchling.build",       "poetry.core.masonry.api",          "pdm.backend"};
        toml->native = true;
        for (size_t i = 0; i < sizeof pure / sizeof *pure; i++)
            if (plain_text(value, backend, sizeof backend) && str_is(str_of(backend), pure[i]))
                toml->native = false;
    }
    if (!str_is(str_of(toml->table), "project"))
        return;
    if (str_is(key, "name"))
        toml->broken = toml->broken || !plain_text(value, p->name, sizeof p->name);
    else if (str_is(key, "version"))
        toml->broken = toml->broken || !plain_text(value, p->version, sizeof p->version);
    else if (str_is(key, "description") && !plain_text(value, p->summary, sizeof p->summary))
        p->summary[0] = '\0';
    else if (str_is(key, "requires-python") &&
             !plain_text(value, p->requires_python, sizeof p->requires_python))
        toml->broken = true;
    else if (str_is(key, "dynamic"))
        toml->computed = toml->computed || str_find(value, STR("version")) >= 0;
}

static void read_header(struct toml *toml)
{
    struct str whole, line;
    (void)str_cut(&toml->rest, '\n', &whole);
    (void)str_cut(&whole, '#', &line);
    line = str_trim(line);
    bool single = line.len > 2 && line.data[1] != '[' && line.data[line.len - 1] == ']';
    struct str name = single ? str_trim((struct str){line.data + 1, line.len - 2}) : STR("?");
    str_copy(str_is(name, "project") || str_is(name, "build-system") ? name : STR("?"), toml->table,
             sizeof toml->table);
    toml->found = toml->found || str_is(name, "project");
}

static void read_statement(struct toml *toml)
{
    size_t n = 0;
    if (toml->rest.data[0] == '[') {
        read_header(toml);
        return;
    }
    while (n < toml->rest.len && toml->rest.data[n] != '=' && toml->rest.data[n] != '\n')
        n++;
    if (n == toml->rest.len || toml->rest.data[n] != '=') {
        toml->broken = true;
        skip(toml, n);
        return;
    }
    struct str key = str_trim((struct str){toml->rest.data, n});
    skip(toml, n + 1);
    read_key(toml, key, take_value(toml));
}

bool project_from_toml(struct project *project, struct str text, bool *found, struct error *err)
{
    struct toml toml = {.project = project, .rest = text};
    *project = (struct project){.name = ""};
    while (toml.rest.len && !toml.broken) {
        char c = toml.rest.data[0];
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            skip(&toml, 1);
        else if (c == '#')
            skip_comment(&toml);
        else
            read_statement(&toml);
    }
    *found = toml.found;
    if (toml.native)
        return error_set(err, ERROR_INPUT, "its build backend may compile things");
    if (toml.found && toml.broken)
        return error_set(err, ERROR_INPUT, "its pyproject.toml is not as simple as that");
    if (toml.found && (toml.computed || !project->version[0]))
        return error_set(err, ERROR_INPUT, "its version is computed");
    if (toml.found && !project->name[0])
        return error_set(err, ERROR_INPUT, "its pyproject.toml gives no name");
    return true;
}

/* ---- files ---- */

/* *there: whether it is; any other trouble fails. */
static bool read_optional(const char *dir, const char *name, struct buf *out, bool *there,
                          struct error *err)
{
    char path[PATH_MAX];
    *there = false;
    if (!path_format(path, err, "%s/%s", dir, name))
        return false;
    if (file_read(path, FILE_MAX, out, err))
        return *there = true;
    return err->kind == ERROR_SYSTEM && err->code == ENOENT;
}

/* Values such as "attr: pkg.version" are computed. */
static bool take_option(const struct ini *ini, size_t section, const char *name, char *out,
                        size_t capacity)
{
    const struct ini_option *option = ini_get(ini, section, name);
    if (!option)
        return true;
    return !memchr(option->value.data, '\n', option->value.len) &&
           !str_starts(option->value, STR("attr:")) && !str_starts(option->value, STR("file:")) &&
           str_copy(option->value, out, capacity);
}

static bool from_setup_cfg(struct project *p, struct str text, struct error *err)
{
    struct ini ini;
    size_t section;
    if (!ini_parse(&ini, text, "setup.cfg", err))
        return false;
    bool plain = true;
    if (ini_find(&ini, STR("metadata"), &section)) {
        plain = take_option(&ini, section, "name", p->name, sizeof p->name) &&
                take_option(&ini, section, "version", p->version, sizeof p->version);
        if (!take_option(&ini, section, "description", p->summary, sizeof p->summary))
            p->summary[0] = '\0';
    }
    if (ini_find(&ini, STR("options"), &section))
        plain = plain && take_option(&ini, section, "python_requires", p->requires_python,
                                     sizeof p->requires_python);
    ini_finish(&ini);
    return plain || error_set(err, ERROR_INPUT, "its version is computed");
}

/* What setup.py does is known to Python alone; that it compiles can be seen. */
static bool compiles(struct str setup)
{
    return str_find(setup, STR("ext_modules")) >= 0 || str_find(setup, STR("Extension(")) >= 0 ||
           str_find(setup, STR("cffi_modules")) >= 0;
}

bool project_read(struct project *project, const char *dir, struct error *err)
{
    struct buf toml = {0}, cfg = {0}, setup = {0}, manifest = {0};
    bool has_toml, has_cfg, has_setup, has_manifest, found = false;
    *project = (struct project){.name = ""};
    bool ok = read_optional(dir, "pyproject.toml", &toml, &has_toml, err) &&
              read_optional(dir, "setup.cfg", &cfg, &has_cfg, err) &&
              read_optional(dir, "setup.py", &setup, &has_setup, err) &&
              read_optional(dir, "MANIFEST.in", &manifest, &has_manifest, err);
    if (ok && !has_toml && !has_cfg && !has_setup) {
        ok = error_set(err, ERROR_INPUT, "it has no pyproject.toml, setup.cfg or setup.py");
        err->code = ENOENT;
    }
    if (ok && has_manifest)
        ok = error_set(err, ERROR_INPUT, "its MANIFEST.in says what belongs to it");
    if (ok && has_setup && compiles(buf_str(&setup)))
        ok = error_set(err, ERROR_INPUT, "its setup.py compiles something");
    ok = ok && (!has_toml || project_from_toml(project, buf_str(&toml), &found, err));
    if (ok && !found && has_cfg)
        ok = from_setup_cfg(project, buf_str(&cfg), err);
    if (ok && (!project->name[0] || !project->version[0]))
        ok = error_set(err, ERROR_INPUT, "its name and version stand in no file but setup.py");
    buf_finish(&toml);
    buf_finish(&cfg);
    buf_finish(&setup);
    buf_finish(&manifest);
    return ok;
}
