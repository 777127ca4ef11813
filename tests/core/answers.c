/* Answers: what judges accept and refuse, and that files, JSON and variables say the same. */
#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/base/yaml.h"
#include "core/session/answers.h"

static char place[64];

static void make_place(void)
{
    snprintf(place, sizeof place, "/tmp/ekshub-answers-XXXXXX");
    cr_assert_not_null(mkdtemp(place));
}

static void remove_place(void)
{
    struct error err = {0};
    cr_assert(tree_remove(AT_FDCWD, place, &err), "%s", err.text);
}

TestSuite(answers_file, .init = make_place, .fini = remove_place);

static const char *judged(const char *key, const char *text)
{
    const struct answer_field *field = answer_field(key);
    cr_assert_not_null(field, "%s", key);
    return field->judge(text);
}

Test(answers, good_ones_are_accepted)
{
    static const char *const good[][2] = {
        {"cluster_name", "demo-hub"},
        {"cluster_name", "1_A"},
        {"kubernetes_version", "1.35"},
        {"node_count", "2"},
        {"node_count", "100"},
        {"instance_type", "t3.large"},
        {"instance_type", "u-6tb1.112xlarge"},
        {"node_disk_gib", "20"},
        {"zones", ""},
        {"zones", "us-east-2a, us-east-2b"},
        {"vpc_cidr", "10.0.0.0/16"},
        {"vpc_cidr", "192.168.16.0/20"},
        {"endpoint_cidrs", "203.0.113.7/32"},
        {"endpoint_cidrs", "0.0.0.0/0"},
        {"endpoint_cidrs", "10.0.0.0/8, 192.0.2.0/24"},
        {"admin_arns", ""},
        {"admin_arns", "arn:aws:iam::123456789012:role/path/admin"},
        {"admin_arns", "arn:aws-cn:iam::123456789012:user/ada,arn:aws:iam::123456789012:role/x"},
        {"tags", ""},
        {"tags", "team=data, cost=a=b"},
        {"region", "us-gov-west-1"},
        {"account", "012345678901"},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        const char *complaint = judged(good[i][0], good[i][1]);
        cr_assert_null(complaint, "%s \"%s\": %s", good[i][0], good[i][1], complaint);
    }
}

Test(answers, bad_ones_are_refused_with_a_sentence)
{
    static const char *const bad[][2] = {
        {"cluster_name", ""},
        {"cluster_name", "-demo"},
        {"cluster_name", "démo"},
        {"cluster_name", "a b"},
        {"kubernetes_version", ""},
        {"kubernetes_version", "1.3"},
        {"kubernetes_version", "1.32"},
        {"kubernetes_version", "1.-5"},
        {"kubernetes_version", "1.35.1"},
        {"kubernetes_version", "v1.35"},
        {"node_count", ""},
        {"node_count", "1"},
        {"node_count", "101"},
        {"node_count", "+3"},
        {"node_count", "3.5"},
        {"node_count", "three"},
        {"instance_type", ""},
        {"instance_type", "large"},
        {"instance_type", "T3.large"},
        {"instance_type", "t3.large,t3.xlarge"},
        {"instance_type", ".large"},
        {"node_disk_gib", "19"},
        {"node_disk_gib", "16385"},
        {"node_disk_gib", "1e3"},
        {"zones", "us-east-2a"},
        {"zones", "us-east-2a,us-east-2a"},
        {"zones", "us-east-2a,us-east-2b,us-east-2c"},
        {"zones", "use2-az1,use2-az2"},
        {"zones", "a,b"},
        {"vpc_cidr", "10.0.0.0"},
        {"vpc_cidr", "10.0.0.0/8"},
        {"vpc_cidr", "10.0.0.0/21"},
        {"vpc_cidr", "10.0.1.0/16"},
        {"vpc_cidr", "10.0.0/16"},
        {"vpc_cidr", "10.0.0.0/016"},
        {"vpc_cidr", "256.0.0.0/16"},
        {"vpc_cidr", "::/16"},
        {"endpoint_cidrs", ""},
        {"endpoint_cidrs", "  "},
        {"endpoint_cidrs", "203.0.113.7"},
        {"endpoint_cidrs", "203.0.113.7/24"},
        {"endpoint_cidrs", "203.0.113.7/33"},
        {"endpoint_cidrs", "203.0.113.7/32,"
                           ",10.0.0.0/8"},
        {"endpoint_cidrs", "010.0.0.0/8"},
        {"endpoint_cidrs", "1.2.3.4.5/32"},
        {"admin_arns", "role/admin"},
        {"admin_arns", "arn:aws:iam::12345678901:role/admin"},
        {"admin_arns", "arn:aws:iam::123456789012:group/admin"},
        {"admin_arns", "arn:aws:iam::123456789012:role/"},
        {"admin_arns", "arn:aws:sts::123456789012:assumed-role/admin/ada"},
        {"tags", "team"},
        {"tags", "=data"},
        {"tags", "aws:x=y"},
        {"tags", "ekshub:deployment=x"},
        {"tags", "\xff=1"},
        {"region", ""},
        {"region", "useast"},
        {"region", "us-east-2/evil"},
        {"account", "12345678901"},
        {"account", "12345678901x"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *complaint = judged(bad[i][0], bad[i][1]);
        cr_assert_not_null(complaint, "%s \"%s\" was accepted", bad[i][0], bad[i][1]);
        cr_assert(str_ends(str_of(complaint), STR(".")), "%s", complaint);
    }
}

Test(answers, defaults_are_valid_but_for_what_only_the_operator_knows)
{
    struct answers answers;
    struct error err = {0};
    answers_default(&answers, true);
    cr_assert(answers_judge(&answers, STAGE_EKS, &err), "%s", err.text);
    cr_assert_eq(strlen(answers.id), 8);
    answers_default(&answers, false);
    cr_assert_not(answers_judge(&answers, STAGE_EKS, &err));
    cr_assert_eq(err.kind, ERROR_INPUT);
    cr_assert_str_eq(err.text, "These answers are missing: cluster_name, endpoint_cidrs, region.");
}

Test(answers, judged_together)
{
    struct answers answers;
    struct error err = {0};
    answers_default(&answers, true);
    str_copy(STR("eu-west-1a,eu-west-1b"), answers.zones, sizeof answers.zones);
    cr_assert_not(answers_judge(&answers, STAGE_EKS, &err));
    cr_assert_str_eq(err.text, "The zone eu-west-1a is not in the region us-east-2.");
    answers.zones[0] = '\0';
    str_copy(STR("1"), answers.node_count, sizeof answers.node_count);
    cr_assert_not(answers_judge(&answers, STAGE_EKS, &err));
    cr_assert_str_eq(err.text, "node_count: Nodes must be a whole number from 2 to 100: each zone "
                               "keeps one.");
}

static bool from_yaml(struct answers *answers, const char *text, struct error *err)
{
    json_t *value = yml_parse(str_of(text), err);
    cr_assert_not_null(value, "%s", err->text);
    bool ok = answers_from_json(answers, value, err);
    json_decref(value);
    return ok;
}

Test(answers, what_people_write)
{
    struct answers answers;
    struct error err = {0};
    answers_default(&answers, false);
    cr_assert(from_yaml(&answers,
                        "cluster_name: lab\n"
                        "kubernetes_version: 1.40\n" /* a number to YAML */
                        "node_count: 4\n"
                        "instance_types: [m5.large]\n" /* terraform's name and shape */
                        "azs: [us-east-2b, us-east-2c]\n"
                        "endpoint_cidrs: 10.0.0.0/8,192.0.2.1/32\n"
                        "tags: {team: data, level: 3, cost: null-ish}\n"
                        "account: 123456789012\n"
                        "cert_manager: false\n"
                        "region: ~\n"
                        "something_else: [1, 2]\n",
                        &err),
              "%s", err.text);
    cr_assert_str_eq(answers.cluster_name, "lab");
    cr_assert_str_eq(answers.kubernetes_version, "1.40");
    cr_assert_str_eq(answers.node_count, "4");
    cr_assert_str_eq(answers.instance_type, "m5.large");
    cr_assert_str_eq(answers.zones, "us-east-2b,us-east-2c");
    cr_assert_str_eq(answers.endpoint_cidrs, "10.0.0.0/8,192.0.2.1/32");
    cr_assert_str_eq(answers.tags, "team=data,level=3,cost=null-ish");
    cr_assert_str_eq(answers.account, "123456789012");
    cr_assert_str_eq(answers.node_disk_gib, "100");
    cr_assert_not(answers.cert_manager);
}

Test(answers, wrong_kinds_are_named)
{
    static const char *const bad[][2] = {
        {"cluster_name: [a]", "cluster_name must be one text."},
        {"node_count: {a: 1}", "node_count must be a number."},
        {"zones: [1]", "zones must be a list of texts."},
        {"zones: {a: b}", "zones must be a text or a list of texts."},
        {"endpoint_cidrs: ['10.0.0.0/8,1.1.1.1/32']",
         "An entry of endpoint_cidrs has a comma in it."},
        {"tags: {a: [1]}", "tags must be names with one text each."},
        {"tags: {a: 'b,c'}", "The tag a has a comma in it."},
        {"cert_manager: 'yes'", "cert_manager must be true or false."},
        {"rehearsal: 1", "rehearsal must be true or false."},
        {"id: 'A/B'", "id must be a short word of small letters and digits."},
        {"node_count: 12345", "node_count is longer than 3 bytes."},
        {"cluster_name: \"a\\0b\"", "cluster_name has characters in it that are no text."},
        {"tags: \"a=\\e[31mred\"", "tags has characters in it that are no text."},
        {"region: \"us\\neast\"", "region has characters in it that are no text."},
        {"version: 2", "These answers have version 2; this program knows 1."},
        {"[a]", "Answers must be names with values."},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct answers answers;
        struct error err = {0};
        answers_default(&answers, false);
        cr_assert_not(from_yaml(&answers, bad[i][0], &err), "%s", bad[i][0]);
        cr_assert_eq(err.kind, ERROR_INPUT);
        cr_assert_str_eq(err.text, bad[i][1]);
    }
}

static void fill(struct answers *answers)
{
    answers_default(answers, true);
    str_copy(STR("us-east-2a,us-east-2c"), answers->zones, sizeof answers->zones);
    str_copy(STR("team=data,note=a b"), answers->tags, sizeof answers->tags);
    str_copy(STR("123456789012"), answers->account, sizeof answers->account);
    str_copy(STR("arn:aws:iam::123456789012:role/a"), answers->admin_arns,
             sizeof answers->admin_arns);
    answers->cert_manager = false;
}

Test(answers, variables_have_terraforms_names_and_types)
{
    struct answers answers;
    fill(&answers);
    str_copy(STR("0123abcd"), answers.id, sizeof answers.id);
    json_t *value = answers_variables(&answers, STAGE_EKS, "kube_admin");
    struct buf text = {0};
    js_dump(value, &text);
    cr_assert_str_eq(
        buf_cstr(&text),
        "{\"profile\":\"kube_admin\",\"cluster_name\":\"demo-hub\",\"kubernetes_version\":\"1.35\","
        "\"node_count\":3,\"instance_types\":[\"t3.large\"],\"node_disk_gib\":100,"
        "\"azs\":[\"us-east-2a\",\"us-east-2c\"],\"vpc_cidr\":\"10.0.0.0/16\","
        "\"endpoint_public_access_cidrs\":[\"203.0.113.7/32\"],"
        "\"admin_arns\":[\"arn:aws:iam::123456789012:role/a\"],"
        "\"tags\":{\"team\":\"data\",\"note\":\"a b\",\"ekshub:deployment\":\"demo-hub/0123abcd\"},"
        "\"region\":\"us-east-2\",\"cert_manager\":false}");
    json_decref(value);
    buf_finish(&text);
    value = answers_variables(&answers, STAGE_EKS, NULL);
    cr_assert_null(js_get(value, "profile"));
    json_decref(value);
}

static void begin_domain(struct answers *answers)
{
    answers_default(answers, true);
    answers->cert_manager = true;
    str_copy(STR("demo.example.org"), answers->domain_zone, sizeof answers->domain_zone);
}

Test(answers, a_domain_has_hosts_in_its_zone)
{
    struct answers answers;
    struct error err = {0};
    char host[264];
    begin_domain(&answers);
    cr_assert(answers_judge(&answers, STAGE_DOMAIN, &err), "%s", err.text);
    answers_hub_host(&answers, host);
    cr_assert_str_eq(host, "hub.demo.example.org");
    json_t *variables = answers_variables(&answers, STAGE_DOMAIN, "kube_admin");
    cr_assert_str_eq(js_text(variables, "pypi_host"), "pypi.demo.example.org");
    cr_assert_not(js_bool(variables, "create_zone", true));
    json_decref(variables);
    str_copy(STR("hub.example.org"), answers.domain_hub_host, sizeof answers.domain_hub_host);
    cr_assert_not(answers_judge(&answers, STAGE_DOMAIN, &err));
    cr_assert_not_null(strstr(err.text, "hub.example.org is not in the zone"));
    str_copy(STR("pypi.demo.example.org"), answers.domain_hub_host, sizeof answers.domain_hub_host);
    cr_assert_not(answers_judge(&answers, STAGE_DOMAIN, &err));
    cr_assert_not_null(strstr(err.text, "a host each"));
}

Test(answers, a_domain_that_cannot_be)
{
    struct answers answers;
    struct error err = {0};
    static const char *const zones[] = {
        "example", "Demo.example.org", "demo.example.org.", "-a.example.org", "a..b", "10.0.0.1"};
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        begin_domain(&answers);
        str_copy(str_of(zones[i]), answers.domain_zone, sizeof answers.domain_zone);
        cr_assert_not(answers_judge(&answers, STAGE_DOMAIN, &err), "%s", zones[i]);
    }
    begin_domain(&answers);
    str_copy(STR("http01"), answers.domain_challenge, sizeof answers.domain_challenge);
    cr_assert_not(answers_judge(&answers, STAGE_DOMAIN, &err));
    cr_assert_not_null(strstr(err.hint, "dns01"));
    str_copy(STR("0.0.0.0/0"), answers.domain_source_ranges, sizeof answers.domain_source_ranges);
    cr_assert(answers_judge(&answers, STAGE_DOMAIN, &err), "%s", err.text);
    answers.cert_manager = false;
    cr_assert_not(answers_judge(&answers, STAGE_DOMAIN, &err));
    begin_domain(&answers);
    str_copy(STR("ops@example"), answers.domain_acme_email, sizeof answers.domain_acme_email);
    cr_assert_not(answers_judge(&answers, STAGE_DOMAIN, &err));
}

Test(answers, the_example_is_valid)
{
    struct answers answers;
    struct error err = {0};
    answers_default(&answers, false);
    cr_assert(answers_read_file(&answers, SOURCE_ASSETS "/answers.example.yaml", &err), "%s",
              err.text);
    for (int stage = STAGE_EKS; stage <= STAGE_MLHUB; stage++)
        cr_assert(answers_judge(&answers, (enum stage_id)stage, &err), "%s", err.text);
    cr_assert_str_eq(answers.endpoint_cidrs, "203.0.113.7/32");
    cr_assert_str_eq(answers.tags, "team=data");
    cr_assert_not(answers_want_domain(&answers), "plain http unless a zone is named");
}

Test(answers_file, written_and_read_again)
{
    struct answers before, after;
    struct error err = {0};
    char path[128];
    snprintf(path, sizeof path, "%s/ekshub.yaml", place);
    fill(&before);
    cr_assert(answers_write_file(&before, path, &err), "%s", err.text);
    answers_default(&after, false);
    cr_assert(answers_read_file(&after, path, &err), "%s", err.text);
    json_t *a = answers_json(&before), *b = answers_json(&after);
    cr_assert(json_equal(a, b));
    json_decref(a);
    json_decref(b);
    struct stat st;
    cr_assert_eq(stat(path, &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0600);
    struct buf text = {0};
    cr_assert(file_read(path, 1 << 20, &text, &err));
    cr_assert(str_starts(buf_str(&text), STR("# ")));
    buf_finish(&text);
}

Test(answers_file, every_truncated_prefix_is_survived)
{
    struct answers answers;
    struct error err = {0};
    struct buf text = {0};
    char path[128];
    snprintf(path, sizeof path, "%s/cut.yaml", place);
    cr_assert(file_read(SOURCE_ASSETS "/answers.example.yaml", 1 << 20, &text, &err));
    for (size_t len = 0; len < text.len; len++) {
        json_t *value = yml_parse((struct str){text.data, len}, &err);
        answers_default(&answers, false);
        if (value)
            answers_from_json(&answers, value, &err);
        json_decref(value);
    }
    buf_finish(&text);
}

Test(answers_file, what_cannot_be_read_changes_nothing)
{
    struct answers answers;
    struct error err = {0};
    char path[128];
    answers_default(&answers, true);
    snprintf(path, sizeof path, "%s/none.yaml", place);
    cr_assert_not(answers_read_file(&answers, path, &err));
    cr_assert_eq(err.kind, ERROR_SYSTEM);
    cr_assert_eq(err.code, ENOENT);
    cr_assert(file_write(path, STR("cluster_name: other\nzones: 7: 8\n"), 0600, &err));
    cr_assert_not(answers_read_file(&answers, path, &err));
    cr_assert(str_find(str_of(err.text), str_of(path)) == 0, "%s", err.text);
    cr_assert(file_write(path, STR("cluster_name: other\nid: '?'\n"), 0600, &err));
    cr_assert_not(answers_read_file(&answers, path, &err));
    cr_assert_str_eq(answers.cluster_name, "demo-hub");
    cr_assert(file_write(path, STR("cluster_nmae: other\n"), 0600, &err));
    cr_assert_not(answers_read_file(&answers, path, &err), "a default that nobody chose");
    cr_assert(strstr(err.text, "There is no answer cluster_nmae"), "%s", err.text);
    cr_assert_str_eq(err.hint, "Did you mean cluster_name?");
    cr_assert(file_write(path, STR("aws_secret_access_key: abc\n"), 0600, &err));
    cr_assert_not(answers_read_file(&answers, path, &err));
    cr_assert_null(strstr(err.text, "abc"));
    cr_assert(
        file_write(path, STR("cert_manager: false\ninstance_types: [m5.large]\n"), 0600, &err));
    cr_assert(answers_read_file(&answers, path, &err), "%s", err.text);
    snprintf(path, sizeof path, "%s/answers.json", place);
    cr_assert(file_write(path, STR("{\"cluster_name\":\"from-json\"}"), 0600, &err));
    cr_assert(answers_read_file(&answers, path, &err), "%s", err.text);
    cr_assert_str_eq(answers.cluster_name, "from-json");
}
