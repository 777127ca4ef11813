#!/bin/sh
# provision-pypi and provision-ml-hub planned, applied, changed and destroyed by the real providers at a
# real Kubernetes API. Skips unless there are terraform, kubectl, openssl and
#   TERRAFORM_PLUGINS  a directory as `terraform providers mirror` makes it
#   KUBE_BIN           a directory with etcd, kube-apiserver and kube-controller-manager
# and, for the aws provider, a python3 that has moto. No nodes: see lab.sh.
set -u

gone() {
    echo "SKIP applied: $*"
    exit 77
}
for tool in terraform kubectl openssl; do
    command -v $tool >/dev/null || gone "$tool is not installed"
done
[ -n "${TERRAFORM_PLUGINS:-}" ] || gone "TERRAFORM_PLUGINS names no plugins"
[ -x "${KUBE_BIN:-/nowhere}/kube-apiserver" ] || gone "KUBE_BIN names no kube-apiserver"
python=${PYTHON:-python3}
"$python" -c 'import moto.server' 2>/dev/null || gone "moto is not installed"

work=$(mktemp -d)
passed=0 failed=0 moto=
LAB_BIN=$KUBE_BIN LAB_DIR=$work/lab lab_pids=
. "${TEST_SOURCE:?}/tests/interop/lab.sh"
trap 'lab_down; [ -z "$moto" ] || kill "$moto" 2>/dev/null; rm -rf "$work"' EXIT

is() { # WHAT, WANTED, GOT: a pattern
    case $3 in
    $2) passed=$((passed + 1)) ;;
    *)
        failed=$((failed + 1))
        printf 'FAILED %s: wanted %s, got:\n%s\n' "$1" "$2" "$3"
        ;;
    esac
}

lab_up >/dev/null || gone "the API server does not come up: $(tail -n 1 "$work/lab/kube-apiserver.log")"
port=$(lab_ports | cut -d' ' -f1)
"$python" -m moto.server -H 127.0.0.1 -p "$port" >"$work/moto.log" 2>&1 &
moto=$!
export AWS_ENDPOINT_URL="http://127.0.0.1:$port" AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE AWS_SECRET_ACCESS_KEY=x
export CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1 TF_INPUT=0 NO_COLOR=1 TF_VAR_profile=
export TF_CLI_ARGS_apply='-auto-approve -no-color' TF_CLI_ARGS_destroy='-auto-approve -no-color' TF_CLI_ARGS_plan=-no-color

# ---- a cluster, as provision-eks leaves it ----

cp -R "$TEST_SOURCE"/assets/terraform/provision-pypi "$TEST_SOURCE"/assets/terraform/provision-ml-hub "$work/"
mkdir "$work/provision-eks"
cat >"$work/provision-eks/terraform.tfstate" <<END
{"version": 4, "terraform_version": "1.11.0", "serial": 1, "lineage": "lab", "resources": [], "outputs": {
  "region": {"type": "string", "value": "us-east-2"},
  "cluster_name": {"type": "string", "value": "demo"},
  "cluster_endpoint": {"type": "string", "value": "https://127.0.0.1:$LAB_PORT"},
  "cluster_certificate_authority_data": {"type": "string", "value": "$(base64 <"$work/lab/ca.crt" | tr -d '\n')"},
  "oidc_provider_arn": {"type": "string", "value": "arn:aws:iam::123456789012:oidc-provider/oidc.example.com/id/A"},
  "oidc_issuer": {"type": "string", "value": "https://oidc.example.com/id/A"},
  "storage_class": {"type": "string", "value": "ebs-csi-default-sc"}}}
END
cat >"$work/token" <<'END'
#!/bin/sh
echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"lab-admin"}}'
END
chmod +x "$work/token"
export TF_VAR_token_command="[\"$work/token\"]" TF_VAR_source_ranges='["203.0.113.7/32"]'

in_root() { # ROOT ARGUMENTS...
    root=$1
    shift
    (cd "$work/$root" && terraform "$@" 2>&1)
}

objects() { # NAMESPACE: what there is, and which generation of it
    kubectl get secret,configmap,deployment,service,pvc -n "$1" -o \
        jsonpath='{range .items[*]}{.kind}/{.metadata.name} {.metadata.uid} {.metadata.generation}{"\n"}{end}' |
        grep -v -e sh.helm -e kube-root-ca
}

# ---- provision-pypi ----

export TF_VAR_pypi_bucket_name=acme-pypi TF_VAR_pypi_admin_user=ada TF_VAR_pypi_namespace=index
export TF_VAR_pypi_user_encrypted_pwd='$6$saltsalt$THEFIRSTHASH'
is "pypi: init" '*successfully initialized*' "$(in_root provision-pypi init -no-color -plugin-dir="$TERRAFORM_PLUGINS")"
is "pypi: validate" '*is valid*' "$(in_root provision-pypi validate -no-color)"
is "pypi: apply" '*Apply complete*' "$(in_root provision-pypi apply)"
is "pypi: its URL" 'http://lab.elb.example.com/simple/' "$(in_root provision-pypi output -raw index_url)"
is "pypi: inside" 'http://pypi.index.svc.cluster.local/simple/' "$(in_root provision-pypi output -raw in_cluster_index_url)"
is "pypi: only for us" 203.0.113.7/32 \
    "$(kubectl get service -n index pypi -o jsonpath='{.spec.loadBalancerSourceRanges[*]}')"

config() {
    kubectl get secret -n index pypi-secret-config -o 'jsonpath={.data.config\.ini}' | base64 -d
}
is "pypi: the hash is where it belongs" '*user.ada = $6$saltsalt$THEFIRSTHASH*' "$(config)"
key=$(config | sed -n 's/^session.encrypt_key = //p')
is "pypi: no secret in the state" 0 "$(cat "$work"/provision-pypi/terraform.tfstate* | grep -c -e THEFIRSTHASH -e "$key")"
is "pypi: again, nothing changes" '*No changes*' "$(TF_VAR_pypi_user_encrypted_pwd='' in_root provision-pypi plan)"

export TF_VAR_pypi_user_encrypted_pwd='$6$saltsalt$THESECONDHASH' TF_VAR_pypi_secret_revision=2
is "pypi: another password changes two" '*0 to add, 2 to change, 0 to destroy*' "$(in_root provision-pypi plan -out=plan)"
is "pypi: no secret in the plan" 0 "$(in_root provision-pypi show -json plan | grep -c THESECONDHASH)"
is "pypi: and is written" '*2 changed*' "$(in_root provision-pypi apply plan)"
is "pypi: it is the new one" '*THESECONDHASH*' "$(config)"
is "pypi: another admin makes the Secret anew" '*pypi_config will be replaced*' \
    "$(TF_VAR_pypi_admin_user=eve in_root provision-pypi plan)"
is "pypi: destroy" '*Destroy complete*' "$(in_root provision-pypi destroy)"
is "pypi: and nothing is left" '' "$(kubectl get namespace index --ignore-not-found -o name)"

# ---- provision-ml-hub ----

export TF_VAR_chart="${HUB_CHART:-$TEST_SOURCE/tests/data/charts/hub}"
is "hub: init" '*successfully initialized*' "$(in_root provision-ml-hub init -no-color -plugin-dir="$TERRAFORM_PLUGINS")"
is "hub: validate" '*is valid*' "$(in_root provision-ml-hub validate -no-color)"
is "hub: apply" '*Apply complete*' "$(in_root provision-ml-hub apply)"
type='{.spec.type} {.metadata.annotations.service\.beta\.kubernetes\.io/load-balancer-source-ranges}'
is "hub: closed" 'ClusterIP ' "$(kubectl get service -n mlhub proxy-public -o jsonpath="$type")"
closed=$(objects mlhub)
is "hub: again, nothing changes" '*No changes*' "$(in_root provision-ml-hub plan)"
export TF_VAR_proxy_service_type=LoadBalancer
is "hub: opening it changes the release" '*0 added, 1 changed, 0 destroyed*' "$(in_root provision-ml-hub apply)"
is "hub: open to us" 'LoadBalancer 203.0.113.7/32' "$(kubectl get service -n mlhub proxy-public -o jsonpath="$type")"
is "hub: nothing restarted, nothing made anew" "$closed" "$(objects mlhub)"
is "hub: destroy" '*Destroy complete*' "$(in_root provision-ml-hub destroy)"
is "hub: and nothing is left" '' "$(kubectl get namespace mlhub --ignore-not-found -o name)"

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
