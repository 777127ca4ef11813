/* libcurl's functions, looked up at the first request. Private to http. */
#ifndef CORE_IO_CURL_API_H
#define CORE_IO_CURL_API_H

#include <curl/curl.h>

#include "core/base/error.h"

/* The types are those of the header, so a call that does not fit does not compile. */
#define CURL_API(X)                                                                                \
    X(global_init)                                                                                 \
    X(easy_init)                                                                                   \
    X(easy_setopt)                                                                                 \
    X(easy_getinfo)                                                                                \
    X(easy_cleanup)                                                                                \
    X(easy_recv)                                                                                   \
    X(easy_send)                                                                                   \
    X(easy_strerror)                                                                               \
    X(slist_append)                                                                                \
    X(slist_free_all)                                                                              \
    X(multi_init)                                                                                  \
    X(multi_setopt)                                                                                \
    X(multi_add_handle)                                                                            \
    X(multi_remove_handle)                                                                         \
    X(multi_socket_action)                                                                         \
    X(multi_assign)                                                                                \
    X(multi_info_read)                                                                             \
    X(multi_cleanup)

struct curl_api {
#define CURL_API_MEMBER(name) __typeof__(curl_##name) *(name);
    CURL_API(CURL_API_MEMBER)
#undef CURL_API_MEMBER
};

/* Opens libcurl once and keeps it. NULL with a sentence when there is none. */
const struct curl_api *curl_api(struct error *err);

/* The same from a NULL-terminated list of library names. */
bool curl_api_open(struct curl_api *api, const char *const *names, struct error *err);

#endif
