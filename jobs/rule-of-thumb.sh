#!/usr/bin/env bash
# One Front End for 6,660 users, says the rule of thumb. Which risk is that, and how many servers
# does it take to keep it small?
#
#   jobs/rule-of-thumb.sh   about a minute on 2 cores, once built; full size, up to an hour:
#                           --set design.worlds=256 --set precision.at_most=1024
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$headroom_root"

headroom_answer rule-of-thumb "$@"
headroom_sentence "$result" <<'AWK'
    $10 == 6 { rule = interval($1, $2, $3) }
    $1 != "null" && $1 <= 1 && enough == "" { enough = $10; risk = interval($1, $2, $3) }
    END {
        printf "With the 6 servers that the rule of thumb gives 39,960 users, a busy hour sees a server " \
            "over its target with probability %s, as a mean over what is not known, and ", rule
        if (enough == "")
            print "none of the numbers of servers tried brings that mean to 1 %."
        else
            print "the fewest servers tried that bring that mean to 1 % are " enough ", with " risk "."
    }
AWK
