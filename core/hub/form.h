/* A form on a page of the hub, as far as one has to be sent back: its inputs with names and values,
 * read from HTML of any origin (bounded, never an error: what cannot be read is not there), and the
 * body that answers it. Also the cookies that go with it. Pure. */
#ifndef CORE_HUB_FORM_H
#define CORE_HUB_FORM_H

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/secret.h"

#define HUB_INPUTS  24
#define HUB_COOKIES 16

struct hub_form {
    struct hub_input {
        char name[48];
        char value[400];
        enum { INPUT_HIDDEN, INPUT_TEXT, INPUT_PASSWORD, INPUT_OTHER } type;
    } inputs[HUB_INPUTS];
    size_t count;
};

/* The first form of the page that asks for a password. False when there is none. */
bool hub_form_read(struct str html, struct hub_form *form);

/* The form filled in, as application/x-www-form-urlencoded: hidden inputs as they are, the name in
 * "username", the password in every password input. False when it becomes too long. */
bool hub_form_answer(const struct hub_form *form, const char *username,
                     const struct secret *password, struct secret *body, struct error *err);

/* What the page says in its box for complaints (class alert…danger, or the login page's own), one
 * line of plain text; "" when it says nothing. */
void hub_page_complaint(struct str html, char *out, size_t capacity);

struct hub_cookies {
    struct hub_cookie {
        char name[64];
        char value[1024]; /* may be a session: wiped by hub_cookies_finish */
    } items[HUB_COOKIES];
    size_t count;
};

/* Takes every Set-Cookie of the header lines; the same name replaces, "" removes. True when one of
 * that name (NULL: any) was among them with a value. */
bool hub_cookies_take(struct hub_cookies *cookies, struct str headers, const char *name);
void hub_cookies_header(const struct hub_cookies *cookies, struct buf *out);
void hub_cookies_finish(struct hub_cookies *cookies);

#endif
