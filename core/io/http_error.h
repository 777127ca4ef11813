/* libcurl's error codes as sentences for the operator. Private to http. */
#ifndef CORE_IO_HTTP_ERROR_H
#define CORE_IO_HTTP_ERROR_H

#include <curl/curl.h>

#include "core/io/http.h"

/* Fills request->error from libcurl's code, its own words in request->detail, and the errno of a
 * connection that failed (or 0). */
void http_error_set(struct http_request *request, CURLcode code, int os_errno);

/* Host of a URL, with its port when there is one. */
struct str http_host(const struct http_request *request);

#endif
