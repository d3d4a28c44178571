"""Every wrong command line and every wrong study: exit code and message, from one table."""

import subprocess

import h5py

from program import SINGLE, STUDY, Case, main, run

# (arguments, exit code, pattern that standard error must hold)
USAGE = [
    ("", 64, r"usage: headroom COMMAND"),
    ("chekc tiny.yaml", 64, r"no command `chekc`; did you mean `check`\?"),
    ("xyzzy", 64, r"no command `xyzzy`; `headroom --help` lists them"),
    ("--nonsense", 64, r"no option `--nonsense` before a command; see `headroom --help`"),
    ("--completion fish", 64, r"--completion: must be followed by bash"),
    ("check", 64, r"check: STUDY is missing; see `headroom check --help`"),
    ("check tiny.yaml tiny.yaml", 64, r"check: `tiny.yaml` is one word too many"),
    ("check tiny.yaml --vlaues", 64, r"no option `--vlaues`; did you mean `--values`\?"),
    ("check tiny.yaml -x", 64, r"check: no option `-x`"),
    ("check tiny.yaml --json=yes", 64, r"check: --json takes no value"),
    ("check tiny.yaml --set", 64, r"check: --set needs a value: --set KEY=VALUE"),
    ("check tiny.yaml --configuration 16", 64, r"`16`: the study has configurations 0 to 15"),
    ("check tiny.yaml --configuration one", 64, r"--configuration `one`: must be a whole number"),
    ("check tiny.yaml --set seed", 64, r"seed"),
    ("run tiny.yaml", 64, r"run: the result file is missing: -o OUT.h5"),
    ("run tiny.yaml -o", 64, r"run: --output needs a value: --output OUT.h5"),
    ("run tiny.yaml -o a.h5 -o b.h5", 64, r"run: --output is given twice"),
    ("run tiny.yaml -o a.h5 --threads 0", 64, r"--threads `0`: must be at least 1"),
    ("run tiny.yaml -o a.h5 --threads many", 64, r"--threads `many`: must be a whole number"),
    ("run tiny.yaml -o a.h5 --progress bar", 64, r"--progress `bar`: must be one of auto\|none"),
    ("show a.h5 --level high", 64, r"--level `high`: must be one of target\|limit\|full"),
    ("show a.h5 --width 20", 64, r"--width `20`: must be at least 60"),
    ("show a.h5 --confidence 100", 64, r"must be a percentage from 50 to below 100"),
    ("trace tiny.yaml --configuration 99", 64, r"`99`: the study has configurations 0 to 15"),
    ("list", 64, r"list: TABLE is missing"),
    ("list parms", 64, r"no table `parms`; did you mean `params`\?"),
    ("list everything", 64, r"there are params, policies, roles, signals, workloads"),
    ("new", 64, r"new: NAME is missing; `headroom new --list` names them"),
    ("new pool-8000", 64, r"no study `pool-8000`; did you mean `pool-80000`\?"),
]

# (what to change in the study, what to, pattern): data errors with file, line, key and remedy.
STUDIES = [
    ("seed: 7", "sead: 7", r"bad\.yaml:3:1: .*sead.*seed"),
    ("servers: 2,", "servers: two,", r"bad\.yaml:4:\d+: pool\.servers"),
    ("servers: 2,", "servers: 0,", r"bad\.yaml:4:\d+: pool\.servers = 0"),
    ("servers: 2,", "servers: 2.5,", r"bad\.yaml:4:\d+: pool\.servers = 2\.5"),
    ("rate: 20 per hour", "rate: 20", r"bad\.yaml:6:\d+: arrivals\.sources\[0\]\.rate = 20"),
    ("rate: 20 per hour", "rate: 20 kbit/s", r"bad\.yaml:6:\d+: arrivals\.sources\[0\]\.rate"),
    ("rate: 20 per hour", "rate: -20 per hour", r"bad\.yaml:6:\d+: arrivals\.sources\[0\]\.rate"),
    ("mean 1 h", "mean -1 h", r"bad\.yaml:8:\d+: meetings\.classes\[0\]\.duration"),
    ("exponential(mean", "exponental(mean", r"bad\.yaml:8:\d+: .*exponential"),
    ("size: 1,", "size: mix(1 at 50 %, 2 at 20 %),", r"bad\.yaml:8:\d+: meetings\.classes\[0\]\.size"),
    ("[random, least_loaded]", "[]", r"bad\.yaml:1\d:\d+: .*placement\.rule"),
    ("[random, least_loaded]", "[random, least_lodaed]", r"least_loaded"),
    ("worlds: 8", "worlds: 4000000000", r"bad\.yaml:15:\d+: design\.worlds"),
    ("outcome: time_over,", "outcome: time_ovr,", r"time_over"),
    ("study: tiny", "study: [tiny", r"bad\.yaml:\d+:\d+"),
    ("study: tiny", "study: tiny\nbase: no-such-preset", r"no-such-preset"),
    ("study: tiny", "study: tiny\nseed: 8", r"bad\.yaml:4:1: .*seed"),
    ("level: full, at_most: 5 %", "level: limit, at_most: 5 %", r"limit"),
    ("name: meeting,", "name: meeting, share: 40 %,",
     r"bad\.yaml:8:36: meetings\.classes: the shares must sum to 100 %, not 40 %"),
    ("cost: {load: 1}}]", "cost: {load: 1}},\n   {duration: 1 h, cost: {load: 1}}]",
     r"bad\.yaml:8:20: meetings\.classes: the shares must sum to 100 %, not 200 %"),
    ("duration: exponential(mean 1 h), ", "",
     r"bad\.yaml:8:20: meetings\.classes\[0\]\.duration is missing, e\.g\."),
    ("  sources: [{kind: poisson, rate: 20 per hour}]", "  sources:\n" + 20 * "  - {rate: 1 per hour}\n",
     r"bad\.yaml:15:12: arrivals\.sources: .*needs 1 to 8 sources"),
    ("kind: poisson, rate: 20 per hour", "kind: sinusoid, rate: 20 per hour",
     r"bad\.yaml:6:20: arrivals\.sources\[0\]\.period: is missing: this kind of source needs it"),
    ("seed: 7", "seed: 7\nbackground: {items: [{sessions: 4, cost: {load: 1}}]}",
     r"bad\.yaml:4:33: background\.items\[0\]\.holding: is missing: sessions need it"),
    ("seed: 7", "seed: 7\nbackground: {items: [{law: 3}, {name: x}]}",
     r"bad\.yaml:4:39: background\.items\[1\]: give either law"),
    ("outcome: fits, ", "", r"bad\.yaml:20:11: claims\[0\]\.outcome: is missing"),
    ("full: 14}}}", "full: 14}, cpu: {full: 90 %}}}",
     r"bad\.yaml:4:\d+: pool\.ceilings\.cpu\.full = 90 %: a percentage needs .*pool\.server\.cpu"),
    (", server: {load: 14}, ceilings: {load: {target: 12, full: 14}}", "",
     r"bad\.yaml:4:17: pool: no resource has a capacity or a ceiling"),
    ("every: 10 min", "every: 10 min, capacity: [1,\n  " + 80 * "1, " + "1]",
     r"bad\.yaml:16:36: too many ceilings at once"),
    ("seed: 7", "seed: 7\nbackground:\n  items:\n" + 20 * "  - {law: 3}\n",
     r"bad\.yaml:\d+:11: background\.items: at most \d+"),
]


class Messages(Case):
    def fails(self, arguments, code, pattern, **options):
        done = self.headroom(*arguments, **options)
        self.assertEqual(done.code, code, done)
        self.assertRegex(done.err, pattern)
        self.assertEqual(done.out, "", "nothing is printed beside the message")
        self.assertNotIn("\n\n", done.err.rstrip("\n") if code != 64 else "")
        return done

    def test_usage(self):
        for line, code, pattern in USAGE:
            with self.subTest(line):
                self.fails(line.split(), code, pattern)

    def test_message_begins_with_the_name_of_the_program(self):
        for line, _, _ in USAGE[1:]:
            with self.subTest(line):
                done = self.headroom(*line.split())
                self.assertTrue(done.err.startswith("headroom: "), done)
                self.assertEqual(done.err.count("\n"), 1, done)

    def test_studies(self):
        for old, new, pattern in STUDIES:
            with self.subTest(new):
                self.assertIn(old, STUDY)
                (self.folder / "bad.yaml").write_text(STUDY.replace(old, new))
                done = self.fails(["check", "bad.yaml"], 65, pattern)
                self.assert_points(done.err)

    def test_no_arrivals(self):
        (self.folder / "bad.yaml").write_text(
            SINGLE.replace("arrivals:\n  sources: [{kind: poisson, rate: 20 per hour}]\n", ""))
        done = self.fails(["check", "bad.yaml"], 65,
                          r"bad\.yaml:6:20: arrivals\.sources: meetings\.classes needs 1 to 8 sources")
        self.assert_points(done.err)

    def test_a_section_that_is_not_there(self):
        """Then the message names the file: there is no better place."""
        (self.folder / "bad.yaml").write_text("".join(
            line for line in SINGLE.splitlines(keepends=True) if not line.startswith("pool:")))
        done = self.fails(["check", "bad.yaml"], 65, r"^headroom: bad\.yaml: pool: no resource has")
        self.assertEqual(done.err.count("\n"), 1, done)

    def test_shares_that_a_set_made_wrong(self):
        self.fails(["check", "tiny.yaml", "--set", "meetings.classes[0].share=30 %"], 64,
                   r"--set meetings\.classes\[0\]\.share=30 %: meetings\.classes: the shares must sum")

    def test_huge_sweep(self):
        levels = ", ".join(f"{i} s" for i in range(101))
        (self.folder / "bad.yaml").write_text(
            STUDY.replace("worlds: 8", "worlds: 10000000")
                 .replace("choose:", f"choose:\n  placement.report_delay: [{levels}]"))
        for command in (["check", "bad.yaml"], ["run", "bad.yaml", "-o", "out.h5"]):
            self.fails(command, 65, r"configurations")
        self.assertFalse((self.folder / "out.h5").exists())

    def test_one_message_from_many_processes(self):
        (self.folder / "bad.yaml").write_text(STUDY.replace("seed: 7", "sead: 7"))
        for arguments, code, pattern in (
                (["bad.yaml", "-o", "out.h5"], 65, r"sead"),
                (["single.yaml", "-o", "no/such/folder/out.h5"], 73, r"no/such/folder")):
            done = self.in_parallel(2, "run", *arguments)
            self.assertEqual(done.code, code, done)
            self.assertRegex(done.err, pattern)
            self.assertEqual(done.err.count("headroom: "), 1, done)

    def assert_points(self, message):
        """One line that says it all, the line of the file, and a caret below the place."""
        lines = message.splitlines()
        self.assertTrue(lines[0].startswith("headroom: bad.yaml:"), message)
        self.assertEqual(len(lines), 3, message)
        self.assertEqual(lines[2].strip(), "^", message)

    def test_a_bad_study_is_refused_before_anything_is_written(self):
        (self.folder / "bad.yaml").write_text(STUDY.replace("seed: 7", "sead: 7"))
        self.fails(["run", "bad.yaml", "-o", "out.h5"], 65, r"sead")
        self.assertFalse((self.folder / "out.h5").exists())
        self.assertFalse((self.folder / "out.h5.parts").exists())

    def test_set(self):
        self.fails(["check", "tiny.yaml", "--set", "pool.sevrers=3"], 64, r"did you mean servers\?")
        self.fails(["check", "tiny.yaml", "--set", "window.warm_up=3"], 64, r"window\.warm_up")
        text = self.succeeds("check", "tiny.yaml", "--set", "design.worlds=4")
        self.assertIn("4 worlds x 2 choices = 8 configurations", text)

    def test_missing_files(self):
        self.fails(["check", "none.yaml"], 65, r"none\.yaml")
        self.fails(["show", "none.h5"], 65, r"none\.h5")
        self.fails(["trace", "none.yaml"], 65, r"none\.yaml")

    def test_foreign_and_truncated_results(self):
        (self.folder / "text.h5").write_text("this is no HDF5 file\n" * 100)
        self.fails(["show", "text.h5"], 65, r"text\.h5")
        with h5py.File(self.folder / "foreign.h5", "w") as file:
            file["estimates"] = [1.0, 2.0]
        self.fails(["show", "foreign.h5"], 65, r"foreign\.h5")
        self.succeeds("run", "single.yaml", "-o", "good.h5", "--quiet")
        whole = (self.folder / "good.h5").read_bytes()
        (self.folder / "torn.h5").write_bytes(whole[:len(whole) // 2])
        self.fails(["show", "torn.h5"], 65, r"torn\.h5")

    def test_another_study_is_not_overwritten(self):
        self.succeeds("run", "single.yaml", "-o", "out.h5", "--quiet")
        before = (self.folder / "out.h5").read_bytes()
        self.fails(["run", "single.yaml", "-o", "out.h5", "--set", "seed=8", "--quiet"], 73,
                   r"out\.h5")
        self.assertEqual((self.folder / "out.h5").read_bytes(), before)

    def test_a_foreign_file_is_not_overwritten(self):
        (self.folder / "out.h5").write_text("precious")
        done = self.headroom("run", "single.yaml", "-o", "out.h5", "--quiet")
        self.assertIn(done.code, (65, 73), done)
        self.assertIn("out.h5", done.err)
        self.assertEqual((self.folder / "out.h5").read_text(), "precious")

    def test_unwritable_output(self):
        self.fails(["run", "single.yaml", "-o", "no/such/folder/out.h5", "--quiet"], 73,
                   r"no/such/folder")
        (self.folder / "file").write_text("")
        self.fails(["run", "single.yaml", "-o", "file/out.h5", "--quiet"], 73, r"file/out\.h5")

    def test_full_disk_behind_standard_output(self):
        commands = (["--help"], ["--man"], ["list", "params"], ["check", "tiny.yaml"],
                    ["trace", "tiny.yaml"], ["new", "pool-80000"])
        for arguments in commands:
            with self.subTest(arguments), open("/dev/full", "wb") as full:
                done = self.headroom(*arguments, stdout=full)
                self.assertEqual(done.code, 73, done)
                self.assertRegex(done.err, r"standard output: No space left on device")

    def test_closed_pipe_behind_standard_output(self):
        reader = subprocess.Popen(["true"], stdin=subprocess.PIPE)
        reader.wait()
        with reader.stdin as pipe:
            done = self.headroom("list", "params", "--json", stdout=pipe)
        self.assertEqual(done.code, 73, done)
        self.assertRegex(done.err, r"standard output: Broken pipe")

    def test_no_memory(self):
        """With too little address space: the memory exit code and a message, never a crash."""
        least = next(m for m in range(40, 4000, 20)
                     if run("--version", memory=m << 20).code == 0)
        (self.folder / "big.yaml").write_text(SINGLE.replace("20 per hour", "900000 per second"))
        done = self.headroom("trace", "big.yaml", memory=(least + 200) << 20)
        self.assertEqual(done.code, 71, done)
        self.assertRegex(done.err, r"memory")


if __name__ == "__main__":
    main()
