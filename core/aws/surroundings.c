#include "core/aws/surroundings.h"

#include "core/aws/endpoint.h"
#include "core/base/paths.h"

#include "core/base/alloc.h"

static const char *const names[] = {
    [SURROUNDING_NONE] = "",
    [SURROUNDING_ENVIRONMENT] = "environment",
    [SURROUNDING_WEB_IDENTITY] = "web identity",
    [SURROUNDING_CONTAINER] = "container",
    [SURROUNDING_MACHINE] = "instance role",
};

const char *surrounding_name(enum surrounding_id id)
{
    return names[id];
}

enum surrounding_id surrounding_named(struct str name)
{
    for (int id = SURROUNDING_ENVIRONMENT; id <= SURROUNDING_MACHINE; id++)
        if (str_is(name, names[id]))
            return (enum surrounding_id)id;
    return SURROUNDING_NONE;
}

static struct surrounding keys(const struct profiles *profiles)
{
    bool token = profiles_env(profiles, "AWS_SESSION_TOKEN") != NULL;
    bool secret = profiles_env(profiles, "AWS_SECRET_ACCESS_KEY") != NULL;
    return (struct surrounding){
        .id = SURROUNDING_ENVIRONMENT,
        .name = names[SURROUNDING_ENVIRONMENT],
        .kind = token ? "session" : "static",
        .source = "AWS_ACCESS_KEY_ID",
        .access_key_id = profiles_env(profiles, "AWS_ACCESS_KEY_ID"),
        .error = secret ? NULL : "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not.",
    };
}

static struct surrounding web_identity(const struct profiles *profiles)
{
    return (struct surrounding){
        .id = SURROUNDING_WEB_IDENTITY,
        .name = names[SURROUNDING_WEB_IDENTITY],
        .kind = "web-identity",
        .source = "AWS_WEB_IDENTITY_TOKEN_FILE",
        .error = profiles_env(profiles, "AWS_ROLE_ARN")
                     ? NULL
                     : "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not.",
    };
}

/* https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/identify_ec2_instances.html */
static bool is_ec2(void)
{
    struct buf vendor = {.data = NULL};
    bool ok = file_read("/sys/devices/virtual/dmi/id/sys_vendor", 256, &vendor, NULL) &&
              str_is(str_trim(buf_str(&vendor)), "Amazon EC2");
    buf_finish(&vendor);
    return ok;
}

size_t profiles_surroundings(const struct profiles *profiles,
                             struct surrounding out[SURROUNDINGS_MAX])
{
    static const char relative[] = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    static const char full[] = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    static const char service[] = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
    bool by_relative = profiles_env(profiles, relative) != NULL;
    size_t count = 0;
    if (profiles_env(profiles, "AWS_ACCESS_KEY_ID"))
        out[count++] = keys(profiles);
    if (profiles_env(profiles, "AWS_WEB_IDENTITY_TOKEN_FILE"))
        out[count++] = web_identity(profiles);
    if (by_relative || profiles_env(profiles, full))
        out[count++] = (struct surrounding){.id = SURROUNDING_CONTAINER,
                                            .name = names[SURROUNDING_CONTAINER],
                                            .kind = "container",
                                            .source = by_relative ? relative : full};
    if (!aws_flag(profiles_env(profiles, "AWS_EC2_METADATA_DISABLED")) &&
        (profiles_env(profiles, service) || is_ec2()))
        out[count++] =
            (struct surrounding){.id = SURROUNDING_MACHINE,
                                 .name = names[SURROUNDING_MACHINE],
                                 .kind = "instance",
                                 .source = profiles_env(profiles, service) ? service : NULL};
    return count;
}

/* ---- choosing one ---- */

static const struct profile *settings(const struct profiles *profiles)
{
    const char *name = profiles_env(profiles, "AWS_PROFILE");
    if (!name)
        name = profiles_env(profiles, "AWS_DEFAULT_PROFILE");
    return profiles_find(profiles, name ? name : "default");
}

void profiles_choose_surrounding(const struct profiles *profiles, enum surrounding_id id,
                                 struct profile_choice *choice)
{
    *choice = (struct profile_choice){
        .profile = settings(profiles),
        .name = names[id],
        .by = PROFILE_BY_OPTION,
        .environment = id == SURROUNDING_ENVIRONMENT,
        .web_identity = id == SURROUNDING_WEB_IDENTITY,
        .container = id == SURROUNDING_CONTAINER,
        .machine = id == SURROUNDING_MACHINE,
    };
}

enum surrounding_id profile_choice_surrounding(const struct profile_choice *choice)
{
    return choice->environment    ? SURROUNDING_ENVIRONMENT
           : choice->web_identity ? SURROUNDING_WEB_IDENTITY
           : choice->container    ? SURROUNDING_CONTAINER
           : choice->machine      ? SURROUNDING_MACHINE
                                  : SURROUNDING_NONE;
}
