#!/usr/bin/env bash
# cores: 2
# Rare overload: choices whose input is tilted beside one whose input is not. Weights are products of
# doubles and their sums have numbers behind the point; one digest all the same, over ranks, threads,
# kernels, instruction sets and compilers. And another seed gives another one.
set -euo pipefail

. "$HEADROOM_SOURCE/tests/e2e/same_answer.sh"

study=$HEADROOM_SOURCE/tests/e2e/rare.yaml
begin_answers rare "$study"
HEADROOM_KERNEL=reference expect "$HEADROOM"
"$HEADROOM" show --json "$work/plain.h5" >"$work/plain.json"
for engine in plain tilted; do
    grep -q "\"engine\": *\"$engine\"" "$work/plain.json" || {
        echo "FAILED: no configuration of $study has the $engine engine" >&2
        exit 1
    }
done
for ranks in 1 2 3; do
    OMP_NUM_THREADS=1 must_be_same "ranks$ranks" "$HEADROOM_MPIEXEC" -n "$ranks" "$HEADROOM"
done
OMP_NUM_THREADS=2 must_be_same threads2 "$HEADROOM"
for kernel in scalar lanes; do
    HEADROOM_KERNEL=$kernel must_be_same "kernel-$kernel" "$HEADROOM"
done
for isa in baseline avx2 avx512; do
    if HEADROOM_ISA=$isa "$HEADROOM" trace "$study" >/dev/null 2>&1; then
        HEADROOM_ISA=$isa must_be_same "isa-$isa" "$HEADROOM"
    fi
done
if [ -n "${HEADROOM_OTHER_BUILD:-}" ]; then
    must_be_same other-compiler "$HEADROOM_OTHER_BUILD"
fi
sets+=(--set seed=76)
if [ "$(answer other-seed "$HEADROOM")" = "$expected" ]; then
    echo "FAILED: another seed gives the same digest" >&2
    exit 1
fi
echo "passed: $n runs, one digest"
