#!/usr/bin/env bash
# The documented sentence, tested: with about 125 average meetings on every server, does one more
# small meeting fit, and does one of 1,000 people?
#
#   jobs/claim-125-plus-1000.sh     half an hour to an hour; 'headroom check' says more closely
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$headroom_root"

headroom_answer claim-125-plus-1000 "$@"
headroom_sentence "$result" <<'AWK'
    $10 == 8 { fits[$11] = interval($1, $2, $3) }
    END {
        print "Beside about 125 average meetings on each of 8 Front Ends, one more of 1,000 people " \
            "fits in " fits["one-port"] " of instants with one gigabit port and in " \
            fits["two-ports"] " with two, as means over what is not known."
    }
AWK
