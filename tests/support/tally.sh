#!/bin/sh
# Adds up what the tests of a build directory said and prints it as the last line:
# "N passed, N failed, N skipped". Exit status 1 when anything failed or nothing ran.
# usage: tally.sh BUILD-DIRECTORY [PASSED FAILED], the numbers of steps counted elsewhere
set -eu

build=$1
find "$build" -name '*.trs' | sort | while read -r trs; do
    log=${trs%.trs}.log
    result=$(sed -n 's/^:global-test-result: //p' "$trs")
    # Criterion's synthesis, or a script's own closing line; else the program is one test.
    awk -v result="$result" -v name="$(basename "${trs%.trs}")" '
        { gsub(/\033\[[0-9;]*m/, "") }
        /Synthesis: Tested:/ {
            for (i = 1; i < NF; i++) {
                if ($i == "Tested:" && $(i + 1) == 0) failed++ # a program that lost its tests
                if ($i == "Passing:") passed += $(i + 1)
                if ($i == "Failing:") failed += $(i + 1)
                if ($i == "Crashing:") failed += $(i + 1)
            }
            counted = 1
        }
        /^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$/ {
            passed += $1; failed += $3; skipped += $5; counted = 1
        }
        END {
            if (result == "SKIP" && !counted) skipped++
            else if (result == "PASS" && !counted) passed++
            else if (result != "PASS" && result != "SKIP" && !failed) failed++
            printf "%d %d %d %s\n", passed, failed, skipped, name
        }' "$log"
done | awk -v passed="${2:-0}" -v failed="${3:-0}" '
    BEGIN { steps = passed + failed }
    { passed += $1; failed += $2; skipped += $3
      printf "  %-28s %5d passed %4d failed %4d skipped\n", $4, $1, $2, $3 }
    END {
        if (steps) printf "  %-28s %5d\n", "steps of ./bootstrap check", steps
        printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
        exit failed > 0 || passed == 0
    }'
