#include "core/session/session_zones.h"

#include "core/base/alloc.h"
#include "core/session/session_work.h"

void session_zones_close(struct session *session)
{
    struct session_zones *zones = session->zones;
    if (!zones)
        return;
    route53_finish(&zones->route53);
    aws_access_finish(&zones->aws);
    free(zones);
    session->zones = NULL;
}

static void on_zones(struct route53 *route53)
{
    struct session_zones *zones = container_of(route53, struct session_zones, route53);
    zones->over = true;
    if (!route53->ok)
        zones->error = route53->error;
}

static bool begin(struct session_zones *zones)
{
    struct session *session = zones->session;
    return aws_access_open(&zones->aws, &session->http, session->signals, session->place,
                           session->profile >= 0 ? zones->profile : NULL, session->answers.region,
                           &zones->error) &&
           route53_zones(&zones->route53, &zones->aws.aws, NULL, on_zones, &zones->error);
}

void session_zones_ask(struct session *session)
{
    const char *profile = session->choice.name ? session->choice.name : "";
    if (!session->profiles_read || !session_has_credentials(session) ||
        !session->answers.region[0] ||
        (session->zones && strcmp(session->zones->profile, profile) == 0))
        return;
    session_zones_close(session);
    struct session_zones *zones = session->zones = alloc_zeroed(1, sizeof *zones);
    zones->session = session;
    str_copy(str_of(profile), zones->profile, sizeof zones->profile);
    zones->over = !begin(zones);
}
