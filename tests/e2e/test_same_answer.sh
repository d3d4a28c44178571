#!/usr/bin/env bash
# One digest, and one file outside /provenance, whatever the ranks, threads, instruction set, kernel
# and compiler: the promise that lets results be compared at all. And another seed gives another one,
# so that equality means something.
# cores: 2
set -euo pipefail
. "$HEADROOM_SOURCE/tests/e2e/same_answer.sh"

begin_answers events "$HEADROOM_SOURCE/tests/slurm/study.yaml" --set design.worlds=6 \
    --set "precision.at_most=256 replications"
OMP_NUM_THREADS=1 expect "$HEADROOM"
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
sets+=(--set seed=76)
must_differ other-seed "$HEADROOM"

# A study that the lanes take, and all kernels of it.
begin_answers m0 "$HEADROOM_SOURCE/params/m0.yaml" --set "precision.at_most=24 replications"
HEADROOM_KERNEL=reference expect "$HEADROOM"
must_be_taken_by lanes
for kernel in scalar lanes; do
    HEADROOM_KERNEL=$kernel must_be_same "m0-$kernel" "$HEADROOM"
done
HEADROOM_ISA=baseline must_be_same m0-baseline "$HEADROOM"
OMP_NUM_THREADS=2 must_be_same m0-ranks2 "$HEADROOM_MPIEXEC" -n 2 "$HEADROOM"
echo "passed: $n runs, one digest of each study"
