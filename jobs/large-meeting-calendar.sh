#!/usr/bin/env bash
# How often in a year do two meetings of 250 people run on one server, and what keeps them apart?
#
#   jobs/large-meeting-calendar.sh    about a minute on 2 cores, once built; full size, some hours:
#                                     --set design.worlds=256 --set precision.at_most=1024
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$headroom_root"

headroom_answer large-meeting-calendar "$@"
first=$result
apart='{policy: {pool-of-one: {deployment.large_meetings.servers: 1},
                 pool-of-two: {deployment.large_meetings.servers: 2}}}'
calendar='{policy: {calendar: {deployment.large_meetings.servers: 1,
                               deployment.large_meetings.when_full: refuse}}}'
headroom_study large-meeting-calendar large-meeting-calendar-apart "$@" --set choose=~ \
    --set choose="$apart" --set target.pool=large_meetings
apart=$result
headroom_study large-meeting-calendar large-meeting-calendar-moved "$@" --set choose=~ \
    --set choose="$calendar" --set target.pool=large_meetings --set target.outcome=blocking \
    --set target.class=large --set target.level=~ --set target.resources=~ --set target.at_most=~
headroom_sentence "$first" "$apart" "$result" <<'AWK'
    function times(value, lower, upper) { # of a year of 1,000 busy hours, from percent an hour
        if (value == "null")
            return "an unknown number of times"
        if (value == 0)
            return "never in these days"
        return sprintf("%.3g times (%.3g to %.3g)", 10 * value, lower > 0 ? 10 * lower : 0, 10 * upper)
    }
    $10 == "calendar" { moved = interval($1, $2, $3); next }
    $10 in yearly && $10 !~ /^pool/ { next }
    { yearly[$10] = times($1, $2, $3) } # of the pools of their own: the second result, theirs
    END {
        print "Two meetings of 250 run on one of 12 servers " yearly["by-chance"] " a year by chance, " \
            yearly["fewest-people"] " where the rule looks at people present and " yearly["sizes-told"] \
            " where it is told sizes; a server set aside makes it " yearly["one-server-set-aside"] \
            ", a pool of their own with one " yearly["pool-of-one"] " and with two " yearly["pool-of-two"] \
            ", so the cheapest that keeps it under once a year is a rule that puts one to a server, " \
            yearly["one-to-a-server"] ", while the calendar of a pool of one has to move " moved \
            " of them, as means over what is not known."
    }
AWK
