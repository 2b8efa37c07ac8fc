"""What is timed, under which name, in which order."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Program:
    """One kernel in one precision: `kernels/<kernel>.py` prepared for `dtype`, its rate called `rate`."""

    rate: str
    kernel: str
    dtype: str
    unit: str

    @property
    def device(self) -> str:
        return self.rate.split(".")[1]


def _program(rate: str, kernel: str, dtype: str) -> Program:
    return Program(rate, kernel, dtype, "bytes/s" if kernel == "stream" else "flop/s")


# What a device without the units for it may do very slowly stands last, so that it costs no other number.
PROGRAMS = {
    "cpu": (
        _program("rate.cpu.matmul.float32", "matmul", "float32"),
        _program("rate.cpu.stream", "stream", "float32"),
        _program("rate.cpu.train_mlp", "train_mlp", "float32"),
        _program("rate.cpu.train_transformer", "train_transformer", "float32"),
        _program("rate.cpu.matmul.bfloat16", "matmul", "bfloat16"),
    ),
    "gpu0": (
        _program("rate.gpu0.matmul.bfloat16", "matmul", "bfloat16"),
        _program("rate.gpu0.matmul.float16", "matmul", "float16"),
        _program("rate.gpu0.matmul.tf32", "matmul", "tf32"),
        _program("rate.gpu0.stream", "stream", "float32"),
        _program("rate.gpu0.train_mlp", "train_mlp", "mixed"),
        _program("rate.gpu0.train_transformer", "train_transformer", "mixed"),
        _program("rate.gpu0.matmul.float32", "matmul", "float32"),
    ),
}

BY_RATE = {program.rate: program for programs in PROGRAMS.values() for program in programs}


def programs_for(gpus: int) -> tuple[Program, ...]:
    """The CPU's programs, then those of the first GPU: several GPUs of one machine are taken as alike."""
    return PROGRAMS["cpu"] + (PROGRAMS["gpu0"] if gpus else ())
