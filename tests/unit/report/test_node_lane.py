from flink_chaos.model.observation import Observation
from flink_chaos.report.node_lane import node_lanes
from flink_chaos.report.timeline import timeline

from tests.unit.observed import ms, nodes, observation, sample


def spans(*states, end=100):
    lanes = node_lanes(Observation([*states, sample("chaos", end)]), ms(10))
    return [(bar.begin, bar.end, bar.look, bar.told) for lane in lanes for bar in lane.bars]


def test_a_cordoned_node_has_a_bar_until_it_is_taken_back():
    """One, although each part tells its state again."""
    states = [nodes(10, n1=[]), nodes(20, n1=["cordoned"]), nodes(30, n1=["cordoned"]), nodes(35, n1=[])]
    assert spans(*states) == [(10, 25, "part", "n1: cordoned")]


def test_each_trouble_of_each_node_is_told():
    """A node that is not ready looks like a system that does not answer."""
    states = [nodes(20, n1=["MemoryPressure"], n2=[]), nodes(30, n1=["not ready", "cordoned"], n2=["cordoned"])]
    assert spans(*states, nodes(40, n1=[], n2=[])) == [
        (10, 20, "part", "n1: MemoryPressure"),
        (20, 30, "away", "n1: not ready, cordoned"),
        (20, 30, "part", "n2: cordoned"),
    ]


def test_a_trouble_lasts_until_the_last_look():
    """Or until the node is none of the run's any more."""
    assert spans(nodes(20, n1=["cordoned"])) == [(10, 90, "part", "n1: cordoned")]
    assert spans(nodes(20, n1=["cordoned"]), nodes(30, n2=[])) == [(10, 20, "part", "n1: cordoned")]


def test_a_run_whose_nodes_were_fine_has_no_lane():
    """Nor has one of before, that nobody looked at."""
    assert spans(nodes(20, n1=[])) == spans() == []


def test_the_lane_is_the_last_of_the_timeline():
    """Where nothing was in trouble it ends with the tasks."""
    titles = [
        [stripe.lane.title for stripe in timeline(observation(*more), None).stripes][-1]
        for more in ([], [nodes(40, n1=["cordoned"])])
    ]
    assert titles == ["Tasks of the chaos copy", "Nodes in trouble"]
