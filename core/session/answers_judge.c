/* The rules that terraform, EKS and EC2 have for each answer, said before they would. */
#include "core/session/answers_judge.h"

#include <assert.h>

#include "core/base/alloc.h"
#include "core/session/answers.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_alnum(char c)
{
    return is_digit(c) || is_lower(c) || (c >= 'A' && c <= 'Z');
}

static bool is_small(char c)
{
    return is_digit(c) || is_lower(c);
}

static bool one_of(const char *text, const char *one, const char *other)
{
    return strcmp(text, one) == 0 || strcmp(text, other) == 0;
}

static bool all_of(struct str s, bool (*fits)(char c), const char *also)
{
    for (size_t i = 0; i < s.len; i++)
        if (!fits(s.data[i]) && (!s.data[i] || !strchr(also, s.data[i])))
            return false;
    return s.len > 0;
}

/* The next entry of a comma separated list, trimmed; false at its end. */
static bool next_entry(struct str *rest, struct str *entry)
{
    if (!rest->len)
        return false;
    str_cut(rest, ',', entry);
    *entry = str_trim(*entry);
    return true;
}

static bool whole_number(const char *text, int64_t low, int64_t high)
{
    int64_t number;
    return is_digit(text[0]) && str_to_int64(str_of(text), &number) && number >= low &&
           number <= high;
}

/* https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html */
const char *judge_cluster_name(const char *text)
{
    struct str name = str_of(text);
    if (!name.len)
        return "The cluster needs a name.";
    if (!is_alnum(name.data[0]))
        return "The name must begin with a letter or a digit.";
    if (!all_of(name, is_alnum, "-_"))
        return "The name may hold letters, digits, hyphens and underscores, nothing else.";
    return name.len > 100 ? "The name may have 100 characters at most." : NULL;
}

const char *judge_kubernetes_version(const char *text)
{
    int64_t minor;
    struct str version = str_of(text);
    if (!str_starts(version, STR("1.")) || !is_digit(text[2]) ||
        !str_to_int64(str_skip(version, 2), &minor) || version.len != 4)
        return "Kubernetes must be a minor version, such as 1.35.";
    return minor < 33 ? "EKS offers Kubernetes 1.33 and newer, such as 1.35." : NULL;
}

const char *judge_node_count(const char *text)
{
    return whole_number(text, 2, 100)
               ? NULL
               : "Nodes must be a whole number from 2 to 100: each zone keeps one.";
}

const char *judge_instance_type(const char *text)
{
    struct str size = str_of(text), family;
    if (!size.len)
        return "The nodes need an instance type, such as t3.large.";
    bool fine = str_cut(&size, '.', &family) && all_of(family, is_alnum, "-") &&
                is_lower(family.data[0]) && all_of(size, is_alnum, "-");
    for (size_t i = 0; text[i]; i++)
        fine = fine && !(text[i] >= 'A' && text[i] <= 'Z');
    return fine ? NULL : "The type must be one instance type of EC2, such as t3.large.";
}

const char *judge_node_disk(const char *text)
{
    return whole_number(text, 20, 16384)
               ? NULL
               : "The disk must be a whole number of GiB from 20 to 16384.";
}

/* us-east-2a; also local and wavelength zones: us-west-2-lax-1a. */
static bool is_zone(struct str zone)
{
    return zone.len > 4 && is_lower(zone.data[0]) && is_lower(zone.data[zone.len - 1]) &&
           is_digit(zone.data[zone.len - 2]) && all_of(zone, is_alnum, "-");
}

const char *judge_zones(const char *text)
{
    struct str rest = str_of(text), zone, first = {0};
    size_t count = 0;
    while (next_entry(&rest, &zone)) {
        if (!is_zone(zone))
            return "Zones must be names of availability zones, such as us-east-2a,us-east-2b.";
        if (count++ && str_eq(first, zone))
            return "The two zones must differ: EKS needs two.";
        first = zone;
    }
    return count == 0 || count == 2 ? NULL
                                    : "Name exactly two zones, or none: then two are chosen.";
}

static bool take_octet(struct str *rest, char end, unsigned *out)
{
    struct str digits;
    int64_t number;
    if (end ? !str_cut(rest, end, &digits) : (digits = *rest, false))
        return false;
    if (!digits.len || !is_digit(digits.data[0]) || digits.len > 3 ||
        (digits.len > 1 && digits.data[0] == '0') || !str_to_int64(digits, &number) || number > 255)
        return false;
    *out = (unsigned)number;
    return true;
}

/* Strict IPv4 CIDR (RFC 4632): four octets, a length, and no bits behind the length. */
static bool parse_cidr(struct str text, uint32_t *address, unsigned *length)
{
    unsigned octet;
    *address = 0;
    for (int i = 0; i < 4; i++) {
        if (!take_octet(&text, i < 3 ? '.' : '/', &octet))
            return false;
        *address = *address << 8 | octet;
    }
    return take_octet(&text, '\0', length) && *length <= 32;
}

static bool has_host_bits(uint32_t address, unsigned length)
{
    return length < 32 && (address & (UINT32_MAX >> length)) != 0;
}

/* provision-eks cuts the block into subnets (cidrsubnet(vpc_cidr, 8, …) must exist), and a VPC has
 * /16 to /28: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html */
const char *judge_vpc_cidr(const char *text)
{
    uint32_t address;
    unsigned length;
    if (!parse_cidr(str_of(text), &address, &length))
        return "The network must be an IPv4 block, such as 10.0.0.0/16.";
    if (has_host_bits(address, length))
        return "The network must begin where its block begins, such as 10.0.0.0/16.";
    return length >= 16 && length <= 20
               ? NULL
               : "The network must be a /16 to a /20: AWS allows no larger, subnets no smaller.";
}

static const char *judge_blocks(const char *text)
{
    struct str rest = str_of(text), block;
    uint32_t address;
    unsigned length;
    while (next_entry(&rest, &block)) {
        if (!parse_cidr(block, &address, &length))
            return "Addresses must be IPv4 blocks with commas between them, such as "
                   "203.0.113.7/32.";
        if (has_host_bits(address, length))
            return "An address block must begin where it begins: 203.0.113.0/24, or "
                   "203.0.113.7/32 for one address.";
    }
    return NULL;
}

const char *judge_endpoint_cidrs(const char *text)
{
    return str_trim(str_of(text)).len
               ? judge_blocks(text)
               : "Say which addresses may reach the Kubernetes API, such as 203.0.113.7/32.";
}

const char *judge_source_ranges(const char *text)
{
    return str_trim(str_of(text)).len ? judge_blocks(text)
                                      : "Say which addresses may reach it, such as 203.0.113.7/32.";
}

static bool is_admin_arn(struct str arn)
{
    struct str head;
    if (!str_cut(&arn, ':', &head) || !str_is(head, "arn") || !str_cut(&arn, ':', &head) ||
        !str_starts(head, STR("aws")) || !str_cut(&arn, ':', &head) || !str_is(head, "iam") ||
        !str_cut(&arn, ':', &head) || head.len || !str_cut(&arn, ':', &head) || head.len != 12 ||
        !all_of(head, is_digit, ""))
        return false;
    size_t kind = str_starts(arn, STR("role/")) || str_starts(arn, STR("user/")) ? 5 : arn.len;
    return all_of(str_skip(arn, kind), is_alnum, "+=,.@_-/");
}

const char *judge_admin_arns(const char *text)
{
    struct str rest = str_of(text), arn;
    while (next_entry(&rest, &arn)) {
        if (str_find(arn, STR(":assumed-role/")) >= 0)
            return "Admins must be the roles themselves (…:role/NAME), not sessions of them.";
        if (!is_admin_arn(arn))
            return "Admins must be ARNs of IAM roles or users, such as "
                   "arn:aws:iam::123456789012:role/admin.";
    }
    return NULL;
}

/* https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html */
const char *judge_tags(const char *text)
{
    struct str rest = str_of(text), value, name;
    if (!str_is_utf8(rest))
        return "Tags must be text.";
    while (next_entry(&rest, &value)) {
        if (!str_cut(&value, '=', &name) || !str_trim(name).len)
            return "Tags must be NAME=VALUE with commas between them, such as team=data.";
        if (name.len > 128 || value.len > 256)
            return "A tag may have 128 characters in its name and 256 in its value.";
        if (str_starts(str_trim(name), STR("aws:")) || str_starts(str_trim(name), STR("ekshub:")))
            return "Tags that begin with aws: or ekshub: belong to AWS and to this program.";
    }
    return NULL;
}

const char *judge_region(const char *text)
{
    struct str region = str_of(text);
    if (!region.len)
        return "A region is needed, such as us-east-2.";
    return is_lower(region.data[0]) && is_digit(region.data[region.len - 1]) &&
                   str_find(region, STR("-")) > 0 && all_of(region, is_alnum, "-")
               ? NULL
               : "The region must be the name of an AWS region, such as us-east-2.";
}

const char *judge_account(const char *text)
{
    struct str account = str_of(text);
    return !account.len || (account.len == 12 && all_of(account, is_digit, ""))
               ? NULL
               : "An account has twelve digits.";
}

/* https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const char *judge_bucket(const char *text)
{
    struct str name = str_of(text);
    if (!name.len)
        return "The packages need a bucket.";
    bool fits = name.len >= 3 && name.len <= 63 && all_of(name, is_small, ".-") &&
                is_small(name.data[0]) && is_small(name.data[name.len - 1]) &&
                str_find(name, STR("..")) < 0;
    return fits && !str_starts(name, STR("xn--")) && !str_ends(name, STR("-s3alias"))
               ? NULL
               : "A bucket has 3 to 63 small letters, digits, dots and hyphens, and begins and "
                 "ends with a letter or digit.";
}

/* Both servers take more; these are what fits a URL, a .pypirc and an ini key unquoted. */
const char *judge_user_name(const char *text)
{
    struct str name = str_of(text);
    if (!name.len)
        return "The admin needs a name.";
    return name.len <= 60 && is_alnum(name.data[0]) && all_of(name, is_alnum, "-_.")
               ? NULL
               : "A name may hold letters, digits, hyphens, dots and underscores, and begins with "
                 "a letter or digit.";
}

/* The hub knows its users in small letters only. */
const char *judge_hub_admin(const char *text)
{
    struct str name = str_of(text);
    if (!name.len)
        return "The admin needs a name.";
    return name.len <= 60 && all_of(name, is_small, "-_.@")
               ? NULL
               : "A name in the hub may hold small letters, digits, dots, underscores, hyphens "
                 "and @.";
}

/* A DNS label: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const char *judge_namespace(const char *text)
{
    struct str name = str_of(text);
    return name.len && name.len <= 53 && is_lower(name.data[0]) && all_of(name, is_small, "-") &&
                   name.data[name.len - 1] != '-'
               ? NULL
               : "The name must have 1 to 53 small letters, digits and hyphens, and begin with a "
                 "letter.";
}

/* A quantity that a claim may ask for, in whole Mi, Gi or Ti. */
const char *judge_storage(const char *text)
{
    struct str rest = str_of(text);
    size_t digits = 0;
    while (digits < rest.len && is_digit(rest.data[digits]))
        digits++;
    struct str unit = str_skip(rest, digits);
    return digits && digits <= 6 && rest.data[0] != '0' &&
                   (str_is(unit, "Mi") || str_is(unit, "Gi") || str_is(unit, "Ti"))
               ? NULL
               : "A disk is a number with Mi, Gi or Ti, such as 10Gi.";
}

/* https://github.com/distribution/reference: enough to catch what is none. */
const char *judge_workspace_image(const char *text)
{
    struct str image = str_of(text);
    return !image.len || (is_alnum(image.data[0]) && all_of(image, is_alnum, "-_./:@"))
               ? NULL
               : "The image must be a reference such as mltooling/ml-workspace-minimal:0.13.2.";
}

const char *judge_pypi_credentials(const char *text)
{
    return one_of(text, "role", "keys") ? NULL : "S3 access must be role or keys.";
}

const char *judge_pypi_default_read(const char *text)
{
    return one_of(text, "authenticated", "everyone")
               ? NULL
               : "Reading must be for authenticated or for everyone.";
}

const char *judge_hub_flavor(const char *text)
{
    return one_of(text, "mlhub", "jupyterhub") ? NULL : "The flavour must be mlhub or jupyterhub.";
}

const char *judge_state_store(const char *text)
{
    return one_of(text, "local", "s3") || strcmp(text, "hcp") == 0
               ? NULL
               : "States are kept at local, s3 or hcp.";
}

const char *judge_state_bucket(const char *text)
{
    return *text ? judge_bucket(text) : NULL;
}

const char *judge_state_region(const char *text)
{
    return *text ? judge_region(text) : NULL;
}

const char *judge_state_organization(const char *text)
{
    return !*text || all_of(str_of(text), is_alnum, "-_")
               ? NULL
               : "The name of an organization has letters, digits, hyphens and underscores.";
}

static bool name_missing(const struct answers *answers, enum stage_id stage, struct error *err)
{
    struct buf missing = {0};
    for (size_t i = 0; i < answer_field_count; i++)
        if (answer_fields[i].stage == stage && answer_fields[i].required &&
            !*answer_read(answers, &answer_fields[i]))
            buf_printf(&missing, "%s%s", missing.len ? ", " : "", answer_fields[i].key);
    bool any = missing.len > 0;
    if (any) {
        error_set(err, ERROR_INPUT, "These answers are missing: %s.", buf_cstr(&missing));
        error_hint(err, "Give them in an answers file (--answers FILE).");
    }
    buf_finish(&missing);
    return any;
}

static bool zones_fit(const struct answers *answers, struct error *err)
{
    struct str rest = str_of(answers->zones), zone;
    while (next_entry(&rest, &zone))
        if (!str_starts(zone, str_of(answers->region)))
            return error_set(err, ERROR_INPUT, "The zone %.*s is not in the region %s.",
                             STR_ARG(zone), answers->region);
    return true;
}

static bool store_fits(const struct answers *answers, struct error *err)
{
    assert(answers);
    bool s3 = strcmp(answers->state_store, "s3") == 0 && !*answers->state_bucket;
    bool hcp = strcmp(answers->state_store, "hcp") == 0 && !*answers->state_organization;
    if (!s3 && !hcp)
        return true;
    error_set(err, ERROR_INPUT, "state_store is %s, and %s is missing.", answers->state_store,
              s3 ? "state_bucket" : "state_organization");
    return error_hint(err, "Give it, or set state_store to local.");
}

bool answers_judge(const struct answers *answers, enum stage_id stage, struct error *err)
{
    if (name_missing(answers, stage, err))
        return false;
    for (size_t i = 0; i < answer_field_count; i++) {
        const struct answer_field *field = &answer_fields[i];
        const char *complaint = field->stage == stage && field->judge
                                    ? field->judge(answer_read(answers, field))
                                    : NULL;
        if (complaint) {
            error_set(err, ERROR_INPUT, "%s: %s", field->key, complaint);
            return error_hint(err, "Change %s and try again.", field->key);
        }
    }
    return stage == STAGE_EKS      ? zones_fit(answers, err) && store_fits(answers, err)
           : stage == STAGE_DOMAIN ? judge_domain(answers, NULL, err)
                                   : true;
}

bool answers_lose_bucket(const struct answers *answers)
{
    return strcmp(answers->pypi_create_bucket, "true") == 0 &&
           strcmp(answers->pypi_keep_bucket, "false") == 0;
}
