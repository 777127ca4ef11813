/* The table of answers, their defaults, and what they are as JSON and as terraform's variables.
 * What is a good answer is answers_judge.c's business. */
#include "core/session/answers.h"

#include <sys/random.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/base/yaml.h"
#include "core/session/answers_judge.h"

#define ANSWERS_FILE_MAX ((size_t)1 << 20)

#define ROW(member, variable, stage, label, shape, required, judge)                                \
    {                                                                                              \
#member, variable, STAGE_##stage, label, offsetof(struct answers, member),                 \
            sizeof(((struct answers *)NULL)->member), shape, required, judge                       \
    }

const struct answer_field answer_fields[] = {
    ROW(cluster_name, "cluster_name", EKS, "Name", ANSWER_TEXT, true, judge_cluster_name),
    ROW(kubernetes_version, "kubernetes_version", EKS, "Kubernetes", ANSWER_TEXT, true,
        judge_kubernetes_version),
    ROW(node_count, "node_count", EKS, "Nodes", ANSWER_NUMBER, true, judge_node_count),
    ROW(instance_type, "instance_types", EKS, "Type", ANSWER_LIST, true, judge_instance_type),
    ROW(node_disk_gib, "node_disk_gib", EKS, "Disk", ANSWER_NUMBER, true, judge_node_disk),
    ROW(zones, "azs", EKS, "Zones", ANSWER_LIST, false, judge_zones),
    ROW(vpc_cidr, "vpc_cidr", EKS, "Network", ANSWER_TEXT, true, judge_vpc_cidr),
    ROW(endpoint_cidrs, "endpoint_public_access_cidrs", EKS, "API open to", ANSWER_LIST, true,
        judge_endpoint_cidrs),
    ROW(admin_arns, "admin_arns", EKS, "Admins", ANSWER_LIST, false, judge_admin_arns),
    ROW(tags, "tags", EKS, "Tags", ANSWER_MAP, false, judge_tags),
    ROW(region, "region", EKS, "Region", ANSWER_TEXT, true, judge_region),
    ROW(account, NULL, EKS, "Account", ANSWER_TEXT, false, judge_account),

    ROW(state_store, NULL, EKS, "State in", ANSWER_TEXT, true, judge_state_store),
    ROW(state_bucket, NULL, EKS, "State bucket", ANSWER_TEXT, false, judge_state_bucket),
    ROW(state_region, NULL, EKS, "Its region", ANSWER_TEXT, false, judge_state_region),
    ROW(state_create_bucket, NULL, EKS, "Make it", ANSWER_BOOL, true, NULL),
    ROW(state_organization, NULL, EKS, "Organization", ANSWER_TEXT, false,
        judge_state_organization),
    ROW(pypi_bucket_name, "pypi_bucket_name", PYPI, "Bucket", ANSWER_TEXT, true, judge_bucket),
    ROW(pypi_create_bucket, "pypi_create_bucket", PYPI, "Make it", ANSWER_BOOL, true, NULL),
    ROW(pypi_keep_bucket, NULL, PYPI, "Keep it", ANSWER_BOOL, true, NULL),
    ROW(pypi_admin_user, "pypi_admin_user", PYPI, "Admin name", ANSWER_TEXT, true, judge_user_name),
    ROW(pypi_credentials, "pypi_credentials", PYPI, "S3 access", ANSWER_TEXT, true,
        judge_pypi_credentials),
    ROW(pypi_namespace, "pypi_namespace", PYPI, "Namespace", ANSWER_TEXT, true, judge_namespace),
    ROW(pypi_default_read, "pypi_default_read", PYPI, "Reading", ANSWER_TEXT, true,
        judge_pypi_default_read),
    ROW(pypi_source_ranges, "source_ranges", PYPI, "Open to", ANSWER_LIST, true,
        judge_source_ranges),

    ROW(hub_release, "release_name", MLHUB, "Release", ANSWER_TEXT, true, judge_namespace),
    ROW(hub_flavor, "hub_flavor", MLHUB, "Flavour", ANSWER_TEXT, true, judge_hub_flavor),
    ROW(hub_admin_user, "admin_user", MLHUB, "Admin name", ANSWER_TEXT, true, judge_hub_admin),
    ROW(hub_storage, "hub_storage", MLHUB, "Hub disk", ANSWER_TEXT, true, judge_storage),
    ROW(workspace_image, "workspace_image", MLHUB, "Image", ANSWER_TEXT, false,
        judge_workspace_image),
    ROW(workspace_storage, "workspace_storage", MLHUB, "Home disks", ANSWER_TEXT, true,
        judge_storage),
    ROW(hub_source_ranges, "source_ranges", MLHUB, "Open to", ANSWER_LIST, true,
        judge_source_ranges),

    ROW(domain_zone, "zone_name", DOMAIN, "Zone", ANSWER_TEXT, true, judge_zone_name),
    ROW(domain_create_zone, "create_zone", DOMAIN, "Make it", ANSWER_BOOL, true, NULL),
    ROW(domain_hub_host, "hub_host", DOMAIN, "Hub", ANSWER_TEXT, false, judge_host),
    ROW(domain_pypi_host, "pypi_host", DOMAIN, "PyPI", ANSWER_TEXT, false, judge_host),
    ROW(domain_acme_email, "acme_email", DOMAIN, "E-mail", ANSWER_TEXT, true, judge_email),
    ROW(domain_acme_server, "acme_server", DOMAIN, "Certificates", ANSWER_TEXT, true,
        judge_acme_server),
    ROW(domain_challenge, "challenge", DOMAIN, "Proof", ANSWER_TEXT, true, judge_challenge),
    ROW(domain_source_ranges, "source_ranges", DOMAIN, "Open to", ANSWER_LIST, true,
        judge_source_ranges),
};
const size_t answer_field_count = sizeof answer_fields / sizeof *answer_fields;

/* Those of the first stage are understood in an answers file as well; the others share names. */
static bool is_eks_variable(const struct answer_field *field, const char *name)
{
    return field->stage == STAGE_EKS && field->variable && strcmp(field->variable, name) == 0;
}

const struct answer_field *answer_field(const char *name)
{
    for (size_t i = 0; i < answer_field_count; i++)
        if (strcmp(answer_fields[i].key, name) == 0 || is_eks_variable(&answer_fields[i], name))
            return &answer_fields[i];
    return NULL;
}

bool answer_matters(const struct answers *answers, const struct answer_field *field)
{
    bool s3 = strcmp(answers->state_store, "s3") == 0;
    if (strcmp(field->key, "state_organization") == 0)
        return strcmp(answers->state_store, "hcp") == 0;
    if (field->stage == STAGE_DOMAIN)
        return answers_want_domain(answers) || strcmp(field->key, "domain_zone") == 0;
    return s3 || strcmp(field->key, "state_store") == 0 ||
           !str_starts(str_of(field->key), STR("state_"));
}

char *answer_text(struct answers *answers, const struct answer_field *field)
{
    return (char *)answers + field->offset;
}

const char *answer_read(const struct answers *answers, const struct answer_field *field)
{
    return (const char *)answers + field->offset;
}

void answers_default(struct answers *answers, bool rehearsal)
{
    *answers = (struct answers){
        .rehearsal = rehearsal,
        .kubernetes_version = "1.35",
        .node_count = "3",
        .instance_type = "t3.large",
        .node_disk_gib = "100",
        .vpc_cidr = "10.0.0.0/16",
        .cert_manager = true,
        .state_store = "local",
        .state_create_bucket = "true",
        .pypi_create_bucket = "true",
        .pypi_keep_bucket = "true",
        .pypi_credentials = "role",
        .pypi_namespace = "default",
        .pypi_default_read = "authenticated",
        .hub_release = "mlhub",
        .hub_flavor = "mlhub",
        .hub_admin_user = "admin",
        .hub_storage = "1Gi",
        .workspace_storage = "10Gi",
        .domain_create_zone = "false",
        .domain_acme_server = "staging",
        .domain_challenge = "dns01",
    };
    uint32_t number = 0;
    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
        number = (uint32_t)clock();
    snprintf(answers->id, sizeof answers->id, "%08x", (unsigned)number);
    if (!rehearsal)
        return;
    str_copy(STR("demo-hub"), answers->cluster_name, sizeof answers->cluster_name);
    str_copy(STR("us-east-2"), answers->region, sizeof answers->region);
    str_copy(STR("203.0.113.7/32"), answers->endpoint_cidrs, sizeof answers->endpoint_cidrs);
    str_copy(STR("203.0.113.7/32"), answers->pypi_source_ranges,
             sizeof answers->pypi_source_ranges);
    str_copy(STR("203.0.113.7/32"), answers->hub_source_ranges, sizeof answers->hub_source_ranges);
    str_copy(STR("203.0.113.7/32"), answers->domain_source_ranges,
             sizeof answers->domain_source_ranges);
    str_copy(STR("ada@acme.example"), answers->domain_acme_email,
             sizeof answers->domain_acme_email);
    str_copy(STR("acme-demo-hub-pypi"), answers->pypi_bucket_name,
             sizeof answers->pypi_bucket_name);
    str_copy(STR("ada"), answers->pypi_admin_user, sizeof answers->pypi_admin_user);
}

static void host_of(const struct answers *answers, const char *given, const char *label,
                    char out[264])
{
    if (*given || !answers->domain_zone[0])
        str_copy(str_of(given), out, 264);
    else
        snprintf(out, 264, "%.12s.%.250s", label, answers->domain_zone);
}

void answers_hub_host(const struct answers *answers, char out[264])
{
    host_of(answers, answers->domain_hub_host, "hub", out);
}

void answers_pypi_host(const struct answers *answers, char out[264])
{
    host_of(answers, answers->domain_pypi_host, "pypi", out);
}

static bool wrong_kind(const char *key, const char *wanted, struct error *err)
{
    return error_set(err, ERROR_INPUT, "%s must be %s.", key, wanted);
}

/* A scalar as the text that an operator would have typed. A version without quotes is a number to
 * YAML: two digits behind the point bring 1.40 back. */
static bool scalar_text(const json_t *value, bool version, struct buf *out)
{
    if (json_is_string(value))
        return buf_append(out, js_str(value, ""));
    if (json_is_integer(value))
        return buf_printf(out, "%lld", (long long)json_integer_value(value));
    if (json_is_real(value))
        return version ? buf_printf(out, "%.2f", json_real_value(value))
                       : buf_printf(out, "%g", json_real_value(value));
    if (json_is_boolean(value))
        return buf_text(out, json_is_true(value) ? "true" : "false");
    return false;
}

static bool has_comma(const struct buf *text, size_t from)
{
    return str_find(str_skip(buf_str(text), from), STR(",")) >= 0;
}

static bool list_text(const json_t *value, const char *key, struct buf *out, struct error *err)
{
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (i)
            buf_byte(out, ',');
        size_t from = out->len;
        const json_t *item = json_array_get(value, i);
        if (!json_is_string(item) || !scalar_text(item, false, out))
            return wrong_kind(key, "a list of texts", err);
        if (has_comma(out, from))
            return error_set(err, ERROR_INPUT, "An entry of %s has a comma in it.", key);
    }
    return true;
}

static bool map_text(const json_t *value, const char *key, struct buf *out, struct error *err)
{
    const char *name;
    const json_t *item;
    json_t *copy = json_copy((json_t *)(uintptr_t)value);
    bool ok = true;
    json_object_foreach(copy, name, item)
    {
        if (out->len)
            buf_byte(out, ',');
        size_t from = out->len;
        buf_printf(out, "%s=", name);
        ok = scalar_text(item, false, out) || wrong_kind(key, "names with one text each", err);
        if (ok && has_comma(out, from))
            ok = error_set(err, ERROR_INPUT, "The tag %s has a comma in it.", name);
        if (!ok)
            break;
    }
    json_decref(copy);
    return ok;
}

static bool field_text(const struct answer_field *field, const json_t *value, struct buf *out,
                       struct error *err)
{
    if (json_is_array(value) && field->shape == ANSWER_LIST)
        return list_text(value, field->key, out, err);
    if (json_is_object(value) && field->shape == ANSWER_MAP)
        return map_text(value, field->key, out, err);
    if (field->shape == ANSWER_BOOL && !json_is_boolean(value))
        return wrong_kind(field->key, "true or false", err);
    if (scalar_text(value, field->shape == ANSWER_TEXT, out))
        return true;
    return wrong_kind(field->key,
                      field->shape == ANSWER_LIST     ? "a text or a list of texts"
                      : field->shape == ANSWER_MAP    ? "names with one text each"
                      : field->shape == ANSWER_NUMBER ? "a number"
                      : field->shape == ANSWER_BOOL   ? "true or false"
                                                      : "one text",
                      err);
}

/* Nothing that a terminal obeys: answers are shown and printed as they are. */
static bool is_plain(struct str text)
{
    struct buf clean = {0};
    bool plain = buf_sanitised(&clean, text, false) && str_eq(buf_str(&clean), text);
    buf_finish(&clean);
    return plain;
}

static bool set_field(struct answers *answers, const struct answer_field *field,
                      const json_t *value, struct error *err)
{
    struct buf text = {0};
    buf_init(&text, 64 << 10);
    bool ok = field_text(field, value, &text, err);
    if (ok && !is_plain(str_trim(buf_str(&text))))
        ok = error_set(err, ERROR_INPUT, "%s has characters in it that are no text.", field->key);
    if (ok && (text.failed || text.len >= field->size))
        ok = error_set(err, ERROR_INPUT, "%s is longer than %zu bytes.", field->key,
                       field->size - 1);
    if (ok)
        str_copy(str_trim(buf_str(&text)), answer_text(answers, field), field->size);
    buf_finish(&text);
    return ok;
}

static bool set_bool(const json_t *document, const char *key, bool *out, struct error *err)
{
    const json_t *value = js_get(document, key);
    if (!value || json_is_null(value))
        return true;
    if (!json_is_boolean(value))
        return wrong_kind(key, "true or false", err);
    *out = json_is_true(value);
    return true;
}

static bool set_id(struct answers *answers, const json_t *document, struct error *err)
{
    const json_t *value = js_get(document, "id");
    if (!value || json_is_null(value))
        return true;
    struct str id = js_str(document, "id");
    for (size_t i = 0; i < id.len; i++)
        if (!strchr("0123456789abcdefghijklmnopqrstuvwxyz", id.data[i]) || !id.data[i])
            id.len = 0;
    if (!json_is_string(value) || !id.len || !str_copy(id, answers->id, sizeof answers->id))
        return wrong_kind("id", "a short word of small letters and digits", err);
    return true;
}

bool answers_from_json(struct answers *answers, const json_t *value, struct error *err)
{
    if (!json_is_object(value))
        return error_set(err, ERROR_INPUT, "Answers must be names with values.");
    int64_t version = js_int(value, "version", ANSWERS_VERSION);
    if (version > ANSWERS_VERSION) {
        error_set(err, ERROR_INPUT, "These answers have version %lld; this program knows %d.",
                  (long long)version, ANSWERS_VERSION);
        return error_hint(err, "Use the ekshub-tui that wrote them, or a newer one.");
    }
    for (size_t i = 0; i < answer_field_count; i++) {
        const struct answer_field *field = &answer_fields[i];
        const json_t *given = js_get(value, field->key);
        if (!given && field->variable && is_eks_variable(field, field->variable))
            given = js_get(value, field->variable);
        if (given && !json_is_null(given) && !set_field(answers, field, given, err))
            return false;
    }
    return set_bool(value, "rehearsal", &answers->rehearsal, err) &&
           set_bool(value, "cert_manager", &answers->cert_manager, err) &&
           set_id(answers, value, err);
}

static json_t *list_value(const char *text)
{
    json_t *list = json_array();
    struct str rest = str_of(text), item;
    while (rest.len) {
        str_cut(&rest, ',', &item);
        item = str_trim(item);
        if (item.len)
            json_array_append_new(list, js_clean(item));
    }
    return list;
}

static json_t *map_value(const char *text)
{
    json_t *map = json_object();
    struct str rest = str_of(text), item, name;
    char key[160];
    while (rest.len) {
        str_cut(&rest, ',', &item);
        item = str_trim(item);
        str_cut(&item, '=', &name);
        if (str_copy(str_trim(name), key, sizeof key) && key[0])
            js_set(map, key, js_clean(str_trim(item)));
    }
    return map;
}

static json_t *field_value(const struct answers *answers, const struct answer_field *field)
{
    const char *text = answer_read(answers, field);
    int64_t number;
    if (field->shape == ANSWER_LIST)
        return list_value(text);
    if (field->shape == ANSWER_MAP)
        return map_value(text);
    if (field->shape == ANSWER_NUMBER && str_to_int64(str_of(text), &number))
        return json_integer(number);
    if (field->shape == ANSWER_BOOL)
        return json_boolean(strcmp(text, "true") == 0);
    return js_clean(str_of(text));
}

json_t *answers_json(const struct answers *answers)
{
    json_t *value = json_object();
    js_set_int(value, "version", ANSWERS_VERSION);
    js_set_text(value, "id", answers->id);
    js_set_bool(value, "rehearsal", answers->rehearsal);
    for (size_t i = 0; i < answer_field_count; i++) {
        const struct answer_field *field = &answer_fields[i];
        if (field->offset == offsetof(struct answers, instance_type))
            js_set(value, field->key, js_clean(str_of(answers->instance_type)));
        else
            js_set(value, field->key, field_value(answers, field));
    }
    js_set_bool(value, "cert_manager", answers->cert_manager);
    return value;
}

static void own_tag(const struct answers *answers, json_t *tags)
{
    char owner[128];
    snprintf(owner, sizeof owner, "%s/%s", answers->cluster_name, answers->id);
    js_set_text(tags, "ekshub:deployment", owner);
}

/* An empty text leaves the variable to the root's own default. */
static bool left_open(const struct answers *answers, const struct answer_field *field)
{
    return field->stage != STAGE_EKS && !*answer_read(answers, field);
}

static void add_hosts(const struct answers *answers, json_t *variables)
{
    char host[264];
    answers_hub_host(answers, host);
    js_set(variables, "hub_host", js_clean(str_of(host)));
    answers_pypi_host(answers, host);
    js_set(variables, "pypi_host", js_clean(str_of(host)));
}

json_t *answers_variables(const struct answers *answers, enum stage_id stage, const char *profile)
{
    json_t *value = json_object();
    if (profile)
        js_set_text(value, "profile", profile);
    for (size_t i = 0; i < answer_field_count; i++) {
        const struct answer_field *field = &answer_fields[i];
        if (field->variable && field->stage == stage && !left_open(answers, field))
            js_set(value, field->variable, field_value(answers, field));
    }
    if (stage == STAGE_EKS)
        js_set_bool(value, "cert_manager", answers->cert_manager);
    if (stage == STAGE_DOMAIN)
        add_hosts(answers, value);
    if (stage != STAGE_EKS)
        js_set(value, "tags", map_value(answers->tags));
    own_tag(answers, json_object_get(value, "tags"));
    return value;
}

static void consider(struct str word, const char *name, const char **nearest)
{
    if (str_distance(word, str_of(name)) < str_distance(word, str_of(*nearest)))
        *nearest = name;
}

/* A misspelt answer would be a default that nobody chose. */
static bool names_known(const json_t *document, struct error *err)
{
    static const char *const others[] = {"version", "id", "rehearsal", "cert_manager"};
    const json_t *item;
    const char *name;
    json_object_foreach((json_t *)(uintptr_t)document, name, item)
    {
        const char *nearest = answer_fields[0].key;
        struct str word = str_of(name);
        for (size_t i = 0; i < answer_field_count; i++)
            consider(word, answer_fields[i].key, &nearest);
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
            consider(word, others[i], &nearest);
        if (answer_field(name) || str_is(word, nearest))
            continue;
        error_set(err, ERROR_INPUT, "There is no answer %.64s.", name);
        if (str_distance(word, str_of(nearest)) <= word.len / 2 + 1)
            return error_hint(err, "Did you mean %s?", nearest);
        return error_hint(err, "Take it out; assets/answers.example.yaml has all there are.");
    }
    return true;
}

bool answers_read_file(struct answers *answers, const char *path, struct error *err)
{
    struct buf text = {0};
    json_t *value = NULL;
    bool ok = file_read(path, ANSWERS_FILE_MAX, &text, err);
    if (ok) {
        struct answers read = *answers;
        value = str_ends(str_of(path), STR(".json")) ? js_parse(buf_str(&text), err)
                                                     : yml_parse(buf_str(&text), err);
        ok = (value && answers_from_json(&read, value, err) && names_known(value, err)) ||
             error_wrap(err, "%s", path);
        if (ok)
            *answers = read;
    }
    json_decref(value);
    buf_finish(&text);
    return ok;
}

bool answers_write_file(const struct answers *answers, const char *path, struct error *err)
{
    struct buf text = {0};
    json_t *value = answers_json(answers);
    buf_text(&text,
             "# What was chosen for this deployment. No secrets, and no profile: that belongs "
             "to the person.\n");
    bool ok = yml_dump(value, &text) && !text.failed;
    ok = ok ? file_write(path, buf_str(&text), 0600, err)
            : error_set(err, ERROR_SYSTEM, "The answers could not be written as YAML.");
    json_decref(value);
    buf_finish(&text);
    return ok;
}
