# shellcheck shell=bash
# Shared by the tests of one answer from all ways to get it. Source it, then begin_answers.

all=$(mktemp -d)
trap 'rm -rf "$all"' EXIT
n=0

# begin_answers FOLDER STUDY OPTION...: what `answer` runs from here on, and where results go.
begin_answers() {
    work=$all/$1 study=$2
    shift 2
    sets=(--quiet "$@")
    mkdir "$work"
}

# answer NAME COMMAND...: run, print the digest.
answer() {
    local name=$1
    shift
    "$@" run "$study" -o "$work/$name.h5" "${sets[@]}"
    "$HEADROOM" show --json "$work/$name.h5" |
        "$HEADROOM_PYTHON" "$HEADROOM_SOURCE/tests/slurm/digest.py"
}

# expect COMMAND...: the answer that the following ones are held against.
expect() {
    expected=$(answer plain "$@")
    n=$((n + 1))
}

# must_be_same NAME COMMAND...: the same digest, and the same file outside /provenance.
must_be_same() {
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

# must_be_taken_by KERNEL: the study goes to this kernel by itself.
must_be_taken_by() {
    # By way of a file: a grep that has seen enough would break the pipe under the program.
    "$HEADROOM" check "$study" "${sets[@]:1}" >"$work/check"
    grep -q "^kernel *$1:" "$work/check" || {
        echo "FAILED: $1 does not take $study" >&2
        exit 1
    }
}

# must_differ NAME COMMAND...: another study, another digest, so that equality means something.
must_differ() {
    if [ "$(answer "$@")" = "$expected" ]; then
        echo "FAILED: $1 has the same digest $expected" >&2
        exit 1
    fi
}
