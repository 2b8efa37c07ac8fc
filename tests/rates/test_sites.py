"""Sites: where one could train and how fast, from what is known of the machine."""

from dataclasses import replace

import pytest

from advisor import catalog
from advisor.candidates import propose
from advisor.figure import Fact, gap
from advisor.rates.sheets import BANDWIDTH_REACH
from advisor.rates.sites import RENTED_HOST, UNKNOWN_MEMORY_BYTES, accelerator_site, sites
from advisor.values.facts import Device, Machine, Rates

TABLES = catalog.load()
A100 = Device(0, "NVIDIA A100-SXM4-80GB", "a100-sxm4-80gb", 8.5e10)
NOTHING = Rates({})


def machine(*devices, **facts):
    usual = {"cpus": 16.0, "memory": 6.4e10} | facts
    return Machine({f"machine.{name}": Fact(f"machine.{name}", value) for name, value in usual.items()}, devices)


def measured(**rates):
    facts = {id.replace("__", "."): value for id, value in rates.items()}
    return Rates(
        {f"rate.{id}": Fact(f"rate.{id}", value, low=0.9 * value, high=1.1 * value) for id, value in facts.items()}
    )


def own(*devices, rates=NOTHING, **facts):
    return next(site for site in sites(machine(*devices, **facts), rates, TABLES) if site.kind == "own_gpu")


def precisions(site):
    return {candidate.precision for candidate in propose("neural", (site,), ("full_finetune",)).rows}


def test_this_machine_comes_first_then_what_can_be_rented():
    """The CPUs, the machine's own accelerators, then every accelerator with a price."""
    kinds = [site.kind for site in sites(machine(A100), NOTHING, TABLES)]
    assert kinds == ["cpu", "own_gpu", *["rented"] * len(TABLES.prices)]
    assert [site.kind for site in sites(machine(), NOTHING, TABLES)][:2] == ["cpu", "rented"]


def test_a_machine_that_tells_nothing_has_sites_too():
    """Without a single known fact there is still a CPU site, with usual numbers and wide ranges."""
    facts = {id: gap(id, "not readable") for id in ("machine.cpus", "machine.memory", "machine.cpu_flags")}
    site = sites(Machine(facts, ()), NOTHING, TABLES)[0]
    assert site.host_cpus > 0
    assert site.memory_bytes > 0
    assert site.flops[0][1].high > 4 * site.flops[0][1].low
    assert site.provenance == "assumed"


@pytest.mark.parametrize(("cpus", "name"), [(0.5, "the 0.5 CPUs"), (1.0, "the CPU of"), (2.0, "the 2 CPUs")])
def test_a_share_of_a_cpu_is_a_share(cpus, name):
    """A container with half a CPU gets half a CPU's rate and says so."""
    site = sites(machine(cpus=cpus), NOTHING, TABLES)[0]
    assert site.host_cpus == cpus
    assert site.name.startswith(name)
    assert site.flops[0][1].value == pytest.approx(
        cpus * sites(machine(cpus=1.0), NOTHING, TABLES)[0].flops[0][1].value
    )


def test_wider_instructions_are_faster():
    """AVX-512 counts for more than AVX2, that for more than neither."""
    flags = (("sse2",), ("sse2", "avx2"), ("sse2", "avx2", "avx512f"))
    values = [sites(machine(cpu_flags=known), NOTHING, TABLES)[0].flops[0][1].value for known in flags]
    assert values == sorted(set(values))


def test_measured_cpu_rates_replace_the_guess():
    """Matrix multiplication, bandwidth (taken back to that of a data sheet) and both training steps are taken from
    what was measured, with its range."""
    rates = measured(cpu__matmul__float32=1e11, cpu__stream=2e10, cpu__train_transformer=5e10, cpu__train_mlp=4e10)
    site = sites(machine(), rates, TABLES)[0]
    assert dict(site.flops)["fp32"].value == 1e11
    assert dict(site.flops)["fp32"].low == pytest.approx(9e10)
    assert site.bandwidth.value == pytest.approx(2e10 / BANDWIDTH_REACH)
    assert site.trains.value == 5e10
    assert site.trains_mlp.value == 4e10
    assert site.provenance == "measured"


def test_measured_gpu_rates_replace_the_data_sheet():
    """What was measured on the first GPU stands in place of the data sheet; what was not, stays."""
    rates = measured(
        gpu0__matmul__bfloat16=2.5e14, gpu0__stream=1.7e12, gpu0__train_transformer=1e14, gpu0__train_mlp=5e13
    )
    site, sheet = own(A100, rates=rates), own(A100)
    assert dict(site.flops)["bf16"].value == 2.5e14
    assert dict(site.flops)["fp16"] == dict(sheet.flops)["fp16"]
    assert site.bandwidth.value == pytest.approx(1.7e12 / BANDWIDTH_REACH)
    assert (site.trains.value, site.trains_mlp.value) == (1e14, 5e13)
    assert (site.provenance, sheet.provenance) == ("measured", "datasheet")
    assert site.reach == pytest.approx(2.5e14 / 3.12e14, rel=0.01)


def test_a_failed_measurement_is_none():
    """A rate that could not be measured leaves the data sheet in place."""
    rates = Rates({"rate.gpu0.matmul.bfloat16": gap("rate.gpu0.matmul.bfloat16", "out of memory")})
    assert own(A100, rates=rates) == own(A100)


def test_a_gpu_that_hides_its_memory_has_that_of_its_row():
    """If the driver does not tell the memory, the catalogue does; for a card it does not know, a small one is taken."""
    assert own(replace(A100, memory_bytes=0.0)).memory_bytes == 8e10
    unknown = own(Device(0, "Some Card", "", 0.0))
    assert unknown.memory_bytes == UNKNOWN_MEMORY_BYTES
    assert unknown.provenance == "assumed"
    assert own(Device(0, "Some Card", "", 1.2e10)).memory_bytes == 1.2e10


def test_cards_before_bf16_train_in_fp16():
    """V100 and T4 multiply fp16 fast and have no bf16: nothing is planned in bf16 on them."""
    for slug in ("v100-sxm2-32gb", "t4"):
        assert precisions(own(Device(0, slug, slug, 1.6e10))) == {"fp16"}
    assert precisions(own(A100)) == {"bf16"}
    assert precisions(sites(machine(), NOTHING, TABLES)[0]) == {"fp32"}


def test_slow_measured_bf16_is_not_chosen():
    """A card that only emulates bf16, as measured, is planned in fp16."""
    rates = measured(gpu0__matmul__bfloat16=8e12, gpu0__matmul__float16=3e13, gpu0__matmul__float32=7e12)
    assert precisions(own(Device(0, "Tesla T4", "t4", 1.6e10), rates=rates)) == {"fp16"}


def test_memory_that_is_shared_is_not_counted_twice():
    """An Apple machine's accelerator gets three quarters of the memory there is, not its row's."""
    site = own(Device(0, "Apple M1 Max", "apple-m1-max", 0.0), memory=3.2e10)
    assert site.memory_bytes == pytest.approx(0.75 * 3.2e10)


def test_a_sliced_gpu_is_planned_as_its_smallest_slice():
    """With MIG on, a process sees one slice: an eighth of the memory and a seventh of the rate, and it is said."""
    whole, slice = own(A100), own(replace(A100, mig=True))
    assert slice.memory_bytes == pytest.approx(whole.memory_bytes / 8)
    assert dict(slice.flops)["bf16"].value == pytest.approx(dict(whole.flops)["bf16"].value / 7)
    assert "MIG" in slice.basis


def test_like_devices_are_one_site():
    """Eight of a kind are one site of eight, in one node; a different card beside them is not counted."""
    devices = [replace(A100, index=index) for index in range(8)]
    site = own(*devices, Device(8, "NVIDIA T4", "t4", 1.6e10))
    assert site.counts == (1, 8)
    assert site.devices_a_node == 8
    assert own(A100).counts == (1,)


@pytest.mark.parametrize("id", list(TABLES.accelerators))
def test_every_row_of_the_catalogue_makes_a_site(id):
    """Each accelerator has positive rates with ranges in order, a link, a bandwidth and a memory."""
    site = accelerator_site(TABLES.accelerators[id], TABLES.prices.get(id))
    assert site.flops
    for span in (*(rate for _, rate in site.flops), site.bandwidth, site.link, site.fabric):
        assert 0 < span.low <= span.value <= span.high
    assert site.memory_bytes > 0
    assert propose("neural", (site,), ("lora",)).rows


def test_rented_hosts_are_usual_ones():
    """A rented accelerator comes with usual CPUs and memory; the price of its row is kept as a range."""
    site = next(site for site in sites(machine(), NOTHING, TABLES) if site.id == "rent:h100-sxm5-80gb")
    assert (site.host_cpus, site.host_memory_bytes) == RENTED_HOST
    assert site.price.low < site.price.value < site.price.high
