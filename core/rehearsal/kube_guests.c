/* Guests of the simulated cluster. */
#include "core/rehearsal/kube_guests.h"

#include "core/base/paths.h"
#include "core/rehearsal/kube_object.h"

#include "core/base/alloc.h"

enum { MANIFEST_MAX = 1 << 20, RUNS_FOR = 10 };

static bool manifest_path(const char *dir, const char *ns, const char *name, char out[PATH_MAX],
                          struct error *err)
{
    return path_format(out, err, "%s/rehearsal/pods/%.80s_%.200s.json", dir, ns, name);
}

bool kube_guest_create(const char *dir, const char *ns, const char *name, const json_t *manifest,
                       int64_t now_ms, struct error *err)
{
    char place[PATH_MAX], path[PATH_MAX];
    struct buf text = {.data = NULL};
    struct world_event event = {.time_ms = now_ms, .what = WORLD_CREATE, .type = "kubernetes_pod"};
    kube_address(KUBE_POD, ns, name, event.address);
    snprintf(event.detail, sizeof event.detail, "%.60s/%.90s", ns, name);
    js_dump(manifest, &text);
    bool ok = path_format(place, err, "%s/rehearsal/pods", dir) && dir_make(place, 0700, err) &&
              manifest_path(dir, ns, name, path, err) &&
              file_write(path, buf_str(&text), 0600, err) && world_append(dir, &event, err);
    buf_finish(&text);
    return ok;
}

static json_t *manifest_read(const char *dir, const char *ns, const char *name)
{
    char path[PATH_MAX];
    struct buf text = {.data = NULL};
    json_t *manifest = NULL;
    if (manifest_path(dir, ns, name, path, NULL) && file_read(path, MANIFEST_MAX, &text, NULL))
        manifest = js_parse(buf_str(&text), NULL);
    buf_finish(&text);
    return manifest;
}

/* ---- what it runs ---- */

static void add_words(const json_t *words, struct buf *out)
{
    for (size_t i = 0; i < json_array_size(words); i++) {
        const char *word = json_string_value(json_array_get(words, i));
        buf_printf(out, "%s\n", word ? word : "");
    }
}

/* The word behind `pip install` and its options. */
static bool wanted_package(struct str text, char name[128])
{
    static const char *const with_value[] = {
        "-i", "--index-url", "--trusted-host", "--extra-index-url", "-t", "--target"};
    struct str word;
    ptrdiff_t at = str_find(text, STR("pip install"));
    if (at < 0)
        return false;
    struct str rest = str_skip(text, (size_t)at + 11);
    bool value = false;
    while (rest.len > 0) {
        size_t len = 0;
        rest = str_trim(rest);
        while (len < rest.len && !strchr(" \t\n;&|'\"", rest.data[len]))
            len++;
        if (len == 0)
            return false;
        word = (struct str){rest.data, len};
        rest = str_skip(rest, len);
        if (value || word.data[0] == '-') {
            bool takes = false;
            for (size_t i = 0; i < sizeof with_value / sizeof *with_value; i++)
                takes = takes || str_is(word, with_value[i]);
            value = !value && takes;
            continue;
        }
        for (len = 0; len < word.len && !strchr("=<>~![", word.data[len]); len++)
            ;
        return str_copy((struct str){word.data, len}, name, 128) && *name;
    }
    return false;
}

/* PEP 503: runs of - _ . are one -, in lower case. */
static void normalised(const char *name, char out[128])
{
    size_t length = 0;
    for (const char *c = name; *c && length + 1 < 128; c++) {
        bool separates = *c == '-' || *c == '_' || *c == '.';
        if (separates && length > 0 && out[length - 1] == '-')
            continue;
        out[length++] = (char)(separates ? '-' : *c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
    }
    out[length] = '\0';
}

/* The newest version of it in the index: things are in the order of their first event. */
static const struct world_thing *package_of(const struct world *world, const char *name,
                                            int64_t now_ms)
{
    char wanted[128], here[128];
    const struct world_thing *found = NULL;
    normalised(name, wanted);
    for (size_t i = 0; i < world->count; i++) {
        const struct world_thing *thing = &world->things[i];
        struct str rest = str_of(thing->last.detail), first; /* "demo-pkg 1.0 SHA256" */
        if (strcmp(thing->last.type, "pypi_package") != 0 ||
            world_status_of(thing, now_ms) != WORLD_ACTIVE)
            continue;
        str_cut(&rest, ' ', &first);
        str_copy(first, here, sizeof here);
        normalised(here, here);
        if (strcmp(here, wanted) == 0)
            found = thing;
    }
    return found;
}

static void print_install(const struct world_thing *package, const char *name, struct buf *out)
{
    struct str rest = str_of(package->last.detail), version;
    str_cut(&rest, ' ', &version);
    str_cut(&rest, ' ', &version);
    const char *file = strrchr(package->last.address, '/');
    buf_printf(out,
               "Collecting %s\n"
               "  Downloading %s (1.2 kB)\n"
               "Building wheels for collected packages: %s\n"
               "Successfully built %s\n"
               "Installing collected packages: %s\n"
               "Successfully installed %s-%.*s\n",
               name, file ? file + 1 : name, name, name, name, name, STR_ARG(version));
}

/* What demo_pkg.hello() returns, for whatever module is imported. */
static void print_hello(struct str words, struct buf *out)
{
    ptrdiff_t python = str_find(words, STR("python"));
    ptrdiff_t at = python < 0 ? -1 : str_find(str_skip(words, (size_t)python), STR("import "));
    if (at < 0)
        return;
    struct str rest = str_skip(words, (size_t)(python + at) + 7);
    size_t len = 0;
    while (len < rest.len && !strchr(" ;'\"", rest.data[len]))
        len++;
    buf_printf(out, "hello from %.*s\n", (int)len, rest.data);
}

bool kube_guest_prints(const struct world *world, const json_t *spec, int64_t now_ms,
                       struct buf *out, int *exit_code)
{
    char name[128];
    struct buf words = {.data = NULL};
    const json_t *container = js_get(spec, "containers.0");
    add_words(js_get(container, "command"), &words);
    add_words(js_get(container, "args"), &words);
    for (size_t i = 0; i < words.len; i++) /* "pip", "install" may be two words */
        words.data[i] = words.data[i] == '\n' ? ' ' : words.data[i];
    bool installs = wanted_package(buf_str(&words), name);
    const struct world_thing *package = installs ? package_of(world, name, now_ms) : NULL;
    *exit_code = 0;
    if (package) {
        print_install(package, name, out);
        print_hello(buf_str(&words), out);
    } else if (installs) {
        *exit_code = 1;
        buf_printf(out,
                   "ERROR: Could not find a version that satisfies the requirement %s (from "
                   "versions: none)\nERROR: No matching distribution found for %s\n",
                   name, name);
    }
    buf_finish(&words);
    return installs;
}

static void add_guest(struct kube_world *kube, const struct world_thing *thing)
{
    char ns[128];
    struct str rest = str_of(thing->last.detail), part;
    str_cut(&rest, '/', &part);
    str_copy(part, ns, sizeof ns);
    const char *name = strchr(thing->last.detail, '/');
    json_t *manifest = name ? manifest_read(kube->dir, ns, name + 1) : NULL;
    json_t *spec = json_object_get(manifest, "spec");
    if (!spec || json_array_size(js_get(spec, "containers")) == 0) {
        json_decref(manifest);
        return;
    }
    int64_t from = thing->created_ms;
    struct buf printed = {.data = NULL};
    struct kube_pod pod = {.ns = ns,
                           .name = name + 1,
                           .container = js_text(spec, "containers.0.name"),
                           .image = js_text(spec, "containers.0.image"),
                           .created_ms = from,
                           .scheduled_ms = from + kube_ms(kube, 0.5),
                           .pulled_ms = from + kube_ms(kube, 3),
                           .running_ms = from + kube_ms(kube, 4),
                           .ready_ms = from + kube_ms(kube, 4),
                           .finished_ms = from + kube_ms(kube, 4 + RUNS_FOR),
                           .deleted_ms =
                               thing->last.what == WORLD_DESTROY ? thing->last.time_ms : KUBE_NEVER,
                           .spec = json_deep_copy(spec)};
    pod.node = kube->node_count > 0 ? kube_octet(name) % kube->node_count : 0;
    kube_guest_prints(kube->world, spec, pod.finished_ms, &printed, &pod.exit_code);
    buf_finish(&printed);
    struct kube_object *made = kube_pod_add(kube, &pod);
    const char *key;
    json_t *value;
    json_object_foreach(json_object_get(json_object_get(manifest, "metadata"), "labels"), key,
                        value)
    {
        if (made)
            kube_label(made, key, js_text(value, ""));
    }
    json_decref(manifest);
}

void kube_add_guests(struct kube_world *kube)
{
    for (size_t i = 0; kube->dir && i < kube->world->count; i++)
        if (strcmp(kube->world->things[i].last.type, "kubernetes_pod") == 0 &&
            kube->world->things[i].created_ms > 0)
            add_guest(kube, &kube->world->things[i]);
}
