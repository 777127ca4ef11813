/* The facts beside the rows of the Domain form, and what follows from the zone. */
#include "core/base/alloc.h"
#include "core/session/session_zones.h"
#include "screens/domain.h"

#include <stdarg.h>

static __attribute__((format(printf, 4, 5))) void note(struct domain_form *self,
                                                       enum domain_row row, enum role role,
                                                       const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(self->hints[row], sizeof self->hints[row], format, args);
    va_end(args);
    self->rows[row].hint_role = role;
}

/* Hub and PyPI are being built by this run, with a domain or without one. */
static bool is_settled(const struct session *session)
{
    const struct run *run = &session->run;
    bool settled = false;
    for (int i = 0; i < STAGES; i++)
        if (stage_stands_on(&stage_table[STAGE_DOMAIN], i))
            settled |= run->stages[i].step > STEP_INIT || run->stages[i].ended_ms != 0;
    return settled && run_is_open(run) && run->phase != RUN_OVER && run->command == RUN_APPLY;
}

static void note_wanted(struct domain_form *self, const struct session *session, bool up)
{
    bool wanted = self->wanted.chosen != 0, settled = is_settled(session);
    self->rows[DOMAIN_WANTED].locked = up || settled;
    if (up)
        note(self, DOMAIN_WANTED, ROLE_NORMAL, "ekshub-tui destroy domain ends it");
    else if (settled)
        note(self, DOMAIN_WANTED, ROLE_NORMAL, "this run builds %s it already",
             wanted ? "with" : "without");
    else if (wanted && !session->answers.cert_manager)
        note(self, DOMAIN_WANTED, ROLE_WARNING, "needs cert-manager, left out of EKS");
    else if (wanted)
        note(self, DOMAIN_WANTED, ROLE_NORMAL, "one https entrance for both");
    else
        note(self, DOMAIN_WANTED, ROLE_WARNING, "plain http: readable on the way");
}

static void note_zone(struct domain_form *self, const struct session *session)
{
    const struct session_zones *zones = session->zones;
    const char *zone = session->answers.domain_zone;
    bool lacks = *zone && session_zones_lack(session, zone);
    bool makes = strcmp(session->answers.domain_create_zone, "true") == 0;
    bool has = *zone && zones && zones->over && route53_zone_named(&zones->route53, zone);
    if (!zones || !zones->over)
        note(self, DOMAIN_ZONE, ROLE_NORMAL, zones ? "asking Route 53 for yours" : "of Route 53");
    else if (zones->error.kind)
        note(self, DOMAIN_ZONE, ROLE_NORMAL, "Route 53 does not tell which you have");
    else if (zones->route53.zone_count == 0)
        note(self, DOMAIN_ZONE, ROLE_NORMAL, "the account has none yet");
    else
        note(self, DOMAIN_ZONE, ROLE_NORMAL, "the account has %zu%s", zones->route53.zone_count,
             zones->route53.more ? " and more" : "");
    note(self, DOMAIN_KNOWN, ROLE_NORMAL, "Space lists them");
    if (makes && has)
        note(self, DOMAIN_MAKE, ROLE_WARNING, "it is there already: choose there");
    else if (makes)
        note(self, DOMAIN_MAKE, ROLE_NORMAL, "its NS records go to the registrar");
    else if (lacks)
        note(self, DOMAIN_MAKE, ROLE_WARNING, "the account has no such zone");
    else
        note(self, DOMAIN_MAKE, has ? ROLE_SUCCESS : ROLE_NORMAL, "%s",
             has ? "in this account" : "in this account, and public");
}

static void note_rest(struct domain_form *self, const struct answers *answers)
{
    bool http = strcmp(answers->domain_challenge, "http01") == 0;
    bool staging = strcmp(answers->domain_acme_server, "staging") == 0;
    note(self, DOMAIN_HUB, ROLE_NORMAL, "a name in the zone");
    note(self, DOMAIN_PYPI, ROLE_NORMAL, "another one");
    note(self, DOMAIN_OPEN, ROLE_NORMAL, "%s",
         strstr(answers->domain_source_ranges, "0.0.0.0/0") ? "the whole internet, over https"
                                                            : "over https");
    note(self, DOMAIN_EMAIL, ROLE_NORMAL, "Let's Encrypt writes there");
    note(self, DOMAIN_SERVER, ROLE_NORMAL, "%s",
         staging ? "no browser trusts it; to try first" : "trusted; five a week for a name");
    note(self, DOMAIN_PROOF, ROLE_NORMAL, "%s",
         http ? "a visit from anywhere, on port 80" : "a record in the zone; nobody visits");
}

/* What a name becomes when none is typed. */
static void suggest_hosts(struct domain_form *self, const struct session *session)
{
    struct answers bare = {.domain_hub_host = ""};
    str_copy(str_of(session->answers.domain_zone), bare.domain_zone, sizeof bare.domain_zone);
    answers_hub_host(&bare, self->hub_host);
    answers_pypi_host(&bare, self->pypi_host);
}

static void follow_known(struct domain_form *self, const struct session *session)
{
    const struct session_zones *zones = session->zones;
    const struct route53_zone *named =
        zones && zones->over ? route53_zone_named(&zones->route53, session->answers.domain_zone)
                             : NULL;
    self->known.count = 1 + (zones && zones->over ? (int)zones->route53.zone_count : 0);
    self->known.chosen = named ? 1 + (int)(named - zones->route53.zones) : 0;
}

void domain_notes(struct domain_form *self, const struct session *session)
{
    follow_known(self, session);
    suggest_hosts(self, session);
    note_wanted(self, session, forms_up(session, STAGE_DOMAIN));
    note_zone(self, session);
    note_rest(self, &session->answers);
}
