#!/usr/bin/env bash
# What Headroom costs: speed against a naive C program and SimPy, kernel by kernel and instruction
# set by instruction set; its building blocks; what servers, overload, rules and features cost; the
# whole program with its file, under mpirun, what it does besides computing, its start-up and memory.
#
#   tests/bench/run.sh [BUILD_DIR] [--quick] [--csv FILE] [--figure FILE] [--compare OLD.csv]
#
# BUILD_DIR  a release build with tests (default build/, as tests/run.sh makes it)
# --quick    fewer repeats and smaller runs: under a minute instead of at most five
# --csv      write every measurement, a row each: section, name, isa, parameter, repeats, min, q1,
#            median, q3, unit, ratio and its quartiles
# --figure   draw speed by kernel and time against servers (PNG or SVG; needs Matplotlib)
# --compare  say what differs from the CSV of an earlier run by more than the noise of both
#
# How it is measured
#   In turn     Everything of a section runs once per round, round after round, the naive program
#               first. A machine that changes speed changes it for all of them.
#   Ratio       "x naive" is naive C's time for a meeting of model M0 over the row's own, both of
#               one round, median over rounds. Compare ratios; absolute times move with the
#               machine and its neighbours.
#   Times       Processor time of one thread inside one process (M0, SimPy, blocks, models), time
#               by the wall for whole programs. Minimum, median and quartiles; n is the number of
#               rounds. One round more comes first and is not counted.
#   Noise       An integer loop is timed in every round. Where its quartiles lie more than a few
#               percent apart, or others took the core, the section is called noisy: finer
#               differences mean nothing there. Run again on a quiet machine.
#   Naive C     tests/bench/naive.c: a binary heap, one scalar generator, libm, double time; the
#               same compiler and options as Headroom's portable code.
#   SimPy       tests/bench/simpy_m0.py, a process per meeting, with the SimPy of any Python that
#               is installed (Debian: python3-simpy, version 2). Otherwise "not installed".
#   Answer      Who is fast must be right: kernels agree in the time with any server over to the
#               last bit; naive C, SimPy and the whole program draw for themselves and agree
#               within 5 joint standard errors. Exit code 1 otherwise.
#   Deployment  tests/bench/deployment.yaml: the published deployment with everything switched on, as the
#               engine runs it, per start, join or end of a meeting or leg; naive C's meeting is two
#               events. The same without sessions, without other pools, and as choices of a world.
#   Result file Written while a study of many configurations ends, against the same bytes written
#               and synced by themselves in the same directory ($TMPDIR).
#   Sweep       tests/bench/sweep.yaml has 10,000 configurations of about 10 ms; some hundreds of them
#               say what share of the cores' time goes elsewhere. The result file costs some tenths
#               of a second in any case, so all 10,000 have less of it.
#   Rare        tests/bench/rare.py, by itself at the end: tilted input against the true laws, as
#               work-normalised variance and cost of a replication; a curve over ten decades.
#
# HEADROOM_ISA chooses the instruction set of the changed models and of the whole program.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../jobs/common.sh"

here=$headroom_root/tests/bench
build='' csv='' figure='' old='' quick=''
while [ $# -gt 0 ]; do
    case $1 in
    --quick) quick=yes; shift ;;
    --csv) csv=${2:-}; shift 2 || headroom_die "--csv needs a file" 64 ;;
    --figure) figure=${2:-}; shift 2 || headroom_die "--figure needs a file" 64 ;;
    --compare) old=${2:-}; shift 2 || headroom_die "--compare needs a file" 64 ;;
    -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    -*) headroom_die "unknown option $1; try --help" 64 ;;
    *)
        [ -z "$build" ] || headroom_die "one build directory, not $build and $1" 64
        build=$1; shift ;;
    esac
done
build=$(realpath -m "${build:-$headroom_root/build}")
if ! [ -x "$build/headroom" ] || ! [ -x "$build/tests/bench" ]; then
    headroom_die "no program in $build; run tests/run.sh first, or name the build directory" 64
fi
[ -z "$old" ] || [ -r "$old" ] || headroom_die "--compare $old: cannot be read" 64
python=$(headroom_python) || python=python3
command -v "$python" >/dev/null || headroom_die "needs Python 3" 64

headroom_mpi_environment
export OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
m0=$headroom_root/params/m0.yaml
pool=$headroom_root/params/pool-80000.yaml
deployment=$here/deployment.yaml

# inside SECTION ROUNDS SECONDS REPLICATIONS: of each contest at most SECONDS (0: all rounds).
inside() {
    echo "bench: $1" >&2
    "$build/tests/bench" "$@" "$m0" "$pool" "$deployment" >>"$work/samples"
}
# whole SECTION OPTION...: programs from outside.
whole() {
    echo "bench: $1" >&2
    "$python" "$here/program.py" "$@" --build "$build" >>"$work/samples"
}
if [ -n "$quick" ]; then
    inside m0 20 0 8
    inside blocks 5 5 1
    inside models-quick 5 1 8
    inside deployment 5 0 8
    whole simpy --rounds 3
    whole run --rounds 3 --replications 256
    whole scaling --rounds 2 --replications 2048
    whole sweep --rounds 2 --configurations 200
    whole start --rounds 1
    whole memory --rounds 1
    whole file --rounds 1 --configurations 20000
else
    inside m0 30 0 8
    inside blocks 30 20 4
    inside models 15 12 8
    inside deployment 20 20 8
    whole simpy --rounds 6
    whole run --rounds 10 --replications 1024
    whole scaling --rounds 4 --replications 8192
    whole sweep --rounds 2 --configurations 800
    whole start --rounds 5
    whole memory --rounds 2
    whole file --rounds 2
fi

status=0
"$python" "$here/report.py" "$work/samples" --csv "$work/run.csv" || status=$?
if [ -n "$csv" ]; then
    cp "$work/run.csv" "$csv"
fi
if [ -n "$figure" ]; then
    if "$python" -c 'import matplotlib' 2>/dev/null; then
        "$python" "$here/figure.py" "$work/run.csv" "$figure"
    else
        headroom_say "no figure: it needs Matplotlib (Debian: python3-matplotlib)"
    fi
fi
if [ -n "$old" ]; then
    echo
    "$python" "$here/compare.py" "$old" "$work/run.csv"
fi
echo
"$python" "$here/rare.py" --build "$build" ${quick:+--rounds 1 --replications 1024}
exit "$status"
