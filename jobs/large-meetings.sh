#!/usr/bin/env bash
# Meetings of up to 1,000 people: on the servers that all share, or in a pool of their own?
#
#   jobs/large-meetings.sh      about two minutes on 2 cores, once built; full size, some hours:
#                               --set design.worlds=256 --set precision.at_most=512
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$headroom_root"

headroom_answer large-meetings "$@"
shared=$result
headroom_study large-meetings large-meetings-apart "$@" --set target.pool=large_meetings
headroom_sentence "$shared" "$result" <<'AWK'
    seen[$10]++ == 0 { hit[$10] = interval($1, $2, $3); next }
    { apart[$10] = interval($1, $2, $3) }
    END {
        print "On 12 servers that all share, " hit["all-share-12"] " of people are in a meeting that is on an " \
            "overloaded server for a minute or more; with 10 of them shared and 2 for meetings of more than 250 " \
            "it is " hit["10-and-2-from-251"] " beside the large meetings (and " apart["10-and-2-from-251"] \
            " in them), with the 2 for all above 100 " hit["10-and-2-from-101"] " (" \
            apart["10-and-2-from-101"] "), and with 2 servers more " hit["12-and-2-from-251"] " (" \
            apart["12-and-2-from-251"] "), as means over what is not known."
    }
AWK
