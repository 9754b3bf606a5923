"""What an application promises beside its guarantee, as bounds; the request's word is over the pipeline's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from flink_chaos.model.base import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

Bound = Annotated[float | None, Field(ge=0, allow_inf_nan=False)]


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

    def overridden(self, bounds: Mapping[str, float]) -> Contract:
        """The same with other bounds. Raises ValidationError for a name that is none."""
        return Contract.model_validate(self.model_dump() | dict(bounds))
