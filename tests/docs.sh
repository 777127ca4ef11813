#!/bin/sh
# What is written about the command line is what it knows: every command, option and fault stands in
# the man page and, but for faults, in the completions of every shell. Completes once for real where
# bash is at hand.
set -u
source=${TEST_SOURCE:-$(cd "$(dirname "$0")/.." && pwd)}
program=${TEST_BUILD:-$source/build}/ekshub-tui
man=$source/assets/ekshub-tui.1
passed=0 failed=0 skipped=0

check() { # NAME COMMAND...
    name=$1
    shift
    if "$@" >/dev/null 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $name"
    fi
}

skip() {
    skipped=$((skipped + 1))
    echo "skipped: $*"
}

# The tables of the program are the source of both lists.
options() { sed -n 's/^ *{"\(-[-a-zA-Z]*\)", TAKES_.*/\1/p' "$source/screens/options.c"; }
commands() { sed -n '/verb_names\[VERBS\]/,/};/p' "$source/screens/options.c" | grep -o '"[a-z]*"' | tr -d '"' | grep .; }
faults() { "$program" --fault list | cut -d' ' -f1; }

# In the man page a long option is written with Fl -name, a short one with Fl x.
man_has_option() { grep -qE -- "Fl ${1#-}([ ,]|$)|Fl ${1#-} " "$man"; }
# fish names options without their hyphens.
fish_has_option() { grep -qE -- "-[ls] $(printf %s "$1" | sed 's/^-*//')( |$)" "$source/assets/completions/ekshub-tui.fish"; }

[ "$(commands | wc -l)" -gt 10 ] || { echo "the table of commands cannot be read"; exit 1; }
[ "$(options | wc -l)" -gt 15 ] || { echo "the table of options cannot be read"; exit 1; }
for command in $(commands); do
    check "man: $command" grep -q "^\.It .*Cm $command" "$man"
    for shell in ekshub-tui.bash _ekshub-tui ekshub-tui.fish; do
        check "$shell: $command" grep -qw -- "$command" "$source/assets/completions/$shell"
    done
done
for option in $(options); do
    check "man: $option" man_has_option "$option"
    [ "$option" = -h ] && continue
    for shell in ekshub-tui.bash _ekshub-tui; do
        check "$shell: $option" grep -qE -- "(^|[^-a-z])$option([^-a-z]|$)" "$source/assets/completions/$shell"
    done
    check "ekshub-tui.fish: $option" fish_has_option "$option"
done
for fault in $(faults); do
    check "man: fault $fault" grep -qx ".It Cm $fault" "$man"
done

completes() { # TEXT WANTED: what bash offers behind "ekshub-tui TEXT"
    PATH=$(dirname "$program"):$PATH bash -c '
        source "$1"
        COMP_WORDS=(ekshub-tui $2)
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _ekshub_tui
        printf "%s\n" "${COMPREPLY[@]}"' - "$source/assets/completions/ekshub-tui.bash" "$1" | grep -qx -- "$2"
}
if command -v bash >/dev/null; then
    check "bash completes a command" completes "ap" apply
    check "bash completes a stage" completes "apply p" pypi
    check "bash completes an option of its command" completes "apply --a" --auto-approve
    check "bash completes a fault" completes "--fault image" image-pull
else
    skip "bash is not here"
fi
if command -v mandoc >/dev/null; then
    check "mandoc finds nothing wrong" mandoc -Tlint -Wwarning "$man"
elif command -v groff >/dev/null; then
    check "groff finds nothing wrong" sh -c '[ -z "$(groff -mandoc -ww -z "$1" 2>&1)" ]' - "$man"
else
    skip "neither mandoc nor groff is here to read the man page"
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
