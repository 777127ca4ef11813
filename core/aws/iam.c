/* ListAccountAliases; a refusal is as good as no alias. */
#include "core/aws/iam.h"

#include "core/base/xml.h"

#include "core/base/alloc.h"

static void done(struct aws_request *request)
{
    struct iam_alias *alias = container_of(request, struct iam_alias, request);
    struct str list;

    if (request->ok && xml_find(buf_str(&request->http.response), "AccountAliases", &list))
        xml_value(list, "member", alias->alias, sizeof alias->alias);
    for (char *c = alias->alias; *c;
         c++) { /* lower-case letters, digits and - only, says the API */
        if (*c != '-' && !(*c >= '0' && *c <= '9') && !(*c >= 'a' && *c <= 'z'))
            alias->alias[0] = '\0';
        if (!alias->alias[0])
            break;
    }
    alias->done(alias);
}

bool iam_alias_start(struct iam_alias *alias, struct aws *aws,
                     void (*when_done)(struct iam_alias *alias), struct error *err)
{
    *alias = (struct iam_alias){.done = when_done};
    aws_form_init(&alias->request, aws, AWS_IAM, "ListAccountAliases", "2010-05-08");
    alias->request.done = done;
    return aws_request_send(&alias->request, err);
}

void iam_alias_finish(struct iam_alias *alias)
{
    aws_request_finish(&alias->request);
}
