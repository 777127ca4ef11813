/* The facts beside the fields of the EKS form: what a choice costs, until when it is supported, who
 * gets in by it. Made anew whenever an answer changes. */
#include "screens/cluster.h"

#include <stdarg.h>

#include "core/base/alloc.h"

static __attribute__((format(printf, 4, 5))) void note(struct cluster_form *self,
                                                       enum cluster_row row, enum role role,
                                                       const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(self->hints[row], sizeof self->hints[row], format, args);
    va_end(args);
    self->rows[row].hint_role = role;
}

static void note_version(struct cluster_form *self, const struct session *session)
{
    const char *ends =
        estimate_support_ends(&session->estimates, session->answers.kubernetes_version);
    char today[CLOCK_TEXT];
    clock_rfc3339(words_wall(session), today);
    if (ends[0] && strncmp(ends, today, 10) < 0)
        note(self, ROW_VERSION, ROLE_WARNING, "standard support ended on %s", ends);
    else if (ends[0])
        note(self, ROW_VERSION, ROLE_NORMAL, "standard support until %s", ends);
    else
        note(self, ROW_VERSION, ROLE_NORMAL, "EKS says whether it offers it");
}

static void note_size(struct cluster_form *self, const struct session *session)
{
    int cpu = 0;
    double memory = 0, price = 0;
    char money[WORDS];
    const char *type = session->answers.instance_type;
    if (estimate_instance(&session->estimates, type, &cpu, &memory, &price))
        note(self, ROW_TYPE, ROLE_NORMAL, "%d cpu, %g GiB · %s each", cpu, memory,
             words_money(price, money));
    else
        note(self, ROW_TYPE, ROLE_WARNING, "not in the price table: cost unknown");
    note(self, ROW_NODES, ROLE_NORMAL, "2 or more: each zone keeps one");
    note(self, ROW_DISK, ROLE_NORMAL, "a workspace image takes about 10");
}

static void note_zones(struct cluster_form *self, const struct session *session)
{
    const struct checks *checks = &session->checks;
    struct buf text = {0};
    for (size_t i = 0; i < checks->zone_count; i++)
        buf_printf(&text, "%s%s", i > 0 ? " " : "", checks->zones[i]);
    if (checks->zone_count > 0)
        note(self, ROW_ZONES, ROLE_NORMAL, "of %s", buf_cstr(&text));
    else
        note(self, ROW_ZONES, ROLE_NORMAL, "two, with a comma between them");
    buf_finish(&text);
}

static void note_access(struct cluster_form *self, const struct session *session)
{
    const struct answers *answers = &session->answers;
    if (strstr(answers->endpoint_cidrs, "0.0.0.0/0"))
        note(self, ROW_API, ROLE_WARNING, "the whole internet may knock");
    else
        note(self, ROW_API, ROLE_NORMAL, "who may reach the Kubernetes API");
    if (answers->admin_arns[0])
        note(self, ROW_ADMINS, ROLE_NORMAL, "besides you");
    else
        note(self, ROW_ADMINS, ROLE_NORMAL, "without a second one, only you get in");
}

static void note_store(struct cluster_form *self, const struct answers *answers)
{
    bool local = strcmp(answers->state_store, "local") == 0;
    note(self, ROW_STORE, ROLE_NORMAL, "%s",
         local ? "S3 or HCP let a team share it" : "shared: one at a time changes it");
    note(self, ROW_BUCKET, ROLE_NORMAL, "%s",
         strcmp(answers->state_create_bucket, "true") == 0 ? "made with versions when it is missing"
                                                           : "must be there");
    note(self, ROW_ORGANIZATION, ROLE_NORMAL, "with workspaces that execute locally");
}

static void note_more(struct cluster_form *self, const struct session *session)
{
    const struct answers *answers = &session->answers;
    unsigned tags = 0;
    for (const char *at = answers->tags; *at; at++)
        tags += at == answers->tags || at[-1] == ',';
    char count[WORDS];
    if (self->more.open)
        snprintf(self->more.text, sizeof self->more.text, "shown below");
    else
        snprintf(self->more.text, sizeof self->more.text, "%s%s",
                 answers->cert_manager ? "cert-manager, " : "",
                 tags > 0 ? words_count(tags, "tag", "tags", count) : "no tags");
    note(self, ROW_MORE, ROLE_NORMAL, "Space shows add-ons, tags, state");
    note(self, ROW_CERT_MANAGER, ROLE_NORMAL, "certificates, for a domain later on");
    note(self, ROW_TAGS, ROLE_NORMAL, "name=value, with commas");
    note(self, ROW_NETWORK, ROLE_NORMAL, "a new VPC of its own");
    note_store(self, answers);
    enum cluster_row folded[] = {ROW_CERT_MANAGER, ROW_TAGS,   ROW_NETWORK,
                                 ROW_STORE,        ROW_BUCKET, ROW_ORGANIZATION};
    for (size_t i = 0; i < sizeof folded / sizeof *folded; i++) {
        bool wrong = form_complaint(&self->form, (int)folded[i]) != NULL;
        self->more.open |= wrong; /* what complains is not folded away */
        self->rows[folded[i]].hidden = !self->more.open;
    }
    self->rows[ROW_BUCKET].hidden |= strcmp(answers->state_store, "s3") != 0;
    self->rows[ROW_ORGANIZATION].hidden |= strcmp(answers->state_store, "hcp") != 0;
}

static void note_cost(struct cluster_form *self, const struct session *session)
{
    struct estimate_parts parts = estimate_eks(&session->estimates, &session->answers);
    char nodes[24] = "unknown";
    if (parts.nodes > 0)
        snprintf(nodes, sizeof nodes, "%.2f", parts.nodes);
    note(self, ROW_COST, ROLE_NORMAL,
         "$/h: control plane %.2f · %s × %s %s · NAT gateway %.2f · disks %.2f · "
         "prices of %s",
         parts.control_plane, session->answers.node_count, session->answers.instance_type, nodes,
         parts.nat, parts.disks, session->estimates.priced);
}

void cluster_note_all(struct cluster_form *self, const struct session *session)
{
    note(self, ROW_NAME, ROLE_NORMAL, "%s",
         self->rows[ROW_NAME].locked ? "of this deployment: it stays"
                                     : "of the cluster and its directory");
    note_version(self, session);
    note_size(self, session);
    note_zones(self, session);
    note_access(self, session);
    note_cost(self, session);
    note_more(self, session);
}
