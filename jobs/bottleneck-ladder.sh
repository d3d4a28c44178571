#!/usr/bin/env bash
# The deployment that the rules of thumb give for 80,000 users: which role gives way first, and, once it
# has the servers it lacks, which next? Five rungs; each raises the role whose mean load stands highest
# above a ceiling that it really exceeds.
#
#   jobs/bottleneck-ladder.sh half a minute on 2 cores, once built; full size, some three minutes:
#                             --set precision.at_most=4096
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$headroom_root"

headroom_prepare
study=params/bottleneck-ladder.yaml
servers=() said=()

# Mean load over each ceiling, highest first: share, pool, servers, resource, level.
headroom_loads() {
    "$headroom" check "$study" --json "${servers[@]}" | awk '
        function text(from, key) {
            match(from, "\"" key "\": [^,}]*")
            from = substr(from, RSTART + length(key) + 4, RLENGTH - length(key) - 4)
            gsub(/"/, "", from)
            return from
        }
        /^  "name": / { pool = text($0, "name") }
        /^  "servers": / { n = text($0, "servers") }
        /^  [{]"name": .*"servers": / { pool = text($0, "name"); n = text($0, "servers") }
        /"resources": \[/ {
            sub(/.*"resources": \[/, "")
            levels = split("target limit full", level, " ")
            for (k = split($0, resource, "}") - 1; k > 0; k--)
                for (l = 1; l <= levels; l++) {
                    ceiling = text(resource[k], level[l])
                    load = text(resource[k], "meetings") + text(resource[k], "background")
                    if (ceiling != "null" && ceiling != "")
                        print load / ceiling, pool, n, text(resource[k], "name"), level[l]
                }
        }' | sort -k1,1gr
}

# headroom_risk POOL RESOURCE LEVEL: probability of a busy hour over this ceiling for a minute: mean,
# lower, upper in percent, and whether it is surely above 1 %.
headroom_risk() {
    "$headroom" show "$result" --json --outcome period_overload --pool "$1" --configuration 0 |
        awk -v resource="$2" -v level="$3" '
            /^  [{]"index": / {
                for (k = split($0, cell, /[{]/); k > 0; k--) {
                    if (cell[k] !~ "\"level\": \"" level "\"" || cell[k] !~ /"min_episode": 60,/)
                        continue
                    is_own = cell[k] ~ "\"resource\": \"" resource "\""
                    if (!is_own && (found || cell[k] !~ /"resource": "any"/))
                        continue
                    found = is_own
                    split(cell[k], field, /"(value|lower|upper)": /)
                    print is_own, 100 * field[2], 100 * field[3], 100 * field[4]
                }
            }' | sort -k1,1nr | awk 'NR == 1 { print $2, $3, $4, ($3 > 1) }'
}

for rung in 1 2 3 4 5; do
    headroom_study bottleneck-ladder "bottleneck-ladder-$rung" "$@" "${servers[@]}"
    first=''
    while read -r share pool n resource level; do
        read -r mean lower upper is_over < <(headroom_risk "$pool" "$resource" "$level")
        if [ "$is_over" = 1 ] || [ -n "${HEADROOM_TINY:-}" ]; then
            first=$pool
            break
        fi
    done < <(headroom_loads)
    if [ -z "$first" ]; then
        headroom_say "rung $rung: nothing is surely over a ceiling in more than 1 % of busy hours"
        break
    fi
    said+=("$pool ($resource, level $level)|$mean|$lower|$upper")
    case $pool.$resource in
    front_end.pstn_calls) role=mediation n=1.2 ;; # 12 x 150 calls, 1,500 a server
    front_end.*) headroom_say "rung $rung: $pool $resource: twelve servers are the most; fewer users"; break ;;
    *) role=$pool ;;
    esac
    more=$(awk -v n="$n" -v share="$share" 'BEGIN {
        m = n * share / 0.9 # a tenth to spare
        m = int(m) + (m > int(m))
        print (m > n ? m : int(n) + 1)
    }')
    headroom_say "rung $rung: $pool, $resource over level $level; next with $more servers of $role"
    servers+=(--set "deployment.$role.servers=$more")
done
headroom_sentence said="$(IFS=';'; echo "${said[*]}")" <<'AWK'
    BEGIN {
        n = split(said, part, ";")
        for (k = 1; k <= n; k++) {
            split(part[k], field, "|")
            text = text (k == 1 ? "first " : k == n ? ", and then " : ", then ") field[1] " with " \
                interval(field[2], field[3], field[4])
        }
        print "Of the deployment that the rules of thumb give for 80,000 users these give way, each mended " \
            "before the next is asked for, by the share of busy hours that are over: " \
            (n > 0 ? text : "none") "."
    }
AWK
