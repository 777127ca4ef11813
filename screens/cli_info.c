/* Verbs that only tell: profiles, check, status, list, history. No run is touched. */
#include <string.h>

#include "core/aws/surroundings.h"
#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/session/aliases.h"
#include "core/session/history.h"
#include "core/session/summary.h"
#include "screens/cli_private.h"

/* ---- profiles ---- */

static void print_profile(const struct profile *profile)
{
    char id[32] = "";
    if (profile->access_key_id)
        creds_short_id(profile->access_key_id, id);
    cli_say("%-24s %-12s %-14s %-14s %s%s%s", profile->name, profile_kind_name(profile->kind),
            profile->region ? profile->region : "-", id[0] ? id : "-",
            profile->source ? profile->source : "-", profile->error ? "  " : "",
            profile->error ? profile->error : "");
}

static void print_surroundings(const struct profiles *profiles)
{
    struct surrounding rows[SURROUNDINGS_MAX];
    size_t count = profiles_surroundings(profiles, rows);
    for (size_t i = 0; i < count; i++) {
        const char *region = profiles_region(profiles, NULL, NULL);
        char id[32] = "-";
        if (rows[i].access_key_id)
            creds_short_id(rows[i].access_key_id, id);
        cli_say("(%s)%*s %-12s %-14s %-14s %s%s%s", rows[i].name, (int)(22 - strlen(rows[i].name)),
                "", rows[i].kind, region ? region : "-", id, rows[i].source ? rows[i].source : "-",
                rows[i].error ? "  " : "", rows[i].error ? rows[i].error : "");
    }
}

/* What would surprise: it goes to standard error, the list alone to standard output. */
static void talk_of(const struct differences *differences, const char *profile)
{
    for (size_t i = 0; i < differences->count; i++) {
        const struct difference *item = &differences->items[i];
        if (!profile || !item->profile || strcmp(profile, item->profile) == 0)
            fprintf(stderr, "ekshub-tui: %s %s\n", item->text, item->hint);
    }
}

static void talk_of_choice(const struct cli *cli, const struct profiles *profiles)
{
    struct profile_choice choice;
    struct error ignored;
    if (!profiles_choose(profiles, cli->place->profile, &choice, &ignored))
        return;
    const char *note = profile_choice_note(&choice);
    if (note)
        fprintf(stderr, "ekshub-tui: %s\n", note);
}

static void print_profiles(const struct cli *cli, const struct profiles *profiles)
{
    struct differences differences = {.count = 0};
    print_surroundings(profiles);
    for (size_t i = 0; i < profiles->count; i++)
        print_profile(&profiles->items[i]);
    if (profiles->count == 0)
        fprintf(stderr, "ekshub-tui: there are no AWS profiles in %s and %s.\n",
                profiles->config_shown, profiles->credentials_shown);
    if (profiles->warning[0])
        fprintf(stderr, "ekshub-tui: %s\n", profiles->warning);
    talk_of_choice(cli, profiles);
    differences_read(&differences, profiles);
    talk_of(&differences, NULL);
    differences_finish(&differences);
}

void cli_profiles(struct cli *cli)
{
    struct profiles profiles = {.count = 0};
    struct error err;
    if (!profiles_load(&profiles, cli->place->home, cli->place->lookup, &err)) {
        cli->code = cli_complain(&err, 4);
    } else if (cli->options->json) {
        cli_print(report_profiles(&profiles, cli->place));
    } else {
        print_profiles(cli, &profiles);
    }
    profiles_finish(&profiles);
}

/* ---- check ---- */

/* What a warning or a failure found, line by line. */
static void print_details(const struct check *check)
{
    struct str rest = str_of(check->details), line;
    bool needed = check->state == CHECK_WARN || check->state == CHECK_FAIL;
    while (needed && rest.len > 0) {
        str_cut(&rest, '\n', &line);
        printf("%-5s %-12s   %.*s\n", "", "", STR_ARG(line));
    }
}

void cli_print_checks(const struct checks *checks)
{
    for (int i = 0; i < CHECKS; i++) {
        const struct check *check = &checks->items[i];
        printf("%-5s %-12s %s\n", check_state_name(check->state), check->name, check->text);
        if (check->hint[0])
            printf("%-5s %-12s %s\n", "", "", check->hint);
        print_details(check);
    }
}

static void check_step(struct cli *cli)
{
    const struct session *session = &cli->session;
    const struct checks *checks = &session->checks;
    if (!checks->over)
        return;
    const char *name = session->choice.name ? session->choice.name : cli->options->profile;
    const char *whose = session->choice.profile ? session->choice.profile->name : "";
    if (cli->options->json) {
        json_t *value = report_checks(checks, name);
        js_set(value, "differences", report_differences(&session->differences, whose));
        cli_print(value);
    } else {
        cli_print_checks(checks);
        talk_of(&session->differences, whose);
    }
    cli_end(cli, checks_exit_code(checks));
}

/* A deployment is not needed; one that is named or stood in has an account and a region. */
static bool look_at_deployment(struct cli *cli)
{
    struct error err;
    char dir[PATH_MAX], file[PATH_MAX];
    bool named = cli->place->dir[0] != '\0';
    if (named ? !path_format(file, &err, "%s/ekshub.yaml", cli->place->dir) || !file_exists(file)
              : !deployment_here(dir))
        return true;
    if (session_look(&cli->session, named ? cli->place->dir : dir, &err))
        return true;
    cli->code = cli_complain(&err, 2);
    return false;
}

void cli_check(struct cli *cli)
{
    if (cli_open(cli) && look_at_deployment(cli)) {
        cli_choose_profile(cli);
        cli->step = check_step;
        if (!cli->over)
            loop_run(cli->loop);
    }
    cli_close(cli);
}

/* ---- status ---- */

static void print_status(const struct cli *cli)
{
    const struct session *session = &cli->session;
    const struct run *run = &session->run;
    char cost[32] = "cost unknown";
    double per_hour = session_cost(session);
    if (per_hour >= 0)
        snprintf(cost, sizeof cost, "$%.2f/h", per_hour);
    cli_say("%s  %s  %s  %s", session->answers.cluster_name,
            session->answers.account[0] ? session->answers.account : "-", session->answers.region,
            cost);
    for (int i = 0; i < STAGES; i++)
        printf("  %-8s %s\n", stage_table[i].label,
               stage_state_name(session_stage(session, (enum stage_id)i)));
    if (run_is_open(run))
        cli_say("  last run %s: %s%s%s", run->id, run_ending_name(run->ending),
                run->error.kind ? ": " : "", run->error.kind ? run->error.text : "");
}

void cli_status(struct cli *cli)
{
    struct error err;
    if (cli_choose(cli) && cli_open(cli)) {
        if (!session_look(&cli->session, cli->place->dir, &err))
            cli->code = cli_complain(&err, 2);
        else if (cli->options->json)
            cli_print(report_status(&cli->session));
        else
            print_status(cli);
    }
    cli_close(cli);
}

/* ---- list ---- */

static void print_entry(const struct cli *cli, const struct deployment_entry *entry,
                        const struct estimates *estimates)
{
    struct summary summary;
    char alias[ALIAS_MAX], age[CLOCK_TEXT] = "-", cost[32] = "-";
    const struct answers *answers = &entry->answers;
    int64_t now_ms = clock_wall(cli->loop->clock);
    summary_read(&summary, estimates, entry, NULL);
    alias_of(cli->place->state_dir, answers->account, alias);
    if (summary.since_ms > 0)
        clock_span(now_ms - summary.since_ms, age);
    if (summary.cost >= 0)
        snprintf(cost, sizeof cost, "$%.2f/h", summary.cost);
    cli_say("%-20s %-14s %-12s %-24s %7s %8s  %s%s", answers->cluster_name,
            alias[0]              ? alias
            : answers->account[0] ? answers->account
                                  : "-",
            answers->region[0] ? answers->region : "-", summary.text, age, cost, entry->dir,
            answers->rehearsal ? "  (rehearsal)" : "");
}

void cli_list(struct cli *cli)
{
    struct deployments known = {.count = 0};
    struct estimates estimates = {.prices = NULL};
    struct error err;
    deployments_known(&known, cli->place);
    bool ok = estimates_load(&estimates, cli->place->assets, &err);
    if (!ok)
        cli->code = cli_complain(&err, 1);
    if (ok && cli->options->json)
        cli_print(report_list(&known, &estimates, cli->place->state_dir));
    for (size_t i = 0; ok && !cli->options->json && i < known.count; i++)
        print_entry(cli, &known.items[i], &estimates);
    if (!cli->options->json && known.count == 0)
        fprintf(stderr, "ekshub-tui: no deployments are known here.\n");
    estimates_finish(&estimates);
    deployments_finish(&known);
}

/* ---- history ---- */

/* "eks,pypi" */
static void stages_of(const json_t *line, struct buf *out)
{
    for (size_t i = 0; i < js_count(line, "stages"); i++) {
        char key[32];
        snprintf(key, sizeof key, "stages.%zu", i);
        buf_printf(out, "%s%s", i > 0 ? "," : "", js_text(line, key));
    }
}

static void print_run(const json_t *line)
{
    int64_t began_ms = 0, ended_ms = 0;
    char took[CLOCK_TEXT] = "-";
    struct buf stages = {.data = NULL};
    stages_of(line, &stages);
    if (clock_parse_rfc3339(js_str(line, "started"), &began_ms) &&
        clock_parse_rfc3339(js_str(line, "time"), &ended_ms))
        clock_span(ended_ms - began_ms, took);
    cli_say("%s  %-8s %-16s %-10s %7s  %-20s %-18s +%d ~%d -%d  %s", js_text(line, "time"),
            js_text(line, "command"), buf_cstr(&stages), js_text(line, "ending"), took,
            js_text(line, "who"), js_text(line, "terraform"), (int)js_int(line, "add", 0),
            (int)js_int(line, "change", 0), (int)js_int(line, "remove", 0), js_text(line, "error"));
    buf_finish(&stages);
}

void cli_history(struct cli *cli)
{
    if (!cli_choose(cli))
        return;
    json_t *all = history_read(cli->place->dir);
    for (size_t i = 0; !cli->options->json && i < json_array_size(all); i++)
        print_run(json_array_get(all, i));
    if (cli->options->json)
        cli_print(report_history(all));
    json_decref(all);
}
