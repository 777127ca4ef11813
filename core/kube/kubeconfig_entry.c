/* Our three entries in the tree of a kubeconfig file. Nothing else in the tree is touched, and
 * nothing is read or written here. */
#include "core/base/alloc.h"
#include "core/base/yaml.h"
#include "core/kube/kubeconfig_file.h"

/* ---- nodes; running out of memory is the only way to fail, and leaves 0 ---- */

static int add_plain(yaml_document_t *document, const char *text)
{
    return yaml_document_add_scalar(document, NULL, (const yaml_char_t *)text, (int)strlen(text),
                                    YAML_PLAIN_SCALAR_STYLE);
}

static int add_scalar(yaml_document_t *document, const char *text)
{
    yaml_scalar_style_t style =
        yml_needs_quotes(text) ? YAML_DOUBLE_QUOTED_SCALAR_STYLE : YAML_PLAIN_SCALAR_STYLE;
    return yaml_document_add_scalar(document, NULL, (const yaml_char_t *)text, (int)strlen(text),
                                    style);
}

static int add_mapping(yaml_document_t *document)
{
    return yaml_document_add_mapping(document, NULL, YAML_BLOCK_MAPPING_STYLE);
}

static int add_sequence(yaml_document_t *document)
{
    return yaml_document_add_sequence(document, NULL, YAML_BLOCK_SEQUENCE_STYLE);
}

/* Replaces the value of a key (the last one, when it stands twice) or appends the pair. */
static bool put(yaml_document_t *document, int mapping, const char *key, int value)
{
    yaml_node_t *node = yaml_document_get_node(document, mapping);
    yaml_node_pair_t *found = NULL;
    if (!node || !value)
        return false;
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        const yaml_node_t *name = yaml_document_get_node(document, pair->key);
        if (name->type == YAML_SCALAR_NODE && strcmp((char *)name->data.scalar.value, key) == 0)
            found = pair;
    }
    if (found) {
        found->value = value;
        return true;
    }
    int name = add_scalar(document, key);
    return name && yaml_document_append_mapping_pair(document, mapping, name, value);
}

static bool put_text(yaml_document_t *document, int mapping, const char *key, const char *text)
{
    return put(document, mapping, key, add_scalar(document, text));
}

static bool put_words(yaml_document_t *document, int mapping, const char *key,
                      const char *const *words)
{
    int list = add_sequence(document);
    bool ok = put(document, mapping, key, list);
    for (; ok && words && *words; words++)
        ok = yaml_document_append_sequence_item(document, list, add_scalar(document, *words));
    return ok;
}

static bool put_environment(yaml_document_t *document, int mapping, const char *const *environment)
{
    int list = add_sequence(document);
    bool ok = put(document, mapping, "env", list);
    for (; ok && *environment; environment++) {
        struct str value = str_of(*environment), name;
        (void)str_cut(&value, '=', &name);
        char *copy = alloc_copy(name);
        int item = add_mapping(document);
        ok = item && put_text(document, item, "name", copy) &&
             put_text(document, item, "value", value.data) &&
             yaml_document_append_sequence_item(document, list, item);
        free(copy);
    }
    return ok;
}

/* ---- the three entries ---- */

static int cluster_node(yaml_document_t *document, const struct kubeconfig_entry *entry)
{
    int node = add_mapping(document);
    bool ok =
        node && put_text(document, node, "certificate-authority-data", entry->ca_data) &&
        put_text(document, node, "server", entry->server) &&
        (!entry->server_name || put_text(document, node, "tls-server-name", entry->server_name));
    return ok ? node : 0;
}

static int user_node(yaml_document_t *document, const struct kubeconfig_entry *entry)
{
    int node = add_mapping(document), exec = add_mapping(document);
    bool ok = node && put(document, node, "exec", exec) &&
              put_text(document, exec, "apiVersion", "client.authentication.k8s.io/v1beta1") &&
              put_words(document, exec, "args", entry->args) &&
              put_text(document, exec, "command", entry->command) &&
              (!entry->environment || !entry->environment[0] ||
               put_environment(document, exec, entry->environment)) &&
              put_text(document, exec, "interactiveMode", "Never") &&
              put(document, exec, "provideClusterInfo", add_plain(document, "false"));
    return ok ? node : 0;
}

static int lists_node(struct kubeconfig_file *file, const char *list)
{
    return kubeconfig_get(file, kubeconfig_root(file), list);
}

static bool put_entry(struct kubeconfig_file *file, const char *list, const char *kind,
                      const char *name, int node)
{
    yaml_document_t *document = &file->document;
    int at = kubeconfig_find(file, list, str_of(name)), all = lists_node(file, list);
    if (at >= 0)
        return put(document, kubeconfig_item(file, all, (size_t)at), kind, node);
    if (!all) {
        all = add_sequence(document);
        if (!put(document, kubeconfig_root(file), list, all))
            return false;
    }
    int item = add_mapping(document);
    return item && put(document, item, kind, node) && put_text(document, item, "name", name) &&
           yaml_document_append_sequence_item(document, all, item);
}

/* A namespace that somebody chose stays. */
static bool put_context(struct kubeconfig_file *file, const char *name)
{
    yaml_document_t *document = &file->document;
    int at = kubeconfig_find(file, "contexts", str_of(name)), node = 0;
    if (at >= 0)
        node = kubeconfig_get(file, kubeconfig_item(file, lists_node(file, "contexts"), (size_t)at),
                              "context");
    yaml_node_t *there = yaml_document_get_node(document, node);
    bool known = there && there->type == YAML_MAPPING_NODE;
    if (!known)
        node = add_mapping(document);
    return node && put_text(document, node, "cluster", name) &&
           put_text(document, node, "user", name) &&
           (known || put_entry(file, "contexts", "context", name, node));
}

static bool put_missing(struct kubeconfig_file *file, const char *key, const char *text)
{
    int root = kubeconfig_root(file);
    return kubeconfig_get(file, root, key) || put_text(&file->document, root, key, text);
}

bool kubeconfig_put(struct kubeconfig_file *file, const struct kubeconfig_entry *entry)
{
    yaml_document_t *document = &file->document;
    return put_missing(file, "apiVersion", "v1") && put_missing(file, "kind", "Config") &&
           put_entry(file, "clusters", "cluster", entry->name, cluster_node(document, entry)) &&
           put_context(file, entry->name) &&
           put_entry(file, "users", "user", entry->name, user_node(document, entry));
}

bool kubeconfig_put_current(struct kubeconfig_file *file, const char *name)
{
    return put_text(&file->document, kubeconfig_root(file), "current-context", name);
}

bool kubeconfig_begin(struct kubeconfig_file *file)
{
    if (file->loaded)
        yaml_document_delete(&file->document);
    file->loaded = yaml_document_initialize(&file->document, NULL, NULL, NULL, 1, 1);
    return file->loaded && add_mapping(&file->document) == 1;
}

static bool drop_entry(struct kubeconfig_file *file, const char *list, struct str name)
{
    int at = kubeconfig_find(file, list, name);
    yaml_node_t *all = yaml_document_get_node(&file->document, lists_node(file, list));
    if (at < 0)
        return false;
    yaml_node_item_t *item = all->data.sequence.items.start + at;
    memmove(item, item + 1, (size_t)(--all->data.sequence.items.top - item) * sizeof *item);
    return true;
}

bool kubeconfig_drop(struct kubeconfig_file *file, const char *name)
{
    bool cluster = drop_entry(file, "clusters", str_of(name));
    bool context = drop_entry(file, "contexts", str_of(name));
    bool user = drop_entry(file, "users", str_of(name));
    bool current = str_is(kubeconfig_text(file, kubeconfig_root(file), "current-context"), name) &&
                   kubeconfig_put_current(file, "");
    return cluster || context || user || current;
}

static int append(void *out, unsigned char *bytes, size_t len)
{
    return buf_append(out, (struct str){(const char *)bytes, len});
}

bool kubeconfig_dump(struct kubeconfig_file *file, struct buf *out)
{
    yaml_emitter_t emitter;
    if (!yaml_emitter_initialize(&emitter))
        return false;
    yaml_emitter_set_output(&emitter, append, out);
    yaml_emitter_set_unicode(&emitter, 1);
    yaml_emitter_set_width(&emitter, -1);
    bool ok = yaml_emitter_dump(&emitter, &file->document) && yaml_emitter_close(&emitter);
    file->loaded = false; /* dumping frees it */
    yaml_emitter_delete(&emitter);
    return ok;
}
