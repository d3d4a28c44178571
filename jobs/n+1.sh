#!/usr/bin/env bash
# One of twelve servers is away for the whole day: what do the meetings notice?
#
#   jobs/n+1.sh             about a minute and a half on 2 cores, once built; full size, up to an hour:
#                           --set design.worlds=256 --set precision.at_most=1024
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$headroom_root"

headroom_answer n+1 "$@"
headroom_sentence "$result" <<'AWK'
    { met[$10, $11] = interval($1, $2, $3) }
    END {
        print "When one of twelve servers is away for the whole day, the share of meetings that spend a " \
            "minute or more on an overloaded server goes from " met[12, 79920] " to " met[11, 79920] \
            " under 79,920 users, and from " met[12, 73260] " to " met[11, 73260] " under 73,260, " \
            "as means over what is not known."
    }
AWK
