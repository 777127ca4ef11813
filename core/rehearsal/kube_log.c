/* What the containers of the simulated cluster have printed. */
#include "core/base/clock.h"
#include "core/rehearsal/kube_call.h"
#include "core/rehearsal/kube_guests.h"

#include "core/base/alloc.h"

struct wishes { /* of a reader */
    char container[128];
    int64_t tail, limit; /* lines, bytes; -1: all */
    bool stamps, previous;
};

static int64_t number(const struct kube_call *call, const char *name)
{
    char text[24];
    int64_t value = -1;
    kube_parameter(call->request, name, text, sizeof text);
    return *text && str_to_int64(str_of(text), &value) && value >= 0 ? value : -1;
}

static bool flag(const struct kube_call *call, const char *name)
{
    char text[8];
    kube_parameter(call->request, name, text, sizeof text);
    return strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
}

static int64_t started_ms(const struct kube_object *pod)
{
    int64_t when = 0;
    const json_t *state = js_get(pod->json, "status.containerStatuses.0.state");
    struct str text = js_str(state, "running.startedAt");
    if (text.len == 0)
        text = js_str(state, "terminated.startedAt");
    clock_parse_rfc3339(text, &when);
    return when;
}

/* By the image's last part, lines that such a program says when it starts. */
static const char *words_of(const struct kube_object *pod)
{
    static const struct {
        const char *image, *words;
    } table[] = {
        {"pypicloud", "*** Running /etc/my_init.d/10_syslog-ng.init...\n"
                      "*** Booting runit daemon...\n"
                      "[uWSGI] getting INI configuration from /etc/pypicloud/config.ini\n"
                      "*** Starting uWSGI 2.0.21 (64bit) ***\n"
                      "Loading paste environment: config:/etc/pypicloud/config.ini\n"
                      "WSGI app 0 (mountpoint='') ready in 3 seconds on interpreter\n"},
        {"ml-hub", "[I JupyterHub app:2240] Running JupyterHub version 1.1.0\n"
                   "[I JupyterHub app:2271] Using Authenticator: nativeauthenticator.nativeauthenti"
                   "cator.NativeAuthenticator\n"
                   "[I JupyterHub app:2271] Using Spawner: mlhubspawner.mlhubkubernetesspawner."
                   "MLHubKubernetesSpawner\n"
                   "[I JupyterHub app:1472] Initialized 0 spawners in 0.002 seconds\n"
                   "[I JupyterHub app:2481] JupyterHub is now running at http://:8000\n"},
        {"ml-workspace", "Starting ML Workspace\nStarting supervisord\n"
                         "Jupyter server is running at port 8090\n"},
        {"coredns", ".:53\nCoreDNS-1.12.4\nlinux/amd64, go1.25.4\n"},
    };
    const char *image = js_text(pod->json, "spec.containers.0.image");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strstr(image, table[i].image))
            return table[i].words;
    return "Starting\nReady\n";
}

static void print(const struct kube_call *call, const struct kube_object *pod, struct buf *out)
{
    int exit_code;
    bool runs = *js_text(pod->json, "status.containerStatuses.0.containerID");
    if (!runs)
        return;
    if (json_object_get(json_object_get(pod->json, "metadata"), "ownerReferences") ||
        js_get(pod->json, "metadata.labels.pod_name")) {
        buf_text(out, words_of(pod));
        return;
    }
    /* A guest prints while it runs; what it says at the end comes with the end. */
    if (*js_text(pod->json, "status.containerStatuses.0.state.terminated.reason"))
        kube_guest_prints(call->cloud->world, js_get(pod->json, "spec"), call->cloud->now_ms, out,
                          &exit_code);
}

static struct str last_lines(struct str text, int64_t lines)
{
    size_t from = text.len;
    if (lines < 0)
        return text;
    if (lines == 0)
        return str_skip(text, text.len);
    while (from > 0 && !(from < text.len && text.data[from - 1] == '\n' && --lines == 0))
        from--;
    return str_skip(text, from);
}

static void write_lines(struct str text, const struct wishes *wishes, int64_t since_ms,
                        struct buf *out)
{
    char time[CLOCK_TEXT];
    struct str line;
    text = last_lines(text, wishes->tail);
    clock_rfc3339(since_ms, time);
    while (text.len > 0) {
        str_cut(&text, '\n', &line);
        if (wishes->stamps)
            buf_printf(out, "%.19s.000000000Z ", time);
        buf_append(out, line);
        buf_byte(out, '\n');
    }
    if (wishes->limit >= 0 && (size_t)wishes->limit < out->len) {
        out->len = (size_t)wishes->limit;
        out->data[out->len] = '\0';
    }
}

/* Which container is meant; answers when that is not to be known. */
static bool choose(const struct kube_call *call, const struct kube_object *pod,
                   const struct wishes *wishes, struct cloud_reply *reply)
{
    const json_t *containers = js_get(pod->json, "spec.containers");
    size_t count = json_array_size(containers);
    struct buf names = {.data = NULL};
    bool found = !*wishes->container && count == 1;
    for (size_t i = 0; i < count; i++) {
        const char *name = js_text(json_array_get(containers, i), "name");
        found = found || strcmp(name, wishes->container) == 0;
        buf_printf(&names, "%s%s", i ? " " : "", name);
    }
    if (!found && !*wishes->container)
        kube_status_reply(reply, 400, "BadRequest",
                          "a container name must be specified for pod %s, choose one of: [%s]",
                          call->name, buf_cstr(&names));
    else if (!found)
        kube_status_reply(reply, 400, "BadRequest", "container %s is not valid for pod %s",
                          wishes->container, call->name);
    buf_finish(&names);
    return found;
}

/* ---- a reader who stays ---- */

struct log_follower {
    struct stream stream;
    struct kube_call call; /* its request and cloud are those of the moment */
    struct wishes wishes;
    char uid[37];
    size_t told; /* bytes of all that was printed */
    bool begun;
};

static void tell_new(struct log_follower *follower, struct str text, int64_t since_ms,
                     struct buf *out)
{
    struct wishes wishes = follower->wishes;
    struct str news = str_skip(text, follower->told);
    if (follower->begun)
        wishes.tail = -1;
    write_lines(news, &wishes, since_ms, out);
    follower->told = text.len;
    follower->begun = true;
}

static enum stream_state follow_step(struct stream *stream, const struct cloud *now,
                                     struct buf *out, int64_t *next_ms)
{
    struct log_follower *follower = container_of(stream, struct log_follower, stream);
    struct kube_world kube;
    struct buf text = {.data = NULL};
    follower->call.cloud = now;
    if (!kube_at(&follower->call, now->now_ms, &kube))
        return STREAM_CUT;
    const struct kube_object *pod =
        kube_find(&kube, KUBE_POD, str_of(follower->call.ns), str_of(follower->call.name));
    bool there = pod && strcmp(pod->uid, follower->uid) == 0;
    if (there) {
        print(&follower->call, pod, &text);
        tell_new(follower, buf_str(&text), started_ms(pod), out);
        there = !js_get(pod->json, "status.containerStatuses.0.state.terminated");
    }
    *next_ms = kube.next_ms;
    buf_finish(&text);
    kube_world_finish(&kube);
    follower->call.cloud = NULL;
    return there ? STREAM_GOES_ON : STREAM_ENDS;
}

static void follow_destroy(struct stream *stream)
{
    free(container_of(stream, struct log_follower, stream));
}

static const struct stream_ops follow_ops = {.step = follow_step, .destroy = follow_destroy};

static void follow(const struct kube_call *call, const struct kube_object *pod,
                   const struct wishes *wishes, struct cloud_reply *reply)
{
    struct log_follower *follower = alloc_zeroed(1, sizeof *follower);
    follower->stream.ops = &follow_ops;
    follower->call = *call;
    follower->call.request = NULL;
    follower->call.cloud = NULL;
    follower->wishes = *wishes;
    str_copy(str_of(pod->uid), follower->uid, sizeof follower->uid);
    reply->stream = &follower->stream;
}

static void answer(const struct kube_call *call, const struct kube_object *pod,
                   const struct wishes *wishes, struct cloud_reply *reply)
{
    struct buf text = {.data = NULL};
    const char *why = js_text(pod->json, "status.containerStatuses.0.state.waiting.reason");
    const char *name = js_text(pod->json, "spec.containers.0.name");
    if (wishes->previous)
        kube_status_reply(reply, 400, "BadRequest",
                          "previous terminated container \"%s\" in pod \"%s\" not found", name,
                          call->name);
    else if (*why)
        kube_status_reply(
            reply, 400, "BadRequest", "container \"%s\" in pod \"%s\" is waiting to start: %s",
            name, call->name,
            strcmp(why, "ContainerCreating") == 0 ? why : "trying and failing to pull image");
    else {
        str_copy(STR("text/plain"), reply->type, sizeof reply->type);
        if (flag(call, "follow"))
            follow(call, pod, wishes, reply);
        else {
            print(call, pod, &text);
            write_lines(buf_str(&text), wishes, started_ms(pod), &reply->body);
        }
    }
    buf_finish(&text);
}

void kube_log(const struct kube_call *call, struct cloud_reply *reply)
{
    struct kube_world kube;
    struct wishes wishes = {.tail = number(call, "tailLines"),
                            .limit = number(call, "limitBytes"),
                            .stamps = flag(call, "timestamps"),
                            .previous = flag(call, "previous")};
    kube_parameter(call->request, "container", wishes.container, sizeof wishes.container);
    if (!kube_at(call, call->cloud->now_ms, &kube))
        return;
    const struct kube_object *pod =
        kube_find(&kube, KUBE_POD, str_of(call->ns), str_of(call->name));
    if (!pod)
        kube_missing_reply(call, reply);
    else if (choose(call, pod, &wishes, reply))
        answer(call, pod, &wishes, reply);
    kube_world_finish(&kube);
}
