#!/bin/sh
# Takes the pictures of the README, assets/pictures/*.svg, on a walk through a rehearsal. The player plays, so
# that they are the same wherever they are taken but for the clock.
set -eu

home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
mkdir -p "$TEST_SOURCE/assets/pictures"
cd "$home"

rehearse() { # SPEED ARGUMENTS...: the steps come on standard input
    speed=$1
    shift
    env -i PATH="$PATH" HOME="$home" TERM=xterm-256color LANG=C.UTF-8 TZ=UTC EKSHUB_TERRAFORM=player \
        "$TEST_BUILD/drive" 80x24 "$TEST_BUILD/ekshub-tui" \
        --rehearse="$speed" --dir demo-hub "$@"
}

rehearse 60x <<END
wait Everything is in place
keys Enter
wait Enter makes a plan
keys Enter
wait the name is free
wait The plan for EKS is ready
picture $TEST_SOURCE/assets/pictures/pypi.svg
keys Enter
wait The hub
keys Enter
wait A domain, and https
keys Enter
wait Press a to answer
picture $TEST_SOURCE/assets/pictures/review.svg
keys a
type yes
keys Enter
match (3[0-9]|4[0-9]) of 58
picture $TEST_SOURCE/assets/pictures/apply.svg
wait Your platform is up
keys u
wait same bytes ✓
picture $TEST_SOURCE/assets/pictures/results.svg
keys C-q
end
END

# A pod that something stands in the way of: the same hub, whose volume is never made.
rm -rf demo-hub
rehearse 200x --fault no-storage-class <<END
wait Everything is in place
keys Enter
wait Enter makes a plan
keys Enter
wait Private PyPI server
keys Enter
wait The hub
keys Enter
wait A domain, and https
keys Enter
wait Press a to answer
keys a
type yes
keys Enter
wait What to do
keys p
wait is not ready
keys s
match hub-.* Pending
picture $TEST_SOURCE/assets/pictures/pods.svg
keys C-q
end
END
