"""What an application promises beside its guarantee, as bounds; the request's word is over the pipeline's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, ValidationError, WrapValidator

from flink_chaos.model.base import Record
from flink_chaos.model.telling import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import ValidatorFunctionWrapHandler


def _one_message(given: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """Of what is neither, pydantic would tell each problem by itself."""
    try:
        return handler("a truth" if isinstance(given, bool) else given)
    except ValidationError as error:
        raise ValueError(f"{shown(given)} is no bound; write a number that is at least 0, or `measured`") from error


Demand = Annotated[
    Annotated[float, Field(ge=0, allow_inf_nan=False)] | Literal["measured"], WrapValidator(_one_message)
]
"""A number, or the word: taken from the stored runs when a run is planned."""

Bound = Demand | None


class Contract(Record):
    """Bounds; what is not named is not demanded."""

    duplicates_percent: Bound = Field(default=None, description="ids that may come twice, of all; AT_LEAST_ONCE only")
    recovery_seconds: Bound = Field(
        default=None, description="from the fault to the first checkpoint that completed after all tasks ran again"
    )
    caught_up_seconds: Bound = Field(
        default=None, description="from the fault until the lag is back in the stable copy's band"
    )
    failed_checkpoints: Bound = Field(default=None, description="of the chaos copy from the fault on")
    delay_p99_seconds: Bound = Field(
        default=None, description="from a record's time in the source to its time in the sink, for 99 of 100 ids"
    )

    def overridden(self, bounds: Mapping[str, Bound]) -> Contract:
        """The same with other bounds. Raises ValidationError for a name that is none."""
        return Contract.model_validate(self.model_dump() | dict(bounds))

    def number(self, name: str) -> float | None:
        """The bound of that name; None where nothing is demanded, or nothing yet."""
        bound: Bound = getattr(self, name)
        return None if bound == "measured" else bound

    @property
    def to_measure(self) -> list[str]:
        """Bounds that are to be taken from the stored runs."""
        return [name for name in Contract.model_fields if getattr(self, name) == "measured"]
