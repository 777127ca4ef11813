#!/bin/sh
# `ekshub-tui pods` at a real Kubernetes API, beside kubectl: columns, the reflector through every way in
# which a server goes away, and what limited, expired and changed tokens do. Skips unless there are
# kubectl, openssl, curl, python3 and
#   KUBE_BIN  a directory with etcd and kube-apiserver
# There are no nodes and no controllers: pods are as the recorded ones of tests/data/kube were.
set -u

gone() {
    echo "SKIP kube: $*"
    exit 77
}
for tool in kubectl openssl curl python3; do
    command -v $tool >/dev/null || gone "$tool is not installed"
done
[ -x "${KUBE_BIN:-/nowhere}/kube-apiserver" ] || gone "KUBE_BIN names no kube-apiserver"

program=${TEST_BUILD:?}/ekshub-tui
data=${TEST_SOURCE:?}/tests/data/kube
work=$(mktemp -d)
passed=0 failed=0 etcd='' api='' watcher=''
trap 'for pid in $watcher $api $etcd; do kill -9 "$pid"; done 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 1
unset KUBECONFIG

is() { # WHAT, WANTED, GOT: a pattern
    case $3 in
    $2) passed=$((passed + 1)) ;;
    *)
        failed=$((failed + 1))
        printf 'FAILED %s: wanted %s, got:\n%s\n' "$1" "$2" "$3"
        ;;
    esac
}

soon() { # COMMAND...: until it succeeds, for a minute
    tries=0
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt 300 ] || return 1
        sleep 0.2
    done
}

# ---- the server ----

keys() {
    key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
    # Unquoted on purpose: arguments.
    openssl req -x509 $key -keyout ca.key -out ca.crt -days 2 -subj /CN=test
    openssl req $key -keyout api.key -out api.csr -subj /CN=kube-apiserver
    printf 'subjectAltName=DNS:cluster.example,IP:127.0.0.1' >names
    openssl x509 -req -in api.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names -out api.crt
    openssl req $key -keyout admin.key -out admin.csr -subj /O=system:masters/CN=by-certificate
    printf 'extendedKeyUsage=clientAuth' >names
    openssl x509 -req -in admin.csr -CA ca.crt -CAkey ca.key -days 2 -extfile names -out admin.crt
    openssl genrsa -out sa.key 2048
}

start_etcd() {
    "$KUBE_BIN/etcd" --data-dir "$work/etcd" --unsafe-no-fsync --log-level warn \
        --listen-client-urls "http://127.0.0.1:$client" --advertise-client-urls "http://127.0.0.1:$client" \
        --listen-peer-urls "http://127.0.0.1:$peer" >etcd.log 2>&1 &
    etcd=$!
}

start_api() {
    "$KUBE_BIN/kube-apiserver" --etcd-servers="http://127.0.0.1:$client" --bind-address=127.0.0.1 \
        --secure-port="$port" --tls-cert-file=api.crt --tls-private-key-file=api.key --client-ca-file=ca.crt \
        --token-auth-file=tokens --authorization-mode=RBAC --endpoint-reconciler-type=none \
        --service-account-key-file=sa.key --service-account-signing-key-file=sa.key \
        --service-account-issuer="https://127.0.0.1:$port" --service-cluster-ip-range=10.96.0.0/16 \
        --disable-admission-plugins=ServiceAccount,NodeRestriction --request-timeout=5s >>api.log 2>&1 &
    api=$!
    soon kubectl --kubeconfig judge get --raw /readyz
}

stop_api() { # SIGNAL
    kill "-$1" $api
    wait $api 2>/dev/null
    api=''
}

# What etcd forgets, the API server cannot tell any more: 410.
compact() {
    curl -s "http://127.0.0.1:$client/v3/kv/range" -d '{"key":"AA=="}' >range
    revision=$(sed -n 's/.*"revision":"\([0-9]*\)".*/\1/p' range)
    curl -s "http://127.0.0.1:$client/v3/kv/compaction" -d "{\"revision\":\"$revision\",\"physical\":true}" >range
}

read -r port client peer <<END_OF_PORTS
$(python3 -c '
import socket
held = [socket.socket() for _ in range(3)]
for s in held:
    s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in held))')
END_OF_PORTS
keys 2>/dev/null
echo 'first-token,first,1,"system:masters"' >tokens

config() { # FILE USER-AS-YAML [CLUSTER-AS-YAML]
    cat >"$1" <<END_OF_FILE
apiVersion: v1
kind: Config
current-context: test
contexts: [{name: test, context: {cluster: test, user: test, namespace: one}}]
clusters: [{name: test, cluster: {server: "https://127.0.0.1:$port", certificate-authority: ca.crt${3:+, $3}}}]
users: [{name: test, user: {$2}}]
END_OF_FILE
}
config judge 'client-certificate: admin.crt, client-key: admin.key'
config by-token 'token: first-token'
config by-file 'tokenFile: token'
echo first-token >token
k='kubectl --kubeconfig judge'

start_etcd
start_api || gone "the API server does not come up: $(tail -n 1 api.log)"

# ---- columns ----

for namespace in one two jhub mlhub pypi; do $k create namespace $namespace >/dev/null; done
python3 - "$port" "$data/scenario/pods.json" <<'END_OF_PYTHON'
import json, ssl, sys, urllib.request
context = ssl.create_default_context(cafile="ca.crt")
context.load_cert_chain("admin.crt", "admin.key")
def send(method, path, value):
    request = urllib.request.Request("https://127.0.0.1:%s/api/v1/namespaces/%s" % (sys.argv[1], path), json.dumps(value).encode(),
                                     {"Content-Type": "application/json"}, method=method)
    return json.load(urllib.request.urlopen(request, context=context))
for pod in json.load(open(sys.argv[2]))["items"]:
    meta = pod["metadata"]
    kept = {k: meta[k] for k in ("name", "namespace", "labels", "ownerReferences") if k in meta}
    path = meta["namespace"] + "/pods"
    made = send("POST", path, {"apiVersion": "v1", "kind": "Pod", "metadata": kept, "spec": pod["spec"]})
    send("PUT", path + "/" + meta["name"] + "/status", dict(made, status=pod["status"]))
END_OF_PYTHON

ours() { "$program" pods --kubeconfig "$@"; }
columns() { grep -v '^    ' | sed 's/  */ /g;s/ *$//'; } # without the sentences below
# Ages tick: both within one second, or once more.
alike() { # WHAT OURS THEIRS: commands
    tries=0
    until mine=$(eval "$2") his=$(eval "$3"); [ "$mine" = "$his" ] || [ $tries = 10 ]; do
        tries=$((tries + 1))
    done
    is "$1" "$his" "$mine"
}
alike "the table of all namespaces" 'ours judge -A | columns' '$k get pods -A | columns'
alike "the table of one" 'ours judge -n jhub | columns' '$k get pods -n jhub | columns'
is "as many as were recorded" 25 "$(ours judge -A -o json | grep -o '"name"' | wc -l)"
alike "IP and NODE" 'ours judge -A -o json | python3 -c "
import json, sys
for pod in json.load(sys.stdin)[\"pods\"]: print(pod[\"name\"], pod[\"ip\"] or \"<none>\", pod[\"node\"] or \"<none>\")"' \
    '$k get pods -A -o wide --no-headers | sed "s/ ([^)]*)//" | tr -s " " | cut -d" " -f2,7,8'

# ---- who asks ----

is "by a certificate" '*web-*' "$(ours judge -A 2>&1)"
is "by a token" '*web-*' "$(ours by-token -A 2>&1)"
is "by a token in a file" '*web-*' "$(ours by-file -A 2>&1)"
config by-name 'token: first-token' 'tls-server-name: cluster.example'
is "by another name of the server" '*web-*' "$(ours by-name -A 2>&1)"
config by-name 'token: first-token' 'tls-server-name: elsewhere.example'
is "not by a name that it does not have" '*elsewhere.example*' "$(ours by-name -A 2>&1)"
for version in v1 v1beta1; do
    credential="{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/$version\",\"status\":{\"token\":\"first-token\"}}"
    config by-plugin "exec: {apiVersion: client.authentication.k8s.io/$version, interactiveMode: Never, command: echo, args: ['$credential']}"
    is "by a plugin of $version" '*web-*' "$(ours by-plugin -A 2>&1)"
done
config by-nobody 'token: no-such-token'
is "not by a wrong token" '*does not accept these credentials*' "$(ours by-nobody -A 2>&1)"

$k -n one create serviceaccount limited >/dev/null
$k -n one create role limited --verb=get,list,watch --resource=pods,events,services >/dev/null
$k -n one create rolebinding limited --role=limited --serviceaccount=one:limited >/dev/null
config limited "token: $($k -n one create token limited)"
$k -n one run mine --image=x >/dev/null
is "a namespace of one's own" '*mine*' "$(ours limited -n one 2>&1)"
is "the namespace of the context" '*mine*' "$(ours limited 2>&1)"
is "but not another one" '*The cluster does not allow that: pods is forbidden*' "$(ours limited -n two 2>&1)"
is "nor all of them" '*cannot list resource "pods"*at the cluster scope*' "$(ours limited -A 2>&1)"

# ---- as it goes ----

watch() { # KUBECONFIG: all that it tells goes to the file `told`
    : >told
    "$program" pods --kubeconfig "$1" -n one -w -o json >told 2>told.err &
    watcher=$!
    soon grep -q '"mine"' told
}
told() { soon grep -q "$1" told && echo told || cat told told.err; } # PATTERN
over() { # SIGNAL: ends the watcher; its exit code is in `code`
    kill "-$1" $watcher
    wait $watcher 2>/dev/null
    code=$?
    watcher=''
}
say_where() { $k -n one patch pod "$1" --subresource=status -p "{\"status\":{\"phase\":\"$2\"}}" >/dev/null; }

watch by-token
$k -n one run early --image=x >/dev/null
is "what is new" told "$(told 'ADDED.*"early"')"
say_where early Running
is "what has changed" told "$(told 'MODIFIED.*"early".*"Running"')"
$k -n one delete pod early --force --grace-period=0 >/dev/null 2>&1
is "what is gone" told "$(told 'DELETED.*"early"')"

stop_api KILL
start_api
$k -n one run behind --image=x >/dev/null
is "behind a crash of the server" told "$(told 'ADDED.*"behind"')"
stop_api TERM
start_api
$k -n one run quiet --image=x >/dev/null
is "behind its orderly end" told "$(told 'ADDED.*"quiet"')"
is "nothing twice" 1 "$(grep -c 'ADDED.*"mine"' told)"

# While it sleeps the history is forgotten from which it would go on.
kill -STOP $watcher
$k -n one delete pod behind --force --grace-period=0 >/dev/null 2>&1
$k -n one run later --image=x >/dev/null
stop_api KILL
start_api
$k -n one run latest --image=x >/dev/null
compact
is "etcd has forgotten" '*header*' "$(cat range)"
stop_api KILL
start_api
kill -CONT $watcher
is "behind a compaction: new" told "$(told 'ADDED.*"latest"')"
is "behind a compaction: gone" told "$(told 'DELETED.*"behind"')"
is "still nothing twice" 1 "$(grep -c 'ADDED.*"mine"' told)"
over TERM
is "ended by SIGTERM" 5 $code
is "it complains of nothing" '' "$(cat told.err)"

# Another token in the file; the old one is none any more.
watch by-file
stop_api KILL
echo 'second-token,second,1,"system:masters"' >tokens
echo second-token >token
start_api
$k -n one run renewed --image=x >/dev/null
is "with another token in the file" told "$(told 'ADDED.*"renewed"')"
over INT
is "ended by SIGINT" 5 $code
is "the old one is refused" '*does not accept these credentials*' "$(ours by-token -A 2>&1)"

stop_api TERM
is "without a server" '*127.0.0.1*' "$(ours judge -A 2>&1)"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
