/* DescribeInstanceHealth; see elb.h. */
#include "core/aws/elb.h"

#include "core/base/xml.h"

#include "core/base/alloc.h"

static void read_state(struct elb_health *health, struct str member)
{
    char state[24], why[200];
    struct buf clean = {0};

    health->instances++;
    xml_child_value(member, "State", state, sizeof state);
    if (strcmp(state, "InService") == 0) {
        health->in_service++;
        return;
    }
    xml_child_value(member, "Description", why, sizeof why);
    buf_sanitised(&clean, str_of(why), false);
    if (!health->why[0] && !str_is(buf_str(&clean), "N/A"))
        str_copy(buf_str(&clean), health->why, sizeof health->why);
    buf_finish(&clean);
}

static void done(struct aws_request *request)
{
    struct elb_health *health = container_of(request, struct elb_health, request);
    struct str list, member;

    health->ok = request->ok;
    health->error = request->error;
    health->missing = !request->ok && request->refusal.trouble == AWS_MISSING;
    if (request->ok && !xml_find(buf_str(&request->http.response), "InstanceStates", &list))
        health->ok = aws_request_nonsense(request, &health->error);
    while (health->ok && xml_next(&list, "member", &member))
        read_state(health, member);
    health->done(health);
}

bool elb_health_start(struct elb_health *health, struct aws *aws, const char *name,
                      void (*when_done)(struct elb_health *health), struct error *err)
{
    *health = (struct elb_health){.done = when_done};
    aws_form_init(&health->request, aws, AWS_ELB, "DescribeInstanceHealth", "2012-06-01");
    aws_form_set(&health->request, "LoadBalancerName", str_of(name));
    health->request.done = done;
    return aws_request_send(&health->request, err);
}

void elb_health_finish(struct elb_health *health)
{
    aws_request_finish(&health->request);
}
