/* One pod: why it is not ready, its containers, what happened to it, and the end of its log. */
#include "core/base/alloc.h"
#include "core/kube/quantity.h"
#include "core/session/session.h"
#include "screens/pods.h"

#define LABEL_W    11
#define EVENTS_MAX 8
#define NODES_MAX  6
#define LOG_MAX    100

struct page { /* what is drawn, line by line */
    struct canvas canvas;
    const struct session_pods *view;
    int y;
};

static void label(const struct page *page, const char *text)
{
    canvas_text(page->canvas, 0, page->y, ROLE_DIM, text);
}

/* Wrapped beside the label. */
static void tell(struct page *page, enum role role, const char *text)
{
    int w = page->canvas.area.w - LABEL_W;
    if (!*text)
        return;
    struct rect place = {LABEL_W, page->y, w, page->canvas.area.h};
    page->y += canvas_wrapped(canvas_sub(page->canvas, place), 0, role, text);
}

/* A server whose clock is ahead of ours tells of what has not happened yet. */
static const char *ago(const struct page *page, int64_t when_ms, char out[DURATION_TEXT + 8])
{
    int64_t now_ms = session_pods_now(page->view);
    char span[DURATION_TEXT];
    if (when_ms > now_ms)
        snprintf(out, DURATION_TEXT + 8, "just now");
    else
        snprintf(out, DURATION_TEXT + 8, "%s ago", duration_since(when_ms, now_ms, span));
    return out;
}

static void tell_why(struct page *page, const struct pod *pod)
{
    struct diagnosis said;
    session_pods_diagnose(page->view, pod, &said);
    if (said.level == DIAGNOSIS_FINE)
        return;
    label(page, "Why");
    tell(page, said.level == DIAGNOSIS_PROBLEM ? ROLE_WARNING : ROLE_NORMAL, said.headline);
    tell(page, ROLE_STRONG, said.hint);
    for (size_t i = 0; i < said.detail_count; i++)
        tell(page, ROLE_DIM, said.details[i]);
    page->y++;
}

static void tell_place(struct page *page, const struct pod *pod)
{
    char text[600], ready[DURATION_TEXT], restarts[2 * DURATION_TEXT], age[DURATION_TEXT];
    int64_t now_ms = session_pods_now(page->view);
    label(page, "Pod");
    snprintf(text, sizeof text, "%s · %s ready · %s restarts · %s old", pod->status,
             pod_ready(pod, ready), pod_restarts(pod, now_ms, restarts), pod_age(pod, now_ms, age));
    tell(page, ROLE_NORMAL, text);
    label(page, "On");
    snprintf(text, sizeof text, "%s%s%s", pod->node[0] ? pod->node : "no node yet",
             pod->ip[0] ? " · " : "", pod->ip);
    tell(page, ROLE_NORMAL, text);
    page->y++;
}

/* ---- the nodes, of a pod that is on none ---- */

/* Why a node takes no pods that are not made for it; "" when it does. */
static void shut_words(const struct node *node, char *out, size_t capacity)
{
    struct str taints = str_of(node->taints);
    out[0] = '\0';
    if (!node->ready || node->cordoned)
        snprintf(out, capacity, " · %.60s", node->status);
    else if (!node_is_open(node) && taints.len > 2)
        snprintf(out, capacity, " · taint %.*s", taints.len < 160 ? (int)taints.len - 2 : 160,
                 taints.data + 1);
}

static void tell_nodes(struct page *page, const struct pod *pod)
{
    const struct records *nodes = &page->view->tables[PODS_NODES];
    if (!pod->unscheduled[0] || !page->view->room || nodes->count == 0)
        return;
    label(page, "Nodes");
    for (size_t i = 0; i < nodes->count && i < NODES_MAX; i++) {
        const struct node *node = (const void *)nodes->items[i];
        const int64_t *room = page->view->room[i];
        char text[600], cpu[QUANTITY_TEXT], memory[QUANTITY_TEXT], shut[300];
        shut_words(node, shut, sizeof shut);
        quantity_cpu(room[POD_CPU] > 0 ? room[POD_CPU] : 0, cpu);
        quantity_bytes(room[POD_MEMORY] > 0 ? room[POD_MEMORY] : 0, memory);
        snprintf(text, sizeof text, "%.*s: %s and %s free%s", (int)strcspn(node->record.name, "."),
                 node->record.name, cpu, memory, shut);
        tell(page, node_is_open(node) ? ROLE_NORMAL : ROLE_DIM, text);
    }
    if (nodes->count > NODES_MAX) {
        char text[64];
        snprintf(text, sizeof text, "and %zu more", nodes->count - NODES_MAX);
        tell(page, ROLE_DIM, text);
    }
    page->y++;
}

/* ---- what it belongs to, what it needs, who sends to it ---- */

static void tell_claims(struct page *page, const struct pod *pod)
{
    const struct records *claims = &page->view->tables[PODS_CLAIMS];
    struct str rest = str_of(pod->claims), name;
    char text[600];
    for (bool first = true; rest.len > 0;) {
        str_cut(&rest, ',', &name);
        if (name.len == 0)
            continue;
        char *copy = alloc_copy(name);
        const struct claim *claim = (const void *)records_get(claims, pod->record.namespace, copy);
        if (first)
            label(page, "Volumes");
        first = false;
        if (claim)
            snprintf(text, sizeof text, "%.200s: %s%s%s%s%.100s", copy, claim->status,
                     claim->capacity[0] ? " · " : "", claim->capacity, claim->class[0] ? " · " : "",
                     claim->class);
        else
            snprintf(text, sizeof text, "%.200s: there is no such claim", copy);
        tell(page, claim && claim->bound ? ROLE_NORMAL : ROLE_WARNING, text);
        free(copy);
    }
}

static void tell_services(struct page *page, const struct pod *pod)
{
    const struct records *services = &page->view->tables[PODS_SERVICES];
    bool first = true;
    for (size_t i = 0; i < services->count; i++) {
        const struct service *service = (const void *)services->items[i];
        int64_t all = 0, ready = 0;
        char text[600];
        if (!diagnose_selects(service, pod))
            continue;
        bool known =
            endpoint_slices_count(&page->view->tables[PODS_ENDPOINTS], service, &all, &ready);
        int n = snprintf(text, sizeof text, "%s %s", service->record.name, service->ports);
        if (known)
            n += snprintf(text + n, sizeof text - (size_t)n, " · %lld of %lld behind it ready",
                          (long long)ready, (long long)all);
        if (service->host[0])
            snprintf(text + n, sizeof text - (size_t)n, " · %s", service->host);
        if (first)
            label(page, "Services");
        first = false;
        tell(page, known && ready == 0 ? ROLE_WARNING : ROLE_NORMAL, text);
    }
}

static void tell_around(struct page *page, const struct pod *pod)
{
    char text[600], gates[DURATION_TEXT];
    int before = page->y;
    if (pod->owner[0]) {
        label(page, "Made by");
        snprintf(text, sizeof text, "%s %s", pod->owner_kind, pod->owner);
        tell(page, ROLE_NORMAL, text);
    }
    if (pod->gate_count > 0) {
        label(page, "Gates");
        snprintf(text, sizeof text, "%s readiness gates are open", pod_gates(pod, gates));
        tell(page, pod->gates_true < pod->gate_count ? ROLE_WARNING : ROLE_NORMAL, text);
    }
    tell_claims(page, pod);
    tell_services(page, pod);
    page->y += page->y > before ? 1 : 0;
}

/* ---- containers ---- */

static void state_of(const struct page *page, const struct pod_container *container, char *out,
                     size_t capacity)
{
    int64_t now_ms = session_pods_now(page->view);
    char span[DURATION_TEXT];
    switch (container->state) {
    case CONTAINER_RUNNING:
        snprintf(out, capacity, "%s for %s", container->ready ? "ready" : "runs",
                 duration_since(container->since_ms, now_ms, span));
        break;
    case CONTAINER_WAITING:
        snprintf(out, capacity, "%.60s", container->reason);
        break;
    case CONTAINER_ENDED:
        snprintf(out, capacity, "%.60s (%d), %s ago",
                 container->now.reason[0] ? container->now.reason : "ended", container->now.code,
                 duration_since(container->now.ended_ms, now_ms, span));
        break;
    case CONTAINER_NONE:
        snprintf(out, capacity, "not begun");
        break;
    }
}

/* "began again 3 times; the last time Error (1), 2m ago" */
static void tell_last_life(struct page *page, const struct pod_container *container)
{
    const struct container_end *last = &container->last;
    char text[200], when[DURATION_TEXT + 8];
    if (container->restarts == 0)
        return;
    int n = snprintf(text, sizeof text, "began again %d time%s", container->restarts,
                     container->restarts == 1 ? "" : "s");
    if (last->seen)
        snprintf(text + n, sizeof text - (size_t)n, "; before: %.60s (%d), %s",
                 last->reason[0] ? last->reason : "ended", last->code,
                 ago(page, last->ended_ms, when));
    tell(page, ROLE_DIM, text);
}

static void tell_containers(struct page *page, const struct pod *pod)
{
    static const char *const kinds[] = {
        [CONTAINER_INIT] = "Init", [CONTAINER_SIDECAR] = "Sidecar", [CONTAINER_MAIN] = "Container"};
    for (size_t i = 0; i < pod->container_count; i++) {
        const struct pod_container *container = &pod->containers[i];
        char state[160], text[400];
        bool done = container->kind == CONTAINER_INIT && container->state == CONTAINER_ENDED &&
                    container->now.code == 0;
        state_of(page, container, state, sizeof state);
        label(page, kinds[container->kind]);
        snprintf(text, sizeof text, "%.80s: %s", container->name, state);
        tell(page, container->ready || done ? ROLE_NORMAL : ROLE_WARNING, text);
        tell_last_life(page, container);
        canvas_elided_middle(page->canvas, LABEL_W + 2, page->y++,
                             page->canvas.area.w - LABEL_W - 2, ROLE_DIM, container->image);
    }
    page->y++;
}

/* ---- events ---- */

/* The newest ones, the newest first. */
static int newest_events(const struct page *page, const struct pod *pod,
                         const struct event *out[EVENTS_MAX])
{
    const struct event *event;
    size_t at = 0;
    int count = 0;
    while ((event = events_about(&page->view->tables[PODS_EVENTS], "Pod", &pod->record, &at))) {
        int place = count;
        while (place > 0 && out[place - 1]->last_ms <= event->last_ms)
            place--;
        if (place == EVENTS_MAX)
            continue;
        count += count < EVENTS_MAX ? 1 : 0;
        memmove(out + place + 1, out + place, (size_t)(count - 1 - place) * sizeof(struct event *));
        out[place] = event;
    }
    return count;
}

static void tell_events(struct page *page, const struct pod *pod)
{
    const struct event *events[EVENTS_MAX];
    int count = newest_events(page, pod, events);
    char text[PACK_SPEECH + 200], when[DURATION_TEXT + 8], times[32] = "";
    for (int i = 0; i < count; i++) {
        const struct event *event = events[i];
        if (i == 0)
            label(page, "Events");
        if (event->count > 1)
            snprintf(times, sizeof times, " (%lld times)", (long long)event->count);
        snprintf(text, sizeof text, "%s  %.60s%s: %s", ago(page, event->last_ms, when),
                 event->reason, times, event->message);
        times[0] = '\0';
        tell(page, strcmp(event->type, "Warning") == 0 ? ROLE_WARNING : ROLE_NORMAL, text);
    }
    page->y += count > 0 ? 1 : 0;
}

/* ---- its log ---- */

const struct pod_container *pods_log_container(const struct session_pods *view,
                                               const struct pod *pod, bool *previous)
{
    const struct pod_container *found = NULL;
    struct diagnosis said;
    session_pods_diagnose(view, pod, &said);
    *previous = false;
    for (size_t i = 0; i < pod->container_count; i++) {
        const struct pod_container *container = &pod->containers[i];
        if (said.container[0] && strcmp(container->name, said.container) == 0) {
            *previous = said.previous;
            return container;
        }
        bool lives = container->state == CONTAINER_RUNNING || container->state == CONTAINER_ENDED;
        if (lives && (!found || found->kind == CONTAINER_INIT))
            found = container;
    }
    return found;
}

static void tell_log(struct page *page, const struct pod *pod)
{
    const struct pods_log *log = &page->view->shown;
    struct str rest = buf_str(&log->text), line;
    char title[200];
    if (strcmp(log->key, pod->record.key) != 0)
        return;
    snprintf(title, sizeof title, "The log of %s%s", log->container,
             log->previous ? ", as it ended" : "");
    canvas_text(page->canvas, 0, page->y++, ROLE_DIM, title);
    while (rest.len > 0) {
        str_cut(&rest, '\n', &line);
        canvas_text_n(page->canvas, 2, page->y++, ROLE_NORMAL, line.data, line.len);
    }
    if (log->error.kind != ERROR_NONE)
        page->y += canvas_wrapped(
            canvas_sub(page->canvas, (struct rect){2, page->y, page->canvas.area.w - 2, 4}), 0,
            ROLE_DIM, log->error.text);
    else if (log->text.len == 0)
        canvas_text(page->canvas, 2, page->y++, ROLE_DIM,
                    log->over ? "It has said nothing." : "It has said nothing yet.");
}

int pods_details_draw(const struct session_pods *view, const struct pod *pod, struct canvas canvas)
{
    struct page page = {.canvas = canvas, .view = view};
    tell_why(&page, pod);
    tell_place(&page, pod);
    tell_nodes(&page, pod);
    tell_containers(&page, pod);
    tell_around(&page, pod);
    tell_events(&page, pod);
    tell_log(&page, pod);
    return page.y;
}
