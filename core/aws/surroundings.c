#include "core/aws/surroundings.h"

#include "core/aws/endpoint.h"
#include "core/base/paths.h"

#include "core/base/alloc.h"

static struct surrounding keys(const struct profiles *profiles)
{
    bool token = profiles_env(profiles, "AWS_SESSION_TOKEN") != NULL;
    bool secret = profiles_env(profiles, "AWS_SECRET_ACCESS_KEY") != NULL;
    return (struct surrounding){
        .name = "environment",
        .kind = token ? "session" : "static",
        .source = "AWS_ACCESS_KEY_ID",
        .access_key_id = profiles_env(profiles, "AWS_ACCESS_KEY_ID"),
        .error = secret ? NULL : "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not.",
    };
}

static struct surrounding web_identity(const struct profiles *profiles)
{
    return (struct surrounding){
        .name = "web identity",
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
    bool by_relative = profiles_env(profiles, relative) != NULL;
    size_t count = 0;
    if (profiles_env(profiles, "AWS_ACCESS_KEY_ID"))
        out[count++] = keys(profiles);
    if (profiles_env(profiles, "AWS_WEB_IDENTITY_TOKEN_FILE"))
        out[count++] = web_identity(profiles);
    if (by_relative || profiles_env(profiles, full))
        out[count++] = (struct surrounding){
            .name = "container", .kind = "container", .source = by_relative ? relative : full};
    if (!aws_flag(profiles_env(profiles, "AWS_EC2_METADATA_DISABLED")) && is_ec2())
        out[count++] = (struct surrounding){.name = "instance role", .kind = "instance"};
    return count;
}
