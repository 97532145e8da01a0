"""What higher folders add to rating anew, in its transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from billing.metering.stretches import Stretch

ReratingStep = Callable[[Sequence[Stretch], datetime], None]

rerating_steps: list[ReratingStep] = []


def when_rerating(step: ReratingStep) -> ReratingStep:
    """`step` charges anew what a higher folder has charged by itself: reversal and new charge, by
    the values that hold now for the time of use. It is told the stretches and the business time."""
    rerating_steps.append(step)
    return step
