#!/usr/bin/env bash
# The documents contradict themselves: which reading decides whether the pool carries its users?
#
#   jobs/readings.sh        about a minute and a half on 2 cores, once built
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$headroom_root"

headroom_answer readings "$@"
headroom_sentence "$result" <<'AWK'
    $12 == "as-tested" && $13 == "user-model" { risk[$10 + 0, $11] = interval($1, $2, $3) }
    END {
        print "With meetings as tested and phones as in the user model, a busy hour sees one of twelve " \
            "servers over its target with probability " risk[12, "at-most"] " if 5 % in conferences is a " \
            "maximum, " risk[12, "busy-hour"] " if it is the mean of the busy hour and " risk[12, "day"] \
            " if it is the mean of the day; with eight servers, " risk[8, "at-most"] ", " \
            risk[8, "busy-hour"] " and " risk[8, "day"] "."
    }
AWK
