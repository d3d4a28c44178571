#!/usr/bin/env bash
# Reservation against none on the same meetings: what one refuses and what the other overloads.
#
#   jobs/reservation.sh     about two minutes on 2 cores, once built; full size, some ten minutes:
#                           --set design.worlds=256
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$headroom_root"

headroom_answer reservation "$@"
overloaded=$result
headroom_study reservation reservation-refused "$@" --set target.outcome=blocking_all \
    --set target.level=~ --set target.resources=~
headroom_sentence "$overloaded" "$result" <<'AWK'
    seen[$10]++ == 0 { hit[$10] = interval($1, $2, $3); next }
    { refused[$10] = interval($1, $2, $3) }
    END {
        print "Near full load, " hit["nothing-reserved"] " of people meet an overload of a minute or more " \
            "when nothing is reserved and nobody is refused; booking the right size refuses " \
            refused["booked-as-they-come"] " of meetings and leaves " hit["booked-as-they-come"] \
            ", and when everybody books 20 it refuses " refused["everybody-books-20"] \
            ", as means over what is not known."
    }
AWK
