/* The MLHub form: the release, who administers it, what the hub and its workspaces may take, and
 * who reaches them. */
#include "core/base/alloc.h"
#include "screens/forms.h"
#include "screens/passwords.h"
#include "screens/places.h"

#include <stdarg.h>

enum mlhub_row {
    HUB_RELEASE,
    HUB_FLAVOR,
    HUB_GAP_1,
    HUB_USER,
    HUB_PASSWORD,
    HUB_AGAIN,
    HUB_GAP_2,
    HUB_STORAGE,
    HUB_IMAGE,
    HUB_HOMES,
    HUB_GAP_3,
    HUB_OPEN,
    HUB_GATE,
    HUB_ROWS,
};

struct mlhub_form {
    struct screen screen;
    struct form form;
    struct form_row rows[HUB_ROWS];
    struct field release, user, storage, image, homes, open;
    struct forms_pick flavor;
    struct forms_gate gate;
    struct passwords passwords;
    char hints[HUB_ROWS][WORDS * 2];
    struct answers saved;
};

static void set_up(struct mlhub_form *self, struct session *session)
{
    static const char *const flavors[] = {"mlhub", "jupyterhub"};
    static const char *const labels[HUB_ROWS] = {
        [HUB_RELEASE] = "Release",  [HUB_FLAVOR] = "Flavour", [HUB_USER] = "Admin name",
        [HUB_STORAGE] = "Hub disk", [HUB_IMAGE] = "Image",    [HUB_HOMES] = "Home disks",
        [HUB_OPEN] = "Open to",
    };
    for (int i = 0; i < HUB_ROWS; i++)
        self->rows[i] =
            (struct form_row){.label = labels[i], .hint = labels[i] ? self->hints[i] : NULL};
    forms_field(&self->release, &self->rows[HUB_RELEASE], session, "hub_release");
    forms_pick(&self->flavor, &self->rows[HUB_FLAVOR], session, "hub_flavor", flavors, flavors, 2);
    forms_field(&self->user, &self->rows[HUB_USER], session, "hub_admin_user");
    passwords_init(&self->passwords, session, SECRET_HUB_PASSWORD, &self->rows[HUB_PASSWORD]);
    forms_field(&self->storage, &self->rows[HUB_STORAGE], session, "hub_storage");
    forms_field(&self->image, &self->rows[HUB_IMAGE], session, "workspace_image");
    self->image.empty = "the chart's own";
    forms_field(&self->homes, &self->rows[HUB_HOMES], session, "workspace_storage");
    forms_field(&self->open, &self->rows[HUB_OPEN], session, "hub_source_ranges");
    forms_gate(&self->gate, &self->rows[HUB_GATE], session->answers.hub_source_ranges);
    self->form = (struct form){
        .widget = {&form_ops}, .rows = self->rows, .count = HUB_ROWS, .label_width = 12};
}

/* ---- facts beside the rows ---- */

static __attribute__((format(printf, 4, 5))) void note(struct mlhub_form *self, enum mlhub_row row,
                                                       enum role role, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(self->hints[row], sizeof self->hints[row], format, args);
    va_end(args);
    self->rows[row].hint_role = role;
}

static void note_all(struct mlhub_form *self, const struct session *session, bool up)
{
    const struct answers *answers = &session->answers;
    bool mlhub = strcmp(answers->hub_flavor, "mlhub") == 0;
    bool open = strstr(answers->hub_source_ranges, "0.0.0.0/0") != NULL;
    note(self, HUB_RELEASE, ROLE_NORMAL, "%s",
         up ? "and its namespace: it stays" : "and its namespace");
    note(self, HUB_FLAVOR, ROLE_NORMAL, "%s",
         mlhub ? "workspaces with desktop and tools" : "Zero to JupyterHub: notebooks alone");
    note(self, HUB_USER, ROLE_NORMAL, "claimed before anybody can reach it");
    note(self, HUB_STORAGE, ROLE_NORMAL, "accounts and settings; 1Gi is plenty");
    note(self, HUB_IMAGE, ROLE_NORMAL, "of each workspace; takes about 10 GiB");
    note(self, HUB_HOMES, ROLE_NORMAL, "each person's; kept when they log out");
    note(self, HUB_OPEN, open ? ROLE_WARNING : ROLE_NORMAL, "%s",
         open ? "the whole internet, over http" : "http: passwords readable on the way");
    self->rows[HUB_RELEASE].locked = up;
}

static void mlhub_settle(struct screen *screen, struct session *session)
{
    struct mlhub_form *self = (void *)screen;
    bool up = forms_up(session, STAGE_MLHUB);
    if (up && self->form.focus == HUB_RELEASE)
        form_focus(&self->form, HUB_FLAVOR);
    forms_pick_settle(&self->flavor);
    passwords_settle(&self->passwords, up);
    if (self->rows[HUB_AGAIN].locked && self->form.focus == HUB_AGAIN)
        form_focus(&self->form, HUB_PASSWORD);
    forms_gate_settle(&self->gate, up ? self->saved.hub_source_ranges : NULL);
    note_all(self, session, up);
}

static void begin(struct mlhub_form *self, struct session *session)
{
    struct answers *answers = &session->answers;
    struct error err;
    passwords_forget(&self->passwords);
    if (!secrets_from_environment(&session->secrets, session->place->lookup, &err))
        session->trouble = err;
    forms_own_addresses(session, answers->hub_source_ranges, sizeof answers->hub_source_ranges);
    if (session->place->rehearsal && !forms_up(session, STAGE_MLHUB) &&
        secret_empty(&session->secrets.items[SECRET_HUB_PASSWORD]))
        passwords_make(&self->passwords);
    self->saved = *answers; /* nothing of this was typed */
    self->release.cursor = self->user.cursor = self->storage.cursor = SIZE_MAX;
    self->image.cursor = self->homes.cursor = self->open.cursor = SIZE_MAX;
}

static void mlhub_enter(struct screen *screen, struct session *session)
{
    struct mlhub_form *self = (void *)screen;
    bool fresh = self->form.count == 0;
    if (fresh)
        set_up(self, session);
    if (strcmp(self->saved.id, session->answers.id) != 0) /* another deployment */
        begin(self, session);
    mlhub_settle(screen, session);
    if (fresh)
        form_start(&self->form);
}

static enum nav mlhub_key(struct screen *screen, struct session *session, struct press press)
{
    struct mlhub_form *self = (void *)screen;
    int focus = self->form.focus;
    bool password = focus == HUB_PASSWORD || focus == HUB_AGAIN;
    if (press_is(press, PRESS_F1 + 7))
        return NAV_LATER;
    if (password && passwords_key(&self->passwords, press, focus - HUB_PASSWORD))
        return NAV_STAY;
    if (widget_key(&self->form.widget, press))
        return NAV_STAY;
    if (!press_is(press, PRESS_ENTER))
        return NAV_PASS;
    enum nav nav = forms_submit(screen, session, &self->saved, false);
    self->passwords.typed &= nav != NAV_NEXT;
    return nav;
}

static void mlhub_draw(const struct screen *screen, const struct session *session,
                       struct canvas room)
{
    const struct mlhub_form *self = (const void *)screen;
    char right[WORDS * 2];
    forms_cost(session, STAGE_MLHUB, right);
    canvas_heading(canvas_cut_top(&room, 2), 0, "The hub", right);
    widget_draw(&self->form.widget, room, true);
}

static void mlhub_sentence(const struct screen *screen, const struct session *session,
                           struct sentence *out)
{
    const struct mlhub_form *self = (const void *)screen;
    forms_sentence(&self->form, session, STAGE_MLHUB, out);
}

static const struct press_hint *mlhub_hints(const struct screen *screen,
                                            const struct session *session)
{
    static const struct press_hint plain[] = {
        {"Enter", "next form", false}, {"↑↓ Tab", "field", false}, {"F8", "later", false},
        {"Esc", "back", true},         {"F1", "help", true},       {NULL, NULL, false}};
    static const struct press_hint pick[] = {{"Enter", "next form", false},
                                             {"←→", "change", false},
                                             {"↑↓ Tab", "field", false},
                                             {"F8", "later", false},
                                             {"Esc", "back", true},
                                             {"F1", "help", true},
                                             {NULL, NULL, false}};
    static const struct press_hint secret[] = {
        {"Enter", "next form", false}, {"Ctrl-G", "make one", false},
        {"Ctrl-R", "show", false},     {"↑↓ Tab", "field", false},
        {"F8", "later", false},        {"Esc", "back", true},
        {"F1", "help", true},          {NULL, NULL, false}};
    const struct mlhub_form *self = (const void *)screen;
    int focus = self->form.focus;
    (void)session;
    if (focus == HUB_PASSWORD || focus == HUB_AGAIN)
        return secret;
    return focus == HUB_FLAVOR ? pick : plain;
}

static bool mlhub_unsaved(const struct screen *screen, const struct session *session)
{
    const struct mlhub_form *self = (const void *)screen;
    return self->form.count > 0 &&
           (self->passwords.typed || forms_changed(session, &self->saved, STAGE_MLHUB));
}

static void mlhub_finish(struct screen *screen)
{
    struct mlhub_form *self = (void *)screen;
    passwords_finish(&self->passwords);
}

const struct screen_ops mlhub_screen = {
    .name = "mlhub",
    .rail = RAIL_MLHUB,
    .size = sizeof(struct mlhub_form),
    .hints = mlhub_hints,
    .help = "The release is also the namespace that hub and workspaces live in.\n"
            "The hub is claimed before it is open: the admin signs up while nobody else can reach "
            "it, and the login is proven. Ctrl-G makes the password, Ctrl-R shows it for ten "
            "seconds.\n"
            "F8 leaves this form for later: EKS does not wait for it.",
    .enter = mlhub_enter,
    .settle = mlhub_settle,
    .key = mlhub_key,
    .draw = mlhub_draw,
    .sentence = mlhub_sentence,
    .unsaved = mlhub_unsaved,
    .finish = mlhub_finish,
};
