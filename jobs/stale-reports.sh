#!/usr/bin/env bash
# How old may a load report be before the least loaded server is a worse choice than any at random? Said
# in meetings that start in the pool between two reports, which its size hardly changes.
#
#   jobs/stale-reports.sh   half a minute on 2 cores, once built; full size, some five minutes:
#                           --set precision.at_most=4096
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$headroom_root"

headroom_answer stale-reports "$@"
# Starts per second of one server: the same for all choices.
rate=$("$headroom" check params/stale-reports.yaml --json | awk -F '[:,]' '
    /^  "servers"/ { servers = $2 }
    /^  "arrivals_per_hour"/ { print $2 / servers / 3600 }')
headroom_sentence rate="$rate" "$result" <<'AWK'
    $11 == "random" { lower[$10] = $2; upper[$10] = $3 }
    $11 != "random" {
        seconds = $11
        gsub(/[^0-9]/, "", seconds)
        starts = seconds * rate * $10
        if ($3 < lower[$10] && starts > better[$10])
            better[$10] = starts
        if ($2 > upper[$10] && (!($10 in worse) || starts < worse[$10]))
            worse[$10] = starts
        if (!($10 in seen)) {
            seen[$10] = 1
            size[++n] = $10
        }
    }
    END {
        printf "%s", "Least loaded turns worse than random, with 95 % intervals that no longer overlap,"
        for (i = 1; i <= n; i++) {
            s = size[i]
            printf "%s", i == 1 ? " " : i == n ? " and " : ", "
            if (s in worse)
                printf "between %.1f and %.1f", better[s], worse[s]
            else
                printf "beyond %.1f", better[s]
            printf "%s in a pool of %d", i == 1 ? " meeting starts per report interval" : "", s
        }
        print "."
    }
AWK
