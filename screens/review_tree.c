#include "screens/review_tree.h"

#include "core/base/alloc.h"
#include "screens/words.h"

const char *plan_mark(enum tf_action action, enum role *role)
{
    static const struct {
        const char *mark;
        enum role role;
    } marks[TF_ACTIONS] = {
        [TF_CREATE] = {"+", ROLE_SUCCESS},
        [TF_UPDATE] = {"~", ROLE_WARNING},
        [TF_DELETE] = {"-", ROLE_FAILURE},
        [TF_REPLACE] = {"±", ROLE_FAILURE},
    };
    *role = marks[action].mark ? marks[action].role : ROLE_DIM;
    return marks[action].mark ? marks[action].mark : "·";
}

/* Node `index` is a module (entry NULL) or an entry of it. */
static const struct tf_group *locate(const struct tf_plan *plan, int index,
                                     const struct tf_entry **entry)
{
    int at = 0;
    *entry = NULL;
    for (size_t i = 0; i < plan->group_count; i++) {
        const struct tf_group *group = &plan->groups[i];
        if (index == at)
            return group;
        if (index <= at + (int)group->count) {
            *entry = &plan->entries[group->first + (size_t)(index - at - 1)];
            return group;
        }
        at += 1 + (int)group->count;
    }
    return NULL;
}

static int node_count(const void *owner)
{
    const struct review_tree *self = owner;
    const struct run *run = &self->session->run;
    return run_now(run)->have_plan
               ? (int)(run_now(run)->plan.group_count + run_now(run)->plan.entry_count)
               : 0;
}

static double entry_cost(const struct session *session, const struct tf_entry *entry,
                         const char *type)
{
    bool costs = !entry->drift && (entry->action == TF_CREATE || entry->action == TF_REPLACE);
    return costs ? estimate_cost(&session->estimates, type, &session->answers) : 0;
}

static void entry_node(const struct session *session, const struct tf_entry *entry,
                       struct tree_node *node)
{
    struct words_resource resource;
    char money[WORDS];
    words_resource(session, entry->address, &resource);
    node->depth = 1;
    node->mark = plan_mark(entry->action, &node->mark_role);
    snprintf(node->scratch[0], sizeof node->scratch[0], "%.95s", resource.local);
    node->text = node->scratch[0];
    if (entry->drift) {
        node->note = "changed outside terraform";
        node->mark_role = ROLE_WARNING;
    } else {
        node->note = entry->action == TF_REPLACE && entry->reason[0] ? words_reason(entry->reason)
                                                                     : entry->remark;
    }
    double cost = entry_cost(session, entry, resource.type);
    if (cost > 0) {
        snprintf(node->scratch[1], sizeof node->scratch[1], "%s", words_money(cost, money));
        node->right = node->scratch[1];
    }
}

/* Whether a module holds anything that exists already: then it is shown unfolded. */
static bool touches(const struct tf_plan *plan, const struct tf_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct tf_entry *entry = &plan->entries[group->first + i];
        if (entry->drift || (entry->action != TF_CREATE && entry->action != TF_READ))
            return true;
    }
    return false;
}

static void group_node(const struct session *session, const struct tf_group *group,
                       struct tree_node *node)
{
    const struct tf_plan *plan = &run_now(&session->run)->plan;
    double cost = 0;
    char money[WORDS];
    for (size_t i = 0; i < group->count; i++) {
        const struct tf_entry *entry = &plan->entries[group->first + i];
        struct words_resource resource;
        words_resource(session, entry->address, &resource);
        cost += entry_cost(session, entry, resource.type);
    }
    node->open = touches(plan, group) || plan->group_count == 1;
    node->text = group->module[0] ? group->module : "root module";
    if (cost > 0) {
        snprintf(node->scratch[1], sizeof node->scratch[1], "%s", words_money(cost, money));
        node->note = node->scratch[1];
    }
    snprintf(node->scratch[0], sizeof node->scratch[0], "%zu", group->count);
    node->right = node->scratch[0];
}

static void tree_node(const void *owner, int index, struct tree_node *node)
{
    const struct review_tree *self = owner;
    const struct tf_entry *entry;
    const struct tf_group *group = locate(&run_now(&self->session->run)->plan, index, &entry);
    if (entry)
        entry_node(self->session, entry, node);
    else if (group)
        group_node(self->session, group, node);
}

void review_tree_init(struct review_tree *review_tree, const struct session *session)
{
    tree_finish(&review_tree->tree);
    review_tree->session = session;
    review_tree->tree = (struct tree){.widget = {&tree_ops},
                                      .count = node_count,
                                      .node = tree_node,
                                      .owner = review_tree,
                                      .empty = "Nothing would change."};
}

const struct tf_entry *review_tree_entry(const struct review_tree *review_tree)
{
    const struct tf_entry *entry = NULL;
    int at = tree_selected(&review_tree->tree);
    if (at >= 0)
        locate(&run_now(&review_tree->session->run)->plan, at, &entry);
    return entry;
}
