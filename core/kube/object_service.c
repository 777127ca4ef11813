/* Services, with the columns of kubectl's wide table, and what stands behind them. */
#include "core/base/alloc.h"
#include "core/kube/object.h"

#define ADDRESSES_MAX 32

static const json_t *member(const json_t *object, const char *key)
{
    return json_object_get(object, key);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t add_texts(const json_t *array, const char *out[ADDRESSES_MAX], size_t count)
{
    for (size_t i = 0; i < json_array_size(array) && count < ADDRESSES_MAX; i++) {
        const char *text = json_string_value(json_array_get(array, i));
        if (text && *text)
            out[count++] = text;
    }
    return count;
}

static void pack_joined(const char **slot, const char *const *texts, size_t count,
                        const char *nothing)
{
    struct buf joined = {0};
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(texts[i], texts[i - 1]) != 0)
            buf_printf(&joined, "%s%s", i > 0 ? "," : "", texts[i]);
    }
    pack_str(slot, count > 0 ? buf_str(&joined) : str_of(nothing), PACK_SPEECH);
    buf_finish(&joined);
}

/* Where the load balancers are: addresses, or names where there is none, as a sorted set. */
static void read_balancer(const json_t *object, struct service *service)
{
    const json_t *ingress = member(member(member(object, "status"), "loadBalancer"), "ingress");
    const char *found[ADDRESSES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(ingress) && count < ADDRESSES_MAX; i++) {
        const json_t *entry = json_array_get(ingress, i);
        const char *ip = json_string_value(member(entry, "ip"));
        const char *host = json_string_value(member(entry, "hostname"));
        if ((ip && *ip) || (host && *host))
            found[count++] = ip && *ip ? ip : host;
    }
    pack_str(&service->host, str_of(count > 0 ? found[0] : ""), PACK_TEXT);
    count = add_texts(member(member(object, "spec"), "externalIPs"), found, count);
    qsort(found, count, sizeof *found, by_text);
    pack_joined(&service->external_ip, found, count, "<pending>");
}

static void read_external(const json_t *object, struct service *service)
{
    const json_t *spec = member(object, "spec");
    const char *found[ADDRESSES_MAX];
    if (service->balanced) {
        read_balancer(object, service);
        return;
    }
    pack_str(&service->host, STR(""), PACK_TEXT);
    if (strcmp(service->type, "ExternalName") == 0)
        pack_text(&service->external_ip, member(spec, "externalName"));
    else
        pack_joined(&service->external_ip, found, add_texts(member(spec, "externalIPs"), found, 0),
                    "<none>");
}

static void read_ports(const json_t *ports, struct service *service)
{
    struct buf text = {0};
    for (size_t i = 0; i < json_array_size(ports) && text.len < PACK_SPEECH; i++) {
        const json_t *port = json_array_get(ports, i);
        long long at_node = js_int(port, "nodePort", 0);
        buf_printf(&text, "%s%lld", i > 0 ? "," : "", (long long)js_int(port, "port", 0));
        if (at_node != 0)
            buf_printf(&text, ":%lld", at_node);
        buf_printf(&text, "/%.*s", STR_ARG(pack_member(port, "protocol")));
    }
    pack_str(&service->ports, text.len > 0 ? buf_str(&text) : STR("<none>"), PACK_SPEECH);
    buf_finish(&text);
}

/* "app=x,tier=y" in the order of the keys. */
static void read_selector(const json_t *selector, struct service *service)
{
    char *pairs[ADDRESSES_MAX];
    const char *key;
    size_t count = 0;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)selector, key, value)
    {
        if (json_is_string(value) && count < ADDRESSES_MAX)
            pairs[count++] = alloc_printf("%s=%s", key, json_string_value(value));
    }
    qsort(pairs, count, sizeof *pairs, by_text);
    pack_joined(&service->selector, (const char *const *)pairs, count, "<none>");
    for (size_t i = 0; i < count; i++)
        free(pairs[i]);
}

struct service *service_parse(const json_t *object)
{
    struct service *service = pack_begin(sizeof *service, object);
    const json_t *spec = member(object, "spec");
    const char *address = json_string_value(json_array_get(member(spec, "clusterIPs"), 0));
    if (!service->record.name[0])
        return NULL;
    pack_text(&service->type, member(spec, "type"));
    service->balanced = strcmp(service->type, "LoadBalancer") == 0;
    pack_str(&service->cluster_ip, str_of(address && *address ? address : "<none>"), PACK_TEXT);
    read_external(object, service);
    read_ports(member(spec, "ports"), service);
    read_selector(member(spec, "selector"), service);
    pack_text(&service->class, member(spec, "loadBalancerClass"));
    return pack_end();
}

/* ---- endpoints ---- */

/* One that does not say whether it is ready is.
 * https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/ */
struct endpoint_slice *endpoint_slice_parse(const json_t *object)
{
    struct endpoint_slice *slice = pack_begin(sizeof *slice, object);
    const json_t *all = member(object, "endpoints");
    if (!slice->record.name[0])
        return NULL;
    pack_text(&slice->service,
              member(member(member(object, "metadata"), "labels"), "kubernetes.io/service-name"));
    slice->all = (int64_t)json_array_size(all);
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *conditions = member(json_array_get(all, i), "conditions");
        slice->ready += json_is_false(member(conditions, "ready")) ? 0 : 1;
    }
    return pack_end();
}

bool endpoint_slices_count(const struct records *slices, const struct service *service,
                           int64_t *all, int64_t *ready)
{
    char first[PACK_TEXT];
    bool found = false;
    *all = *ready = 0;
    for (size_t i = records_find(slices, record_key(service->record.namespace, "", first));
         i < slices->count && strcmp(slices->items[i]->namespace, service->record.namespace) == 0;
         i++) {
        const struct endpoint_slice *slice = (const void *)slices->items[i];
        if (strcmp(slice->service, service->record.name) != 0)
            continue;
        found = true;
        *all += slice->all;
        *ready += slice->ready;
    }
    return found;
}
