import pytest
from flink_chaos import clock
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.patience import patiently

from tests.unit.fake_clock import FakeClock


@pytest.fixture
def faked():
    with clock.using(made := FakeClock()):
        yield made


def answering(*answers):
    """Give these answers one after another, the last one again and again."""
    left = list(answers)

    def act():
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return act


def test_what_is_transient_is_done_again(faked):
    """A broker that was away for two seconds costs two seconds."""
    away = KafkaProblem("away", transient=True)
    assert (patiently(answering(away, away, "there")), faked.passed) == ("there", 2)


def test_what_is_not_transient_ends_it_at_once(faked):
    """A right that is missing now is missing in a minute."""
    with pytest.raises(KafkaProblem, match="denied"):
        patiently(answering(KafkaProblem("denied"), "there"))
    assert faked.passed == 0


def test_patience_ends(faked):
    """After a minute."""
    with pytest.raises(KafkaProblem, match="away"):
        patiently(answering(KafkaProblem("away", transient=True)))
    assert 60 <= faked.passed <= 62
