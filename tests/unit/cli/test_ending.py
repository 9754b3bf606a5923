import errno
import os
import re
import subprocess
import sys
import threading
import time

import pytest
from flink_chaos.cli import ending
from flink_chaos.cli.ending import DEBUG, complain, ended, told
from flink_chaos.cli.main import main
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.model.verdict import SETUP_ERROR
from flink_chaos.profiles.strict_yaml import load
from flink_chaos.steps.judging import close
from flink_chaos.store.records import Store, StoreError

from tests.unit.plans import a_plan, good_facts

PYTHON = [sys.executable, "-W", "ignore", "-m", "flink_chaos.cli.main"]
DRY = ["run", "pod_delete", "-p", "dry_run=true"]


def raises(error):
    def act():
        raise error

    return act


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A store with a run that passed."""
    monkeypatch.setenv("FLINK_CHAOS_STORE", str(tmp_path / "store"))
    store = Store()
    attempt = store.open(a_plan())
    for fact in good_facts():
        attempt.append(fact)
    close(attempt)
    return store


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (ClusterError("no answer"), 4, "no answer"),
        (StoreError("/a\nb: cannot be read"), 4, "/a b: cannot be read"),
        (PermissionError(errno.EACCES, "Permission denied", "/x/y"), 4, "cannot go on: Permission denied: /x/y"),
        (OSError(errno.ENOSPC, "No space left on device"), 4, "cannot go on: No space left on device"),
        (KeyboardInterrupt(), 3, "interrupted"),
        (ZeroDivisionError("odd\nand odder"), 4, "a defect of flink-chaos .*: ZeroDivisionError: odd and odder. Report it"),
        (RecursionError("deep"), 4, "a defect of flink-chaos .*: RecursionError: deep"),
        (MemoryError(), 4, "a defect of flink-chaos .*: MemoryError: "),
        (SystemExit(0), 4, "a defect of flink-chaos .*: SystemExit"),
        (UnicodeEncodeError("ascii", "≈", 0, 1, "odd"), 4, "a defect of flink-chaos .*: UnicodeEncodeError"),
    ],
)
def test_whatever_ends_the_command_is_one_line_and_a_code_of_ours(capsys, error, code, line):
    """Python's own would be a traceback, and a FAIL."""
    assert ended(raises(error)) == code
    (only,) = capsys.readouterr().err.splitlines()
    assert re.match(f"flink-chaos: {line}", only)


def test_a_defect_is_told_with_its_place_in_our_files():
    """Whoever reports it need not run it again."""
    with pytest.raises(TypeError) as defect:
        load(5)
    assert re.search(r"at profiles/strict_yaml.py:\d+: TypeError", told(defect.value))


def test_whoever_looks_for_a_defect_gets_the_traceback_too(monkeypatch, capsys):
    """By a variable, as the command may be far away."""
    monkeypatch.setenv(DEBUG, "1")
    ended(raises(ZeroDivisionError("odd")))
    error = capsys.readouterr().err
    assert ("Traceback" in error, error.splitlines()[-1].startswith("flink-chaos: a defect")) == (True, True)


def test_a_thread_that_breaks_is_told_in_a_line(capsys, monkeypatch):
    """Python would print its traceback between our lines."""
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    ending.open_streams()
    thread = threading.Thread(target=raises(ZeroDivisionError("odd")))
    thread.start()
    thread.join()
    assert re.fullmatch("flink-chaos: a defect .*ZeroDivisionError: odd.*\n", capsys.readouterr().err)


def test_nobody_to_complain_to_is_no_failure(monkeypatch):
    """A full disk takes no line."""

    class Full:
        def write(self, _):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sys, "stderr", Full())
    complain("x")


def outcome(shell, **environment):
    """Exit code, output and errors of a shell that runs the command as "$@"."""
    command = ["bash", "-c", shell, "bash", *PYTHON]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("shell", "code", "line"),
    [
        ('"$@" runs > /dev/full', 4, "flink-chaos: cannot go on: No space left on device\n"),
        ('"$@" show KEY > /dev/full', 4, "flink-chaos: cannot go on: No space left on device\n"),
        ('"$@" --help > /dev/full', 0, ""),
        ('"$@" run pod_delete -p dry_run=true > /dev/full', 0, ""),
        ('"$@" runs >&-', 0, ""),
        ('"$@" run pod_delete -p dry_run=true >&-', 0, ""),
        ('"$@" run pod_delete -p dry_run=true <&- >&- 2>&-', 0, ""),
        ('"$@" show nothing 2> /dev/full', 4, ""),
        ('"$@" show nothing 2>&-', 4, ""),
        ('"$@" show nothing >&-', 4, "flink-chaos: no run 'nothing'"),
        ('"$@" --bogus 2>&-', 4, ""),
    ],
)
def test_an_output_that_takes_nothing_is_no_traceback(store, shell, code, line):
    """What was only to be shown is a set-up error then; a run goes on and counts."""
    (attempt,) = store.attempts()
    found, out, error = outcome(shell.replace("KEY", attempt.plan().run_key))
    assert (found, error.startswith(line), error.count("\n") <= 1) == (code, True, True), error
    assert out == ""


def test_no_file_of_ours_takes_the_number_of_a_closed_output(store, tmp_path):
    """What others print there would go into it."""
    outcome('"$@" run pod_delete -p dry_run=true >&-')
    assert all(path.read_text().startswith("{") for path in tmp_path.rglob("*.json"))


def test_letters_that_an_encoding_lacks_are_escaped(store):
    """No output ends by them; what machines read is UTF-8 everywhere."""
    (attempt,) = store.attempts()
    plain = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}
    for words in (" ".join(DRY), "show KEY", "show KEY --format json", "show KEY --format junit", "--help", "show ≈ĳ"):
        code, _, error = outcome(f'"$@" {words.replace("KEY", attempt.plan().run_key)}', **plain)
        assert ("Error" in error, code) == (False, 4 if "≈" in words else 0), error


def test_ctrl_c_before_anything_began_is_no_traceback(tmp_path):
    """It ends as an interrupted run does; to load the command takes a second."""
    code = "import sys; from flink_chaos.cli.start import main; print('ready', flush=True); sys.exit(main())"
    for pause in (0.05, 0.3):
        begun = subprocess.Popen(
            [sys.executable, "-c", "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); " + code, "runs"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "FLINK_CHAOS_STORE": str(tmp_path)},
        )  # fmt: skip
        begun.stdout.readline()
        time.sleep(pause)
        begun.send_signal(2)
        _, error = begun.communicate()
        assert (begun.returncode, error) in {(3, "flink-chaos: interrupted\n"), (0, "")}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KUBECONFIG", "/etc/passwd"),
        ("KUBECONFIG", "/tmp"),
        ("KUBECONFIG", "~nobody-of-that-name/x"),
        ("KUBECONFIG", "x" * 5_000),
        ("KUBECONFIG", "/dev/null"),
        ("FLINK_CHAOS_INCLUDE", "/nowhere"),
        ("FLINK_CHAOS_INCLUDE", "/etc/passwd"),
        ("FLINK_CHAOS_ENVIRONMENT", "../x"),
        ("FLINK_CHAOS_CONTEXT", "x"),
        ("FLINK_CHAOS_KAFKA", " "),
        ("FLINK_CHAOS_KAFKA", "\udcff"),
    ],
)
def test_a_setting_that_cannot_be_is_one_line(store, monkeypatch, capsys, variable, value):
    """With what is wrong about it."""
    monkeypatch.setenv(variable, value)
    words = ["selftest", "--records", "1000"] if variable == "FLINK_CHAOS_KAFKA" else ["run", "pod_delete"]
    assert main(words) == SETUP_ERROR
    (line,) = capsys.readouterr().err.splitlines()
    assert "defect" not in line


@pytest.mark.parametrize("command", ["show", "judge", "report", "bounds", "undo", "prove", "stop", "selftest", "run"])
@pytest.mark.parametrize("key", ["", "\udcff", "r0", "../x", "s0123456789", "x" * 10_000])
def test_a_name_that_nothing_has_is_one_line(store, capsys, command, key):
    """Whatever command it is given to."""
    assert main([command, key]) == SETUP_ERROR
    (line,) = capsys.readouterr().err.splitlines()
    assert (re.match("flink-chaos: .*no (run|suite|such fault) '", line) is not None, "defect" in line) == (True, False)
