/* `kubeconfig`: DIR/kubeconfig anew from what the EKS stage gave, and with --merge the same three
 * entries in the operator's own file. Asks no network. */
#include "core/base/alloc.h"
#include "core/session/cluster_access.h"
#include "core/session/outputs.h"
#include "screens/cli_private.h"

struct written {
    char path[PATH_MAX], merged[PATH_MAX];
};

/* The profile that every other verb would use; "" for the keys of the environment. */
static const char *profile_of(const struct session *session)
{
    return session->profile >= 0 ? session->profiles.items[session->profile].name : "";
}

static bool write_all(const struct cli *cli, const struct cluster_values *values,
                      struct written *written, struct error *err)
{
    const char *profile = profile_of(&cli->session);
    written->merged[0] = '\0';
    return session_kubeconfig_write(cli->place, values, profile, written->path, err) &&
           (!cli->options->merge ||
            session_kubeconfig_merge(cli->place, values, profile, written->merged, err));
}

static void report(const struct cli *cli, const char *context, const struct written *written)
{
    if (cli->options->json) {
        json_t *value = json_object();
        js_set(value, "kubeconfig", js_clean(str_of(written->path)));
        js_set(value, "context", js_clean(str_of(context)));
        js_set(value, "merged",
               written->merged[0] ? js_clean(str_of(written->merged)) : json_null());
        cli_print(value);
        return;
    }
    cli_say("%s was written.", written->path);
    if (written->merged[0])
        cli_say("%s has the context %s now: kubectl --context %s get pods -A", written->merged,
                context, context);
    else
        cli_say("Use it: kubectl --kubeconfig '%s' get pods -A", written->path);
}

static void serve(struct cli *cli)
{
    struct outputs outputs = {.json = NULL};
    struct written written;
    struct error err;
    bool ok = outputs_load(&outputs, cli->place->dir, &err);
    struct cluster_values values = {
        .name = outputs_text(&outputs, STAGE_EKS, "cluster_name"),
        .region = outputs_text(&outputs, STAGE_EKS, "region"),
        .endpoint = outputs_text(&outputs, STAGE_EKS, "cluster_endpoint"),
        .ca_data = outputs_text(&outputs, STAGE_EKS, "cluster_certificate_authority_data"),
        .aws_cli = cli->options->aws_cli,
    };
    if (ok && write_all(cli, &values, &written, &err))
        report(cli, values.name, &written);
    else
        cli->code = cli_complain(&err, err.kind == ERROR_BUSY ? 6 : 1);
    outputs_finish(&outputs);
}

void cli_kubeconfig(struct cli *cli)
{
    struct error err;
    if (cli_choose(cli) && cli_open(cli)) {
        if (session_look(&cli->session, cli->place->dir, &err))
            serve(cli);
        else
            cli->code = cli_complain(&err, 2);
    }
    cli_close(cli);
}
