"""Print the digest of an answer: `headroom show --json OUT.h5 | digest.py`."""

import json
import sys

print(json.load(sys.stdin)["digest"])
