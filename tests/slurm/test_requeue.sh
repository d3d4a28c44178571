#!/usr/bin/env bash
# The job script of slurm/ on a throwaway cluster of two nodes: checkpoint by signal, exit 75,
# requeue, resume, and in the end the digest of an uninterrupted run. Under a minute on 2 cores.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=$PATH:/usr/sbin

for tool in slurmctld slurmd munged srun sbatch; do
    if ! command -v "$tool" >/dev/null; then
        echo "SKIPPED: no $tool; install $(awk '$1 == "slurm" { $1 = ""; print }' \
            "$here/../../jobs/packages.txt")"
        [ -z "${HEADROOM_REQUIRE_SLURM:-}" ] || exit 1
        exit 77
    fi
done

# shellcheck source=tests/slurm/cluster.sh
. "$here/cluster.sh"
work=$(mktemp -d)
finish() {
    cluster_stop
    rm -rf "$work"
}
trap finish EXIT

fail() {
    echo "FAILED: $*" >&2
    tail -n 40 "$work"/job-*.log "$work"/cluster/log/slurmctld >&2 || true
    exit 1
}
digest() { "$HEADROOM" show --json "$1" | "$HEADROOM_PYTHON" "$here/digest.py"; }

# Long enough to be interrupted (some seconds), short enough to wait for.
cp "$here/study.yaml" "$work/study.yaml"
cd "$work"
OMP_NUM_THREADS=2 "$HEADROOM" run study.yaml -o plain.h5 2>plain.log
expected=$(digest plain.h5)

cluster_start "$work/cluster"
export HEADROOM SRUN_MPI=pmix
[ "$(id -u)" = 0 ] || export OMPI_MCA_btl=tcp,self
job=$(sbatch --parsable --nodes=2 --ntasks-per-node=1 --cpus-per-task=1 --time=10 \
    --output="$work/job-%j.log" "$here/../../slurm/headroom.sbatch" study.yaml queued.h5)

has_parts() { [ -n "$(find queued.h5.parts -name '*.log' -size +1k 2>/dev/null)" ]; }
says() { grep -q "$1" "job-$job.log"; }
is_requeued() { [ "$(squeue -h -j "$job" -o %T)" = PENDING ]; }
cluster_wait 20 has_parts || fail "no part log appeared"
scancel --batch --signal=USR1 "$job"
cluster_wait 15 says 'ended with 75' || fail "the job did not stop with exit code 75"
cluster_wait 15 is_requeued || fail "the job was not requeued"
[ ! -e queued.h5 ] || fail "an interrupted run left a result file"

# Slurm holds a requeued job for two minutes, so that its nodes forget the revoked credential of
# the first start; that takes them a second ("Job credential revoked"), and nobody else waits here.
sleep 3
scontrol update "JobId=$job" StartTime=now
cluster_wait 30 says 'start 1 on' || fail "the job did not start a second time"
cluster_wait 90 says 'ended with 0' || fail "the requeued job did not finish"
[ "$(digest queued.h5)" = "$expected" ] || fail "digest $(digest queued.h5), expected $expected"
echo "passed: stopped with 75, requeued, resumed, digest $expected"
