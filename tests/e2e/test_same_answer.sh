#!/usr/bin/env bash
# One digest, and one file outside /provenance, whatever the ranks, threads, instruction set and
# compiler: the promise that lets results be compared at all. And another seed gives another one,
# so that equality means something.
set -euo pipefail
study=$HEADROOM_SOURCE/tests/slurm/study.yaml
all=$(mktemp -d)
trap 'rm -rf "$all"' EXIT
work=$all/events
mkdir "$work"
sets=(--set design.worlds=6 --set "precision.at_most=256 replications" --quiet)

# answer NAME COMMAND...: run, print the digest.
answer() {
    local name=$1
    shift
    "$@" run "$study" -o "$work/$name.h5" "${sets[@]}"
    "$HEADROOM" show --json "$work/$name.h5" |
        "$HEADROOM_PYTHON" "$HEADROOM_SOURCE/tests/slurm/digest.py"
}
expected=$(OMP_NUM_THREADS=1 answer plain "$HEADROOM")
n=1
must_be_same() { # NAME COMMAND...
    local got
    got=$(answer "$@")
    if [ "$got" != "$expected" ]; then
        echo "FAILED: $1 has digest $got, expected $expected" >&2
        exit 1
    fi
    h5diff --exclude-path=/provenance "$work/plain.h5" "$work/$1.h5" || {
        echo "FAILED: $1 differs outside /provenance" >&2
        exit 1
    }
    n=$((n + 1))
}

for ranks in 1 2 3 5; do
    for threads in 1 2; do
        OMP_NUM_THREADS=$threads must_be_same "ranks$ranks-threads$threads" \
            "$HEADROOM_MPIEXEC" -n "$ranks" "$HEADROOM"
    done
done
for isa in baseline avx2 avx512; do
    # A level that this processor lacks is refused by name, and only then left out.
    if HEADROOM_ISA=$isa "$HEADROOM" trace "$study" >/dev/null 2>"$work/refused"; then
        HEADROOM_ISA=$isa must_be_same "isa-$isa" "$HEADROOM"
    elif ! grep -q "$isa" "$work/refused" || [ "$isa" = baseline ]; then
        echo "FAILED: HEADROOM_ISA=$isa: $(cat "$work/refused")" >&2
        exit 1
    fi
done
for kernel in reference scalar lanes; do
    HEADROOM_KERNEL=$kernel must_be_same "kernel-$kernel" "$HEADROOM"
done
if [ -n "${HEADROOM_OTHER_BUILD:-}" ]; then
    must_be_same other-compiler "$HEADROOM_OTHER_BUILD"
fi
# A study that the lanes take, and all kernels of it.
study=$HEADROOM_SOURCE/params/m0.yaml
work=$all/m0
mkdir "$work"
sets=(--set "precision.at_most=24 replications" --quiet)
expected=$(HEADROOM_KERNEL=reference answer plain "$HEADROOM")
"$HEADROOM" check "$study" | grep -q '^kernel *lanes:' || {
    echo "FAILED: the lanes do not take $study" >&2
    exit 1
}
for kernel in scalar lanes; do
    HEADROOM_KERNEL=$kernel must_be_same "m0-$kernel" "$HEADROOM"
done
HEADROOM_ISA=baseline must_be_same m0-baseline "$HEADROOM"
OMP_NUM_THREADS=2 must_be_same m0-ranks2 "$HEADROOM_MPIEXEC" -n 2 "$HEADROOM"
# Pools of other roles: their legs are the same alone and in a team, whoever else's meetings are there.
study=$HEADROOM_SOURCE/tests/e2e/deployment.yaml
work=$all/deployment
mkdir "$work"
sets=(--quiet)
expected=$(HEADROOM_KERNEL=reference answer plain "$HEADROOM")
must_be_same deployment-team "$HEADROOM"
OMP_NUM_THREADS=1 must_be_same deployment-ranks3 "$HEADROOM_MPIEXEC" -n 3 "$HEADROOM"
HEADROOM_ISA=baseline must_be_same deployment-baseline "$HEADROOM"
# Servers that fail in some of the choices that share their meetings.
work=$all/failures
mkdir "$work"
sets=(--quiet --set "precision.at_most=4 replications" --set "failures.every=40 min"
    --set "failures.repair=5 min" --set "choose.failures.down=[0, 1]")
expected=$(HEADROOM_KERNEL=reference answer plain "$HEADROOM")
OMP_NUM_THREADS=1 must_be_same failures-ranks2 "$HEADROOM_MPIEXEC" -n 2 "$HEADROOM"
sets=(--quiet)
# Rare overload: choices whose input is tilted beside one whose input is not. Their weights are sums of
# doubles and their tallies have numbers behind the point, over teams, ranks, kernels and processors.
study=$HEADROOM_SOURCE/tests/e2e/rare.yaml
work=$all/rare
mkdir "$work"
sets=(--quiet)
expected=$(HEADROOM_KERNEL=reference answer plain "$HEADROOM")
"$HEADROOM" show --json "$work/plain.h5" >"$work/plain.json"
for engine in plain tilted; do
    grep -q "\"engine\": *\"$engine\"" "$work/plain.json" || {
        echo "FAILED: no configuration of $study has the $engine engine" >&2
        exit 1
    }
done
for ranks in 1 2 3; do
    OMP_NUM_THREADS=1 must_be_same "rare-ranks$ranks" "$HEADROOM_MPIEXEC" -n "$ranks" "$HEADROOM"
done
OMP_NUM_THREADS=2 must_be_same rare-threads2 "$HEADROOM"
for kernel in scalar lanes; do
    HEADROOM_KERNEL=$kernel must_be_same "rare-kernel-$kernel" "$HEADROOM"
done
for isa in baseline avx2 avx512; do
    if HEADROOM_ISA=$isa "$HEADROOM" trace "$study" >/dev/null 2>&1; then
        HEADROOM_ISA=$isa must_be_same "rare-isa-$isa" "$HEADROOM"
    fi
done
if [ -n "${HEADROOM_OTHER_BUILD:-}" ]; then
    must_be_same rare-other-compiler "$HEADROOM_OTHER_BUILD"
fi
# Several Front End pools: large meetings divided, alone and in a team, thinned; a site on its own
# streams; and a study that `scenarios` take where the pools of some choices are divided.
study=$HEADROOM_SOURCE/tests/e2e/pools.yaml
work=$all/pools
mkdir "$work"
expected=$(HEADROOM_KERNEL=reference answer plain "$HEADROOM")
must_be_same pools-team "$HEADROOM"
OMP_NUM_THREADS=1 must_be_same pools-ranks3 "$HEADROOM_MPIEXEC" -n 3 "$HEADROOM"
HEADROOM_ISA=baseline must_be_same pools-baseline "$HEADROOM"
sets+=(--set pool.server.cpu=~ --set pool.server.network_out=~ --set pool.ceilings.cpu=~)
sets+=(--set pool.ceilings.network_out=~ --set pool.ceilings.pstn_calls=~ --set pool.ceilings.registrations=~)
sets+=(--set "placement.report_delay=0 s")
work=$all/participants
mkdir "$work"
"$HEADROOM" check "$study" "${sets[@]:1}" | grep -q '^kernel *scenarios:' || {
    echo "FAILED: the scenarios do not take $study of participants alone" >&2
    exit 1
}
expected=$(HEADROOM_KERNEL=reference answer plain "$HEADROOM")
for kernel in scalar scenarios; do
    HEADROOM_KERNEL=$kernel must_be_same "participants-$kernel" "$HEADROOM"
done
must_be_same participants-team "$HEADROOM"
sets+=(--set seed=76)
if [ "$(answer other-seed "$HEADROOM")" = "$expected" ]; then
    echo "FAILED: another seed gives the same digest" >&2
    exit 1
fi
echo "passed: $n runs, one digest: $expected"
