# shellcheck shell=bash
# Shared by the scripts of jobs/ and tests/: install what is missing, build, run under MPI.
# Source it; it only defines functions and $headroom_root.

headroom_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

headroom_say() { printf '== %s\n' "$*"; }
headroom_die() { printf '%s: %s\n' "$(basename "$0")" "$1" >&2; exit "${2:-1}"; }

# headroom_packages GROUP...: the packages of these groups of jobs/packages.txt.
headroom_packages() {
    local group
    for group in "$@"; do
        awk -v group="$group" '$1 == group { for (i = 2; i <= NF; i++) print $i }' \
            "$headroom_root/jobs/packages.txt"
    done | sort -u
}

headroom_missing() {
    local package
    for package in $(headroom_packages "$@"); do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' ||
            echo "$package"
    done
}

# headroom_install GROUP...: install what these groups lack; asks for root only then, and only
# then uses the network.
headroom_install() {
    local missing as_root=()
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        headroom_say "not a Debian system: packages are left to you (jobs/packages.txt lists them)"
        return 0
    fi
    missing=$(headroom_missing "$@" | tr '\n' ' ')
    if [ -z "$missing" ]; then
        return 0
    fi
    headroom_say "installing, once, about a minute: $missing"
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null ||
            headroom_die "packages are missing and there is no sudo; as root run:
  apt-get update && apt-get install -y --no-install-recommends $missing"
        as_root=(sudo)
    fi
    "${as_root[@]}" apt-get update -qq
    # shellcheck disable=SC2086 # a list of words
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

# headroom_build DIRECTORY TARGET [CMAKE OPTION...]: configure and build; quick when up to date.
headroom_build() {
    local directory=$1 target=$2
    shift 2
    headroom_say "building $target in $directory (a minute the first time)"
    cmake -S "$headroom_root" -B "$directory" "$@" >"$directory.configure.log" 2>&1 || {
        cat "$directory.configure.log" >&2
        rm -f "$directory.configure.log"
        headroom_die "cmake could not configure $directory"
    }
    rm -f "$directory.configure.log"
    cmake --build "$directory" --target "$target" --parallel "$(nproc)"
}

# The program, for jobs: installed and built without tests unless a build is there already.
headroom_prepare() {
    local build=$headroom_root/build options=(-DCMAKE_BUILD_TYPE=Release)
    headroom_install build
    [ -e "$build/CMakeCache.txt" ] || options+=(-DBUILD_TESTING=OFF)
    headroom_build "$build" headroom "${options[@]}"
    headroom=$build/headroom
}

# Open MPI: root must say so twice (containers); more ranks than cores must be allowed and must
# not spin (16 ranks on 2 cores: 44 s spinning, 1.6 s yielding).
headroom_mpi_environment() {
    [ "$(id -u)" = 0 ] || return 0
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
    export OMPI_MCA_btl_vader_single_copy_mechanism=none
}

# headroom_run STUDY OUTPUT [OPTION...]: two MPI ranks that share the cores of this machine.
headroom_run() {
    local study=$1 output=$2 ranks=2 threads=$(($(nproc) / 2))
    shift 2
    if [ "$threads" -lt 1 ]; then threads=1 ranks=1; fi
    headroom_mpi_environment
    mkdir -p "$(dirname "$output")"
    # Without --bind-to none every rank is bound to one core and OpenMP sees one thread.
    OMP_NUM_THREADS=${OMP_NUM_THREADS:-$threads} \
        mpirun -n "$ranks" --bind-to none "$headroom" run "$study" -o "$output" "$@"
}

# headroom_python: a Python that can draw (needs h5py and matplotlib), or nothing.
headroom_python() {
    local python
    for python in /usr/bin/python3 python3; do
        if "$python" -c 'import h5py, matplotlib' 2>/dev/null; then
            echo "$python"
            return 0
        fi
    done
    return 1
}

# headroom_pictures RESULT: PNG and SVG beside the result, when Python can draw.
headroom_pictures() {
    local python
    if python=$(headroom_python); then
        "$python" "$headroom_root/analysis/plot.py" "$1"
    else
        headroom_say "no pictures: they need $(headroom_packages picture | tr '\n' ' ')"
    fi
}
