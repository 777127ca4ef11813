/* Is there room in the account's quotas for what is going to be built? Limits from Service Quotas,
 * usage by counting what there is. A warning at most: counting is not AWS's own. What is short can
 * be asked for: what was asked before is looked up first. */
#include "core/session/checks_work.h"

#include <assert.h>

#include "core/base/alloc.h"

enum { QUOTA_CPU, QUOTA_ADDRESS, QUOTA_VPC, QUOTA_NAT };

static const struct {
    const char *service, *code, *what;
    enum inventory_kind kind;
} quotas[CHECK_QUOTA_COUNT] = {
    [QUOTA_CPU] = {"ec2", "L-1216C47A", "on-demand vCPUs", INVENTORY_INSTANCE},
    [QUOTA_ADDRESS] = {"ec2", "L-0263D0A3", "elastic IPs", INVENTORY_ADDRESS},
    [QUOTA_VPC] = {"vpc", "L-F678F1CE", "VPCs", INVENTORY_VPC},
    [QUOTA_NAT] = {"vpc", "L-FE5A380F", "NAT gateways", INVENTORY_NAT_GATEWAY},
};

/* ---- counting ---- */

/* By the table of prices; what is not in it by its size: large 2, xlarge 4, Nxlarge 4 × N. */
static int cpus_of(const struct checks *checks, const char *type)
{
    const char *dot = strchr(type, '.');
    double memory, price;
    int cpus = 0;
    int64_t times;
    if (checks->estimates && estimate_instance(checks->estimates, type, &cpus, &memory, &price))
        return cpus;
    struct str size = str_of(dot ? dot + 1 : "");
    if (str_is(size, "xlarge"))
        return 4;
    if (str_ends(size, STR("xlarge")) &&
        str_to_int64((struct str){size.data, size.len - 6}, &times) && times > 0 && times < 200)
        return (int)(4 * times);
    return 2;
}

/* The standard families: A, C, D, H, I, M, R, T, Z, and none of those that only begin alike. */
static bool is_standard(const char *type)
{
    static const char *const others[] = {"inf", "hpc", "dl", "trn", "mac", "high"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (str_starts(str_of(type), str_of(others[i])))
            return false;
    return type[0] && strchr("acdhimrtz", type[0]);
}

static void count(void *context, const struct inventory_item *item)
{
    struct checks_work *work = context;
    for (size_t i = 0; i < CHECK_QUOTA_COUNT; i++) {
        struct check_quota *quota = &work->checks->quotas[i];
        bool running = item->kind != INVENTORY_INSTANCE || strcmp(item->state, "running") == 0 ||
                       strcmp(item->state, "pending") == 0;
        if (quotas[i].kind != item->kind || item->gone || !running)
            continue;
        if (item->kind == INVENTORY_INSTANCE)
            quota->used += is_standard(item->type) ? cpus_of(work->checks, item->type) : 0;
        else
            quota->used++;
    }
}

/* ---- judging ---- */

static int64_t needed(const struct checks *checks, size_t which)
{
    int64_t nodes = 0;
    if (checks->standing)
        return 0;
    if (which != QUOTA_CPU)
        return 1;
    assert(checks->answers); /* asked for only with them */
    str_to_int64(str_of(checks->answers->node_count), &nodes);
    return nodes * cpus_of(checks, checks->answers->instance_type);
}

bool check_quota_exceeded(const struct check_quota *quota)
{
    return quota->known && quota->counted && quota->needed > 0 &&
           quota->used + quota->needed > quota->limit;
}

/* What to do: ask, or wait for what was asked for. */
static void advise(struct checks_work *work)
{
    const struct checks *checks = work->checks;
    struct buf open = {0}, asked = {0};
    for (size_t i = 0; i < CHECK_QUOTA_COUNT; i++) {
        const struct check_quota *q = &checks->quotas[i];
        if (!check_quota_exceeded(q))
            continue;
        if (q->wished > 0)
            buf_printf(&asked, "%s%lld %s%s%s (%s)", asked.len ? ", " : "", (long long)q->wished,
                       q->what, q->wish_since[0] ? " on " : "", q->wish_since, q->wish_status);
        else
            buf_printf(&open, "%s%lld %s", open.len ? ", " : "",
                       (long long)q->used + (long long)q->needed, q->what);
    }
    if (work->quotas.refused.kind)
        checks_hint(work, CHECK_QUOTAS, "AWS did not take the request: %s",
                    work->quotas.refused.text);
    else if (open.len > 0)
        checks_hint(work, CHECK_QUOTAS, "Ask AWS for %s%s (u does), or make room.", buf_cstr(&open),
                    asked.len > 0 ? " as well" : "");
    else
        checks_hint(work, CHECK_QUOTAS, "AWS was asked for %s; it decides in hours or days.",
                    buf_cstr(&asked));
    buf_finish(&open);
    buf_finish(&asked);
}

static void say_exceeded(struct checks_work *work)
{
    const struct checks *checks = work->checks;
    struct buf text = {0};
    for (size_t i = 0; i < CHECK_QUOTA_COUNT; i++) {
        const struct check_quota *q = &checks->quotas[i];
        if (!check_quota_exceeded(q))
            continue;
        buf_printf(&text, "%s%lld %s allowed, %lld in use, %lld %s needed", text.len ? "; " : "",
                   (long long)q->limit, q->what, (long long)q->used, (long long)q->needed,
                   q->used > 0      ? "more"
                   : q->needed == 1 ? "is"
                                    : "are");
        if (i == QUOTA_CPU)
            buf_printf(&text, " for %s × %s", checks->answers->node_count,
                       checks->answers->instance_type);
    }
    advise(work);
    checks_end(work, CHECK_QUOTAS, CHECK_WARN, "%s.", buf_cstr(&text));
    buf_finish(&text);
}

static void say_room(struct checks_work *work, bool all)
{
    struct buf text = {0};
    for (size_t i = 0; i < CHECK_QUOTA_COUNT; i++) {
        const struct check_quota *q = &work->checks->quotas[i];
        if (q->known && q->counted)
            buf_printf(&text, "%s%lld of %lld %s", text.len ? ", " : "",
                       (long long)q->used + (long long)q->needed, (long long)q->limit, q->what);
    }
    checks_end(work, CHECK_QUOTAS, CHECK_PASS, "%s%s", buf_cstr(&text),
               all ? "" : "; the others are not known");
    buf_finish(&text);
}

static void tell_details(struct checks_work *work)
{
    const struct check_quota *q = work->checks->quotas;
    work->checks->items[CHECK_QUOTAS].details[0] = '\0';
    for (size_t i = 0; i < CHECK_QUOTA_COUNT; i++, q++) {
        if (q->known && q->counted)
            checks_detail(work, CHECK_QUOTAS, "%s (%s %s): %lld allowed, %lld in use, %lld needed",
                          q->what, q->service, q->code, (long long)q->limit, (long long)q->used,
                          (long long)q->needed);
        else
            checks_detail(work, CHECK_QUOTAS, "%s (%s %s): not known", q->what, q->service,
                          q->code);
        if (q->wished > 0)
            checks_detail(work, CHECK_QUOTAS, "  AWS was asked for %lld%s%s: %s",
                          (long long)q->wished, q->wish_since[0] ? " on " : "", q->wish_since,
                          q->wish_status);
    }
}

static void judge(struct checks_work *work)
{
    const struct check_quota *q = work->checks->quotas;
    size_t known = 0, over = 0;
    for (size_t i = 0; i < CHECK_QUOTA_COUNT; i++, q++) {
        known += q->known && q->counted;
        over += check_quota_exceeded(q);
    }
    tell_details(work);
    checks_hint(work, CHECK_QUOTAS, "%s", "");
    if (over > 0)
        say_exceeded(work);
    else if (known > 0)
        say_room(work, known == CHECK_QUOTA_COUNT);
    else
        checks_end(work, CHECK_QUOTAS, CHECK_SKIP, "Not known. %s", work->quotas.error.text);
}

void checks_weigh_quotas(struct checks *checks)
{
    struct checks_work *work = checks->work;
    bool judged = work && work->quotas.open == 0 && checks->quotas[0].code;
    if (!judged || checks->items[CHECK_QUOTAS].state == CHECK_RUNNING)
        return;
    for (size_t i = 0; i < CHECK_QUOTA_COUNT; i++)
        checks->quotas[i].needed = needed(checks, i);
    judge(work);
}

/* ---- what AWS was asked for ---- */

static void keep_wish(struct check_quota *quota, const struct quota_wish *wish)
{
    if (!wish->ok || !wish->open)
        return;
    quota->wished = (int64_t)wish->value;
    memcpy(quota->wish_status, wish->status, sizeof quota->wish_status);
    memcpy(quota->wish_since, wish->since, sizeof quota->wish_since);
}

/* Without leave to look, it counts as not asked: AWS refuses to be asked twice. */
static void wish_known(struct quota_wish *wish)
{
    struct checks_work *work = wish->context;
    keep_wish(&work->checks->quotas[wish - work->quotas.wishes], wish);
    if (--work->quotas.open == 0)
        judge(work);
}

static void look_for_wishes(struct checks_work *work)
{
    work->quotas.open = 1;
    for (size_t i = 0; i < CHECK_QUOTA_COUNT; i++) {
        struct quota_wish *wish = &work->quotas.wishes[i];
        struct error ignored;
        if (!check_quota_exceeded(&work->checks->quotas[i]) ||
            !quota_wish_look(wish, &work->aws, quotas[i].service, quotas[i].code, wish_known,
                             &ignored))
            continue;
        wish->context = work;
        work->quotas.open++;
    }
    if (--work->quotas.open == 0)
        judge(work);
}

size_t checks_quotas_to_raise(const struct checks *checks,
                              const struct check_quota *out[CHECK_QUOTA_COUNT])
{
    size_t count = 0;
    for (size_t i = 0; i < CHECK_QUOTA_COUNT; i++)
        if (check_quota_exceeded(&checks->quotas[i]) && checks->quotas[i].wished == 0)
            out[count++] = &checks->quotas[i];
    return count;
}

static void wish_taken(struct quota_wish *wish)
{
    struct checks_work *work = wish->context;
    keep_wish(&work->checks->quotas[wish - work->quotas.wishes], wish);
    if (!wish->ok && !work->quotas.refused.kind)
        work->quotas.refused = wish->error;
    if (--work->quotas.open == 0)
        judge(work);
}

bool checks_raise_quotas(struct checks *checks)
{
    struct checks_work *work = checks->work;
    const struct check_quota *wanted[CHECK_QUOTA_COUNT];
    size_t count = work && work->quotas.open == 0 ? checks_quotas_to_raise(checks, wanted) : 0;
    if (count == 0)
        return false;
    work->quotas.refused = (struct error){.kind = ERROR_NONE};
    work->quotas.open = count;
    for (size_t n = 0; n < count; n++) {
        size_t i = (size_t)(wanted[n] - checks->quotas);
        struct quota_wish *wish = &work->quotas.wishes[i];
        quota_wish_finish(wish);
        if (quota_wish_send(wish, &work->aws, quotas[i].service, quotas[i].code,
                            (double)(wanted[n]->used + wanted[n]->needed), wish_taken,
                            &work->quotas.refused)) {
            wish->context = work;
        } else if (--work->quotas.open == 0) {
            judge(work);
        }
    }
    return true;
}

/* ---- asking ---- */

static void ended(struct checks_work *work, const struct error *err)
{
    if (err && !work->quotas.error.kind)
        work->quotas.error = *err;
    if (--work->quotas.open == 0)
        look_for_wishes(work);
}

static void limit_known(struct quota *quota)
{
    struct checks_work *work = quota->context;
    struct check_quota *known = &work->checks->quotas[quota - work->quotas.limits];
    known->known = quota->ok;
    known->limit = quota->ok ? (int64_t)quota->value : 0;
    ended(work, quota->ok ? NULL : &quota->error);
}

static void used_known(struct inventory_list *list)
{
    struct checks_work *work = list->context;
    work->checks->quotas[list - work->quotas.used].counted = list->pages.ok;
    ended(work, list->pages.ok ? NULL : &list->pages.error);
}

static void ask(struct checks_work *work, size_t i)
{
    struct inventory_list *used = &work->quotas.used[i];
    struct error err;
    if (!quota_start(&work->quotas.limits[i], &work->aws, quotas[i].service, quotas[i].code,
                     limit_known, &err))
        ended(work, &err);
    work->quotas.limits[i].context = work;
    used->context = work;
    used->item = count;
    used->done = used_known;
    if (!inventory_list_start(used, &work->aws, quotas[i].kind, NULL, NULL, &err))
        ended(work, &err);
}

void checks_start_quotas(struct checks_work *work)
{
    struct checks *checks = work->checks;
    if (!checks->answers || !checks->estimates) {
        checks_end(work, CHECK_QUOTAS, CHECK_SKIP, "It is not known what is going to be built.");
        return;
    }
    if (!checks->region[0]) {
        checks_end(work, CHECK_QUOTAS, CHECK_SKIP, "Needs a region.");
        return;
    }
    work->quotas.open = 2 * (size_t)CHECK_QUOTA_COUNT;
    for (size_t i = 0; i < CHECK_QUOTA_COUNT; i++) {
        checks->quotas[i] = (struct check_quota){.service = quotas[i].service,
                                                 .code = quotas[i].code,
                                                 .what = quotas[i].what,
                                                 .needed = needed(checks, i)};
        ask(work, i);
    }
}

void checks_finish_quotas(struct checks_work *work)
{
    for (size_t i = 0; i < CHECK_QUOTA_COUNT; i++) {
        quota_finish(&work->quotas.limits[i]);
        inventory_list_finish(&work->quotas.used[i]);
        quota_wish_finish(&work->quotas.wishes[i]);
    }
}
