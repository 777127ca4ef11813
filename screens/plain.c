/* The journey as one numbered question a line, for serial lines and screen readers: profile,
 * checks, the answers and secrets of every stage, then the run as `apply` follows it. Draws nothing
 * and moves no cursor; what is typed is judged by the tables that the forms use. */
#include <unistd.h>

#include "core/base/alloc.h"
#include "screens/plain.h"

static void next(struct plain *plain);
static void plain_step(struct cli *cli);

/* ---- the profile and its checks ---- */

static void list_profiles(const struct plain *plain)
{
    const struct profiles *profiles = &plain->cli->session.profiles;
    for (size_t i = 0; i < profiles->count; i++)
        cli_say("    %zu) %-20s %-12s %s", i + 1, profiles->items[i].name,
                profile_kind_name(profiles->items[i].kind),
                profiles->items[i].region ? profiles->items[i].region : "");
}

/* By number or by name; -1 when there is none. */
static int profile_meant(const struct plain *plain, struct str line)
{
    const struct profiles *profiles = &plain->cli->session.profiles;
    int64_t number;
    for (size_t i = 0; i < profiles->count; i++)
        if (str_is(line, profiles->items[i].name))
            return (int)i;
    if (str_to_int64(line, &number) && number >= 1 && (uint64_t)number <= profiles->count)
        return (int)number - 1;
    return -1;
}

static void take_profile(struct plain *plain, struct str line)
{
    struct session *session = &plain->cli->session;
    int index = profile_meant(plain, line);
    if (line.len && index < 0) {
        cli_say("    There is no profile %.*s: give a number or a name of the list.",
                STR_ARG(line));
        plain_ask(plain);
        return;
    }
    if (plain_sign_in(plain, line.len ? index : session->profile))
        return;
    plain->checking = true;
    if (line.len)
        session_choose_profile(session, index);
    else
        session_choose_default(session);
}

static void checks_over(struct plain *plain)
{
    const struct session *session = &plain->cli->session;
    struct error err;
    plain->checking = false;
    cli_print_checks(&session->checks);
    if (session_ready(session, &err)) {
        plain->at = 0;
        next(plain);
        return;
    }
    cli_say("    %s %s", err.text, err.hint);
    plain_ask(plain);
}

/* ---- taking an answer ---- */

static void take_field(struct plain *plain, const struct answer_field *field, struct str line)
{
    struct answers *answers = &plain->cli->session.answers;
    struct error err;
    json_t *given = json_object();
    js_set(given, field->key,
           field->shape == ANSWER_BOOL && (str_is(line, "true") || str_is(line, "false"))
               ? json_boolean(str_is(line, "true"))
               : js_clean(line));
    struct answers tried = *answers;
    bool zone = plain_is_zone(&plain->questions[plain->at]);
    if (zone && str_is(line, "none")) {
        tried.domain_zone[0] = '\0';
        line = str_of("");
    }
    bool ok = !line.len || answers_from_json(&tried, given, &err);
    json_decref(given);
    const char *text = answer_read(&tried, field);
    const char *complaint = !ok ? err.text : field->judge ? field->judge(text) : NULL;
    if (!complaint && field->required && !text[0] && !zone)
        complaint = "This one is needed.";
    if (complaint) {
        cli_say("    %s", complaint);
        plain_ask(plain);
        return;
    }
    *answers = tried;
    plain->at++;
    next(plain);
}

static bool make_secret(struct plain *plain, enum secret_id id, struct error *err)
{
    struct session *session = &plain->cli->session;
    if (!secrets_make(&session->secrets, &session->answers, id, err))
        return false;
    puts("    One was made; it is shown at the end.");
    return true;
}

/* The first typing is kept beside until the second one says the same. */
static bool keep_secret(struct plain *plain, enum secret_id id, struct error *err)
{
    struct secret *kept = &plain->cli->session.secrets.items[id];
    if (!plain_may_make(id))
        return secret_copy(kept, &plain->line, err);
    if (!plain->again) {
        plain->again = secret_copy(&plain->first, &plain->line, err);
        return plain->again;
    }
    plain->again = false;
    if (!secret_eq(&plain->first, &plain->line))
        return error_set(err, ERROR_INPUT, "The two differ: type it again.");
    return secret_copy(kept, &plain->line, err);
}

void plain_take_secret(struct plain *plain)
{
    enum secret_id id = plain->questions[plain->at].secret;
    struct error err;
    bool made = secret_empty(&plain->line) && !plain->again && plain_may_make(id);
    bool ok = made ? make_secret(plain, id, &err)
              : secret_empty(&plain->line) && !plain->again
                  ? error_set(&err, ERROR_INPUT, "This one is needed.")
                  : keep_secret(plain, id, &err);
    if (!ok)
        cli_say("    %s", err.text);
    if (ok && !plain->again)
        plain->at++;
    next(plain);
}

static void begin(struct plain *plain)
{
    struct cli *cli = plain->cli;
    cli_follow(cli);
    cli->step = plain_step; /* which follows, and asks in between */
    if (!session_plan(&cli->session)) {
        struct error err = cli->session.trouble;
        cli_done(cli, &err, cli_complain(&err, report_exit_code(&err)));
    }
}

/* What the answers about a domain are only together: back to the first of them. */
static bool domain_contradicts(struct plain *plain)
{
    const struct answers *answers = &plain->cli->session.answers;
    struct error err;
    if (!answers_want_domain(answers) || answers_judge(answers, STAGE_DOMAIN, &err))
        return false;
    cli_say("    %s %s", err.text, err.hint);
    plain->at = 0;
    while (!plain_is_zone(&plain->questions[plain->at]))
        plain->at++;
    return true;
}

static void next(struct plain *plain)
{
    while (plain->at < plain->count && !plain_applies(plain, plain->at))
        plain->at++;
    if (plain->at == plain->count && !domain_contradicts(plain))
        begin(plain);
    else
        plain_ask(plain);
}

/* One question back; what was answered stays as its default. */
static void go_back(struct plain *plain)
{
    plain->again = false;
    do
        plain->at--;
    while (plain->at >= 0 && !plain_applies(plain, plain->at));
    plain->at = plain->at < -1 ? -1 : plain->at;
    plain_ask(plain);
}

static void leave(struct plain *plain)
{
    struct error err;
    error_set(&err, ERROR_CANCELLED, "Left before anything was begun; nothing was made.");
    cli_done(plain->cli, &err, cli_complain(&err, 5));
}

static void consent(struct plain *plain, bool yes)
{
    struct session *session = &plain->cli->session;
    plain->review = ANSWERED;
    if (yes)
        cli_consent(plain->cli);
    else
        session_discard(session);
}

void plain_take_text(struct plain *plain, struct str line)
{
    if (plain->review == ASKED)
        consent(plain, str_is(line, "yes"));
    else if (str_is(line, "q"))
        leave(plain);
    else if (plain->signing)
        plain_sign_text(plain, line);
    else if (str_is(line, "<"))
        go_back(plain);
    else if (plain->at < 0)
        take_profile(plain, line);
    else
        take_field(plain, plain->questions[plain->at].field, line);
}

void plain_no_more(struct plain *plain)
{
    putchar('\n'); /* nobody ended the line of the question */
    fflush(stdout);
    if (plain->review == ASKED)
        consent(plain, false);
    else
        leave(plain);
}

bool plain_listens(const struct plain *plain)
{
    if (plain->signing)
        return !plain->cli->over && plain_sign_listens(plain);
    return !plain->cli->over && !plain->checking &&
           (plain->at < plain->count || plain->review == ASKED);
}

bool plain_wants_secret(const struct plain *plain)
{
    return plain->at >= 0 && plain->at < plain->count && !plain->questions[plain->at].field;
}

/* ---- the face ---- */

/* The review waits: nothing but a typed yes goes on. */
static void ask_consent(struct plain *plain)
{
    const struct session *session = &plain->cli->session;
    plain->review = ASKED;
    plain->reviewed = session->run.stage;
    printf("    Type yes to do this in %s, %s: ", session->answers.account,
           session->answers.region);
    fflush(stdout);
    plain_lines_take(plain);
}

static void plain_step(struct cli *cli)
{
    struct plain *plain = cli->plain;
    if (plain->signing) {
        plain_sign_step(plain);
    } else if (plain->checking && cli->session.checks.over) {
        checks_over(plain);
        plain_lines_take(plain);
    } else if (plain->at == plain->count) {
        bool waits = cli->session.run.phase == RUN_ASKING;
        bool another = plain->reviewed != cli->session.run.stage;
        if (waits && (plain->review == NOTHING || another))
            ask_consent(plain);
        else if (!waits)
            plain->review = NOTHING;
        cli_follow_step(cli);
    }
}

static bool prepare(struct plain *plain, struct error *err)
{
    struct session *session = &plain->cli->session;
    const char *dir = plain->cli->place->dir;
    plain->at = -1;
    plain_collect(plain);
    if (!secrets_from_environment(&session->secrets, plain->cli->place->lookup, err))
        return false;
    return !dir[0] || !cli_holds_deployment(dir) || session_look(session, dir, err);
}

static void greet(const struct plain *plain)
{
    const struct session *session = &plain->cli->session;
    const char *label = plain->cli->place->label;
    cli_say("ekshub-tui%s%s", label[0] ? ", " : "", label);
    cli_say("Enter takes what stands in brackets, < goes back, q leaves.");
    if (run_is_open(&session->run))
        cli_say("%s is here already: what you answer changes it.", session->answers.cluster_name);
    list_profiles(plain);
}

static void start(struct plain *plain)
{
    struct cli *cli = plain->cli;
    struct error err;
    if (!prepare(plain, &err) || !plain_lines_start(plain, &err)) {
        cli_done(cli, &err, cli_complain(&err, report_exit_code(&err)));
        return;
    }
    greet(plain);
    plain_ask(plain);
    cli->step = plain_step;
}

void cli_plain(struct cli *cli)
{
    if (cli->place->dir[0] && deployment_holder(cli->place->dir).held) {
        cli_attach(cli); /* a run goes: back to it */
        return;
    }
    cli->plain = alloc_zeroed(1, sizeof *cli->plain);
    cli->plain->cli = cli;
    if (cli_open(cli)) {
        start(cli->plain);
        if (!cli->over)
            loop_run(cli->loop);
    }
    cli_close(cli);
    plain_lines_finish(cli->plain);
    secret_finish(&cli->plain->first);
    free(cli->plain);
}
