#!/bin/sh
# Searches for inputs that break a parser: each target for FUZZ_SECONDS (30), beginning with its
# corpus and its seeds. What breaks one is left in the build directory as TARGET-crash-…: fix it,
# and keep the input in tests/fuzz/corpus/TARGET/.
# usage: run.sh BUILD-DIRECTORY SOURCE-DIRECTORY [TARGET...]
set -eu

build=$1 source=$2
shift 2
wanted=" $* " broken=
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT
"$build/fuzz" >"$found/targets"
while read -r target seeds; do
    case $wanted in "  " | *" $target "*) ;; *) continue ;; esac
    echo "fuzz: $target"
    mkdir "$found/$target"
    find "$source/tests/data" -type f -path "$seeds" -exec cp --backup=numbered {} "$found/$target" \;
    [ ! -d "$source/tests/fuzz/corpus/$target" ] ||
        cp "$source/tests/fuzz/corpus/$target"/* "$found/$target"
    FUZZ_TARGET=$target "$build/fuzz" -max_total_time="${FUZZ_SECONDS:-30}" -timeout=10 \
        -max_len=16384 -artifact_prefix="$build/$target-" -print_final_stats=1 -verbosity=0 \
        "$found/$target" >"$found/log" 2>&1 || { cat "$found/log"; broken=yes; }
    grep 'number_of_executed_units\|new_units_added' "$found/log" || true
done <"$found/targets"
[ -z "$broken" ] || { echo "fuzz: the inputs above broke a parser" >&2; exit 1; }
