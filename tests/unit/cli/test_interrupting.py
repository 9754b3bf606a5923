import os
import signal
import subprocess
import sys

import pytest
from flink_chaos.cli import ending as ending_
from flink_chaos.cli import interrupting


@pytest.fixture(autouse=True)
def handlers():
    """None is ignored, as `nohup` has it; the handlers of before are put back."""
    before = {ending: signal.signal(ending, signal.SIG_DFL) for ending in interrupting.ENDINGS}
    yield
    interrupting.obey()  # forgets what came
    for ending, handler in before.items():
        signal.signal(ending, handler)


@pytest.mark.parametrize("ending", interrupting.ENDINGS)
def test_a_signal_ends_a_command_once(ending, capsys):
    """The second one, before anything was taken away yet, is answered."""
    interrupting.obey()
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), ending)
    for again in interrupting.ENDINGS:
        os.kill(os.getpid(), again)
    assert capsys.readouterr().out.count("still taking away what the run made") == 3


@pytest.mark.parametrize("ending", interrupting.ENDINGS)
def test_nothing_but_kill_9_disturbs_a_removal(ending, capsys):
    """What comes after it is ended as before."""
    interrupting.obey()
    with interrupting.undisturbed():
        os.kill(os.getpid(), ending)
    assert "flink-chaos undo --all" in capsys.readouterr().out
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), ending)


@pytest.mark.parametrize("ending", [signal.SIGHUP, signal.SIGINT])
def test_a_signal_that_is_ignored_stays_so(ending, capsys):
    """`nohup`, and a shell's background jobs."""
    signal.signal(ending, signal.SIG_IGN)
    interrupting.obey()
    os.kill(os.getpid(), ending)
    with interrupting.undisturbed():
        os.kill(os.getpid(), ending)
    assert (signal.getsignal(ending), capsys.readouterr().out) == (signal.SIG_IGN, "")


def test_a_library_that_makes_an_error_of_a_signal_hides_it_from_nobody(capsys):
    """DuckDB does so in a query; what was known before is told as it is."""

    def query():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        except KeyboardInterrupt:
            raise RuntimeError("Query interrupted") from None

    interrupting.obey()
    assert ending_.ended(query) == 3
    assert capsys.readouterr().err == "flink-chaos: interrupted\n"


@pytest.mark.parametrize("name", ["TERM", "HUP"])
def test_a_signal_while_the_command_loads_is_no_silent_end(name):
    """To load takes a second."""
    code = f"""
import os, signal, sys, types
signal.signal(signal.SIG{name}, signal.SIG_DFL)
module = types.ModuleType("flink_chaos.cli.main")
def main():
    os.kill(os.getpid(), signal.SIG{name})
module.main = main
sys.modules["flink_chaos.cli.main"] = module
from flink_chaos.cli.start import main as start
sys.exit(start())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (3, "flink-chaos: interrupted\n")
