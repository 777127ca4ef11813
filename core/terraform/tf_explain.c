/* What went wrong, in terraform's words, with a hint where the cause is known. Summary and detail
 * are matched together: several causes share one summary. */
#include <stdio.h>

#include "core/terraform/tf_run.h"

#include "core/base/alloc.h"

struct cause {
    const char *summary, *detail; /* parts of the texts; "" fits all */
    enum error_kind kind;
    const char *hint;
};

static const struct cause causes[] = {
    {"Error acquiring the state lock", "resource temporarily unavailable", ERROR_BUSY,
     "Another terraform is at work on this state: wait until it ends, then go on"},
    {"Error acquiring the state lock", "already locked", ERROR_BUSY,
     "Another terraform is at work on this state: wait until it ends, then go on"},
    {"Error acquiring the state lock", "PreconditionFailed", ERROR_BUSY,
     "Somebody else is at work on this state. If that run has died, terraform force-unlock with "
     "the lock's ID, in the stage's directory, ends it"},
    {"Saving a generated plan is currently not supported", "", ERROR_INPUT,
     "Set the workspace's execution mode to Local in HCP Terraform, then go on"},
    {"Error acquiring the state lock", "no space left", ERROR_SYSTEM, "Free some disk space"},
    {"Error acquiring the state lock", "read-only file system", ERROR_SYSTEM,
     "The deployment directory must be writable"},
    {"Error acquiring the state lock", "permission denied", ERROR_SYSTEM,
     "The deployment directory must be writable for you"},
    {"Error acquiring the state lock", "Unsupported state file format", ERROR_INPUT,
     "The state file is damaged: go back to a copy of it"},
    {"Failed to persist state to backend", "", ERROR_SYSTEM,
     "Do not plan before the state was saved: it is in errored.tfstate, or in this run's stream"},
    {"Failed to save state", "", ERROR_SYSTEM,
     "Do not plan before the state was saved: it is in errored.tfstate, or in this run's stream"},
    {"Saved plan is stale", "", ERROR_INPUT, "Something changed the state since: plan again"},
    {"Saved plan does not match the given state", "", ERROR_INPUT, "Plan again"},
    {"Cannot apply incomplete plan", "", ERROR_INPUT, "Plan again"},
    {"Failed to query available provider packages", "could not connect", ERROR_NETWORK,
     "The provider registry was not reached: check network and proxy, or use a mirror"},
    {"Error accessing remote module registry", "", ERROR_NETWORK,
     "The module registry was not reached: check network and proxy"},
    {"Failed to download module", "", ERROR_NETWORK, "Check network and proxy"},
    {"Inconsistent dependency lock file", "", ERROR_TOOL, "Initialise the stage again"},
    {"Required plugins are not installed", "", ERROR_TOOL, "Initialise the stage again"},
    {"Backend initialization required", "", ERROR_TOOL, "Initialise the stage again"},
    {"Module not installed", "", ERROR_TOOL, "Initialise the stage again"},
    {"", "credential_process", ERROR_AUTH,
     "No keys came for the profile: sign in again, or type its digits, then go on"},
    {"", "ExpiredToken", ERROR_AUTH, "The credentials have expired: sign in again, then go on"},
    {"", "RequestExpired", ERROR_AUTH, "The credentials have expired: sign in again, then go on"},
    {"", "token has expired", ERROR_AUTH,
     "The credentials have expired: sign in again, then go on"},
    {"", "AccessDenied", ERROR_SERVICE,
     "The credentials lack this permission: add it to their policy, then go on"},
    {"", "UnauthorizedOperation", ERROR_SERVICE,
     "The credentials lack this permission: add it to their policy, then go on"},
    {"", "LimitExceeded", ERROR_SERVICE,
     "A quota of the account is used up: take less or ask AWS for more, then go on"},
    {"", "replicas Ready", ERROR_SERVICE,
     "The pods say why (ekshub-tui pods -A): go on when that is out of the way"},
    {"", "context deadline exceeded", ERROR_SERVICE,
     "The pods may say why (ekshub-tui pods -A): go on when that is out of the way"},
    {"", "assign IP/hostname for a load balancer", ERROR_SERVICE,
     "AWS gave it no load balancer in time: going on waits for it once more"},
};

static const struct cause *cause_of(const struct tf_diagnostic *d)
{
    for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
        const struct cause *cause = &causes[i];

        if (strstr(d->summary, cause->summary) &&
            (strstr(d->detail, cause->detail) ||
             (!d->detail[0] && strstr(d->summary, cause->detail))))
            return cause;
    }
    return NULL;
}

const char *tf_diagnostic_words(const struct tf_diagnostic *d, bool *provisioner)
{
    static const char mark[] = ". Output: ";
    const char *output = strstr(d->detail, mark);

    *provisioner = output && strstr(d->summary, "provisioner error");
    return *provisioner ? output + strlen(mark) : d->detail;
}

static void put_words(const struct tf_diagnostic *d, struct error *err)
{
    const struct cause *cause = cause_of(d);
    const char *place = d->address;
    bool provisioner;
    const char *words = tf_diagnostic_words(d, &provisioner);

    error_set(err, cause ? cause->kind : ERROR_TOOL, "%s%s%s%s%s", place, place[0] ? ": " : "",
              provisioner ? "" : d->summary, words[0] && !provisioner ? ": " : "", words);
    if (cause)
        error_hint(err, "%s", cause->hint);
}

static const struct tf_diagnostic *first_warning(const struct tf_run *run)
{
    for (size_t i = 0; i < run->diagnostic_count; i++)
        if (!run->diagnostics[i].error)
            return &run->diagnostics[i];
    return NULL;
}

static bool explain_end(const struct tf_run *run, struct error *err)
{
    if (run->outcome == TF_OUTCOME_KILLED) {
        error_set(err, ERROR_TOOL,
                  "Terraform was killed by signal %d: what it had begun may exist without being in "
                  "the state",
                  run->code - 128);
        return error_hint(err, "The state is checked before the next plan");
    }
    if (run->outcome == TF_OUTCOME_CRASHED)
        return error_set(err, ERROR_TOOL, "Terraform itself crashed (exit code %d)", run->code);
    if (run->outcome == TF_OUTCOME_UNCLEAR)
        return error_set(err, ERROR_TOOL, "Terraform ended without saying how it went");
    return error_set(err, ERROR_TOOL, "Terraform ended with exit code %d without a word",
                     run->code);
}

bool tf_run_explain(const struct tf_run *run, struct error *err)
{
    const struct tf_diagnostic *error = tf_run_error(run);

    switch (run->outcome) {
    case TF_OUTCOME_INTERRUPTED:
        error_set(err, ERROR_CANCELLED,
                  run->interrupts > 1
                      ? "Terraform was interrupted twice: what was in flight may exist "
                        "without being in the state"
                      : "Terraform was interrupted and has ended in order");
        return error_hint(err, "What was made so far stays; going on makes only what is missing");
    case TF_OUTCOME_NONE:
    case TF_OUTCOME_SUCCEEDED:
    case TF_OUTCOME_NO_CHANGES:
    case TF_OUTCOME_CHANGES:
        error = first_warning(run);
        if (!error) {
            if (err)
                error_clear(err);
            return false;
        }
        break;
    case TF_OUTCOME_KILLED:
    case TF_OUTCOME_CRASHED:
    case TF_OUTCOME_UNCLEAR:
        return explain_end(run, err);
    case TF_OUTCOME_FAILED:
        if (!error)
            return explain_end(run, err);
        break;
    }
    put_words(error, err);
    if (err && run->emergency)
        error_hint(
            err, "This run's stream holds the only copy of the state: restore it from there first");
    return false;
}
