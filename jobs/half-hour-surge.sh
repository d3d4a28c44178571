#!/usr/bin/env bash
# Scheduled meetings start on the hour and the half hour: what does that cost?
#
#   jobs/half-hour-surge.sh about a minute and a half on 2 cores, once built; full size, up to an hour:
#                           --set design.worlds=256 --set precision.at_most=1024
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$headroom_root"

headroom_answer half-hour-surge "$@"
headroom_sentence "$result" <<'AWK'
    $10 + 0 == 0 { never = interval($1, $2, $3) }
    $10 + 0 == 100 { always = interval($1, $2, $3) }
    END {
        print "A busy hour sees a server over its target with probability " never " when no meeting starts " \
            "on the clock and " always " when all scheduled ones do, as means over what is not known: the " \
            "same people, only together."
    }
AWK
