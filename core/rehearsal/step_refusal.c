/* Which fault strikes a step, and what AWS says of a network that is still in use, and of a bucket
 * that is not empty. */
#include "core/rehearsal/step_refusal.h"

#include "core/base/json.h"
#include "core/base/paths.h"
#include "core/rehearsal/fault.h"
#include "core/rehearsal/values.h"
#include "core/rehearsal/world_things.h"

#include "core/base/alloc.h"

enum { RETRIES_SECONDS = 600 }; /* for which the provider tries to delete what is in use */

/* The text with each %s replaced by the first word of the detail. */
static void say(const char *text, const char *detail, char out[STEP_FAILURE])
{
    struct str rest = str_of(text), word, words = str_of(detail);
    struct buf said = {.data = NULL};
    str_cut(&words, ' ', &word);
    for (ptrdiff_t at; (at = str_find(rest, STR("%s"))) >= 0;
         rest = str_skip(rest, (size_t)at + 2)) {
        buf_append(&said, (struct str){rest.data, (size_t)at});
        buf_append(&said, word);
    }
    buf_append(&said, rest);
    str_copy(buf_str(&said), out, STEP_FAILURE);
    buf_finish(&said);
}

static bool strikes(const struct fault *fault, const struct step *step,
                    const struct settings *settings)
{
    return settings_has_fault(settings, fault->name) &&
           (!fault->detail || str_find(str_of(step->detail), str_of(fault->detail)) >= 0);
}

static bool struck(const char *dir, const struct step *step, const struct settings *settings,
                   int64_t now_ms, struct step_refusal *refusal, struct error *err)
{
    const struct fault *fault;
    for (size_t nth = 0; (fault = fault_at(step->address, nth)); nth++) {
        bool first = true;
        if (!strikes(fault, step, settings))
            continue;
        if (fault->once && !world_spend(dir, fault->name, now_ms, &first, err))
            return false;
        if (!first)
            continue;
        say(fault->text, step->detail, refusal->text);
        refusal->seconds = fault->seconds > 0 ? fault->seconds : step->seconds / 2;
        return true;
    }
    return true;
}

/* Whether something of a load balancer is in the VPC that will not go by itself. */
static bool in_use(const struct world *world, const struct settings *settings, int64_t now_ms,
                   bool groups)
{
    struct world_balancer balancers[WORLD_BALANCERS];
    struct world_remnant remnants[WORLD_BALANCERS * 3];
    size_t count = world_balancers(world, settings, now_ms, balancers, WORLD_BALANCERS);
    for (size_t i = 0; i < count; i++)
        if (balancers[i].status != WORLD_DELETING)
            return true;
    size_t rest = world_remnants(world, settings, now_ms, remnants, WORLD_BALANCERS * 3);
    for (size_t i = 0; groups && count == 0 && i < rest; i++)
        if (remnants[i].group)
            return true;
    return false;
}

#define REFUSED(OPERATION)                                                                         \
    "operation error EC2: " OPERATION ", https response error StatusCode: 400, RequestID: "        \
    "9b1f6a54-0f6e-4a3f-8a0b-6c1d2e7f5a90, api error DependencyViolation: "

static void say_in_use(const struct step *step, const char *vpc, char out[STEP_FAILURE])
{
    char id[33];
    values_digest(str_of(step->address), 17, false, id);
    if (strcmp(step->type, "aws_subnet") == 0)
        snprintf(out, STEP_FAILURE,
                 "deleting EC2 Subnet (subnet-%s): " REFUSED(
                     "DeleteSubnet") "The subnet "
                                     "'subnet-%s' has dependencies and cannot be deleted.",
                 id, id);
    else if (strcmp(step->type, "aws_internet_gateway") == 0)
        snprintf(out, STEP_FAILURE,
                 "deleting EC2 Internet Gateway (igw-%s): detaching EC2 Internet Gateway (igw-%s) "
                 "from VPC (%s): " REFUSED(
                     "DetachInternetGateway") "Network %s has some mapped "
                                              "public address(es). Please unmap those public "
                                              "address(es) before detaching the "
                                              "gateway.",
                 id, id, vpc, vpc);
    else
        snprintf(out, STEP_FAILURE,
                 "deleting EC2 VPC (%s): " REFUSED("DeleteVpc") "The vpc '%s' has dependencies and "
                                                                "cannot be deleted.",
                 vpc, vpc);
}

/* As terraform was told last. */
static bool is_to_be_emptied(const char *dir)
{
    char path[PATH_MAX];
    struct buf text;
    buf_init(&text, 1 << 20);
    json_t *given = path_format(path, NULL, "%s/provision-pypi/terraform.tfvars.json", dir) &&
                            file_read(path, 1 << 20, &text, NULL)
                        ? js_parse(buf_str(&text), NULL)
                        : NULL;
    bool forced = js_bool(given, "pypi_force_destroy", false);
    json_decref(given);
    buf_finish(&text);
    return forced;
}

static bool full(const char *dir, const struct step *step, int64_t now_ms,
                 struct step_refusal *refusal, struct error *err)
{
    struct world world;
    bool any = false;
    if (!world_load(dir, &world, err))
        return false;
    for (size_t i = 0; i < world.count; i++)
        any |= strcmp(world.things[i].last.type, "pypi_package") == 0 &&
               world_status_of(&world.things[i], now_ms) == WORLD_ACTIVE;
    world_finish(&world);
    if (!any || is_to_be_emptied(dir))
        return true;
    refusal->seconds = step->seconds;
    snprintf(refusal->text, STEP_FAILURE,
             "deleting S3 Bucket (%.63s): operation error S3: DeleteBucket, https response error "
             "StatusCode: 409, RequestID: 7F3A61D0C5B2E984, api error BucketNotEmpty: The bucket "
             "you tried to delete is not empty",
             step->detail);
    return true;
}

static bool blocked(const char *dir, const struct step *step, const struct settings *settings,
                    int64_t now_ms, struct step_refusal *refusal, struct error *err)
{
    struct world world;
    bool vpc = strcmp(step->type, "aws_vpc") == 0;
    bool open =
        strcmp(step->type, "aws_internet_gateway") == 0 ||
        (strcmp(step->type, "aws_subnet") == 0 && str_ends(str_of(step->detail), STR(" public")));
    if (strcmp(step->type, "aws_s3_bucket") == 0)
        return full(dir, step, now_ms, refusal, err);
    if (!vpc && !open)
        return true;
    if (!world_load(dir, &world, err))
        return false;
    if (in_use(&world, settings, now_ms, vpc)) {
        struct world_where where = world_where(&world);
        say_in_use(step, where.vpc, refusal->text);
        refusal->seconds = RETRIES_SECONDS;
    }
    world_finish(&world);
    return true;
}

bool step_refused(const char *dir, const struct step *step, const struct settings *settings,
                  int64_t now_ms, struct step_refusal *refusal, struct error *err)
{
    *refusal = (struct step_refusal){.seconds = 0};
    return step->destroy ? blocked(dir, step, settings, now_ms, refusal, err)
                         : struck(dir, step, settings, now_ms, refusal, err);
}
