/* Answers as AWS does; see responder.h. One request a connection, one connection at a time. */
#include "tests/e2e/responder.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char identity[] =
    "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
    "<GetCallerIdentityResult><Arn>" RESPONDER_ARN "</Arn><UserId>AIDAEXAMPLE</UserId>"
    "<Account>" RESPONDER_ACCOUNT "</Account></GetCallerIdentityResult><ResponseMetadata>"
    "<RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>";
static const char zones[] =
    "<DescribeAvailabilityZonesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">"
    "<requestId>2</requestId><availabilityZoneInfo>"
    "<item><zoneName>eu-west-1a</zoneName><zoneId>euw1-az1</zoneId>"
    "<zoneType>availability-zone</zoneType><zoneState>available</zoneState></item>"
    "<item><zoneName>eu-west-1b</zoneName><zoneId>euw1-az2</zoneId>"
    "<zoneType>availability-zone</zoneType><zoneState>available</zoneState></item>"
    "</availabilityZoneInfo></DescribeAvailabilityZonesResponse>";
static const char alias[] =
    "<ListAccountAliasesResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">"
    "<ListAccountAliasesResult><IsTruncated>false</IsTruncated><AccountAliases>"
    "<member>acme-lab</member></AccountAliases></ListAccountAliasesResult>"
    "</ListAccountAliasesResponse>";
/* What a container's agent and the instance metadata service answer. */
#define KEYS_OF(id)                                                                                \
    "{\"Code\":\"Success\",\"Type\":\"AWS-HMAC\",\"AccessKeyId\":\"" id "\","                      \
    "\"SecretAccessKey\":\"not-a-secret\",\"Token\":\"not-a-token\","                              \
    "\"Expiration\":\"2199-01-01T00:00:00Z\"}"
static const char mismatch[] =
    "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>"
    "<Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match "
    "the signature you provided. Check your AWS Secret Access Key and signing method. Consult the "
    "service documentation for details.</Message></Error><RequestId>3</RequestId></ErrorResponse>";
static const char unknown[] =
    "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidAction</Code>"
    "<Message>Could not find operation</Message></Error><RequestId>4</RequestId></ErrorResponse>";

static const char *answer_to(const char *request, enum responder_mood mood, int *status)
{
    *status = mood == RESPONDER_REFUSES ? 403 : 200;
    if (mood == RESPONDER_REFUSES)
        return mismatch;
    if (strncmp(request, "GET /container/keys ", 20) == 0)
        return KEYS_OF(RESPONDER_CONTAINER);
    if (strncmp(request, "PUT /latest/api/token ", 22) == 0)
        return "of-this-session";
    if (strstr(request, "GET /latest/meta-data/iam/security-credentials/ "))
        return "node-role";
    if (strstr(request, "GET /latest/meta-data/iam/security-credentials/node-role "))
        return KEYS_OF(RESPONDER_MACHINE);
    if (strstr(request, "Action=GetCallerIdentity"))
        return identity;
    if (strstr(request, "Action=DescribeAvailabilityZones"))
        return zones;
    if (strstr(request, "Action=ListAccountAliases"))
        return alias;
    *status = 400;
    return unknown;
}

/* Whether head and body have come whole. */
static int complete(const char *request, size_t len)
{
    const char *end = strstr(request, "\r\n\r\n"), *length = NULL;
    if (!end)
        return 0;
    for (const char *line = request; line < end; line = strstr(line, "\r\n") + 2)
        if (strncasecmp(line, "content-length:", 15) == 0)
            length = line + 15;
    return len >= (size_t)(end + 4 - request) + (length ? strtoul(length, NULL, 10) : 0);
}

static void say(int fd, int status, const char *body)
{
    char head[512], date[64];
    time_t now = time(NULL);
    struct tm utc;
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &utc));
    int len = snprintf(head, sizeof head,
                       "HTTP/1.1 %d X\r\nDate: %s\r\nContent-Type: text/xml\r\n"
                       "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                       status, date, strlen(body));
    if (write(fd, head, (size_t)len) == len && write(fd, body, strlen(body)) > 0)
        shutdown(fd, SHUT_WR);
}

static void serve_one(int fd, enum responder_mood mood, int log)
{
    char request[16384] = "";
    size_t len = 0;
    int status;
    while (!complete(request, len) && len + 1 < sizeof request) {
        ssize_t got = read(fd, request + len, sizeof request - len - 1);
        if (got <= 0)
            return;
        len += (size_t)got;
        request[len] = '\0';
    }
    if (write(log, request, len) < 0)
        return;
    const char *body = answer_to(request, mood, &status);
    say(fd, status, body);
}

static _Noreturn void serve(int listener, enum responder_mood mood, const char *path)
{
    int log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            _exit(1);
        serve_one(fd, mood, log);
        close(fd);
    }
}

void responder_start(struct responder *responder, enum responder_mood mood, const char *log)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&at, size) != 0 ||
        listen(listener, 16) != 0 || getsockname(listener, (struct sockaddr *)&at, &size) != 0) {
        perror("responder");
        abort();
    }
    snprintf(responder->url, sizeof responder->url, "http://127.0.0.1:%d", ntohs(at.sin_port));
    responder->pid = fork();
    if (responder->pid == 0)
        serve(listener, mood, log);
    close(listener);
}

void responder_stop(struct responder *responder)
{
    if (responder->pid > 0) {
        kill(responder->pid, SIGKILL);
        waitpid(responder->pid, NULL, 0);
    }
    responder->pid = 0;
}
