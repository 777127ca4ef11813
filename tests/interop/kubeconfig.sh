#!/bin/sh
# The kubeconfig that we write and merge, judged by the real kubectl: what is not ours is as it was,
# what is ours is what kubectl reads. Needs kubectl; skips otherwise.
set -u

if ! command -v kubectl >/dev/null || ! kubectl config view >/dev/null 2>&1; then
    echo "SKIP kubeconfig-interop: kubectl is not installed"
    exit 77
fi

program=${TEST_BUILD:?}/ekshub-tui
work=$(mktemp -d)
dir=$work/demo
passed=0 failed=0
trap 'rm -rf "$work"' EXIT

is() { # WHAT, WANTED, GOT
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$1: wanted \"$2\", got \"$3\""
    fi
}

ours() { EKSHUB_TERRAFORM=player "$program" --rehearse=1000 --dir "$dir" "$@"; }
theirs() { kubectl config view --raw -o jsonpath="$1"; }

# A cluster without screens; its home is the rehearsal's.
if ! ours apply eks --auto-approve >"$work/apply.log" 2>&1; then
    cat "$work/apply.log"
    exit 1
fi
export KUBECONFIG="$dir/rehearsal/home/.kube/config"

# ---- a new file ----
ours kubeconfig --merge >/dev/null
is "the context of a new file" demo-hub "$(kubectl config current-context)"
is "the plugin" "$program" "$(theirs '{.users[0].user.exec.command}')"
is "when it may ask" Never "$(theirs '{.users[0].user.exec.interactiveMode}')"
is "the file of the directory" demo-hub \
    "$(kubectl --kubeconfig "$dir/kubeconfig" config view --minify -o jsonpath='{.clusters[0].name}')"

# ---- a file of somebody's own ----
cat >"$KUBECONFIG" <<'END'
# Values of every kind that a kubeconfig may hold.
apiVersion: v1
kind: Config
clusters:
- name: other
  cluster:
    server: https://other.example
    insecure-skip-tls-verify: yes
    extensions: [{name: minikube.sigs.k8s.io, extension: {last-update: "Mon, 01 Jan", n: 12}}]
- {name: "y", cluster: {server: "https://y.example"}}
contexts:
- name: other
  context: &same {cluster: other, user: other, namespace: default}
- name: again
  context: *same
users:
- name: other
  user:
    token: "0123"
- name: plugin
  user:
    exec: {apiVersion: client.authentication.k8s.io/v1, command: aws, interactiveMode: Never, args: [a, "b c"], env: [{name: A, value: "on"}]}
current-context: again
preferences: {colors: true}
END
foreign='{.clusters[?(@.name!="demo-hub")]}{.users[?(@.name!="demo-hub")]}{.contexts[?(@.name!="demo-hub")]}{.preferences}{.current-context}'
before=$(theirs "$foreign")
ours kubeconfig --merge >/dev/null
is "what is not ours" "$before" "$(theirs "$foreign")"
is "our server" "$(kubectl --kubeconfig "$dir/kubeconfig" config view -o jsonpath='{.clusters[0].cluster.server}')" \
    "$(theirs '{.clusters[?(@.name=="demo-hub")].cluster.server}')"

# ---- kubectl changes it, and we do again ----
kubectl config set-context demo-hub --namespace lab >/dev/null
before=$(theirs "$foreign")
ours kubeconfig --merge >/dev/null
is "what is not ours, behind kubectl's own writer" "$before" "$(theirs "$foreign")"
is "a namespace that was chosen" lab \
    "$(theirs '{.contexts[?(@.name=="demo-hub")].context.namespace}')"
: >"$KUBECONFIG.lock"
ours kubeconfig --merge >/dev/null 2>&1
is "the exit code while kubectl writes" 6 $?
rm -f "$KUBECONFIG.lock"

# ---- the token ----
credential=$(kubectl --kubeconfig "$dir/kubeconfig" config view --raw \
    -o jsonpath='{.users[0].user.exec.command}{"\n"}{range .users[0].user.exec.args[*]}{@}{"\n"}{end}' |
    tr '\n' '\0' | xargs -0 env EKSHUB_TERRAFORM=player)
case $credential in
'{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1"'*k8s-aws-v1.*)
    passed=$((passed + 1)) ;;
*)
    failed=$((failed + 1))
    echo "the plugin printed \"$credential\"" ;;
esac

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
