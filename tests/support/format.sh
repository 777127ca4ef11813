#!/bin/sh
# Runs the release of clang-format that the layout of this tree is defined by, wherever it is.
# usage: format.sh RELEASE OPTIONS-AND-FILES...
set -eu

release=$1
shift
for program in "clang-format-$release" clang-format; do
    version=$("$program" --version 2>/dev/null) || continue
    case $version in *"version $release."*) exec "$program" "$@" ;; esac
done
echo "format.sh: clang-format $release is not here: layout not checked" >&2
