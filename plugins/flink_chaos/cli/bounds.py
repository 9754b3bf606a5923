"""Bounds that the stored runs of a test would give: flink-chaos bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.cli.saying import show
from flink_chaos.model.text import one_line
from flink_chaos.model.verdict import Outcome
from flink_chaos.steps.measuring import measure
from flink_chaos.store.records import Store

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

    from flink_chaos.model.measured import Measured


def bounds(options: argparse.Namespace) -> int:
    """Print them as YAML for a pipeline's file; of what cannot be measured yet a comment."""
    store = Store()
    plan = store.attempt(options.run_key).plan()
    show(one_line(f"# {plan.deed} in {plan.pipeline.name}, {plan.request.demanded}"))
    show("\n".join(_lines(measure(store, plan))))
    return Outcome.PASS.exit_code


def _lines(found: Mapping[str, Measured]) -> Iterator[str]:
    """A mapping without an entry would be null, which is no contract."""
    yield "contract:" if any(one.bound is not None for one in found.values()) else "contract: {}"
    for name, one in found.items():
        noise = f"; {one.noise_runs} runs without a fault" if one.noise_runs else ""
        entry = f"{name}:" if one.bound is None else f"{name}: {one.bound:g}"
        yield f"  {'# ' if one.bound is None else ''}{entry:26} # {one.told}{noise}"
