/* The questions of --plain: which ones there are, which of them apply, and how each is put. */
#include <assert.h>

#include "core/base/alloc.h"
#include "screens/plain.h"

static void add(struct plain *plain, struct question question)
{
    assert(plain->count < QUESTIONS_MAX);
    plain->questions[plain->count++] = question;
}

/* Region and account come with the profile. */
static bool is_asked(const struct answer_field *field)
{
    return strcmp(field->key, "region") != 0 && strcmp(field->key, "account") != 0;
}

void plain_collect(struct plain *plain)
{
    for (int stage = 0; stage < STAGES; stage++) {
        if (!stage_table[stage].here)
            continue;
        for (size_t i = 0; i < answer_field_count; i++)
            if (answer_fields[i].stage == (enum stage_id)stage && is_asked(&answer_fields[i]))
                add(plain,
                    (struct question){(enum stage_id)stage, &answer_fields[i], SECRETS, false});
        for (int i = 0; i < SECRETS; i++)
            if (secret_table[i].stage == (enum stage_id)stage)
                add(plain, (struct question){(enum stage_id)stage, NULL, (enum secret_id)i, false});
    }
}

bool plain_is_zone(const struct question *question)
{
    return question->field && strcmp(question->field->key, "domain_zone") == 0;
}

/* A secret is asked for when the answers before it want it and nothing gave it yet. */
bool plain_applies(const struct plain *plain, int at)
{
    const struct question *question = &plain->questions[at];
    const struct session *session = &plain->cli->session;
    if (question->field)
        return answer_matters(&session->answers, question->field);
    return secrets_need(&session->secrets, &session->answers, question->stage, question->secret) &&
           secret_empty(&session->secrets.items[question->secret]);
}

bool plain_may_make(enum secret_id secret)
{
    return secret == SECRET_PYPI_PASSWORD || secret == SECRET_HUB_PASSWORD;
}

/* Questions are counted as they are asked: what does not apply has no number. */
static int number_of(const struct plain *plain)
{
    int number = 2;
    for (int i = 0; i < plain->at; i++)
        number += plain->questions[i].asked;
    return number;
}

static void ask_secret(struct plain *plain, const struct question *question)
{
    const char *label = secret_table[question->secret].label;
    if (plain->again)
        printf("    Once more: ");
    else
        printf("%2d. %s, %s (not shown%s): ", number_of(plain), stage_table[question->stage].label,
               label, plain_may_make(question->secret) ? "; Enter makes one" : "");
    fflush(stdout);
    plain_echo(plain, false);
}

static const char *usual_profile(const struct session *session)
{
    if (session->profile >= 0)
        return session->profiles.items[session->profile].name;
    enum surrounding_id source = session_surrounding(session);
    return source == SURROUNDING_ENVIRONMENT ? "keys of the environment"
           : source                          ? surrounding_name(source)
                                             : "none";
}

void plain_ask(struct plain *plain)
{
    struct session *session = &plain->cli->session;
    if (plain->at < 0) {
        printf(" 1. AWS profile [%s]: ", usual_profile(session));
        fflush(stdout);
        return;
    }
    struct question *question = &plain->questions[plain->at];
    question->asked = true;
    if (!question->field) {
        ask_secret(plain, question);
        return;
    }
    const char *now = answer_read(&session->answers, question->field);
    if (plain_is_zone(question) && !now[0])
        now = "none";
    printf("%2d. %s, %s%s%s%s: ", number_of(plain), stage_table[question->stage].label,
           question->field->label, now[0] ? " [" : "", now, now[0] ? "]" : "");
    fflush(stdout);
}
