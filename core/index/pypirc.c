/* The file ~/.pypirc: read, merged, backed up, written; and the snippet. What happens to the text
 * is in pypirc_text.c. */
#include "core/index/pypirc.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/index/pypirc_text.h"

#include "core/base/alloc.h"

enum { FILE_MAX = 1 << 20, BACKUPS = 100 };

static void wipe(struct buf *bytes)
{
    if (bytes->data)
        secret_wipe(bytes->data, bytes->capacity);
    buf_finish(bytes);
}

/* ---- the snippet ---- */

static bool snippet(const char *repository, const char *user, struct str password, struct buf *out)
{
    return buf_printf(out,
                      "[distutils]\nindex-servers =\n    pypi\n    " PYPIRC_SECTION
                      "\n\n[" PYPIRC_SECTION "]\nrepository = %s\nusername = %s\npassword = %.*s\n",
                      repository, user, STR_ARG(password));
}

bool pypirc_snippet(const struct pypirc_entry *entry, struct buf *out)
{
    return snippet(entry->repository, entry->user, STR(PYPIRC_MASKED), out);
}

bool pypirc_print(int fd, const struct pypirc_entry *entry, struct error *err)
{
    struct buf text = {0};
    bool ok = snippet(entry->repository, entry->user, pypirc_value(entry, PYPIRC_PASSWORD), &text);
    for (struct str rest = buf_str(&text); ok && rest.len > 0;) {
        ssize_t n = write(fd, rest.data, rest.len);
        if (n < 0 && errno == EINTR)
            continue;
        ok = n > 0 || error_errno(err, "The snippet could not be written");
        rest = str_skip(rest, n > 0 ? (size_t)n : 0);
    }
    wipe(&text);
    return ok;
}

/* ---- the file ---- */

static bool same_place(struct str a, struct str b)
{
    while (str_ends(a, STR("/")))
        a.len--;
    while (str_ends(b, STR("/")))
        b.len--;
    return str_eq(a, b);
}

static struct str own_value(const struct pypirc_text *text, enum pypirc_option option)
{
    const struct ini_option *found =
        text->has_section ? ini_get(&text->file.ini, text->section, pypirc_option_names[option])
                          : NULL;
    return found ? found->value : (struct str){"", 0};
}

/* A private index of this kind: a bare host, or /simple or /pypi on one. */
static bool replaceable(struct str repository)
{
    ptrdiff_t scheme = str_find(repository, STR("://"));
    struct str rest = scheme < 0 ? repository : str_skip(repository, (size_t)scheme + 3);
    while (str_ends(rest, STR("/")))
        rest.len--;
    return !memchr(rest.data, '/', rest.len) || str_ends(rest, STR("/simple")) ||
           str_ends(rest, STR("/pypi"));
}

static bool judge_section(const struct pypirc_text *text, const char *path,
                          const struct pypirc_entry *entry, struct pypirc_change *change,
                          struct error *err)
{
    struct str repository = own_value(text, PYPIRC_REPOSITORY);
    struct buf shown = {0};
    bool ok = true;
    if (repository.len && !same_place(repository, str_of(entry->repository))) {
        buf_sanitised(&shown, repository, false);
        str_copy(buf_str(&shown), change->was_for, sizeof change->was_for);
        ok = replaceable(repository);
    }
    buf_finish(&shown);
    if (ok)
        return true;
    error_set(err, ERROR_INPUT,
              "[" PYPIRC_SECTION "] in %s is for %.300s, which is another kind of "
              "repository.",
              path, change->was_for);
    return error_hint(err, "Give that section another name, or write to another file.");
}

static bool judge_values(const struct pypirc_entry *entry, struct error *err)
{
    if (!entry->password || secret_empty(entry->password)) {
        error_set(err, ERROR_AUTH, "The password of the index is not known here.");
        return error_hint(err, "Give it in EKSHUB_PYPI_PASSWORD.");
    }
    for (enum pypirc_option option = 0; option < PYPIRC_OPTIONS; option++) {
        struct str value = pypirc_value(entry, option);
        bool fine = value.len > 0 && str_is_utf8(value) && str_eq(value, str_trim(value));
        for (size_t i = 0; i < value.len; i++)
            fine = fine && (unsigned char)value.data[i] >= ' ' && value.data[i] != 0x7f;
        if (!fine)
            return error_set(err, ERROR_INPUT,
                             "A .pypirc cannot hold this %s: it is empty, or has blanks at an end, "
                             "control characters or bytes that are not UTF-8.",
                             pypirc_option_names[option]);
    }
    return true;
}

/* The first free FILE.bak, or one that holds these very bytes. */
static bool back_up(const char *path, struct str bytes, char out[PATH_MAX], struct error *err)
{
    for (int i = 0; i < BACKUPS; i++) {
        struct buf there = {0};
        char number[8] = "";
        if (i > 0)
            snprintf(number, sizeof number, ".%d", i);
        if (!path_format(out, err, "%s.bak%s", path, number))
            return false;
        struct error why = {.kind = ERROR_NONE};
        bool same = file_read(out, FILE_MAX, &there, &why) && str_eq(buf_str(&there), bytes);
        bool is_free = why.kind == ERROR_SYSTEM && why.code == ENOENT;
        wipe(&there);
        if (is_free || same)
            return file_write(out, bytes, 0600, err) || error_wrap(err, "No backup could be made");
    }
    error_set(err, ERROR_INPUT, "There are %d backups of %s already.", BACKUPS, path);
    return error_hint(err, "Remove some of %s.bak*.", path);
}

static bool write_merged(const char *path, struct str old, struct str new,
                         struct pypirc_change *change, struct error *err)
{
    struct stat about;
    bool closed = stat(path, &about) == 0 && (about.st_mode & 077) == 0;
    change->changed = change->created || !str_eq(old, new);
    if (!change->changed && closed)
        return true;
    if (change->changed && !change->created && old.len > 0 &&
        !back_up(path, old, change->backup, err))
        return false;
    return file_write(path, new, 0600, err);
}

static bool merge_text(const char *path, struct str old, const struct pypirc_entry *entry,
                       struct pypirc_change *change, struct error *err)
{
    struct pypirc_text text;
    size_t len;
    if (!pypirc_text_read(&text, old, path, err))
        return false;
    bool ok = judge_section(&text, path, entry, change, err);
    if (ok) {
        char *new = pypirc_text_merge(&text, entry, &len);
        struct str bytes = {new, len};
        change->listed = !text.listed;
        for (enum pypirc_option option = 0; text.has_section && option < PYPIRC_OPTIONS; option++)
            if (!str_eq(own_value(&text, option), pypirc_value(entry, option)))
                change->replaced = true;
        if (!pypirc_text_agrees(&text, bytes, entry)) {
            ok = error_set(err, ERROR_INPUT,
                           "%s is laid out so that it cannot be changed without changing what it "
                           "says.",
                           path);
            error_hint(err, "Add the snippet by hand: ekshub-tui pypirc prints it.");
        }
        ok = ok && write_merged(path, old, bytes, change, err);
        secret_wipe(new, len);
        free(new);
    }
    pypirc_text_finish(&text);
    return ok;
}

bool pypirc_merge(const char *path, const struct pypirc_entry *entry, struct pypirc_change *change,
                  struct error *err)
{
    struct buf old = {0};
    struct error why = {.kind = ERROR_NONE};
    *change = (struct pypirc_change){.created = false};
    if (!judge_values(entry, err))
        return false;
    bool ok = file_read(path, FILE_MAX, &old, &why);
    if (!ok && why.kind == ERROR_SYSTEM && why.code == ENOENT)
        ok = change->created = true;
    else if (!ok && err)
        *err = why;
    ok = ok && merge_text(path, buf_str(&old), entry, change, err);
    wipe(&old);
    return ok;
}

bool pypirc_password(const char *path, const struct pypirc_entry *entry, struct secret *password,
                     struct error *err)
{
    struct buf bytes = {0};
    struct pypirc_text text;
    error_clear(err);
    if (!file_read(path, FILE_MAX, &bytes, err)) {
        if (err->kind == ERROR_SYSTEM && err->code == ENOENT)
            error_clear(err);
        wipe(&bytes);
        return false;
    }
    bool ok = pypirc_text_read(&text, buf_str(&bytes), path, err);
    if (ok) {
        ok = own_value(&text, PYPIRC_PASSWORD).len > 0 &&
             same_place(own_value(&text, PYPIRC_REPOSITORY), str_of(entry->repository)) &&
             str_is(own_value(&text, PYPIRC_USER), entry->user) &&
             secret_set(password, own_value(&text, PYPIRC_PASSWORD), err);
        pypirc_text_finish(&text);
    }
    wipe(&bytes);
    return ok;
}
