#!/bin/sh
# The walls of the house that the linker cannot see: who may include whom, who may open a secret,
# how long a file may be. Each complaint names the line that breaks a wall and the wall.
# usage: layers.sh [ROOT]. It first proves on planted violations that it would see them.
set -eu

# ---- the rules, as data ----

# In these directories a quoted include must begin with one of these prefixes.
walls() {
    cat <<'END'
core/base/       core/base/
core/io/         core/base/ core/io/
core/aws/        core/base/ core/io/ core/aws/
core/kube/       core/base/ core/io/ core/kube/
core/terraform/  core/base/ core/io/ core/terraform/
core/index/      core/base/ core/io/ core/index/
core/hub/        core/base/ core/io/ core/hub/
core/session/    core/base/ core/io/ core/aws/ core/kube/ core/terraform/ core/index/ core/hub/ core/session/
core/rehearsal/  core/base/ core/io/ core/rehearsal/ core/aws/sigv4.h
tui/             tui/
screens/         core/base/ core/io/ core/aws/ core/kube/ core/terraform/ core/index/ core/hub/ core/session/ tui/ screens/
END
}

# These libraries' headers belong to these files alone.
owners() {
    cat <<'END'
curses.h     tui/term.c
ncurses      tui/term.c
term.h       tui/term.c
curl/        core/
openssl/     core/
jansson.h    core/
yaml.h       core/
END
}

# main.c alone knows the rehearsal.
rehearsal_users="screens/main.c"

# A family of files in screens/ is what stands before the first "_" or ".". A screen includes its own
# family and these headers; only the faces and their wiring put screens together.
screen_shared="screens/screen.h screens/places.h screens/words.h screens/rows.h"
screen_shared="$screen_shared screens/forms.h screens/passwords.h"
screen_wiring="main app wizard cli plain options"

secret_openers="core/base/secret.h core/base/secret.c core/aws/sigv4.c core/aws/token.c
    core/aws/creds_json.c core/aws/profiles_add.c core/aws/profiles_judge.c
    core/io/http_request.c core/io/http_setup.c core/io/http_tunnel.c core/io/spawn.c
    core/io/channel.c
    core/hub/form.c core/index/password.c core/index/pypirc_text.c core/terraform/tf_mask.c
    core/session/secrets.c
    core/session/worker.c screens/cli_answers.c"

longest=500 # lines; from 400 on a file is asked what its one idea is
long=400

# ---- the check ----

sources() { find core tui screens -name '*.[ch]' 2>/dev/null | LC_ALL=C sort; }

check_includes() {
    { walls | sed 's/^/wall /' && owners | sed 's/^/owner /' && sources | sed 's/^/file /'; } |
        awk -v rehearsal_users=" $rehearsal_users " -v shared=" $screen_shared " \
            -v wiring=" $screen_wiring " '
        function starts(text, prefix) { return substr(text, 1, length(prefix)) == prefix }
        function family(file) { sub(/^screens\//, "", file); sub(/[_.].*$/, "", file); return file }
        function say(file, line, text) { printf "%s:%d: %s\n", file, line, text }
        function quoted(file, line, header,    dir, n, i, parts) {
            if (header == "config.h") return
            if (header !~ /^(core|tui|screens|tests)\//) {
                say(file, line, "\"" header "\" is not written from the top directory")
                return
            }
            for (dir in allowed) {
                if (!starts(file, dir)) continue
                if (starts(header, "core/rehearsal/") && index(rehearsal_users, " " file " ")) continue
                n = split(allowed[dir], parts, " ")
                for (i = 1; i <= n && !starts(header, parts[i]); i++) ;
                if (i > n) say(file, line, dir " may not include \"" header "\"")
            }
            if (starts(file, "screens/") && starts(header, "screens/") &&
                family(file) != family(header) && !index(shared, " " header " ") &&
                !index(wiring, " " family(file) " "))
                say(file, line, "a screen may not know \"" header "\": wizard.c puts screens together")
        }
        function system_header(file, line, header,    library) {
            for (library in owner)
                if (starts(header, library) && !starts(file, owner[library]))
                    say(file, line, "<" header "> belongs to " owner[library])
        }
        function read_file(file,    text, line, header, bans) {
            while ((getline text < file) > 0) {
                line++
                if (text !~ /^[ \t]*#[ \t]*include[ \t]*["<]/) continue
                header = text
                sub(/^[^"<]*["<]/, "", header)
                sub(/[">].*$/, "", header)
                if (text ~ /include[ \t]*"/) quoted(file, line, header)
                else system_header(file, line, header)
                if (header ~ /^(core\/base\/(alloc|banned)|tui\/banned)\.h$/) bans = 1
            }
            close(file)
            if (file ~ /\.c$/ && !bans)
                say(file, 1, "does not include the ban list (core/base/alloc.h or banned.h; tui/banned.h)")
        }
        $1 == "wall" { dir = $2; $1 = $2 = ""; allowed[dir] = $0 }
        $1 == "owner" { owner[$2] = $3 }
        $1 == "file" { read_file($2) }'
}

check_secrets() {
    sources | while read -r file; do
        case " $(echo $secret_openers) " in *" $file "*) continue ;; esac
        grep -n 'secret_expose[ ]*(' "$file" |
            sed "s|^\([0-9]*\):.*|$file:\1: secret_expose is not for this file (see secret_openers)|"
    done
}

check_length() {
    sources | while read -r file; do
        lines=$(wc -l <"$file")
        if [ "$lines" -gt $longest ]; then
            echo "$file:$lines: longer than $longest lines: more than one idea"
        elif [ "$lines" -gt $long ]; then
            echo "note: $file has $lines lines, the aim is $long" >&2
        fi
    done
}

check_words() {
    { sources; find tests assets -type f \( -name '*.[ch]' -o -name '*.sh' -o -name '*.tf' \) \
        ! -path tests/layers.sh ! -path 'tests/data/*' 2>/dev/null; } |
        while read -r file; do
            grep -nE '\b(TODO|FIXME|XXX)\b' "$file" |
                sed "s|^\([0-9]*\):.*|$file:\1: unfinished business: do it, or say it in an issue|"
        done
}

check_tree() { # ROOT: prints every complaint
    (cd "$1" && check_includes && check_secrets && check_length && check_words)
}

# ---- the proof that it sees ----

passed=0 failed=0

planted() { # FILE, TEXT, COMPLAINT: that text in that file must be complained about so
    rm -rf "$nursery/core" "$nursery/tui" "$nursery/screens"
    mkdir -p "$nursery/$(dirname "$1")"
    printf '%b\n' "$2" >"$nursery/$1"
    complaints=$(check_tree "$nursery" 2>/dev/null)
    case $complaints in
    *"$3"*) passed=$((passed + 1)) ;;
    *)
        failed=$((failed + 1))
        echo "layers.sh did not see what was planted in $1: wanted \"$3\", got \"$complaints\""
        ;;
    esac
}

innocent() { # FILE, TEXT: no complaint
    rm -rf "$nursery/core" "$nursery/tui" "$nursery/screens"
    mkdir -p "$nursery/$(dirname "$1")"
    printf '%b\n' "$2" >"$nursery/$1"
    complaints=$(check_tree "$nursery" 2>/dev/null)
    if [ -z "$complaints" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "layers.sh complained about an innocent file: $complaints"
    fi
}

prove() {
    nursery=$(mktemp -d)
    trap 'rm -rf "$nursery"' EXIT
    bans='#include "core/base/alloc.h"'
    planted core/base/str.c '#include "core/io/loop.h"' 'str.c:1: core/base/ may not include'
    planted core/aws/eks.h '\n#include "core/kube/pod.h"' 'eks.h:2: core/aws/ may not include'
    planted core/session/s.c '#include "tui/canvas.h"' 's.c:1: core/session/ may not include'
    planted core/rehearsal/w.c '#include "core/session/s.h"' 'core/rehearsal/ may not include'
    planted tui/text.c '#include "core/base/str.h"' 'text.c:1: tui/ may not include'
    planted tui/term.c '#include "screens/app.h"' 'term.c:1: tui/ may not include'
    planted screens/cli.c '#include "core/rehearsal/rehearsal.h"' 'screens/ may not include'
    planted screens/apply.c '#include "screens/review.h"' 'apply.c:1: a screen may not know'
    planted core/io/task.c '#include "loop.h"' 'not written from the top directory'
    planted tui/canvas.c '#include <curses.h>' '<curses.h> belongs to tui/term.c'
    planted screens/cli.c '# include <jansson.h>' '<jansson.h> belongs to core/'
    planted core/io/lines.c '#include <stdio.h>' 'lines.c:1: does not include the ban list'
    planted core/base/log.c "$bans"'\nf(secret_expose(&s));' 'log.c:2: secret_expose is not'
    planted core/base/str.h "$(yes | head -n $((longest + 1)))" 'longer than'
    planted core/base/str.h '/* TODO: all of it */' 'str.h:1: unfinished business'
    innocent core/kube/kube.c '#include "core/kube/kube.h"\n#include "core/io/loop.h"\n'"$bans"
    innocent screens/apply.c '#include "screens/screen.h"\n#include "tui/canvas.h"\n'"$bans"
    innocent screens/cli_run.c '#include "screens/cli_private.h"\n#include "screens/options.h"\n'"$bans"
    innocent screens/eks_form.c '#include "screens/eks.h"\n'"$bans"
    innocent screens/main.c '#include "core/rehearsal/rehearsal.h"\n'"$bans"
}

root=${1:-${TEST_SOURCE:-$(dirname "$0")/..}}
prove
complaints=$(check_tree "$root")
if [ -z "$complaints" ]; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    printf '%s\n' "$complaints"
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
