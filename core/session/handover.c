/* Writing the hand-over folder: each part is a text made from what the session knows; see
 * handover.h.
 */
#include "core/session/handover.h"

#include <errno.h>

#include "core/base/clock.h"
#include "core/base/paths.h"
#include "core/base/secret.h"
#include "core/session/cluster_access.h"
#include "core/session/state_store.h"
#include "core/terraform/tf_state.h"

#include "core/base/alloc.h"

static const char *output(const struct session *session, enum stage_id stage, const char *name)
{
    return outputs_text(&session->outputs, stage, name);
}

static const char *cluster_name(const struct session *session)
{
    const char *name = output(session, STAGE_EKS, "cluster_name");
    return name[0] ? name : session->answers.cluster_name;
}

/* ---- the script ---- */

static void terraform(struct buf *out, enum stage_id stage, const char *variables)
{
    const char *root = stage_table[stage].root;
    buf_printf(out, "terraform -chdir=%s init\n", root);
    buf_printf(out, "terraform -chdir=%s plan -out=plan%s\n", root, variables);
    buf_printf(out, "terraform -chdir=%s apply plan && rm %s/plan\n", root, root);
}

static void eks_steps(const struct session *session, struct buf *out)
{
    buf_text(out, "\n# 1. The cluster\n");
    terraform(out, STAGE_EKS, "");
    buf_text(out, "aws eks update-kubeconfig --kubeconfig ./kubeconfig --name ");
    buf_shell_word(out, cluster_name(session));
    buf_text(out, " --region ");
    buf_shell_word(out, session->answers.region);
    buf_text(out, "\nexport KUBECONFIG=./kubeconfig\nkubectl get nodes\n");
}

static void pypi_steps(const struct session *session, struct buf *out)
{
    const struct answers *answers = &session->answers;
    buf_text(out, "\n# 2. The private PyPI. Its password is typed here, only the hash goes on.\n"
                  "TF_VAR_pypi_user_encrypted_pwd=$(openssl passwd -6)\n"
                  "export TF_VAR_pypi_user_encrypted_pwd\n");
    if (strcmp(answers->pypi_credentials, "keys") == 0)
        buf_text(out, "# The keys of the IAM user for the bucket:\n"
                      ": \"${TF_VAR_pypi_aws_access_key_id:?}\" "
                      "\"${TF_VAR_pypi_aws_access_key_secret:?}\"\n");
    terraform(out, STAGE_PYPI, "");
    buf_text(out, "kubectl rollout status deployment/pypi-server -n ");
    buf_shell_word(out, answers->pypi_namespace);
    if (!answers_want_domain(answers))
        buf_text(out,
                 "\ncurl --fail \"$(terraform -chdir=provision-pypi output -raw url)/health\"");
    buf_text(out, "\n# ~/.pypirc: [distutils] index-servers gets ekspypi, and then\n"
                  "#   [ekspypi]\n"
                  "#   repository = (output index_url)\n"
                  "#   username = ");
    buf_shell_word(out, answers->pypi_admin_user);
    buf_text(out, "\n#   password = (the one typed above)\n"
                  "# python3 -m build --sdist && twine upload -r ekspypi dist/*\n");
}

static void hub_steps(const struct session *session, struct buf *out)
{
    const struct answers *answers = &session->answers;
    buf_text(out, "\n# 3. The hub, closed until its admin has signed up\n");
    terraform(out, STAGE_MLHUB, " -var=proxy_service_type=ClusterIP");
    buf_text(out, "kubectl port-forward service/proxy-public 8000:80 -n ");
    buf_shell_word(out, answers->hub_release);
    buf_text(out, " &\necho 'Sign up at http://127.0.0.1:8000/hub/signup as '");
    buf_shell_word(out, answers->hub_admin_user);
    buf_text(out, "' and press Enter'; read -r _; kill $!\n");
    if (answers_want_domain(answers))
        return; /* its entrance is the domain's */
    terraform(out, STAGE_MLHUB, " -var=proxy_service_type=LoadBalancer");
    buf_text(out, "kubectl get service proxy-public -n ");
    buf_shell_word(out, answers->hub_release);
    buf_byte(out, '\n');
}

static void destroy_steps(const struct session *session, struct buf *out)
{
    buf_text(out, "\n# The end, when it is time, in this order (workspaces lose their files):\n");
    for (int stage = STAGES; stage-- > 0;)
        if (outputs_of(&session->outputs, (enum stage_id)stage))
            buf_printf(out, "#   terraform -chdir=%s destroy\n", stage_table[stage].root);
}

void handover_script(const struct session *session, struct buf *out)
{
    buf_text(out,
             "#!/bin/sh\n"
             "# Every step of this deployment by hand, from its directory. Needs terraform, the "
             "AWS CLI and kubectl.\n"
             "set -eu\n"
             "cd \"$(dirname \"$0\")/..\"\n"
             ": \"${AWS_PROFILE:?name the profile to work with}\"\n"
             "export AWS_PROFILE TF_VAR_profile=\"$AWS_PROFILE\"\n"
             "aws sts get-caller-identity\n");
    eks_steps(session, out);
    if (outputs_of(&session->outputs, STAGE_PYPI))
        pypi_steps(session, out);
    if (outputs_of(&session->outputs, STAGE_MLHUB))
        hub_steps(session, out);
    if (outputs_of(&session->outputs, STAGE_DOMAIN)) {
        buf_text(out, "\n# 4. The domain and its certificates\n");
        terraform(out, STAGE_DOMAIN, "");
        buf_text(out, "terraform -chdir=provision-domain output name_servers # NS records\n"
                      "kubectl get certificates --all-namespaces\n");
    }
    destroy_steps(session, out);
}

/* ---- addresses and inventory ---- */

static void address(const struct session *session, const char *label, enum outputs_address of,
                    struct buf *out)
{
    const char *url = outputs_url(&session->outputs, of);
    if (url[0])
        buf_printf(out, "%-20s %s\n", label, url);
}

void handover_addresses(const struct session *session, struct buf *out)
{
    static const struct {
        const char *label;
        enum stage_id stage;
        const char *name;
    } all[] = {
        {"PyPI index for pods", STAGE_PYPI, "in_cluster_index_url"},
        {"PyPI bucket", STAGE_PYPI, "bucket"},
        {"Cluster endpoint", STAGE_EKS, "cluster_endpoint"},
        {"VPC", STAGE_EKS, "vpc_id"},
        {"OIDC provider", STAGE_EKS, "oidc_provider_arn"},
    };
    buf_printf(out, "Deployment           %s\nAccount              %s\nRegion               %s\n",
               cluster_name(session), session->answers.account, session->answers.region);
    address(session, "MLHub", ADDRESS_HUB, out);
    address(session, "PyPI", ADDRESS_PYPI, out);
    address(session, "PyPI index", ADDRESS_INDEX, out);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const char *value = output(session, all[i].stage, all[i].name);
        if (value[0])
            buf_printf(out, "%-20s %s\n", all[i].label, value);
    }
    if (outputs_of(&session->outputs, STAGE_PYPI))
        buf_printf(out, "PyPI admin           %s\n", session->answers.pypi_admin_user);
    if (outputs_of(&session->outputs, STAGE_MLHUB))
        buf_printf(out, "Hub admin            %s\n", session->answers.hub_admin_user);
}

static void list_instance(const json_t *resource, const json_t *instance, struct buf *out)
{
    const char *module = js_text(resource, "module");
    const char *arn = js_text(instance, "attributes.arn");
    const char *id = js_text(instance, "attributes.id");
    struct buf line = {0};
    json_t *key = json_object_get(instance, "index_key");
    buf_printf(&line, "  %s%s%s.%s", module, module[0] ? "." : "", js_text(resource, "type"),
               js_text(resource, "name"));
    if (json_is_string(key))
        buf_printf(&line, "[\"%s\"]", json_string_value(key));
    else if (json_is_integer(key))
        buf_printf(&line, "[%lld]", (long long)json_integer_value(key));
    if (arn[0] || id[0])
        buf_printf(&line, "  %s", arn[0] ? arn : id);
    buf_sanitised(out, buf_str(&line), false);
    buf_byte(out, '\n');
    buf_finish(&line);
}

/* Addresses and names alone: attributes may hold secrets. */
static void list_state(const json_t *state, struct buf *out)
{
    const json_t *resources = js_get(state, "resources");
    for (size_t i = 0; i < json_array_size(resources); i++) {
        const json_t *resource = json_array_get(resources, i);
        const json_t *instances = js_get(resource, "instances");
        if (strcmp(js_text(resource, "mode"), "managed") != 0)
            continue;
        for (size_t k = 0; k < json_array_size(instances); k++)
            list_instance(resource, json_array_get(instances, k), out);
    }
}

bool handover_inventory(const char *dir, struct buf *out, struct error *err)
{
    char path[PATH_MAX];
    for (int stage = 0; stage < STAGES; stage++) {
        struct buf text = {0};
        if (!state_store_file(dir, (enum stage_id)stage, path, err))
            return false;
        bool there = file_read(path, TF_STATE_MAX, &text, err);
        json_t *state = there && text.len ? js_parse(buf_str(&text), err) : NULL;
        bool absent = !there && err->kind == ERROR_SYSTEM && err->code == ENOENT;
        if (text.data)
            secret_wipe(text.data, text.capacity);
        if (state) {
            buf_printf(out, "%s (%s)\n", stage_table[stage].label, stage_table[stage].root);
            list_state(state, out);
        }
        bool bad = !state && !absent && !(there && text.len == 0);
        buf_finish(&text);
        json_decref(state);
        if (bad)
            return error_wrap(err, "The state in %s", path);
    }
    return true;
}

/* ---- the folder ---- */

static bool put(const char *folder, const char *name, const struct buf *content, mode_t mode,
                struct error *err)
{
    char path[PATH_MAX];
    if (content->failed)
        return error_set(err, ERROR_SYSTEM, "%s became too large.", name);
    return path_format(path, err, "%s/%s", folder, name) &&
           file_write(path, buf_str(content), mode, err);
}

static bool put_kubeconfig(const struct session *session, const char *folder, struct error *err)
{
    char path[PATH_MAX];
    struct cluster_values values = {
        .name = cluster_name(session),
        .region = session->answers.region,
        .endpoint = output(session, STAGE_EKS, "cluster_endpoint"),
        .ca_data = output(session, STAGE_EKS, "cluster_certificate_authority_data"),
    };
    return !values.endpoint[0] || (path_format(path, err, "%s/kubeconfig", folder) &&
                                   session_kubeconfig_share(path, &values, err));
}

static bool put_parts(const struct session *session, const char *folder, struct error *err)
{
    struct buf text = {0};
    char answers[PATH_MAX];
    bool ok = path_format(answers, err, "%s/answers.yaml", folder) &&
              answers_write_file(&session->answers, answers, err);
    handover_script(session, &text);
    ok = ok && put(folder, "steps.sh", &text, 0700, err);
    buf_clear(&text);
    handover_addresses(session, &text);
    ok = ok && put(folder, "addresses.txt", &text, 0600, err);
    buf_clear(&text);
    ok = ok && handover_inventory(session->dir, &text, err) &&
         put(folder, "inventory.txt", &text, 0600, err);
    ok = ok && put_kubeconfig(session, folder, err);
    buf_finish(&text);
    return ok;
}

bool handover_write(const struct session *session, char path[PATH_MAX], struct error *err)
{
    char day[CLOCK_TEXT];
    clock_rfc3339(clock_wall(session->loop->clock), day);
    if (!session->dir[0] || !outputs_of(&session->outputs, STAGE_EKS)) {
        error_set(err, ERROR_SERVICE, "There is nothing to hand over: no cluster is up.");
        return error_hint(err, "ekshub-tui apply brings it up.");
    }
    return path_format(path, err, "%s/handover-%.10s", session->dir, day) &&
           dir_make(path, 0700, err) && put_parts(session, path, err);
}
