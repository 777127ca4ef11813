/* What libcurl's codes mean to an operator. A table, because the codes are many and their sentences
 * are all alike; not a place for what a service says in its answer. */
#include "core/io/http_error.h"

#include "core/io/http_proxy.h"

#include "core/base/alloc.h"

#define HINT_NETWORK "Check the network, a VPN, and the proxy variables of the environment."
#define HINT_ADDRESS "Check the address: something else may have answered."
#define BROKE_OFF    " broke before the answer was complete."
#define HINT_TLS                                                                                   \
    "Check this machine's clock. Behind a company's TLS proxy, name its CA file in AWS_CA_BUNDLE " \
    "or in the profile's ca_bundle."
#define HINT_PROXY "Check HTTPS_PROXY, http_proxy and NO_PROXY."
#define HINT_LOGIN "Put user and password into HTTPS_PROXY, or add the host to NO_PROXY."

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
     "Install libcurl with OpenSSL: libcurl4 on Debian and Ubuntu.", CURLE_NOT_BUILT_IN, false},
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

static void timed_out(struct http_request *request, struct str host)
{
    int64_t seconds = (request->ended_ms - request->began_ms + 500) / 1000;
    request->timed_out = true;
    if (request->connected)
        (void)error_set(&request->error, ERROR_NETWORK, "%.*s did not answer within %lld s.",
                        STR_ARG(host), (long long)seconds);
    else
        (void)error_set(&request->error, ERROR_NETWORK,
                        "No connection to %.*s within %lld s: it timed out.", STR_ARG(host),
                        (long long)seconds);
    (void)error_hint(&request->error, "%s", HINT_NETWORK);
}

/* A proxy that is not there is not the service's fault. */
static void not_connected(struct http_request *request, struct str host, int os_errno)
{
    bool proxy = http_proxy_failed(request);
    struct str name = proxy ? http_proxy_of(request) : host;
    (void)error_set(&request->error, ERROR_NETWORK, "Could not connect to %s%.*s%s%.*s%s%s.",
                    proxy ? "the proxy " : "", STR_ARG(name), proxy ? " on the way to " : "",
                    proxy ? (int)host.len : 0, host.data, os_errno ? ": " : "",
                    os_errno ? strerror(os_errno) : "");
    (void)error_hint(&request->error, "%s", proxy ? HINT_PROXY : HINT_NETWORK);
}

/* It was asked for a tunnel and answered itself. */
static void turned_away(struct http_request *request, struct str host)
{
    struct str proxy = http_proxy_of(request);
    bool login = request->proxy_status == 407;
    request->lasting = request->proxy_status < 500;
    (void)error_set(
        &request->error, ERROR_NETWORK, "The proxy %.*s%s %.*s (HTTP %d).", STR_ARG(proxy),
        login ? " wants to know who you are before it leads to" : " did not let us through to",
        STR_ARG(host), request->proxy_status);
    (void)error_hint(&request->error, "%s", login ? HINT_LOGIN : HINT_PROXY);
}

static void too_large(struct http_request *request, struct str host)
{
    (void)error_set(&request->error, ERROR_NETWORK, "The answer of %.*s is larger than %zu bytes.",
                    STR_ARG(host), request->limit);
    request->lasting = true;
    (void)error_hint(&request->error, "%s", HINT_ADDRESS);
}

/* Nothing that passes by itself. */
static bool is_lasting(CURLcode code)
{
    return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
           code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL ||
           code == CURLE_NOT_BUILT_IN;
}

static void say(struct http_request *request, struct str host, CURLcode code)
{
    struct sentence sentence = sentence_of(code);
    struct buf words = {.data = NULL};
    request->lasting = is_lasting(code);
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
    if (request->proxy_status >= 300)
        turned_away(request, host);
    else if (code == CURLE_OPERATION_TIMEDOUT)
        timed_out(request, host);
    else if (code == CURLE_COULDNT_CONNECT)
        not_connected(request, host, os_errno);
    else if (request->overflow)
        too_large(request, host);
    else
        say(request, host, code);
    request->error.code = os_errno;
}
