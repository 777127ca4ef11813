/* Shared by the files of --plain; for nobody else. */
#ifndef SCREENS_PLAIN_H
#define SCREENS_PLAIN_H

#include <termios.h>

#include "screens/cli_private.h"

enum { QUESTIONS_MAX = 64 };

struct question {
    enum stage_id stage;
    const struct answer_field *field; /* NULL: a secret */
    enum secret_id secret;
    bool asked;
};

struct plain {
    struct cli *cli;
    struct question questions[QUESTIONS_MAX];
    int count, at; /* at: -1 is the profile */
    bool again;    /* the same secret a second time */
    bool checking, no_more;
    enum { SIGNING_NOTHING, SIGNING_BEGINS, SIGNING_WAITS, SIGNING_TYPES } signing;
    enum { NOTHING, ASKED, ANSWERED } review; /* that waits for a yes … */
    enum stage_id reviewed;                   /* … of this stage's plan */
    struct secret input, line, first;         /* read so far, the answer, the first of two */
    char *typed;                              /* input's memory */
    size_t len, capacity;
    struct termios usual;
    bool silent; /* the terminal echoes nothing */
};

/* plain.c */
bool plain_listens(const struct plain *plain); /* whether a line is wanted now */
bool plain_wants_secret(const struct plain *plain);
void plain_take_text(struct plain *plain, struct str line);
void plain_take_secret(struct plain *plain); /* it is in plain->line */
void plain_no_more(struct plain *plain);     /* the input has ended */

/* plain_ask.c */
void plain_collect(struct plain *plain); /* every question that there is */
bool plain_applies(const struct plain *plain, int at);
bool plain_is_zone(const struct question *question); /* whether there is a domain */
bool plain_may_make(enum secret_id secret);
void plain_ask(struct plain *plain);

/* plain_signin.c: what a person does for the keys of a profile. plain_sign_in is false when there
 * is nothing to do. */
bool plain_sign_in(struct plain *plain, int row);
void plain_sign_step(struct plain *plain);
bool plain_sign_listens(const struct plain *plain);
void plain_sign_text(struct plain *plain, struct str line);

/* plain_lines.c */
bool plain_lines_start(struct plain *plain, struct error *err);
void plain_lines_take(struct plain *plain); /* hands on what has been read already */
void plain_lines_finish(struct plain *plain);
void plain_echo(struct plain *plain, bool on);

#endif
