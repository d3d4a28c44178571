#!/usr/bin/env bash
# How many Edge Servers does the published pool of 80,000 users need? By users two; by media sessions
# more.
#
#   jobs/edge-servers.sh    about a minute and a half on 2 cores, once built; full size, some two hours:
#                           --set design.worlds=256 --set precision.at_most=1024
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$headroom_root"

headroom_answer edge-servers "$@"
headroom_sentence "$result" <<'AWK'
    $10 == 2 { rule = interval($1, $2, $3) }
    $1 != "null" && $1 <= 1 && enough == "" { enough = $10; risk = interval($1, $2, $3) }
    { most = $10; last = interval($1, $2, $3) }
    END {
        printf "With the 2 Edge Servers that the rule by users gives, a published limit is exceeded in %s of " \
            "busy hours, as a mean over what is not known, and ", rule
        if (enough == "")
            print "even " most " leave " last "."
        else
            print "the fewest that bring that mean to 1 % are " enough ", with " risk "."
    }
AWK
