/* Which AWS profile, and whether a run can be made with it: profiles above, the checks of the
 * chosen one below. Moving only points; Enter chooses, and on the chosen one goes on. */
#include "core/base/alloc.h"
#include "core/session/session_signin.h"
#include "core/session/session_wants.h"
#include "screens/credentials_checks.h"
#include "screens/credentials_quotas.h"
#include "screens/credentials_rows.h"
#include "screens/credentials_wants.h"
#include "screens/places.h"
#include "screens/words.h"
#include "tui/table.h"

struct credentials {
    struct screen screen;
    struct table table;
    int pointed; /* row of the chosen profile when the cursor was put there, plus 1; 0: never */
    struct table checks;
    bool in_checks; /* the keys move there */
    int opened;     /* the check that is shown whole, plus 1; 0: none */
    int from;       /* its first line that is seen */
    bool asking;    /* whether AWS is to be asked for more */
};

/* The profile under the cursor; negative when the row is none. */
static int pointed_profile(const struct credentials *self, const struct session *session)
{
    return credentials_rows_profile(session, table_selected(&self->table));
}

static void credentials_enter(struct screen *screen, struct session *session)
{
    struct credentials *self = (void *)screen;
    credentials_rows_table(&self->table, session);
    if (self->pointed != credentials_rows_chosen(session) + 1 &&
        credentials_rows_chosen(session) >= 0)
        self->table.cursor = credentials_rows_chosen(session);
    self->pointed = credentials_rows_chosen(session) + 1;
    self->in_checks = false;
    self->opened = 0;
    self->asking = false;
    credentials_checks_table(&self->checks, session);
}

/* What a person must do for a row's keys comes before their checks. */
static enum nav sign_in(struct credentials *self, struct session *session)
{
    struct error err;
    if (session_signin_open(session, pointed_profile(self, session), &err))
        return NAV_SIGNIN;
    return screen_complain(&self->screen, &err);
}

/* A name that is taken is put right in its form, which comes next. */
static unsigned in_the_way(const struct checks *checks)
{
    return checks_count(checks, CHECK_FAIL) - (checks->items[CHECK_NAMES].state == CHECK_FAIL);
}

static enum nav go_on(struct screen *screen, struct session *session)
{
    const struct checks *checks = &session->checks;
    char count[WORDS];
    struct error why;
    unsigned failed = in_the_way(checks);
    if (failed > 0)
        return screen_say(screen, ROLE_FAILURE,
                          "%s failed. Put it right and press r, or choose another profile.",
                          words_count(failed, "check has", "checks have", count));
    if (!session_ready(session, &why) && checks->over)
        return screen_complain(screen, &why);
    return NAV_NEXT; /* the form can be filled in while the checks go on */
}

static enum nav add_profile(struct credentials *self, const struct session *session)
{
    if (!session->profiles_read)
        return screen_complain(&self->screen, &session->profiles_error);
    return NAV_PROFILE;
}

static enum nav choose(struct credentials *self, struct session *session)
{
    int row = table_selected(&self->table);
    if (row < 0)
        return add_profile(self, session);
    if (credentials_wants_person(session, credentials_rows_profile(session, row)))
        return sign_in(self, session);
    if (row == credentials_rows_chosen(session))
        return go_on(&self->screen, session);
    credentials_rows_choose(session, row);
    return NAV_STAY;
}

static void recheck(struct session *session)
{
    if (credentials_rows_chosen(session) >= 0)
        session_recheck(session);
}

/* One check is shown whole: its lines are moved, everything else closes it. */
static enum nav opened_key(struct credentials *self, struct session *session, struct press press)
{
    const struct check *check = &session->checks.items[self->opened - 1];
    int lines = credentials_check_lines(check, self->screen.room_w);
    if (press_is(press, PRESS_DOWN))
        self->from += self->from < lines - (self->screen.room_h - 2);
    else if (press_is(press, PRESS_UP))
        self->from -= self->from > 0;
    else if (press_is(press, 'r'))
        recheck(session);
    else if (press_is(press, PRESS_ESC) || press_is(press, PRESS_ENTER) ||
             press_is(press, PRESS_TAB))
        self->opened = 0;
    else
        return NAV_PASS;
    return NAV_STAY;
}

static enum nav checks_key(struct credentials *self, struct session *session, struct press press)
{
    if (widget_key(&self->checks.widget, press))
        return NAV_STAY;
    if (press_is(press, PRESS_ENTER)) {
        self->opened = credentials_checks_nth(session, table_selected(&self->checks)) + 1;
        self->from = 0;
    } else if (press_is(press, PRESS_TAB) || press_is(press, PRESS_ESC))
        self->in_checks = false;
    else if (press_is(press, 'r'))
        recheck(session);
    else
        return NAV_PASS;
    return NAV_STAY;
}

static enum nav credentials_key(struct screen *screen, struct session *session, struct press press)
{
    struct credentials *self = (void *)screen;
    if (self->asking)
        return credentials_quotas_key(screen, session, press, &self->asking);
    if (press_is(press, 'u') && credentials_quotas_lack(session)) {
        self->asking = true;
        return NAV_STAY;
    }
    if (self->opened)
        return opened_key(self, session, press);
    if (self->in_checks)
        return checks_key(self, session, press);
    if (press_is(press, PRESS_TAB)) {
        self->in_checks = credentials_rows_chosen(session) >= 0;
        return NAV_STAY;
    }
    if (widget_key(&self->table.widget, press))
        return NAV_STAY;
    if (press_is(press, PRESS_ENTER))
        return choose(self, session);
    if (press_is(press, 'n'))
        return add_profile(self, session);
    if (press_is(press, 's'))
        return sign_in(self, session);
    if (press_is(press, 'r')) {
        recheck(session);
        return NAV_STAY;
    }
    return NAV_PASS;
}

static void credentials_settle(struct screen *screen, struct session *session)
{
    (void)screen;
    if (!session->wants)
        session_wants_look(session);
}

static void draw_profiles(const struct credentials *self, const struct session *session,
                          struct canvas room)
{
    if (!session->profiles_read) {
        int rows = canvas_wrapped(room, 0, ROLE_FAILURE, session->profiles_error.text);
        canvas_wrapped(room, rows, ROLE_NORMAL, session->profiles_error.hint);
        return;
    }
    if (credentials_rows(session) == 0) {
        canvas_wrapped(room, 0, ROLE_NORMAL,
                       "No profile was found in ~/.aws/config and ~/.aws/credentials, and no keys "
                       "in the environment.");
        canvas_text(room, 2, 3, ROLE_STRONG, "Enter adds one: kube_admin");
        return;
    }
    widget_draw(&self->table.widget, room, true);
}

static void draw_check_heading(const struct session *session, struct canvas line)
{
    const struct checks *checks = &session->checks;
    char whose[160], title[180], right[WORDS];
    snprintf(title, sizeof title, "Checks for %.150s", credentials_rows_whose(session, whose));
    unsigned open = checks_count(checks, CHECK_WAITING) + checks_count(checks, CHECK_RUNNING);
    snprintf(right, sizeof right, "%u of %u", CHECKS - open, (unsigned)CHECKS);
    canvas_heading(line, 0, title, right);
}

static void credentials_draw(const struct screen *screen, const struct session *session,
                             struct canvas room)
{
    const struct credentials *self = (const void *)screen;
    const struct profiles *profiles = &session->profiles;
    char files[160];
    if (self->asking) {
        credentials_quotas_draw(session, room);
        return;
    }
    if (self->opened) {
        const struct check *check = &session->checks.items[self->opened - 1];
        credentials_check_draw(check, room, self->from);
        return;
    }
    snprintf(files, sizeof files, "%.70s + %.70s", profiles->credentials_shown,
             profiles->config_shown);
    canvas_heading(canvas_cut_top(&room, 2), 0, "Which AWS profile?",
                   session->profiles_read ? files : NULL);
    int wanted = credentials_rows(session) > 0 ? credentials_rows(session) : 5;
    int most = room.area.h - credentials_checks_height(session, room.area.w - 2) - 3;
    int least = room.area.h / 3;
    if (self->in_checks) /* a line for each of them */
        most = least = room.area.h - CHECKS - 2;
    draw_profiles(self, session,
                  canvas_cut_top(&room, rect_clamp(wanted, 1, most > least ? most : least)));
    canvas_cut_top(&room, 1);
    if (credentials_rows_chosen(session) < 0)
        return;
    const struct difference *difference =
        self->in_checks ? NULL
                        : differences_of(&session->differences, profiles, session->choice.profile);
    if (difference)
        canvas_cut_top(&room, canvas_wrapped(room, 0, ROLE_WARNING, difference->text) + 1);
    draw_check_heading(session, canvas_cut_top(&room, 1));
    if (self->in_checks)
        widget_draw(&self->checks.widget, room, true);
    else
        credentials_checks_draw(session, canvas_inset(room, 1, 0));
}

static void credentials_sentence(const struct screen *screen, const struct session *session,
                                 struct sentence *out)
{
    const struct credentials *self = (const void *)screen;
    const struct checks *checks = &session->checks;
    const char *note = profile_choice_note(&session->choice);
    unsigned failed = in_the_way(checks);
    char count[WORDS];
    const char *wanted = credentials_wants_sentence(session, pointed_profile(self, session));
    if (!session->profiles_read)
        sentence_set(out, ROLE_FAILURE,
                     "The AWS files cannot be read; put them right and start again.");
    else if (wanted)
        sentence_set(out, ROLE_NORMAL, "%s", wanted);
    else if (credentials_rows(session) > 0 &&
             table_selected(&self->table) != credentials_rows_chosen(session))
        sentence_set(out, ROLE_NORMAL, "Enter chooses %s and checks it.",
                     credentials_rows_what(session, table_selected(&self->table)));
    else if (failed > 0)
        sentence_set(out, ROLE_FAILURE,
                     "%s failed. Put it right and press r, or choose another profile.",
                     words_count(failed, "check has", "checks have", count));
    else if (note)
        sentence_set(out, session->choice.keys_win ? ROLE_WARNING : ROLE_NORMAL, "%s", note);
    else if (session->profiles.warning[0])
        sentence_set(out, ROLE_WARNING, "%s", session->profiles.warning);
    else if (checks->over && checks->items[CHECK_NAMES].state == CHECK_FAIL)
        sentence_set(out, ROLE_WARNING, "A name is taken: Enter goes on to choose another one.");
    else if (checks->over && checks_count(checks, CHECK_WARN) > 0)
        sentence_set(out, ROLE_WARNING,
                     "Nothing stands in the way; read the warning, then Enter goes on.");
    else if (checks->over)
        sentence_set(out, ROLE_SUCCESS, "Everything is in place. Enter goes on to the cluster.");
    else if (credentials_rows_chosen(session) >= 0)
        sentence_set(out, ROLE_NORMAL,
                     "The checks go on by themselves; Enter need not wait for them.");
}

static const struct press_hint *credentials_hints(const struct screen *screen,
                                                  const struct session *session)
{
    static const struct press_hint one[] = {{"Enter", "close", false},   {"↑↓", "lines", false},
                                            {"r", "check again", false}, {"Esc", "close", true},
                                            {"?", "help", true},         {NULL, NULL, false}};
    static const struct press_hint list[] = {
        {"Enter", "details", false}, {"↑↓", "check", false},    {"Tab", "profiles", false},
        {"r", "check again", false}, {"Esc", "profiles", true}, {"?", "help", true},
        {NULL, NULL, false}};
    static const struct press_hint go[] = {{"Enter", "go on", false}, {"↑↓", "profile", false},
                                           {"Tab", "checks", false},  {"r", "recheck", false},
                                           {"n", "new", false},       {"Esc", "back", true},
                                           {"?", "help", true},       {NULL, NULL, false}};
    static const struct press_hint pick[] = {{"Enter", "choose", false}, {"↑↓", "profile", false},
                                             {"Tab", "checks", false},   {"r", "recheck", false},
                                             {"n", "new", false},        {"Esc", "back", true},
                                             {"?", "help", true},        {NULL, NULL, false}};
    static const struct press_hint wanting[] = {
        {"Enter", "sign in", false}, {"↑↓", "profile", false}, {"Tab", "checks", false},
        {"n", "new", false},         {"r", "recheck", false},  {"Esc", "back", true},
        {"?", "help", true},         {NULL, NULL, false}};
    static const struct press_hint person[] = {
        {"Enter", "choose", false}, {"↑↓", "profile", false}, {"s", "sign in", false},
        {"Tab", "checks", false},   {"n", "new", false},      {"r", "recheck", false},
        {"Esc", "back", true},      {"?", "help", true},      {NULL, NULL, false}};
    static const struct press_hint signed_in[] = {
        {"Enter", "go on", false}, {"↑↓", "profile", false}, {"s", "sign in", false},
        {"Tab", "checks", false},  {"n", "new", false},      {"r", "recheck", false},
        {"Esc", "back", true},     {"?", "help", true},      {NULL, NULL, false}};
    static const struct press_hint blocked[] = {{"r", "recheck", false},  {"↑↓", "profile", false},
                                                {"Tab", "checks", false}, {"n", "new", false},
                                                {"Esc", "back", true},    {"?", "help", true},
                                                {NULL, NULL, false}};
    const struct credentials *self = (const void *)screen;
    bool chosen = table_selected(&self->table) == credentials_rows_chosen(session);
    if (self->asking)
        return credentials_quotas_hints;
    if (credentials_quotas_lack(session) && (self->opened || self->in_checks || chosen))
        return credentials_quotas_more(self->opened, self->in_checks);
    if (self->opened || self->in_checks)
        return self->opened ? one : list;
    int row = pointed_profile(self, session);
    if (credentials_wants_sentence(session, row))
        return wanting;
    if (credentials_wants_ever(session, row))
        return chosen ? signed_in : person;
    if (chosen && session->checks.over && in_the_way(&session->checks) > 0)
        return blocked;
    return chosen ? go : pick;
}

const struct screen_ops credentials_screen = {
    .name = "credentials",
    .rail = RAIL_CREDENTIALS,
    .size = sizeof(struct credentials),
    .hints = credentials_hints,
    .help =
        "The profile belongs to you, the account and the region to the deployment. Its keys are "
        "read from your AWS files when they are used and are kept nowhere else.\n"
        "Above the profiles stand keys from elsewhere, where there are any: of the environment, a "
        "web identity, a container, the machine's role. A run uses what you choose, nothing else.\n"
        "The checks ask AWS who you are and look at this machine; they change nothing. A "
        "warning does not stop you, a failure does. Tab goes to the checks; Enter there shows all "
        "that one of them found.\n"
        "n adds a profile: keys, a role or a sign-in. Nothing else in your AWS files changes.\n"
        "s signs in where a profile needs that: at IAM Identity Center by a code that you confirm "
        "in a browser on any machine, or by the six digits of an MFA device.",
    .enter = credentials_enter,
    .settle = credentials_settle,
    .key = credentials_key,
    .draw = credentials_draw,
    .sentence = credentials_sentence,
};
