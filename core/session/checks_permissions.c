/* May this identity do what the stages will ask for? IAM simulates the actions of
 * assets/iam/actions.json, in batches side by side. A warning at most: resource limits, conditions
 * and organisations are not known to the simulation. */
#include "core/base/paths.h"
#include "core/session/checks_work.h"

#include "core/base/alloc.h"

enum { ACTIONS_MAX = PERMISSION_BATCHES * IAM_SIMULATION_MAX, TABLE_MAX = 256 << 10, NAMED = 3 };

static const json_t *action_at(const struct checks_permissions *p, size_t i)
{
    return json_array_get(js_get(p->table, "actions"), i);
}

/* ---- what came of it ---- */

/* "EKS: iam:CreateRole, ec2:CreateVpc and 3 more" of one stage; nothing when it lacks nothing. */
static void name_missing(struct checks_work *work, const char *stage, const char *title,
                         struct buf *out)
{
    const struct checks_permissions *p = &work->permissions;
    size_t missing = 0;
    for (size_t i = 0; i < p->count; i++) {
        const json_t *action = action_at(p, i);
        if (!p->denied[i] || strcmp(js_text(action, "stage"), stage) != 0)
            continue;
        if (missing == 0)
            buf_printf(out, "%s%s: ", out->len > 0 ? "; " : "", title);
        if (missing < NAMED)
            buf_printf(out, "%s%s", missing > 0 ? ", " : "", js_text(action, "action"));
        missing++;
        checks_detail(work, CHECK_PERMISSIONS, "%s  %s: %s", title, js_text(action, "action"),
                      js_text(action, "why"));
    }
    if (missing > NAMED)
        buf_printf(out, " and %zu more", missing - NAMED);
}

static void warn(struct checks_work *work, size_t missing)
{
    struct buf by_stage = {0};
    for (int i = 0; i < STAGES; i++)
        name_missing(work, stage_table[i].name, stage_table[i].label, &by_stage);
    checks_hint(work, CHECK_PERMISSIONS,
                "The simulation has false alarms. %s lists what an operator needs.",
                "assets/iam/operator-policy.json");
    checks_end(work, CHECK_PERMISSIONS, CHECK_WARN, "%zu of %zu actions %s not allowed. %s.",
               missing, work->permissions.count, missing == 1 ? "is" : "are", buf_cstr(&by_stage));
    buf_finish(&by_stage);
}

static void judge(struct checks_work *work)
{
    const struct checks_permissions *p = &work->permissions;
    size_t missing = 0;
    for (size_t i = 0; i < p->count; i++)
        missing += p->denied[i];
    if (p->error.kind) {
        checks_hint(work, CHECK_PERMISSIONS, "%s", p->error.hint);
        checks_end(work, CHECK_PERMISSIONS, CHECK_SKIP, "Could not be simulated. %s",
                   p->error.text);
    } else if (missing > 0) {
        warn(work, missing);
    } else if (p->answered < p->count) {
        checks_end(work, CHECK_PERMISSIONS, CHECK_SKIP, "IAM simulated only %zu of %zu actions.",
                   p->answered, p->count);
    } else {
        checks_end(work, CHECK_PERMISSIONS, CHECK_PASS,
                   "all %zu actions allowed, says IAM's "
                   "simulation",
                   p->count);
    }
}

/* ---- asking ---- */

static void verdict(struct iam_simulation *simulation, struct str action, bool allowed)
{
    struct checks_permissions *p = simulation->context;
    for (size_t i = 0; i < p->count; i++) {
        if (!str_eq_nocase(js_str(action_at(p, i), "action"), action))
            continue;
        p->answered++;
        p->denied[i] = !allowed;
    }
}

static void batch_ended(struct checks_work *work, const struct error *err)
{
    struct checks_permissions *p = &work->permissions;
    if (err && !p->error.kind)
        p->error = *err;
    if (--p->open == 0)
        judge(work);
}

static void batch_done(struct iam_simulation *simulation)
{
    struct checks_permissions *p = simulation->context;
    struct checks_work *work = container_of(p, struct checks_work, permissions);
    batch_ended(work, simulation->pages.ok ? NULL : &simulation->pages.error);
}

static void simulate(struct checks_work *work, const char *principal)
{
    struct checks_permissions *p = &work->permissions;
    size_t batches = (p->count + IAM_SIMULATION_MAX - 1) / IAM_SIMULATION_MAX;
    p->open = batches;
    for (size_t b = 0; b < batches; b++) {
        struct iam_simulation *batch = &p->batches[b];
        struct error err;
        *batch = (struct iam_simulation){.context = p, .verdict = verdict, .done = batch_done};
        iam_simulation_init(batch, &work->aws, principal);
        for (unsigned n = 0; n < IAM_SIMULATION_MAX; n++) {
            size_t i = b * IAM_SIMULATION_MAX + n;
            if (i < p->count)
                iam_simulation_action(batch, n + 1, js_str(action_at(p, i), "action"));
        }
        if (!iam_simulation_send(batch, &err))
            batch_ended(work, &err);
    }
}

/* Without leave to look at the role its path is taken for none, which it mostly is. */
static void role_known(struct iam_role *role)
{
    struct checks_work *work = container_of(role, struct checks_work, permissions.role);
    char principal[IAM_ARN], name[65];
    iam_principal_of(work->checks->arn, principal, name);
    simulate(work, role->ok ? role->arn : principal);
}

/* Nobody is warned for want of what only a domain needs. */
static void leave_domain_out(json_t *actions)
{
    for (size_t i = json_array_size(actions); i-- > 0;)
        if (str_is(js_str(json_array_get(actions, i), "stage"), stage_table[STAGE_DOMAIN].name))
            json_array_remove(actions, i);
}

static bool read_table(struct checks_work *work, struct error *err)
{
    struct checks_permissions *p = &work->permissions;
    struct buf text = {0};
    char path[PATH_MAX];
    bool ok = path_format(path, err, "%s/iam/actions.json", work->place->assets) &&
              file_read(path, TABLE_MAX, &text, err) && (p->table = js_parse(buf_str(&text), err));
    buf_finish(&text);
    if (!ok)
        return false;
    if (!work->checks->answers || !answers_want_domain(work->checks->answers))
        leave_domain_out(json_object_get(p->table, "actions"));
    p->count = js_count(p->table, "actions");
    if (p->count == 0 || p->count > ACTIONS_MAX)
        return error_set(err, ERROR_SYSTEM, "%s is damaged.", path);
    p->denied = alloc_zeroed(p->count, sizeof *p->denied);
    return true;
}

void checks_start_permissions(struct checks_work *work)
{
    struct checks_permissions *p = &work->permissions;
    char principal[IAM_ARN], role[65];
    struct error err;
    enum iam_principal kind = iam_principal_of(work->checks->arn, principal, role);
    if (kind == IAM_PRINCIPAL_ROOT) {
        checks_hint(work, CHECK_PERMISSIONS, "Its keys open everything: use a user or a role.");
        checks_end(work, CHECK_PERMISSIONS, CHECK_WARN,
                   "This is the account's root user, which may do anything.");
    } else if (kind == IAM_PRINCIPAL_OTHER) {
        checks_end(work, CHECK_PERMISSIONS, CHECK_SKIP,
                   "IAM simulates users and roles only, not %s.", work->checks->arn);
    } else if (!read_table(work, &err)) {
        checks_end(work, CHECK_PERMISSIONS, CHECK_SKIP, "%s", err.text);
    } else if (kind == IAM_PRINCIPAL_ITSELF ||
               !iam_role_start(&p->role, &work->aws, role, role_known, &err)) {
        simulate(work, principal);
    }
}

void checks_finish_permissions(struct checks_work *work)
{
    struct checks_permissions *p = &work->permissions;
    iam_role_finish(&p->role);
    for (size_t i = 0; i < PERMISSION_BATCHES; i++)
        iam_simulation_finish(&p->batches[i]);
    json_decref(p->table);
    free(p->denied);
    *p = (struct checks_permissions){0};
}
