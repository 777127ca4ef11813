/* The arithmetic of estimate.h. */
#include "core/session/estimate.h"

#include "core/base/alloc.h"
#include "core/base/paths.h"

enum { TABLE_MAX = 1 << 20 };

static json_t *read_table(const char *assets, const char *name, struct error *err)
{
    char path[PATH_MAX];
    struct buf text = {0};
    json_t *table = NULL;
    if (path_format(path, err, "%s/%s", assets, name) && file_read(path, TABLE_MAX, &text, err)) {
        table = js_parse(buf_str(&text), err);
        if (!table)
            error_wrap(err, "%s", path);
    }
    if (!table)
        error_hint(err, "The installation is incomplete: install ekshub-tui again.");
    buf_finish(&text);
    return table;
}

bool estimates_load(struct estimates *estimates, const char *assets, struct error *err)
{
    *estimates = (struct estimates){0};
    estimates->prices = read_table(assets, "prices.json", err);
    if (estimates->prices)
        estimates->durations = read_table(assets, "durations.json", err);
    if (estimates->durations)
        estimates->kubernetes = read_table(assets, "kubernetes.json", err);
    if (!estimates->kubernetes) {
        estimates_finish(estimates);
        return false;
    }
    str_copy(js_str(estimates->prices, "date"), estimates->priced, sizeof estimates->priced);
    return true;
}

void estimates_finish(struct estimates *estimates)
{
    json_decref(estimates->prices);
    json_decref(estimates->durations);
    json_decref(estimates->kubernetes);
    *estimates = (struct estimates){0};
}

/* table[section][key]: a key may hold dots, so this is not a path. */
static const json_t *entry(const json_t *table, const char *section, const char *key)
{
    return json_object_get(js_get(table, section), key);
}

/* The longest known type that `name` begins with, a '_' behind it. 0: none. */
static size_t known_prefix(const struct estimates *estimates, const char *name)
{
    char part[64];
    for (size_t len = strlen(name); len-- > 1;)
        if (name[len] == '_' && str_copy((struct str){name, len}, part, sizeof part) &&
            entry(estimates->durations, "types", part))
            return len;
    return 0;
}

void estimate_true_type(const struct estimates *estimates, const char *type, const char *name,
                        char true_type[64], char true_name[64])
{
    size_t len = strcmp(type, "terraform_data") == 0 ? known_prefix(estimates, name) : 0;
    str_copy(len ? (struct str){name, len} : str_of(type), true_type, 64);
    str_copy(str_of(len ? name + len + 1 : name), true_name, 64);
}

/* Cuts a name with its key, up to the next '.', off the front; a dot within a key does not count.
 */
static struct str take_word(struct str *rest)
{
    bool quoted = false, keyed = false;
    size_t i = 0;
    for (; i < rest->len; i++) {
        char c = rest->data[i];
        if (quoted && c == '\\')
            i++;
        else if (keyed && c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '[' || c == ']'))
            keyed = c == '[';
        else if (!keyed && c == '.')
            break;
    }
    struct str word = {rest->data, i < rest->len ? i : rest->len};
    *rest = str_skip(*rest, i + 1);
    return word;
}

static struct str without_key(struct str word, struct str *key)
{
    struct str name = {word.data, word.len};
    ptrdiff_t at = str_find(word, STR("["));
    if (at >= 0)
        name.len = (size_t)at;
    *key = str_skip(word, name.len);
    return name;
}

void estimate_address(const struct estimates *estimates, const char *address, char module[64],
                      char local[160])
{
    struct str rest = str_of(address), key, name;
    char type[160], plain[160], true_type[64], true_name[64], text[512];
    module[0] = '\0';
    while (str_starts(rest, STR("module."))) {
        rest = str_skip(rest, 7);
        name = take_word(&rest);
        if (!module[0])
            str_copy(without_key(name, &key), module, 64);
    }
    struct str whole = rest;
    bool data = str_starts(rest, STR("data."));
    if (data)
        rest = str_skip(rest, 5);
    if (!str_copy(take_word(&rest), type, sizeof type) || !rest.len) {
        str_copy(whole, local, 160);
        return;
    }
    name = without_key(take_word(&rest), &key);
    str_copy(name, plain, sizeof plain);
    estimate_true_type(estimates, type, plain, true_type, true_name);
    snprintf(text, sizeof text, "%s%s.%s%.*s", data ? "data." : "", true_type, true_name,
             STR_ARG(key));
    str_copy(str_of(text), local, 160);
}

void estimate_type(const struct estimates *estimates, const char *address, char type[64])
{
    char module[64], local[160];
    struct str rest, head;
    estimate_address(estimates, address, module, local);
    rest = str_of(local);
    str_cut(&rest, '.', &head);
    str_copy(head, type, 64);
}

/* Rounded up, so that what is known never becomes unknown at a high speed. */
static int sped_up(int64_t seconds, int speed)
{
    return (int)((seconds + speed - 1) / speed);
}

static struct estimate_span span_of(const json_t *pair, int speed)
{
    if (speed < 1)
        speed = 1;
    return (struct estimate_span){sped_up(js_int(pair, "0", 0), speed),
                                  sped_up(js_int(pair, "1", 0), speed)};
}

struct estimate_span estimate_span(const struct estimates *estimates, const char *true_type,
                                   int speed)
{
    return span_of(entry(estimates->durations, "types", true_type), speed);
}

bool estimate_is_slow(const struct estimates *estimates, const char *true_type)
{
    return str_is(js_str(entry(estimates->durations, "types", true_type), "2"), "slow");
}

struct estimate_span estimate_stage_time(const struct estimates *estimates, enum stage_id stage,
                                         int speed)
{
    return span_of(entry(estimates->durations, "stages", stage_table[stage].name), speed);
}

struct estimate_span estimate_eks_time(const struct estimates *estimates, int speed)
{
    return span_of(js_get(estimates->durations, "stages.eks"), speed);
}

bool estimate_instance(const struct estimates *estimates, const char *type, int *cpu,
                       double *memory_gib, double *per_hour)
{
    const json_t *instance = entry(estimates->prices, "instances", type);
    if (!instance)
        return false;
    *cpu = (int)js_int(instance, "cpu", 0);
    *memory_gib = js_real(instance, "memory_gib", 0);
    *per_hour = js_real(instance, "price", 0);
    return true;
}

static double control_plane(const struct estimates *estimates, const struct answers *answers)
{
    const char *until = estimate_support_ends(estimates, answers->kubernetes_version);
    bool extended = until[0] && strcmp(until, estimates->priced) < 0;
    return extended ? js_real(estimates->prices, "extended_support", 0)
                    : js_real(estimates->prices, "types.aws_eks_cluster", 0);
}

static double number_of(const char *text)
{
    int64_t number;
    return str_to_int64(str_of(text), &number) && number > 0 ? (double)number : 0;
}

static double instances(const struct estimates *estimates, const struct answers *answers)
{
    int cpu;
    double memory, price = 0;
    estimate_instance(estimates, answers->instance_type, &cpu, &memory, &price);
    return number_of(answers->node_count) * price;
}

static double gib_hour(const struct estimates *estimates)
{
    return js_real(estimates->prices, "gp3_gib_month", 0) /
           js_real(estimates->prices, "hours_per_month", 730);
}

/* A classic one with its public addresses. */
static double balancer(const struct estimates *estimates)
{
    const json_t *prices = estimates->prices;
    return js_real(prices, "classic_load_balancer", 0) +
           js_real(prices, "addresses_per_load_balancer", 0) * js_real(prices, "public_address", 0);
}

static double disks(const struct estimates *estimates, const struct answers *answers)
{
    return number_of(answers->node_count) * number_of(answers->node_disk_gib) * gib_hour(estimates);
}

double estimate_cost(const struct estimates *estimates, const char *true_type,
                     const struct answers *answers)
{
    if (strcmp(true_type, "aws_eks_cluster") == 0)
        return control_plane(estimates, answers);
    if (strcmp(true_type, "aws_eks_node_group") == 0)
        return instances(estimates, answers) + disks(estimates, answers);
    if (strcmp(true_type, "kubernetes_service_v1") == 0 && answers_want_domain(answers))
        return 0; /* it stands behind the one entrance, which a chart brings */
    return js_real(entry(estimates->prices, "types", true_type), "", 0);
}

struct estimate_parts estimate_eks(const struct estimates *estimates, const struct answers *answers)
{
    const json_t *prices = estimates->prices;
    struct estimate_parts parts = {
        .control_plane = control_plane(estimates, answers),
        .nodes = instances(estimates, answers),
        .nat = js_real(prices, "types.aws_nat_gateway", 0) + js_real(prices, "types.aws_eip", 0),
        .disks = disks(estimates, answers),
    };
    parts.total = parts.control_plane + parts.nodes + parts.nat + parts.disks;
    parts.with_load_balancers =
        parts.total + (answers_want_domain(answers) ? 1 : js_real(prices, "load_balancers", 0)) *
                          balancer(estimates);
    return parts;
}

/* "1Gi", "512Mi", "2Ti" as GiB. */
static double gib_of(const char *text)
{
    struct str unit = str_of(text);
    double number = strtod(text, NULL);
    return str_ends(unit, STR("Ti"))   ? number * 1024
           : str_ends(unit, STR("Mi")) ? number / 1024
                                       : number;
}

/* Behind a domain there is one for both, and that is the domain's. */
static double own_balancer(const struct estimates *estimates, const struct answers *answers)
{
    return answers_want_domain(answers) ? 0 : balancer(estimates);
}

double estimate_stage(const struct estimates *estimates, const struct answers *answers,
                      enum stage_id stage)
{
    switch (stage) {
    case STAGE_EKS:
        return estimate_eks(estimates, answers).total;
    case STAGE_PYPI:
        return own_balancer(estimates, answers);
    case STAGE_MLHUB:
        return own_balancer(estimates, answers) +
               gib_of(answers->hub_storage) * gib_hour(estimates);
    case STAGE_DOMAIN:
        return balancer(estimates) + (strcmp(answers->domain_create_zone, "true") == 0
                                          ? js_real(estimates->prices, "types.aws_route53_zone", 0)
                                          : 0);
    case STAGES:
    case STAGE_NONE:
        break;
    }
    return 0;
}

const char *estimate_support_ends(const struct estimates *estimates, const char *version)
{
    const json_t *item;
    const json_t *versions = js_get(estimates->kubernetes, "versions");
    for (size_t i = 0; (item = json_array_get(versions, i)); i++)
        if (strcmp(js_text(item, "version"), version) == 0)
            return js_text(item, "standard_until");
    return "";
}

const char *estimate_kubernetes(const struct estimates *estimates, size_t index)
{
    const json_t *item = json_array_get(js_get(estimates->kubernetes, "versions"), index);
    return item ? js_text(item, "version") : NULL;
}

double estimate_ceiling(double per_hour)
{
    return (double)((int64_t)(per_hour * 20 + 0.001) + 1) / 20;
}
