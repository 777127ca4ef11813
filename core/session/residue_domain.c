/* First the zone by its name, then its records, then whose the zone is; see residue_domain.h. */
#include "core/session/residue_domain.h"

#include "core/base/alloc.h"

static void over(struct residue_domain *domain, bool ok)
{
    domain->ok = ok;
    domain->error = domain->route53.error;
    domain->done(domain);
}

/* ---- whose it is ---- */

/* What external-dns notes beside each of its records, with us as the owner. */
static bool names_owner(const char *value, const char *cluster)
{
    char mark[160];
    snprintf(mark, sizeof mark, "external-dns/owner=%.120s", cluster);
    const char *at = strstr(value, mark);
    return at && strchr(",\" ", at[strlen(mark)]);
}

static bool is_note(const struct route53_record *record)
{
    return strcmp(record->type, "TXT") == 0;
}

static bool leads_somewhere(const struct route53_record *record)
{
    return strcmp(record->type, "A") == 0 || strcmp(record->type, "AAAA") == 0 ||
           strcmp(record->type, "CNAME") == 0;
}

/* The zone's order is by name, so a note may come before or behind what it is about. */
static void on_record(void *context, const struct route53_record *record)
{
    struct residue_domain *domain = context;
    if (!leads_somewhere(record) &&
        !(is_note(record) && names_owner(record->value, domain->residue->cluster)))
        return;
    alloc_room(&domain->kept, domain->kept_count, &domain->kept_capacity, sizeof *domain->kept);
    domain->kept[domain->kept_count++] = *record;
}

/* "a-hub.demo.example.org" is about hub.demo.example.org; before external-dns 0.22 that of an alias
 * of A was called "cname-…". */
static bool is_about(const char *note, const struct route53_record *record)
{
    struct str rest = str_of(note), type;
    return str_cut(&rest, '-', &type) && str_is(rest, record->name) &&
           (str_eq_nocase(type, str_of(record->type)) || str_is(type, "cname"));
}

static bool is_ours(const struct residue_domain *domain, const struct route53_record *record)
{
    for (size_t i = 0; i < domain->kept_count; i++)
        if (is_note(&domain->kept[i]) && is_about(domain->kept[i].name, record))
            return true;
    return false;
}

static void add_records(struct residue_domain *domain)
{
    for (size_t i = 0; i < domain->kept_count; i++) {
        const struct route53_record *record = &domain->kept[i];
        struct inventory_item thing = {.gib = 0};
        if (!is_note(record) && !is_ours(domain, record))
            continue;
        snprintf(thing.id, sizeof thing.id, "%.180s %.11s", record->name, record->type);
        str_copy(str_of(domain->zone), thing.object, sizeof thing.object);
        residue_add(domain->residue, RESIDUE_RECORD, &thing);
    }
}

/* ---- the questions ---- */

static void on_tags(struct route53 *route53)
{
    struct residue_domain *domain = container_of(route53, struct residue_domain, route53);
    struct inventory_item thing = {.gib = 0};
    if (route53->ok && strcmp(route53->deployment, domain->residue->deployment) == 0) {
        snprintf(thing.id, sizeof thing.id, "%.190s", domain->answers->domain_zone);
        str_copy(str_of(domain->zone), thing.object, sizeof thing.object);
        residue_add(domain->residue, RESIDUE_ZONE, &thing);
    }
    over(domain, route53->ok);
}

static void on_records(struct route53 *route53)
{
    struct residue_domain *domain = container_of(route53, struct residue_domain, route53);
    if (route53->ok)
        add_records(domain);
    if (!route53->ok || domain->records_only)
        over(domain, route53->ok);
    else if (!route53_tags(&domain->route53, domain->aws, domain->zone, on_tags,
                           &domain->route53.error))
        over(domain, false);
}

static void on_zones(struct route53 *route53)
{
    struct residue_domain *domain = container_of(route53, struct residue_domain, route53);
    const struct route53_zone *zone =
        route53->ok ? route53_zone_named(route53, domain->answers->domain_zone) : NULL;
    if (!zone) {
        over(domain, route53->ok);
        return;
    }
    str_copy(str_of(zone->id), domain->zone, sizeof domain->zone);
    if (!route53_records(&domain->route53, domain->aws, domain->zone, on_record, domain, on_records,
                         &domain->route53.error))
        over(domain, false);
}

bool residue_domain_start(struct residue_domain *domain, struct aws *aws, struct residue *residue,
                          const struct answers *answers, bool records_only,
                          void (*done)(struct residue_domain *domain), struct error *err)
{
    residue_domain_finish(domain);
    *domain = (struct residue_domain){.aws = aws,
                                      .residue = residue,
                                      .answers = answers,
                                      .records_only = records_only,
                                      .done = done};
    return route53_zones(&domain->route53, aws, answers->domain_zone, on_zones, err);
}

void residue_domain_finish(struct residue_domain *domain)
{
    route53_finish(&domain->route53);
    free(domain->kept);
    domain->kept = NULL;
    domain->kept_count = domain->kept_capacity = 0;
}
