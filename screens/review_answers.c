/* All answers on one page, stage by stage, and of each secret whether it is there. */
#include "core/base/alloc.h"
#include "screens/review.h"

enum { LABEL, VALUE, COLUMNS };

static const struct table_column columns[COLUMNS] = {
    [LABEL] = {.min = 14},
    [VALUE] = {.flexible = true},
};

/* One line of the page. */
struct line {
    enum { LINE_NONE, LINE_GAP, LINE_STAGE, LINE_ANSWER, LINE_CERT_MANAGER, LINE_SECRET } kind;
    enum stage_id stage;
    const struct answer_field *answer;
    enum secret_id secret;
};

static bool asked(const struct session *session, enum stage_id stage)
{
    const bool *wanted = run_is_open(&session->run) ? session->run.stages_wanted : session->wanted;
    return stage == STAGE_EKS || wanted[stage];
}

/* Counts down to the wanted line. */
static bool here(struct line *line, int *left, struct line found)
{
    if ((*left)-- > 0)
        return false;
    *line = found;
    return true;
}

static bool in_stage(const struct session *session, enum stage_id stage, int *left,
                     struct line *line)
{
    if ((stage != STAGE_EKS && here(line, left, (struct line){.kind = LINE_GAP})) ||
        here(line, left, (struct line){.kind = LINE_STAGE, .stage = stage}))
        return true;
    for (size_t i = 0; i < answer_field_count; i++)
        if (answer_fields[i].stage == stage &&
            answer_matters(&session->answers, &answer_fields[i]) &&
            here(line, left, (struct line){.kind = LINE_ANSWER, .answer = &answer_fields[i]}))
            return true;
    if (stage == STAGE_EKS && here(line, left, (struct line){.kind = LINE_CERT_MANAGER}))
        return true;
    for (int i = 0; i < SECRETS; i++)
        if (secrets_need(&session->secrets, &session->answers, stage, (enum secret_id)i) &&
            here(line, left, (struct line){.kind = LINE_SECRET, .secret = (enum secret_id)i}))
            return true;
    return false;
}

static struct line line_at(const struct session *session, int row)
{
    struct line line = {.kind = LINE_NONE};
    for (int i = 0; i < STAGES; i++)
        if (asked(session, (enum stage_id)i) && in_stage(session, (enum stage_id)i, &row, &line))
            break;
    return line;
}

static int rows(const void *owner)
{
    const struct review *self = owner;
    int count = 0;
    while (line_at(self->session, count).kind != LINE_NONE)
        count++;
    return count;
}

/* What is told of a secret: never itself, nor how long it is. */
static const char *secret_words(const struct session *session, enum secret_id id)
{
    const struct secrets *secrets = &session->secrets;
    if (secrets_from_outside(secrets, id, session->place->lookup))
        return "from the environment";
    if (secret_empty(&secrets->items[id]))
        return session_stage(session, secret_table[id].stage) == STAGE_DONE ? "kept" : "";
    return secrets->generated[id] ? "made here" : "typed";
}

static const char *answer_words(const struct session *session, const struct answer_field *answer)
{
    const char *text = answer_read(&session->answers, answer);
    if (answer->shape == ANSWER_BOOL)
        return strcmp(text, "true") == 0 ? "yes" : "no";
    return text;
}

/* "the PyPI password" under the heading PyPI: without its article. */
static const char *secret_label(enum secret_id id)
{
    const char *label = secret_table[id].label;
    return str_starts(str_of(label), STR("the ")) ? label + 4 : label;
}

static void label_cell(struct line line, struct table_cell *cell)
{
    cell->role = ROLE_DIM;
    if (line.kind == LINE_STAGE) {
        cell->text = stage_table[line.stage].label;
        cell->role = ROLE_STRONG;
    } else if (line.kind == LINE_ANSWER) {
        snprintf(cell->scratch, sizeof cell->scratch, "  %s", line.answer->label);
        cell->text = cell->scratch;
    } else if (line.kind == LINE_SECRET) {
        snprintf(cell->scratch, sizeof cell->scratch, "  %s", secret_label(line.secret));
        cell->text = cell->scratch;
    } else if (line.kind == LINE_CERT_MANAGER) {
        cell->text = "  cert-manager";
    }
}

static void cell_of(const void *owner, int row, int column, struct table_cell *cell)
{
    const struct review *self = owner;
    const struct session *session = self->session;
    struct line line = line_at(session, row);
    if (column == LABEL) {
        label_cell(line, cell);
        return;
    }
    if (line.kind == LINE_ANSWER)
        cell->text = answer_words(session, line.answer);
    else if (line.kind == LINE_SECRET)
        cell->text = secret_words(session, line.secret);
    else if (line.kind == LINE_CERT_MANAGER)
        cell->text = session->answers.cert_manager ? "yes" : "no";
    else
        return;
    if (!cell->text[0]) {
        cell->text = "–";
        cell->role = ROLE_DIM;
    }
}

void review_answers_table(struct review *review)
{
    review->answers = (struct table){.widget = {&table_ops},
                                     .columns = columns,
                                     .column_count = COLUMNS,
                                     .rows = rows,
                                     .cell = cell_of,
                                     .owner = review,
                                     .headless = true,
                                     .passive = true};
}
