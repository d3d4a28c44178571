#!/usr/bin/env bash
# From a fresh clone to an answer: install what is missing, build, explore the 80,000-user pool at
# reduced precision, print the answer and draw it. Run it again at any time: what is done stays
# done, and an interrupted exploration goes on where it stopped.
#
#   jobs/quickstart.sh          about a minute to install and build (once), then under 5 minutes
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$headroom_root"

headroom_say "quickstart: under 5 minutes on 2 cores once built; reduced precision"
headroom_prepare
headroom_study quickstart quickstart
headroom_pictures "$result"
cat <<MESSAGE

The result is $result (h5py, xarray, h5dump -H, or: build/headroom show $result).
The full study explores thousands of configurations at the stated precision and takes hours;
'build/headroom check params/pool-80000.yaml' estimates how many on this machine. It is run by
  jobs/pool-80000.sh                      here
  sbatch slurm/headroom.sbatch            on a cluster
MESSAGE
headroom_pool_sentence "$result"
