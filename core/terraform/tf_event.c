/* One line of terraform's machine-readable UI into struct tf_event: each member is read into its
 * bounded field while the line is walked once; what is not known is walked over. */
#include "core/terraform/tf_event.h"

#include "core/base/clock.h"
#include "core/terraform/tf_scan.h"

#include "core/base/alloc.h"

struct field {
    const char *name;
    size_t offset, capacity;
    bool newlines;
};

#define FIELD(name, member, newlines)                                                              \
    {                                                                                              \
        name, offsetof(struct tf_event, member), sizeof(((struct tf_event *)0)->member), newlines  \
    }

static const struct field resource_fields[] = {
    FIELD("addr", address, false),
    FIELD("module", module, false),
    FIELD("resource_type", resource_type, false),
    FIELD("resource_name", name, false),
    FIELD("resource_key", key, false),
    {0},
};
static const struct field previous_fields[] = {FIELD("addr", previous, false), {0}};
static const struct field body_fields[] = {
    FIELD("reason", reason, false),
    FIELD("provisioner", provisioner, false),
    FIELD("output", output, false),
    {0},
};
static const struct field diagnostic_fields[] = {
    FIELD("summary", summary, true),
    FIELD("detail", detail, true),
    FIELD("address", address, false),
    {0},
};
static const struct field range_fields[] = {FIELD("filename", file, false), {0}};
static const struct field snippet_fields[] = {
    FIELD("context", context, false),
    FIELD("code", code, true),
    {0},
};

static const char *const action_names[TF_ACTIONS] = {
    "noop", "create", "update", "delete", "replace", "read",
    "move", "import", "remove", "open",   "renew",   "close",
};

const char *tf_action_name(enum tf_action action)
{
    return action_names[action];
}

enum tf_action tf_action_of(struct str name)
{
    for (enum tf_action action = 0; action < TF_ACTIONS; action++)
        if (str_is(name, action_names[action]))
            return action;
    return str_is(name, "forget") ? TF_FORGET : TF_NOOP;
}

static enum tf_type type_of(struct str name)
{
    static const struct {
        const char *name;
        enum tf_type type;
    } types[] = {
        {"planned_change", TF_PLANNED_CHANGE},
        {"apply_start", TF_APPLY_START},
        {"apply_progress", TF_APPLY_PROGRESS},
        {"apply_complete", TF_APPLY_COMPLETE},
        {"apply_errored", TF_APPLY_ERRORED},
        {"refresh_start", TF_REFRESH_START},
        {"refresh_complete", TF_REFRESH_COMPLETE},
        {"provision_start", TF_PROVISION_START},
        {"provision_progress", TF_PROVISION_PROGRESS},
        {"provision_complete", TF_PROVISION_COMPLETE},
        {"provision_errored", TF_PROVISION_ERRORED},
        {"ephemeral_op_start", TF_EPHEMERAL_START},
        {"ephemeral_op_progress", TF_EPHEMERAL_PROGRESS},
        {"ephemeral_op_complete", TF_EPHEMERAL_COMPLETE},
        {"ephemeral_op_errored", TF_EPHEMERAL_ERRORED},
        {"resource_drift", TF_RESOURCE_DRIFT},
        {"diagnostic", TF_DIAGNOSTIC},
        {"change_summary", TF_CHANGE_SUMMARY},
        {"outputs", TF_OUTPUTS},
        {"log", TF_LOG},
        {"version", TF_VERSION},
        {"init_output", TF_INIT_OUTPUT},
        {"state_lock_acquire", TF_LOCK_ACQUIRE},
        {"state_lock_release", TF_LOCK_RELEASE},
    };

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (str_is(name, types[i].name))
            return types[i].type;
    return TF_NOTE;
}

/* Fields must not keep what an earlier line left; clearing all 20 KiB for each line would cost more
 * than the parsing. */
static void reset(struct tf_event *event)
{
    event->type = TF_NOTE;
    event->wall_ms = 0;
    event->action = TF_NOOP;
    event->elapsed_s = -1;
    event->add = event->change = event->import = event->remove = event->outputs_changed = 0;
    event->error = event->cut = false;
    event->line = event->column = event->highlight_from = event->highlight_to = 0;
    event->message[0] = event->address[0] = event->module[0] = event->resource_type[0] = '\0';
    event->name[0] = event->key[0] = event->reason[0] = event->previous[0] = '\0';
    event->provisioner[0] = event->output[0] = event->operation[0] = event->version[0] = '\0';
    event->summary[0] = event->detail[0] = event->file[0] = event->context[0] = '\0';
    event->code[0] = '\0';
}

/* A string, or a number as it is written (a count index); anything else leaves "". */
static bool read_text(struct tf_scan *scan, char *out, size_t capacity, bool newlines)
{
    char first = tf_scan_peek(scan);
    const char *begin = scan->at;
    struct str raw;

    out[0] = '\0';
    if (first == '"')
        return !tf_scan_string(scan, &raw) || tf_scan_text(raw, out, capacity, newlines);
    if (tf_scan_skip(scan) && first != 'n' && first != '{' && first != '[')
        return str_copy((struct str){begin, (size_t)(scan->at - begin)}, out, capacity);
    return true;
}

static int read_int(struct tf_scan *scan)
{
    char first = tf_scan_peek(scan);
    double number = 0;

    if (first != '-' && (first < '0' || first > '9')) {
        tf_scan_skip(scan);
        return 0;
    }
    if (!tf_scan_number(scan, &number) || number < -1e9 || number > 1e9)
        return 0;
    return (int)number;
}

static unsigned read_count(struct tf_scan *scan)
{
    int number = read_int(scan);

    return number > 0 ? (unsigned)number : 0;
}

/* Enters the object that is next; anything else is walked over and false. */
static bool enter(struct tf_scan *scan)
{
    if (tf_scan_peek(scan) == '{')
        return tf_scan_object(scan);
    tf_scan_skip(scan);
    return false;
}

/* Reads the next value into the field of that name; false when there is none. */
static bool read_field(struct tf_scan *scan, struct tf_event *event, const struct field *fields,
                       struct str key)
{
    for (const struct field *field = fields; field->name; field++) {
        if (!str_is(key, field->name))
            continue;
        if (!read_text(scan, (char *)event + field->offset, field->capacity, field->newlines))
            event->cut = true;
        return true;
    }
    return false;
}

static void read_object(struct tf_scan *scan, struct tf_event *event, const struct field *fields)
{
    struct str key;

    if (!enter(scan))
        return;
    while (tf_scan_member(scan, &key))
        if (!read_field(scan, event, fields, key))
            tf_scan_skip(scan);
}

/* `hook` and `change`. */
static void read_body(struct tf_scan *scan, struct tf_event *event)
{
    char action[16];
    struct str key;

    if (!enter(scan))
        return;
    while (tf_scan_member(scan, &key)) {
        if (str_is(key, "resource")) {
            read_object(scan, event, resource_fields);
        } else if (str_is(key, "action")) {
            read_text(scan, action, sizeof(action), false);
            event->action = tf_action_of(str_of(action));
        } else if (str_is(key, "elapsed_seconds")) {
            event->elapsed_s = read_int(scan);
        } else if (str_is(key, "previous_resource")) {
            read_object(scan, event, previous_fields);
        } else if (!read_field(scan, event, body_fields, key)) {
            tf_scan_skip(scan);
        }
    }
}

static void read_counts(struct tf_scan *scan, struct tf_event *event)
{
    struct str key;

    if (!enter(scan))
        return;
    while (tf_scan_member(scan, &key)) {
        if (str_is(key, "add"))
            event->add = read_count(scan);
        else if (str_is(key, "change"))
            event->change = read_count(scan);
        else if (str_is(key, "import"))
            event->import = read_count(scan);
        else if (str_is(key, "remove"))
            event->remove = read_count(scan);
        else if (str_is(key, "operation"))
            read_text(scan, event->operation, sizeof(event->operation), false);
        else
            tf_scan_skip(scan);
    }
}

static void read_outputs(struct tf_scan *scan, struct tf_event *event)
{
    char action[16];
    struct str name, key;

    if (!enter(scan))
        return;
    while (tf_scan_member(scan, &name)) {
        if (!enter(scan))
            continue;
        while (tf_scan_member(scan, &key)) {
            if (!str_is(key, "action")) {
                tf_scan_skip(scan);
                continue;
            }
            read_text(scan, action, sizeof(action), false);
            event->outputs_changed += tf_action_of(str_of(action)) != TF_NOOP;
        }
    }
}

static void read_range(struct tf_scan *scan, struct tf_event *event)
{
    struct str key;

    if (!enter(scan))
        return;
    while (tf_scan_member(scan, &key)) {
        if (read_field(scan, event, range_fields, key))
            continue;
        if (!str_is(key, "start")) {
            tf_scan_skip(scan);
            continue;
        }
        if (!enter(scan))
            continue;
        while (tf_scan_member(scan, &key)) {
            if (str_is(key, "line"))
                event->line = read_int(scan);
            else if (str_is(key, "column"))
                event->column = read_int(scan);
            else
                tf_scan_skip(scan);
        }
    }
}

/* The snippet's `values` are left out: they are where a sensitive variable shows in clear. */
static void read_snippet(struct tf_scan *scan, struct tf_event *event)
{
    bool cut = event->cut;
    struct str key;

    if (!enter(scan))
        return;
    while (tf_scan_member(scan, &key)) {
        if (str_is(key, "highlight_start_offset"))
            event->highlight_from = read_int(scan);
        else if (str_is(key, "highlight_end_offset"))
            event->highlight_to = read_int(scan);
        else if (!read_field(scan, event, snippet_fields, key))
            tf_scan_skip(scan);
    }
    event->cut = cut;
}

static void read_diagnostic(struct tf_scan *scan, struct tf_event *event)
{
    char severity[16];
    struct str key;

    if (!enter(scan))
        return;
    while (tf_scan_member(scan, &key)) {
        if (str_is(key, "severity")) {
            read_text(scan, severity, sizeof(severity), false);
            event->error = strcmp(severity, "error") == 0;
        } else if (str_is(key, "range")) {
            read_range(scan, event);
        } else if (str_is(key, "snippet")) {
            read_snippet(scan, event);
        } else if (!read_field(scan, event, diagnostic_fields, key)) {
            tf_scan_skip(scan);
        }
    }
}

struct head { /* what tells whether the line is an event at all */
    char module[32], type[32];
    bool state;
};

static void read_time(struct tf_scan *scan, struct tf_event *event)
{
    struct str raw;

    if (tf_scan_peek(scan) != '"')
        tf_scan_skip(scan);
    else if (tf_scan_string(scan, &raw) && !clock_parse_rfc3339(raw, &event->wall_ms))
        event->wall_ms = 0;
}

static void read_member(struct tf_scan *scan, struct str key, struct tf_event *event,
                        struct head *head)
{
    if (str_is(key, "@message")) {
        read_text(scan, event->message, sizeof(event->message), true);
    } else if (str_is(key, "@module")) {
        read_text(scan, head->module, sizeof(head->module), false);
    } else if (str_is(key, "@timestamp")) {
        read_time(scan, event);
    } else if (str_is(key, "type")) {
        read_text(scan, head->type, sizeof(head->type), false);
    } else if (str_is(key, "hook") || str_is(key, "change")) {
        read_body(scan, event);
    } else if (str_is(key, "changes")) {
        read_counts(scan, event);
    } else if (str_is(key, "outputs")) {
        read_outputs(scan, event);
    } else if (str_is(key, "diagnostic")) {
        read_diagnostic(scan, event);
    } else if (str_is(key, "terraform") || str_is(key, "tofu")) {
        read_text(scan, event->version, sizeof(event->version), false);
    } else {
        head->state = head->state || str_is(key, "state");
        tf_scan_skip(scan);
    }
}

static bool is_ui(const struct head *head)
{
    return strcmp(head->module, "terraform.ui") == 0 || strcmp(head->module, "tofu.ui") == 0;
}

bool tf_event_parse(struct str line, struct tf_event *event, struct error *err)
{
    struct tf_scan scan;
    struct head head = {.state = false};
    struct str key;

    reset(event);
    tf_scan_init(&scan, line);
    if (tf_scan_peek(&scan) == '{' && tf_scan_object(&scan))
        while (tf_scan_member(&scan, &key))
            read_member(&scan, key, event, &head);
    else
        scan.failed = true;
    /* the dump may be larger than any line that is kept whole: knowing that it is there matters */
    if (is_ui(&head) && strcmp(event->message, "Emergency state dump") == 0 &&
        (head.state || scan.failed)) {
        event->type = TF_EMERGENCY_STATE;
        return true;
    }
    if (tf_scan_end(&scan) && is_ui(&head) && head.type[0]) {
        event->type = type_of(str_of(head.type));
        return true;
    }
    reset(event);
    tf_clean_text(str_trim(line), event->message, sizeof(event->message), true);
    return error_set(err, ERROR_INPUT, "This line is not one of terraform's events: %s",
                     event->message);
}
