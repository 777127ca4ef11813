/* The PyPI form: how its server reaches S3, where the packages lie, who may write and read. The
 * bucket is tried while typing goes on, and a refused right warns but holds nobody back. */
#include "screens/pypi.h"

#include "core/base/alloc.h"
#include "screens/places.h"

static const char *judge_secret(void *owner, enum secret_id id)
{
    const struct pypi_form *self = owner;
    const struct secret *secret = &self->session->secrets.items[id];
    if (secret_empty(secret) && forms_up(self->session, STAGE_PYPI) &&
        strcmp(self->saved.pypi_credentials, "keys") == 0)
        return NULL; /* it has one and keeps it */
    return secrets_judge(&self->session->secrets, id);
}

static const char *judge_key_id(void *owner, const char *text)
{
    (void)text;
    return judge_secret(owner, SECRET_PYPI_KEY_ID);
}

static const char *judge_key_secret(void *owner, const char *text)
{
    (void)text;
    return judge_secret(owner, SECRET_PYPI_KEY_SECRET);
}

static void set_up_rows(struct pypi_form *self)
{
    static const char *const labels[PYPI_ROWS] = {
        [PYPI_ACCESS] = "S3 access", [PYPI_KEY_ID] = "Key id", [PYPI_KEY_SECRET] = "Secret",
        [PYPI_BUCKET] = "Bucket",    [PYPI_MAKE] = "  It is",  [PYPI_USER] = "Admin name",
        [PYPI_HASH] = "Password",    [PYPI_READ] = "Reading",  [PYPI_OPEN] = "Open to",
    };
    for (int i = 0; i < PYPI_ROWS; i++)
        self->rows[i] = (struct form_row){.label = labels[i], .hint = self->hints[i]};
    self->rows[PYPI_GAP_1].hint = self->rows[PYPI_GAP_2].hint = NULL;
}

static void set_up_picks(struct pypi_form *self, struct session *session)
{
    static const char *const access[] = {"role", "keys"};
    static const char *const made[] = {"true", "false"}, *const made_words[] = {"to be made",
                                                                                "there"};
    static const char *const read[] = {"authenticated", "everyone"}, *const read_words[] = {
                                                                         "needs a login",
                                                                         "for everyone"};
    forms_pick(&self->access, &self->rows[PYPI_ACCESS], session, "pypi_credentials", access, access,
               2);
    forms_pick(&self->make, &self->rows[PYPI_MAKE], session, "pypi_create_bucket", made, made_words,
               2);
    forms_pick(&self->read, &self->rows[PYPI_READ], session, "pypi_default_read", read, read_words,
               2);
}

static void set_up(struct pypi_form *self, struct session *session)
{
    self->session = session;
    set_up_rows(self);
    set_up_picks(self, session);
    forms_field(&self->bucket, &self->rows[PYPI_BUCKET], session, "pypi_bucket_name");
    forms_field(&self->user, &self->rows[PYPI_USER], session, "pypi_admin_user");
    forms_field(&self->open, &self->rows[PYPI_OPEN], session, "pypi_source_ranges");
    forms_gate(&self->gate, &self->rows[PYPI_GATE], session->answers.pypi_source_ranges);
    self->key_id = (struct field){.widget = {&field_ops}, .judge = judge_key_id, .owner = self};
    self->key_secret = (struct field){
        .widget = {&field_ops}, .judge = judge_key_secret, .owner = self, .masked = true};
    self->rows[PYPI_KEY_ID].widget = &self->key_id.widget;
    self->rows[PYPI_KEY_SECRET].widget = &self->key_secret.widget;
    passwords_init(&self->passwords, session, SECRET_PYPI_PASSWORD, &self->rows[PYPI_PASSWORD]);
    self->form = (struct form){
        .widget = {&form_ops}, .rows = self->rows, .count = PYPI_ROWS, .label_width = 12};
}

/* ---- what is known before anything is typed ---- */

/* ACCOUNT-CLUSTER-pypi: names of buckets are shared by all the world. */
static void suggest_bucket(struct pypi_form *self, struct session *session)
{
    const struct checks *checks = &session->checks;
    struct answers *answers = &session->answers;
    const char *account = checks->alias[0] ? checks->alias : checks->account;
    char name[160];
    bool ours =
        !answers->pypi_bucket_name[0] || strcmp(answers->pypi_bucket_name, self->suggested) == 0;
    if (!ours || !account[0] || !answers->cluster_name[0])
        return;
    snprintf(name, sizeof name, "%.20s-%.35s-pypi", account, answers->cluster_name);
    for (char *c = name; *c; c++)
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c + ('a' - 'A')) : *c == '_' ? '-' : *c;
    if (answer_field("pypi_bucket_name")->judge(name))
        return;
    str_copy(str_of(name), self->suggested, sizeof self->suggested);
    str_copy(str_of(name), answers->pypi_bucket_name, sizeof answers->pypi_bucket_name);
    str_copy(str_of(name), self->saved.pypi_bucket_name, sizeof self->saved.pypi_bucket_name);
    self->bucket.cursor = SIZE_MAX;
}

static void take_variable(const struct session *session, const char *name, char *out,
                          size_t capacity, const char *key)
{
    const char *value = session->place->lookup(name);
    if (value && *value && !answer_field(key)->judge(value))
        str_copy(str_of(value), out, capacity);
}

/* What the environment of the seed says, the first time that the form of a new one is seen. */
static void take_environment(struct pypi_form *self, struct session *session)
{
    struct answers *answers = &session->answers;
    const char *key = session->place->lookup(secret_table[SECRET_PYPI_KEY_ID].environment);
    struct error err;
    if (!secrets_from_environment(&session->secrets, session->place->lookup, &err))
        session->trouble = err;
    if (forms_up(session, STAGE_PYPI) || session->dir[0])
        return;
    self->keys_given = key && *key;
    if (self->keys_given)
        str_copy(STR("keys"), answers->pypi_credentials, sizeof answers->pypi_credentials);
    take_variable(session, "TF_VAR_pypi_admin_user", answers->pypi_admin_user,
                  sizeof answers->pypi_admin_user, "pypi_admin_user");
    take_variable(session, "TF_VAR_pypi_bucket_name", answers->pypi_bucket_name,
                  sizeof answers->pypi_bucket_name, "pypi_bucket_name");
}

static void name_admin(struct answers *answers)
{
    char who[160], *at;
    if (answers->pypi_admin_user[0])
        return;
    deployment_who(who, sizeof who);
    if ((at = strchr(who, '@')))
        *at = '\0';
    const char *name =
        strcmp(who, "root") != 0 && !answer_field("pypi_admin_user")->judge(who) ? who : "admin";
    str_copy(str_of(name), answers->pypi_admin_user, sizeof answers->pypi_admin_user);
}

static void begin(struct pypi_form *self, struct session *session)
{
    struct answers *answers = &session->answers;
    self->saved = *answers;
    self->suggested[0] = '\0';
    passwords_forget(&self->passwords);
    take_environment(self, session);
    name_admin(answers);
    forms_own_addresses(session, answers->pypi_source_ranges, sizeof answers->pypi_source_ranges);
    const struct secret *items = session->secrets.items;
    if (session->place->rehearsal && secret_empty(&items[SECRET_PYPI_PASSWORD]) &&
        secret_empty(&items[SECRET_PYPI_HASH]) && !forms_up(session, STAGE_PYPI))
        passwords_make(&self->passwords);
    self->saved = *answers; /* nothing of this was typed */
    self->bucket.cursor = self->user.cursor = self->open.cursor = SIZE_MAX;
}

/* ---- the bucket is tried ---- */

static bool in_its_rows(const struct pypi_form *self)
{
    int focus = self->form.focus;
    return focus == PYPI_KEY_ID || focus == PYPI_KEY_SECRET || focus == PYPI_BUCKET;
}

static bool can_try(const struct pypi_form *self)
{
    const struct answers *answers = &self->session->answers;
    const struct secrets *secrets = &self->session->secrets;
    bool keys = strcmp(answers->pypi_credentials, "keys") == 0;
    return self->session->checks.over && !form_complaint(&self->form, PYPI_BUCKET) &&
           (!keys || (!secrets_judge(secrets, SECRET_PYPI_KEY_ID) &&
                      !secrets_judge(secrets, SECRET_PYPI_KEY_SECRET)));
}

static void try_bucket(const struct pypi_form *self, struct session *session)
{
    bool fits = bucket_try_fits(&session->bucket, &session->answers, &session->secrets);
    if (!fits && !in_its_rows(self) && can_try(self))
        session_try_bucket(session);
}

static void pypi_settle(struct screen *screen, struct session *session)
{
    struct pypi_form *self = (void *)screen;
    bool up = forms_up(session, STAGE_PYPI);
    forms_lend(&self->key_id, &session->secrets.items[SECRET_PYPI_KEY_ID]);
    forms_lend(&self->key_secret, &session->secrets.items[SECRET_PYPI_KEY_SECRET]);
    forms_hide_in_time(&self->key_secret, &self->shown_ms, session);
    forms_pick_settle(&self->access);
    forms_pick_settle(&self->make);
    forms_pick_settle(&self->read);
    passwords_settle(&self->passwords, up);
    if (self->rows[PYPI_AGAIN].locked && self->form.focus == PYPI_AGAIN)
        form_focus(&self->form, PYPI_PASSWORD);
    forms_gate_settle(&self->gate, up ? self->saved.pypi_source_ranges : NULL);
    pypi_notes(self, session);
    try_bucket(self, session);
}

static void pypi_enter(struct screen *screen, struct session *session)
{
    struct pypi_form *self = (void *)screen;
    bool fresh = self->form.count == 0;
    if (fresh)
        set_up(self, session);
    if (strcmp(self->saved.id, session->answers.id) != 0) /* another deployment */
        begin(self, session);
    suggest_bucket(self, session);
    pypi_settle(screen, session);
    if (fresh)
        form_start(&self->form);
}

/* ---- keys ---- */

/* A bucket that is not there and is not to be made cannot hold anything. */
static bool bucket_lacks(struct pypi_form *self, const struct session *session)
{
    const struct bucket_try *tried = &session->bucket;
    if (!bucket_try_fits(tried, &session->answers, &session->secrets) || !tried->over ||
        tried->make || tried->found != BUCKET_FREE)
        return false;
    form_focus(&self->form, PYPI_MAKE);
    screen_say(&self->screen, ROLE_FAILURE,
               "There is no bucket %s: let it be made (←→), or name another one.", tried->bucket);
    return true;
}

static bool key_secrets(struct pypi_form *self, struct session *session, struct press press)
{
    struct secrets *secrets = &session->secrets;
    int focus = self->form.focus;
    if (focus == PYPI_PASSWORD || focus == PYPI_AGAIN)
        return passwords_key(&self->passwords, press, focus - PYPI_PASSWORD);
    if (focus != PYPI_KEY_ID && focus != PYPI_KEY_SECRET)
        return false;
    if (press_ctrl(press, 'r') && focus == PYPI_KEY_SECRET &&
        secrets_from_outside(secrets, SECRET_PYPI_KEY_SECRET, session->place->lookup))
        return true;
    struct field *field = focus == PYPI_KEY_ID ? &self->key_id : &self->key_secret;
    if (!widget_key(&field->widget, press))
        return false;
    secret_edited(
        &secrets->items[focus == PYPI_KEY_ID ? SECRET_PYPI_KEY_ID : SECRET_PYPI_KEY_SECRET]);
    return true;
}

static enum nav open_policy(struct pypi_form *self, const struct session *session)
{
    struct error err;
    self->policy = pypi_policy_text(session, &err);
    return self->policy ? NAV_STAY : screen_complain(&self->screen, &err);
}

static enum nav pypi_key(struct screen *screen, struct session *session, struct press press)
{
    struct pypi_form *self = (void *)screen;
    if (self->policy)
        return pypi_policy_key(self, press);
    if (press_is(press, PRESS_F1 + 5))
        return open_policy(self, session);
    if (press_is(press, PRESS_F1 + 7))
        return NAV_LATER;
    if (press_is(press, PRESS_F1 + 4)) {
        if (can_try(self))
            session_try_bucket(session);
        return NAV_STAY;
    }
    if (key_secrets(self, session, press) || widget_key(&self->form.widget, press))
        return NAV_STAY;
    if (!press_is(press, PRESS_ENTER))
        return NAV_PASS;
    if (bucket_lacks(self, session))
        return NAV_STAY;
    enum nav nav = forms_submit(screen, session, &self->saved, false);
    self->passwords.typed &= nav != NAV_NEXT;
    return nav;
}

/* ---- looks ---- */

static void pypi_draw(const struct screen *screen, const struct session *session,
                      struct canvas room)
{
    const struct pypi_form *self = (const void *)screen;
    char right[WORDS * 2];
    if (self->policy) {
        pypi_policy_draw(self, session, room);
        return;
    }
    forms_cost(session, STAGE_PYPI, right);
    canvas_heading(canvas_cut_top(&room, 2), 0, "Private PyPI server", right);
    int form = widget_height(&self->form.widget, room.area.w);
    int tried = pypi_try_height(session, room.area.w);
    if (tried > 0 && room.area.h >= form + 1 + tried)
        pypi_try_draw(session, canvas_sub(room, (struct rect){0, form + 1, room.area.w, tried}));
    else if (tried > 0 && room.area.h > tried + 6) { /* the form scrolls above it */
        pypi_try_draw(session, canvas_cut_bottom(&room, tried));
        canvas_cut_bottom(&room, room.area.h > form ? 1 : 0);
    }
    widget_draw(&self->form.widget, room, true);
}

static void pypi_sentence(const struct screen *screen, const struct session *session,
                          struct sentence *out)
{
    const struct pypi_form *self = (const void *)screen;
    if (self->policy)
        sentence_set(out, ROLE_NORMAL,
                     "Paste it in the IAM console as an inline policy; F5 in the "
                     "form tries again.");
    else
        forms_sentence(&self->form, session, STAGE_PYPI, out);
}

static const struct press_hint *pypi_hints(const struct screen *screen,
                                           const struct session *session)
{
    static const struct press_hint plain[] = {
        {"Enter", "next form", false}, {"↑↓", "field", false},  {"F8", "later", false},
        {"F5", "try again", false},    {"F6", "policy", false}, {"Esc", "back", true},
        {"F1", "help", true},          {NULL, NULL, false}};
    static const struct press_hint pick[] = {
        {"Enter", "next form", false}, {"←→", "change", false},    {"↑↓", "field", false},
        {"F8", "later", false},        {"F5", "try again", false}, {"F6", "policy", false},
        {"Esc", "back", true},         {"F1", "help", true},       {NULL, NULL, false}};
    static const struct press_hint secret[] = {
        {"Enter", "next form", false}, {"Ctrl-G", "make one", false},
        {"Ctrl-R", "show", false},     {"↑↓", "field", false},
        {"F8", "later", false},        {"Esc", "back", true},
        {"F1", "help", true},          {NULL, NULL, false}};
    static const struct press_hint policy[] = {{"↑↓", "scroll", false},
                                               {"c", "copy", false},
                                               {"Esc", "back to the form", true},
                                               {"?", "help", true},
                                               {NULL, NULL, false}};
    const struct pypi_form *self = (const void *)screen;
    int focus = self->form.focus;
    (void)session;
    if (self->policy)
        return policy;
    if (focus == PYPI_PASSWORD || focus == PYPI_AGAIN)
        return secret;
    return focus == PYPI_ACCESS || focus == PYPI_MAKE || focus == PYPI_READ ? pick : plain;
}

static bool pypi_unsaved(const struct screen *screen, const struct session *session)
{
    const struct pypi_form *self = (const void *)screen;
    struct answers saved = self->saved;
    if (session->run.command == RUN_DESTROY) { /* it has saved what became of the bucket */
        memcpy(saved.pypi_create_bucket, session->answers.pypi_create_bucket,
               sizeof saved.pypi_create_bucket);
        memcpy(saved.pypi_keep_bucket, session->answers.pypi_keep_bucket,
               sizeof saved.pypi_keep_bucket);
    }
    return self->form.count > 0 &&
           (self->passwords.typed || forms_changed(session, &saved, STAGE_PYPI));
}

static void pypi_finish(struct screen *screen)
{
    struct pypi_form *self = (void *)screen;
    passwords_finish(&self->passwords);
    free(self->policy);
}

const struct screen_ops pypi_screen = {
    .name = "pypi",
    .rail = RAIL_PYPI,
    .size = sizeof(struct pypi_form),
    .hints = pypi_hints,
    .help = "The server keeps packages in an S3 bucket. With role it gets its rights by its "
            "service account, and there is no key to keep; with keys it gets the pair typed here.\n"
            "Before terraform sees any of it the bucket is tried: a small object under "
            ".ekshub-probe/ is written, read and removed. F5 tries again, F6 shows the least that "
            "the key's user must be allowed.\n"
            "The password is hashed here; the plain one never reaches terraform. Ctrl-G makes one, "
            "Ctrl-R shows it for ten seconds. It is needed for .pypirc at the end.\n"
            "F8 leaves this form for later: EKS does not wait for it.",
    .enter = pypi_enter,
    .settle = pypi_settle,
    .key = pypi_key,
    .draw = pypi_draw,
    .sentence = pypi_sentence,
    .unsaved = pypi_unsaved,
    .finish = pypi_finish,
};
