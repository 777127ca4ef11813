/* The document of `terraform show -json PLAN` into the review tree: entries grouped by top-level
 * module, in the order in which they should be read. */
#include "core/terraform/tf_plan.h"

#include <ctype.h>

#include "core/terraform/tf_diff.h"
#include "core/terraform/tf_scan.h"

#include "core/base/alloc.h"

static char *clean_copy(const char *text)
{
    char clean[TF_ADDRESS];

    tf_clean_text(str_of(text), clean, sizeof(clean), false);
    return alloc_copy(str_of(clean));
}

/* Length of the first "module.NAME[KEY]" of an address, 0 for the root's own. */
static size_t top_module(const char *address)
{
    bool quoted = false;
    size_t i;

    if (strncmp(address, "module.", 7) != 0)
        return 0;
    for (i = 7; address[i] && (quoted || address[i] != '.'); i++) {
        if (quoted && address[i] == '\\' && address[i + 1])
            i++;
        else if (address[i] == '"')
            quoted = !quoted;
    }
    return address[i] ? i : 0;
}

static int rank_of(const struct tf_entry *entry)
{
    static const int ranks[TF_ACTIONS] = {
        [TF_DELETE] = 0, [TF_FORGET] = 1, [TF_REPLACE] = 2, [TF_UPDATE] = 3,
        [TF_IMPORT] = 5, [TF_MOVE] = 6,   [TF_CREATE] = 7,  [TF_READ] = 8,
        [TF_NOOP] = 9,   [TF_OPEN] = 9,   [TF_RENEW] = 9,   [TF_CLOSE] = 9,
    };

    return entry->drift ? 4 : ranks[entry->action];
}

/* As people count: subnet[2] before subnet[10]. */
static int compare_naturally(const char *a, const char *b)
{
    while (*a && *b) {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            size_t a_len, b_len;
            int order;

            a += strspn(a, "0");
            b += strspn(b, "0");
            a_len = strspn(a, "0123456789");
            b_len = strspn(b, "0123456789");
            order = a_len != b_len ? (a_len < b_len ? -1 : 1) : strncmp(a, b, a_len);
            if (order)
                return order;
            a += a_len;
            b += b_len;
        } else if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        } else {
            a++;
            b++;
        }
    }
    return (*a != 0) - (*b != 0);
}

static size_t module_length(const struct tf_entry *entry)
{
    return entry->local > entry->address ? (size_t)(entry->local - entry->address) - 1 : 0;
}

static int by_module(const void *left, const void *right)
{
    const struct tf_entry *a = left, *b = right;
    struct str a_module = {a->address, module_length(a)}, b_module = {b->address, module_length(b)};
    int order = 0;

    if (!str_eq(a_module, b_module))
        order = !a_module.len ? 1 : !b_module.len ? -1 : compare_naturally(a->address, b->address);
    if (!order)
        order = rank_of(a) - rank_of(b);
    return order ? order : compare_naturally(a->address, b->address);
}

static void add_group(struct tf_plan *plan, size_t *capacity, size_t first)
{
    const struct tf_entry *entry = &plan->entries[first];

    alloc_room(&plan->groups, plan->group_count, capacity, sizeof(*plan->groups));
    plan->groups[plan->group_count++] = (struct tf_group){
        .module = alloc_copy((struct str){entry->address, module_length(entry)}),
        .first = first,
    };
}

static void count_entry(struct tf_plan *plan, const struct tf_entry *entry)
{
    if (entry->drift) {
        plan->drifted++;
        return;
    }
    plan->by_action[entry->action]++;
    plan->add += entry->action == TF_CREATE || entry->action == TF_REPLACE;
    plan->change += entry->action == TF_UPDATE;
    plan->remove += entry->action == TF_DELETE || entry->action == TF_REPLACE;
}

static void localise(struct tf_entry *entry)
{
    size_t module = top_module(entry->address);

    entry->local = entry->address + (module ? module + 1 : 0);
}

void tf_plan_arrange(struct tf_plan *plan)
{
    size_t capacity = 0;

    for (size_t i = 0; i < plan->entry_count; i++)
        localise(&plan->entries[i]);
    if (plan->entry_count)
        qsort(plan->entries, plan->entry_count, sizeof(*plan->entries), by_module);
    for (size_t i = 0; i < plan->entry_count; i++) {
        struct tf_entry *entry = &plan->entries[i];
        struct tf_group *group = plan->group_count ? &plan->groups[plan->group_count - 1] : NULL;
        struct str module = {entry->address, module_length(entry)};

        if (!group || !str_is(module, group->module)) {
            add_group(plan, &capacity, i);
            group = &plan->groups[plan->group_count - 1];
        }
        group->count++;
        count_entry(plan, entry);
    }
}

/* The action of a change, with what `actions` does not say: a move, an import. */
static enum tf_action action_of(const json_t *item, const json_t *change)
{
    const json_t *actions = json_object_get(change, "actions");
    enum tf_action first = tf_action_of(js_str(actions, "0"));

    if (json_array_size(actions) == 2)
        return TF_REPLACE;
    if (first != TF_NOOP)
        return first;
    if (json_is_object(json_object_get(change, "importing")))
        return TF_IMPORT;
    return js_text(item, "previous_address")[0] ? TF_MOVE : TF_NOOP;
}

static void fill_entry(struct tf_entry *entry, const json_t *item, const struct tf_hidden *hidden)
{
    const json_t *change = json_object_get(item, "change"), *index = json_object_get(item, "index");
    char key[32];

    entry->address = clean_copy(js_text(item, "address"));
    entry->resource_type = clean_copy(js_text(item, "type"));
    entry->name = clean_copy(js_text(item, "name"));
    snprintf(key, sizeof(key), "%lld", (long long)json_number_value(index));
    entry->key =
        json_is_number(index) ? alloc_copy(str_of(key)) : clean_copy(json_string_value(index));
    entry->reason = clean_copy(js_text(item, "action_reason"));
    entry->previous = clean_copy(js_text(item, "previous_address"));
    entry->create_first = strcmp(js_text(change, "actions.0"), "create") == 0;
    entry->remark = alloc_copy(STR(""));
    if (entry->action != TF_DELETE)
        tf_diff(entry, change, hidden);
    tf_remark(entry, change, hidden);
    if (js_text(item, "deposed")[0]) {
        free(entry->remark);
        entry->remark = alloc_copy(STR("left over from an earlier replacement"));
    }
}

static void read_entries(struct tf_plan *plan, const json_t *list, bool drift,
                         const struct tf_hidden *hidden, size_t *capacity)
{
    size_t index;
    json_t *item;

    json_array_foreach(list, index, item)
    {
        enum tf_action action = action_of(item, json_object_get(item, "change"));

        if (action == TF_NOOP) {
            plan->unchanged += !drift && strcmp(js_text(item, "mode"), "data") != 0;
            continue;
        }
        alloc_room(&plan->entries, plan->entry_count, capacity, sizeof(*plan->entries));
        plan->entries[plan->entry_count] = (struct tf_entry){.action = action, .drift = drift};
        fill_entry(&plan->entries[plan->entry_count++], item, hidden);
    }
}

static void read_outputs(struct tf_plan *plan, const json_t *changes,
                         const struct tf_hidden *hidden)
{
    size_t capacity = 0;
    const char *name;
    json_t *change;

    json_object_foreach((json_t *)(uintptr_t)changes, name, change)
    {
        enum tf_action action = action_of(NULL, change);
        struct tf_output_change *output;
        char *after;

        if (action == TF_NOOP)
            continue;
        alloc_room(&plan->outputs, plan->output_count, &capacity, sizeof(*plan->outputs));
        output = &plan->outputs[plan->output_count++];
        *output = (struct tf_output_change){.action = action, .name = clean_copy(name)};
        output->sensitive = json_is_true(json_object_get(change, "after_sensitive")) ||
                            json_is_true(json_object_get(change, "before_sensitive"));
        output->unknown = json_is_true(json_object_get(change, "after_unknown"));
        after = output->sensitive || output->unknown
                    ? NULL
                    : tf_value_text(json_object_get(change, "after"), hidden);
        output->after = after ? after : alloc_copy(STR(""));
    }
}

bool tf_plan_parse(struct tf_plan *plan, const json_t *document, struct error *err)
{
    struct tf_hidden hidden = {0};
    size_t capacity = 0;
    bool touched;

    if (!js_get(document, "planned_values") && !js_get(document, "resource_changes"))
        return error_set(err, ERROR_TOOL,
                         "terraform show gave something that is not a plan (format version %s)",
                         js_text(document, "format_version"));
    *plan = (struct tf_plan){0};
    str_copy(js_str(document, "terraform_version"), plan->version, sizeof(plan->version));
    tf_hidden_gather(&hidden, document);
    read_entries(plan, json_object_get(document, "resource_changes"), false, &hidden, &capacity);
    read_entries(plan, json_object_get(document, "resource_drift"), true, &hidden, &capacity);
    read_outputs(plan, json_object_get(document, "output_changes"), &hidden);
    tf_hidden_finish(&hidden);
    tf_plan_arrange(plan);
    /* OpenTofu and old versions leave these out */
    touched = plan->entry_count > plan->drifted || plan->output_count;
    plan->errored = js_bool(document, "errored", false);
    plan->applyable = js_bool(document, "applyable", touched && !plan->errored);
    plan->complete = js_bool(document, "complete", !plan->errored);
    return true;
}

bool tf_plan_creates_only(const struct tf_plan *plan)
{
    return plan->by_action[TF_CREATE] + plan->by_action[TF_READ] + plan->drifted ==
           plan->entry_count;
}
