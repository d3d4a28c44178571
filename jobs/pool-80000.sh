#!/usr/bin/env bash
# The main job: the published 80,000-user pool and randomised pools around it, at full precision.
# Which pools miss the target, which placement rule serves best, what decides it?
#
#   jobs/pool-80000.sh          hours on a laptop ('headroom check' says how many); stop it with
#                               Ctrl-C at any time, the same command goes on where it stopped
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$headroom_root"

headroom_answer pool-80000 "$@"
headroom_pool_sentence "$result"
