/* The facts beside the rows of the PyPI form, and what S3 said when it was tried. */
#include "core/base/alloc.h"
#include "screens/pypi.h"

#include <stdarg.h>

static __attribute__((format(printf, 4, 5))) void note(struct pypi_form *self, enum pypi_row row,
                                                       enum role role, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(self->hints[row], sizeof self->hints[row], format, args);
    va_end(args);
    self->rows[row].hint_role = role;
}

static void note_access(struct pypi_form *self, const struct session *session)
{
    const struct secrets *secrets = &session->secrets;
    bool keys = strcmp(session->answers.pypi_credentials, "keys") == 0;
    bool given = secrets_from_outside(secrets, SECRET_PYPI_KEY_ID, session->place->lookup);
    bool secret_given =
        secrets_from_outside(secrets, SECRET_PYPI_KEY_SECRET, session->place->lookup);
    bool kept = forms_up(session, STAGE_PYPI) && strcmp(self->saved.pypi_credentials, "keys") == 0;
    self->rows[PYPI_KEY_ID].hidden = self->rows[PYPI_KEY_SECRET].hidden = !keys;
    if (keys && self->keys_given)
        note(self, PYPI_ACCESS, ROLE_NORMAL, "keys: the environment has a pair");
    else if (keys)
        note(self, PYPI_ACCESS, ROLE_NORMAL, "a pair to keep safe, and to rotate");
    else
        note(self, PYPI_ACCESS, ROLE_NORMAL, "no key to keep or rotate");
    note(self, PYPI_KEY_ID, ROLE_NORMAL, "%s",
         given  ? "from TF_VAR_pypi_aws_access_key_id"
         : kept ? "kept; type a pair only to change it"
                : "of an IAM user for this alone");
    note(self, PYPI_KEY_SECRET, ROLE_NORMAL, "%s",
         secret_given ? "from the environment; never shown"
         : kept       ? "kept"
                      : "Ctrl-R shows it for 10 s");
}

static void note_found(struct pypi_form *self, const struct session *session)
{
    const struct bucket_try *tried = &session->bucket;
    const char *region = tried->found_region;
    bool far = region[0] && strcmp(region, tried->region) != 0;
    enum stage_state state = session_stage(session, STAGE_PYPI);
    bool up = state == STAGE_DONE, half = state == STAGE_FAILED || state == STAGE_RUNNING;
    if (tried->found == BUCKET_THERE && tried->make && half)
        note(self, PYPI_MAKE, ROLE_NORMAL, "there: perhaps begun with it; keep this");
    else if (tried->found == BUCKET_THERE && tried->make && !up)
        note(self, PYPI_MAKE, ROLE_WARNING, "it is there already: choose there");
    else if (tried->found == BUCKET_THERE && far)
        note(self, PYPI_MAKE, ROLE_WARNING, "in %s: slower, and traffic costs", region);
    else if (tried->found == BUCKET_THERE)
        note(self, PYPI_MAKE, ROLE_SUCCESS, "yours, in %s", region);
    else if (tried->found == BUCKET_FREE && tried->make)
        note(self, PYPI_MAKE, ROLE_SUCCESS, "the name is free");
    else if (tried->found == BUCKET_FREE)
        note(self, PYPI_MAKE, ROLE_FAILURE, "there is no such bucket");
    else if (tried->found == BUCKET_FORBIDDEN && tried->make)
        note(self, PYPI_MAKE, ROLE_WARNING, "taken, and closed to you");
    else if (tried->found == BUCKET_FORBIDDEN)
        note(self, PYPI_MAKE, ROLE_WARNING, "there, but it may not be looked at");
    else if (tried->going)
        note(self, PYPI_MAKE, ROLE_NORMAL, "asking S3");
    else
        note(self, PYPI_MAKE, ROLE_NORMAL, "terraform makes it, private");
}

static void note_bucket(struct pypi_form *self, const struct session *session)
{
    const struct answers *answers = &session->answers;
    bool fits = bucket_try_fits(&session->bucket, answers, &session->secrets);
    if (strcmp(answers->pypi_bucket_name, self->suggested) == 0)
        note(self, PYPI_BUCKET, ROLE_NORMAL, "one name in all the world; a proposal");
    else
        note(self, PYPI_BUCKET, ROLE_NORMAL, "one name in all the world");
    self->rows[PYPI_MAKE].locked = forms_up(session, STAGE_PYPI);
    if (self->rows[PYPI_MAKE].locked)
        note(self, PYPI_MAKE, ROLE_NORMAL, "as it was begun: it stays");
    else if (fits)
        note_found(self, session);
    else
        note(self, PYPI_MAKE, ROLE_NORMAL, "%s",
             strcmp(answers->pypi_create_bucket, "true") == 0 ? "terraform makes it, private"
                                                              : "in this account");
}

static void note_passwords(struct pypi_form *self, const struct session *session)
{
    const struct secret *items = session->secrets.items;
    bool hashed =
        !secret_empty(&items[SECRET_PYPI_HASH]) && secret_empty(&items[SECRET_PYPI_PASSWORD]);
    self->rows[PYPI_PASSWORD].hidden |= hashed;
    if (!hashed)
        self->rows[PYPI_PASSWORD].hidden = false;
    self->rows[PYPI_AGAIN].hidden |= hashed;
    self->rows[PYPI_HASH].hidden = !hashed;
    note(self, PYPI_HASH, ROLE_NORMAL,
         "its hash is in TF_VAR_pypi_user_encrypted_pwd: nobody here knows the password, so no "
         "login is proven and .pypirc will lack it");
}

void pypi_notes(struct pypi_form *self, const struct session *session)
{
    const struct answers *answers = &session->answers;
    bool open = strstr(answers->pypi_source_ranges, "0.0.0.0/0") != NULL;
    note_access(self, session);
    note_bucket(self, session);
    note(self, PYPI_USER, ROLE_NORMAL, "the username in .pypirc");
    note_passwords(self, session);
    note(self, PYPI_READ, ROLE_NORMAL, "%s",
         strcmp(answers->pypi_default_read, "everyone") == 0 ? "whoever reaches the address"
                                                             : "the same name and password");
    note(self, PYPI_OPEN, open ? ROLE_WARNING : ROLE_NORMAL, "%s",
         open ? "the whole internet, over http" : "http: passwords readable on the way");
}

/* ---- the try ---- */

static const struct {
    const char *name;
    enum s3_verb verb;
} rights[BUCKET_RIGHTS] = {
    [BUCKET_LIST] = {"list", S3_LIST},
    [BUCKET_PUT] = {"put", S3_PUT},
    [BUCKET_GET] = {"get", S3_GET},
    [BUCKET_DELETE] = {"delete", S3_DELETE},
};

static enum mark mark_of(enum bucket_state state)
{
    static const enum mark marks[] = {
        [BUCKET_WAITING] = MARK_TODO,    [BUCKET_RUNNING] = MARK_NOW,
        [BUCKET_ALLOWED] = MARK_DONE,    [BUCKET_REFUSED] = MARK_FAILED,
        [BUCKET_SKIPPED] = MARK_SKIPPED,
    };
    return marks[state];
}

static int first_refused(const struct bucket_try *tried)
{
    for (int i = 0; i < BUCKET_RIGHTS; i++)
        if (tried->rights[i].state == BUCKET_REFUSED)
            return i;
    return -1;
}

/* What the refusals mean for the packages. */
static void consequence(const struct session *session, char out[WORDS * 4])
{
    const struct bucket_try *tried = &session->bucket;
    bool put = tried->rights[BUCKET_PUT].state == BUCKET_REFUSED;
    bool get = tried->rights[BUCKET_GET].state == BUCKET_REFUSED;
    bool list = tried->rights[BUCKET_LIST].state == BUCKET_REFUSED;
    static const char cure[] = "F6 shows a policy to paste.";
    out[0] = '\0';
    if (tried->trouble.kind != ERROR_NONE)
        snprintf(out, WORDS * 4, "%.300s", tried->trouble.text);
    else if (first_refused(tried) < 0)
        return;
    else if (!tried->keys)
        snprintf(out, WORDS * 4,
                 "You may not, but the server's own role will, unless the policy of the bucket "
                 "denies it.%s%s",
                 tried->left[0] ? " One probe object stays: " : "", tried->left);
    else if (put)
        snprintf(out, WORDS * 4, "Nothing could be uploaded. %s", cure);
    else if (get)
        snprintf(out, WORDS * 4, "Packages could be uploaded, but nobody could install them. %s",
                 cure);
    else if (list)
        snprintf(out, WORDS * 4, "The server could not find its own packages again. %s", cure);
    else
        snprintf(out, WORDS * 4,
                 "Packages could be uploaded but never removed, and one probe object stays: %s. %s",
                 tried->left, cure);
}

static bool tells(const struct bucket_try *tried)
{
    return tried->bucket[0] && (!tried->make || tried->trouble.kind != ERROR_NONE) &&
           (tried->found != BUCKET_FREE);
}

int pypi_try_height(const struct session *session, int width)
{
    char text[WORDS * 4];
    if (!bucket_try_fits(&session->bucket, &session->answers, &session->secrets) ||
        !tells(&session->bucket))
        return 0;
    consequence(session, text);
    return 2 + (text[0] ? text_lines(text, TEXT_ALL, width - 2) : 0);
}

static void draw_rights(const struct bucket_try *tried, struct canvas line)
{
    int x = 2, refused = first_refused(tried);
    for (int i = 0; i < BUCKET_RIGHTS; i++) {
        enum mark mark = mark_of(tried->rights[i].state);
        x = canvas_text(line, x, 0, mark_role(mark), mark_glyph(mark)) + 1;
        x = canvas_text(line, x, 0, ROLE_NORMAL, rights[i].name) + 3;
    }
    if (refused < 0)
        return;
    char text[WORDS * 2];
    const char *code = tried->rights[refused].code;
    snprintf(text, sizeof text, "%.80s on %s", code[0] ? code : "refused",
             s3_right(rights[refused].verb));
    canvas_elided(line, x + 3, 0, line.area.w - x - 3, ROLE_FAILURE, text);
}

void pypi_try_draw(const struct session *session, struct canvas canvas)
{
    const struct bucket_try *tried = &session->bucket;
    char title[WORDS], text[WORDS * 4], span[CLOCK_TEXT];
    int64_t ago = words_wall(session) - tried->ended_ms;
    const char *with = tried->keys ? "with this key" : "with your own identity";
    if (tried->going)
        snprintf(title, sizeof title, "Trying %s", with);
    else if (ago < 60000)
        snprintf(title, sizeof title, "Tried just now %s", with);
    else
        snprintf(title, sizeof title, "Tried %s ago %s", clock_span(ago, span), with);
    canvas_heading(canvas_cut_top(&canvas, 1), 0, title, tried->who);
    if (tried->trouble.kind == ERROR_NONE)
        draw_rights(tried, canvas_cut_top(&canvas, 1));
    consequence(session, text);
    canvas_cut_left(&canvas, 2);
    canvas_wrapped(canvas, 0, tried->trouble.kind != ERROR_NONE ? ROLE_WARNING : ROLE_NORMAL, text);
}
