import pytest
from flink_chaos.flink.gateway import GatewayError
from flink_chaos.steps import comparing

LOST, WRONG = GatewayError("connection refused"), GatewayError("no such column", refused=True)


class Gateway:
    """Answers in this order; an error is raised."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def info(self):
        return self.next()

    def next(self, *_):
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def compare(monkeypatch):
    """Compare with a gateway that answers so, and a comparison that ends so."""

    def run(gateway, comparison):
        monkeypatch.setattr(comparing, "gateway", lambda _run: gateway)
        monkeypatch.setattr(comparing, "_compare", comparison.next)
        monkeypatch.setattr(comparing, "PAUSE", 0)
        return comparing.compare(None)

    return run


def test_a_gateway_that_is_lost_is_waited_for_and_asked_anew(compare):
    """It was killed for memory once; reading twice changes nothing."""
    gateway = Gateway(LOST, LOST, "back")
    assert compare(gateway, Gateway(LOST, LOST, ["table"])) == ["table"]


def test_a_statement_that_is_wrong_is_not_tried_again(compare):
    """It fails again however often it is tried."""
    comparison = Gateway(WRONG, ["table"])
    with pytest.raises(GatewayError, match="no such column"):
        compare(Gateway("there"), comparison)
    assert comparison.answers == [["table"]]


def test_a_gateway_that_stays_away_is_told(compare, monkeypatch):
    """After its time."""
    monkeypatch.setattr(comparing, "GATEWAY_SECONDS", 0)
    with pytest.raises(GatewayError, match="connection refused"):
        compare(Gateway(LOST), Gateway(LOST))
