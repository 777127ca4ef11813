/* Events, old style and new, and those that are about one object. */
#include "core/base/alloc.h"
#include "core/kube/object.h"

static const json_t *member(const json_t *object, const char *key)
{
    return json_object_get(object, key);
}

static int64_t first_of(int64_t a, int64_t b)
{
    return a != 0 ? a : b;
}

struct event *event_parse(const json_t *object)
{
    struct event *event = pack_begin(sizeof *event, object);
    const json_t *about = member(object, "involvedObject"), *series = member(object, "series");
    int64_t first_ms = pack_time(object, "firstTimestamp");
    int64_t event_ms = pack_time(object, "eventTime");
    struct str component = pack_member(member(object, "source"), "component");
    if (!event->record.name[0])
        return NULL;
    pack_text(&event->kind, member(about, "kind"));
    pack_text(&event->about, member(about, "name"));
    pack_text(&event->about_uid, member(about, "uid"));
    pack_text(&event->type, member(object, "type"));
    pack_text(&event->reason, member(object, "reason"));
    pack_str(&event->message, str_trim(pack_member(object, "message")), PACK_SPEECH);
    pack_str(&event->source,
             component.len > 0 ? component : pack_member(object, "reportingComponent"), PACK_TEXT);
    event->first_ms = first_of(first_ms, event_ms);
    event->last_ms = first_of(pack_time(series, "lastObservedTime"),
                              first_of(pack_time(object, "lastTimestamp"), event->first_ms));
    event->count = js_int(series, "count", js_int(object, "count", 1));
    return pack_end();
}

const struct event *events_about(const struct records *events, const char *kind,
                                 const struct record *object, size_t *at)
{
    /* what a node did stands in the namespace "default" */
    const char *namespace = object->namespace[0] ? object->namespace : "default";
    char prefix[PACK_TEXT];
    if (!events)
        return NULL;
    int len = snprintf(prefix, sizeof prefix, "%s/%s.", namespace, object->name);
    if (len < 0 || (size_t)len >= sizeof prefix)
        return NULL;
    if (*at == 0)
        *at = records_find(events, prefix) + 1;
    for (; *at <= events->count; ++*at) {
        const struct event *event = (const void *)events->items[*at - 1];
        if (strncmp(event->record.key, prefix, (size_t)len) != 0)
            return NULL;
        bool same_uid = !event->about_uid[0] || !object->uid[0] || !object->namespace[0] ||
                        strcmp(event->about_uid, object->uid) == 0;
        if (same_uid && strcmp(event->kind, kind) == 0 && strcmp(event->about, object->name) == 0) {
            ++*at;
            return event;
        }
    }
    return NULL;
}
