#!/bin/sh
# The doors of the program, tried by a clumsy user: descriptors that are closed or full, first starts
# that are killed, terraforms that are none, answers with slips. Each gets a sentence and an exit
# code, and nothing that was there is lost. The player plays, so no terraform is needed.
set -u

program=${TEST_BUILD:?}/ekshub-tui
PATH=/usr/bin:/bin EKSHUB_TERRAFORM=player
ASAN_OPTIONS=detect_leaks=0
export PATH EKSHUB_TERRAFORM ASAN_OPTIONS
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
passed=0 failed=0

pass() { passed=$((passed + 1)); }
fail() {
    failed=$((failed + 1))
    echo "FAIL $1"
    sed 's/^/    /' said
}

# expect NAME CODE TEXT COMMAND...: the exit code, and the text among what was said (both streams)
expect() {
    name=$1 wanted=$2 text=$3
    shift 3
    "$@" >said 2>&1 </dev/null
    code=$?
    if [ $code != "$wanted" ]; then
        fail "$name: exit code $code, not $wanted"
    elif [ -n "$text" ] && ! grep -qF -- "$text" said; then
        fail "$name: nothing about \"$text\""
    else
        pass
    fi
}

fast() { "$program" --rehearse=1000x "$@"; }

# ---- descriptors ----
full() { "$@" >/dev/full; }
no_output() { "$@" >&-; }
none() { "$@" <&- >&- 2>&-; }

fast apply --dir d --auto-approve >said 2>&1 </dev/null && pass || fail "a run without terraform"
cp d/ekshub.yaml d/history.jsonl .
expect "help on a full disk" 1 "could not be written to its end" full "$program" --help
expect "status on a full disk" 1 "could not be written to its end" full fast status --dir d
expect "version to a closed output" 1 "could not be written to its end" no_output "$program" --version
expect "status to a closed output" 1 "could not be written to its end" no_output fast status --dir d
expect "status without any descriptor" 1 "" none fast status --dir d
expect "a run without any descriptor" 1 "" none fast apply --dir n --auto-approve
expect "it went all the way" 0 '"state":"done"' fast status --dir n -o json
for file in ekshub.yaml history.jsonl; do
    cmp $file d/$file >said 2>&1 && pass || fail "$file after answers that nobody took"
done

# ---- first starts that are killed ----
for delay in 0 0.002 0.005 0.01 0.015 0.02 0.03 0.05; do
    rm -rf killed
    "$program" --rehearse --dir killed check >said 2>&1 </dev/null &
    child=$!
    sleep $delay
    kill -KILL $child 2>/dev/null
    wait $child 2>/dev/null
    expect "a start after one that was killed" 0 "pass  identity" fast check --dir killed
done

# ---- directories ----
echo mine >file
expect "a directory that is a file" 2 "is not a directory" fast check --dir file
expect "a line break in its name" 2 "line break" fast check --dir "a
b"
name="ü 'q' \"d\" \$HOME %s"
expect "blanks, quotes and more" 0 "Done" fast apply --dir "$name" --auto-approve
deep=$(printf '%0120d/%0120d' 0 0)
expect "a socket with a long path" 0 "Done" fast apply --dir "$deep" --auto-approve
[ "$(cat file)" = mine ] && pass || fail "the file in the way"

# ---- terraforms that are none ----
terraform() {
    printf '#!/bin/sh\n%s\n' "$1" >terraform
    chmod 700 terraform
    EKSHUB_TERRAFORM=$work/terraform
}
terraform 'exec yes'
expect "one that never stops talking" 3 "is not terraform" fast check
terraform "echo '{\"terraform_version\":\"0.12.3\"}'"
expect "one that is too old" 3 "is too old" fast check
terraform 'echo no >&2; exit 3'
expect "one that fails" 3 "exit code 3" fast check
EKSHUB_TERRAFORM=player

# ---- answers ----
slip() {
    printf '%b' "$2" >answers.yaml
    expect "answers with $1" 2 "$3" fast plan --dir slips --answers answers.yaml
    [ ! -e slips/ekshub.yaml ] && pass || fail "answers with $1: something was written"
}
slip "a misspelt name" 'cluster_nmae: x\n' "Did you mean cluster_name?"
slip "a secret" 'aws_secret_access_key: hush\n' "There is no answer aws_secret_access_key"
slip "a list for a number" 'node_count: [1]\n' "node_count must be a number"
slip "a name twice" 'cluster_name: a\ncluster_name: b\n' "stands twice"
slip "no end" 'cluster_name: [\n' "answers.yaml"

# ---- profiles ----
printf '[profile a]\nregion = x\n[profile a]\n' >config
export AWS_CONFIG_FILE="$work/config"
expect "a profile given twice" 4 "config:3: section profile a was already given in line 1" \
    "$program" profiles
printf '[profile \033[31mevil\033]0;t\007]\nregion = \033[2Jx\n' >config
expect "a hostile profile" 0 "evil" "$program" profiles
grep -q "$(printf '\033')" said && fail "a hostile profile reaches the terminal" || pass

echo "$passed passed, $failed failed"
[ $failed = 0 ]
