/* Rows and columns, pulled cell by cell while drawing: no row exists twice. The scroll position is
 * computed from the cursor. Columns are as wide as their content within [min, max]; when space is
 * short the flexible one shrinks, then columns with `drop` vanish, highest first. */
#ifndef TUI_TABLE_H
#define TUI_TABLE_H

#include "tui/widget.h"

extern const struct widget_ops table_ops;

enum table_align { TABLE_LEFT, TABLE_RIGHT };
enum table_elide { TABLE_ELIDE_END, TABLE_ELIDE_MIDDLE };

struct table_column {
    const char *title;
    enum table_align align;
    enum table_elide elide;
    int min, max;  /* columns; max 0: no limit */
    bool flexible; /* gives way first, and takes what is left over */
    int drop;      /* 0: never vanishes */
};

struct table_cell {
    const char *text; /* points anywhere, or at `scratch` */
    enum role role;   /* ROLE_NORMAL becomes ROLE_SELECTED under the cursor */
    char scratch[128];
};

struct table {
    struct widget widget; /* {&table_ops} */
    const struct table_column *columns;
    int column_count;
    int (*rows)(const void *owner);
    /* `cell` comes with text "" and ROLE_NORMAL. */
    void (*cell)(const void *owner, int row, int column, struct table_cell *cell);
    /* May be NULL. Sentence under the row (why is it not ready), wrapped; NULL when it has none. */
    const char *(*detail)(const void *owner, int row);
    const void *owner;
    const char *empty;     /* sentence when there are no rows */
    int indent;            /* of details; 0: under the second column */
    enum role detail_role; /* ROLE_NORMAL becomes ROLE_DIM */
    bool headless;         /* no line of titles */
    bool passive;          /* no cursor: only shows, takes no keys but scrolls with them */
    int cursor;            /* row; repaired when rows vanish */
};

/* The row under the cursor, or -1 when there are none. */
int table_selected(const struct table *table);

#endif
