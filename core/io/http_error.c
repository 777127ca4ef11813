/* What libcurl's codes mean to an operator. A table, because the codes are many and their sentences
 * are all alike; not a place for what a service says in its answer. */
#include "core/io/http_error.h"

#include "core/base/alloc.h"

#define HINT_NETWORK "Check the network, a VPN, and the proxy variables of the environment."
#define HINT_ADDRESS "Check the address: something else may have answered."
#define BROKE_OFF    " broke before the answer was complete."
#define HINT_TLS                                                                                   \
    "Check this machine's clock. Behind a company's TLS proxy, name its CA file in AWS_CA_BUNDLE."
#define HINT_PROXY "Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY."

/* The host stands between the two parts; `says` adds libcurl's own words behind them. */
struct sentence {
    const char *before, *after, *hint;
    CURLcode code;
    bool says;
};

static const struct sentence sentences[] = {
    {"Could not resolve ", ".", "Check the name, the region and the network.",
     CURLE_COULDNT_RESOLVE_HOST, false},
    {"Could not resolve the proxy on the way to ", ".", HINT_PROXY, CURLE_COULDNT_RESOLVE_PROXY,
     false},
    {"The proxy did not let us through to ", ".", HINT_PROXY, CURLE_PROXY, true},
    {"The connection to ", " broke while the request was sent.", HINT_NETWORK, CURLE_SEND_ERROR,
     false},
    {"The connection to ", BROKE_OFF, HINT_NETWORK, CURLE_RECV_ERROR, false},
    {"The connection to ", BROKE_OFF, HINT_NETWORK, CURLE_PARTIAL_FILE, false},
    {"The HTTP/2 connection to ", " broke.", HINT_NETWORK, CURLE_HTTP2, true},
    {"The HTTP/2 connection to ", " broke.", HINT_NETWORK, CURLE_HTTP2_STREAM, true},
    {"", " closed the connection without an answer.", HINT_NETWORK, CURLE_GOT_NOTHING, false},
    {"", " did not answer in HTTP.", HINT_ADDRESS, CURLE_WEIRD_SERVER_REPLY, true},
    {"", " did not answer in HTTP.", HINT_ADDRESS, CURLE_UNSUPPORTED_PROTOCOL, true},
    {"This is not a usable address: ", ".", HINT_ADDRESS, CURLE_URL_MALFORMAT, true},
    {"The TLS certificate of ", " is not trusted.", HINT_TLS, CURLE_PEER_FAILED_VERIFICATION, true},
    {"The CA certificates for ", " cannot be read.",
     "Check the file that AWS_CA_BUNDLE or ca_bundle names.", CURLE_SSL_CACERT_BADFILE, true},
    {"No TLS connection to ", ".", "Something on the way, such as a proxy, may not speak TLS.",
     CURLE_SSL_CONNECT_ERROR, true},
    {"This libcurl cannot do what is needed to reach ", ".",
     "Install libcurl with OpenSSL: libcurl4 on Debian and Ubuntu.", CURLE_NOT_BUILT_IN, true},
};

struct str http_host(const struct http_request *request)
{
    struct str url = buf_str(&request->url);
    ptrdiff_t scheme = str_find(url, STR("://"));
    struct str host = scheme < 0 ? url : str_skip(url, (size_t)scheme + 3);
    size_t len = 0;
    while (len < host.len && !strchr("/?#", host.data[len]))
        len++;
    return (struct str){host.data, len};
}

/* `code` may be one that this table does not name. */
static struct sentence sentence_of(CURLcode code)
{
    for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++)
        if (sentences[i].code == code)
            return sentences[i];
    return (struct sentence){"The request to ", " failed.", HINT_NETWORK, code, true};
}

static bool timed_out(struct http_request *request, struct str host)
{
    int64_t seconds = (request->ended_ms - request->began_ms + 500) / 1000;
    if (request->connected)
        (void)error_set(&request->error, ERROR_NETWORK, "%.*s did not answer within %lld s.",
                        STR_ARG(host), (long long)seconds);
    else
        (void)error_set(&request->error, ERROR_NETWORK,
                        "No connection to %.*s within %lld s: it timed out.", STR_ARG(host),
                        (long long)seconds);
    return error_hint(&request->error, "%s", HINT_NETWORK);
}

static bool not_connected(struct http_request *request, struct str host, int os_errno)
{
    if (os_errno)
        (void)error_set(&request->error, ERROR_NETWORK, "Could not connect to %.*s: %s.",
                        STR_ARG(host), strerror(os_errno));
    else
        (void)error_set(&request->error, ERROR_NETWORK, "Could not connect to %.*s.",
                        STR_ARG(host));
    return error_hint(&request->error, "%s", HINT_NETWORK);
}

static bool too_large(struct http_request *request, struct str host)
{
    (void)error_set(&request->error, ERROR_NETWORK, "The answer of %.*s is larger than %zu bytes.",
                    STR_ARG(host), request->limit);
    return error_hint(&request->error, "%s", HINT_ADDRESS);
}

static void say(struct http_request *request, struct str host, CURLcode code)
{
    struct sentence sentence = sentence_of(code);
    struct buf words = {.data = NULL};
    if (sentence.says && request->detail[0])
        (void)buf_sanitised(&words, str_of(request->detail), false);
    (void)error_set(&request->error, code == CURLE_NOT_BUILT_IN ? ERROR_TOOL : ERROR_NETWORK,
                    "%s%.*s%s%s%s%s", sentence.before, STR_ARG(host), sentence.after,
                    words.len > 0 ? " (" : "", buf_cstr(&words), words.len > 0 ? ")" : "");
    buf_finish(&words);
    (void)error_hint(&request->error, "%s", sentence.hint);
}

void http_error_set(struct http_request *request, CURLcode code, int os_errno)
{
    struct str host = http_host(request);
    if (code == CURLE_OPERATION_TIMEDOUT)
        (void)timed_out(request, host);
    else if (code == CURLE_COULDNT_CONNECT)
        (void)not_connected(request, host, os_errno);
    else if (request->overflow)
        (void)too_large(request, host);
    else
        say(request, host, code);
    request->error.code = os_errno;
}
