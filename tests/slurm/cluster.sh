# shellcheck shell=bash
# A throwaway Slurm cluster of two nodes on this machine; source it.
#
#   cluster_start DIRECTORY     everything lives in DIRECTORY; exports SLURM_CONF
#   cluster_stop                ends every daemon that cluster_start started
#
# Nothing under /etc, /run or /var is touched and no service manager is needed.

cluster_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=$PATH:/usr/sbin

# cluster_wait SECONDS COMMAND...: until the command succeeds.
cluster_wait() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        if [ "$SECONDS" -ge "$end" ]; then
            return 1
        fi
        sleep 0.2
    done
}

cluster_is_idle() { [ "$(sinfo -h -t idle -o %D)" = 2 ]; }
cluster_is_up() { scontrol ping | grep -q UP; }

cluster_munge() {
    mkdir -m 711 "$cluster_directory/munge"
    (umask 077 && head -c 1024 /dev/urandom >"$cluster_directory/munge/key")
    munged --force --num-threads=1 --key-file="$cluster_directory/munge/key" \
        --socket="$cluster_directory/munge/socket" --seed-file="$cluster_directory/munge/seed" \
        --pid-file="$cluster_directory/munge.pid" --log-file="$cluster_directory/log/munge"
    cluster_wait 10 munge --socket="$cluster_directory/munge/socket" --no-input
}

cluster_configure() {
    local host node
    host=$(hostname -s)
    sed -e "s|@DIRECTORY@|$cluster_directory|g" -e "s|@HOST@|$host|g" \
        -e "s|@USER@|$(id -un)|g" -e "s|@PORT@|$cluster_port|g" \
        "$cluster_here/slurm.conf.in" >"$SLURM_CONF"
    for node in 1 2; do
        echo "NodeName=node$node NodeHostname=$host NodeAddr=127.0.0.1" \
            "Port=$((cluster_port + node)) CPUs=2 RealMemory=500"
    done >>"$SLURM_CONF"
    echo "PartitionName=all Nodes=ALL Default=YES MaxTime=60 DefaultTime=10" >>"$SLURM_CONF"
}

# As root each node gets a host name and a shared-memory directory of its own: Open MPI would
# otherwise take ranks of both nodes for neighbours and connect them through memory that they do
# not share. Without root, jobs must set OMPI_MCA_btl=tcp,self.
cluster_node() {
    mkdir -p "$cluster_directory/tmp/$1" "$cluster_directory/spool/$1"
    if [ "$(id -u)" = 0 ]; then
        # shellcheck disable=SC2016 # $1 is for the inner shell
        unshare --uts --mount --propagation slave sh -c \
            'hostname "$1" && mount -t tmpfs -o size=1g tmpfs /dev/shm && exec slurmd -N "$1"' \
            sh "$1"
    else
        slurmd -N "$1"
    fi
}

cluster_start() {
    cluster_directory=$1
    # Away from Slurm's own 6817 and below the range of outgoing connections.
    cluster_port=$((20000 + $$ % 4000 * 3))
    export SLURM_CONF=$cluster_directory/slurm.conf
    mkdir -p "$cluster_directory"/{log,state,spool,tmp}
    chmod 755 "$cluster_directory"
    cluster_munge
    cluster_configure
    slurmctld -c
    cluster_wait 15 cluster_is_up
    cluster_node node1
    cluster_node node2
    if ! cluster_wait 30 cluster_is_idle; then
        tail -n 20 "$cluster_directory"/log/* >&2
        return 1
    fi
}

cluster_stop() {
    local file pid pids=()
    scancel --user="$(id -un)" 2>/dev/null || true
    # shellcheck disable=SC2016 # for the inner shell
    cluster_wait 10 sh -c '[ -z "$(squeue -h)" ]' || true
    for file in "$cluster_directory"/slurmd-node*.pid "$cluster_directory"/slurmctld.pid \
        "$cluster_directory"/munge.pid; do
        [ -s "$file" ] || continue
        pid=$(cat "$file")
        kill "$pid" 2>/dev/null && pids+=("$pid")
    done
    for pid in "${pids[@]}"; do
        cluster_wait 10 sh -c "! kill -0 $pid" || kill -9 "$pid" 2>/dev/null || true
    done
}
