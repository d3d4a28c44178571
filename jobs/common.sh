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

# The program, for jobs: installed and built without tests unless a build is there already, or
# $HEADROOM, which must exist.
headroom_prepare() {
    if [ -n "${HEADROOM:-}" ]; then
        headroom=$HEADROOM
        return 0
    fi
    local build=$headroom_root/build options=(-DCMAKE_BUILD_TYPE=Release)
    headroom_install build
    [ -e "$build/CMakeCache.txt" ] || options+=(-DBUILD_TESTING=OFF)
    headroom_build "$build" headroom "${options[@]}"
    headroom=$build/headroom
}

# Open MPI: all ranks are on this machine, so there is no fast network to look for (0.2 s of every
# start); root must say so twice (containers); more ranks than cores must be allowed and must not
# spin (16 ranks on 2 cores: 44 s spinning, 1.6 s yielding).
headroom_mpi_environment() {
    export OMPI_MCA_pml=${OMPI_MCA_pml:-ob1}
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
    if [ -n "${HEADROOM_TINY:-}" ]; then
        return 0
    elif python=$(headroom_python); then
        "$python" "$headroom_root/analysis/plot.py" "$1"
    else
        headroom_say "no pictures: they need $(headroom_packages picture | tr '\n' ' ')"
    fi
}

# headroom_study NAME RESULT [OPTION...]: check params/NAME.yaml, run it into results/RESULT.h5 and show
# the answer; options are those of run. Sets $result. HEADROOM_TINY=1 asks for two worlds and eight
# replications, which answers nothing and shows in seconds that the script works; HEADROOM_RESULTS
# is another folder.
headroom_study() {
    local study=params/$1.yaml name=$2 tiny=()
    shift 2
    if [ -n "${HEADROOM_TINY:-}" ]; then
        tiny=(--set design.worlds=2 --set precision.at_most=8)
    fi
    result=${HEADROOM_RESULTS:-results}/$name.h5
    headroom_run "$study" "$result" "$@" "${tiny[@]}"
    "$headroom" show "$result"
}

# headroom_answer NAME [OPTION...]: a whole job up to its pictures: build, check, run, show.
headroom_answer() {
    local name=$1
    shift
    headroom_prepare
    "$headroom" check "params/$name.yaml"
    headroom_study "$name" "$name" "$@"
    headroom_pictures "$result"
}

# headroom_headline RESULT: what `show --json` says of the target, choice by choice, in columns
# separated by tabs: mean, lower, upper; share of worlds that miss, lower, upper; share that meet,
# lower, upper (all in percent, "null" where there is none); then what was chosen.
headroom_headline() {
    "$headroom" show "$1" --json --configuration 0 | awk '
        function number(text, key) {
            if (!match(text, "\"" key "\": [^,}]*"))
                return "null"
            text = substr(text, RSTART + length(key) + 4, RLENGTH - length(key) - 4)
            return text == "null" ? text : 100 * text
        }
        function share(key, text) {
            text = match($0, "\"" key "\": [{][^}]*[}]") ? substr($0, RSTART, RLENGTH) : ""
            return number(text, "share") "\t" number(text, "lower") "\t" number(text, "upper")
        }
        /^ *[{]"choice": / {
            match($0, /"coordinates": [{][^}]*[}]/)
            chosen = substr($0, RSTART + 16, RLENGTH - 17)
            gsub(/"[^"]*": /, "", chosen)
            gsub(/, /, "\t", chosen)
            gsub(/"/, "", chosen)
            print number($0, "mean") "\t" number($0, "lower") "\t" number($0, "upper") "\t" \
                share("missed") "\t" share("met") "\t" chosen
        }'
}

# headroom_sentence [NAME=VALUE...] [RESULT...]: the last word of a job: an awk program on the standard
# input makes one sentence from the headlines of the results. It has the values as variables, and
# interval(value, lower, upper).
headroom_sentence() {
    local assignment=() program file
    program=$(cat)
    while [[ ${1:-} == *=* ]]; do
        assignment+=(-v "$1")
        shift
    done
    echo
    for file in "$@"; do
        headroom_headline "$file"
    done | awk -F '\t' "${assignment[@]}" '
        function percent(value) {
            return sprintf(value >= 10 || value == 0 ? "%.0f" : value >= 1 ? "%.1f" : "%.2f", value)
        }
        function interval(value, lower, upper) {
            if (value == "null")
                return "an unknown share"
            if (value == 0 && upper != "null")
                return "at most " percent(upper) " %"
            if (lower == "null" || upper == "null")
                return percent(value) " %"
            return percent(value) " % (" percent(lower) " to " percent(upper) ")"
        }
        '"$program" | fold -s -w 80 | sed 's/ *$//'
}

# headroom_pool_sentence RESULT: the last word about pool-80000 and its like.
headroom_pool_sentence() {
    headroom_sentence "$1" <<'AWK'
    $10 == 12 { risk[$11] = interval($1, $2, $3) }
    END {
        print "In the published pool of 12 servers a busy hour sees a server over its target with " \
            "probability " risk["fewest_participants"] " when meetings go where fewest people are, " \
            risk["fewest_meetings"] " where fewest meetings are, and " risk["random"] \
            " at random, as means over what is not known."
    }
AWK
}
