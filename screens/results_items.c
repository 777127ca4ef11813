/* Collecting and drawing what the results page lists; what its keys do is in results.c. */
#include "screens/results_items.h"

#include "core/base/alloc.h"
#include "screens/words.h"

#define LABEL_W 16
#define CHECKED " ✓"
#define MASK    "••••••••••••"

static const char *output(const struct session *session, enum stage_id stage, const char *name)
{
    return outputs_text(&session->outputs, stage, name);
}

static struct results_item *add(struct results_items *items, int number, const char *label,
                                bool own_line, const char *value)
{
    if (!value[0] || items->count == RESULTS_ITEMS)
        return NULL;
    struct results_item *item = &items->list[items->count++];
    *item = (struct results_item){.number = number, .label = label, .own_line = own_line};
    str_copy(str_of(value), item->value, sizeof item->value);
    return item;
}

static void add_hub(struct results_items *items, const struct session *session)
{
    struct results_item *item =
        add(items, RESULTS_HUB, "MLHub", true, outputs_url(&session->outputs, ADDRESS_HUB));
    if (!item)
        return;
    const char *proven = output(session, STAGE_DOMAIN, "proven_hub");
    proven = proven[0] ? proven : output(session, STAGE_MLHUB, "proven");
    bool claimed = js_bool(outputs_of(&session->outputs, STAGE_MLHUB), "claimed", false);
    item->mark = proven[0] ? MARK_DONE : claimed ? MARK_DONE : MARK_TODO;
    if (claimed || proven[0])
        snprintf(item->note, sizeof item->note, "claimed by %.60s",
                 proven[0] ? proven : session->answers.hub_admin_user);
}

static bool logged_in(const struct session *session)
{
    const struct session_index *index = session->index;
    return (index && index->write.proven) || output(session, STAGE_PYPI, "proven")[0] ||
           output(session, STAGE_DOMAIN, "proven_pypi")[0];
}

static void add_pypi(struct results_items *items, const struct session *session)
{
    const struct session_index *index = session->index;
    if (!index)
        return;
    struct results_item *item = add(items, RESULTS_INDEX, "PyPI", true, index->index_url);
    if (item && logged_in(session)) {
        item->mark = MARK_DONE;
        snprintf(item->note, sizeof item->note, "logged in as %.60s", index->user);
    }
    char text[512];
    snprintf(text, sizeof text,
             "[distutils]\nindex-servers =\n    pypi\n    " PYPIRC_SECTION "\n[" PYPIRC_SECTION
             "]\nrepository = (the PyPI URL above, whole)\nusername = %.100s\npassword = " MASK,
             index->user);
    item = add(items, RESULTS_SNIPPET, "~/.pypirc", false, text);
    if (item)
        item->snippet = true;
    char line[1400];
    if (session_pip_line(index, line, sizeof line))
        add(items, RESULTS_PIP, "pip", true, line);
}

static void add_kubectl(struct results_items *items, const struct session *session)
{
    const struct profiles *profiles = &session->profiles;
    struct buf line = {0};
    const char *name = output(session, STAGE_EKS, "cluster_name");
    const char *region = output(session, STAGE_EKS, "region");
    buf_text(&line, "aws eks update-kubeconfig --name ");
    buf_shell_word(&line, name[0] ? name : session->answers.cluster_name);
    buf_text(&line, " --region ");
    buf_shell_word(&line, region[0] ? region : session->answers.region);
    if (session->profile >= 0 && (size_t)session->profile < profiles->count) {
        buf_text(&line, " --profile ");
        buf_shell_word(&line, profiles->items[session->profile].name);
    }
    add(items, RESULTS_KUBECTL, "kubectl", true, buf_cstr(&line));
    buf_finish(&line);
}

void results_collect(const struct session *session, struct results_items *items)
{
    const char *name = output(session, STAGE_EKS, "cluster_name");
    items->count = 0;
    add_hub(items, session);
    add_pypi(items, session);
    add_kubectl(items, session);
    add(items, 0, "Cluster", false, name[0] ? name : session->answers.cluster_name);
    add(items, 0, "Endpoint", true, output(session, STAGE_EKS, "cluster_endpoint"));
    add(items, 0, "Zones", false, output(session, STAGE_EKS, "azs"));
    add(items, 0, "VPC", false, output(session, STAGE_EKS, "vpc_id"));
    add(items, 0, "Storage class", false, output(session, STAGE_EKS, "storage_class"));
    add(items, 0, "OIDC provider", true, output(session, STAGE_EKS, "oidc_provider_arn"));
    add(items, 0, "Bucket", false, output(session, STAGE_PYPI, "bucket"));
    add(items, 0, "Name servers", true, output(session, STAGE_DOMAIN, "name_servers"));
    add(items, 0, "Directory", false, session->dir);
}

const struct results_item *results_numbered(const struct results_items *items, int number)
{
    for (int i = 0; i < items->count; i++)
        if (items->list[i].number == number)
            return &items->list[i];
    return NULL;
}

bool results_platform(const struct session *session)
{
    return outputs_url(&session->outputs, ADDRESS_HUB)[0] && session->index;
}

/* ---- the list ---- */

static bool on_one_line(const struct results_item *item, int width)
{
    return !item->own_line && !item->snippet &&
           LABEL_W + 2 + text_width(item->value, TEXT_ALL) <= width;
}

static int lines_of(const char *text)
{
    int lines = 1;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

static int item_rows(const struct results_item *item, int width)
{
    if (item->snippet)
        return 1 + lines_of(item->value);
    return on_one_line(item, width) ? 1 : 1 + text_lines(item->value, TEXT_ALL, width);
}

static void draw_snippet(const struct results_item *item, struct canvas canvas)
{
    int y = 1;
    for (const char *line = item->value; line; y++) {
        const char *end = strchr(line, '\n');
        canvas_text_n(canvas, 4, y, ROLE_NORMAL, line, end ? (size_t)(end - line) : strlen(line));
        line = end ? end + 1 : NULL;
    }
}

static void draw_label(const struct results_item *item, bool chosen, struct canvas canvas)
{
    if (chosen)
        canvas_text(canvas, 0, 0, ROLE_ACCENT, GLYPH_CURSOR);
    int x = canvas_text(canvas, 2, 0, ROLE_DIM, item->label);
    if (item->note[0]) {
        x = x < 10 ? 10 : x + 2;
        if (item->mark != MARK_TODO)
            x = canvas_text(canvas, x, 0, mark_role(item->mark), mark_glyph(item->mark)) + 1;
        canvas_text(canvas, x, 0, ROLE_NORMAL, item->note);
    }
    if (item->number) {
        char key[16];
        snprintf(key, sizeof key, "c %d", item->number);
        canvas_right(canvas, 0, ROLE_DIM, key);
    }
}

static void draw_item(const struct results_item *item, bool chosen, struct canvas canvas)
{
    enum role role = chosen ? ROLE_SELECTED : ROLE_NORMAL;
    draw_label(item, chosen, canvas);
    if (item->snippet)
        draw_snippet(item, canvas);
    else if (on_one_line(item, canvas.area.w))
        canvas_text(canvas, 2 + LABEL_W, 0, role, item->value);
    else
        canvas_wrapped(canvas, 1, role, item->value);
}

/* Where there is room a blank line sets what takes several lines off from the rest. */
static int gap_above(const struct results_items *items, int i, int width)
{
    return i > 0 &&
           !(on_one_line(&items->list[i - 1], width) && on_one_line(&items->list[i], width));
}

static bool fits_spaced(const struct results_items *items, struct canvas canvas)
{
    int w = canvas.area.w, rows = 0;
    for (int i = 0; i < items->count; i++)
        rows += item_rows(&items->list[i], w) + gap_above(items, i, w);
    return rows < canvas.area.h;
}

void results_draw_items(const struct results_items *items, int chosen, struct canvas canvas)
{
    int w = canvas.area.w, rows = 0, at = 0;
    bool spaced = fits_spaced(items, canvas);
    for (int i = 0; i < items->count; i++) {
        at = i == chosen ? rows + item_rows(&items->list[i], w) - 1 : at;
        rows += item_rows(&items->list[i], w);
    }
    int y = chosen == 0 || spaced ? 0 : -rect_scroll(rows, at, canvas.area.h);
    for (int i = 0; i < items->count; i++) {
        int h = item_rows(&items->list[i], w);
        y += spaced ? gap_above(items, i, w) : 0;
        draw_item(&items->list[i], i == chosen, canvas_sub(canvas, (struct rect){0, y, w, h}));
        y += h;
    }
}

/* ---- the proof ---- */

static int draw_step(struct canvas canvas, int x, const char *what, bool done, bool failed)
{
    if (!done && !failed)
        return x;
    x = canvas_text(canvas, x, 0, ROLE_NORMAL, what);
    return canvas_text(canvas, x, 0, done ? ROLE_SUCCESS : ROLE_FAILURE, done ? CHECKED : " ✗") + 2;
}

static void draw_publish(const struct session *session, struct canvas canvas)
{
    const struct publish *publish = &session->index->publish;
    bool over = task_over(&publish->task), failed = over && publish->task.state != TASK_DONE;
    int x = canvas_text(canvas, 2, 0, ROLE_DIM, "Proof") + 3;
    if (publish->task.state == TASK_TODO) {
        canvas_text(canvas, x, 0, ROLE_DIM,
                    "u publishes demo-pkg and looks whether the same bytes come back");
        return;
    }
    if (!over) {
        int64_t second = words_wall(session) / 1000;
        x = canvas_text(canvas, x, 0, ROLE_ACCENT, theme_spinner(second)) + 1;
        canvas_text(canvas, x, 0, ROLE_NORMAL, publish->task.note);
        return;
    }
    if (publish->dist)
        x = canvas_print(canvas, x, 0, ROLE_NORMAL, "%s %s  ", publish->dist->name,
                         publish->dist->version);
    bool taken = publish->uploaded || publish->there;
    x = draw_step(canvas, x, publish->there ? "there" : "uploaded", taken, failed);
    x = draw_step(canvas, x, "listed", publish->listed, failed && taken);
    x = draw_step(canvas, x, "downloaded", publish->downloaded, failed && publish->listed);
    draw_step(canvas, x, "same bytes", publish->same, failed && publish->downloaded);
}

static void draw_inside(const struct session *session, struct canvas canvas)
{
    const struct proof *proof = &session->index->proof;
    int x = 10;
    if (proof->task.state == TASK_RUNNING) {
        int64_t second = words_wall(session) / 1000;
        x = canvas_text(canvas, x, 0, ROLE_ACCENT, theme_spinner(second)) + 1;
        canvas_print(canvas, x, 0, ROLE_NORMAL, "in a hub pod: %s", proof->task.note);
    } else if (proof->task.state == TASK_DONE) {
        x = draw_step(canvas, x, "imported in a hub pod", true, false);
        canvas_print(canvas, x, 0, ROLE_STRONG, "“%s”", proof->line);
    } else {
        x = canvas_text(canvas, x, 0, ROLE_WARNING, "! ");
        canvas_text(canvas, x, 0, ROLE_NORMAL, "not imported in a hub pod");
    }
}

int results_proof_rows(const struct session *session)
{
    const struct session_index *index = session->index;
    return !index ? 0 : index->proof.task.state == TASK_TODO ? 1 : 2;
}

void results_draw_proof(const struct session *session, struct canvas canvas)
{
    if (!session->index)
        return;
    draw_publish(session, canvas_cut_top(&canvas, 1));
    if (session->index->proof.task.state != TASK_TODO)
        draw_inside(session, canvas);
}
