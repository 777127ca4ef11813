/* The EKS form: what, how big, where, who gets in. Its fields edit the session's answers in place,
 * each judged by the rule that a headless run uses, so going back never loses anything. */
#include "screens/cluster.h"

#include "core/base/alloc.h"
#include "screens/places.h"
#include "screens/words.h"

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
    [ROW_STORE] = {NULL, "  State in", NULL},
    [ROW_BUCKET] = {"state_bucket", "  Its bucket", "a name of its own"},
    [ROW_ORGANIZATION] = {"state_organization", "  Its owner", "the organization"},
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

static const char *const stores[] = {"local", "s3", "hcp"};
static const char *const store_words[] = {"this machine", "S3", "HCP Terraform"};
enum { STORES = sizeof stores / sizeof *stores };

static void store_changed(struct choice *choice, void *context)
{
    struct cluster_form *self = context;
    str_copy(str_of(stores[choice->chosen]), self->session->answers.state_store,
             sizeof self->session->answers.state_store);
}

static void follow_store(struct cluster_form *self, const struct session *session)
{
    for (int i = 0; i < STORES; i++)
        if (strcmp(stores[i], session->answers.state_store) == 0)
            self->store.chosen = i;
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
    self->store = (struct choice){.widget = {&choice_ops},
                                  .words = store_words,
                                  .count = STORES,
                                  .changed = store_changed,
                                  .context = self};
    self->rows[ROW_STORE].widget = &self->store.widget;
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
    follow_version(self, session);
    follow_store(self, session);
    cluster_note_all(self, session);
    bool over = run_is_open(&session->run) && session->run.phase == RUN_OVER;
    if (self->anew && over) {
        self->anew = false;
        if (session_plan(session))
            self->saved = session->answers;
    }
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

static bool cluster_unsaved(const struct screen *screen, const struct session *session)
{
    const struct cluster_form *self = (const void *)screen;
    const struct answers *now = &session->answers;
    if (self->form.count == 0 || strcmp(self->saved.id, now->id) != 0)
        return false;
    for (size_t i = 0; i < answer_field_count; i++) {
        const struct answer_field *field = &answer_fields[i];
        bool typed = field->stage == STAGE_EKS && strcmp(field->key, "account") != 0 &&
                     strcmp(field->key, "region") != 0;
        if (typed && strcmp(answer_read(now, field), answer_read(&self->saved, field)) != 0)
            return true;
    }
    return now->cert_manager != self->saved.cert_manager;
}

/* A plan of other answers is on its way, and nothing was made by it. */
static bool outdated(const struct cluster_form *self, const struct session *session)
{
    const struct run *run = &session->run;
    return run_is_open(run) && run->phase < RUN_APPLYING && !session->launching &&
           cluster_unsaved(&self->screen, session);
}

/* Ends it; the plan of these answers begins when it is over. */
static enum nav plan_anew(struct cluster_form *self, struct session *session)
{
    bool asks = session->run.phase == RUN_ASKING;
    if (!self->anew && !(asks ? session_discard(session) : session_stop(session, STOP_NOW)))
        return screen_complain(&self->screen, &session->trouble);
    self->anew = true;
    return screen_say(&self->screen, ROLE_NORMAL,
                      "The plan of the earlier answers is given up; the new one begins at once.");
}

static enum nav submit(struct cluster_form *self, struct session *session)
{
    struct error why;
    if (outdated(self, session))
        return plan_anew(self, session);
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

/* The figures first; the second time it is done. */
static enum nav ask_for_more(struct cluster_form *self, struct session *session)
{
    const struct check_quota *lacking[CHECK_QUOTA_COUNT];
    size_t count = checks_quotas_to_raise(&session->checks, lacking);
    if (count == 0)
        return screen_say(&self->screen, ROLE_NORMAL, "No quota stands in the way.");
    self->asking = !self->asking;
    if (self->asking)
        return screen_say(&self->screen, ROLE_WARNING,
                          "Ask AWS for %lld %s instead of %lld%s? F5 again asks, it costs nothing.",
                          (long long)lacking[0]->used + (long long)lacking[0]->needed,
                          lacking[0]->what, (long long)lacking[0]->limit,
                          count > 1 ? ", and more" : "");
    session_raise_quotas(session);
    return screen_say(&self->screen, ROLE_SUCCESS, "AWS is being asked.");
}

static enum nav cluster_key(struct screen *screen, struct session *session, struct press press)
{
    struct cluster_form *self = (void *)screen;
    if (press_is(press, PRESS_F1 + 4))
        return ask_for_more(self, session);
    self->asking = false;
    bool taken = widget_key(&self->form.widget, press);
    session->answers.cert_manager = self->cert_manager.on;
    if (taken)
        checks_weigh_quotas(&session->checks);
    if (!taken && press_is(press, PRESS_ENTER))
        return submit(self, session);
    return taken ? NAV_STAY : NAV_PASS;
}

static void cluster_draw(const struct screen *screen, const struct session *session,
                         struct canvas room)
{
    const struct cluster_form *self = (const void *)screen;
    struct estimate_parts parts = estimate_eks(&session->estimates, &session->answers);
    char hour[WORDS], month[WORDS], time[WORDS], right[WORDS * 3 + 24];
    words_usual(estimate_eks_time(&session->estimates, session->place->speed), time);
    snprintf(right, sizeof right, "%s%s · %s%s%s", parts.nodes > 0 ? "" : "more than ",
             words_money(parts.total, hour), words_month(parts.total, month), time[0] ? " · " : "",
             time);
    canvas_heading(canvas_cut_top(&room, 2), 0, "The cluster", right);
    widget_draw(&self->form.widget, room, true);
}

/* What the account does not have room for; false when that is nothing, or not known. */
static bool say_quota(const struct session *session, struct sentence *out)
{
    for (size_t i = 0; i < CHECK_QUOTA_COUNT; i++) {
        const struct check_quota *q = &session->checks.quotas[i];
        if (!check_quota_exceeded(q))
            continue;
        if (q->wished > 0)
            sentence_set(out, ROLE_WARNING, "AWS was asked for %lld %s and has not decided (%s).",
                         (long long)q->wished, q->what, q->wish_status);
        else
            sentence_set(out, ROLE_WARNING,
                         "%lld %s would be in use and %lld are allowed: take less, or F5.",
                         (long long)q->used + (long long)q->needed, q->what, (long long)q->limit);
        return true;
    }
    return false;
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
        sentence_set(out, ROLE_FAILURE,
                     session->checks.items[CHECK_NAMES].state == CHECK_FAIL
                         ? "%s"
                         : "%s Esc goes back to the profile.",
                     why.text);
    else if (say_quota(session, out))
        return;
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
    static const struct press_hint quota[] = {{"Enter", "plan", false}, {"↑↓ Tab", "field", false},
                                              {"F5", "ask AWS", false}, {"Esc", "back", true},
                                              {"F1", "help", true},     {NULL, NULL, false}};
    const struct cluster_form *self = (const void *)screen;
    if (self->form.focus == ROW_VERSION || self->form.focus == ROW_STORE)
        return pick;
    if (self->form.focus == ROW_MORE || self->form.focus == ROW_CERT_MANAGER)
        return self->form.focus == ROW_MORE ? more : flip;
    return checks_quotas_to_raise(&session->checks,
                                  (const struct check_quota *[CHECK_QUOTA_COUNT]){NULL}) > 0
               ? quota
               : hints;
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
