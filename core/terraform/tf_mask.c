/* Known secrets out of a finished stream. They were never meant to be in it, but a failing
 * provisioner prints its environment and a validation prints the value that it refuses. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/terraform/terraform.h"

#include "core/base/alloc.h"

/* As terraform's JSON encoder writes it (Go, with HTML escaping); as a quoted command line it is
 * escaped by Go's %q before. */
static void escape(struct str from, struct buf *out, bool json)
{
    for (size_t i = 0; i < from.len; i++) {
        unsigned char c = (unsigned char)from.data[i];

        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c == '\n' || c == '\r' || c == '\t')
            buf_printf(out, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
        else if (json && (c < 0x20 || c == '<' || c == '>' || c == '&'))
            buf_printf(out, "\\u%04x", c);
        else if (c < 0x20 || c == 0x7f)
            buf_printf(out, "\\x%02x", c);
        else
            buf_byte(out, (char)c);
    }
}

enum { FORMS = 3 };

struct disguises { /* of one secret, the longest first; empty ones are not looked for */
    struct secret forms[FORMS];
};

static bool keep(struct secret *form, struct buf *text, struct error *err)
{
    bool ok = !text->len || secret_take(form, text->data, text->len, err);

    buf_finish(text);
    return ok;
}

static bool disguise(struct disguises *out, const struct secret *secret, struct error *err)
{
    struct buf json = {0}, quoted = {0}, both = {0};
    bool ok;

    if (secret->len < 4) /* secret_mask leaves these alone too */
        return true;
    escape(secret_expose(secret), &json, true);
    escape(secret_expose(secret), &quoted, false);
    escape(buf_str(&quoted), &both, true);
    ok = keep(&out->forms[0], &both, err);
    ok = keep(&out->forms[1], &json, err) && ok;
    if (quoted.data)
        secret_wipe(quoted.data, quoted.capacity);
    buf_finish(&quoted);
    return secret_copy(&out->forms[2], secret, err) && ok;
}

/* A masked text that began right behind a backslash would leave `\*`, which is not JSON. */
static void mend(char *line, size_t len)
{
    for (size_t i = 0; i + 1 < len; i++)
        if (line[i] == '\\') {
            if (line[i + 1] == '*')
                line[i] = '*';
            i++;
        }
}

/* The dump's line is long, and its message stands within its first bytes. */
static bool is_dump(const char *line, size_t len)
{
    struct str head = {line, len < 512 ? len : 512};

    return str_find(head, STR("\"@message\":\"Emergency state dump\"")) >= 0;
}

static void mask_lines(char *text, size_t len, const struct disguises *disguises, size_t count)
{
    while (len) {
        const char *newline = memchr(text, '\n', len);
        size_t line = newline ? (size_t)(newline - text) + 1 : len;

        if (!is_dump(text, line)) {
            for (size_t i = 0; i < count * FORMS; i++)
                secret_mask(&disguises[i / FORMS].forms[i % FORMS], text, line);
            mend(text, line);
        }
        text += line;
        len -= line;
    }
}

static bool mask_file(const char *path, const struct disguises *disguises, size_t count,
                      struct error *err)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;
    char *text = MAP_FAILED;
    bool ok = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);

    if (ok && st.st_size > 0) {
        text = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        ok = text != MAP_FAILED;
        if (ok)
            mask_lines(text, (size_t)st.st_size, disguises, count);
        ok = ok && msync(text, (size_t)st.st_size, MS_SYNC) == 0;
    }
    if (!ok)
        error_errno(err, "Secrets could not be masked in %s", path);
    if (text != MAP_FAILED)
        munmap(text, (size_t)st.st_size);
    if (fd >= 0)
        close(fd);
    return ok;
}

bool terraform_mask_stream(const char *path, const struct secret *const *secrets, size_t count,
                           struct error *err)
{
    struct disguises *disguises = alloc_zeroed(count + 1, sizeof(*disguises));
    bool ok = true;

    for (size_t i = 0; i < count && ok; i++)
        ok = disguise(&disguises[i], secrets[i], err);
    ok = ok && mask_file(path, disguises, count, err);
    for (size_t i = 0; i < count * FORMS; i++)
        secret_finish(&disguises[i / FORMS].forms[i % FORMS]);
    free(disguises);
    return ok;
}
