"""Help, version, manual, completion: golden beginnings, 80 columns, and no option unmentioned."""

import re
import shutil
import subprocess

from program import COMMANDS, SOURCE, Case, main

OPTIONS = {
    "check": ("--values", "--set", "--configuration", "--json"),
    "run": ("--output", "--set", "--threads", "--quiet", "--progress"),
    "size": ("--output", "--set", "--threads", "--quiet", "--progress", "--json"),
    "show": ("--outcome", "--by", "--level", "--configuration", "--confidence", "--json", "--csv",
             "--assumptions", "--width"),
    "exact": ("--set", "--configuration", "--json"),
    "trace": ("--configuration", "--replication", "--set"),
    "list": ("--json", "--match"),
    "new": ("--list",),
}


class Help(Case):
    def test_program(self):
        for word in ("--help", "-h"):
            text = self.succeeds(word)
            self.assertTrue(text.startswith("usage: headroom COMMAND [OPTIONS] ...\n"), text)
            for command in COMMANDS:
                self.assertRegex(text, rf"(?m)^  {command}\b")
            for code in (0, 64, 65, 70, 71, 73, 75):
                self.assertRegex(text, rf"(?m)^  {code} +\w")
            self.assert_narrow(text)

    def test_commands(self):
        for command in COMMANDS:
            with self.subTest(command):
                text = self.succeeds(command, "--help")
                self.assertEqual(text, self.succeeds(command, "-h"))
                self.assertTrue(text.startswith(f"usage: headroom {command} [OPTIONS]"), text)
                for option in OPTIONS[command]:
                    self.assertRegex(text, rf"(?m)^  (-\w, )?{option}\b")
                self.assertIn("\nexamples\n", text)
                self.assertRegex(text, rf"(?m)^  .*headroom {command} ")
                self.assert_narrow(text)

    def test_help_wins_over_what_is_missing(self):
        self.assertIn("usage:", self.succeeds("run", "--help", "--threads", "2"))

    def test_version(self):
        text = (SOURCE / "CMakeLists.txt").read_text()
        version = re.search(r"project\(headroom VERSION ([\d.]+)", text).group(1)
        self.assertEqual(self.succeeds("--version"), f"headroom {version}\n")

    def test_manual_is_current(self):
        page = self.succeeds("--man")
        committed = (SOURCE / "src/cli/headroom.1").read_text()
        self.assertEqual(page, committed, "headroom --man > src/cli/headroom.1")
        for command in COMMANDS:
            self.assertIn(f".SS headroom {command}", page)
            for option in OPTIONS[command]:
                self.assertIn("\\fB\\-\\-" + option[2:].replace("-", "\\-"), page)

    def test_manual_is_troff(self):
        man = shutil.which("groff") or shutil.which("man")
        if man is None:
            self.skipTest("no groff here")
        path = SOURCE / "src/cli/headroom.1"
        command = [man, "-man", "-Tascii", "-ww", path] if man.endswith("groff") else [man, "-l", path]
        done = subprocess.run(command, capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_completion(self):
        script = self.folder / "completion"
        script.write_text(self.succeeds("--completion", "bash"))
        ask = ("source ./completion; COMP_WORDS=(headroom {}); COMP_CWORD={}; _headroom; "
               "echo \"${{COMPREPLY[*]}}\"")
        for words, n, found in (("sh", 1, "show"), ("run --th", 2, "--threads"),
                                ("check --v", 2, "--values")):
            done = subprocess.run(["bash", "-c", ask.format(words, n)], cwd=self.folder,
                                  capture_output=True, text=True, check=True)
            self.assertEqual(done.stdout.strip(), found)


if __name__ == "__main__":
    main()
