/* The last words of containers that ended: the end of their log says what no object does. One log
 * is read at a time, once for each restart. */
#include "core/base/alloc.h"
#include "core/session/session_pods_work.h"

enum { TAIL = 20, SHOWN_TAIL = 2000, SHOWN_BYTES = 512 << 10, AGAIN_MS = 5000 };

static int restarts_of(const struct pod *pod, const char *container)
{
    for (size_t i = 0; i < pod->container_count; i++) {
        if (strcmp(pod->containers[i].name, container) == 0)
            return pod->containers[i].restarts;
    }
    return 0;
}

static bool is_for(const struct pods_word *word, const struct pod *pod, const char *container)
{
    return strcmp(word->key, pod->record.key) == 0 && strcmp(word->container, container) == 0;
}

static int find(const struct session_pods *pods, const struct pod *pod, const char *container)
{
    for (int i = 0; i < PODS_WORDS; i++) {
        if (is_for(&pods->words[i], pod, container))
            return i;
    }
    return -1;
}

/* The last line that has something on it. */
static void keep_last(struct str text, char *out, size_t capacity)
{
    struct str rest = text, line;
    while (rest.len > 0) {
        str_cut(&rest, '\n', &line);
        line = str_trim(line);
        if (line.len > 0)
            str_copy(line, out, capacity);
    }
}

static void on_log(struct podlog *log)
{
    struct session_pods *pods = container_of(log, struct session_pods, log);
    struct pods_word *word = &pods->words[pods->asking];
    word->asked = true;
    if (log->ok)
        keep_last(buf_str(&log->text), word->text, sizeof word->text);
    podlog_finish(log);
    pods->asking = -1;
    pods->rethink = true;
    loop_after(pods->loop, &pods->beat, 0);
}

/* A place for another word: a free one, else that of a pod that is gone, else none. */
static int place_for(const struct session_pods *pods)
{
    for (int i = 0; i < PODS_WORDS; i++) {
        const char *key = pods->words[i].key;
        size_t at = records_find(&pods->tables[PODS_PODS], key);
        bool lives = key[0] && at < pods->tables[PODS_PODS].count &&
                     strcmp(pods->tables[PODS_PODS].items[at]->key, key) == 0;
        if (!lives)
            return i;
    }
    return -1;
}

static void ask(struct session_pods *pods, const struct pod *pod, const struct diagnosis *said,
                int place)
{
    struct pods_word *word = &pods->words[place];
    struct error ignored;
    if (!is_for(word, pod, said->container))
        word->text[0] = '\0';
    str_copy(str_of(pod->record.key), word->key, sizeof word->key);
    str_copy(str_of(said->container), word->container, sizeof word->container);
    word->restarts = restarts_of(pod, said->container);
    word->asked = false;
    pods->log = (struct podlog){.namespace_name = pod->record.namespace,
                                .pod = pod->record.name,
                                .container = said->container,
                                .tail = TAIL,
                                .previous = said->previous,
                                .done = on_log};
    pods->asking = place;
    if (!podlog_start(&pods->log, pods->kube, &ignored)) {
        pods->asking = -1;
        word->asked = true;
    }
}

void session_pods_ask(struct session_pods *pods, const struct pod *pod,
                      const struct diagnosis *said)
{
    if (!said->container[0] || pods->asking >= 0)
        return;
    int place = find(pods, pod, said->container);
    const struct pods_word *word = place >= 0 ? &pods->words[place] : NULL;
    if (word && word->asked && word->restarts == restarts_of(pod, said->container))
        return;
    place = place >= 0 ? place : place_for(pods);
    if (place >= 0)
        ask(pods, pod, said, place);
}

void session_pods_quote(const struct session_pods *pods, const struct pod *pod,
                        struct diagnosis *said)
{
    int place = said->container[0] ? find(pods, pod, said->container) : -1;
    if (place >= 0 && pods->words[place].text[0])
        snprintf(said->hint, sizeof said->hint, "Its last words: %s", pods->words[place].text);
}

/* ---- the log that is shown ---- */

/* The oldest quarter goes at once, so that few lines are moved often. */
static void forget_oldest(struct pods_log *shown)
{
    struct str rest = str_skip(buf_str(&shown->text), SHOWN_BYTES / 4), dropped;
    str_cut(&rest, '\n', &dropped);
    size_t len = shown->text.len - rest.len;
    for (size_t i = 0; i < len; i++)
        shown->first += shown->text.data[i] == '\n' ? 1 : 0;
    buf_drop(&shown->text, len);
}

static void begin_anew(struct pods_log *shown)
{
    buf_clear(&shown->text);
    shown->first = 0;
    shown->number++;
    shown->stale = false;
}

static void on_line(struct podlog *log, struct str line)
{
    struct pods_log *shown = container_of(log, struct pods_log, log);
    if (shown->stale)
        begin_anew(shown);
    buf_append(&shown->text, line);
    buf_byte(&shown->text, '\n');
    if (shown->text.len > SHOWN_BYTES)
        forget_oldest(shown);
}

static void on_shown(struct podlog *log)
{
    struct pods_log *shown = container_of(log, struct pods_log, log);
    shown->over = true;
    shown->over_ms = log->kube->http->loop->now_ms;
    shown->error = log->error;
    if (log->ok)
        shown->error = (struct error){.kind = ERROR_NONE};
    if (log->ok && shown->stale)
        begin_anew(shown); /* the new life has said nothing yet */
}

/* A new life of the container is asked for again, and what may have healed. */
static bool is_to_be_read_anew(const struct session_pods *pods, const struct pod *pod)
{
    const struct pods_log *shown = &pods->shown;
    if (!shown->over || shown->previous)
        return false;
    return restarts_of(pod, shown->container) != shown->restarts ||
           (shown->error.kind != ERROR_NONE && pods->loop->now_ms - shown->over_ms >= AGAIN_MS);
}

/* What was read before stays until the first line comes. */
static void start_reading(struct session_pods *pods, const struct pod *pod)
{
    struct pods_log *shown = &pods->shown;
    shown->stale = shown->over && shown->text.len > 0;
    shown->restarts = restarts_of(pod, shown->container);
    shown->log = (struct podlog){.namespace_name = pod->record.namespace,
                                 .pod = pod->record.name,
                                 .container = shown->container,
                                 .tail = SHOWN_TAIL,
                                 .previous = shown->previous,
                                 .follow = !shown->previous,
                                 .lines_only = true,
                                 .line = on_line,
                                 .done = on_shown};
    shown->over = !podlog_start(&shown->log, pods->kube, &shown->error);
    shown->over_ms = pods->loop->now_ms;
}

void session_pods_show_log(struct session_pods *pods, const struct pod *pod, const char *container,
                           bool previous)
{
    struct pods_log *shown = &pods->shown;
    const char *key = pod ? pod->record.key : "";
    bool same = strcmp(shown->key, key) == 0 &&
                (!pod || (strcmp(shown->container, container) == 0 && shown->previous == previous));
    if (same && (!pod || !is_to_be_read_anew(pods, pod)))
        return;
    podlog_finish(&shown->log);
    if (!same) {
        uint64_t number = shown->number + 1;
        buf_finish(&shown->text);
        *shown = (struct pods_log){.previous = previous, .number = number};
        str_copy(str_of(key), shown->key, sizeof shown->key);
        str_copy(str_of(pod ? container : ""), shown->container, sizeof shown->container);
    }
    if (pod)
        start_reading(pods, pod);
}
