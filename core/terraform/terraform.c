/* Where terraform is, whether it will do, and the environment that it runs in. */
#include "core/terraform/terraform.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/paths.h"
#include "core/terraform/tf_scan.h"

#include "core/base/alloc.h"

enum { MAJOR = 1, MINOR = 11 };

extern char **environ;

static bool runnable(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISREG(about.st_mode) && access(path, X_OK) == 0;
}

static bool wanted(struct terraform *terraform, const char *name, const char *const *environment,
                   struct error *err)
{
    char found[4096];

    if (!strchr(name, '/') && process_find(name, environment, found))
        return str_copy(str_of(found), terraform->program, sizeof(terraform->program));
    if (strchr(name, '/') && runnable(name) && realpath(name, terraform->program))
        return true;
    error_set(err, ERROR_TOOL, "EKSHUB_TERRAFORM names %s, but there is no such program", name);
    return error_hint(err, "Correct EKSHUB_TERRAFORM, or unset it to use what is in PATH");
}

bool terraform_find(struct terraform *terraform, const char *(*lookup)(const char *name),
                    const char *const *environment, struct error *err)
{
    static const char *const names[] = {"terraform", "tofu"};
    const char *named = lookup ? lookup("EKSHUB_TERRAFORM") : NULL;
    char found[4096] = "";
    bool ok = false;

    if (named && named[0]) {
        ok = wanted(terraform, named, environment, err);
    } else {
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !ok; i++)
            ok = process_find(names[i], environment, found);
        if (ok)
            str_copy(str_of(found), terraform->program, sizeof(terraform->program));
        else
            error_set(err, ERROR_TOOL, "Neither terraform nor tofu is in PATH");
        if (!ok)
            error_hint(err,
                       "Install Terraform %d.%d or newer, or OpenTofu %d.%d, or name one in "
                       "EKSHUB_TERRAFORM",
                       MAJOR, MINOR, MAJOR, MINOR);
    }
    terraform->version[0] = '\0';
    terraform->tofu = ok && str_starts(str_of(path_basename(terraform->program)), STR("tofu"));
    return ok;
}

bool terraform_version_fits(const char *version)
{
    struct str rest = str_of(version), major, minor, patch;
    int64_t number[2];

    if (!str_cut(&rest, '.', &major) || !str_cut(&rest, '.', &minor) ||
        !str_to_int64(major, &number[0]) || !str_to_int64(minor, &number[1]))
        return false;
    if (number[0] != MAJOR || number[1] != MINOR)
        return number[0] > MAJOR || (number[0] == MAJOR && number[1] > MINOR);
    /* 1.11.0-rc1 came before 1.11.0 */
    return !(str_cut(&rest, '-', &patch) && str_is(patch, "0"));
}

bool terraform_judge(struct terraform *terraform, struct str answer, struct error *err)
{
    const char *name = terraform->tofu ? "OpenTofu" : "Terraform";
    json_t *document = js_parse(answer, NULL);
    char version[32], said[120];
    bool known;

    tf_clean_text(js_str(document, "terraform_version"), version, sizeof(version), false);
    known = json_is_object(document) && version[0];
    json_decref(document);
    if (!known) {
        tf_clean_text(str_trim(answer), said, sizeof(said), false);
        error_set(err, ERROR_TOOL, "%s is not terraform: asked for its version it said \"%s\"",
                  terraform->program, said);
        return error_hint(err, "Name the right program in EKSHUB_TERRAFORM");
    }
    if (!terraform_version_fits(version)) {
        error_set(err, ERROR_TOOL,
                  "%s %s at %s is too old: %d.%d is needed, which first keeps "
                  "passwords out of state and plan",
                  name, version, terraform->program, MAJOR, MINOR);
        return error_hint(err, "Install %s %d.%d or newer, or name another in EKSHUB_TERRAFORM",
                          name, MAJOR, MINOR);
    }
    str_copy(str_of(version), terraform->version, sizeof(terraform->version));
    return true;
}

/* What would change what terraform does or says behind our back, and what we set ourselves. */
static bool is_dropped(const char *entry)
{
    static const char *const prefixes[] = {
        "TF_CLI_ARGS",       "TF_LOG",    "TF_WORKSPACE=",      "TF_DATA_DIR=",
        "TF_IN_AUTOMATION=", "TF_INPUT=", "CHECKPOINT_DISABLE="};

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        if (strncmp(entry, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return false;
}

char **terraform_environment(const struct terraform *terraform, const char *const *environment)
{
    const char *const *from = environment ? environment : (const char *const *)environ;
    size_t count = 0, kept = 0;
    char **out;

    while (from[count])
        count++;
    out = alloc_zeroed(count + 4, sizeof(*out));
    for (size_t i = 0; i < count; i++) {
        bool cache = strncmp(from[i], "TF_PLUGIN_CACHE_DIR=", 20) == 0;

        if (!is_dropped(from[i]) && !(cache && terraform->plugin_cache[0]))
            out[kept++] = alloc_copy(str_of(from[i]));
    }
    out[kept++] = alloc_copy(STR("TF_IN_AUTOMATION=1"));
    out[kept++] = alloc_copy(STR("CHECKPOINT_DISABLE=1"));
    if (terraform->plugin_cache[0])
        out[kept++] = alloc_printf("TF_PLUGIN_CACHE_DIR=%s", terraform->plugin_cache);
    return out;
}

void terraform_environment_free(char **environment)
{
    for (char **entry = environment; entry && *entry; entry++)
        free(*entry);
    free(environment);
}
