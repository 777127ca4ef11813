/* The form that adds a profile to the AWS files: keys, a role, or a sign-in. What was typed stays
 * until it is saved; then the credentials screen shows it, chosen, with its checks. */
#include "core/base/alloc.h"
#include "screens/forms.h"
#include "screens/places.h"

enum profile_row {
    ROW_NAME,
    ROW_TWIN, /* only for a name whose keys can be replaced */
    ROW_KIND,
    ROW_GAP_1,
    ROW_KEY_ID,
    ROW_SECRET,
    ROW_TOKEN,
    ROW_ROLE_ARN,
    ROW_SOURCE,
    ROW_EXTERNAL_ID,
    ROW_MFA,
    ROW_SSO_SESSION,
    ROW_SSO_URL,
    ROW_SSO_REGION,
    ROW_SSO_ACCOUNT,
    ROW_SSO_ROLE,
    ROW_GAP_2,
    ROW_REGION,
    ROWS,
};

#define NO_FIELD PROFILE_FIELDS_ALL

static const struct row_about {
    const char *label, *hint, *empty;
    enum profile_field field;
} about[ROWS] = {
    [ROW_NAME] = {"Name", NULL, NULL, PROFILE_FIELD_NAME},
    [ROW_TWIN] = {"  Is there", "its keys; nothing else of it", NULL, NO_FIELD},
    [ROW_KIND] = {"Kind", NULL, NULL, NO_FIELD},
    [ROW_GAP_1] = {.field = NO_FIELD},
    [ROW_KEY_ID] = {"Access key ID", "begins with AKIA or ASIA", NULL, PROFILE_FIELD_KEY_ID},
    [ROW_SECRET] = {"Secret key", "Ctrl-R shows it for 10 s", NULL, PROFILE_FIELD_SECRET},
    [ROW_TOKEN] = {"Session token", "only for keys that end: ASIA", NULL, PROFILE_FIELD_TOKEN},
    [ROW_ROLE_ARN] = {"Role ARN", "arn:aws:iam::ACCOUNT:role/NAME", NULL, PROFILE_FIELD_ROLE_ARN},
    [ROW_SOURCE] = {"Assumed by", "the profile that may assume it", NULL, PROFILE_FIELD_SOURCE},
    [ROW_EXTERNAL_ID] = {"External ID", "only if the role asks for one", "none",
                         PROFILE_FIELD_EXTERNAL_ID},
    [ROW_MFA] = {"MFA device", "only if the role asks for digits", "none", PROFILE_FIELD_MFA},
    [ROW_SSO_SESSION] = {"Sign-in", "its name; others may share it", NULL,
                         PROFILE_FIELD_SSO_SESSION},
    [ROW_SSO_URL] = {"Start URL", "https://….awsapps.com/start", NULL, PROFILE_FIELD_SSO_URL},
    [ROW_SSO_REGION] = {"Its region", "where IAM Identity Center is", NULL,
                        PROFILE_FIELD_SSO_REGION},
    [ROW_SSO_ACCOUNT] = {"Account", "12 digits", NULL, PROFILE_FIELD_SSO_ACCOUNT},
    [ROW_SSO_ROLE] = {"Permissions", "name of the permission set", NULL, PROFILE_FIELD_SSO_ROLE},
    [ROW_GAP_2] = {.field = NO_FIELD},
    [ROW_REGION] = {"Region", "where the cluster shall be", "none", PROFILE_FIELD_REGION},
};

struct profile_form;

struct judged { /* what a field's judge is called with */
    const struct profile_form *form;
    enum profile_field field;
};

struct profile_form {
    struct screen screen;
    struct form form;
    struct form_row rows[ROWS];
    struct field fields[PROFILE_FIELDS_ALL];
    struct judged judged[PROFILE_FIELDS_ALL];
    struct choice kind, twin, source;
    struct session *session;
    struct profile_new new;
    int64_t shown_ms[2]; /* secret and token */
    char name_hint[96];
    bool typed;
};

/* ---- rows ---- */

static const char *judge(void *owner, const char *text)
{
    const struct judged *judged = owner;
    (void)text; /* is the one of the new profile */
    return profile_new_judge(&judged->form->new, judged->field, &judged->form->session->profiles);
}

static void set_up_field(struct profile_form *self, enum profile_row row)
{
    enum profile_field field = about[row].field;
    self->judged[field] = (struct judged){.form = self, .field = field};
    self->fields[field] = (struct field){.widget = {&field_ops},
                                         .empty = about[row].empty,
                                         .judge = judge,
                                         .owner = &self->judged[field],
                                         .masked = field >= PROFILE_FIELDS};
    self->rows[row].widget = &self->fields[field].widget;
}

static void point_field(struct profile_form *self, enum profile_field field)
{
    if (field == PROFILE_FIELD_SECRET)
        forms_lend(&self->fields[field], &self->new.secret);
    else if (field == PROFILE_FIELD_TOKEN)
        forms_lend(&self->fields[field], &self->new.token);
    else if (self->fields[field].buffer != self->new.text[field])
        field_lend(&self->fields[field], self->new.text[field], PROFILE_TEXT);
}

/* The source of a role is another profile than this one. */
static struct choice_option source_option(const void *owner, int index)
{
    const struct profile_form *self = owner;
    const struct profile *profile = &self->session->profiles.items[index];
    return (struct choice_option){profile->name, profile_kind_name(profile->kind)};
}

static void source_changed(struct choice *choice, void *context)
{
    struct profile_form *self = context;
    str_copy(str_of(choice_text(choice)), self->new.text[PROFILE_FIELD_SOURCE], PROFILE_TEXT);
}

static void kind_changed(struct choice *choice, void *context)
{
    struct profile_form *self = context;
    self->new.kind = (enum profile_new_kind)choice->chosen;
}

static void twin_changed(struct choice *choice, void *context)
{
    struct profile_form *self = context;
    self->new.replace = choice->chosen == 1;
}

static void set_up(struct profile_form *self)
{
    static const char *const kinds[] = {"keys", "role", "sign-in"};
    static const char *const ways[] = {"keep it", "replace"};
    self->kind = (struct choice){.widget = {&choice_ops},
                                 .words = kinds,
                                 .count = 3,
                                 .changed = kind_changed,
                                 .context = self,
                                 .spread = true};
    self->twin = (struct choice){.widget = {&choice_ops},
                                 .words = ways,
                                 .count = 2,
                                 .changed = twin_changed,
                                 .context = self,
                                 .spread = true};
    self->source = (struct choice){.widget = {&choice_ops},
                                   .option = source_option,
                                   .owner = self,
                                   .changed = source_changed,
                                   .context = self};
    for (int row = 0; row < ROWS; row++) {
        self->rows[row] = (struct form_row){.label = about[row].label, .hint = about[row].hint};
        if (about[row].field != NO_FIELD && row != ROW_SOURCE)
            set_up_field(self, (enum profile_row)row);
    }
    self->rows[ROW_NAME].hint = self->name_hint;
    self->rows[ROW_KIND].widget = &self->kind.widget;
    self->rows[ROW_TWIN].widget = &self->twin.widget;
    self->rows[ROW_SOURCE].widget = &self->source.widget;
    self->form =
        (struct form){.widget = {&form_ops}, .rows = self->rows, .count = ROWS, .label_width = 14};
}

/* ---- what follows from what was typed ---- */

static void say_name(struct profile_form *self)
{
    const char *name = self->new.text[PROFILE_FIELD_NAME];
    bool plain = profile_name_is_plain(name);
    snprintf(self->name_hint, sizeof self->name_hint, "%s",
             plain ? "as behind --profile" : "terraform finds no name with blanks");
    self->rows[ROW_NAME].hint_role = plain ? ROLE_NORMAL : ROLE_WARNING;
}

static void say_kind(struct profile_form *self)
{
    static const char *const hints[] = {"an access key of yours", "with another profile's keys",
                                        "at IAM Identity Center"};
    self->rows[ROW_KIND].hint = hints[self->new.kind];
    self->kind.chosen = (int)self->new.kind;
}

static void settle_source(struct profile_form *self)
{
    const struct profiles *profiles = &self->session->profiles;
    const struct profile *from = profiles_find(profiles, self->new.text[PROFILE_FIELD_SOURCE]);
    self->source.count = (int)profiles->count;
    if (from)
        self->source.chosen = (int)(from - profiles->items);
    else if (profiles->count > 0)
        source_changed(&self->source, self);
    self->rows[ROW_SOURCE].hint =
        profiles->count > 0 ? about[ROW_SOURCE].hint : "there is none yet: add its keys first";
}

static void settle_twin(struct profile_form *self)
{
    const struct profiles *profiles = &self->session->profiles;
    const struct profile *twin = profile_new_twin(&self->new, profiles);
    bool can =
        twin && self->new.kind == PROFILE_NEW_KEYS &&profile_keys_replaceable(profiles, twin);
    self->rows[ROW_TWIN].hidden = !can;
    if (!can)
        self->new.replace = false;
    self->twin.chosen = self->new.replace;
}

static void profile_settle(struct screen *screen, struct session *session)
{
    struct profile_form *self = (void *)screen;
    self->session = session;
    for (int field = 0; field < PROFILE_FIELDS_ALL; field++)
        if (field != PROFILE_FIELD_SOURCE)
            point_field(self, (enum profile_field)field);
    forms_hide_in_time(&self->fields[PROFILE_FIELD_SECRET], &self->shown_ms[0], session);
    forms_hide_in_time(&self->fields[PROFILE_FIELD_TOKEN], &self->shown_ms[1], session);
    for (int row = 0; row < ROWS; row++)
        if (about[row].field != NO_FIELD)
            self->rows[row].hidden = !profile_field_asked(self->new.kind, about[row].field);
    say_name(self);
    say_kind(self);
    settle_source(self);
    settle_twin(self);
}

static void propose(struct profile_form *self, const struct session *session)
{
    const struct profiles *profiles = &session->profiles;
    const char *region = profiles_region(profiles, NULL, session->place->region);
    char *name = self->new.text[PROFILE_FIELD_NAME];
    if (!profiles_find(profiles, "kube_admin"))
        str_copy(STR("kube_admin"), name, PROFILE_TEXT);
    str_copy(str_of(region), self->new.text[PROFILE_FIELD_REGION], PROFILE_TEXT);
}

static void profile_enter(struct screen *screen, struct session *session)
{
    struct profile_form *self = (void *)screen;
    bool fresh = self->form.count == 0;
    if (fresh)
        set_up(self);
    if (!self->typed)
        propose(self, session);
    profile_settle(screen, session);
    if (fresh || !self->typed)
        form_start(&self->form);
}

static void forget(struct profile_form *self)
{
    profile_new_finish(&self->new);
    for (int field = 0; field < PROFILE_FIELDS_ALL; field++)
        self->fields[field].buffer = NULL;
    self->typed = false;
}

static enum nav save(struct profile_form *self, struct session *session)
{
    struct error err;
    if (!session_add_profile(session, &self->new, &err))
        return screen_complain(&self->screen, &err);
    forget(self);
    return NAV_NEXT;
}

static bool on_kind_or_choice(const struct profile_form *self)
{
    int focus = self->form.focus;
    return focus == ROW_KIND || focus == ROW_TWIN || focus == ROW_SOURCE;
}

static enum nav profile_key(struct screen *screen, struct session *session, struct press press)
{
    struct profile_form *self = (void *)screen;
    if (widget_key(&self->form.widget, press)) {
        secret_edited(&self->new.secret);
        secret_edited(&self->new.token);
        self->typed = true;
        return NAV_STAY;
    }
    return press_is(press, PRESS_ENTER) ? save(self, session) : NAV_PASS;
}

static void profile_draw(const struct screen *screen, const struct session *session,
                         struct canvas room)
{
    const struct profile_form *self = (const void *)screen;
    const struct profiles *profiles = &session->profiles;
    bool keys = self->new.kind == PROFILE_NEW_KEYS;
    char files[160];
    snprintf(files, sizeof files, "%.70s%s%.70s", keys ? profiles->credentials_shown : "",
             keys ? " + " : "", profiles->config_shown);
    canvas_heading(canvas_cut_top(&room, 2), 0, "A new profile", files);
    widget_draw(&self->form.widget, room, true);
}

static void profile_sentence(const struct screen *screen, const struct session *session,
                             struct sentence *out)
{
    const struct profile_form *self = (const void *)screen;
    const char *complaint = form_sentence(&self->form);
    (void)session;
    if (complaint)
        sentence_set(out, ROLE_FAILURE, "%s", complaint);
    else if (self->new.replace)
        sentence_set(out, ROLE_WARNING,
                     "Enter replaces the keys of %s; the old ones are gone then.",
                     self->new.text[PROFILE_FIELD_NAME]);
    else
        sentence_set(out, ROLE_NORMAL,
                     "Enter adds it to your AWS files, and touches nothing else "
                     "in them.");
}

static const struct press_hint *profile_hints(const struct screen *screen,
                                              const struct session *session)
{
    static const struct press_hint plain[] = {{"Enter", "save", false},
                                              {"↑↓ Tab", "field", false},
                                              {"Esc", "back", true},
                                              {"F1", "help", true},
                                              {NULL, NULL, false}};
    static const struct press_hint pick[] = {{"Enter", "save", false},   {"←→", "change", false},
                                             {"↑↓ Tab", "field", false}, {"Esc", "back", true},
                                             {"F1", "help", true},       {NULL, NULL, false}};
    static const struct press_hint secret[] = {
        {"Enter", "save", false}, {"Ctrl-R", "show", false}, {"↑↓ Tab", "field", false},
        {"Esc", "back", true},    {"F1", "help", true},      {NULL, NULL, false}};
    const struct profile_form *self = (const void *)screen;
    (void)session;
    if (self->form.focus == ROW_SECRET || self->form.focus == ROW_TOKEN)
        return secret;
    return on_kind_or_choice(self) ? pick : plain;
}

static bool profile_unsaved(const struct screen *screen, const struct session *session)
{
    const struct profile_form *self = (const void *)screen;
    (void)session;
    return self->typed &&
           (!secret_empty(&self->new.secret) || self->new.text[PROFILE_FIELD_KEY_ID][0] ||
            self->new.text[PROFILE_FIELD_ROLE_ARN][0] || self->new.text[PROFILE_FIELD_SSO_URL][0]);
}

static void profile_finish(struct screen *screen)
{
    struct profile_form *self = (void *)screen;
    profile_new_finish(&self->new);
}

const struct screen_ops profile_screen = {
    .name = "profile",
    .rail = RAIL_CREDENTIALS,
    .size = sizeof(struct profile_form),
    .hints = profile_hints,
    .help = "Keys are made in the AWS console under IAM, Users, Security credentials. They go to "
            "the credentials file as aws configure writes them, everything else to the config "
            "file; both are closed to others, and every other byte stays as it is.\n"
            "A role needs a profile whose keys may assume it. A sign-in is made at IAM Identity "
            "Center, and several profiles may share one.",
    .enter = profile_enter,
    .settle = profile_settle,
    .key = profile_key,
    .draw = profile_draw,
    .sentence = profile_sentence,
    .unsaved = profile_unsaved,
    .finish = profile_finish,
};
