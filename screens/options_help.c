/* The texts of --help: one for all, one a verb. */
#include "screens/options.h"

#include "core/base/alloc.h"

static const char *const all =
    "usage: ekshub-tui [OPTION]... [COMMAND [ARGUMENT]...]\n"
    "\n"
    "Leads from an AWS profile to a data-science platform on EKS, screen by screen.\n"
    "Try it without an account: ekshub-tui --rehearse\n"
    "\n"
    "  profiles             AWS profiles as found and resolved\n"
    "  check                every check before the first change\n"
    "  plan [STAGE]...      what would change, and what it costs\n"
    "  apply [STAGE]...     makes it so; follows until it is done\n"
    "  destroy [STAGE]...   takes it down in order; says what is left\n"
    "  status               stages, runs, what it costs an hour\n"
    "  list                 deployments known here\n"
    "  attach               follows the run that is going\n"
    "  stop                 asks the run to stop\n"
    "  logs [STAGE]         what terraform said\n"
    "  history              who did what, when, and how it ended\n"
    "  pods                 the pods of its cluster, or of any, and why they are not ready\n"
    "  token                credentials for kubectl\n"
    "  kubeconfig           writes DIR/kubeconfig; --merge: also into your own\n"
    "  pypirc               the snippet for ~/.pypirc; --write merges it\n"
    "  publish [DIR|FILE].. a package into the private PyPI; default: the demo\n"
    "  help COMMAND         more about one of them\n"
    "\n"
    "  --dir DIR            the deployment directory\n"
    "  --profile P          AWS profile; --region R its region\n"
    "  --answers FILE       answers (YAML) instead of the forms\n"
    "  --rehearse[=SPEED]   no account, no network, no cost; 20x by default\n"
    "  --fault NAME         plants a fault in a rehearsal; --fault list names them\n"
    "  --plain              one numbered question a line instead of screens\n"
    "  --ascii, --no-color  for terminals that need it\n"
    "  --log FILE           a debug log\n"
    "  -o json              one JSON object, or one event a line\n"
    "  --version, --help\n"
    "\n"
    "Exit codes: 0 done, 1 failed, 2 usage, 3 a check failed, 4 credentials, 5 stopped,\n"
    "6 another worker holds the deployment, 7 changes (plan --exit-code).\n";

static const char *const texts[VERBS] = {
    [VERB_PROFILES] = "usage: ekshub-tui profiles [-o json]\n"
                      "Lists the AWS profiles with kind, region and source; never a secret.\n",
    [VERB_CHECK] = "usage: ekshub-tui check [--profile P] [--region R] [-o json]\n"
                   "Runs every check. Exit 0 when all pass or warn, 3 when one fails, 4 when\n"
                   "credentials are missing, refused or unreadable.\n",
    [VERB_PLAN] = "usage: ekshub-tui plan [STAGE]... [-o json] [--exit-code]\n"
                  "Shows what would change and what it costs, and changes nothing.\n"
                  "With --exit-code it exits 7 when there are changes.\n",
    [VERB_APPLY] = "usage: ekshub-tui apply [STAGE]... [--auto-approve] [-o json]\n"
                   "Plans, asks for a typed yes (or takes --auto-approve), and follows the run.\n"
                   "Ctrl-C leaves it running; ekshub-tui stop stops it.\n",
    [VERB_DESTROY] = "usage: ekshub-tui destroy [STAGE]... [--auto-approve] [-o json]\n"
                     "Takes everything down in order: workspaces, MLHub, PyPI, what controllers\n"
                     "made in AWS, EKS. A stage takes along what stands on it. Asks for the name\n"
                     "of the cluster (or takes --auto-approve). Ends with what is left in the\n"
                     "account; exits 1 when something is.\n",
    [VERB_STATUS] = "usage: ekshub-tui status [-o json]\n"
                    "Stages, URLs, runs, and what it costs an hour.\n",
    [VERB_LIST] = "usage: ekshub-tui list [-o json]\nDeployments known on this machine.\n",
    [VERB_ATTACH] = "usage: ekshub-tui attach [-o json]\n"
                    "Follows the run that is going: its screen, or its events.\n",
    [VERB_STOP] = "usage: ekshub-tui stop [--when-safe]\n"
                  "Asks the run to stop: one interrupt now, or with --when-safe at the first\n"
                  "moment when no cluster, node group or NAT gateway is being made.\n",
    [VERB_LOGS] = "usage: ekshub-tui logs [STAGE] [-f]\n"
                  "What terraform said in the last run; -f goes on while it lasts.\n",
    [VERB_HISTORY] = "usage: ekshub-tui history [-o json]\n"
                     "Every run of the deployment: who, when, with which versions, how it ended.\n",
    [VERB_PODS] =
        "usage: ekshub-tui pods [-A | -n NS] [-w] [--kubeconfig F] [--context C] [-o json]\n"
        "Pods as kubectl prints them; under each that is not ready, why, and what would\n"
        "help. -A all namespaces, -n one, -w goes on with what changes. The cluster is the\n"
        "deployment's; with --kubeconfig or --context, or without a deployment, kubectl's.\n",
    [VERB_TOKEN] = "usage: ekshub-tui token --cluster-name N [--region R] [--profile P]\n"
                   "Prints an ExecCredential for kubectl. Asks no network, unless the keys of a\n"
                   "role or a sign-in have to be asked for.\n",
    [VERB_KUBECONFIG] = "usage: ekshub-tui kubeconfig [--merge] [--aws-cli] [-o json]\n"
                        "Writes DIR/kubeconfig for kubectl, whose tokens come from this program,\n"
                        "or with --aws-cli from the AWS CLI.\n"
                        "With --merge the cluster is also put into your own file (KUBECONFIG, or\n"
                        "~/.kube/config), whose current context stays what it is.\n",
    [VERB_PYPIRC] = "usage: ekshub-tui pypirc [--write [FILE]] [--show-password] [-o json]\n"
                    "Prints the .pypirc snippet for the private PyPI, its password masked unless\n"
                    "asked for; --write logs in and merges it into ~/.pypirc or FILE, after a\n"
                    "backup. The password comes from EKSHUB_PYPI_PASSWORD, from our section in\n"
                    "that file, or from you.\n",
    [VERB_PUBLISH] = "usage: ekshub-tui publish [DIR|FILE]... [-o json]\n"
                     "Builds a source distribution when given a project, uploads it, and looks\n"
                     "whether the index lists it and gives out the same bytes. Without arguments:\n"
                     "the demo package. The password comes from where pypirc takes it.\n",
};

const char *options_help(enum verb verb)
{
    return texts[verb] ? texts[verb] : all;
}
