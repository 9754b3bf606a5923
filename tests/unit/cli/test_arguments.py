import argparse

import pytest
from flink_chaos.cli.arguments import Parser, whole


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("50", 50), ("007", None), ("0", None), ("51", None), ("-1", None), ("", None),
    (" 1", None), ("1_0", None), ("٣", None), ("²", None), ("1.0", None), ("9" * 5_000, None), ("x" * 10**5, None)])  # fmt: skip
def test_a_number_is_within_its_bounds_or_refused_in_a_line(text, number):
    """Python's own `int` takes more, and tells it all again."""
    if number is not None:
        assert whole(1, 50)(text) == number
        return
    with pytest.raises(argparse.ArgumentTypeError, match="is no number from 1 to 50") as refused:
        whole(1, 50)(text)
    assert len(str(refused.value)) < 100


def test_what_is_no_argument_is_told_in_one_line(capsys):
    """With the way to those there are."""
    with pytest.raises(SystemExit):
        Parser(prog="x").parse_args(["--bo\ngus\x1b"])
    assert capsys.readouterr().err == "x: unrecognized arguments: --bo gus\\x1b; `x --help` shows what there is\n"
