"""What a whole run of so many tokens takes: time, hours of devices, money and energy."""

import math
from dataclasses import asdict, dataclass

from advisor.estimate.money import HIDDEN, LOAD, PUE, SERVER_OVERHEAD, energy, train_cost
from advisor.predict.detail import Part
from advisor.values.catalog import Accelerator, Price
from advisor.values.runs import Run


@dataclass(frozen=True, slots=True)
class Outlay:
    """Seconds of a run, seconds of its devices together, USD (None without a price), joules (None where no data sheet
    states the power)."""

    run_s: Part
    device_s: Part
    cost_usd: Part | None
    energy_j: Part | None

    def document(self) -> dict[str, dict[str, float] | None]:
        """Value, low and high of each, for programs."""
        parts = {"run_s": self.run_s, "device_s": self.device_s, "cost_usd": self.cost_usd, "energy_j": self.energy_j}
        return {name: None if part is None else asdict(part) for name, part in parts.items()}


def outlay(step: Part, run: Run, tokens: float, accelerator: Accelerator, price: Price | None) -> Outlay:
    """All steps of `tokens` tokens, each of `step` seconds."""
    taken = _times(step, tokens / (run.layout.batch * run.shape.sequence))
    together = _times(taken, run.layout.devices)
    return Outlay(
        taken, together,
        None if price is None else _cost(together, price),
        None if accelerator.tdp_w is None else _energy(together, accelerator.tdp_w),
    )  # fmt: skip


def _times(part: Part, factor: float) -> Part:
    return Part(part.value * factor, part.low * factor, part.high * factor)


def _cost(device: Part, price: Price) -> Part:
    value = train_cost(device.value, price.typical, HIDDEN[1])
    hidden = Part(*(1.0 + HIDDEN[at] for at in (1, 0, 2)))
    return _around(value, device, Part(price.typical, price.low, price.high), hidden)


def _energy(device: Part, rated_w: float) -> Part:
    value = energy(device.value, rated_w, LOAD[1], SERVER_OVERHEAD[1] * PUE[1])
    return _around(value, device, *(Part(middle, low, high) for low, middle, high in (LOAD, SERVER_OVERHEAD, PUE)))


def _around(value: float, *factors: Part) -> Part:
    """A product of factors that vary independently: their spreads in logarithms add as squares."""
    below = math.hypot(*(math.log(factor.value / factor.low) for factor in factors))
    above = math.hypot(*(math.log(factor.high / factor.value) for factor in factors))
    return Part(value, value * math.exp(-below), value * math.exp(above))
