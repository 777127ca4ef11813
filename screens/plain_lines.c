/* Reads lines for plain.c: from a terminal, whose echo goes while a secret is typed, or from a
 * pipe. What is read rests in secret memory, and no longer than until it is taken. */
#include <errno.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "screens/plain.h"

enum { LINE_BYTES = 1100 };

void plain_echo(struct plain *plain, bool on)
{
    struct termios now;
    if (plain->silent != on || !isatty(STDIN_FILENO))
        return;
    if (on) {
        tcsetattr(STDIN_FILENO, TCSANOW, &plain->usual);
        putchar('\n');
    } else if (tcgetattr(STDIN_FILENO, &plain->usual) == 0) {
        now = plain->usual;
        now.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSANOW, &now);
    } else {
        return;
    }
    plain->silent = !on;
}

/* Takes the first line off what was read; nothing of it stays behind. */
static void drop_line(struct plain *plain, size_t used)
{
    memmove(plain->typed, plain->typed + used, plain->len - used);
    secret_wipe(plain->typed + plain->len - used, used);
    plain->len -= used;
}

static void take_first_line(struct plain *plain, size_t len)
{
    char text[LINE_BYTES];
    struct error err;
    struct str line = str_trim((struct str){plain->typed, len});
    bool fits = str_copy(line, text, sizeof text);
    if (plain_wants_secret(plain)) {
        bool kept = secret_set(&plain->line, (struct str){plain->typed, len}, &err);
        secret_wipe(text, sizeof text);
        drop_line(plain, len + 1);
        plain_echo(plain, true);
        if (kept)
            plain_take_secret(plain);
        else
            plain_no_more(plain);
        return;
    }
    drop_line(plain, len + 1);
    if (fits) {
        plain_take_text(plain, str_of(text));
    } else {
        cli_say("    That line is too long.");
        plain_ask(plain);
    }
}

/* What is behind the last line waits for its end; while the checks run everything waits. */
void plain_lines_take(struct plain *plain)
{
    const char *end;
    while (plain_listens(plain) && (end = memchr(plain->typed, '\n', plain->len)))
        take_first_line(plain, (size_t)(end - plain->typed));
    if (plain->no_more && plain_listens(plain))
        plain_no_more(plain);
}

static void on_input(struct watch *watch, short revents)
{
    struct cli *cli = container_of(watch, struct cli, input);
    struct plain *plain = cli->plain;
    size_t room = plain->capacity - plain->len;
    (void)revents;
    ssize_t got = room ? read(STDIN_FILENO, plain->typed + plain->len, room) : 0;
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    plain->len += got > 0 ? (size_t)got : 0;
    if (got <= 0) {
        plain->no_more = true;
        loop_unwatch(cli->loop, watch);
    }
    plain_lines_take(plain);
}

bool plain_lines_start(struct plain *plain, struct error *err)
{
    struct cli *cli = plain->cli;
    plain->typed = secret_edit(&plain->input, &plain->capacity);
    if (!plain->typed)
        return error_set(err, ERROR_SYSTEM, "There is no memory left to read an answer into.");
    cli->input.ready = on_input;
    loop_watch(cli->loop, &cli->input, STDIN_FILENO, POLLIN);
    return true;
}

void plain_lines_finish(struct plain *plain)
{
    plain_echo(plain, true);
    secret_finish(&plain->input);
    secret_finish(&plain->line);
}
