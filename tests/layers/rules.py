"""The rules that keep Headroom's floors apart, each a function that yields violations as text
"file:line: what is wrong". `Project` says where sources, objects and the table of floors are.
"""

import json
import os
import re
import shlex
import subprocess
import tempfile

FUNCTION_LINES, FILE_LINES, HEADER_LINES = 80, 500, 200

# System headers and symbols that belong to one place.
HEADERS_OF = [(re.compile(r"^mpi\.h$"), re.compile(r"^explore/comm\.c$")),
              (re.compile(r"^hdf5(_hl)?\.h$"), re.compile(r"^results/result_\w+\.[ch]$")),
              (re.compile(r"^yaml\.h$"), re.compile(r"^study/\w+\.[ch]$")),
              (re.compile(r"^omp\.h$"), re.compile(r"^engine/\w+\.c$"))]
SYMBOLS_OF = [(re.compile(r"^MPI_"), re.compile(r"^explore/comm\.c$")),
              (re.compile(r"^H5"), re.compile(r"^results/result_\w+\.c$")),
              (re.compile(r"^yaml_"), re.compile(r"^study/")),
              (re.compile(r"^(GOMP_parallel|__kmpc_fork_call)"), re.compile(r"^engine/")),
              # Only the program prints and ends itself; libraries return statuses.
              (re.compile(r"^(exit|_exit|quick_exit|printf|__printf_chk|vprintf|puts|putchar)$"),
               re.compile(r"^cli/")),
              # A library function whose last bit differs between machines must not reach a
              # result; base/real has our own.
              (re.compile(r"^(log|exp|pow|log1p|expm1|log2|log10|exp2|sin|cos|tan|atan2?|erfc?|"
                          r"[lt]gamma(_r)?|cbrt|sinh|cosh|tanh)f?$"), re.compile(r"^cli/"))]
# Variables that change: what a signal handler sets and must restore has no other place.
MAY_CHANGE = re.compile(r"^explore/signals\.c$")


class Project:
    def __init__(self, root, build):
        self.root, self.build = root, build
        self.source = os.path.join(root, "src")
        self.floors = table_of_floors(os.path.join(root, "ARCHITECTURE.md"))

    def files(self, pattern):
        """Paths below src/ that match, sorted."""
        found = []
        for folder, _, names in os.walk(self.source):
            found += [os.path.relpath(os.path.join(folder, n), self.source) for n in names]
        return sorted(f for f in found if re.search(pattern, f))

    def lines(self, name):
        with open(os.path.join(self.source, name), encoding="utf-8") as stream:
            return stream.read().splitlines()

    def objects(self):
        """(source below src/, object) of everything that was compiled into the program."""
        pairs = []
        for folder, _, names in os.walk(os.path.join(self.build, "CMakeFiles")):
            for name in names:
                path = os.path.join(folder, name)
                found = re.search(r"/src/(\w+/\w+\.c)\.o$", path)
                if found and os.path.exists(os.path.join(self.source, found.group(1))):
                    pairs.append((found.group(1), path))
        return sorted(pairs)


def table_of_floors(path):
    """{room: set of rooms and headers that it may include} from the Markdown table whose header
    row reads | floor | room | ... | may include |."""
    with open(path, encoding="utf-8") as stream:
        rows = [[cell.strip() for cell in line.strip().strip("|").split("|")]
                for line in stream if line.lstrip().startswith("|")]
    for at, row in enumerate(rows):
        if [c.lower() for c in row[:2]] == ["floor", "room"] and row[-1].lower() == "may include":
            break
    else:
        raise ValueError(f"{path}: no table with the header | floor | room | ... | may include |")
    floors = {}
    for row in rows[at + 1:]:
        if re.fullmatch(r"[-: ]+", row[0]):
            continue
        if not re.fullmatch(r"\d", row[0]):
            break
        words = re.findall(r"[\w/]+(?:\.h)?", row[-1])
        floors[row[1].strip("`/")] = {w.rstrip("/") for w in words}
    return floors


def run(command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)


# ---- rules

def includes(project):
    """A room includes itself and what the table allows, by full name; libraries have a place."""
    for name in project.files(r"\.[ch]$"):
        room = name.split("/")[0]
        if room not in project.floors:
            yield f"src/{name}:1: room {room}/ is not in the table of ARCHITECTURE.md"
            continue
        allowed = project.floors[room] | {room}
        for number, line in enumerate(project.lines(name), 1):
            own = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            system = re.match(r"\s*#\s*include\s+<([^>]+)>", line)
            if own and own.group(1) not in allowed and own.group(1).split("/")[0] not in allowed:
                yield f"src/{name}:{number}: {room}/ may not include {own.group(1)}"
            for header, place in HEADERS_OF:
                if system and header.search(system.group(1)) and not place.search(name):
                    yield f"src/{name}:{number}: <{system.group(1)}> does not belong here"


def links(project):
    """The libraries that CMake links to a room are rooms of the table's row."""
    path = os.path.join(project.root, "CMakeLists.txt")
    with open(path, encoding="utf-8") as stream:
        text = stream.read()
    for found in re.finditer(r"^headroom_floor\((\w+)([^)]*)\)", text, re.MULTILINE):
        room, below = found.group(1), found.group(2).split()
        allowed = {entry.split("/")[0] for entry in project.floors.get(room, set())}
        for surplus in sorted(set(below) - allowed):
            yield f"CMakeLists.txt: {room} links {surplus}, which the table does not allow"


def symbols(project):
    """Libraries are called, and names exported, only where they belong; nothing changes."""
    pairs = project.objects()
    if not pairs:
        yield f"{project.build}: no objects; build first"
    for name, path in pairs:
        for line in run(["nm", "--format=sysv", path]).stdout.splitlines():
            cells = [cell.strip() for cell in line.split("|")]
            if len(cells) < 7 or not cells[0]:
                continue
            yield from symbol(name, cells[0], cells[2], cells[6])


def symbol(name, word, kind, section):
    if kind == "U":
        for pattern, place in SYMBOLS_OF:
            if pattern.search(word) and not place.search(name):
                yield f"src/{name}: calls {word}, which does not belong here"
        return
    if kind in "TDBRVW" and not word.startswith("hr_") and (name, word) != ("cli/main.c", "main"):
        yield f"src/{name}: exports {word}; every exported name begins with hr_"
    changes = re.match(r"\.(data|bss|tdata|tbss)(?!\.rel\.ro)", section)
    if changes and not word.startswith(".") and not MAY_CHANGE.search(name):
        yield f"src/{name}: {word} is a variable that outlives a call (section {section})"


def headers_alone(project):
    """Every header compiles by itself, with the flags of its room."""
    flags = flags_of_rooms(project)
    with tempfile.TemporaryDirectory() as folder:
        for name in project.files(r"\.h$"):
            room = name.split("/")[0]
            probe = os.path.join(folder, "probe.c")
            with open(probe, "w", encoding="utf-8") as stream:
                stream.write(f'#include "{name}"\ntypedef int hr_probe_is_not_empty;\n')
            done = run(flags.get(room, ["cc", "-std=c11"]) +
                       ["-I" + project.source, "-fsyntax-only", probe])
            if done.returncode != 0:
                first = (done.stdout.splitlines() or ["?"])[0]
                yield f"src/{name}: does not compile alone: {first}"


def flags_of_rooms(project):
    path = os.path.join(project.build, "compile_commands.json")
    flags = {}
    if not os.path.exists(path):
        return flags
    with open(path, encoding="utf-8") as stream:
        for entry in json.load(stream):
            found = re.search(r"/src/(\w+)/\w+\.c$", entry["file"])
            if found:
                words = shlex.split(entry["command"])
                cut = words.index("-o")
                flags[found.group(1)] = words[:cut]
    return flags


def sizes(project):
    """Functions fit on a screen, files and headers stay small. The house style puts the braces of
    a function, and of nothing else that is long, into column one."""
    for name in project.files(r"\.[ch]$"):
        lines = project.lines(name)
        most = HEADER_LINES if name.endswith(".h") else FILE_LINES
        if len(lines) > most:
            yield f"src/{name}:{most + 1}: {len(lines)} lines, at most {most}"
        begin = None
        for number, line in enumerate(lines, 1):
            if line == "{":
                begin = number
            elif line == "}" and begin is not None:
                if number - begin + 2 > FUNCTION_LINES:
                    yield (f"src/{name}:{begin}: function of {number - begin + 2} lines, at most "
                           f"{FUNCTION_LINES}")
                begin = None


def machine_paths(project):
    """Nothing in the repository names a place on somebody's machine."""
    place = re.compile(r"(?<![\w.$}])/(" + "|".join(["wor" + "k", "hom" + "e", "roo" + "t",
                                                     "mn" + "t"]) + r")/\w")
    listed = run(["git", "-C", project.root, "ls-files", "-z", "--cached", "--others",
                  "--exclude-standard"])
    names = listed.stdout.split("\0") if listed.returncode == 0 else \
        ["src/" + name for name in project.files(".")]
    for name in filter(None, names):
        path = os.path.join(project.root, name)
        if not os.path.isfile(path):
            continue
        with open(path, encoding="utf-8", errors="replace") as stream:
            for number, line in enumerate(stream, 1):
                if place.search(line):
                    yield f"{name}:{number}: a path of one machine: {line.strip()[:60]}"


RULES = [includes, links, symbols, headers_alone, sizes, machine_paths]


def violations(project):
    return [text for rule in RULES for text in rule(project)]
