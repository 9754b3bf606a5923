import os
import signal

import pytest
from flink_chaos.cli import interrupting


@pytest.fixture(autouse=True)
def handlers():
    """The handlers of the tests are put back."""
    before = {ending: signal.getsignal(ending) for ending in interrupting.ENDINGS}
    yield
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
