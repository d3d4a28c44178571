#!/usr/bin/env python3
"""The layering test itself: a small project that breaks every rule once must be found out, and
the same project without the faults must pass."""

import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import rules  # noqa: E402

TABLE = """
| floor | room | holds | may include |
| --- | --- | --- | --- |
| 0 | `base/` | errors | |
| 1 | `model/` | pools | base |
"""

GOOD = {
    "ARCHITECTURE.md": TABLE,
    "CMakeLists.txt": "headroom_floor(base)\nheadroom_floor(model base)\n",
    "src/base/one.h": "int hr_one(void);\n",
    "src/base/one.c": '#include "base/one.h"\nint hr_one(void)\n{\n    return 1;\n}\n',
    "src/model/two.h": '#include "base/one.h"\nint hr_two(void);\n',
    "src/model/two.c": '#include "model/two.h"\nint hr_two(void)\n{\n    return hr_one();\n}\n',
}

LONG = "int hr_one(void);\nint hr_one(void)\n{\n" + "    ;\n" * 90 + "    return 1;\n}\n"

# (what is wrong, file, its text, what the report must say)
FAULTS = [
    ("upward include", "src/base/one.c", '#include "model/two.h"\nint hr_one(void)\n{\n'
     "    return 1;\n}\n", "base/ may not include model/two.h"),
    ("include without a room", "src/base/one.c", '#include "one.h"\n', "may not include one.h"),
    ("foreign header", "src/model/two.h", "#include <mpi.h>\n", "<mpi.h> does not belong here"),
    ("unknown room", "src/attic/three.h", "int hr_three(void);\n", "is not in the table"),
    ("upward link", "CMakeLists.txt", "headroom_floor(base model)\nheadroom_floor(model)\n",
     "base links model"),
    ("MPI in the core", "src/base/one.c", "int MPI_Init(int);\nint hr_one(void);\n"
     "int hr_one(void)\n{\n    return MPI_Init(1);\n}\n", "calls MPI_Init"),
    ("printing library", "src/base/one.c", "int puts(const char *);\nint hr_one(void);\n"
     'int hr_one(void)\n{\n    return puts("x");\n}\n', "calls puts"),
    ("logarithm of the system", "src/base/one.c", "double log(double);\ndouble hr_one(double);\n"
     "double hr_one(double x)\n{\n    return log(x);\n}\n", "calls log"),
    ("name without prefix", "src/base/one.c", "int one(void);\nint one(void)\n{\n    return 1;\n}\n",
     "exports one"),
    ("variable", "src/base/one.c", "int hr_one(void);\nint hr_one(void)\n{\n"
     "    static int calls;\n    return ++calls + (int)(long)&calls;\n}\n", "outlives a call"),
    ("header that needs another", "src/model/two.h", "size_t hr_two(void);\n",
     "does not compile alone"),
    ("long function", "src/base/one.c", LONG, "function of"),
    ("long header", "src/base/one.h", "/* */\n" * 201, "201 lines, at most 200"),
    ("machine path", "src/base/one.h", "/* see /wor" + "k/notes */\n", "a path of one machine"),
]


def write(folder, files):
    for name, text in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)


def compile_all(folder):
    """Objects where CMake would put them; -O0 so that a fault is not optimised away."""
    for room in os.listdir(os.path.join(folder, "src")):
        for name in os.listdir(os.path.join(folder, "src", room)):
            if not name.endswith(".c"):
                continue
            place = os.path.join(folder, "build/CMakeFiles", f"headroom_{room}.dir/src", room)
            os.makedirs(place, exist_ok=True)
            subprocess.run(["cc", "-w", "-std=c11", "-O0", "-fno-builtin", "-I",
                            os.path.join(folder, "src"), "-c",
                            os.path.join(folder, "src", room, name), "-o",
                            os.path.join(place, name + ".o")],
                           check=False, stderr=subprocess.DEVNULL)


def report(files):
    with tempfile.TemporaryDirectory() as folder:
        write(folder, files)
        compile_all(folder)
        return rules.violations(rules.Project(folder, os.path.join(folder, "build")))


def main():
    wrong = []
    if report(GOOD):
        wrong.append(f"a clean project is reported: {report(GOOD)}")
    for what, name, text, expected in FAULTS:
        found = report({**GOOD, name: text})
        if not any(expected in line for line in found):
            wrong.append(f"{what}: expected '{expected}', got {found}")
    for line in wrong:
        print(line)
    print(f"{len(FAULTS)} faults planted, {len(wrong)} not as expected")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
