#!/usr/bin/env bash
# Mediation on the Front Ends or on servers of its own, and then how many? Two runs: the Front Ends that
# carry the calls themselves, then servers of its own.
#
#   jobs/mediation.sh       about a minute and a quarter on 2 cores, once built; full size, some two hours:
#                           --set design.worlds=256 --set precision.at_most=1024
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$headroom_root"

headroom_prepare
"$headroom" check params/mediation.yaml
headroom_study mediation mediation-together "$@" --set 'choose={deployment.mediation.servers: [0]}' \
    --set target.pool=front_end --set target.level=limit --set 'target.resources=[pstn_calls]'
together=$result
headroom_study mediation mediation "$@"
headroom_pictures "$result"
headroom_sentence "$together" "$result" <<'AWK'
    $10 == 0 { together = interval($1, $2, $3) }
    $10 > 0 && $1 != "null" && $1 <= 1 && enough == "" { enough = $10; risk = interval($1, $2, $3) }
    $10 > 0 { most = $10; last = interval($1, $2, $3) }
    END {
        printf "Front Ends that carry the calls themselves have more than the published 150 on some server " \
            "in %s of busy hours, as a mean over what is not known, and ", together
        if (enough == "")
            print "even " most " servers of its own leave Mediation over 80 % of its processors in " last "."
        else
            print enough " servers of its own bring Mediation to " risk " over 80 % of its processors."
    }
AWK
