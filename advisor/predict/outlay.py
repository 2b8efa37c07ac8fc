"""What a whole run of so many tokens takes, in time, hours of devices, money and energy, and what answers cost."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from advisor.estimate.money import HIDDEN, LOAD, PUE, SERVER_OVERHEAD, energy, train_cost
from advisor.predict.cells import number
from advisor.predict.detail import Estimated, Part
from advisor.predict.table import Ground
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

    def parts(self) -> dict[str, Part | None]:
        """Under the names that programs read."""
        return {name: getattr(self, name) for name in self.__slots__}


def outlay(step: Part, run: Run, tokens: float, accelerator: Accelerator, price: Price | None) -> Outlay:
    """All steps of `tokens` tokens, each of `step` seconds."""
    taken = _times(step, tokens / (run.layout.batch * run.shape.sequence))
    together = _times(taken, run.layout.devices)
    return Outlay(
        taken, together,
        None if price is None else _cost(together, price),
        None if accelerator.tdp_w is None else _energy(together, accelerator.tdp_w),
    )  # fmt: skip


def spent(found: Estimated, tokens: float, ground: Ground, prices: Mapping[str, Price]) -> dict[str, Part]:
    """Of a run of `tokens` tokens what is known of `Outlay`; of a service USD of a million tokens of answers, were the
    devices rented and always as busy."""
    gpu, devices = found.row["gpu"], number(found.row, "gpus") or 1.0
    if "step_s" not in found.head:
        price = prices.get(gpu)
        return {} if price is None else {"million_tokens_usd": _answers(found.head["tokens_per_s"], devices, price)}
    if not tokens:
        return {}
    takes = outlay(found.head["step_s"], found.run, tokens, ground.accelerators[gpu], prices.get(gpu))
    return {name: part for name, part in takes.parts().items() if part is not None}


def _answers(tokens_per_s: Part, devices: float, price: Price) -> Part:
    slowness = Part(1.0 / tokens_per_s.value, 1.0 / tokens_per_s.high, 1.0 / tokens_per_s.low)
    value = slowness.value * 1e6 * devices * price.typical / 3600.0
    return _around(value, slowness, Part(price.typical, price.low, price.high))


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
