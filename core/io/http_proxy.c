#include "core/io/http_proxy.h"

#include "core/base/alloc.h"

/* As libcurl looks for it: HTTP_PROXY in capitals may be a header of CGI, and is not believed. */
static const char *from_environment(bool tls)
{
    static const char *const for_http[] = {"http_proxy", "all_proxy", "ALL_PROXY", NULL};
    static const char *const for_tls[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                                          NULL};
    for (const char *const *name = tls ? for_tls : for_http; *name; name++) {
        const char *value = getenv(*name);
        if (value && value[0])
            return value;
    }
    return "";
}

struct str http_proxy_of(const struct http_request *request)
{
    bool named = request->proxy && request->proxy[0];
    bool tls = str_starts(buf_str(&request->url), STR("https://"));
    struct str rest = str_of(named ? request->proxy : from_environment(tls)), part;
    ptrdiff_t scheme = str_find(rest, STR("://"));
    if (scheme >= 0)
        rest = str_skip(rest, (size_t)scheme + 3);
    for (struct str before; str_find(rest, STR("@")) >= 0;) /* user:password@ */
        (void)str_cut(&rest, '@', &before);
    (void)str_cut(&rest, '/', &part);
    return part;
}

bool http_proxy_failed(const struct http_request *request)
{
    struct str host, rest = http_proxy_of(request);
    (void)str_cut(&rest, ':', &host);
    return host.len > 0 && str_find(str_of(request->detail), host) >= 0;
}
