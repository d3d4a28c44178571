#!/usr/bin/env bash
# Every job of jobs/: passes shellcheck, has a study that says what it asks, runs from end to end
# (HEADROOM_TINY: two worlds, eight replications, which answer nothing), and ends with one sentence
# that holds a number. And a sentence is made of the result, not of the script: another seed says
# something else.
# cores: 2
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HEADROOM_TINY=1 HEADROOM_RESULTS=$work
cd "$HEADROOM_SOURCE"

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# The last paragraph of a job's output, on one line.
last_word() { awk 'BEGIN { RS = "" } { last = $0 } END { gsub(/[ \n]+/, " ", last); print last }' "$1"; }

if command -v shellcheck >/dev/null; then
    shellcheck -x -P SCRIPTDIR jobs/*.sh
else
    echo "SKIPPED in part: no shellcheck" >&2
fi

n=0
for job in jobs/*.sh; do
    name=$(basename "$job" .sh)
    [ "$name" != common ] || continue
    for word in Question Source Takes 'Look at'; do
        grep -q "^# $word  *[^ ]" "params/$name.yaml" || fail "params/$name.yaml does not say: $word"
    done
    bash "$job" >"$work/$name.log" 2>&1 || { cat "$work/$name.log" >&2; fail "$job"; }
    sentence=$(last_word "$work/$name.log")
    [[ $sentence =~ ^[A-Z].*[0-9].*[a-z0-9%\)]\.$ ]] || fail "$job ends with: $sentence"
    [[ $sentence != *unknown\ share* && $sentence != *null* ]] || fail "$job knows nothing: $sentence"
    [[ $sentence =~ \.\  ]] && fail "$job ends with more than a sentence: $sentence"
    n=$((n + 1))
done

HEADROOM_RESULTS=$work/other bash jobs/half-hour-surge.sh --set seed=31 >"$work/other.log" 2>&1 ||
    { cat "$work/other.log" >&2; fail "jobs/half-hour-surge.sh --set seed=31"; }
[ "$(last_word "$work/other.log")" != "$(last_word "$work/half-hour-surge.log")" ] ||
    fail "another seed, the same sentence"
echo "$n jobs answered"
