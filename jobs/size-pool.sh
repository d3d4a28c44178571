#!/usr/bin/env bash
# How many Front End servers do 20,000, 40,000 and 80,000 users need, and how surely is one fewer not
# enough?
#
#   jobs/size-pool.sh       a minute or two on 2 cores, once built; another question, for example:
#                           --set "target.at_most=1 %"
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$headroom_root"

headroom_answer size-pool "$@"
echo
"$headroom" show "$result" --json --configuration 0 | awk '
    function text(key) {
        return match($0, "\"" key "\": \"[^\"]*\"") ? substr($0, RSTART + length(key) + 5,
            RLENGTH - length(key) - 6) : ""
    }
    /"choices": [{]/ && /fewest_participants/ {
        said = said (said == "" ? "" : "; ") text("population.users")
        if (text("meets") != "" && text("misses") != "")
            said = said " need " text("meets") " servers, as " text("misses") " fail"
        else if (text("meets") != "")
            said = said " need " text("meets") " servers or fewer"
        else
            said = said " are undecided"
    }
    END { print "To keep overload of a minute out of 95 % of busy hours, with 95 % confidence for each: " said "." }
' | fold -s -w 80 | sed 's/ *$//'
