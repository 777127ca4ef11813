#!/bin/sh
# Other people's clients against a rehearsal: kubectl asks its API, pip and twine its index, curl
# its hub. Each is skipped by name where it is not installed.
set -u

work=$(mktemp -d)
town=
passed=0 failed=0 skipped=0
trap 'exec 3>&-; [ -z "$town" ] || wait "$town"; rm -rf "$work"' EXIT

mkfifo "$work/hold"
"${TEST_BUILD:?}/town" "$work/deployment" <"$work/hold" >"$work/where" 2>"$work/log" &
town=$!
exec 3>"$work/hold"
tries=0
until grep -q '^HUB=' "$work/where" && tail -n 1 "$work/where" | grep -q "^'" || [ $tries = 100 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
PORT='' CA='' PYPI='' HUB='' INDEX_USER='' INDEX_PASSWORD='' TOKEN=''
. "$work/where"
TOKEN=$(printf '%s' "$TOKEN" | sed 's/.*"token":"\([^"]*\)".*/\1/')

is() { # WHAT, WANTED, GOT: the pattern wanted
    case $3 in
    $2) passed=$((passed + 1)) ;;
    *)
        failed=$((failed + 1))
        printf 'FAILED %s: wanted %s, got:\n%s\n' "$1" "$2" "$3"
        ;;
    esac
}

have() {
    command -v "$1" >/dev/null 2>&1 && return
    echo "SKIP $1: not installed"
    skipped=$((skipped + 1))
    return 1
}

k() {
    HOME=$work kubectl --server "https://127.0.0.1:$PORT" --tls-server-name localhost \
        --certificate-authority "$CA" --token "$TOKEN" --request-timeout 20s "$@" 2>&1 3>&-
}

if have kubectl; then
    is version '*v1.35.2-eks-*' "$(k version)"
    is 'get pods -A' '*pypi-server-*ws-ada*' "$(k get pods -A)"
    is 'columns of pods' '*NAME *READY *STATUS *RESTARTS *AGE*ws-ada *1/1 *Running *0 *' \
        "$(k get pods -n mlhub)"
    is 'columns of services' '*TYPE *CLUSTER-IP *EXTERNAL-IP *PORT(S) *AGE*pypi *LoadBalancer*' \
        "$(k get services)"
    is 'sorted' '*kube-system*aws-node-*ws-ada*' "$(k get pods -A --sort-by=.metadata.name)"
    is 'get all' '*pod/hub-*service/hub*deployment.apps/hub*' "$(k get all -n mlhub)"
    is 'may I' 'yes*' "$(k auth can-i list pods)"
    is 'top' '*Metrics API not available*' "$(k top pods)"
    is 'get of several kinds' '*node/ip-10-0-*service/pypi*deployment.apps/hub*' \
        "$(k get nodes,services,deployments -A)"
    is 'a field of one' 'Running' "$(k get pod ws-ada -n mlhub -o 'jsonpath={.status.phase}')"
    is describe '*Successfully assigned mlhub/ws-ada to *' "$(k describe pod ws-ada -n mlhub)"
    is 'a selector' '*ws-ada*' "$(k get pods -A -l component=singleuser-server)"
    is 'what is not there' '*NotFound*nobody*' "$(k get pod nobody)"
    is 'a wrong token' '*must be logged in*' "$(TOKEN=k8s-aws-v1.bm8 k get pods)"
    is logs '*JupyterHub is now running*' "$(k logs deploy/hub -n mlhub)"
    k get pods -n mlhub --watch --output-watch-events --request-timeout 6s >"$work/watch" &
    watch=$!
    tries=0
    until grep -q ws-ada "$work/watch" || [ $tries = 50 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    is delete '*ws-ada* deleted*' "$(k delete pod ws-ada -n mlhub)"
    wait $watch
    is watch '*ADDED*ws-ada*DELETED*ws-ada*' "$(cat "$work/watch")"
    is 'rollout status' '*successfully rolled out*' "$(k rollout status deployment/hub -n mlhub)"
fi

python=
for candidate in "${PYTHON:-}" python3 python; do
    [ -n "$candidate" ] && "$candidate" -m pip --version >/dev/null 2>&1 && python=$candidate && break
done

# A wheel without any build tool: a zip with three files.
wheel=demo_pkg-1.0-py3-none-any.whl
[ -z "$python" ] || "$python" - "$work/$wheel" <<'END'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as z:
    z.writestr('demo_pkg.py', 'def hello():\n    return "hello from demo_pkg"\n')
    z.writestr('demo_pkg-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\nName: demo-pkg\nVersion: 1.0\n')
    z.writestr('demo_pkg-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\nTag: py3-none-any\n')
    z.writestr('demo_pkg-1.0.dist-info/RECORD', '')
END
[ -f "$work/$wheel" ] || echo 'nothing but bytes' >"$work/$wheel"

publish() { # PASSWORD
    curl -s -o /dev/null -w '%{http_code}' -x "http://127.0.0.1:$PORT" -u "$INDEX_USER:$1" \
        -F ':action=file_upload' -F name=demo-pkg -F version=1.0 \
        -F "content=@$work/$wheel" "http://$PYPI/simple/"
}

if have curl; then
    is 'curl: health' 200 "$(curl -s -o /dev/null -w '%{http_code}' -x "http://127.0.0.1:$PORT" "http://$HUB/hub/health")"
    is 'curl: a wrong password' 401 "$(publish wrong)"
    is 'curl: publish' 200 "$(publish "$INDEX_PASSWORD")"
    is 'curl: publish again' 409 "$(publish "$INDEX_PASSWORD")"
    if [ -n "$python" ]; then
        is pip '*demo_pkg-1.0-py3-none-any.whl*' "$(PIP_CONFIG_FILE=/dev/null "$python" -m pip --proxy "http://127.0.0.1:$PORT" \
            download -q --disable-pip-version-check --no-deps --no-cache-dir \
            --trusted-host "$PYPI" --index-url "http://$INDEX_USER:$(printf %s "$INDEX_PASSWORD" | sed 's/ /%20/g')@$PYPI/simple/" \
            -d "$work/got" demo-pkg 2>&1; ls "$work/got" 2>&1)"
        is 'pip: the same bytes' same "$(cmp "$work/got/$wheel" "$work/$wheel" && echo same)"
    else
        echo "SKIP pip: not installed"
    fi
    if [ -n "$python" ] && "$python" -m twine --version >/dev/null 2>&1; then
        is 'twine: the same name' '*409*' "$(http_proxy=http://127.0.0.1:$PORT "$python" -m twine upload --disable-progress-bar \
            --repository-url "http://$PYPI/simple/" -u "$INDEX_USER" -p "$INDEX_PASSWORD" "$work/$wheel" 2>&1)"
    else
        echo "SKIP twine: not installed"
    fi
fi

[ ! -s "$work/log" ] || { cat "$work/log"; failed=$((failed + 1)); }
echo "$passed passed, $failed failed"
[ "$passed" != 0 ] || exit 77
[ "$failed" = 0 ]
