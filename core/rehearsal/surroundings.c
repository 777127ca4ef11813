/* Building the environment. */
#include "core/rehearsal/surroundings.h"

#include <unistd.h>

#include "core/base/alloc.h"

extern char **environ;

/* Beginnings of names; one that ends in '=' is a whole name. Case is ignored, as for proxies. */
static const char *const left_out[] = {
    "AWS_",      "HTTP_PROXY=",  "HTTPS_PROXY=",  "ALL_PROXY=",
    "NO_PROXY=", "KUBECONFIG=",  "HOME=",         "TF_CLI_ARGS",
    "TF_LOG",    "TF_DATA_DIR=", "TF_WORKSPACE=", "TF_CLI_CONFIG_FILE=",
    "TF_INPUT=", "TF_REATTACH_", "EKSHUB_STEP_",
};

static bool is_left_out(const char *entry)
{
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++) {
        struct str start = {entry, strlen(left_out[i])};
        if (strlen(entry) >= start.len && str_eq_nocase(start, str_of(left_out[i])))
            return true;
    }
    return false;
}

static size_t length_of(char *const *environment)
{
    size_t count = 0;
    while (environment && environment[count])
        count++;
    return count;
}

void surroundings_set(char ***environment, const char *name, const char *value)
{
    size_t count = length_of(*environment), length = strlen(name);
    char *entry = alloc_printf("%s=%s", name, value);
    for (size_t i = 0; i < count; i++)
        if (strncmp((*environment)[i], entry, length + 1) == 0) {
            free((*environment)[i]);
            (*environment)[i] = entry;
            return;
        }
    *environment = alloc_resize(*environment, count + 2, sizeof **environment);
    (*environment)[count] = entry;
    (*environment)[count + 1] = NULL;
}

char **surroundings_make(const char *home)
{
    size_t count = length_of(environ), kept = 0;
    char **environment = alloc_zeroed(count + 1, sizeof *environment);
    for (size_t i = 0; i < count; i++)
        if (!is_left_out(environ[i]))
            environment[kept++] = alloc_copy(str_of(environ[i]));
    surroundings_set(&environment, "HOME", home);
    surroundings_set(&environment, "AWS_EC2_METADATA_DISABLED", "true");
    surroundings_set(&environment, "CHECKPOINT_DISABLE", "1");
    return environment;
}

void surroundings_free(char **environment)
{
    for (size_t i = 0; environment && environment[i]; i++)
        free(environment[i]);
    free(environment);
}

const char *surroundings_value(char *const *environment, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; environment && environment[i]; i++)
        if (strncmp(environment[i], name, length) == 0 && environment[i][length] == '=')
            return environment[i] + length + 1;
    return NULL;
}
