/* One private PyPI and our login at it: what every request to it shares. pypicloud is what stands
 * behind it; only its documented URLs are used, and those that pip and twine use. */
#ifndef CORE_INDEX_INDEX_H
#define CORE_INDEX_INDEX_H

#include "core/base/secret.h"
#include "core/io/http.h"

#define INDEX_URL 1024

/* Everything is borrowed, by a task until its end. */
struct index_server {
    const char *url;  /* "http://HOST"; a slash or "/simple/" at its end makes no difference */
    const char *user; /* NULL: nobody logs in */
    const struct secret *password; /* NULL: the same */
};

/* The server's own address with `path` behind it ("simple/"); refuses what is no http(s) URL, is
 * too long or holds a login: a login must not stand in a URL. */
bool index_url(const char *url, const char *path, char out[INDEX_URL], struct error *err);

/* Prepares a request to `url` with the login of the server. The method is GET unless changed. */
bool index_request(struct http_request *request, const struct index_server *server, const char *url,
                   struct error *err);

/* What an answer that is no success says, as a sentence: the login (401), the right (403), a
 * proxy's page, a size (413), or what the server itself said, sanitised. Always returns false. */
bool index_refused(const struct http_request *request, struct error *err);

#endif
