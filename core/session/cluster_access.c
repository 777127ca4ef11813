/* A kubeconfig, the keys of a profile, and the token that comes of them. */
#include "core/session/cluster_access.h"

#include "core/aws/token.h"
#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/kube/kubeconfig_write.h"
#include "core/session/aws_access.h"

static void forget_keys(struct cluster_access *access)
{
    creds_resolve_finish(&access->resolve);
    profiles_finish(&access->profiles);
}

static void on_keys(struct creds_resolve *resolve)
{
    struct cluster_access *access = container_of(resolve, struct cluster_access, resolve);
    int64_t now = clock_wall(access->kube.http->loop->clock);
    int64_t end = eks_token_end(&resolve->creds, now);
    struct secret token = {.data = NULL};
    struct error err = resolve->error;
    bool ok = resolve->ok &&
              eks_token(&resolve->creds, access->region, access->cluster, now, &token, &err);
    forget_keys(access);
    kube_token_came(&access->kube, ok ? &token : NULL, end, &err);
    secret_finish(&token);
}

static bool choose(const struct cluster_access *access, struct profile_choice *choice,
                   struct error *err)
{
    if (!access->source || access->profile[0])
        return place_choose(access->place, &access->profiles, access->profile, choice, err);
    profiles_choose_surrounding(&access->profiles, access->source, choice);
    return true;
}

/* The keys are found anew for each token: a sign-in elsewhere may have changed them. It comes by
 * on_keys. */
static bool make_token(void *context, struct secret *out, int64_t *expires_wall_ms,
                       struct error *err)
{
    (void)out;
    (void)expires_wall_ms;
    struct cluster_access *access = context;
    const struct place *place = access->place;
    struct profile_choice choice;
    forget_keys(access);
    return profiles_load(&access->profiles, place->home, place->lookup, err) &&
           choose(access, &choice, err) &&
           creds_resolve_start(&access->resolve, &access->world, &access->profiles, &choice, NULL,
                               access->region, on_keys, err);
}

/* The value behind an argument of the plugin; "" when it has none. */
static const char *word_after(char *const *args, const char *name)
{
    for (; *args; args++)
        if (strcmp(*args, name) == 0)
            return args[1] ? args[1] : "";
    return "";
}

/* Our `token` and the AWS CLI's `eks get-token` mean the same, and neither has to be run. */
static bool is_eks_plugin(const struct kube_access *access)
{
    char *const *args = access->exec.args;
    bool token = args[0] && strcmp(args[0], "token") == 0;
    for (; *args && !token; args++)
        token = strcmp(*args, "get-token") == 0;
    return access->auth == KUBE_AUTH_EXEC && token &&
           word_after(access->exec.args, "--cluster-name")[0] &&
           word_after(access->exec.args, "--region")[0];
}

static void take_over(struct cluster_access *access)
{
    struct kube *kube = &access->kube;
    char *const *args = kube->access.exec.args;
    str_copy(str_of(word_after(args, "--cluster-name")), access->cluster, sizeof access->cluster);
    str_copy(str_of(word_after(args, "--region")), access->region, sizeof access->region);
    kube->token = make_token;
    kube->context = access;
}

bool cluster_access_open(struct cluster_access *access, struct http *http, struct signals *signals,
                         const struct place *place, const char *dir, const char *profile,
                         struct error *err)
{
    char file[PATH_MAX];
    struct kubeconfig_source source = {.file = file};
    struct kube_access read = {.auth = KUBE_AUTH_NONE};
    *access =
        (struct cluster_access){.place = place, .world = place_creds_world(place, http, signals)};
    if (profile)
        str_copy(str_of(profile), access->profile, sizeof access->profile);
    if (!path_format(file, err, "%s/kubeconfig", dir) || !kubeconfig_read(&read, &source, err) ||
        !kube_init(&access->kube, http, &read, err))
        return false;
    access->kube.signals = signals;
    access->kube.environment = place->environment;
    if (is_eks_plugin(&access->kube.access))
        take_over(access);
    return true;
}

void cluster_access_finish(struct cluster_access *access)
{
    forget_keys(access);
    kube_finish(&access->kube);
}

/* ---- writing ---- */

enum { WORDS = 12 };

/* The exec entry: this program's `token`; in a rehearsal the one of this directory. */
static void our_args(const char *args[WORDS], const struct place *place,
                     const struct cluster_values *values, const char *profile)
{
    size_t n = 0;
    args[n++] = "token";
    args[n++] = "--cluster-name";
    args[n++] = values->name;
    args[n++] = "--region";
    args[n++] = values->region;
    if (profile && profile[0]) {
        args[n++] = "--profile";
        args[n++] = profile;
    }
    if (place->rehearsal) {
        args[n++] = "--rehearse";
        args[n++] = "--dir";
        args[n++] = place->dir;
    }
    args[n] = NULL;
}

/* As `aws eks update-kubeconfig` writes it, but for the profile, which it puts into the
 * environment: an argument wins over what is set there. */
static void their_args(const char *args[WORDS], const struct cluster_values *values,
                       const char *profile)
{
    size_t n = 0;
    args[n++] = "--region";
    args[n++] = values->region;
    args[n++] = "eks";
    args[n++] = "get-token";
    args[n++] = "--cluster-name";
    args[n++] = values->name;
    args[n++] = "--output";
    args[n++] = "json";
    if (profile && profile[0]) {
        args[n++] = "--profile";
        args[n++] = profile;
    }
    args[n] = NULL;
}

static bool check_values(const struct cluster_values *values, struct error *err)
{
    const char *missing = !values->name || !values->name[0]           ? "name"
                          : !values->region || !values->region[0]     ? "region"
                          : !values->endpoint || !values->endpoint[0] ? "address"
                          : !values->ca_data || !values->ca_data[0]   ? "certificate"
                                                                      : NULL;
    if (!missing)
        return true;
    error_set(err, ERROR_INPUT, "The %s of the cluster is not known yet.", missing);
    return error_hint(err, "Apply the EKS stage first.");
}

static bool make_entry(struct kubeconfig_entry *entry, const char *args[WORDS],
                       const struct place *place, const struct cluster_values *values,
                       const char *profile, struct error *err)
{
    if (!check_values(values, err))
        return false;
    if (values->aws_cli && place->rehearsal) {
        error_set(err, ERROR_INPUT, "The AWS CLI cannot make tokens for a rehearsal's cluster.");
        return error_hint(err, "Leave --aws-cli out.");
    }
    if (values->aws_cli)
        their_args(args, values, profile);
    else
        our_args(args, place, values, profile);
    *entry = (struct kubeconfig_entry){.name = values->name,
                                       .server = values->endpoint,
                                       .ca_data = values->ca_data,
                                       .command = values->aws_cli ? "aws" : place->program,
                                       .args = args};
    return true;
}

bool session_kubeconfig_write(const struct place *place, const struct cluster_values *values,
                              const char *profile, char path[PATH_MAX], struct error *err)
{
    const char *args[WORDS];
    struct kubeconfig_entry entry;
    return make_entry(&entry, args, place, values, profile, err) &&
           path_format(path, err, "%s/kubeconfig", place->dir) &&
           kubeconfig_write(path, &entry, err);
}

bool session_kubeconfig_share(const char *path, const struct cluster_values *values,
                              struct error *err)
{
    const char *args[WORDS];
    if (!check_values(values, err))
        return false;
    their_args(args, values, NULL);
    struct kubeconfig_entry entry = {.name = values->name,
                                     .server = values->endpoint,
                                     .ca_data = values->ca_data,
                                     .command = "aws",
                                     .args = args};
    return kubeconfig_write(path, &entry, err);
}

bool session_kubeconfig_merge(const struct place *place, const struct cluster_values *values,
                              const char *profile, char path[PATH_MAX], struct error *err)
{
    const char *args[WORDS];
    struct kubeconfig_entry entry;
    return make_entry(&entry, args, place, values, profile, err) &&
           kubeconfig_target(place->lookup("KUBECONFIG"), place->home, values->name, path, err) &&
           kubeconfig_merge(path, &entry, err);
}

bool session_kubeconfig_forget(const struct place *place, const char *name, bool *removed,
                               char path[PATH_MAX], struct error *err)
{
    return kubeconfig_target(place->lookup("KUBECONFIG"), place->home, name, path, err) &&
           kubeconfig_remove(path, name, removed, err);
}
