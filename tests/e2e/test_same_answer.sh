#!/usr/bin/env bash
# One digest, and one file outside /provenance, whatever the ranks, threads, instruction set and
# compiler: the promise that lets results be compared at all. And another seed gives another one,
# so that equality means something.
set -euo pipefail
study=$HEADROOM_SOURCE/tests/slurm/study.yaml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
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
HEADROOM_KERNEL=reference must_be_same kernel-reference "$HEADROOM"
if [ -n "${HEADROOM_OTHER_BUILD:-}" ]; then
    must_be_same other-compiler "$HEADROOM_OTHER_BUILD"
fi
sets+=(--set seed=76)
if [ "$(answer other-seed "$HEADROOM")" = "$expected" ]; then
    echo "FAILED: another seed gives the same digest" >&2
    exit 1
fi
echo "passed: $n runs, one digest: $expected"
