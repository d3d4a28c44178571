#!/usr/bin/env bash
# Two percent more users a month: for how long does the pool keep its target, and what do two more
# servers in a second pool buy, or fresh load reports?
#
#   jobs/runway.sh          some three minutes on 2 cores, once built; full size, some hours:
#                           --set design.worlds=256 --set precision.at_most=1024
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$headroom_root"

headroom_answer runway "$@"
results=("$result")

headroom_study runway runway-fresh-reports \
    --set "unknown.placement.report_delay=~" --set "placement.report_delay=1 s" "$@"
results+=("$result")

# Twelve servers are the most in a pool [S:capmodel]: fourteen are two pools of seven, with half of the
# users each, month by month.
half() { awk -v month="$1" 'BEGIN { printf "%.0f users", 20000 * 1.02 ^ month }'; }
second() { echo "[{name: second, servers: 7, users: $(half "$1")}]"; }
growth=
for month in 0 3 6 9 12 15 18 24 30; do
    growth+="${growth:+, }month $month: {population.users: $(half $month), deployment.sites: $(second $month)}"
done
headroom_study runway runway-second-pool --set pool.servers=7 --set "choose={growth: {$growth}}" \
    --set "choose.population.users=~" --set "deployment.sites=$(second 0)" \
    --set target.outcome=any_pool_period_over --set "target.resources=~" "$@"
results+=("$result")

headroom_sentence "${results[@]}" <<'AWK'
    { n = NR % 9 ? NR % 9 : 9; plan = (NR - n) / 9 }
    plan == 0 { month[n] = log($10 / (n == 1 ? today = $10 : today)) / log(1.02) }
    { risk[plan, n, 1] = $1; risk[plan, n, 2] = $2; risk[plan, n, 3] = $3 == "null" ? 100 : $3 }
    # When the mean risk, or the end of its interval, comes to 1 %: on a straight line between months.
    function kept(plan, which,    n, before, after) {
        for (n = 1; n <= 9; n++) {
            after = risk[plan, n, which] + 0
            if (after > 1)
                return n == 1 ? 0 : month[n - 1] + (month[n] - month[n - 1]) * (1 - before) / (after - before)
            before = after
        }
        return month[9]
    }
    function months(plan) {
        return sprintf("%.0f months (%.0f to %.0f)", kept(plan, 1), kept(plan, 3), kept(plan, 2))
    }
    END {
        printf "Growing by 2 %% a month from %d users, twelve servers keep the target of 1 %% of busy hours with " \
            "a server over for %s; fresh load reports make that %s, and two more servers, in two pools of " \
            "seven, %s; means over what is not known, of 30 months.\n", today, months(0), months(1), months(2)
    }
AWK
