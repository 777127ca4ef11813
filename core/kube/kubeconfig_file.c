/* The tree of a kubeconfig file: loading, checking, looking up. */
#include "core/kube/kubeconfig_file.h"

#include "core/base/alloc.h"
#include "core/base/paths.h"

static const size_t LARGEST = (size_t)4 << 20;

enum { MOST_ENTRIES = 4096 };

static bool not_yaml(const struct kubeconfig_file *file, const yaml_parser_t *parser,
                     struct error *err)
{
    return error_set(err, ERROR_INPUT, "%s, line %zu: not valid YAML: %s.", file->path,
                     parser->problem_mark.line + 1,
                     parser->problem ? parser->problem : "unreadable");
}

/* One document; what follows it must be empty. */
static bool parse(struct kubeconfig_file *file, struct str text, struct error *err)
{
    yaml_parser_t parser;
    yaml_document_t second;
    if (!yaml_parser_initialize(&parser))
        return error_set(err, ERROR_SYSTEM, "The YAML reader could not be started.");
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.data, text.len);
    file->loaded = yaml_parser_load(&parser, &file->document);
    bool ok = file->loaded || not_yaml(file, &parser, err);
    if (ok && yaml_document_get_root_node(&file->document)) {
        ok = yaml_parser_load(&parser, &second) || not_yaml(file, &parser, err);
        if (ok && yaml_document_get_root_node(&second))
            ok = error_set(err, ERROR_INPUT, "%s has a second YAML document.", file->path);
        if (parser.error == YAML_NO_ERROR)
            yaml_document_delete(&second);
    }
    yaml_parser_delete(&parser);
    return ok;
}

static bool check_names(struct kubeconfig_file *file, const char *list, struct error *err)
{
    int node = kubeconfig_get(file, kubeconfig_root(file), list), item;
    yaml_node_t *sequence = yaml_document_get_node(&file->document, node);
    if (sequence && sequence->type != YAML_SEQUENCE_NODE)
        return error_set(err, ERROR_INPUT, "%s: %s is not a list.", file->path, list);
    if (kubeconfig_item(file, node, MOST_ENTRIES))
        return error_set(err, ERROR_INPUT, "%s has more than %d %s.", file->path, MOST_ENTRIES,
                         list);
    for (size_t i = 0; (item = kubeconfig_item(file, node, i)); i++) {
        struct str name = kubeconfig_text(file, item, "name");
        if (kubeconfig_find(file, list, name) != (int)i)
            return error_set(err, ERROR_INPUT, "%s: the name \"%.*s\" stands twice in %s.",
                             file->path, STR_ARG(name), list);
    }
    return true;
}

static bool check(struct kubeconfig_file *file, struct error *err)
{
    yaml_node_t *root = yaml_document_get_root_node(&file->document);
    if (kubeconfig_root(file) && root->type != YAML_MAPPING_NODE)
        return error_set(err, ERROR_INPUT, "%s is not a kubeconfig file.", file->path);
    return check_names(file, "clusters", err) && check_names(file, "contexts", err) &&
           check_names(file, "users", err);
}

bool kubeconfig_file_parse(struct kubeconfig_file *file, const char *path, struct str text,
                           struct error *err)
{
    file->loaded = false;
    if (path_format(file->path, err, "%s", path) && parse(file, text, err) && check(file, err))
        return true;
    kubeconfig_file_finish(file);
    return false;
}

bool kubeconfig_file_load(struct kubeconfig_file *file, const char *path, struct error *err)
{
    struct buf text = {.data = NULL};
    file->loaded = false;
    bool ok = path_format(file->path, err, "%s", path) && file_read(path, LARGEST, &text, err) &&
              kubeconfig_file_parse(file, path, buf_str(&text), err);
    secret_wipe(text.data, text.len);
    buf_finish(&text);
    return ok;
}

/* Tokens and keys may stand in it. */
void kubeconfig_file_finish(struct kubeconfig_file *file)
{
    if (!file->loaded)
        return;
    for (yaml_node_t *node = file->document.nodes.start; node < file->document.nodes.top; node++)
        if (node->type == YAML_SCALAR_NODE)
            secret_wipe(node->data.scalar.value, node->data.scalar.length);
    yaml_document_delete(&file->document);
    file->loaded = false;
}

static bool is_null(const yaml_node_t *node)
{
    if (node->type != YAML_SCALAR_NODE || node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    struct str text = {(const char *)node->data.scalar.value, node->data.scalar.length};
    return text.len == 0 || str_is(text, "~") || str_is(text, "null") || str_is(text, "Null") ||
           str_is(text, "NULL");
}

int kubeconfig_root(struct kubeconfig_file *file)
{
    yaml_node_t *root = yaml_document_get_root_node(&file->document);
    return root && !is_null(root) ? 1 : 0;
}

struct str kubeconfig_scalar(struct kubeconfig_file *file, int node)
{
    yaml_node_t *scalar = yaml_document_get_node(&file->document, node);
    if (!scalar || scalar->type != YAML_SCALAR_NODE)
        return STR("");
    return (struct str){(const char *)scalar->data.scalar.value, scalar->data.scalar.length};
}

int kubeconfig_get(struct kubeconfig_file *file, int node, const char *key)
{
    yaml_node_t *mapping = yaml_document_get_node(&file->document, node);
    int found = 0;
    if (!mapping || mapping->type != YAML_MAPPING_NODE)
        return 0;
    for (yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
         pair < mapping->data.mapping.pairs.top; pair++)
        if (str_is(kubeconfig_scalar(file, pair->key), key))
            found = pair->value;
    return found && !is_null(yaml_document_get_node(&file->document, found)) ? found : 0;
}

struct str kubeconfig_text(struct kubeconfig_file *file, int node, const char *key)
{
    return kubeconfig_scalar(file, kubeconfig_get(file, node, key));
}

/* kubectl reads YAML 1.1. */
bool kubeconfig_true(struct kubeconfig_file *file, int node, const char *key)
{
    struct str text = kubeconfig_text(file, node, key);
    return str_eq_nocase(text, STR("true")) || str_eq_nocase(text, STR("yes")) ||
           str_eq_nocase(text, STR("on")) || str_eq_nocase(text, STR("y"));
}

int kubeconfig_item(struct kubeconfig_file *file, int list, size_t index)
{
    yaml_node_t *sequence = yaml_document_get_node(&file->document, list);
    if (!sequence || sequence->type != YAML_SEQUENCE_NODE ||
        index >= (size_t)(sequence->data.sequence.items.top - sequence->data.sequence.items.start))
        return 0;
    return sequence->data.sequence.items.start[index];
}

int kubeconfig_find(struct kubeconfig_file *file, const char *list, struct str name)
{
    int node = kubeconfig_get(file, kubeconfig_root(file), list), item;
    for (size_t i = 0; (item = kubeconfig_item(file, node, i)); i++)
        if (str_eq(kubeconfig_text(file, item, "name"), name))
            return (int)i;
    return -1;
}

void kubeconfig_count(struct kubeconfig_file *file, size_t counts[3])
{
    static const char *const lists[3] = {"clusters", "contexts", "users"};
    for (int i = 0; i < 3; i++) {
        int node = kubeconfig_get(file, kubeconfig_root(file), lists[i]);
        for (counts[i] = 0; kubeconfig_item(file, node, counts[i]); counts[i]++)
            ;
    }
}
