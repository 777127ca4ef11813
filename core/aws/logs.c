/* DescribeLogGroups and DeleteLogGroup, in JSON 1.1; see logs.h. */
#include "core/aws/logs.h"

#include "core/base/json.h"

#include "core/base/alloc.h"

static bool send(struct logs_group *group, struct aws *aws, const char *action,
                 const char *parameter, const char *name, void (*done)(struct aws_request *request),
                 struct error *err)
{
    json_t *body = json_object();

    aws_request_init(&group->request, aws, AWS_LOGS, action, "POST", "/");
    buf_printf(&group->request.headers,
               "Content-Type: application/x-amz-json-1.1\nX-Amz-Target: Logs_20140328.%s\n",
               action);
    js_set_text(body, parameter, name);
    js_dump(body, &group->request.body);
    json_decref(body);
    group->request.done = done;
    return aws_request_send(&group->request, err);
}

static void looked(struct aws_request *request)
{
    struct logs_group *group = container_of(request, struct logs_group, request);
    json_t *json = request->ok ? js_parse(buf_str(&request->http.response), NULL) : NULL;
    char path[64];

    group->ok = request->ok;
    group->error = request->error;
    if (request->ok && !json_is_array(js_get(json, "logGroups")))
        group->ok = aws_request_nonsense(request, &group->error);
    for (size_t i = 0; i < js_count(json, "logGroups"); i++) {
        snprintf(path, sizeof path, "logGroups.%zu.logGroupName", i);
        if (!str_is(js_str(json, path), group->name))
            continue;
        group->there = true;
        snprintf(path, sizeof path, "logGroups.%zu.storedBytes", i);
        group->bytes = js_int(json, path, 0);
    }
    json_decref(json);
    group->done(group);
}

static void removed(struct aws_request *request)
{
    struct logs_group *group = container_of(request, struct logs_group, request);

    group->ok = request->ok || request->refusal.trouble == AWS_MISSING;
    group->error = request->error;
    group->done(group);
}

bool logs_group_start(struct logs_group *group, struct aws *aws, const char *name,
                      void (*done)(struct logs_group *group), struct error *err)
{
    *group = (struct logs_group){.done = done};
    str_copy(str_of(name), group->name, sizeof group->name);
    return send(group, aws, "DescribeLogGroups", "logGroupNamePrefix", name, looked, err);
}

bool logs_group_remove(struct logs_group *group, struct aws *aws, const char *name,
                       void (*done)(struct logs_group *group), struct error *err)
{
    *group = (struct logs_group){.done = done};
    str_copy(str_of(name), group->name, sizeof group->name);
    return send(group, aws, "DeleteLogGroup", "logGroupName", name, removed, err);
}

void logs_group_finish(struct logs_group *group)
{
    aws_request_finish(&group->request);
}
