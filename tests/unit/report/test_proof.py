from flink_chaos.model.base import Copy
from flink_chaos.model.proof import Deliveries, Finding, Place
from flink_chaos.report.proof import render_proof

FOUND = Deliveries(expected=9, records=9, ids=8, lost=1, duplicated=1, surplus=1, extra=0)


def test_a_proof_names_the_first_offenders_with_their_places():
    """Partition@offset; of many places the first three."""
    places = [Place(partition=1, offset=n, timestamp_ms=0) for n in range(5)]
    finding = Finding(kind="duplicated", id="7", source=places[0], sink=places, phase="in the fault", cause="again")
    text = render_proof({Copy.STABLE: (FOUND, []), Copy.CHAOS: (FOUND, [finding])})
    assert "duplicated  7   in the fault  1@0     1@0, 1@1, 1@2 and 2 more  again" in text
    assert text.count("\n\n") == 1
