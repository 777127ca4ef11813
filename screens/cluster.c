/* The EKS form: what, how big, where, who gets in. Its fields edit the session's answers in place,
 * each judged by the rule that a headless run uses, so going back never loses anything. */
#include <stdarg.h>

#include "core/base/alloc.h"
#include "screens/places.h"
#include "screens/words.h"
#include "tui/choice.h"
#include "tui/field.h"
#include "tui/form.h"
#include "tui/toggle.h"

enum row {
    ROW_NAME,
    ROW_VERSION,
    ROW_GAP_1,
    ROW_NODES,
    ROW_TYPE,
    ROW_DISK,
    ROW_ZONES,
    ROW_GAP_2,
    ROW_API,
    ROW_ADMINS,
    ROW_MORE,
    ROW_CERT_MANAGER,
    ROW_TAGS,
    ROW_NETWORK,
    ROW_GAP_3,
    ROW_COST,
    ROWS,
};

static const struct {
    const char *key, *label, *empty;
} texts[ROWS] = {
    [ROW_NAME] = {"cluster_name", "Name", NULL},
    [ROW_VERSION] = {NULL, "Kubernetes", NULL},
    [ROW_NODES] = {"node_count", "Nodes", NULL},
    [ROW_TYPE] = {"instance_type", "Type", NULL},
    [ROW_DISK] = {"node_disk_gib", "Disk, GiB", NULL},
    [ROW_ZONES] = {"zones", "Zones", "two are chosen"},
    [ROW_API] = {"endpoint_cidrs", "API open to", NULL},
    [ROW_ADMINS] = {"admin_arns", "Admins", "only you"},
    [ROW_TAGS] = {"tags", "  Tags", "none"},
    [ROW_NETWORK] = {"vpc_cidr", "  Network", NULL},
};

/* A row that unfolds the ones below it; it says what they hold while they are folded. */
struct fold {
    struct widget widget;
    bool open;
    char text[WORDS];
};

struct cluster_form {
    struct screen screen;
    struct form form;
    struct form_row rows[ROWS];
    struct field fields[ROWS];
    struct fold more;
    struct choice version;
    char other_version[8]; /* an answer that the table does not know; "" when it does */
    struct toggle cert_manager;
    struct session *session;
    char hints[ROWS][WORDS * 2];
    struct answers saved; /* what the file holds; of the deployment with this id */
};

static int fold_height(const struct widget *widget, int width)
{
    (void)widget;
    (void)width;
    return 1;
}

static void fold_draw(const struct widget *widget, struct canvas canvas, bool focused)
{
    const struct fold *fold = (const void *)widget;
    int x = canvas_text(canvas, 0, 0, focused ? ROLE_ACCENT : ROLE_DIM,
                        fold->open ? GLYPH_OPEN : GLYPH_CLOSED);
    canvas_elided(canvas, x + 1, 0, canvas.area.w - x - 1, focused ? ROLE_SELECTED : ROLE_INPUT,
                  fold->text);
}

static bool fold_key(struct widget *widget, struct press press)
{
    struct fold *fold = (void *)widget;
    if (press_is(press, ' '))
        fold->open = !fold->open;
    else if (press_is(press, PRESS_RIGHT) || press_is(press, PRESS_LEFT))
        fold->open = press_is(press, PRESS_RIGHT);
    else
        return false;
    return true;
}

static const struct widget_ops fold_ops = {
    .height = fold_height, .draw = fold_draw, .key = fold_key};

static const char *judge(void *owner, const char *text)
{
    const struct answer_field *field = owner;
    return field->judge(text);
}

static __attribute__((format(printf, 4, 5))) void note(struct cluster_form *self, enum row row,
                                                       enum role role, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(self->hints[row], sizeof self->hints[row], format, args);
    va_end(args);
    self->rows[row].hint_role = role;
}

static int known_versions(const struct session *session)
{
    int count = 0;
    while (estimate_kubernetes(&session->estimates, (size_t)count))
        count++;
    return count;
}

static struct choice_option version_option(const void *owner, int index)
{
    const struct cluster_form *self = owner;
    const struct estimates *estimates = &self->session->estimates;
    const char *version = estimate_kubernetes(estimates, (size_t)index);
    version = version ? version : self->other_version;
    const char *ends = estimate_support_ends(estimates, version);
    return (struct choice_option){version, ends[0] ? ends : NULL};
}

static void version_changed(struct choice *choice, void *context)
{
    struct cluster_form *self = context;
    str_copy(str_of(choice_text(choice)), self->session->answers.kubernetes_version,
             sizeof self->session->answers.kubernetes_version);
}

/* The choice follows the answer, which a file may have set to a version that the table has not. */
static void follow_version(struct cluster_form *self, const struct session *session)
{
    const char *version = session->answers.kubernetes_version;
    int count = known_versions(session), chosen = 0;
    while (chosen < count &&
           strcmp(estimate_kubernetes(&session->estimates, (size_t)chosen), version) != 0)
        chosen++;
    if (chosen == count)
        str_copy(str_of(version), self->other_version, sizeof self->other_version);
    self->version.count = count + (self->other_version[0] ? 1 : 0);
    self->version.chosen = chosen;
}

static void note_version(struct cluster_form *self, const struct session *session)
{
    const char *ends =
        estimate_support_ends(&session->estimates, session->answers.kubernetes_version);
    char today[CLOCK_TEXT];
    clock_rfc3339(words_wall(session), today);
    if (ends[0] && strncmp(ends, today, 10) < 0)
        note(self, ROW_VERSION, ROLE_WARNING, "standard support ended on %s", ends);
    else if (ends[0])
        note(self, ROW_VERSION, ROLE_NORMAL, "standard support until %s", ends);
    else
        note(self, ROW_VERSION, ROLE_NORMAL, "EKS says whether it offers it");
}

static void set_up(struct cluster_form *self, struct session *session)
{
    for (int i = 0; i < ROWS; i++) {
        self->rows[i] = (struct form_row){.label = texts[i].label, .hint = self->hints[i]};
        if (!texts[i].key)
            continue;
        const struct answer_field *answer = answer_field(texts[i].key);
        self->fields[i] = (struct field){.widget = {&field_ops},
                                         .empty = texts[i].empty,
                                         .judge = judge,
                                         .owner = (void *)(uintptr_t)answer};
        field_lend(&self->fields[i], answer_text(&session->answers, answer), answer->size);
        self->rows[i].widget = &self->fields[i].widget;
    }
    self->session = session;
    self->version = (struct choice){.widget = {&choice_ops},
                                    .option = version_option,
                                    .owner = self,
                                    .changed = version_changed,
                                    .context = self};
    self->rows[ROW_VERSION].widget = &self->version.widget;
    self->more.widget.ops = &fold_ops;
    self->cert_manager.widget.ops = &toggle_ops;
    self->cert_manager.text = "cert-manager";
    self->rows[ROW_MORE].label = "More";
    self->rows[ROW_MORE].widget = &self->more.widget;
    self->rows[ROW_CERT_MANAGER].label = "  Add-ons";
    self->rows[ROW_CERT_MANAGER].widget = &self->cert_manager.widget;
    self->rows[ROW_COST].label = "Cost";
    self->form = (struct form){.widget = {&form_ops},
                               .rows = self->rows,
                               .count = ROWS,
                               .label_width = 12,
                               .field_width = 24};
    form_start(&self->form);
}

static void note_size(struct cluster_form *self, const struct session *session)
{
    int cpu = 0;
    double memory = 0, price = 0;
    char money[WORDS];
    const char *type = session->answers.instance_type;
    if (estimate_instance(&session->estimates, type, &cpu, &memory, &price))
        note(self, ROW_TYPE, ROLE_NORMAL, "%d cpu, %g GiB · %s each", cpu, memory,
             words_money(price, money));
    else
        note(self, ROW_TYPE, ROLE_WARNING, "not in the price table: cost unknown");
    note(self, ROW_NODES, ROLE_NORMAL, "2 or more: each zone keeps one");
    note(self, ROW_DISK, ROLE_NORMAL, "a workspace image takes about 10");
}

static void note_zones(struct cluster_form *self, const struct session *session)
{
    const struct checks *checks = &session->checks;
    struct buf text = {0};
    for (size_t i = 0; i < checks->zone_count; i++)
        buf_printf(&text, "%s%s", i > 0 ? " " : "", checks->zones[i]);
    if (checks->zone_count > 0)
        note(self, ROW_ZONES, ROLE_NORMAL, "of %s", buf_cstr(&text));
    else
        note(self, ROW_ZONES, ROLE_NORMAL, "two, with a comma between them");
    buf_finish(&text);
}

static void note_access(struct cluster_form *self, const struct session *session)
{
    const struct answers *answers = &session->answers;
    if (strstr(answers->endpoint_cidrs, "0.0.0.0/0"))
        note(self, ROW_API, ROLE_WARNING, "the whole internet may knock");
    else
        note(self, ROW_API, ROLE_NORMAL, "who may reach the Kubernetes API");
    if (answers->admin_arns[0])
        note(self, ROW_ADMINS, ROLE_NORMAL, "besides you");
    else
        note(self, ROW_ADMINS, ROLE_NORMAL, "without a second one, only you get in");
}

static void note_more(struct cluster_form *self, const struct session *session)
{
    const struct answers *answers = &session->answers;
    unsigned tags = 0;
    for (const char *at = answers->tags; *at; at++)
        tags += at == answers->tags || at[-1] == ',';
    char count[WORDS];
    if (self->more.open)
        snprintf(self->more.text, sizeof self->more.text, "shown below");
    else
        snprintf(self->more.text, sizeof self->more.text, "%s%s",
                 answers->cert_manager ? "cert-manager, " : "",
                 tags > 0 ? words_count(tags, "tag", "tags", count) : "no tags");
    note(self, ROW_MORE, ROLE_NORMAL, "Space shows add-ons, tags, network");
    note(self, ROW_CERT_MANAGER, ROLE_NORMAL, "certificates, for a domain later on");
    note(self, ROW_TAGS, ROLE_NORMAL, "name=value, with commas");
    note(self, ROW_NETWORK, ROLE_NORMAL, "a new VPC of its own");
    enum row folded[] = {ROW_CERT_MANAGER, ROW_TAGS, ROW_NETWORK};
    for (size_t i = 0; i < sizeof folded / sizeof *folded; i++) {
        bool wrong = form_complaint(&self->form, (int)folded[i]) != NULL;
        self->more.open |= wrong; /* what complains is not folded away */
        self->rows[folded[i]].hidden = !self->more.open;
    }
}

static void note_cost(struct cluster_form *self, const struct session *session)
{
    struct estimate_parts parts = estimate_eks(&session->estimates, &session->answers);
    note(self, ROW_COST, ROLE_NORMAL,
         "$/h: control plane %.2f · %s × %s %.2f · NAT gateway %.2f · disks %.2f · "
         "prices of %s",
         parts.control_plane, session->answers.node_count, session->answers.instance_type,
         parts.nodes, parts.nat, parts.disks, session->estimates.priced);
}

/* The cluster of this deployment may exist already: then its name stays what it is. */
static bool exists(const struct session *session)
{
    const struct run_stage *eks = &session->run.stages[STAGE_EKS];
    bool made = run_is_open(&session->run) && eks->step >= STEP_APPLY;
    return made || session_stage(session, STAGE_EKS) == STAGE_DONE;
}

static void cluster_settle(struct screen *screen, struct session *session)
{
    struct cluster_form *self = (void *)screen;
    bool locked = exists(session);
    if (locked && self->form.focus == ROW_NAME)
        form_focus(&self->form, ROW_VERSION);
    self->rows[ROW_NAME].locked = locked;
    note(self, ROW_NAME, ROLE_NORMAL, "%s",
         locked ? "of what exists: it stays" : "of the cluster and its directory");
    follow_version(self, session);
    note_version(self, session);
    note_size(self, session);
    note_zones(self, session);
    note_access(self, session);
    note_cost(self, session);
    note_more(self, session);
    self->cert_manager.on = session->answers.cert_manager;
}

static void cluster_enter(struct screen *screen, struct session *session)
{
    struct cluster_form *self = (void *)screen;
    if (self->form.count == 0)
        set_up(self, session);
    if (strcmp(self->saved.id, session->answers.id) != 0) { /* another deployment */
        self->saved = session->answers;
        form_start(&self->form);
        for (int i = 0; i < ROWS; i++)
            self->fields[i].cursor = SIZE_MAX; /* behind the text */
    }
    cluster_settle(screen, session);
}

static enum nav submit(struct cluster_form *self, struct session *session)
{
    struct error why;
    if (session_ready(session, &why) && session_plan(session)) {
        self->saved = session->answers;
        return NAV_NEXT;
    }
    /* a refusal of the plan lies in trouble; one of the checks comes first */
    if (session_ready(session, &why))
        why = session->trouble;
    else if (!session->checks.over)
        error_hint(&why, "Press Enter again when they have ended.");
    return screen_complain(&self->screen, &why);
}

static enum nav cluster_key(struct screen *screen, struct session *session, struct press press)
{
    struct cluster_form *self = (void *)screen;
    bool taken = widget_key(&self->form.widget, press);
    session->answers.cert_manager = self->cert_manager.on;
    if (!taken && press_is(press, PRESS_ENTER))
        return submit(self, session);
    return taken ? NAV_STAY : NAV_PASS;
}

static void cluster_draw(const struct screen *screen, const struct session *session,
                         struct canvas room)
{
    const struct cluster_form *self = (const void *)screen;
    struct estimate_parts parts = estimate_eks(&session->estimates, &session->answers);
    char hour[WORDS], month[WORDS], time[WORDS], right[WORDS * 3 + 8];
    words_usual(estimate_eks_time(&session->estimates, session->place->speed), time);
    snprintf(right, sizeof right, "%s · %s%s%s", words_money(parts.total, hour),
             words_month(parts.total, month), time[0] ? " · " : "", time);
    canvas_heading(canvas_cut_top(&room, 2), 0, "The cluster", right);
    widget_draw(&self->form.widget, room, true);
}

static void cluster_sentence(const struct screen *screen, const struct session *session,
                             struct sentence *out)
{
    const struct cluster_form *self = (const void *)screen;
    const char *complaint = form_sentence(&self->form);
    struct error why;
    if (complaint)
        sentence_set(out, ROLE_FAILURE, "%s", complaint);
    else if (session->checks.over && !session_ready(session, &why))
        sentence_set(out, ROLE_FAILURE, "%s Esc goes back to the profile.", why.text);
    else if (exists(session))
        sentence_set(out, ROLE_NORMAL,
                     "Enter plans the change: nothing is touched before you say yes.");
    else
        sentence_set(out, ROLE_NORMAL,
                     "Enter makes a plan: nothing is created before you say yes.");
}

static const struct press_hint *cluster_hints(const struct screen *screen,
                                              const struct session *session)
{
    static const struct press_hint hints[] = {{"Enter", "plan", false},
                                              {"↑↓ Tab", "field", false},
                                              {"Esc", "back", true},
                                              {"F1", "help", true},
                                              {NULL, NULL, false}};
    static const struct press_hint more[] = {{"Enter", "plan", false}, {"↑↓ Tab", "field", false},
                                             {"Space", "more", false}, {"Esc", "back", true},
                                             {"F1", "help", true},     {NULL, NULL, false}};
    static const struct press_hint flip[] = {{"Enter", "plan", false},   {"↑↓ Tab", "field", false},
                                             {"Space", "change", false}, {"Esc", "back", true},
                                             {"F1", "help", true},       {NULL, NULL, false}};
    static const struct press_hint pick[] = {{"Enter", "plan", false}, {"↑↓ Tab", "field", false},
                                             {"←→", "change", false},  {"Space", "list", false},
                                             {"Esc", "back", true},    {"F1", "help", true},
                                             {NULL, NULL, false}};
    const struct cluster_form *self = (const void *)screen;
    (void)session;
    if (self->form.focus == ROW_VERSION)
        return pick;
    return self->form.focus == ROW_MORE           ? more
           : self->form.focus == ROW_CERT_MANAGER ? flip
                                                  : hints;
}

static bool cluster_unsaved(const struct screen *screen, const struct session *session)
{
    const struct cluster_form *self = (const void *)screen;
    const struct answers *now = &session->answers;
    if (self->form.count == 0 || strcmp(self->saved.id, now->id) != 0)
        return false;
    for (size_t i = 0; i < answer_field_count; i++) {
        const struct answer_field *field = &answer_fields[i];
        bool typed = strcmp(field->key, "account") != 0 && strcmp(field->key, "region") != 0;
        if (typed && strcmp(answer_read(now, field), answer_read(&self->saved, field)) != 0)
            return true;
    }
    return now->cert_manager != self->saved.cert_manager;
}

const struct screen_ops cluster_screen = {
    .name = "cluster",
    .rail = RAIL_EKS,
    .size = sizeof(struct cluster_form),
    .hints = cluster_hints,
    .help = "The order is that of a design review: what, how big, where, who gets in. Everything "
            "but the name and the addresses has a default that works; Enter plans from any "
            "field.\n"
            "Zones, admins, addresses and tags are lists with commas. Admins are ARNs of IAM roles "
            "or users.\n"
            "In a field: Ctrl-U clears before the cursor, Ctrl-K behind it, Ctrl-W one word.",
    .enter = cluster_enter,
    .settle = cluster_settle,
    .key = cluster_key,
    .draw = cluster_draw,
    .sentence = cluster_sentence,
    .unsaved = cluster_unsaved,
};
