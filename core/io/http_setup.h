/* A request as libcurl wants it. Private to http. */
#ifndef CORE_IO_HTTP_SETUP_H
#define CORE_IO_HTTP_SETUP_H

#include "core/io/curl_api.h"
#include "core/io/http.h"

/* Makes request->easy and its lists. The callbacks of libcurl are http.c's. */
bool http_setup(const struct curl_api *api, const struct http_route *route,
                struct http_request *request, struct error *err);

/* Frees them; idempotent. The handle must have left its multi handle. */
void http_teardown(const struct curl_api *api, struct http_request *request);

/* What libcurl calls with a header line and with a piece of the body (CURLOPT_WRITEFUNCTION). */
size_t http_header_came(char *bytes, size_t size, size_t count, void *request);
size_t http_body_came(char *bytes, size_t size, size_t count, void *request);

#endif
