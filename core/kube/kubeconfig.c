/* Which files, which context, which cluster. Users are kubeconfig_user.c's. */
#include "core/kube/kubeconfig.h"

#include <errno.h>
#include <openssl/evp.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/kube/kubeconfig_file.h"

enum { FILES = 32 };

/* The files of one reading, in their order of precedence. */
struct files {
    struct kubeconfig_file *items[FILES];
    size_t count;
    char looked[PATH_MAX]; /* the last one that was looked for */
};

static void files_finish(struct files *files)
{
    while (files->count > 0) {
        struct kubeconfig_file *file = files->items[--files->count];
        kubeconfig_file_finish(file);
        free(file);
    }
}

/* A missing file is passed over, unless it `must` be there. */
static bool add_file(struct files *files, const char *path, bool must, struct error *err)
{
    struct error why;
    path_format(files->looked, NULL, "%s", path);
    for (size_t i = 0; i < files->count; i++)
        if (strcmp(files->items[i]->path, path) == 0)
            return true;
    if (files->count == FILES)
        return error_set(err, ERROR_INPUT, "KUBECONFIG names more than %d files.", FILES);
    struct kubeconfig_file *file = alloc_zeroed(1, sizeof *file);
    if (kubeconfig_file_load(file, path, &why)) {
        files->items[files->count++] = file;
        return true;
    }
    free(file);
    if (why.code == ENOENT && why.kind == ERROR_SYSTEM && !must)
        return true;
    if (err)
        *err = why;
    return error_wrap(err, "The kubeconfig cannot be used");
}

static bool add_list(struct files *files, const char *variable, struct error *err)
{
    struct str rest = str_of(variable), part;
    char path[PATH_MAX];
    while (rest.len > 0) {
        (void)str_cut(&rest, ':', &part);
        if (part.len > 0 &&
            (!path_format(path, err, "%.*s", STR_ARG(part)) || !add_file(files, path, false, err)))
            return false;
    }
    return true;
}

static bool load_files(struct files *files, const struct kubeconfig_source *source,
                       struct error *err)
{
    char path[PATH_MAX];
    if (source->file && source->file[0])
        return add_file(files, source->file, true, err);
    if (source->variable && source->variable[0])
        return add_list(files, source->variable, err);
    if (!source->home || !source->home[0])
        return true;
    return path_format(path, err, "%s/.kube/config", source->home) &&
           add_file(files, path, false, err);
}

static struct str current_context(struct files *files)
{
    struct str name = STR("");
    for (size_t i = 0; i < files->count && name.len == 0; i++)
        name =
            kubeconfig_text(files->items[i], kubeconfig_root(files->items[i]), "current-context");
    return name;
}

/* The first file that has the name wins whole. */
static bool look_up(struct files *files, const char *list, const char *kind, struct str name,
                    struct kubeconfig_place *place)
{
    for (size_t i = 0; i < files->count; i++) {
        struct kubeconfig_file *file = files->items[i];
        int at = kubeconfig_find(file, list, name);
        if (at < 0)
            continue;
        int all = kubeconfig_get(file, kubeconfig_root(file), list);
        int item = kubeconfig_item(file, all, (size_t)at);
        *place = (struct kubeconfig_place){file, kubeconfig_get(file, item, kind)};
        return true;
    }
    return false;
}

static bool missing(const struct files *files, const char *kind, const char *name,
                    struct error *err)
{
    const char *where = files->count == 1 ? files->items[0]->path : "the kubeconfig files";
    error_set(err, ERROR_INPUT, "There is no %s \"%s\" in %s.", kind, name, where);
    return error_hint(err, "kubectl config get-contexts lists what there is.");
}

static bool no_context(const struct files *files, struct error *err)
{
    if (files->count == 0)
        error_set(err, ERROR_INPUT, "There is no kubeconfig%s%s.", files->looked[0] ? ": " : "",
                  files->looked);
    else
        error_set(err, ERROR_INPUT, "%s names no current context.", files->items[0]->path);
    return error_hint(err, "Name one with --context, or another file with --kubeconfig.");
}

/* Into a member of access; what does not fit is an error and not another name. */
static bool take(struct kubeconfig_place place, const char *key, char *out, size_t size,
                 struct error *err)
{
    struct str text = kubeconfig_text(place.file, place.node, key);
    return str_copy(text, out, size) ||
           error_set(err, ERROR_INPUT, "%s: %s is too long: %.60s…", place.file->path, key, out);
}

#define TAKE(place, key, member) take(place, key, member, sizeof(member), err)

bool kubeconfig_path(struct kubeconfig_place place, struct str text, char out[PATH_MAX],
                     struct error *err)
{
    char directory[PATH_MAX];
    if (text.len > 0 && text.data[0] == '/')
        return path_format(out, err, "%.*s", STR_ARG(text));
    path_dirname(place.file->path, directory);
    return path_format(out, err, "%s/%.*s", directory, STR_ARG(text));
}

/* Base64 with the line breaks that YAML's block scalars leave in it (RFC 4648, 4). */
static bool decode(struct str text, struct buf *out)
{
    char *packed = alloc_zeroed(text.len + 1, 1);
    unsigned char *bytes = alloc_zeroed(text.len + 4, 1);
    size_t len = 0, padding = 0;
    for (size_t i = 0; i < text.len; i++)
        if (!strchr(" \t\r\n", text.data[i]))
            packed[len++] = text.data[i];
    while (padding < 2 && padding < len && packed[len - 1 - padding] == '=')
        padding++;
    int got = len % 4 == 0 && len < INT_MAX
                  ? EVP_DecodeBlock(bytes, (unsigned char *)packed, (int)len)
                  : -1;
    bool ok =
        got >= (int)padding && buf_append(out, (struct str){(char *)bytes, (size_t)got - padding});
    secret_wipe(packed, text.len);
    secret_wipe(bytes, text.len);
    free(packed);
    free(bytes);
    return ok;
}

bool kubeconfig_pem(struct kubeconfig_place place, const char *key, struct buf *out,
                    struct error *err)
{
    char data_key[64], path[PATH_MAX];
    snprintf(data_key, sizeof data_key, "%s-data", key);
    struct str data = kubeconfig_text(place.file, place.node, data_key);
    struct str name = kubeconfig_text(place.file, place.node, key);
    if (data.len > 0)
        return decode(data, out) ||
               error_set(err, ERROR_INPUT, "%s: %s is not base64.", place.file->path, data_key);
    if (name.len == 0)
        return true;
    return kubeconfig_path(place, name, path, err) &&
           (file_read(path, (size_t)1 << 20, out, err) ||
            error_wrap(err, "%s: %s", place.file->path, key));
}

static bool check_server(struct kube_access *access, struct kubeconfig_place place,
                         struct error *err)
{
    char *server = access->server, typed[sizeof access->server];
    size_t len = strlen(server);
    bool good = len > 0;
    for (size_t i = 0; i < len; i++)
        good = good && (unsigned char)server[i] > ' ' && server[i] != 0x7f;
    if (good && !strstr(server, "://")) {
        memcpy(typed, server, sizeof typed);
        good = snprintf(server, sizeof access->server, "https://%s", typed) <
               (int)sizeof access->server;
    }
    struct str address = str_of(server);
    if (!good || !(str_starts(address, STR("https://")) || str_starts(address, STR("http://"))))
        return error_set(err, ERROR_INPUT, "%s: the cluster \"%s\" has no usable server: \"%s\".",
                         place.file->path, access->cluster, server);
    for (len = strlen(server); server[len - 1] == '/'; len--)
        server[len - 1] = '\0';
    return true;
}

static bool read_cluster(struct kube_access *access, struct kubeconfig_place place,
                         struct error *err)
{
    if (!TAKE(place, "server", access->server) ||
        !TAKE(place, "tls-server-name", access->tls_server_name) ||
        !TAKE(place, "proxy-url", access->proxy_url) || !check_server(access, place, err))
        return false;
    access->insecure = kubeconfig_true(place.file, place.node, "insecure-skip-tls-verify");
    return access->insecure || kubeconfig_pem(place, "certificate-authority", &access->ca_pem, err);
}

static bool read_context(struct kube_access *access, struct kubeconfig_place place,
                         struct error *err)
{
    if (!TAKE(place, "cluster", access->cluster) || !TAKE(place, "user", access->user) ||
        !TAKE(place, "namespace", access->namespace_name))
        return false;
    if (!access->namespace_name[0])
        str_copy(STR("default"), access->namespace_name, sizeof access->namespace_name);
    return true;
}

static bool read_access(struct kube_access *access, struct files *files, struct str context,
                        struct error *err)
{
    struct kubeconfig_place place;
    if (context.len == 0)
        context = current_context(files);
    if (context.len == 0)
        return no_context(files, err);
    if (!str_copy(context, access->context, sizeof access->context) ||
        !look_up(files, "contexts", "context", context, &place))
        return missing(files, "context", access->context, err);
    if (!read_context(access, place, err))
        return false;
    if (!look_up(files, "clusters", "cluster", str_of(access->cluster), &place))
        return missing(files, "cluster", access->cluster, err);
    if (!read_cluster(access, place, err))
        return false;
    if (!access->user[0])
        return true;
    if (!look_up(files, "users", "user", str_of(access->user), &place))
        return missing(files, "user", access->user, err);
    return kubeconfig_user(access, place, err);
}

bool kubeconfig_read(struct kube_access *access, const struct kubeconfig_source *source,
                     struct error *err)
{
    struct files files = {.count = 0};
    bool ok = load_files(&files, source, err) &&
              read_access(access, &files, str_of(source->context), err);
    files_finish(&files);
    if (!ok)
        kube_access_finish(access);
    return ok;
}

static void free_words(char **words)
{
    for (; *words; words++)
        free(*words);
}

void kube_access_finish(struct kube_access *access)
{
    buf_finish(&access->ca_pem);
    buf_finish(&access->client_cert_pem);
    secret_finish(&access->token);
    secret_finish(&access->client_key);
    free_words(access->exec.args);
    free_words(access->exec.environment);
    *access = (struct kube_access){.auth = KUBE_AUTH_NONE};
}
