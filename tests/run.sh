#!/usr/bin/env bash
# Install what is missing, build in build/, run the tests.
#
#   tests/run.sh [--tier short|medium|long] [--build-dir DIRECTORY] [--help]
#
# short   (default) everything once, statistics with 200 hits      about 5 minutes on 2 cores
# medium  and statistics with 1,000 hits, all rare and exact cases  about 30 minutes
# long    for what takes hours; at present as medium
#
# The first run also installs (a minute) and builds (a minute). Later runs do neither, and need
# no network. Exit code 0 when every test passed.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../jobs/common.sh"

tier=short
build=$headroom_root/build
while [ $# -gt 0 ]; do
    case $1 in
    --tier) tier=${2:-}; shift 2 || headroom_die "--tier needs a value" 64 ;;
    --build-dir) build=${2:-}; shift 2 || headroom_die "--build-dir needs a value" 64 ;;
    -h | --help) sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) headroom_die "unknown option $1; try --help" 64 ;;
    esac
done
case $tier in
short) labels=short takes="about 5 minutes" ;;
medium) labels='short|medium' takes="about 30 minutes" ;;
long) labels='short|medium|long' takes="hours" ;;
*) headroom_die "--tier $tier: must be short, medium or long" 64 ;;
esac

headroom_say "tests, tier $tier: $takes on 2 cores, once installed and built"
headroom_install build test
headroom_build "$build" all -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=ON
headroom_mpi_environment
# Half as many tests again as there are cores: starting MPI and waiting for signals takes time
# but no core. A test that computes in several processes says so (PROCESSORS in tests/CMakeLists.txt).
ctest --test-dir "$build" --output-on-failure --no-tests=error --schedule-random \
    --parallel $(($(nproc) + ($(nproc) + 1) / 2)) --label-regex "^($labels)\$"
