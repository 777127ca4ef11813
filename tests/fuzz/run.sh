#!/bin/sh
# Searches for inputs that break a parser: each target for FUZZ_SECONDS (30), beginning with its
# corpus. What breaks one is left in the build directory as TARGET-crash-…: fix it, and keep the
# input in tests/fuzz/corpus/TARGET/.
# usage: run.sh BUILD-DIRECTORY CORPUS-DIRECTORY [TARGET...]
set -eu

build=$1 corpus=$2
shift 2
[ $# -gt 0 ] || set -- $(FUZZ_TARGET='' "$build/fuzz" -runs=1 2>&1 | sed -n 's/^FUZZ_TARGET must be one of://p')
for target in "$@"; do
    found=$(mktemp -d)
    echo "fuzz: $target"
    FUZZ_TARGET=$target "$build/fuzz" -max_total_time="${FUZZ_SECONDS:-30}" -timeout=10 -max_len=16384 \
        -artifact_prefix="$build/$target-" -print_final_stats=1 -verbosity=0 \
        "$found" $([ ! -d "$corpus/$target" ] || echo "$corpus/$target")
    rm -rf "$found"
done
