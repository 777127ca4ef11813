#!/bin/sh
# Runs one test program in an environment that says nothing about this machine or its user: own
# home, no AWS_*, TF_*, KUBECONFIG or proxies, UTF-8, UTC. make check starts every test through it.
# Not a sandbox: it keeps honest tests from finding things by accident.
set -u

home=$(mktemp -d "${TMPDIR:-/tmp}/ekshub-test.XXXXXX") || exit 99
trap 'rm -rf "$home"' EXIT
mkdir "$home/tmp" "$home/state" "$home/config" "$home/cache"
chmod 700 "$home" "$home"/*

# The limit ends a test that hangs; no test waits for it.
limit=${TEST_LIMIT:-1200}
env -i \
    PATH="$PATH" HOME="$home" TMPDIR="$home/tmp" \
    XDG_STATE_HOME="$home/state" XDG_CONFIG_HOME="$home/config" XDG_CACHE_HOME="$home/cache" \
    LANG=C.UTF-8 LC_ALL=C.UTF-8 TZ=UTC TERM=xterm-256color SHELL=/bin/sh \
    ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:allocator_may_return_null=1}" \
    LSAN_OPTIONS="suppressions=$(dirname "$0")/lsan.supp:print_suppressions=0" \
    UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}" \
    TEST_SOURCE="${TEST_SOURCE:-}" TEST_BUILD="${TEST_BUILD:-}" \
    TERRAFORM_PLUGINS="${TERRAFORM_PLUGINS:-}" KUBE_BIN="${KUBE_BIN:-}" \
    UPDATE_GOLDEN="${UPDATE_GOLDEN:-}" TEST_DEADLINE="${TEST_DEADLINE:-60}" \
    timeout --kill-after=10 "$limit" "$@"
status=$?
[ $status != 124 ] || echo "hermetic.sh: $1 was still running after $limit s and was ended"
exit $status
