#!/usr/bin/env bash
# Measures the program beside the tools it is compared with, in one run on one machine, and says
# whether each bar is met. Never part of make check: a busy machine proves nothing.
# Wants TEST_BUILD (the build directory, optimised) and TEST_SOURCE; make bench sets both.
set -uo pipefail

program=$TEST_BUILD/ekshub-tui
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
unset "${!AWS_@}" "${!TF_@}" "${!EKSHUB_@}" KUBECONFIG
export HOME=$home XDG_STATE_HOME=$home/state LANG=C.UTF-8 LC_ALL=C.UTF-8 TERM=xterm-256color
cd "$home" || exit 1
missed=0

row() { # WHAT OURS THEIRS RATIO BAR OK
    printf '%-44s %14s %14s %10s  %-12s %s\n' "$@"
}

judged() { # WHAT OURS THEIRS RATIO BAR CONDITION: awk decides
    local ok=ok
    awk "BEGIN { exit !($6) }" || { ok=MISSED; missed=$((missed + 1)); }
    row "$1" "$2" "$3" "$4" "$5" "$ok"
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
ms() { awk -v us="$1" 'BEGIN { printf "%.1f ms", us / 1000 }'; }

absent() { row "$1" - - - "$2" "not measured: $3"; }

until_seen() { # RUNS TEXT COMMAND...: best of its microseconds; "-": until it ends
    "$TEST_BUILD/first-frame" "$@" 2>"$home/err" || { head -n 3 "$home/err" >&2; return 1; }
}

first_frame() {
    local what="first frame, 80x24, warm" bar="<= 2 x" ours theirs rehearsal times
    ours=$(until_seen 31 help "$program") || { absent "$what" "$bar" "no frame"; return; }
    rehearsal=$(until_seen 31 help "$program" --rehearse --dir "$home/first") || rehearsal=0
    row "first frame of a rehearsal" "$(ms "$rehearsal")" - - "none" ""
    command -v dialog >/dev/null || { absent "$what" "$bar" "dialog is not installed"; return; }
    theirs=$(until_seen 31 "Hello there" dialog --msgbox "Hello there" 8 40) || return
    times=$(ratio "$ours" "$theirs")
    judged "$what" "$(ms "$ours")" "$(ms "$theirs")" "$times x" "$bar" "$times <= 2"
}

token() {
    local what="token (aws eks get-token)" bar=">= 100 x" aws ours theirs times
    # pyenv puts a shell script before the real one; the real one is what we compare with.
    aws=$(HOME=~root pyenv which aws 2>/dev/null || command -v aws) || {
        absent "$what" "$bar" "the AWS CLI is not installed"
        return
    }
    local -x AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG
    local arguments=(--cluster-name demo --region us-east-2)
    theirs=$(until_seen 5 - "$aws" eks get-token "${arguments[@]}") || return
    ours=$(until_seen 41 - "$program" token "${arguments[@]}") || return
    times=$(ratio "$theirs" "$ours")
    judged "$what" "$(ms "$ours")" "$(ms "$theirs")" "$times x" "$bar" "$times >= 100"
}

screen_at_rest() {
    local what="idle, a screen at rest for 20 s" bar="0 wake-ups" said wakeups peak
    said=$("$TEST_BUILD/drive" 80x24 "$program" --rehearse --dir rest <<'END'
wait Everything is in place
idle 20
peak
keys C-q
END
    ) || { absent "$what" "$bar" "the walk did not succeed"; missed=$((missed + 1)); return; }
    wakeups=$(awk '/^wakeups/ { print $2 }' <<<"$said")
    peak=$(awk '/^peak/ { print $2 }' <<<"$said")
    judged "$what" "$wakeups" - - "$bar" "$wakeups == 0"
    judged "peak memory, first screen" "$peak KiB" - - "<= 24 MiB" "$peak <= 24 * 1024"
}

terraform_events() {
    local what="terraform events parsed and reduced" rate
    rate=$("$TEST_BUILD/bench-tf-events" | sed -n 's/.*"events_per_second": *\([0-9]*\).*/\1/p')
    judged "$what" "${rate:-0}/s" - - ">= 50000/s" "${rate:-0} >= 50000"
}

figure() { # NAME JSON
    sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" <<<"$2"
}

# The rehearsal's server answers as AWS, 50 ms away; the role wants keys of its own, and is looked up.
checks_together() { # PROFILE
    local what="all AWS checks at 50 ms, $1" bar="<= 1.3 x" said ours theirs times
    said=$("$TEST_BUILD/bench-checks" "$home/checks-$1" "$TEST_SOURCE/assets" "$program" "$1" |
        tail -n 1)
    ours=$(figure together_ms "$said") theirs=$(figure slowest_ms "$said")
    [ "${theirs:-0}" -gt 0 ] || { absent "$what" "$bar" "the checks did not end"; missed=$((missed + 1)); return; }
    times=$(ratio "$ours" "$theirs")
    judged "$what" "$ours ms" "$theirs ms" "$times x" "$bar" "$times <= 1.3"
}

many_pods() {
    local what="10,000 pods and 3,000 changes" ours theirs ms kib times
    command -v kubectl >/dev/null || { absent "$what" "<= 0.33 x" "kubectl is not installed"; return; }
    local server=("$TEST_BUILD/bench-pods" 10000 3000 "$home/kubeconfig")
    ours=$("${server[@]}" "$program" pods -A -w -o json --kubeconfig "$home/kubeconfig") || {
        absent "$what" "<= 0.33 x" "it did not tell them all"
        missed=$((missed + 1))
        return
    }
    theirs=$("${server[@]}" kubectl --kubeconfig "$home/kubeconfig" get pods -A -w) || {
        absent "$what" "<= 0.33 x" "kubectl did not tell them all"
        return
    }
    ms=$(figure cpu_ms "$ours") kib=$(figure peak_kib "$ours")
    times=$(ratio "$ms" "$(figure cpu_ms "$theirs")")
    judged "$what: CPU" "$ms ms" "$(figure cpu_ms "$theirs") ms" "$times x" "<= 0.33 x" "$times <= 0.33"
    times=$(ratio "$kib" "$(figure peak_kib "$theirs")")
    judged "$what: memory" "$kib KiB" "$(figure peak_kib "$theirs") KiB" "$times x" "<= 0.125 x" "$kib * 8 <= $(figure peak_kib "$theirs")"
}

pods_screen() {
    local what="key to frame, 10,000 pods on screen" bar="< 33 ms (99%)" said us
    EKSHUB_TERRAFORM=player "$program" --rehearse=1000 --dir pods apply --auto-approve >/dev/null 2>&1
    said=$("$TEST_BUILD/bench-pods" 10000 0 pods/kubeconfig \
        "$TEST_BUILD/drive" 160x50 "$program" --rehearse --dir pods <<'END'
wait Go on with it
keys Enter
wait URL
keys p
wait 10000 of 10000
times 200 Down
keys s
wait by state
times 100 PageDown
keys C-q
END
    ) || { absent "$what" "$bar" "the walk did not succeed"; missed=$((missed + 1)); return; }
    us=$(awk '/^times/ && $2 > most { most = $2 } END { print most }' <<<"$said")
    judged "$what" "$(ms "$us")" - - "$bar" "$us < 33000"
}

row WHAT OURS THEIRS RATIO BAR ""
first_frame
token
screen_at_rest
terraform_events
checks_together kube_admin
checks_together ci
many_pods
pods_screen
echo
[ $missed = 0 ] && echo "every bar is met" || echo "$missed missed"
[ $missed = 0 ]
