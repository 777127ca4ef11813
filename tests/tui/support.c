/* Goldens and keys for the tests of tui. */
#include "tests/tui/support.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define LEAKS_ARE_FOUND 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEAKS_ARE_FOUND 1
#endif
#endif

#ifdef LEAKS_ARE_FOUND
#include <sanitizer/lsan_interface.h>
void check_leaks(void)
{
    if (__lsan_do_recoverable_leak_check())
        abort();
}
#else
void check_leaks(void) {}
#endif

static char *dumped(const struct grid *grid)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    cr_assert(out != NULL);
    fprintf(out, "%dx%d", grid->w, grid->h);
    if (grid->cursor_x >= 0)
        fprintf(out, " cursor %d,%d", grid->cursor_x, grid->cursor_y);
    fputc('\n', out);
    grid_print(grid, out);
    fputs("---- roles\n", out);
    grid_print_roles(grid, out);
    fclose(out);
    return text;
}

static char *read_whole(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return NULL;
    char *text = calloc(1, 1 << 17);
    size_t len = fread(text, 1, (1 << 17) - 1, file);
    text[len] = '\0';
    fclose(file);
    return text;
}

void golden_check(const struct grid *grid, const char *name)
{
    char path[512];
    snprintf(path, sizeof(path), TEST_GOLDEN "/tui/%s.txt", name);
    char *now = dumped(grid);
    if (getenv("UPDATE_GOLDEN")) {
        FILE *file = fopen(path, "w");
        cr_assert(file != NULL, "cannot write %s", path);
        fputs(now, file);
        fclose(file);
    } else {
        char *golden = read_whole(path);
        cr_expect(golden && strcmp(golden, now) == 0, "%s differs; it is now\n%s\nand was\n%s",
                  name, now, golden ? golden : "(missing)");
        free(golden);
    }
    free(now);
}

void golden_widget(const struct widget *widget, const char *name)
{
    static const int sizes[][2] = {{80, 24}, {40, 10}, {200, 60}, {1, 1}};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct grid grid;
        char full[128];
        grid_init(&grid, sizes[i][0], sizes[i][1]);
        widget_draw(widget, canvas_of(&grid), true);
        snprintf(full, sizeof(full), "%s-%dx%d", name, grid.w, grid.h);
        golden_check(&grid, full);
        grid_finish(&grid);
    }
}

struct press press_named(const char *name)
{
    struct press press;
    cr_assert(press_parse(name, &press), "no key is called %s", name);
    return press;
}

struct press press_pasted(const char *text)
{
    return (struct press){.code = PRESS_PASTE, .text = text, .len = strlen(text)};
}

static bool type(struct widget *widget, const char *text)
{
    bool taken = false;
    uint32_t code;
    for (size_t used; (used = text_decode(text, strlen(text), &code)) > 0; text += used)
        taken = widget_key(widget, (struct press){.code = code});
    return taken;
}

bool press_keys(struct widget *widget, const char *names)
{
    char copy[512], *rest = copy;
    bool taken = false;
    snprintf(copy, sizeof(copy), "%s", names);
    for (char *name; (name = strsep(&rest, " ")) != NULL;) {
        if (*name == '\'')
            taken = type(widget, name + 1);
        else if (*name)
            taken = widget_key(widget, press_named(name));
    }
    return taken;
}
