/* Signing in for a profile: the page to visit and the code to type there, or the digits of an MFA
 * device. Nothing is opened by itself: the browser may be on another machine than this terminal. */
#include "core/base/alloc.h"
#include "core/session/session_signin.h"
#include "screens/places.h"
#include "tui/field.h"

struct signin {
    struct screen screen;
    struct field digits;
    bool lent; /* the field has the buffer of this sign-in */
};

enum { LABEL_W = 10, ROOMY = 13 }; /* rows from which on there are blank lines */

static bool is_page(const struct session_signin *signin)
{
    return signin && signin->want == CREDS_WANT_SIGN_IN;
}

/* A sign-in may go on with digits. */
static void signin_settle(struct screen *screen, struct session *session)
{
    struct signin *self = (void *)screen;
    struct session_signin *signin = session->signin;
    if (!signin || signin->want != CREDS_WANT_DIGITS) {
        self->lent = false;
        return;
    }
    if (self->lent)
        return;
    self->digits = (struct field){.widget = {&field_ops}, .empty = "123456"};
    field_lend(&self->digits, signin->digits, sizeof signin->digits);
    self->lent = true;
}

static void signin_enter(struct screen *screen, struct session *session)
{
    struct signin *self = (void *)screen;
    self->lent = false;
    signin_settle(screen, session);
}

/* ---- keys ---- */

static enum nav page_key(struct signin *self, struct session_signin *signin, struct press press)
{
    const struct sso_signin *sso = &signin->sso;
    if (press_is(press, 'c') && sso->code[0])
        return screen_copy(&self->screen, sso->url_complete[0] ? sso->url_complete : sso->url,
                           "The address");
    if (press_is(press, 'y') && sso->code[0])
        return screen_copy(&self->screen, sso->code, "The code");
    if (!press_is(press, PRESS_ENTER))
        return NAV_PASS;
    session_signin_again(signin);
    return NAV_STAY;
}

static enum nav digits_key(struct signin *self, struct session_signin *signin, struct press press)
{
    struct error err;
    if (!press_is(press, PRESS_ENTER))
        return self->lent && widget_key(&self->digits.widget, press) ? NAV_STAY : NAV_PASS;
    return session_signin_digits(signin, &err) ? NAV_STAY : screen_complain(&self->screen, &err);
}

static enum nav signin_key(struct screen *screen, struct session *session, struct press press)
{
    struct signin *self = (void *)screen;
    struct session_signin *signin = session->signin;
    if (!signin)
        return NAV_BACK;
    enum nav nav =
        is_page(signin) ? page_key(self, signin, press) : digits_key(self, signin, press);
    struct press meant = is_page(signin) ? press_outside_field(press) : press;
    if (nav != NAV_PASS || !press_is(meant, PRESS_ESC))
        return nav;
    session_signin_close(session);
    return NAV_BACK;
}

/* ---- looks ---- */

static void draw_title(const struct session *session, struct canvas line)
{
    const struct sso_signin *sso = &session->signin->sso;
    char right[80], span[CLOCK_TEXT];
    int64_t left = sso->code_ends_ms - session->loop->now_ms;
    if (!is_page(session->signin))
        snprintf(right, sizeof right, "profile %.60s", session->signin->profile);
    else if (sso->code[0])
        snprintf(right, sizeof right, "%s left", clock_span(left, span));
    else
        right[0] = '\0';
    canvas_heading(line, 0,
                   is_page(session->signin) ? "Sign in at IAM Identity Center"
                                            : "The digits of your MFA device",
                   right[0] ? right : NULL);
}

/* An address stands whole, alone, and from the first column on: it can be selected. */
static void draw_url(struct canvas *room, const char *label, enum role role, const char *url,
                     bool roomy)
{
    int rows = text_lines(url, TEXT_ALL, room->area.w);
    canvas_elided(canvas_cut_top(room, 1), 0, 0, room->area.w, ROLE_DIM, label);
    canvas_wrapped(canvas_cut_top(room, rows), 0, role, url);
    canvas_cut_top(room, roomy);
}

static void draw_code(struct canvas *room, const char *code, bool roomy)
{
    char band[80];
    snprintf(band, sizeof band, "  %s  ", code);
    canvas_elided(canvas_cut_top(room, 1), 0, 0, room->area.w, ROLE_DIM,
                  "and type this code, or compare it:");
    canvas_cut_top(room, roomy);
    canvas_text(canvas_cut_top(room, 1), roomy ? 2 : 0, 0, ROLE_SELECTED, band);
    canvas_cut_top(room, roomy);
}

static void draw_page(const struct session *session, struct canvas room)
{
    const struct session_signin *signin = session->signin;
    const struct sso_signin *sso = &signin->sso;
    bool roomy = room.area.h >= ROOMY;
    if (room.area.h >= ROOMY - 1)
        canvas_print(canvas_cut_top(&room, 1 + roomy), 0, 0, ROLE_NORMAL, "for profile %s",
                     signin->profile);
    if (!sso->code[0])
        return;
    int rows = text_lines(sso->url, TEXT_ALL, room.area.w);
    if (room.area.h < rows + 3) { /* what must be read, in as many rows as there are */
        int x = canvas_text(room, 0, 0, ROLE_DIM, "Code ");
        canvas_print(room, x, 0, ROLE_SELECTED, " %s ", sso->code);
        canvas_cut_top(&room, 1);
        canvas_wrapped(room, 0, ROLE_STRONG, sso->url);
        return;
    }
    draw_url(&room, "Visit this page with a browser on any machine", ROLE_STRONG, sso->url, roomy);
    draw_code(&room, sso->code, roomy);
    if (sso->url_complete[0] && room.area.h > text_lines(sso->url_complete, TEXT_ALL, room.area.w))
        draw_url(&room, "This address has the code in it already:", ROLE_NORMAL, sso->url_complete,
                 roomy);
}

static void draw_digits(const struct signin *self, const struct session *session,
                        struct canvas room)
{
    const struct session_signin *signin = session->signin;
    canvas_text(room, 0, 0, ROLE_DIM, "Device");
    struct canvas text = room;
    canvas_cut_left(&text, LABEL_W);
    int rows = canvas_wrapped(text, 0, ROLE_NORMAL, signin->serial);
    canvas_cut_top(&room, room.area.h > rows + 3 ? rows + 1 : rows);
    canvas_text(room, 0, 0, ROLE_STRONG, "Digits");
    struct rect place = {LABEL_W, 0, 12, 1};
    if (self->lent)
        widget_draw(&self->digits.widget, canvas_sub(room, place), !signin->asking);
}

static void signin_draw(const struct screen *screen, const struct session *session,
                        struct canvas room)
{
    const struct signin *self = (const void *)screen;
    if (!session->signin)
        return;
    draw_title(session, canvas_cut_top(&room, room.area.h >= ROOMY ? 2 : 1));
    if (is_page(session->signin))
        draw_page(session, room);
    else
        draw_digits(self, session, room);
}

static void say_page(const struct session *session, struct sentence *out)
{
    const struct session_signin *signin = session->signin;
    const struct task *task = &signin->sso.task;
    if (signin->error.kind != ERROR_NONE)
        sentence_error(out, ROLE_FAILURE, &signin->error);
    else if (task->note[0])
        sentence_set(out, ROLE_WARNING, "%s", task->note);
    else if (signin->sso.code[0])
        sentence_set(out, ROLE_NORMAL,
                     session->place->rehearsal ? "In a rehearsal it confirms itself."
                                               : "Waiting for you to confirm it there.");
    else
        sentence_set(out, ROLE_NORMAL, "Asking IAM Identity Center for a code…");
}

static void signin_sentence(const struct screen *screen, const struct session *session,
                            struct sentence *out)
{
    const struct session_signin *signin = session->signin;
    (void)screen;
    if (!signin)
        return;
    if (is_page(signin))
        say_page(session, out);
    else if (signin->asking)
        sentence_set(out, ROLE_NORMAL, "Asking STS for the keys of the role…");
    else if (signin->error.kind != ERROR_NONE)
        sentence_error(out, ROLE_FAILURE, &signin->error);
    else
        sentence_set(out, ROLE_NORMAL, "Type the six digits that the device shows now.");
}

static const struct press_hint *signin_hints(const struct screen *screen,
                                             const struct session *session)
{
    static const struct press_hint waits[] = {{"c", "copy the address", false},
                                              {"y", "copy the code", false},
                                              {"Esc", "leave it", true},
                                              {"?", "help", true},
                                              {NULL, NULL, false}};
    static const struct press_hint over[] = {{"Enter", "a new code", false},
                                             {"Esc", "leave it", true},
                                             {"?", "help", true},
                                             {NULL, NULL, false}};
    static const struct press_hint digits[] = {{"Enter", "send them", false},
                                               {"Esc", "leave it", true},
                                               {"F1", "help", true},
                                               {NULL, NULL, false}};
    const struct session_signin *signin = session->signin;
    (void)screen;
    if (signin && !is_page(signin))
        return digits;
    return signin && signin->error.kind != ERROR_NONE ? over : waits;
}

const struct screen_ops signin_screen = {
    .name = "sign-in",
    .rail = RAIL_CREDENTIALS,
    .size = sizeof(struct signin),
    .hints = signin_hints,
    .help =
        "The page may be opened on any machine, this one need not have a browser. Confirm only a "
        "code that you see here. The sign-in is kept where the AWS CLI looks for it, and one "
        "that the AWS CLI made is used here.\n"
        "The digits of an MFA device are good for one use. The keys that they give are kept "
        "where the AWS CLI looks for them, too, so that nobody asks again while they last.",
    .enter = signin_enter,
    .settle = signin_settle,
    .key = signin_key,
    .draw = signin_draw,
    .sentence = signin_sentence,
};
