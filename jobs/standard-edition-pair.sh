#!/usr/bin/env bash
# A pair of Standard Edition servers: what becomes of the meetings when one of them carries all 5,000
# users?
#
#   jobs/standard-edition-pair.sh half a minute on 2 cores, once built; full size, a few minutes:
#                                 --set design.worlds=256 --set precision.at_most=1024
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$headroom_root"

headroom_answer standard-edition-pair "$@"
headroom_sentence "$result" <<'AWK'
    { risk[$10] = interval($1, $2, $3) }
    END {
        print "A Standard Edition server is over its target in " risk[2500] " of busy hours with its own " \
            "2,500 users and in " risk[5000] " with all 5,000 of the pair, as means over what is not known."
    }
AWK
