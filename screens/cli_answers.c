/* What a headless run begins with: its stages, its answers and its secrets, each from where it is
 * said first; and what is missing of them, all at once. Begins nothing. */
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "screens/cli_private.h"

/* ---- stages ---- */

bool cli_take_stages(struct cli *cli, struct error *err)
{
    bool any = false;
    for (int i = 0; i < STAGES; i++) {
        any |= cli->options->stages[i];
        if (cli->options->stages[i] && !stage_table[i].here)
            return error_set(err, ERROR_INPUT, "The stage %s is not part of this version yet.",
                             stage_table[i].name);
    }
    cli->session.named = any;
    if (any)
        memcpy(cli->session.wanted, cli->options->stages, sizeof cli->session.wanted);
    return true;
}

/* ---- answers ---- */

static bool known_here(const struct cli *cli)
{
    const struct deployments *known = &cli->session.known;
    for (size_t i = 0; i < known->count; i++)
        if (known->items[i].answers.rehearsal == cli->place->rehearsal)
            return true;
    return false;
}

/* Without --dir: the one that is here, or that the answers name (./NAME), or the only one known. A
 * new one gets its directory from its name when it is saved. */
static bool find_dir(struct cli *cli, struct error *err)
{
    char *dir = cli->place->dir, here[PATH_MAX];
    struct answers named = {.cluster_name = ""};
    if (dir[0] || deployment_here(dir))
        return true;
    dir[0] = '\0';
    if (!cli->options->answers)
        return !known_here(cli) || deployment_choose(cli->place, NULL, dir, err);
    if (!answers_read_file(&named, cli->options->answers, err))
        return false;
    if (named.cluster_name[0] && !strchr(named.cluster_name, '/') && getcwd(here, sizeof here) &&
        !path_format(dir, err, "%s/%s", here, named.cluster_name))
        return false;
    return true;
}

/* What the seed has in the environment, for those that a new deployment has not said otherwise. */
static void take_variables(struct cli *cli, bool exists)
{
    struct answers *answers = &cli->session.answers;
    const char *(*lookup)(const char *name) = cli->place->lookup;
    char name[80];
    for (size_t i = 0; i < answer_field_count; i++) {
        const struct answer_field *field = &answer_fields[i];
        if (field->stage != STAGE_PYPI || strncmp(field->key, "pypi_", 5) != 0 ||
            (exists && answer_text(answers, field)[0]))
            continue;
        snprintf(name, sizeof name, "TF_VAR_%s", field->key);
        const char *value = lookup(name);
        if (value && *value)
            str_copy(str_of(value), answer_text(answers, field), field->size);
    }
    const char *key = lookup(secret_table[SECRET_PYPI_KEY_ID].environment);
    if (!exists && key && *key)
        str_copy(STR("keys"), answers->pypi_credentials, sizeof answers->pypi_credentials);
}

/* The file says what is wanted; which deployment this is, is not for it to say. Who may reach the
 * cluster may reach what is in it, unless somebody says otherwise. */
static bool overlay_answers(struct cli *cli, struct error *err)
{
    struct answers *answers = &cli->session.answers, before = *answers;
    if (cli->options->answers && !answers_read_file(answers, cli->options->answers, err))
        return false;
    str_copy(str_of(before.id), answers->id, sizeof answers->id);
    answers->rehearsal = cli->place->rehearsal;
    if (!answers->pypi_source_ranges[0])
        str_copy(str_of(answers->endpoint_cidrs), answers->pypi_source_ranges,
                 sizeof answers->pypi_source_ranges);
    if (!answers->hub_source_ranges[0])
        str_copy(str_of(answers->endpoint_cidrs), answers->hub_source_ranges,
                 sizeof answers->hub_source_ranges);
    return true;
}

/* --region, the answers, the environment and the profile, in that order; a deployment stays. */
static bool settle_region(struct cli *cli, bool exists, struct error *err)
{
    const struct session *session = &cli->session;
    struct answers *answers = &cli->session.answers;
    const char *option = cli->options->region, *region = option;
    if (exists && option && strcmp(option, answers->region) != 0)
        return error_set(err, ERROR_INPUT, "%s is in %s and cannot move to %s.",
                         answers->cluster_name, answers->region, option);
    if (!region && !answers->region[0] && !session->profiles_read) {
        *err = session->profiles_error;
        err->kind = ERROR_AUTH;
        return false;
    }
    if (!region && !answers->region[0])
        region = profiles_region(&session->profiles, session->choice.profile, NULL);
    if (region)
        str_copy(str_of(region), answers->region, sizeof answers->region);
    if (answers->region[0])
        cli->place->region = answers->region; /* what the checks look at */
    return true;
}

/* ---- secrets ---- */

static bool may_make(const struct cli *cli, enum secret_id id)
{
    return id == SECRET_PYPI_PASSWORD || id == SECRET_HUB_PASSWORD || cli->place->rehearsal;
}

bool cli_lacks_secret(const struct cli *cli, enum secret_id id)
{
    const struct session *session = &cli->session;
    enum stage_id stage = secret_table[id].stage;
    return session->wanted[stage] &&
           !secrets_are_set(&session->answers, outputs_of(&session->outputs, stage), stage) &&
           secrets_need(&session->secrets, &session->answers, stage, id) &&
           secret_empty(&session->secrets.items[id]);
}

bool cli_take_secrets(struct cli *cli, bool make, struct error *err)
{
    struct secrets *secrets = &cli->session.secrets;
    if (!secrets_from_environment(secrets, cli->place->lookup, err))
        return false;
    for (int i = 0; i < SECRETS && make; i++) {
        enum secret_id id = (enum secret_id)i;
        if (!cli_lacks_secret(cli, id) || !may_make(cli, id))
            continue;
        if (!secrets_make(secrets, &cli->session.answers, id, err))
            return false;
    }
    return true;
}

void cli_show_secrets(const struct cli *cli)
{
    const struct secrets *secrets = &cli->session.secrets;
    for (int i = 0; i < SECRETS && isatty(STDOUT_FILENO); i++)
        if (secrets->generated[i] && may_make(cli, (enum secret_id)i))
            printf("  %-28s %.*s\n", secret_table[i].label,
                   STR_ARG(secret_expose(&secrets->items[i])));
}

/* ---- all of it ---- */

static void name_missing(const struct cli *cli, struct buf *out)
{
    const struct session *session = &cli->session;
    for (size_t i = 0; i < answer_field_count; i++) {
        const struct answer_field *field = &answer_fields[i];
        bool wanted = field->stage == STAGE_EKS || session->wanted[field->stage];
        if (wanted && field->required && !*answer_read(&session->answers, field))
            buf_printf(out, "%s%s", out->len ? ", " : "", field->key);
    }
    for (int i = 0; i < SECRETS; i++)
        if (cli_lacks_secret(cli, (enum secret_id)i))
            buf_printf(out, "%s%s", out->len ? ", " : "", secret_table[i].environment);
}

static bool is_complete(const struct cli *cli, struct error *err)
{
    const struct session *session = &cli->session;
    struct buf missing = {0};
    name_missing(cli, &missing);
    bool any = missing.len > 0;
    if (any) {
        error_set(err, ERROR_INPUT, "These answers are missing: %s.", buf_cstr(&missing));
        error_hint(err, "Give answers in a file (--answers FILE), and secrets in the environment.");
    }
    buf_finish(&missing);
    for (int i = 0; i < STAGES && !any; i++)
        if ((i == STAGE_EKS || session->wanted[i]) &&
            !answers_judge(&session->answers, (enum stage_id)i, err))
            return false;
    return !any;
}

/* --answers, DIR/ekshub.yaml, the environment, the defaults, in that order. */
bool cli_take_answers(struct cli *cli, struct error *err)
{
    struct session *session = &cli->session;
    if (!find_dir(cli, err))
        return false;
    const char *dir = cli->place->dir;
    bool exists = dir[0] && cli_holds_deployment(dir);
    if (exists && !session_look(session, dir, err))
        return false;
    take_variables(cli, exists);
    if (!overlay_answers(cli, err))
        return false;
    session_want(session);
    return settle_region(cli, exists, err) && cli_take_secrets(cli, true, err) &&
           is_complete(cli, err);
}
