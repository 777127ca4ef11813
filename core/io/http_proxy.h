/* Which proxy stands on the way, for sentences; libcurl finds it for itself. Private to http. */
#ifndef CORE_IO_HTTP_PROXY_H
#define CORE_IO_HTTP_PROXY_H

#include "core/io/http.h"

/* Host and port of the proxy that the request or the environment names for this address, without
 * its user and password; empty when there is none. Does not look at NO_PROXY. A view of the
 * request or the environment. */
struct str http_proxy_of(const struct http_request *request);

/* Whether libcurl's words for a failure speak of that proxy. */
bool http_proxy_failed(const struct http_request *request);

#endif
