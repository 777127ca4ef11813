/* A connection that begins as an HTTP request and goes on as raw bytes (Upgrade, RFC 9110 7.8):
 * address, proxy, trust and identity are libcurl's business as for any request, what is said after
 * the 101 is the owner's. Reading can be paused; what is written waits here until it is taken. */
#ifndef CORE_IO_HTTP_TUNNEL_H
#define CORE_IO_HTTP_TUNNEL_H

#include "core/io/http.h"

struct http_tunnel {
    struct http_request request; /* asked: as for http_send, without body and callbacks */
    void (*opened)(struct http_tunnel *tunnel);                 /* 101 came */
    void (*came)(struct http_tunnel *tunnel, struct str bytes); /* behind it */
    void (*drained)(struct http_tunnel *tunnel); /* all that was written is on its way */
    void (*closed)(struct http_tunnel *tunnel);  /* once, at the end; any of them may finish it */

    bool open;
    int status;         /* 101, or what a refusal says; 0: no answer */
    struct buf refusal; /* its body */
    struct error error; /* why it ended; kind NONE after an orderly end or a refusal */

    /* private */
    struct http http; /* its own: libcurl would tidy it up between other requests */
    struct watch watch;
    struct timer timer; /* patience while it opens; then bytes that libcurl holds already */
    struct secret head; /* the request, with its secrets */
    size_t head_sent;
    struct buf out, in;
    bool paused, over;
    bool *gone; /* set while a callback is called */
};

/* `tunnel->request` is initialised and filled, the callbacks are set. The route and loop are those
 * of `http`. False when it could not even begin. */
bool http_tunnel_open(struct http_tunnel *tunnel, const struct http *http, struct error *err);
void http_tunnel_write(struct http_tunnel *tunnel, struct str bytes);
size_t http_tunnel_waiting(const struct http_tunnel *tunnel); /* bytes written and not yet taken */
void http_tunnel_pause(struct http_tunnel *tunnel, bool pause);
void http_tunnel_finish(struct http_tunnel *tunnel); /* no callback after it; zeroed is fine */

#endif
