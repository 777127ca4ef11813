#include "screens/passwords.h"

#include "core/base/alloc.h"
#include "screens/forms.h"

static struct secret *password_of(const struct passwords *self)
{
    return &self->session->secrets.items[self->id];
}

static const char *judge_first(void *owner, const char *text)
{
    const struct passwords *self = owner;
    (void)text;
    if (self->rows[0].locked || (self->rows[1].hidden && secret_empty(password_of(self))))
        return NULL; /* it has one and keeps it */
    return secrets_judge(&self->session->secrets, self->id);
}

static const char *judge_second(void *owner, const char *text)
{
    const struct passwords *self = owner;
    (void)text;
    if (self->once || secret_eq(password_of(self), &self->again))
        return NULL;
    return secret_empty(&self->again) ? "Type the password once more."
                                      : "The two passwords differ.";
}

void passwords_init(struct passwords *passwords, struct session *session, enum secret_id id,
                    struct form_row *rows)
{
    passwords->session = session;
    passwords->id = id;
    passwords->rows = rows;
    passwords->first = (struct field){
        .widget = {&field_ops}, .masked = true, .judge = judge_first, .owner = passwords};
    passwords->second = (struct field){
        .widget = {&field_ops}, .masked = true, .judge = judge_second, .owner = passwords};
    rows[0] = (struct form_row){
        .label = "Password", .widget = &passwords->first.widget, .hint = passwords->hints[0]};
    rows[1] = (struct form_row){
        .label = "Again", .widget = &passwords->second.widget, .hint = passwords->hints[1]};
}

void passwords_finish(struct passwords *passwords)
{
    secret_finish(&passwords->again);
}

void passwords_forget(struct passwords *passwords)
{
    passwords_finish(passwords);
    passwords->once = passwords->typed = false;
    passwords->shown_ms = 0;
    field_hide(&passwords->first);
}

static void say(struct passwords *self, int row, const char *text)
{
    str_copy(str_of(text), self->hints[row], sizeof self->hints[row]);
}

static void say_first(struct passwords *self, bool up, bool given)
{
    if (given)
        say(self, 0, "from the environment; never shown");
    else if (up && secret_empty(password_of(self)))
        say(self, 0, "kept; type one only to change it");
    else if (self->session->secrets.generated[self->id])
        say(self, 0, "made here; Ctrl-R shows it for 10 s");
    else
        say(self, 0, "Ctrl-G makes one, Ctrl-R shows it");
}

void passwords_settle(struct passwords *passwords, bool up)
{
    struct session *session = passwords->session;
    struct secret *first = password_of(passwords);
    bool given = secrets_from_outside(&session->secrets, passwords->id, session->place->lookup);
    passwords->once |= given;
    forms_lend(&passwords->first, first);
    forms_lend(&passwords->second, &passwords->again);
    forms_hide_in_time(&passwords->first, &passwords->shown_ms, session);
    passwords->rows[1].hidden = up && secret_empty(first);
    passwords->rows[1].locked = passwords->once;
    say_first(passwords, up, given);
    say(passwords, 1, passwords->once ? "not asked twice" : "counts silently");
}

/* What was made or pasted is known to be what was meant. */
static void take_once(struct passwords *self)
{
    struct error ignored;
    self->once = secret_copy(&self->again, password_of(self), &ignored);
    forms_lend(&self->second, &self->again);
}

/* Typed over: then it has to be typed twice. */
static void ask_twice(struct passwords *self)
{
    if (!self->once)
        return;
    self->once = false;
    secret_finish(&self->again);
    forms_lend(&self->second, &self->again);
}

void passwords_make(struct passwords *passwords)
{
    struct secret *password = password_of(passwords);
    struct error err;
    struct session *session = passwords->session;
    if (!secrets_make(&session->secrets, &session->answers, passwords->id, &err)) {
        session->trouble = err;
        return;
    }
    passwords->typed = false;
    forms_lend(&passwords->first, password);
    passwords->first.cursor = password->len;
    take_once(passwords);
}

/* What a key changed; the owner of the password learns its new length. */
static void edited(struct passwords *self, const struct secret *before, struct press press)
{
    struct secret *password = password_of(self);
    secret_edited(password);
    if (secret_eq(before, password))
        return;
    self->session->secrets.generated[self->id] = false;
    self->typed = !secret_empty(password);
    if (press.code == PRESS_PASTE && secret_empty(before))
        take_once(self);
    else
        ask_twice(self);
}

static bool edit(struct passwords *self, struct press press)
{
    struct secret before = {.data = NULL};
    struct error err;
    bool taken = false;
    if (!secret_copy(&before, password_of(self), &err))
        self->session->trouble = err;
    else if ((taken = widget_key(&self->first.widget, press)))
        edited(self, &before, press);
    secret_finish(&before);
    return taken;
}

bool passwords_key(struct passwords *passwords, struct press press, int focus)
{
    const struct session *session = passwords->session;
    bool given = secrets_from_outside(&session->secrets, passwords->id, session->place->lookup);
    if (focus >= 0 && press_ctrl(press, 'g')) {
        passwords_make(passwords);
        return true;
    }
    if (focus == 0 && press_ctrl(press, 'r') && given)
        return true;
    if (focus == 0)
        return edit(passwords, press);
    if (focus == 1 && press_ctrl(press, 'r'))
        return true; /* the first one is the one to look at */
    if (focus != 1 || !widget_key(&passwords->second.widget, press))
        return false;
    secret_edited(&passwords->again);
    return true;
}
