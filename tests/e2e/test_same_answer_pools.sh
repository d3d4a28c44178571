#!/usr/bin/env bash
# One digest, as in test_same_answer.sh, of studies with several pools: pools of other roles, servers
# that fail, media apart, divided pools, alone and in teams.
# cores: 2
set -euo pipefail
. "$HEADROOM_SOURCE/tests/e2e/same_answer.sh"

# Pools of other roles: their legs are the same alone and in a team, whoever else's meetings are there.
begin_answers deployment "$HEADROOM_SOURCE/tests/e2e/deployment.yaml"
HEADROOM_KERNEL=reference expect "$HEADROOM"
must_be_same deployment-team "$HEADROOM"
OMP_NUM_THREADS=1 must_be_same deployment-ranks3 "$HEADROOM_MPIEXEC" -n 3 "$HEADROOM"
HEADROOM_ISA=baseline must_be_same deployment-baseline "$HEADROOM"

# Servers that fail in some of the choices that share their meetings.
begin_answers failures "$study" --set "precision.at_most=4 replications" \
    --set "failures.every=40 min" --set "failures.repair=5 min" --set "choose.failures.down=[0, 1]"
HEADROOM_KERNEL=reference expect "$HEADROOM"
OMP_NUM_THREADS=1 must_be_same failures-ranks2 "$HEADROOM_MPIEXEC" -n 2 "$HEADROOM"

# Media apart in some of them, where servers fail and meetings spread.
begin_answers media "$HEADROOM_SOURCE/tests/e2e/media.yaml"
HEADROOM_KERNEL=reference expect "$HEADROOM"
must_be_same media-team "$HEADROOM"
OMP_NUM_THREADS=1 must_be_same media-ranks3 "$HEADROOM_MPIEXEC" -n 3 "$HEADROOM"
HEADROOM_ISA=baseline must_be_same media-baseline "$HEADROOM"

# Several Front End pools: large meetings divided, alone and in a team, thinned; a site on its own
# streams; a meeting inserted there; media apart in both, everybody there at once; and a study that `scenarios` take where the pools of some choices are
# divided.
begin_answers pools "$HEADROOM_SOURCE/tests/e2e/pools.yaml"
HEADROOM_KERNEL=reference expect "$HEADROOM"
must_be_same pools-team "$HEADROOM"
OMP_NUM_THREADS=1 must_be_same pools-ranks3 "$HEADROOM_MPIEXEC" -n 3 "$HEADROOM"
HEADROOM_ISA=baseline must_be_same pools-baseline "$HEADROOM"
begin_answers inserted "$study" --set probe.insert.size=70 --set "precision.at_most=4 replications" \
    --set "meetings.large_from=60" --set "observe.outcomes=[carries, collision, time_over]"
HEADROOM_KERNEL=reference expect "$HEADROOM"
must_be_same inserted-team "$HEADROOM"
OMP_NUM_THREADS=1 must_be_same inserted-ranks2 "$HEADROOM_MPIEXEC" -n 2 "$HEADROOM"
begin_answers large-media "$study" --set "choose.placement.unit=[meeting, modality]" \
    --set "meetings.join_ramp=0 s" --set deployment.large_meetings.participants=ordinary \
    --set "precision.at_most=2 replications"
HEADROOM_KERNEL=reference expect "$HEADROOM"
OMP_NUM_THREADS=1 must_be_same large-media-ranks2 "$HEADROOM_MPIEXEC" -n 2 "$HEADROOM"
begin_answers participants "$study" --set pool.server.cpu=~ --set pool.server.network_out=~ \
    --set pool.ceilings.cpu=~ --set pool.ceilings.network_out=~ --set pool.ceilings.pstn_calls=~ \
    --set pool.ceilings.registrations=~ --set "placement.report_delay=0 s"
must_be_taken_by scenarios
HEADROOM_KERNEL=reference expect "$HEADROOM"
for kernel in scalar scenarios; do
    HEADROOM_KERNEL=$kernel must_be_same "participants-$kernel" "$HEADROOM"
done
sets+=(--set seed=76)
must_differ other-seed "$HEADROOM"
echo "passed: $n runs, one digest of each study"
