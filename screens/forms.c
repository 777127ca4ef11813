#include "screens/forms.h"

#include "core/base/alloc.h"

enum { SHOWN_MS = 10000 };

/* ---- fields and choices ---- */

static const char *judge(void *owner, const char *text)
{
    const struct answer_field *answer = owner;
    return answer->judge(text);
}

void forms_field(struct field *field, struct form_row *row, struct session *session,
                 const char *key)
{
    const struct answer_field *answer = answer_field(key);
    *field =
        (struct field){.widget = {&field_ops}, .judge = judge, .owner = (void *)(uintptr_t)answer};
    field_lend(field, answer_text(&session->answers, answer), answer->size);
    row->widget = &field->widget;
}

static void picked(struct choice *choice, void *context)
{
    struct forms_pick *pick = context;
    const struct answer_field *answer = answer_field(pick->key);
    str_copy(str_of(pick->values[choice->chosen]), answer_text(&pick->session->answers, answer),
             answer->size);
}

void forms_pick(struct forms_pick *pick, struct form_row *row, struct session *session,
                const char *key, const char *const *values, const char *const *words, int count)
{
    *pick = (struct forms_pick){.choice = {.widget = {&choice_ops},
                                           .words = words,
                                           .count = count,
                                           .changed = picked,
                                           .context = pick,
                                           .spread = true},
                                .session = session,
                                .key = key,
                                .values = values};
    row->widget = &pick->choice.widget;
    forms_pick_settle(pick);
}

void forms_pick_settle(struct forms_pick *pick)
{
    const char *now = answer_read(&pick->session->answers, answer_field(pick->key));
    for (int i = 0; i < pick->choice.count; i++)
        if (strcmp(pick->values[i], now) == 0)
            pick->choice.chosen = i;
}

/* ---- secrets ---- */

void forms_lend(struct field *field, struct secret *secret)
{
    size_t capacity = 0, cursor = field->cursor;
    char *buffer = secret_edit(secret, &capacity);
    if (buffer == field->buffer)
        return;
    bool revealed = field->revealed;
    field_lend(field, buffer, capacity);
    field->cursor = cursor < secret->len ? cursor : secret->len;
    field->revealed = revealed;
}

void forms_hide_in_time(struct field *field, int64_t *shown_ms, struct session *session)
{
    int64_t now = session->loop->now_ms;
    if (!field->revealed) {
        *shown_ms = 0;
    } else if (!*shown_ms) {
        *shown_ms = now;
        session_wake(session, SHOWN_MS);
    } else if (now - *shown_ms >= SHOWN_MS) {
        field_hide(field);
        *shown_ms = 0;
    }
}

/* ---- the whole internet ---- */

static const char *judge_gate(void *owner, const char *text)
{
    (void)owner;
    return strcmp(text, "yes") == 0 ? NULL
                                    : "Type yes in full, or name the addresses that may reach it.";
}

void forms_gate(struct forms_gate *gate, struct form_row *row, const char *ranges)
{
    gate->field = (struct field){.widget = {&field_ops}, .judge = judge_gate, .owner = gate};
    field_lend(&gate->field, gate->typed, sizeof gate->typed);
    gate->ranges = ranges;
    gate->row = row;
    row->label = "  For all?";
    row->widget = &gate->field.widget;
    row->hint = "passwords travel in clear: type yes";
    row->hint_role = ROLE_WARNING;
}

void forms_gate_settle(struct forms_gate *gate, const char *kept)
{
    bool agreed = kept && strcmp(kept, gate->ranges) == 0;
    gate->row->hidden = agreed || !strstr(gate->ranges, "0.0.0.0/0");
}

void forms_own_addresses(const struct session *session, char *ranges, size_t capacity)
{
    if (!ranges[0])
        str_copy(str_of(session->answers.endpoint_cidrs), ranges, capacity);
}

/* ---- the stage and its run ---- */

bool forms_up(const struct session *session, enum stage_id stage)
{
    return session_stage(session, stage) == STAGE_DONE;
}

bool forms_changed(const struct session *session, const struct answers *saved, enum stage_id stage)
{
    if (strcmp(saved->id, session->answers.id) != 0)
        return false;
    for (size_t i = 0; i < answer_field_count; i++) {
        const struct answer_field *field = &answer_fields[i];
        if (field->stage == stage &&
            strcmp(answer_read(&session->answers, field), answer_read(saved, field)) != 0)
            return true;
    }
    return false;
}

static bool goes(const struct session *session)
{
    return session->launching || (run_is_open(&session->run) && session->run.phase != RUN_OVER);
}

enum nav forms_submit(struct screen *screen, struct session *session, struct answers *saved,
                      bool plans)
{
    struct error why;
    if (!goes(session) && plans && !session_ready(session, &why)) {
        if (!session->checks.over)
            error_hint(&why, "Press Enter again when they have ended.");
        return screen_complain(screen, &why);
    }
    if (!goes(session) && plans ? !session_plan(session) : !session_hand_over(session))
        return screen_complain(screen, &session->trouble);
    *saved = session->answers;
    return NAV_NEXT;
}

/* What becomes of the stage when the form is filled in. */
static void say_run(const struct session *session, enum stage_id stage, struct sentence *out)
{
    const struct run *run = &session->run;
    const char *label = stage_table[stage].label;
    if (!goes(session) && run_is_open(run) && run->ending == RUN_FAILED)
        sentence_set(out, ROLE_FAILURE, "The run has failed: F8 goes there, and this stays typed.");
    else if (!goes(session))
        sentence_set(out, ROLE_NORMAL, "Nothing is created before you say yes to a plan.");
    else if (run->phase == RUN_ASKING && run->stage == STAGE_EKS)
        sentence_set(out, ROLE_SUCCESS,
                     "The plan for EKS is ready: it waits behind the last form.");
    else if (run->phase == RUN_ASKING)
        sentence_set(out, ROLE_WARNING, "A plan waits for your answer: F8 goes there.");
    else if (run->changing && session_stage(session, STAGE_EKS) == STAGE_DONE)
        sentence_set(out, ROLE_NORMAL, "EKS is up: %s starts as soon as this is filled in.", label);
    else if (run->phase == RUN_APPLYING || run->phase == RUN_FINISHING)
        sentence_set(out, ROLE_NORMAL,
                     "EKS is still building; %s starts by itself when both are ready.", label);
    else
        sentence_set(out, ROLE_NORMAL, "%s is being planned meanwhile; nothing is created by it.",
                     session_stage(session, STAGE_EKS) == STAGE_DONE ? "The change" : "EKS");
}

void forms_sentence(const struct form *form, const struct session *session, enum stage_id stage,
                    struct sentence *out)
{
    const char *complaint = form_sentence(form);
    if (complaint)
        sentence_set(out, ROLE_FAILURE, "%s", complaint);
    else
        say_run(session, stage, out);
}

void forms_cost(const struct session *session, enum stage_id stage, char out[WORDS * 2])
{
    double cost = estimate_stage(&session->estimates, &session->answers, stage);
    char money[WORDS], time[WORDS];
    words_usual(estimate_stage_time(&session->estimates, stage, session->place->speed), time);
    snprintf(out, WORDS * 2, "+ %s%s%s", words_money(cost, money), time[0] ? " · " : "", time);
}
