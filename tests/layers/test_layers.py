#!/usr/bin/env python3
"""Hold the sources and objects of Headroom against the table of floors in ARCHITECTURE.md."""

import os
import sys

sys.dont_write_bytecode = True
import rules  # noqa: E402

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))


def main():
    build = os.environ.get("HEADROOM_BUILD", os.path.join(ROOT, "build"))
    project = rules.Project(ROOT, build)
    found = rules.violations(project)
    for text in found:
        print(text)
    print(f"{len(found)} violations in {len(project.files(r'[.][ch]$'))} files, "
          f"{len(project.objects())} objects")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
