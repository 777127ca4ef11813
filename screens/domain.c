/* The Domain form: whether hub and PyPI get names of their own behind one https entrance. Without a
 * domain it is one row. The account's zones are there to pick from as soon as they are known;
 * nothing waits for them. */
#include "screens/domain.h"
#include "core/base/alloc.h"
#include "core/session/answers_judge.h"
#include "core/session/session_zones.h"
#include "screens/places.h"

/* ---- rows ---- */

static const char *judge_zone(void *owner, const char *text)
{
    (void)owner;
    return *text ? judge_zone_name(text)
                 : "Name the zone that hub and PyPI shall be in, or choose none above.";
}

static void wanted_changed(struct choice *choice, void *context)
{
    struct domain_form *self = context;
    char *zone = self->session->answers.domain_zone;
    if (choice->chosen == 0) {
        str_copy(str_of(zone), self->kept, sizeof self->kept);
        field_set(&self->zone, "");
    } else {
        field_set(&self->zone, self->kept);
    }
    session_want(self->session);
}

/* The first one is whatever was typed. */
static struct choice_option known_option(const void *owner, int index)
{
    const struct domain_form *self = owner;
    const struct session_zones *zones = self->session->zones;
    return (struct choice_option){
        index == 0 || !zones ? "as typed" : zones->route53.zones[index - 1].name, NULL};
}

static void known_changed(struct choice *choice, void *context)
{
    struct domain_form *self = context;
    struct answers *answers = &self->session->answers;
    if (choice->chosen == 0)
        return;
    field_set(&self->zone, choice_text(choice));
    str_copy(STR("false"), answers->domain_create_zone, sizeof answers->domain_create_zone);
}

static void set_up_picks(struct domain_form *self, struct session *session)
{
    static const char *const wanted[] = {"none", "a zone"};
    static const char *const made[] = {"false", "true"}, *const made_words[] = {"there",
                                                                                "to be made"};
    static const char *const servers[] = {"staging", "production"};
    static const char *const proofs[] = {"dns01", "http01"}, *const proof_words[] = {"DNS-01",
                                                                                     "HTTP-01"};
    self->wanted = (struct choice){.widget = {&choice_ops},
                                   .words = wanted,
                                   .count = 2,
                                   .changed = wanted_changed,
                                   .context = self,
                                   .spread = true};
    self->known = (struct choice){.widget = {&choice_ops},
                                  .option = known_option,
                                  .owner = self,
                                  .count = 1,
                                  .changed = known_changed,
                                  .context = self};
    self->rows[DOMAIN_WANTED].widget = &self->wanted.widget;
    self->rows[DOMAIN_KNOWN].widget = &self->known.widget;
    forms_pick(&self->make, &self->rows[DOMAIN_MAKE], session, "domain_create_zone", made,
               made_words, 2);
    forms_pick(&self->server, &self->rows[DOMAIN_SERVER], session, "domain_acme_server", servers,
               servers, 2);
    forms_pick(&self->proof, &self->rows[DOMAIN_PROOF], session, "domain_challenge", proofs,
               proof_words, 2);
}

static void set_up(struct domain_form *self, struct session *session)
{
    static const char *const labels[DOMAIN_ROWS] = {
        [DOMAIN_WANTED] = "Domain", [DOMAIN_ZONE] = "Zone",    [DOMAIN_KNOWN] = "  Yours",
        [DOMAIN_MAKE] = "  It is",  [DOMAIN_HUB] = "Hub",      [DOMAIN_PYPI] = "PyPI",
        [DOMAIN_OPEN] = "Open to",  [DOMAIN_EMAIL] = "E-mail", [DOMAIN_SERVER] = "Certificates",
        [DOMAIN_PROOF] = "Proof",
    };
    self->session = session;
    for (int i = 0; i < DOMAIN_ROWS; i++)
        self->rows[i] =
            (struct form_row){.label = labels[i], .hint = labels[i] ? self->hints[i] : NULL};
    set_up_picks(self, session);
    forms_field(&self->zone, &self->rows[DOMAIN_ZONE], session, "domain_zone");
    self->zone.judge = judge_zone;
    forms_field(&self->hub, &self->rows[DOMAIN_HUB], session, "domain_hub_host");
    forms_field(&self->pypi, &self->rows[DOMAIN_PYPI], session, "domain_pypi_host");
    self->zone.empty = "such as demo.example.org";
    self->hub.empty = self->hub_host;
    self->pypi.empty = self->pypi_host;
    forms_field(&self->email, &self->rows[DOMAIN_EMAIL], session, "domain_acme_email");
    forms_field(&self->open, &self->rows[DOMAIN_OPEN], session, "domain_source_ranges");
    self->form = (struct form){
        .widget = {&form_ops}, .rows = self->rows, .count = DOMAIN_ROWS, .label_width = 12};
}

static void domain_settle(struct screen *screen, struct session *session)
{
    struct domain_form *self = (void *)screen;
    bool up = forms_up(session, STAGE_DOMAIN);
    if (answers_want_domain(&session->answers))
        self->wanted.chosen = 1;
    bool wanted = self->wanted.chosen != 0;
    if (wanted)
        session_zones_ask(session);
    forms_pick_settle(&self->make);
    forms_pick_settle(&self->server);
    forms_pick_settle(&self->proof);
    domain_notes(self, session);
    for (int i = DOMAIN_WANTED + 1; i < DOMAIN_ROWS; i++)
        self->rows[i].hidden = !wanted;
    self->rows[DOMAIN_KNOWN].hidden |= self->known.count == 1 || up;
    self->rows[DOMAIN_ZONE].locked = self->rows[DOMAIN_MAKE].locked = up;
    if (self->rows[self->form.focus].hidden || self->rows[self->form.focus].locked)
        form_start(&self->form);
}

static void begin(struct domain_form *self, struct session *session)
{
    struct answers *answers = &session->answers;
    forms_own_addresses(session, answers->domain_source_ranges,
                        sizeof answers->domain_source_ranges);
    self->kept[0] = '\0';
    self->wanted.chosen = answers_want_domain(answers);
    self->saved = *answers; /* nothing of this was typed */
    self->zone.cursor = self->hub.cursor = self->pypi.cursor = SIZE_MAX;
    self->email.cursor = self->open.cursor = SIZE_MAX;
}

static void domain_enter(struct screen *screen, struct session *session)
{
    struct domain_form *self = (void *)screen;
    bool fresh = self->form.count == 0;
    if (fresh)
        set_up(self, session);
    if (strcmp(self->saved.id, session->answers.id) != 0) /* another deployment */
        begin(self, session);
    domain_settle(screen, session);
    if (fresh)
        form_start(&self->form);
}

/* ---- keys ---- */

/* A zone that is not there and is not to be made holds no names. */
static bool zone_lacks(struct domain_form *self, const struct session *session)
{
    const struct answers *answers = &session->answers;
    if (self->rows[DOMAIN_MAKE].locked || strcmp(answers->domain_create_zone, "true") == 0 ||
        !session_zones_lack(session, answers->domain_zone))
        return false;
    form_focus(&self->form, DOMAIN_MAKE);
    screen_say(&self->screen, ROLE_FAILURE,
               "The account has no zone %s: let it be made (←→), or name another one.",
               answers->domain_zone);
    return true;
}

/* What no row can judge alone. The focus goes to the row that is at fault. */
static bool contradicts(struct domain_form *self, const struct session *session)
{
    static const struct {
        const char *key;
        enum domain_row row;
    } places[] = {{"domain_hub_host", DOMAIN_HUB},
                  {"domain_pypi_host", DOMAIN_PYPI},
                  {"domain_challenge", DOMAIN_PROOF}};
    const char *key = NULL;
    struct error err;
    if (judge_domain(&session->answers, &key, &err))
        return false;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (key && strcmp(places[i].key, key) == 0)
            form_focus(&self->form, (int)places[i].row);
    screen_complain(&self->screen, &err);
    return true;
}

static enum nav domain_key(struct screen *screen, struct session *session, struct press press)
{
    struct domain_form *self = (void *)screen;
    if (press_is(press, PRESS_F1 + 7))
        return NAV_LATER;
    if (widget_key(&self->form.widget, press))
        return NAV_STAY;
    if (!press_is(press, PRESS_ENTER))
        return NAV_PASS;
    if (answers_want_domain(&session->answers) &&
        (zone_lacks(self, session) || contradicts(self, session)))
        return NAV_STAY;
    session_want(session);
    return forms_submit(screen, session, &self->saved, true);
}

/* ---- looks ---- */

static void domain_draw(const struct screen *screen, const struct session *session,
                        struct canvas room)
{
    static const char without[] =
        "Hub and PyPI get a load balancer each, and are reached over http: passwords and packages "
        "can be read on the way. What protects them are the addresses that they are open to.";
    const struct domain_form *self = (const void *)screen;
    char right[WORDS * 2] = "";
    if (self->wanted.chosen)
        forms_cost(session, STAGE_DOMAIN, right);
    canvas_heading(canvas_cut_top(&room, 2), 0, "A domain, and https", right);
    int form = widget_height(&self->form.widget, room.area.w);
    int lines = text_lines(without, TEXT_ALL, room.area.w - 2);
    if (!self->wanted.chosen && room.area.h >= form + 1 + lines)
        canvas_wrapped(canvas_sub(room, (struct rect){2, form + 1, room.area.w - 2, lines}), 0,
                       ROLE_NORMAL, without);
    widget_draw(&self->form.widget, room, true);
}

static void domain_sentence(const struct screen *screen, const struct session *session,
                            struct sentence *out)
{
    const struct domain_form *self = (const void *)screen;
    forms_sentence(&self->form, session, STAGE_DOMAIN, out);
}

static const struct press_hint *domain_hints(const struct screen *screen,
                                             const struct session *session)
{
    static const struct press_hint plain[] = {
        {"Enter", "review", false}, {"↑↓ Tab", "field", false}, {"F8", "later", false},
        {"Esc", "back", true},      {"F1", "help", true},       {NULL, NULL, false}};
    static const struct press_hint pick[] = {{"Enter", "review", false}, {"←→", "change", false},
                                             {"↑↓ Tab", "field", false}, {"F8", "later", false},
                                             {"Esc", "back", true},      {"F1", "help", true},
                                             {NULL, NULL, false}};
    const struct domain_form *self = (const void *)screen;
    const struct widget *focused = form_focused(&self->form);
    (void)session;
    return focused && focused->ops == &choice_ops ? pick : plain;
}

static bool domain_unsaved(const struct screen *screen, const struct session *session)
{
    const struct domain_form *self = (const void *)screen;
    return self->form.count > 0 && forms_changed(session, &self->saved, STAGE_DOMAIN);
}

const struct screen_ops domain_screen = {
    .name = "domain",
    .rail = RAIL_DOMAIN,
    .size = sizeof(struct domain_form),
    .hints = domain_hints,
    .help = "With a zone of Route 53 hub and PyPI stand behind one load balancer that speaks "
            "https: external-dns writes their names into the zone, cert-manager gets their "
            "certificates from Let's Encrypt and renews them.\n"
            "Staging proves that all of it works and has no narrow limits; production gives what "
            "browsers trust. DNS-01 puts a record into the zone, so the entrance may be open to "
            "few; HTTP-01 needs it open to 0.0.0.0/0.\n"
            "A zone that is made here is unknown to the world until its NS records stand one level "
            "up: the run shows them and waits.\n"
            "F8 leaves this form for later: EKS does not wait for it.",
    .enter = domain_enter,
    .settle = domain_settle,
    .key = domain_key,
    .draw = domain_draw,
    .sentence = domain_sentence,
    .unsaved = domain_unsaved,
};
