#!/usr/bin/env bash
# Two percent more users a month: for how long does the pool keep its target?
#
#   jobs/runway.sh          about a minute and a half on 2 cores, once built; full size, up to an hour:
#                           --set design.worlds=256 --set precision.at_most=1024
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$headroom_root"

headroom_answer runway "$@"
headroom_sentence "$result" <<'AWK'
    NR == 1 { today = $10 }
    { months = sprintf("%.0f", log($10 / today) / log(1.02)) }
    $1 != "null" && $1 <= 1 && !over { kept = months; risk = interval($1, $2, $3) }
    $1 != "null" && $1 > 1 && !over { over = 1; lost = months; then = interval($1, $2, $3) }
    END {
        printf "Growing by 2 %% a month from %d users, twelve servers ", today
        if (risk == "")
            printf "miss the target of 1 %% of busy hours with a server over from the beginning, "
        else
            printf "keep the target of 1 %% of busy hours with a server over until month %d, with %s%s", \
                kept, risk, over ? ", and miss it " : ""
        if (over)
            printf "by month %d, with %s", lost, then
        print ", as means over what is not known."
    }
AWK
