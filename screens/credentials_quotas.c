#include "screens/credentials_quotas.h"

#include "core/base/alloc.h"
#include "screens/words.h"

bool credentials_quotas_lack(const struct session *session)
{
    const struct check_quota *short_of[CHECK_QUOTA_COUNT];
    return checks_quotas_to_raise(&session->checks, short_of) > 0;
}

static void draw_figures(struct canvas canvas, int y, const char *what, const char *allowed,
                         const char *used, const char *needed, const char *asked, enum role role)
{
    canvas_elided(canvas, 0, y, 18, role, what);
    canvas_aligned(canvas, 19, y, 9, role, allowed);
    canvas_aligned(canvas, 29, y, 9, role, used);
    canvas_aligned(canvas, 39, y, 9, role, needed);
    canvas_aligned(canvas, 49, y, 11, role == ROLE_DIM ? role : ROLE_STRONG, asked);
}

void credentials_quotas_draw(const struct session *session, struct canvas room)
{
    const struct check_quota *short_of[CHECK_QUOTA_COUNT];
    size_t count = checks_quotas_to_raise(&session->checks, short_of);
    char title[WORDS], account[WORDS];
    snprintf(title, sizeof title, "Ask AWS for more in %.31s?", session->checks.region);
    canvas_heading(canvas_cut_top(&room, 2), 0, title, words_account(session, account));
    draw_figures(room, 0, "", "allowed", "in use", "needed", "asked for", ROLE_DIM);
    for (size_t i = 0; i < count; i++) {
        const struct check_quota *q = short_of[i];
        char allowed[24], used[24], needed[24], asked[24];
        snprintf(allowed, sizeof allowed, "%lld", (long long)q->limit);
        snprintf(used, sizeof used, "%lld", (long long)q->used);
        snprintf(needed, sizeof needed, "%lld", (long long)q->needed);
        snprintf(asked, sizeof asked, "%lld", (long long)q->used + (long long)q->needed);
        draw_figures(room, 1 + (int)i, q->what, allowed, used, needed, asked, ROLE_NORMAL);
    }
    canvas_cut_top(&room, 2 + (int)count);
    canvas_wrapped(room, 0, ROLE_DIM,
                   "It costs nothing. AWS grants small ones in minutes and looks at others for a "
                   "day or two; the quota holds for the whole account in this region.");
}

enum nav credentials_quotas_key(struct screen *screen, struct session *session, struct press press,
                                bool *open)
{
    if (press_is(press, 'y')) {
        *open = false;
        return session_raise_quotas(session)
                   ? screen_say(screen, ROLE_SUCCESS, "AWS is being asked.")
                   : screen_say(screen, ROLE_NORMAL, "There is nothing to ask for any more.");
    }
    if (!press_is(press, 'n') && !press_is(press, PRESS_ESC))
        return NAV_PASS;
    *open = false;
    return NAV_STAY;
}

const struct press_hint credentials_quotas_hints[] = {{"y", "ask AWS", false},
                                                      {"n", "do not", false},
                                                      {"Esc", "close", true},
                                                      {"?", "help", true},
                                                      {NULL, NULL, false}};

const struct press_hint *credentials_quotas_more(bool opened, bool in_checks)
{
    static const struct press_hint one[] = {
        {"Enter", "close", false}, {"u", "ask AWS for more", false}, {"↑↓", "lines", false},
        {"r", "recheck", false},   {"Esc", "close", true},           {"?", "help", true},
        {NULL, NULL, false}};
    static const struct press_hint list[] = {
        {"Enter", "details", false}, {"u", "ask AWS for more", false},
        {"↑↓", "check", false},      {"Tab", "profiles", false},
        {"r", "recheck", false},     {"Esc", "profiles", true},
        {"?", "help", true},         {NULL, NULL, false}};
    static const struct press_hint go[] = {
        {"Enter", "go on", false}, {"u", "ask AWS for more", false},
        {"↑↓", "profile", false},  {"Tab", "checks", false},
        {"n", "new", false},       {"r", "recheck", false},
        {"Esc", "back", true},     {"?", "help", true},
        {NULL, NULL, false}};
    return opened ? one : in_checks ? list : go;
}
