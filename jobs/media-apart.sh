#!/usr/bin/env bash
# Each medium of a meeting on a server of its own: when does that pay, and what does it cost in meetings
# hit? The same days twice, asked for meetings that meet overload, then for the time that servers are over.
#
#   jobs/media-apart.sh     about a minute on 2 cores, once built; full size, some ten minutes:
#                           --set precision.at_most=4096
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$headroom_root"

headroom_answer media-apart "$@"
meetings=$result
headroom_study media-apart media-apart-time "$@" --set target.outcome=time_over \
    --set target.min_episode=~
headroom_sentence "$meetings" "$result" <<'AWK'
    $11 != "as-observed" { next }
    { key = $10 " " $12 }
    seen[key]++ == 0 { hit[key] = interval($1, $2, $3); next }
    { time[key] = interval($1, $2, $3) }
    function instead(what, rule) {
        return what[rule " modality"] " instead of " what[rule " meeting"]
    }
    END {
        print "With sizes as observed, placing each medium by itself has some server over its target for " \
            instead(time, "random") " of the time where servers are picked at random and " \
            instead(time, "fewest_participants") " where fewest people are, but lets " \
            instead(hit, "random") " and " instead(hit, "fewest_participants") \
            " of the meetings meet it for a minute or more."
    }
AWK
