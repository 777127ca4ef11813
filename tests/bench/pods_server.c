/* An API server with many pods that change as fast as they are read, and one command beside it:
 * what that command cost when it has told all of it. Lists come in pages and, to who asks for it,
 * as Tables with the metadata of each object, as the real server answers kubectl. Nothing else is
 * in this cluster. Prints one line of JSON: CPU time, peak memory and time passed of the command.
 * Without changes the command is only served, and has its own standard output, until it has ended.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/buf.h"

enum { CONNECTIONS = 32, AHEAD = 64 << 10, PATIENCE_S = 180 };

struct connection {
    int fd; /* 0: free */
    struct buf in, out;
    bool watches, table, told_columns;
    long next; /* change that this watch tells next */
};

static struct {
    long pods, changes;
    int listener;
    pid_t child; /* the command; 0 before it runs */
    int output;  /* of it */
    long lines;  /* that it has printed */
    bool ended;
    struct connection connections[CONNECTIONS];
} bench;

_Noreturn static void fail(const char *what)
{
    fprintf(stderr, "bench-pods: %s\n", what);
    if (bench.child > 0)
        kill(bench.child, SIGKILL);
    exit(1);
}

/* ---- objects ---- */

/* The size and the shape of a Deployment's pod on EKS, with what the managers of fields note. */
static void put_metadata(struct buf *out, long i, long version)
{
    buf_printf(out,
               "\"metadata\":{\"name\":\"service-%04ld-6d4cf56db6-%05ld\",\"generateName\":"
               "\"service-%04ld-6d4cf56db6-\",\"namespace\":\"team-%02ld\",\"uid\":"
               "\"5b0c9d4e-0f0a-4a53-9d1e-%012ld\",\"resourceVersion\":\"%ld\","
               "\"creationTimestamp\":\"2026-01-10T08:00:00Z\",\"labels\":{\"app\":\"service-"
               "%04ld\",\"pod-template-hash\":\"6d4cf56db6\"},\"annotations\":{\"checksum/config\":"
               "\"0b3a5ef14c0f9a7a7f4e6f0e4a3f3a0b3a5ef14c0f9a7a7f4e6f0e4a3f3a\"},"
               "\"ownerReferences\":[{\"apiVersion\":\"apps/v1\",\"kind\":\"ReplicaSet\",\"name\":"
               "\"service-%04ld-6d4cf56db6\",\"uid\":\"1f2e3d4c-0000-4000-8000-%012ld\","
               "\"controller\":true,\"blockOwnerDeletion\":true}],",
               i / 10, i, i / 10, i / 500, i, version, i / 10, i / 10, i / 10);
    buf_text(out,
             "\"managedFields\":[{\"manager\":\"kube-controller-manager\",\"operation\":\"Update\","
             "\"apiVersion\":\"v1\",\"time\":\"2026-01-10T08:00:00Z\",\"fieldsType\":\"FieldsV1\","
             "\"fieldsV1\":{\"f:metadata\":{\"f:annotations\":{\".\":{},\"f:checksum/config\":{}},"
             "\"f:generateName\":{},\"f:labels\":{\".\":{},\"f:app\":{},\"f:pod-template-hash\":{}"
             "},\"f:ownerReferences\":{\".\":{},\"k:{\\\"uid\\\":\\\"1f2e3d4c\\\"}\":{}}},"
             "\"f:spec\":{\"f:containers\":{\"k:{\\\"name\\\":\\\"main\\\"}\":{\".\":{},\"f:env\":"
             "{\".\":{},\"k:{\\\"name\\\":\\\"LOG_LEVEL\\\"}\":{\".\":{},\"f:name\":{},\"f:value\":"
             "{}}},\"f:image\":{},\"f:imagePullPolicy\":{},\"f:name\":{},\"f:ports\":{\".\":{}},"
             "\"f:readinessProbe\":{\".\":{},\"f:failureThreshold\":{},\"f:httpGet\":{}},"
             "\"f:resources\":{\".\":{},\"f:limits\":{},\"f:requests\":{}}}},\"f:dnsPolicy\":{},"
             "\"f:restartPolicy\":{},\"f:schedulerName\":{},\"f:securityContext\":{}}}},"
             "{\"manager\":\"kubelet\",\"operation\":\"Update\",\"apiVersion\":\"v1\",\"time\":"
             "\"2026-01-10T08:00:09Z\",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{\"f:status\":{"
             "\"f:conditions\":{\"k:{\\\"type\\\":\\\"Ready\\\"}\":{\".\":{},\"f:status\":{}}},"
             "\"f:containerStatuses\":{},\"f:hostIP\":{},\"f:phase\":{},\"f:podIP\":{}}},"
             "\"subresource\":\"status\"}]}");
}

static void put_spec(struct buf *out, long i)
{
    buf_printf(
        out,
        "\"spec\":{\"volumes\":[{\"name\":\"kube-api-access\",\"projected\":{\"sources\":[{"
        "\"serviceAccountToken\":{\"expirationSeconds\":3607,\"path\":\"token\"}},{\"configMap\":"
        "{\"name\":\"kube-root-ca.crt\",\"items\":[{\"key\":\"ca.crt\",\"path\":\"ca.crt\"}]}}],"
        "\"defaultMode\":420}}],\"containers\":[{\"name\":\"main\",\"image\":"
        "\"123456789012.dkr.ecr.eu-central-1.amazonaws.com/service:1.%ld.0\",\"ports\":[{"
        "\"containerPort\":8080,\"protocol\":\"TCP\"}],\"env\":[{\"name\":\"LOG_LEVEL\",\"value\":"
        "\"info\"},{\"name\":\"WORKERS\",\"value\":\"4\"}],\"resources\":{\"limits\":{\"memory\":"
        "\"256Mi\"},\"requests\":{\"cpu\":\"50m\",\"memory\":\"128Mi\"}},\"volumeMounts\":[{"
        "\"name\":\"kube-api-access\",\"readOnly\":true,\"mountPath\":"
        "\"/var/run/secrets/kubernetes.io/serviceaccount\"}],\"readinessProbe\":{\"httpGet\":{"
        "\"path\":\"/ready\",\"port\":8080,\"scheme\":\"HTTP\"},\"timeoutSeconds\":1,"
        "\"periodSeconds\":10,\"successThreshold\":1,\"failureThreshold\":3},"
        "\"terminationMessagePath\":\"/dev/termination-log\",\"imagePullPolicy\":\"IfNotPresent\""
        "}],\"restartPolicy\":\"Always\",\"terminationGracePeriodSeconds\":30,\"dnsPolicy\":"
        "\"ClusterFirst\",\"serviceAccountName\":\"default\",\"nodeName\":\"ip-10-0-%ld-%ld."
        "eu-central-1.compute.internal\",\"securityContext\":{},\"schedulerName\":"
        "\"default-scheduler\",\"tolerations\":[{\"key\":\"node.kubernetes.io/not-ready\","
        "\"operator\":\"Exists\",\"effect\":\"NoExecute\",\"tolerationSeconds\":300},{\"key\":"
        "\"node.kubernetes.io/unreachable\",\"operator\":\"Exists\",\"effect\":\"NoExecute\","
        "\"tolerationSeconds\":300}],\"priority\":0,\"enableServiceLinks\":true},",
        i % 40, i / 1000, i / 40 % 250);
}

static void put_status(struct buf *out, long i, long restarts)
{
    static const char *const conditions[] = {"PodReadyToStartContainers", "Initialized", "Ready",
                                             "ContainersReady", "PodScheduled"};
    buf_text(out, "\"status\":{\"phase\":\"Running\",\"conditions\":[");
    for (size_t c = 0; c < sizeof conditions / sizeof *conditions; c++)
        buf_printf(out,
                   "%s{\"type\":\"%s\",\"status\":\"True\",\"lastProbeTime\":null,"
                   "\"lastTransitionTime\":\"2026-01-10T08:00:05Z\"}",
                   c ? "," : "", conditions[c]);
    buf_printf(out,
               "],\"hostIP\":\"10.0.0.1\",\"podIP\":\"10.%ld.%ld.7\",\"podIPs\":[{\"ip\":"
               "\"10.%ld.%ld.7\"}],\"startTime\":\"2026-01-10T08:00:01Z\",\"containerStatuses\":[{"
               "\"name\":\"main\",\"state\":{\"running\":{\"startedAt\":\"2026-01-10T08:00:04Z\"}},"
               "\"lastState\":{},\"ready\":true,\"restartCount\":%ld,\"image\":"
               "\"123456789012.dkr.ecr.eu-central-1.amazonaws.com/service:1.%ld.0\",\"imageID\":"
               "\"123456789012.dkr.ecr.eu-central-1.amazonaws.com/service@sha256:"
               "4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1\",\"containerID\":"
               "\"containerd://"
               "9dbd5e1a7a2b4e6f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7\",\"started\":"
               "true}],\"qosClass\":\"Burstable\"}",
               i / 250, i % 250, i / 250, i % 250, restarts, i % 40);
}

static void put_pod(struct buf *out, long i, long version, long restarts, bool kind)
{
    buf_text(out, kind ? "{\"kind\":\"Pod\",\"apiVersion\":\"v1\"," : "{");
    put_metadata(out, i, version);
    buf_byte(out, ',');
    put_spec(out, i);
    put_status(out, i, restarts);
    buf_byte(out, '}');
}

static void put_row(struct buf *out, long i, long version, long restarts)
{
    buf_printf(out,
               "{\"cells\":[\"service-%04ld-6d4cf56db6-%05ld\",\"1/1\",\"Running\",\"%ld\","
               "\"316d\",\"10.%ld.%ld.7\",\"ip-10-0-%ld-%ld.eu-central-1.compute.internal\","
               "\"<none>\",\"<none>\"],\"object\":{\"kind\":\"PartialObjectMetadata\","
               "\"apiVersion\":\"meta.k8s.io/v1\",",
               i / 10, i, restarts, i / 250, i % 250, i / 1000, i / 40 % 250);
    put_metadata(out, i, version);
    buf_text(out, "}}");
}

static void put_columns(struct buf *out)
{
    static const char *const names[] = {"Name", "Ready", "Status",         "Restarts",       "Age",
                                        "IP",   "Node",  "Nominated Node", "Readiness Gates"};
    buf_text(out, "\"columnDefinitions\":[");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        buf_printf(out,
                   "%s{\"name\":\"%s\",\"type\":\"string\",\"format\":\"%s\",\"description\":\"\","
                   "\"priority\":%d}",
                   i ? "," : "", names[i], i ? "" : "name", i > 4);
    buf_text(out, "],");
}

/* ---- answers ---- */

static void answer(struct connection *connection, const struct buf *body)
{
    buf_printf(&connection->out,
               "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
               body->len);
    buf_append(&connection->out, buf_str(body));
}

static long number_after(const char *request, const char *name)
{
    const char *found = strstr(request, name);
    return found ? strtol(found + strlen(name), NULL, 10) : 0;
}

static void put_list(struct buf *out, const char *query, bool table)
{
    long from = number_after(query, "continue="), limit = number_after(query, "limit=");
    bool cached = strstr(query, "resourceVersion=0");
    long to = cached || !limit || from + limit > bench.pods ? bench.pods : from + limit;
    buf_printf(out,
               "{\"kind\":\"%s\",\"apiVersion\":\"%s\",\"metadata\":{\"resourceVersion\":\"1\"",
               table ? "Table" : "PodList", table ? "meta.k8s.io/v1" : "v1");
    if (to < bench.pods)
        buf_printf(out, ",\"continue\":\"%ld\",\"remainingItemCount\":%ld", to, bench.pods - to);
    buf_text(out, "},");
    if (table)
        put_columns(out);
    buf_printf(out, "\"%s\":[", table ? "rows" : "items");
    for (long i = from; i < to; i++) {
        if (i > from)
            buf_byte(out, ',');
        if (table)
            put_row(out, i, 1, 0);
        else
            put_pod(out, i, 1, 0, false);
    }
    buf_text(out, "]}\n");
}

static void put_other(struct buf *out, const char *path)
{
    if (strncmp(path, "/version", 8) == 0)
        buf_text(out, "{\"major\":\"1\",\"minor\":\"34\",\"gitVersion\":\"v1.34.9\"}");
    else if (strncmp(path, "/apis/", 6) == 0 || strncmp(path, "/api/v1/", 8) == 0)
        buf_text(out, "{\"kind\":\"List\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":"
                      "\"1\"},\"items\":[]}");
    else if (strncmp(path, "/apis", 5) == 0)
        buf_text(out, "{\"kind\":\"APIGroupList\",\"apiVersion\":\"v1\",\"groups\":[]}");
    else if (strncmp(path, "/api/v1", 7) == 0)
        buf_text(out, "{\"kind\":\"APIResourceList\",\"groupVersion\":\"v1\",\"resources\":[{"
                      "\"name\":\"pods\",\"singularName\":\"pod\",\"namespaced\":true,\"kind\":"
                      "\"Pod\",\"verbs\":[\"get\",\"list\",\"watch\"],\"shortNames\":[\"po\"]}]}");
    else
        buf_text(out, "{\"kind\":\"APIVersions\",\"versions\":[\"v1\"]}");
}

static void take_request(struct connection *connection, const char *request)
{
    bool pods = strncmp(request, "GET /api/v1/pods?", 17) == 0;
    bool table = strstr(request, "as=Table");
    char line[2048];
    struct buf body = {0};
    snprintf(line, sizeof line, "%.*s", (int)strcspn(request + 4, " \r"), request + 4);
    if (strstr(line, "watch=")) {
        buf_text(&connection->out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                   "Transfer-Encoding: chunked\r\n\r\n");
        connection->watches = pods;
        connection->table = table;
        return;
    }
    buf_init(&body, (size_t)1 << 30);
    if (pods)
        put_list(&body, line, table);
    else
        put_other(&body, line);
    answer(connection, &body);
    buf_finish(&body);
}

static void put_change(struct connection *connection)
{
    long n = connection->next++, pod = n * 7919 % bench.pods;
    struct buf event = {0};
    buf_text(&event, "{\"type\":\"MODIFIED\",\"object\":");
    if (connection->table) {
        buf_text(&event, "{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":{"
                         "\"resourceVersion\":\"\"},");
        if (!connection->told_columns)
            put_columns(&event);
        else
            buf_text(&event, "\"columnDefinitions\":null,");
        connection->told_columns = true;
        buf_text(&event, "\"rows\":[");
        put_row(&event, pod, n + 2, n / bench.pods + 1);
        buf_text(&event, "]}");
    } else {
        put_pod(&event, pod, n + 2, n / bench.pods + 1, true);
    }
    buf_text(&event, "}\n");
    buf_printf(&connection->out, "%zx\r\n%s\r\n", event.len, buf_cstr(&event));
    buf_finish(&event);
}

/* ---- the loop ---- */

static void hang_up(struct connection *connection)
{
    close(connection->fd);
    buf_finish(&connection->in);
    buf_finish(&connection->out);
    *connection = (struct connection){.fd = 0};
}

static void take_connection(void)
{
    int fd = accept(bench.listener, NULL, NULL);
    if (fd < 0)
        return;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    for (int i = 0; i < CONNECTIONS; i++) {
        if (bench.connections[i].fd)
            continue;
        bench.connections[i] = (struct connection){.fd = fd};
        buf_init(&bench.connections[i].out, (size_t)1 << 30);
        return;
    }
    fail("too many connections");
}

static void hear(struct connection *connection)
{
    char bytes[16384], *end;
    ssize_t n = read(connection->fd, bytes, sizeof bytes);
    if (n <= 0) {
        hang_up(connection);
        return;
    }
    buf_append(&connection->in, (struct str){bytes, (size_t)n});
    while (connection->in.len && (end = strstr(connection->in.data, "\r\n\r\n"))) {
        *end = '\0';
        take_request(connection, connection->in.data);
        buf_drop(&connection->in, (size_t)(end + 4 - connection->in.data));
    }
}

static void say(struct connection *connection)
{
    ssize_t n = write(connection->fd, connection->out.data, connection->out.len);
    if (n > 0)
        buf_drop(&connection->out, (size_t)n);
}

static void count_output(void)
{
    char bytes[65536];
    ssize_t n = read(bench.output, bytes, sizeof bytes);
    bench.ended = n <= 0;
    if (n <= 0 && bench.changes > 0)
        fail("the command ended before it had told everything");
    for (ssize_t i = 0; i < n; i++)
        bench.lines += bytes[i] == '\n';
}

static void turn(void)
{
    struct pollfd waits[CONNECTIONS + 2] = {{bench.listener, POLLIN, 0}, {bench.output, POLLIN, 0}};
    for (int i = 0; i < CONNECTIONS; i++) {
        struct connection *connection = &bench.connections[i];
        bool more = connection->watches && bench.lines >= bench.pods;
        while (more && connection->next < bench.changes && connection->out.len < AHEAD)
            put_change(connection);
        short events = connection->out.len ? POLLIN | POLLOUT : POLLIN;
        waits[i + 2] = (struct pollfd){connection->fd ? connection->fd : -1, events, 0};
    }
    if (poll(waits, CONNECTIONS + 2, PATIENCE_S * 1000) <= 0)
        fail("the command says nothing more");
    if (waits[0].revents)
        take_connection();
    if (waits[1].revents)
        count_output();
    for (int i = 0; i < CONNECTIONS; i++) {
        if (waits[i + 2].revents & POLLOUT)
            say(&bench.connections[i]);
        if (waits[i + 2].revents & ~POLLOUT)
            hear(&bench.connections[i]);
    }
}

static void open_listener(const char *kubeconfig)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    FILE *file = fopen(kubeconfig, "we");
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bench.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (!file || bind(bench.listener, (void *)&address, sizeof address) != 0 ||
        listen(bench.listener, CONNECTIONS) != 0 ||
        getsockname(bench.listener, (void *)&address, &size) != 0)
        fail("no server can be had");
    fprintf(file,
            "apiVersion: v1\nkind: Config\ncurrent-context: bench\n"
            "clusters: [{name: bench, cluster: {server: \"http://127.0.0.1:%d\"}}]\n"
            "contexts: [{name: bench, context: {cluster: bench, user: bench}}]\n"
            "users: [{name: bench, user: {}}]\n",
            ntohs(address.sin_port));
    fclose(file);
}

static void start(char **command)
{
    int ends[2];
    if (pipe(ends) != 0)
        fail("no pipe can be had");
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        if (bench.changes > 0)
            dup2(ends[1], STDOUT_FILENO);
        if (bench.changes > 0)
            close(ends[1]); /* else it says by its end that the command has ended */
        execvp(command[0], command);
        _exit(127);
    }
    close(ends[1]);
    bench.output = ends[0];
    bench.child = child;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    struct rusage used;
    int status;
    if (argc < 5)
        fail("PODS CHANGES KUBECONFIG COMMAND…: the kubeconfig is written for the command");
    bench.pods = strtol(argv[1], NULL, 10);
    bench.changes = strtol(argv[2], NULL, 10);
    signal(SIGPIPE, SIG_IGN);
    open_listener(argv[3]);
    double began = seconds();
    start(argv + 4);
    while (!bench.ended && (bench.changes == 0 || bench.lines < bench.pods + bench.changes))
        turn();
    double took = seconds() - began;
    kill(bench.child, SIGTERM);
    wait4(bench.child, &status, 0, &used);
    if (bench.changes == 0)
        return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    long cpu_ms = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
                  (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
    printf("{\"bench\":\"pods\",\"cpu_ms\":%ld,\"peak_kib\":%ld,\"took_ms\":%.0f,\"lines\":%ld}\n",
           cpu_ms, used.ru_maxrss, took * 1000, bench.lines);
    return 0;
}
