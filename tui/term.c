/* The only file that knows curses. Output goes through ncurses, which sends differences; input is
 * read from the descriptor and decoded by keys, because ncurses blocks inside an escape sequence
 * and cannot tell a terminal that hung up from one that is silent. */
#include "tui/term.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "tui/clipboard.h"
#include "tui/rescue.h"

#include "tui/banned.h"

#define PASTE_ON   "\033[?2004h"
#define PASTE_OFF  "\033[?2004l"
#define TITLE_PUSH "\033[22;2t"
#define TITLE_POP  "\033[23;2t"

static struct termios before; /* the terminal's modes as we found them */

bool term_usable(const char **why)
{
    const char *reason = NULL, *name = getenv("TERM");
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        reason = "Standard input and output are not a terminal.";
    else if (!name || !*name)
        reason = "TERM is not set, so this terminal cannot be drawn on.";
    else if (strcmp(name, "dumb") == 0)
        reason = "TERM is dumb: this terminal cannot be drawn on.";
    if (why)
        *why = reason;
    return reason == NULL;
}

static void send(const struct term *term, const char *bytes, size_t len)
{
    if (!term->screen)
        return;
    fflush(stdout);
    while (len > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return;
        bytes += written;
        len -= (size_t)written;
    }
}

static void send_text(const struct term *term, const char *text)
{
    send(term, text, strlen(text));
}

/* Terminals of a window system take titles and stack them; consoles and real VTs may show them. */
static bool has_title(void)
{
    static const char *const without[] = {"linux", "vt", "cons", "sun", "wsvt", "ansi"};
    const char *name = getenv("TERM");
    for (size_t i = 0; name && i < sizeof(without) / sizeof(without[0]); i++) {
        if (strncmp(name, without[i], strlen(without[i])) == 0)
            return false;
    }
    return name != NULL;
}

/* Appends a terminfo string without its padding ($<5>). */
static size_t append_capability(char *out, size_t at, size_t capacity, const char *name)
{
    char id[16];
    snprintf(id, sizeof(id), "%s", name); /* tigetstr takes no const */
    const char *text = tigetstr(id);
    if (!text || text == (const char *)-1)
        return at;
    while (*text && at + 1 < capacity) {
        const char *end = text[0] == '$' && text[1] == '<' ? strchr(text, '>') : NULL;
        if (end)
            text = end + 1;
        else
            out[at++] = *text++;
    }
    return at;
}

static void arm(void)
{
    char bytes[256];
    size_t at =
        (size_t)snprintf(bytes, sizeof(bytes), "%s%s", PASTE_OFF, has_title() ? TITLE_POP : "");
    static const char *const names[] = {"sgr0", "rmcup", "cnorm"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        at = append_capability(bytes, at, sizeof(bytes), names[i]);
    rescue_arm(STDOUT_FILENO, &before, bytes, at);
}

static int from_environment(const char *name)
{
    const char *text = getenv(name);
    long value = text ? strtol(text, NULL, 10) : 0;
    return value > 0 && value < 10000 ? (int)value : 0;
}

static int from_terminfo(const char *name)
{
    char id[16];
    snprintf(id, sizeof(id), "%s", name);
    int value = tigetnum(id);
    return value > 0 ? value : 0;
}

static int first_of(int a, int b, int c, int last)
{
    return a > 0 ? a : b > 0 ? b : c > 0 ? c : last;
}

static void measure(struct term *term)
{
    struct winsize size = {0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
        size = (struct winsize){0};
    term->w = first_of(size.ws_col, from_environment("COLUMNS"), from_terminfo("cols"), 80);
    term->h = first_of(size.ws_row, from_environment("LINES"), from_terminfo("lines"), 24);
    term->w = rect_clamp(term->w, 1, 1000);
    term->h = rect_clamp(term->h, 1, 500);
}

static enum theme_colours count_colours(bool mono)
{
    const char *no_color = getenv("NO_COLOR");
    if (mono || (no_color && *no_color))
        return THEME_MONO;
    int colours = from_terminfo("colors");
    return colours >= 256  ? THEME_256
           : colours >= 16 ? THEME_16
           : colours >= 8  ? THEME_8
                           : THEME_MONO;
}

static attr_t attributes(struct style style)
{
    attr_t set = WA_NORMAL;
    set |= style.bold ? WA_BOLD : 0;
    set |= style.dim ? WA_DIM : 0;
    set |= style.reverse ? WA_REVERSE : 0;
    set |= style.underline ? WA_UNDERLINE : 0;
    return set;
}

/* How each role looks here. */
static void learn_roles(struct term *term)
{
    if (term->colours != THEME_MONO) {
        start_color();
        use_default_colors();
    }
    for (int role = 0; role < ROLE_COUNT; role++) {
        struct style style = theme_style((enum role)role, term->colours);
        term->attributes[role] = attributes(style);
        if (style.foreground < 0 && style.background < 0)
            continue;
        term->pairs[role] = (short)(role + 1);
        init_pair(term->pairs[role], (short)style.foreground, (short)style.background);
    }
}

static void take_terminal(struct term *term)
{
    term->taken = true;
    send_text(term, PASTE_ON);
    if (has_title())
        send_text(term, TITLE_PUSH);
    term->title[0] = '\0';
    arm();
}

bool term_init(struct term *term, const struct term_options *options, const char **why)
{
    *term = (struct term){.w = 0};
    if (!term_usable(why))
        return false;
    setlocale(LC_CTYPE, "");
    if (tcgetattr(STDIN_FILENO, &before) != 0)
        memset(&before, 0, sizeof(before));
    term->ascii = options->ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
    if (term->ascii)
        setlocale(LC_CTYPE, "C.UTF-8"); /* else curses sends REP, which not every terminal knows */
    rescue_arm(STDOUT_FILENO, &before, "", 0); /* first: curses only takes signals that are free */
    SCREEN *screen = newterm(NULL, stdout, stdin);
    if (!screen) {
        rescue_disarm();
        if (why)
            *why = "This terminal's type (TERM) is not known here.";
        return false;
    }
    term->screen = screen;
    raw();
    noecho();
    nonl();
    typeahead(-1); /* never leave a frame half drawn because a key waits */
    leaveok(stdscr, FALSE);
    term->colours = count_colours(options->mono);
    learn_roles(term);
    grid_init(&term->shown, 0, 0);
    term_resize(term);
    take_terminal(term);
    return true;
}

void term_suspend(struct term *term)
{
    if (!term->taken)
        return;
    term->taken = false;
    rescue_disarm();
    send_text(term, PASTE_OFF);
    if (has_title())
        send_text(term, TITLE_POP);
    endwin();
    /* Again: libvterm, in editors, takes visibility back along with the place of the cursor. */
    char visible[32];
    send(term, visible, append_capability(visible, 0, sizeof(visible), "cnorm"));
    fflush(stdout);
}

void term_resume(struct term *term)
{
    if (term->taken || !term->screen || term->lost)
        return;
    refresh(); /* takes the terminal's modes again after endwin */
    take_terminal(term);
    term_resize(term);
    term_redraw(term);
}

void term_finish(struct term *term)
{
    if (!term->screen)
        return;
    term_suspend(term);
    delscreen(term->screen);
    grid_finish(&term->shown);
    keys_finish(&term->keys);
    *term = (struct term){.w = 0};
}

void term_stop(struct term *term)
{
    struct sigaction usual = {.sa_handler = SIG_DFL}, handler;
    term_suspend(term);
    sigemptyset(&usual.sa_mask);
    sigaction(SIGTSTP, &usual, &handler);
    kill(0, SIGTSTP); /* the shell's whole job, as Ctrl-Z would */
    sigaction(SIGTSTP, &handler, NULL);
    term_resume(term);
}

int term_fd(const struct term *term)
{
    (void)term;
    return STDIN_FILENO;
}

/* Reads what there is without blocking. The descriptor stays in blocking mode: it is shared with
 * the shell. */
static void read_input(struct term *term, int64_t now_ms)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    if (term->lost || poll(&input, 1, 0) <= 0)
        return;
    char bytes[4096];
    ssize_t count = -1;
    if (input.revents & POLLIN) {
        do
            count = read(STDIN_FILENO, bytes, sizeof(bytes));
        while (count < 0 && errno == EINTR);
        if (count < 0 && errno == EAGAIN)
            return;
    }
    if (count > 0)
        keys_feed(&term->keys, bytes, (size_t)count, now_ms);
    else
        term->lost = true;
    explicit_bzero(bytes, sizeof(bytes));
}

bool term_read(struct term *term, int64_t now_ms, struct press *out)
{
    if (keys_next(&term->keys, now_ms, out))
        return true;
    read_input(term, now_ms);
    return keys_next(&term->keys, now_ms, out);
}

int term_wait_ms(const struct term *term, int64_t now_ms)
{
    return keys_wait_ms(&term->keys, now_ms);
}

void term_resize(struct term *term)
{
    int w = term->w, h = term->h;
    measure(term);
    if (w == term->w && h == term->h)
        return;
    resize_term(term->h, term->w); /* not resizeterm(), which pushes a KEY_RESIZE */
    term_redraw(term);
}

void term_redraw(struct term *term)
{
    clearok(stdscr, TRUE);
    grid_resize(&term->shown, 0, 0);
}

static void draw_row(const struct term *term, const struct cell *row, int w, int y)
{
    move(y, 0);
    for (int x = 0; x < w; x += row[x].width ? row[x].width : 1) {
        wchar_t text[TEXT_RUNES + 1] = {0};
        for (int i = 0; i < TEXT_RUNES; i++)
            text[i] = (wchar_t)row[x].runes[i];
        /* where the C library counts otherwise than we do, curses would shift the row */
        bool agreed = !term->ascii && row[x].width && wcwidth(text[0]) == row[x].width;
        if (text[0] >= 0x7f && !agreed) {
            text[0] = L'?';
            text[1] = L'\0';
        }
        if (row[x].width == 2 && x + 1 >= w)
            text[0] = L' '; /* curses would carry it over to the next row */
        enum role role = row[x].role < ROLE_COUNT ? (enum role)row[x].role : ROLE_NORMAL;
        cchar_t cell;
        setcchar(&cell, text, term->attributes[role], term->pairs[role], NULL);
        mvadd_wch(y, x, &cell);
        if (text[0] == L'?' && row[x].width == 2)
            mvadd_wch(y, x + 1, &cell);
    }
}

/* Whether a row that changed shows what stood elsewhere: curses would scroll it there with SU and
 * SD, which not every terminal does as its entry says. */
static bool rows_moved(const struct grid *from, const struct grid *to)
{
    size_t w = (size_t)to->w, size = w * sizeof(struct cell);
    for (int y = 0; y < to->h; y++) {
        const struct cell *row = to->cells + (size_t)y * w;
        if (memcmp(from->cells + (size_t)y * w, row, size) == 0)
            continue;
        for (int other = 0; other < to->h; other++) {
            if (memcmp(from->cells + (size_t)other * w, row, size) == 0)
                return true;
        }
    }
    return false;
}

void term_flush(struct term *term, const struct grid *grid)
{
    if (!term->taken || term->lost)
        return;
    bool all = term->shown.w != grid->w || term->shown.h != grid->h;
    if (all) {
        grid_resize(&term->shown, grid->w, grid->h);
        erase();
    }
    int w = grid->w < term->w ? grid->w : term->w, h = grid->h < term->h ? grid->h : term->h;
    bool row_by_row = !all && rows_moved(&term->shown, grid);
    leaveok(stdscr, row_by_row);
    for (int y = 0; y < h; y++) {
        size_t at = (size_t)y * (size_t)grid->w, size = (size_t)grid->w * sizeof(struct cell);
        if (!all && memcmp(term->shown.cells + at, grid->cells + at, size) == 0)
            continue;
        draw_row(term, grid->cells + at, w, y);
        memcpy(term->shown.cells + at, grid->cells + at, size);
        if (row_by_row)
            refresh();
    }
    leaveok(stdscr, FALSE);
    bool cursor = grid->cursor_x >= 0 && grid->cursor_x < w && grid->cursor_y < h;
    curs_set(cursor ? 1 : 0);
    if (cursor)
        move(grid->cursor_y, grid->cursor_x);
    refresh();
}

void term_title(struct term *term, const char *title)
{
    char clean[sizeof(term->title)];
    text_sanitise(title, TEXT_ALL, clean, sizeof(clean));
    if (!term->taken || !has_title() || strcmp(clean, term->title) == 0)
        return;
    memcpy(term->title, clean, sizeof(clean));
    char bytes[sizeof(clean) + 8];
    snprintf(bytes, sizeof(bytes), "\033]2;%s\a", clean);
    send_text(term, bytes);
}

void term_bell(struct term *term)
{
    if (term->taken)
        send_text(term, "\a");
}

bool term_copy(struct term *term, const char *text, size_t len)
{
    size_t size = 0;
    enum clipboard_route route = clipboard_route(getenv("TMUX"), getenv("TERM"));
    char *bytes = term->taken ? clipboard_sequence(route, text, len, &size) : NULL;
    if (bytes)
        send(term, bytes, size);
    free(bytes);
    return bytes != NULL;
}
