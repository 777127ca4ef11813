/* The description of the EKS stage: that it holds together, and what is made from it. */
#include <criterion/criterion.h>

#include "core/base/paths.h"
#include "core/rehearsal/root.h"
#include "core/rehearsal/values.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

static void place_make(void)
{
    cr_assert(dir_make(test_path("rehearsal"), 0700, NULL));
}

static void end(void)
{
    test_directory_remove();
    no_leaks();
}

TestSuite(rehearsal_description, .fini = end);
TestSuite(rehearsal_values, .fini = end);
TestSuite(rehearsal_root, .fini = end);

static void description_of_eks(struct description *description)
{
    struct error err = {.kind = ERROR_NONE};
    cr_assert(description_load(SOURCE_ASSETS "/rehearsal/eks.json", description, &err), "%s",
              err.text);
}

Test(rehearsal_description, holds_together)
{
    struct description description;
    unsigned vpc = 0, eks = 0, root = 0;
    double ends[256] = {0}, last = 0;
    description_of_eks(&description);
    for (size_t i = 0; i < description.count; i++) {
        const struct piece *piece = &description.pieces[i];
        vpc += strcmp(piece->module, "module.vpc") == 0;
        eks += strcmp(piece->module, "module.eks") == 0;
        root += *piece->module == '\0';
        cr_assert_eq(strncmp(piece->name, piece->type, strlen(piece->type)), 0,
                     "%s is named after its true type", piece->address);
        for (size_t n = 0; n < piece->need_count; n++)
            if (ends[piece->needs[n]] > ends[i])
                ends[i] = ends[piece->needs[n]];
        ends[i] += piece->seconds;
        if (ends[i] > last)
            last = ends[i];
    }
    cr_assert_eq(vpc, 23);
    cr_assert_eq(eks, 33);
    cr_assert_eq(root, 2);
    cr_assert(last > 14 * 60 && last < 16 * 60, "%g s along the critical path", last);
    description_finish(&description);
    description_finish(&description);
}

Test(rehearsal_description, damage_is_refused)
{
    static const char *const broken[] = {
        "",
        "[]",
        "{\"resources\":[]}",
        "{\"resources\":[{\"address\":\"aws_vpc.this\",\"type\":\"aws_vpc\"}]}",
        "{\"resources\":[{\"address\":\"terraform_data.a[0]\",\"type\":\"a\"}]}",
        "{\"resources\":[{\"address\":\"terraform_data.a\",\"type\":\"a\",\"needs\":[\"b\"]}]}",
        ("{\"resources\":[{\"address\":\"terraform_data.a\",\"type\":\"a\","
         "\"needs\":[\"terraform_data.a\"]}]}"),
        "{\"resources\":[{\"module\":\"module.x\",\"address\":\"terraform_data.a\"}]}",
    };
    const char *dir = test_directory();
    char path[PATH_MAX];
    place_make();
    cr_assert(path_format(path, NULL, "%s/rehearsal/ca.pem", dir));
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct description description;
        struct error err = {.kind = ERROR_NONE};
        cr_assert(file_write(path, str_of(broken[i]), 0600, NULL));
        cr_assert_not(description_load(path, &description, &err), "%s", broken[i]);
        cr_assert_eq(err.kind, ERROR_INPUT, "%s", broken[i]);
    }
}

/* The text between `variable "` and `"`, one after the other. */
static size_t blocks_in(struct str text, const char *kind, json_t *names)
{
    struct str line, word;
    size_t count = 0;
    while (text.len > 0) {
        str_cut(&text, '\n', &line);
        if (!str_starts(line, str_of(kind)))
            continue;
        str_cut(&line, '"', &word);
        str_cut(&line, '"', &word);
        json_array_append_new(names, json_stringn(word.data, word.len));
        count++;
    }
    return count;
}

Test(rehearsal_description, knows_the_variables_and_outputs_of_the_root)
{
    static const struct {
        const char *file, *kind;
    } table[] = {{SOURCE_ASSETS "/rehearsal/provision-eks/variables.tf", "variable"},
                 {SOURCE_ASSETS "/rehearsal/provision-eks/outputs.tf", "output"}};
    struct description description;
    description_of_eks(&description);
    json_t *known[2] = {json_array(), json_array()}, *value;
    const char *name;
    json_object_foreach(json_object_get(description.json, "variables"), name, value)
        json_array_append_new(known[0], json_string(name));
    json_array_extend(known[0], json_object_get(description.json, "required"));
    json_array_extend(known[1], json_object_get(description.json, "outputs"));
    for (size_t i = 0; i < 2; i++) {
        struct buf text = {.data = NULL};
        json_t *names = json_array();
        cr_assert(file_read(table[i].file, 1 << 20, &text, NULL));
        cr_assert_eq(blocks_in(buf_str(&text), table[i].kind, names), json_array_size(known[i]));
        for (size_t k = 0; k < json_array_size(names); k++) {
            bool found = false;
            for (size_t n = 0; n < json_array_size(known[i]); n++)
                found = found || json_equal(json_array_get(names, k), json_array_get(known[i], n));
            cr_assert(found, "%s", json_string_value(json_array_get(names, k)));
        }
        json_decref(names);
        json_decref(known[i]);
        buf_finish(&text);
    }
    description_finish(&description);
}

Test(rehearsal_values, follow_the_answers)
{
    const char *dir = test_directory();
    char path[PATH_MAX];
    struct description description;
    struct error err = {.kind = ERROR_NONE};
    place_make();
    cr_assert(path_format(path, NULL, "%s/rehearsal/ca.pem", dir));
    cr_assert(file_write(path, STR("PEM\n"), 0600, NULL));
    description_of_eks(&description);
    const char *const environment[] = {"TF_VAR_cluster_name=demo", "TF_VAR_node_count=5",
                                       "TF_VAR_region=eu-west-1", "TF_VAR_unknown=x", NULL};
    json_t *given = values_given(&description, dir, environment, &err);
    cr_assert(given, "%s", err.text);
    cr_assert_null(values_missing(&description, given));
    json_t *values = values_evaluate(&description, given, NULL, dir, &err);
    cr_assert(values, "%s", err.text);
    cr_assert_str_eq(js_text(values, "azs.0"), "eu-west-1a");
    cr_assert_str_eq(js_text(values, "zone_b"), "eu-west-1b");
    cr_assert_str_eq(js_text(values, "cluster_certificate_authority_data"), "UEVNCg==");
    cr_assert(
        str_ends(js_str(values, "cluster_endpoint"), STR(".gr7.eu-west-1.eks.amazonaws.com")));
    struct buf text = {.data = NULL};
    cr_assert(values_fill(values, "${node_count} × ${instance_type} ${nothing} ${open", &text));
    cr_assert_str_eq(buf_cstr(&text), "5 × t3.large  ");
    buf_finish(&text);
    json_decref(values);
    json_decref(given);
    const char *const wrong[] = {"TF_VAR_node_count=many", NULL};
    cr_assert_null(values_given(&description, dir, wrong, &err));
    cr_assert(strstr(err.text, "node_count"));
    description_finish(&description);
}

Test(rehearsal_root, keeps_templates_out_of_paths)
{
    struct description description;
    description_of_eks(&description);
    json_t *module = root_module(&description, "module.vpc", "/odd ${path}/%{x}/it's");
    const json_t *run = js_get(module, "resource.terraform_data.aws_vpc_this.provisioner.0");
    const json_t *words = js_get(json_object_get(run, "local-exec"), "interpreter");
    cr_assert_str_eq(js_text(words, "0"), "/odd $${path}/%%{x}/it's");
    cr_assert_str_eq(js_text(words, "2"), "module.vpc.terraform_data.aws_vpc_this");
    cr_assert_str_eq(js_text(words, "3"), "12");
    json_decref(module);
    description_finish(&description);
}
