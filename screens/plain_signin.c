/* Signing in line by line: a page and a code, or the digits of an MFA device. The checks of the
 * profile begin by themselves afterwards. */
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/session/session_signin.h"
#include "core/session/session_wants.h"
#include "screens/plain.h"

bool plain_sign_in(struct plain *plain, int row)
{
    struct session *session = &plain->cli->session;
    struct error err;
    if (session_wants_now(session, row) == CREDS_WANT_NOTHING)
        return false;
    if (!session_signin_open(session, row, &err)) {
        cli_say("    %s %s", err.text, err.hint);
        return false;
    }
    plain->signing = SIGNING_BEGINS;
    plain_sign_step(plain);
    return true;
}

static void leave(struct plain *plain)
{
    session_signin_close(&plain->cli->session);
    plain->signing = SIGNING_NOTHING;
    plain_ask(plain);
}

static void show_code(struct plain *plain, const struct sso_signin *sso)
{
    char span[CLOCK_TEXT];
    cli_say("    Visit this page with a browser on any machine:");
    cli_say("%s", sso->url);
    cli_say("    and type this code there, or compare it: %s", sso->code);
    if (sso->url_complete[0]) {
        cli_say("    This address has the code in it already:");
        cli_say("%s", sso->url_complete);
    }
    cli_say("    Waiting, %s at most%s",
            clock_span(sso->code_ends_ms - plain->cli->loop->now_ms, span),
            isatty(STDIN_FILENO) ? "; Enter leaves it." : ".");
    fflush(stdout);
    plain->signing = SIGNING_WAITS;
}

static void page_step(struct plain *plain, const struct session_signin *signin)
{
    if (signin->error.kind != ERROR_NONE) {
        cli_say("    %s %s", signin->error.text, signin->error.hint);
        leave(plain);
    } else if (signin->sso.code[0] && plain->signing == SIGNING_BEGINS) {
        show_code(plain, &signin->sso);
    }
}

static void digits_step(struct plain *plain, const struct session_signin *signin)
{
    if (signin->asking || plain->signing == SIGNING_TYPES)
        return;
    if (signin->error.kind != ERROR_NONE)
        cli_say("    %s %s", signin->error.text, signin->error.hint);
    printf("    Six digits of the MFA device %s (Enter leaves it): ", signin->serial);
    fflush(stdout);
    plain->signing = SIGNING_TYPES;
    plain_lines_take(plain);
}

void plain_sign_step(struct plain *plain)
{
    const struct session_signin *signin = plain->cli->session.signin;
    if (!signin) { /* it is done */
        cli_say("    Signed in.");
        plain->signing = SIGNING_NOTHING;
        plain->checking = true;
    } else if (signin->want == CREDS_WANT_SIGN_IN) {
        page_step(plain, signin);
    } else {
        digits_step(plain, signin);
    }
}

/* While a page is waited for a line from a person leaves it; what a script has written waits. */
bool plain_sign_listens(const struct plain *plain)
{
    return plain->signing == SIGNING_TYPES ||
           (plain->signing == SIGNING_WAITS && isatty(STDIN_FILENO));
}

void plain_sign_text(struct plain *plain, struct str line)
{
    struct session_signin *signin = plain->cli->session.signin;
    struct error err;
    if (!signin || line.len == 0 || str_is(line, "<") || plain->signing == SIGNING_WAITS) {
        leave(plain);
        return;
    }
    bool fits = str_copy(line, signin->digits, sizeof signin->digits);
    plain->signing = SIGNING_BEGINS;
    if (fits && session_signin_digits(signin, &err))
        return;
    cli_say("    It is six digits, as the device shows them.");
    plain_sign_step(plain);
}
