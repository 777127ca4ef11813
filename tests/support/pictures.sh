#!/bin/sh
# Takes the pictures of the README, assets/pictures/*.svg, on a walk through a rehearsal. The player plays, so
# that they are the same wherever they are taken but for the clock.
set -eu

home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
mkdir -p "$TEST_SOURCE/assets/pictures"
cd "$home"
env -i PATH="$PATH" HOME="$home" TERM=xterm-256color LANG=C.UTF-8 TZ=UTC EKSHUB_TERRAFORM=player \
    "$TEST_BUILD/drive" 80x24 "$TEST_BUILD/ekshub-tui" --rehearse=20x --dir demo-hub <<END
wait Everything is in place
keys Enter
wait Enter makes a plan
keys Enter
wait Private PyPI server
keys Enter
wait The hub
keys Enter
wait Press a to answer
picture $TEST_SOURCE/assets/pictures/review.svg
keys a
type yes
keys Enter
match (3[0-9]|4[0-9]) of 58
picture $TEST_SOURCE/assets/pictures/apply.svg
wait Your platform is up
keys C-q
end
END
