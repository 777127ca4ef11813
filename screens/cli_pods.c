/* The verb `pods`: kubectl's table with a sentence under what is not ready, once or as it changes,
 * of the deployment's cluster or of any that a kubeconfig names. */
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/session/cluster_access.h"
#include "core/session/session_pods.h"
#include "screens/cli_private.h"

enum { PATIENCE_MS = 2000 }; /* for the last words of containers */
enum { NAMESPACE, NAME, READY, STATUS, RESTARTS, AGE, COLUMNS };

struct cli_pods {
    struct cli *cli;
    struct cluster_access access;
    struct session_pods pods;
    char namespace_name[64]; /* "": all */
    size_t widths[COLUMNS];
    bool shown; /* the first table */
    int64_t read_ms;
};

static const char *const titles[COLUMNS] = {"NAMESPACE", "NAME",     "READY",
                                            "STATUS",    "RESTARTS", "AGE"};

/* ---- which cluster ---- */

/* DIR/kubeconfig of the deployment that is meant; false when none is, or it has no cluster. With
 * --dir it has to be that one. */
static bool of_deployment(struct cli *cli, char file[PATH_MAX], struct error *err)
{
    char dir[PATH_MAX];
    bool named = cli->place->dir[0] != '\0';
    if (!named && !deployment_choose(cli->place, NULL, dir, err))
        return false;
    if (!named)
        str_copy(str_of(dir), cli->place->dir, sizeof cli->place->dir);
    if (!path_format(file, err, "%s/kubeconfig", cli->place->dir))
        return false;
    if (file_exists(file))
        return true;
    error_set(err, ERROR_INPUT, "%s has no cluster yet.", cli->place->dir);
    return error_hint(err, "Build it with ekshub-tui apply, or name another with --kubeconfig.");
}

static bool of_operator(struct cli_pods *work, struct error *err)
{
    const struct cli *cli = work->cli;
    const struct place *place = cli->place;
    struct kubeconfig_source source = {.file = cli->options->kubeconfig,
                                       .variable = place->lookup("KUBECONFIG"),
                                       .home = place->home,
                                       .context = cli->options->context};
    struct kube_access access = {.auth = KUBE_AUTH_NONE};
    struct kube *kube = &work->access.kube;
    if (!kubeconfig_read(&access, &source, err) ||
        !kube_init(kube, &work->cli->session.http, &access, err))
        return false;
    kube->signals = &work->cli->signals;
    kube->environment = place->environment;
    return true;
}

static bool open_cluster(struct cli_pods *work, struct error *err)
{
    struct cli *cli = work->cli;
    char file[PATH_MAX];
    bool named = cli->place->dir[0] != '\0';
    if (cli->options->kubeconfig || cli->options->context)
        return of_operator(work, err);
    if (of_deployment(cli, file, err)) {
        cli_digits_first(cli);
        return cluster_access_open(&work->access, &cli->session.http, &cli->signals, cli->place,
                                   cli->place->dir, cli->options->profile, err);
    }
    return !named && of_operator(work, err);
}

/* ---- as JSON ---- */

static json_t *text_or_null(const char *text)
{
    return text && text[0] ? js_clean(str_of(text)) : json_null();
}

static json_t *report_pod(const struct cli_pods *work, const struct pod *pod)
{
    char ready[DURATION_TEXT], age[DURATION_TEXT];
    json_t *object = json_object();
    js_set(object, "namespace", text_or_null(pod->record.namespace));
    js_set_text(object, "name", pod->record.name);
    js_set_text(object, "ready", pod_ready(pod, ready));
    js_set_text(object, "status", pod->status);
    js_set_int(object, "restarts", pod->restarts);
    pod_age(pod, session_pods_now(&work->pods), age);
    js_set(object, "age", text_or_null(pod->record.created_ms ? age : NULL));
    js_set(object, "ip", text_or_null(pod->ip));
    js_set(object, "node", text_or_null(pod->node));
    js_set(object, "why", text_or_null(session_pods_why(pod)));
    return object;
}

static void print_change(const struct cli_pods *work, enum reflector_change change,
                         const struct pod *pod)
{
    static const char *const names[] = {[REFLECTOR_ADDED] = "ADDED",
                                        [REFLECTOR_MODIFIED] = "MODIFIED",
                                        [REFLECTOR_DELETED] = "DELETED"};
    json_t *object = json_object();
    js_set_text(object, "type", names[change]);
    js_set(object, "pod", report_pod(work, pod));
    cli_put(object); /* flushed by who tells it */
}

static void print_list(const struct cli_pods *work)
{
    json_t *object = json_object(), *list = json_array();
    for (size_t i = 0; i < session_pods_count(&work->pods); i++)
        json_array_append_new(list, report_pod(work, session_pods_at(&work->pods, i)));
    js_set(object, "pods", list);
    cli_print(object);
}

/* ---- as kubectl's table ---- */

static void fill_cells(const struct cli_pods *work, const struct pod *pod,
                       char cells[COLUMNS][PACK_TEXT])
{
    char text[2 * DURATION_TEXT];
    int64_t now_ms = session_pods_now(&work->pods);
    snprintf(cells[NAMESPACE], PACK_TEXT, "%s", pod->record.namespace);
    snprintf(cells[NAME], PACK_TEXT, "%s", pod->record.name);
    snprintf(cells[READY], PACK_TEXT, "%s", pod_ready(pod, text));
    snprintf(cells[STATUS], PACK_TEXT, "%s", pod->status);
    snprintf(cells[RESTARTS], PACK_TEXT, "%s", pod_restarts(pod, now_ms, text));
    snprintf(cells[AGE], PACK_TEXT, "%s", pod_age(pod, now_ms, text));
}

static void measure(struct cli_pods *work)
{
    char cells[COLUMNS][PACK_TEXT];
    for (int c = 0; c < COLUMNS; c++)
        work->widths[c] = strlen(titles[c]);
    for (size_t i = 0; i < session_pods_count(&work->pods); i++) {
        fill_cells(work, session_pods_at(&work->pods, i), cells);
        for (int c = 0; c < COLUMNS; c++) {
            size_t len = strlen(cells[c]);
            work->widths[c] = len > work->widths[c] ? len : work->widths[c];
        }
    }
}

static void print_row(const struct cli_pods *work, const char *const cells[COLUMNS])
{
    struct buf line = {0};
    for (int c = work->namespace_name[0] ? NAME : NAMESPACE; c < COLUMNS; c++)
        buf_printf(&line, "%-*s%s", c == AGE ? 0 : (int)work->widths[c], cells[c],
                   c == AGE ? "" : "   ");
    cli_say("%s", buf_cstr(&line));
    buf_finish(&line);
}

static void print_pod(const struct cli_pods *work, const struct pod *pod)
{
    char cells[COLUMNS][PACK_TEXT];
    const char *row[COLUMNS], *why = session_pods_why(pod);
    fill_cells(work, pod, cells);
    for (int c = 0; c < COLUMNS; c++)
        row[c] = cells[c];
    print_row(work, row);
    if (why)
        cli_say("    %s", why);
}

static void print_table(struct cli_pods *work)
{
    size_t count = session_pods_count(&work->pods);
    if (count == 0) {
        fprintf(stderr, "ekshub-tui: there are no pods%s%s%s.\n",
                work->namespace_name[0] ? " in namespace " : "", work->namespace_name,
                work->namespace_name[0] ? "; -A shows those of all namespaces" : "");
        return;
    }
    measure(work);
    print_row(work, titles);
    for (size_t i = 0; i < count; i++)
        print_pod(work, session_pods_at(&work->pods, i));
}

/* ---- as it goes ---- */

static void on_changed(struct session_pods *pods, enum reflector_change change,
                       const struct pod *pod)
{
    struct cli_pods *work = container_of(pods, struct cli_pods, pods);
    if (!work->shown)
        return; /* the first table is printed when it is whole */
    if (work->cli->options->json)
        print_change(work, change, pod);
    else if (change != REFLECTOR_DELETED)
        print_pod(work, pod);
    fflush(stdout);
}

static void show_first(struct cli_pods *work)
{
    const struct options *options = work->cli->options;
    if (!options->json)
        print_table(work);
    else if (!options->watch)
        print_list(work);
    for (size_t i = 0; options->json && options->watch && i < session_pods_count(&work->pods); i++)
        print_change(work, REFLECTOR_ADDED, session_pods_at(&work->pods, i));
    if (!options->json && options->watch && session_pods_count(&work->pods) == 0) {
        measure(work);
        print_row(work, titles);
    }
    fflush(stdout);
    work->shown = true;
}

static void pods_step(struct cli *cli)
{
    struct cli_pods *work = cli->work;
    const struct error *refused = session_pods_refused(&work->pods);
    if (refused && !work->shown) {
        cli_end(cli, cli_complain(refused, run_error_code(refused)));
        return;
    }
    if (!work->shown && session_pods_complete(&work->pods)) {
        if (work->read_ms == 0)
            work->read_ms = cli->loop->now_ms;
        if (!session_pods_asking(&work->pods) || cli->loop->now_ms - work->read_ms >= PATIENCE_MS)
            show_first(work);
    }
    /* nobody reads any more: head has seen enough */
    if ((work->shown && !cli->options->watch) || ferror(stdout))
        cli_end(cli, 0);
}

void cli_pods(struct cli *cli)
{
    struct cli_pods *work = alloc_zeroed(1, sizeof *work);
    const struct options *options = cli->options;
    struct error err;
    work->cli = cli;
    work->pods.changed = on_changed;
    cli->work = work;
    if (!cli_open(cli))
        goto out;
    if (!open_cluster(work, &err)) {
        cli->code = cli_complain(&err, err.kind == ERROR_INPUT ? 2 : run_error_code(&err));
        goto out;
    }
    const char *usual = work->access.kube.access.namespace_name;
    if (!options->all_namespaces)
        str_copy(str_of(options->namespace_name ? options->namespace_name : usual),
                 work->namespace_name, sizeof work->namespace_name);
    session_pods_start(&work->pods, &work->access.kube, work->namespace_name, "");
    cli->step = pods_step;
    if (!cli->over)
        loop_run(cli->loop);
out:
    session_pods_finish(&work->pods);
    cluster_access_finish(&work->access);
    cli_close(cli);
    free(work);
    cli->work = NULL;
}
