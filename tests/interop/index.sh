#!/bin/sh
# Our side of the private PyPI against the real ones: pypicloud takes our hash, our login and our
# upload; pip installs what we packed; twine and configparser read the .pypirc that we wrote.
# What is not installed is skipped by name; ./bootstrap check tries to fetch it beforehand.
set -u

passed=0 failed=0 skipped=0
probe=${TEST_BUILD:?}/index-probe
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
INDEX_PASSWORD='open%sesame #1'
export INDEX_PASSWORD
unset PIP_FIND_LINKS PIP_INDEX_URL PIP_EXTRA_INDEX_URL

python_with() { # MODULES: the first python that can import them
    for candidate in "${PYTHON:-}" "$TEST_SOURCE/build/python/bin/python" python3 python; do
        if [ -n "$candidate" ] && "$candidate" -W ignore -c "import $1" 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
}

skip() {
    skipped=$((skipped + 1))
    echo "SKIP index-interop: $*"
}

check() { # WHAT, PATTERN, COMMAND...: what it prints holds the pattern
    what=$1 pattern=$2
    shift 2
    answer=$("$@" 2>&1)
    case $answer in
    *"$pattern"*) passed=$((passed + 1)) ;;
    *)
        failed=$((failed + 1))
        echo "$what: wanted \"$pattern\", got \"$answer\""
        ;;
    esac
}

# ---- pip installs what we packed, without an index and without a network ----

python=$(python_with 'setuptools, wheel, pip')
if [ -n "$python" ]; then
    check "pack the demo" demo_pkg-1.0.tar.gz "$probe" pack "$TEST_SOURCE/assets/demo-pkg" "$work"
    check "pip installs it" '' "$python" -m pip install -q --no-index --no-build-isolation \
        --no-deps --disable-pip-version-check --target "$work/site" "$work/demo_pkg-1.0.tar.gz"
    check "and it says hello" 'hello from demo_pkg' \
        env PYTHONPATH="$work/site" "$python" -c 'import demo_pkg; print(demo_pkg.hello())'
else
    skip "no python3 with pip, setuptools and wheel"
fi

# ---- configparser reads the file as twine and distutils do ----

python=$(python_with configparser)
if [ -n "$python" ]; then
    printf '[distutils]\nindex-servers=\n    pypi\n\n[pypi]\nusername = __token__\n' >"$work/pypirc"
    check "merge" "ok merged" "$probe" pypirc "$work/pypirc" http://127.0.0.1:1/simple/ ada
    check "configparser" "pypi,ekspypi|__token__|http://127.0.0.1:1/simple/|ada|$INDEX_PASSWORD" \
        "$python" -c '
import configparser, sys
p = configparser.RawConfigParser()
p.read(sys.argv[1])
e = p["ekspypi"]
print(",".join(p.get("distutils", "index-servers").split()), p.get("pypi", "username"),
      e["repository"], e["username"], e["password"], sep="|")' "$work/pypirc"
else
    skip "no python3"
fi

# ---- the real pypicloud ----

python=$(python_with 'pypicloud, sqlalchemy, pip, wheel; assert sqlalchemy.__version__ < "2"')
if [ -z "$python" ]; then
    skip "pypicloud is not installed"
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" = 0 ]
    exit
fi
hash=$("$probe" hash)
port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
url=http://127.0.0.1:$port
"$python" -W ignore "$TEST_SOURCE/tests/interop/real_index.py" "$port" "$hash" "$work/cloud" \
    authenticated >"$work/log" 2>&1 &
server=$!
if ! "$python" - "$url" <<'END'; then
import sys, time, urllib.request
for _ in range(100):
    try:
        sys.exit(urllib.request.urlopen(sys.argv[1] + '/health').status != 200)
    except OSError:
        time.sleep(0.1)
sys.exit(1)
END
    skip "pypicloud does not start here: $(tail -1 "$work/log")"
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" = 0 ]
    exit
fi

quoted=$("$python" -c 'import sys, urllib.parse; print(urllib.parse.quote(sys.argv[1], safe=""))' "$INDEX_PASSWORD")
check "the right password" "ok logged in" "$probe" login "$url/simple/" ada
check "a wrong password" "does not accept" env INDEX_PASSWORD=wrong "$probe" login "$url" ada
check "somebody else" "does not accept" "$probe" login "$url" bob
check "an upload with a wrong password" "does not accept" \
    env INDEX_PASSWORD=wrong "$probe" publish "$url" ada "$TEST_SOURCE/assets/demo-pkg"
check "an upload" "ok the same bytes" "$probe" publish "$url" ada "$TEST_SOURCE/assets/demo-pkg"
check "the same again" "ok the same bytes" "$probe" publish "$url" ada "$TEST_SOURCE/assets/demo-pkg"
mkdir "$work/other"
cp -R "$TEST_SOURCE/assets/demo-pkg/." "$work/other"
echo "# changed" >>"$work/other/demo_pkg/__init__.py"
check "another file of that name" "raise the version" "$probe" publish "$url" ada "$work/other"
check "pip installs from it" '' "$python" -m pip install -q --disable-pip-version-check \
    --no-build-isolation --no-deps --target "$work/site2" --index-url "http://ada:$quoted@127.0.0.1:$port/simple/" demo-pkg
check "and it says hello too" 'hello from demo_pkg' \
    env PYTHONPATH="$work/site2" "$python" -c 'import demo_pkg; print(demo_pkg.hello())'

twine=$(python_with twine)
if [ -n "$twine" ]; then
    sed -i 's/^version = "1.0"/version = "1.1"/' "$work/other/pyproject.toml"
    check "pack another version" demo_pkg-1.1.tar.gz "$probe" pack "$work/other" "$work"
    rm -f "$work/pypirc"
    check "write the .pypirc" "ok merged" "$probe" pypirc "$work/pypirc" "$url/simple/" ada
    check "twine uploads by it" '100%' "$twine" -m twine upload --non-interactive \
        --config-file "$work/pypirc" -r ekspypi "$work/demo_pkg-1.1.tar.gz"
    check "and it is there" "ok the same bytes" "$probe" publish "$url" ada "$work/demo_pkg-1.1.tar.gz"
else
    skip "twine is not installed"
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
