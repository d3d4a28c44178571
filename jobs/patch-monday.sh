#!/usr/bin/env bash
# Monday at nine on eleven of twelve servers: who notices that one upgrade domain is away?
#
#   jobs/patch-monday.sh    about half a minute on 2 cores, once built; full size, an hour:
#                           --set design.worlds=256 --set precision.at_most=512
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$headroom_root"

headroom_answer patch-monday "$@"
headroom_sentence "$result" <<'AWK'
    $12 >= 12 { hit[$10 + 0, $11 + 0] = interval($1, $2, $3) }
    END {
        print "With one of twelve servers away from nine to ten, the share of meetings that spend a minute or " \
            "more on an overloaded server goes from " hit[79920, 0] " to " hit[79920, 1] " under 79,920 users, " \
            "and with fewer users, 73,260, from " hit[73260, 0] " to " hit[73260, 1] ", as means over what is " \
            "not known."
    }
AWK
