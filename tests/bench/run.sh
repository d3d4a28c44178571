#!/usr/bin/env bash
# What Headroom costs: speed on model M0 against a naive C heap in the same run, memory of a rank
# with 100,000 configurations, start-up. Takes about two minutes. Ratios are what counts: absolute
# times move with the machine.
#
# Usage: tests/bench/run.sh [BUILD_DIR]      (a release build; default build/)
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$here/build}
if ! [ -x "$build/headroom" ] || ! [ -x "$build/tests/bench" ]; then
    echo "bench: no program in $build; run tests/run.sh first" >&2
    exit 64
fi
if ! [ -x /usr/bin/time ]; then
    echo "bench: needs /usr/bin/time for memory (Debian: apt-get install time)" >&2
    exit 64
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
exec 2>&1
export OMP_NUM_THREADS=1

echo "== model M0, input and replay, one core"
for isa in baseline avx2 avx512; do
    HEADROOM_ISA=$isa "$build/tests/bench" "$here/params/m0.yaml" 20 10 || [ $? -eq 64 ]
done

echo "== model M0 through the whole program (file written), one core"
/usr/bin/time -f '%e s wall, %M kB resident' "$build/headroom" run "$here/params/m0.yaml" \
    -o "$work/m0.h5" --progress none | tail -n 8

echo "== start-up: check of a small study, no MPI"
/usr/bin/time -f '%e s wall, %M kB resident' "$build/headroom" check "$here/params/two-servers.yaml" >/dev/null

echo "== memory of a rank with 100,000 configurations"
/usr/bin/time -f '%e s wall, %M kB resident' "$build/headroom" run "$here/tests/bench/many.yaml" \
    -o "$work/many.h5" --progress none | tail -n 3
