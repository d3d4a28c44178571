#!/usr/bin/env bash
# The documented sentence, tested: with about 125 average meetings on every server, does one more
# small meeting fit, and does one of 1,000 people?
#
#   jobs/claim-125-plus-1000.sh     half an hour to an hour; 'headroom check' says more closely
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$headroom_root"

headroom_prepare
study=params/claim-125-plus-1000.yaml output=results/claim-125-plus-1000.h5
"$headroom" check "$study"
headroom_run "$study" "$output" "$@"
"$headroom" show "$output"
headroom_pictures "$output"
