# A Kubernetes API on loopback, for scripts that source this file: etcd, kube-apiserver and, of the
# controllers, those that turn Deployments into pods and empty namespaces. There are no nodes: what a
# kubelet, a volume driver and a cloud would do is done by lab_hand.
#
# LAB_BIN has the three programs; LAB_DIR, a new directory, gets the keys and the logs.
# After lab_up: LAB_PORT, LAB_DIR/ca.crt, the token lab-admin, and KUBECONFIG.

lab_ports() { # a line with three free ports
    for candidate in "${PYTHON:-}" python3; do
        [ -n "$candidate" ] && "$candidate" -c '
import socket
held = [socket.socket() for _ in range(3)]
for s in held:
    s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in held))' 2>/dev/null && return
    done
}

lab_keys() {
    key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
    # Unquoted on purpose: arguments.
    openssl req -x509 $key -keyout "$LAB_DIR/ca.key" -out "$LAB_DIR/ca.crt" -days 2 -subj /CN=lab
    openssl req $key -keyout "$LAB_DIR/api.key" -out "$LAB_DIR/api.csr" -subj /CN=kube-apiserver
    printf 'subjectAltName=DNS:localhost,IP:127.0.0.1' >"$LAB_DIR/names"
    openssl x509 -req -in "$LAB_DIR/api.csr" -CA "$LAB_DIR/ca.crt" -CAkey "$LAB_DIR/ca.key" \
        -CAcreateserial -days 2 -extfile "$LAB_DIR/names" -out "$LAB_DIR/api.crt"
    openssl genrsa -out "$LAB_DIR/sa.key" 2048
    echo 'lab-admin,admin,1,"system:masters"' >"$LAB_DIR/tokens"
}

lab_run() { # NAME ARGUMENTS...: a program of LAB_BIN, with a log of its own
    name=$1
    shift
    "$LAB_BIN/$name" "$@" >"$LAB_DIR/$name.log" 2>&1 &
    lab_pids="$! ${lab_pids:-}"
}

lab_up() { # false when it does not come up
    read -r LAB_PORT client peer <<END
$(lab_ports)
END
    mkdir -p "$LAB_DIR"
    lab_keys 2>/dev/null
    lab_run etcd --data-dir "$LAB_DIR/etcd" --unsafe-no-fsync --log-level warn \
        --listen-client-urls "http://127.0.0.1:$client" --advertise-client-urls "http://127.0.0.1:$client" \
        --listen-peer-urls "http://127.0.0.1:$peer"
    lab_run kube-apiserver --etcd-servers="http://127.0.0.1:$client" --bind-address=127.0.0.1 \
        --secure-port="$LAB_PORT" --tls-cert-file="$LAB_DIR/api.crt" --tls-private-key-file="$LAB_DIR/api.key" \
        --token-auth-file="$LAB_DIR/tokens" --authorization-mode=RBAC --endpoint-reconciler-type=none \
        --service-account-key-file="$LAB_DIR/sa.key" --service-account-signing-key-file="$LAB_DIR/sa.key" \
        --service-account-issuer="https://127.0.0.1:$LAB_PORT" --service-cluster-ip-range=10.96.0.0/16
    export KUBECONFIG="$LAB_DIR/kubeconfig"
    cat >"$KUBECONFIG" <<END
apiVersion: v1
kind: Config
current-context: lab
contexts: [{name: lab, context: {cluster: lab, user: lab}}]
clusters: [{name: lab, cluster: {server: "https://127.0.0.1:$LAB_PORT", certificate-authority: $LAB_DIR/ca.crt}}]
users: [{name: lab, user: {token: lab-admin}}]
END
    tries=0
    until kubectl get --raw /readyz >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt 300 ] || return 1
        sleep 0.2
    done
    wanted=deployment-controller,replicaset-controller,namespace-controller,garbage-collector-controller
    lab_run kube-controller-manager --kubeconfig="$KUBECONFIG" --leader-elect=false --secure-port=0 \
        --controllers="$wanted,persistentvolumeclaim-protection-controller,serviceaccount-controller,root-ca-certificate-publisher-controller" \
        --service-account-private-key-file="$LAB_DIR/sa.key" --root-ca-file="$LAB_DIR/ca.crt" \
        --use-service-account-credentials=true
    lab_hand &
    lab_pids="$! $lab_pids"
}

lab_down() {
    for pid in ${lab_pids:-}; do
        kill "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    lab_pids=
}

lab_patch() { # KIND STATUS: for every "NAMESPACE NAME" of standard input
    while read -r namespace name; do
        kubectl patch "$1" -n "$namespace" "$name" --subresource=status --type=merge \
            -p "{\"status\":$2}" >/dev/null 2>&1
    done
}

lab_names() { # KIND FILTER
    kubectl get "$1" -A -o jsonpath="{range .items[?($2)]}{.metadata.namespace} {.metadata.name}{'\n'}{end}" 2>/dev/null
}

# Pods become ready, claims bound, load balancers named, for as long as it runs.
lab_hand() {
    while :; do
        lab_names pods '@.status.phase=="Pending"' | lab_patch pod \
            '{"phase":"Running","conditions":[{"type":"Ready","status":"True"},{"type":"ContainersReady","status":"True"}]}'
        lab_names persistentvolumeclaims '@.status.phase=="Pending"' | lab_patch persistentvolumeclaim '{"phase":"Bound"}'
        lab_names services '@.spec.type=="LoadBalancer"' | lab_patch service \
            '{"loadBalancer":{"ingress":[{"hostname":"lab.elb.example.com"}]}}'
        sleep 0.5
    done
}
