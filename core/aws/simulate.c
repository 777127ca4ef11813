/* GetRole and SimulatePrincipalPolicy; see simulate.h. */
#include "core/aws/simulate.h"

#include "core/base/xml.h"

#include "core/base/alloc.h"

/* "arn:aws:sts::123456789012:assumed-role/ROLE/SESSION" → "arn:aws:iam::123456789012:role/ROLE" */
static enum iam_principal session_of(struct str partition, struct str account, struct str rest,
                                     char principal[IAM_ARN], char role[65])
{
    struct str name;

    str_cut(&rest, '/', &name);
    if (name.len == 0 || !str_copy(name, role, 65))
        return IAM_PRINCIPAL_OTHER;
    snprintf(principal, IAM_ARN, "arn:%.*s:iam::%.*s:role/%s", STR_ARG(partition), STR_ARG(account),
             role);
    return IAM_PRINCIPAL_SESSION;
}

enum iam_principal iam_principal_of(const char *arn, char principal[IAM_ARN], char role[65])
{
    struct str rest = str_of(arn), part[5];

    principal[0] = role[0] = '\0';
    for (size_t i = 0; i < 5; i++)
        str_cut(&rest, ':', &part[i]);
    if (!str_is(part[0], "arn"))
        return IAM_PRINCIPAL_OTHER;
    if (str_is(part[2], "sts") && str_starts(rest, STR("assumed-role/")))
        return session_of(part[1], part[4], str_skip(rest, 13), principal, role);
    if (str_is(rest, "root"))
        return IAM_PRINCIPAL_ROOT;
    if (!str_is(part[2], "iam") ||
        (!str_starts(rest, STR("user/")) && !str_starts(rest, STR("role/"))))
        return IAM_PRINCIPAL_OTHER;
    str_copy(str_of(arn), principal, IAM_ARN);
    return IAM_PRINCIPAL_ITSELF;
}

/* ---- the role behind a session ---- */

static void role_done(struct aws_request *request)
{
    struct iam_role *role = container_of(request, struct iam_role, request);
    struct str inner;

    role->ok = request->ok && xml_find(buf_str(&request->http.response), "Role", &inner) &&
               xml_value(inner, "Arn", role->arn, sizeof role->arn);
    role->done(role);
}

bool iam_role_start(struct iam_role *role, struct aws *aws, const char *name,
                    void (*done)(struct iam_role *role), struct error *err)
{
    *role = (struct iam_role){.done = done};
    aws_form_init(&role->request, aws, AWS_IAM, "GetRole", "2010-05-08");
    aws_form_set(&role->request, "RoleName", str_of(name));
    role->request.done = role_done;
    return aws_request_send(&role->request, err);
}

void iam_role_finish(struct iam_role *role)
{
    aws_request_finish(&role->request);
}

/* ---- the simulation ---- */

static void page(struct aws_pages *pages, struct str body)
{
    struct iam_simulation *simulation = container_of(pages, struct iam_simulation, pages);
    struct str list, member;

    if (!xml_find(body, "EvaluationResults", &list))
        return;
    while (xml_next(&list, "member", &member)) {
        char action[128], decision[32];
        if (xml_child_value(member, "EvalActionName", action, sizeof action) &&
            xml_child_value(member, "EvalDecision", decision, sizeof decision))
            simulation->verdict(simulation, str_of(action), strcmp(decision, "allowed") == 0);
    }
}

static void done(struct aws_pages *pages)
{
    struct iam_simulation *simulation = container_of(pages, struct iam_simulation, pages);

    simulation->done(simulation);
}

/* What policies usually ask of the two actions that hand a role on. */
static void set_context(struct aws_pages *pages)
{
    static const char *const keys[] = {"iam:PassedToService", "iam:AWSServiceName"};

    for (int i = 0; i < 2; i++) {
        char name[64];
        snprintf(name, sizeof name, "ContextEntries.member.%d.ContextKeyName", i + 1);
        aws_pages_set(pages, name, str_of(keys[i]));
        snprintf(name, sizeof name, "ContextEntries.member.%d.ContextKeyType", i + 1);
        aws_pages_set(pages, name, STR("string"));
        snprintf(name, sizeof name, "ContextEntries.member.%d.ContextKeyValues.member.1", i + 1);
        aws_pages_set(pages, name, STR("eks.amazonaws.com"));
    }
}

void iam_simulation_init(struct iam_simulation *simulation, struct aws *aws, const char *principal)
{
    struct aws_pages *pages = &simulation->pages;

    aws_pages_init(pages, aws, &aws_paging_iam, "SimulatePrincipalPolicy");
    pages->page = page;
    pages->done = done;
    aws_pages_set(pages, "PolicySourceArn", str_of(principal));
    aws_pages_set(pages, "MaxItems", STR("1000"));
    set_context(pages);
}

void iam_simulation_action(struct iam_simulation *simulation, unsigned number, struct str action)
{
    char name[48];

    snprintf(name, sizeof name, "ActionNames.member.%u", number);
    aws_pages_set(&simulation->pages, name, action);
}

bool iam_simulation_send(struct iam_simulation *simulation, struct error *err)
{
    return aws_pages_send(&simulation->pages, err);
}

void iam_simulation_finish(struct iam_simulation *simulation)
{
    aws_pages_finish(&simulation->pages);
}
