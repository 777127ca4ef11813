/* What a stage's terraform is told: its variables in a file, its secrets in the environment of the
 * one command that needs them. Whether all of it is there; and out of its stream again with what
 * should not be in it. */
#include "core/session/deploy_lane.h"

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/index/password.h"

/* ---- is it all there? ---- */

static bool are_set(const struct deploy *deploy, enum stage_id stage)
{
    return secrets_are_set(&deploy->answers, outputs_of(&deploy->outputs, stage), stage);
}

static bool given(const struct deploy *deploy, enum secret_id id)
{
    return !secret_empty(&deploy->secrets.items[id]);
}

bool lane_has_secrets(const struct deploy_lane *lane, char out[200])
{
    const struct deploy *deploy = lane->deploy;
    for (int i = 0; i < SECRETS; i++) {
        const struct secret_kind *kind = &secret_table[i];
        if (given(deploy, (enum secret_id)i) || are_set(deploy, lane->stage) ||
            !secrets_need(&deploy->secrets, &deploy->answers, lane->stage, (enum secret_id)i))
            continue;
        if (lane->left != STEP_NONE)
            snprintf(out, 200,
                     "Needed again: %s. Type it on the form, or set %s and run ekshub-tui apply.",
                     kind->label, kind->environment);
        else
            snprintf(out, 200, "Its form is not filled in yet: %s is missing.", kind->label);
        return false;
    }
    return true;
}

bool lane_filled_in(const struct deploy_lane *lane, char out[200])
{
    const struct deploy *deploy = lane->deploy;
    struct error err;
    if (answers_judge(&deploy->answers, lane->stage, &err))
        return lane_has_secrets(lane, out);
    snprintf(out, 200, "Its form is not filled in yet.");
    return false;
}

bool lane_is_behind_domain(const struct deploy_lane *lane)
{
    return (lane->stage == STAGE_PYPI || lane->stage == STAGE_MLHUB) &&
           answers_want_domain(&lane->deploy->answers);
}

bool lane_can_prove(const struct deploy_lane *lane)
{
    return lane->stage == STAGE_DOMAIN ||
           given(lane->deploy,
                 lane->stage == STAGE_MLHUB ? SECRET_HUB_PASSWORD : SECRET_PYPI_PASSWORD);
}

/* ---- secrets ---- */

/* Of what was written last: ours is a number, terraform's output a text. */
static int revision_of(const json_t *facts)
{
    int64_t said = js_int(facts, "secret_revision", 0);
    return said || str_to_int64(js_str(facts, "secret_revision"), &said) ? (int)said : 0;
}

/* Write-only arguments are written when their revision rises: it does when what is given is not
 * what was given last. A plan alone only looks what it would be. */
static bool settle_revision(struct deploy_lane *lane, bool planned, int *revision,
                            struct error *err)
{
    struct deploy *deploy = lane->deploy;
    const json_t *facts = outputs_of(&deploy->outputs, lane->stage);
    char mark[SECRETS_MARK];
    *revision = revision_of(facts);
    bool any = given(deploy, SECRET_PYPI_HASH) || given(deploy, SECRET_PYPI_KEY_ID);
    if (*revision && (!any || secrets_fit(&deploy->secrets, js_text(facts, "secret_mark"))))
        return true;
    *revision += !planned || !*revision;
    if (deploy->command != RUN_APPLY)
        return true;
    if (!secrets_mark(&deploy->secrets, mark, err))
        return false;
    json_t *values = json_object();
    js_set_int(values, "secret_revision", *revision);
    js_set_text(values, "secret_mark", mark);
    js_set_bool(values, "secret_set", false);
    bool ok = outputs_set(&deploy->outputs, deploy->place->dir, lane->stage, values, err);
    json_decref(values);
    return ok;
}

void lane_add_facts(const struct deploy_lane *lane, json_t *values)
{
    char purpose[SECRETS_PURPOSE];
    if (lane->stage == STAGE_PYPI) {
        secrets_purpose(&lane->deploy->answers, purpose);
        js_set_text(values, "secret_purpose", purpose);
        js_set_bool(values, "secret_set", true);
    }
    if (lane->stage == STAGE_DOMAIN) /* until https has answered */
        js_set_bool(values, "open", false);
    if (lane_is_behind_domain(lane))
        js_set_text(values, "proven", "");
    if (lane_is_behind_domain(lane) && lane->stage == STAGE_MLHUB)
        js_set_text(values, "url", ""); /* of a balancer that it may have had */
}

/* Ephemeral variables must be given again at the apply; what is given then is what is written. */
bool lane_lend_secrets(struct deploy_lane *lane, struct error *err)
{
    struct deploy *deploy = lane->deploy;
    struct secret *items = deploy->secrets.items;
    size_t count = 0;
    int ignored;
    lane->secrets[0].name = NULL;
    if (lane->stage != STAGE_PYPI)
        return true;
    if (given(deploy, SECRET_PYPI_PASSWORD) &&
        !password_hash(&items[SECRET_PYPI_PASSWORD], &items[SECRET_PYPI_HASH], err))
        return false;
    for (int i = 0; i < SECRETS; i++) {
        bool keys = i == SECRET_PYPI_KEY_ID || i == SECRET_PYPI_KEY_SECRET;
        if (!secret_table[i].variable || !given(deploy, (enum secret_id)i) ||
            (keys && strcmp(deploy->answers.pypi_credentials, "keys") != 0))
            continue;
        lane->secrets[count++] =
            (struct process_secret){.name = secret_table[i].environment, .value = &items[i]};
    }
    lane->secrets[count].name = NULL;
    return lane->steps[lane->at] == STEP_PLAN || settle_revision(lane, true, &ignored, err);
}

void lane_mask(const struct deploy_lane *lane)
{
    const struct secret *known[SECRETS];
    const struct deploy *deploy = lane->deploy;
    size_t count = 0;
    char path[PATH_MAX];
    struct error err;
    for (int i = 0; i < SECRETS; i++)
        if (secret_table[i].stage == lane->stage && given(deploy, (enum secret_id)i))
            known[count++] = &deploy->secrets.items[i];
    if (!count)
        return;
    if (!terraform_mask_stream(lane->stream, known, count, &err))
        log_line("%s", err.text);
    if (path_format(path, &err, "%s.err", lane->stream) && file_exists(path) &&
        !terraform_mask_stream(path, known, count, &err))
        log_line("%s", err.text);
}

/* ---- variables ---- */

/* The index as pods see it: known before it is there, so that nothing waits for its outputs. */
static void add_index(const struct deploy *deploy, json_t *variables)
{
    char url[160];
    if (!deploy->lanes[STAGE_PYPI].steps && !outputs_up(&deploy->outputs, STAGE_PYPI))
        return;
    snprintf(url, sizeof url, "http://pypi.%s.svc.cluster.local/simple/",
             deploy->answers.pypi_namespace);
    js_set_text(variables, "pip_index_url", url);
}

/* The providers log in to the cluster by this program, so that the AWS CLI need not be there. */
static void add_token_command(const struct deploy *deploy, json_t *variables)
{
    json_t *command = json_array();
    json_array_append_new(command, js_clean(str_of(deploy->place->program)));
    json_array_append_new(command, json_string("token"));
    js_set(variables, "token_command", command);
}

/* What the entrance leads to, as the stage below it has named it. */
static void add_service(const struct deploy *deploy, enum stage_id stage, const char *prefix,
                        json_t *variables)
{
    static const char *const names[] = {"namespace", "service"};
    char variable[32];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = outputs_text(&deploy->outputs, stage, names[i]);
        snprintf(variable, sizeof variable, "%s_%s", prefix, names[i]);
        if (*value)
            js_set_text(variables, variable, value);
    }
}

static bool add_own(struct deploy_lane *lane, json_t *variables, struct error *err)
{
    const struct deploy *deploy = lane->deploy;
    int revision = 0;
    char text[16];
    add_token_command(deploy, variables);
    if (lane->stage == STAGE_PYPI) {
        if (!settle_revision(lane, false, &revision, err))
            return false;
        snprintf(text, sizeof text, "%d", revision ? revision : 1);
        js_set_text(variables, "pypi_secret_revision", text);
        js_set_bool(variables, "pypi_force_destroy",
                    strcmp(deploy->answers.pypi_keep_bucket, "false") == 0);
        if (lane_is_behind_domain(lane))
            js_set_text(variables, "pypi_service_type", "ClusterIP");
    } else if (lane->stage == STAGE_MLHUB) {
        bool open = are_set(deploy, STAGE_MLHUB) && !lane_is_behind_domain(lane);
        js_set_text(variables, "proxy_service_type", open ? "LoadBalancer" : "ClusterIP");
        add_index(deploy, variables);
    } else if (lane->stage == STAGE_DOMAIN) {
        add_service(deploy, STAGE_MLHUB, "hub", variables);
        add_service(deploy, STAGE_PYPI, "pypi", variables);
    }
    return true;
}

bool lane_write_variables(struct deploy_lane *lane, struct error *err)
{
    const struct deploy *deploy = lane->deploy;
    char path[PATH_MAX];
    struct buf text = {0};
    json_t *variables = answers_variables(&deploy->answers, lane->stage, deploy->profile);
    bool ok = add_own(lane, variables, err) &&
              path_format(path, err, "%s/terraform.tfvars.json", lane->root) &&
              js_dump(variables, &text) && buf_byte(&text, '\n') &&
              file_write(path, buf_str(&text), 0600, err);
    json_decref(variables);
    buf_finish(&text);
    return ok;
}
