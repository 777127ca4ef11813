/* The least that the server of the private PyPI needs, as a policy to paste. */
#include "core/aws/region.h"
#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "screens/pypi.h"

enum { POLICY_MAX = 64 << 10 };

/* Appends the text with every `what` in it replaced. */
static void replaced(struct buf *out, struct str text, struct str what, struct str with)
{
    for (ptrdiff_t at; (at = str_find(text, what)) >= 0;) {
        buf_append(out, (struct str){text.data, (size_t)at});
        buf_append(out, with);
        text = str_skip(text, (size_t)at + what.len);
    }
    buf_append(out, text);
}

char *pypi_policy_text(const struct session *session, struct error *err)
{
    const struct answers *answers = &session->answers;
    const char *bucket = answers->pypi_bucket_name[0] ? answers->pypi_bucket_name : "BUCKET";
    struct buf text = {0}, half = {0}, whole = {0};
    char path[PATH_MAX];
    char *out = NULL;
    if (path_format(path, err, "%s/iam/pypi-bucket-policy.json", session->place->assets) &&
        file_read(path, POLICY_MAX, &text, err)) {
        replaced(&half, buf_str(&text), STR("BUCKET"), str_of(bucket));
        replaced(&whole, buf_str(&half), STR("PARTITION"),
                 str_of(partition_of(answers->region)->name));
        out = alloc_copy(buf_str(&whole));
    }
    buf_finish(&text);
    buf_finish(&half);
    buf_finish(&whole);
    return out;
}

static void close_policy(struct pypi_form *self)
{
    free(self->policy);
    self->policy = NULL;
    self->policy_top = 0;
}

enum nav pypi_policy_key(struct pypi_form *self, struct press press)
{
    struct press meant = press_outside_field(press);
    if (press_is(press, 'c'))
        return screen_copy(&self->screen, self->policy, "The policy");
    if (press_is(meant, PRESS_ESC) || press_is(press, PRESS_F1 + 5) || press_is(press, PRESS_ENTER))
        close_policy(self);
    else if (press_is(meant, PRESS_DOWN))
        self->policy_top++;
    else if (press_is(meant, PRESS_UP))
        self->policy_top -= self->policy_top > 0;
    else
        return NAV_PASS;
    return NAV_STAY;
}

/* Lines stand whole from column 0, as they are to be selected. */
void pypi_policy_draw(const struct pypi_form *self, const struct session *session,
                      struct canvas room)
{
    char right[WORDS * 2];
    snprintf(right, sizeof right, "for %s",
             session->bucket.who[0] && session->bucket.keys ? session->bucket.who
                                                            : "the key's user");
    canvas_heading(canvas_cut_top(&room, 2), 0, "The least that the server needs", right);
    struct str rest = str_of(self->policy), line;
    int lines = 0, top = self->policy_top;
    for (struct str count = rest; count.len > 0; lines++)
        str_cut(&count, '\n', &line);
    top = rect_clamp(top, 0, lines > room.area.h ? lines - room.area.h : 0);
    for (int y = -top; rest.len > 0; y++) {
        str_cut(&rest, '\n', &line);
        if (y >= 0)
            canvas_text_n(room, 0, y, ROLE_NORMAL, line.data, line.len);
    }
}
