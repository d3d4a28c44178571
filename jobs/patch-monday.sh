#!/usr/bin/env bash
# Monday at nine on eleven of twelve servers: who notices that one upgrade domain is away?
#
#   jobs/patch-monday.sh    about half a minute on 2 cores, once built; full size, an hour:
#                           --set design.worlds=256 --set precision.at_most=512
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$headroom_root"

headroom_answer patch-monday "$@"
# Servers over their target at each observed minute, of which so many are there: mean over the worlds and
# its interval, at users, servers out.
minutes=$("$headroom" show "$result" --csv --outcome overloaded_servers_at --level target |
    awk -F , '
        NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        $column["resource"] != "any" || $column["failures.sign_in.rate"] < 12 { next }
        {
            key = $column["time"] / 60 " " $column["population.users"] " " $column["failures.out.servers"]
            if (!(key in n)) order[++keys] = key
            over = $column["overloaded_servers_at"]
            n[key]++; sum[key] += over; square[key] += over * over
        }
        END {
            for (i = 1; i <= keys; i++) {
                key = order[i]
                mean = sum[key] / n[key]
                spread = n[key] > 1 ? square[key] / n[key] - mean * mean : 0
                half = spread > 0 ? 1.96 * sqrt(spread / (n[key] - 1)) : 0
                print key, mean, (mean > half ? mean - half : 0), mean + half
            }
        }')
[ "$(echo "$minutes" | cut -d ' ' -f 2,3 | sort -u | grep -cxE '(79920|73260) [01]')" = 4 ] ||
    headroom_die "the answer compares 79,920 and 73,260 users, on eleven servers and on twelve; of other \
choices see: headroom show $result" 64
echo
echo "Servers over their target, minute by minute"
echo "$minutes" | awk '
    !($1 in seen) { seen[$1]; order[++n] = $1 }
    { over[$1, $2, $3] = $4 }
    END {
        print "        79,920 users     73,260 users"
        print "minute  of 11   of 12    of 11   of 12"
        for (i = 1; i <= n; i++)
            printf "%6d  %5.2f   %5.2f    %5.2f   %5.2f\n", order[i], over[order[i], 79920, 1],
                over[order[i], 79920, 0], over[order[i], 73260, 1], over[order[i], 73260, 0]
    }'
worst=$(echo "$minutes" | awk '$2 == 79920 && $3 == 1' | sort -k4,4gr | head -n 1)

read -r minute _ _ over least most <<<"$worst"
headroom_sentence "minute=$minute" "over=$over" "least=$least" "most=$most" "$result" <<'AWK'
    $12 >= 12 { hit[$10 + 0, $11 + 0] = interval($1, $2, $3) }
    END {
        print "With one of twelve servers away from nine to ten, the share of meetings that spend a minute or " \
            "more on an overloaded server goes from " hit[79920, 0] " to " hit[79920, 1] " under 79,920 users, " \
            "and with fewer users, 73,260, from " hit[73260, 0] " to " hit[73260, 1] "; it is worst at minute " \
            minute ", when " sprintf("%.1f (%.1f to %.1f)", over, least, most) " of the eleven are over at " \
            "once; means over what is not known."
    }
AWK
