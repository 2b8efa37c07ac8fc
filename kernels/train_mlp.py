"""One complete training step of a multilayer perceptron: forward, loss, backward, AdamW.

work = 6 x parameters x samples: 2 flop a parameter and sample forward, 4 backward. That is the convention
for a model's flop, whatever the device really does: the step runs a few per cent fewer (nothing needs
the gradient of the input) and also moves every parameter, gradient and moment once.
"""

from contextlib import nullcontext
from itertools import pairwise

INPUTS, CLASSES, HIDDEN_LAYERS = 512, 16, 3
WIDTH = {"cpu": 1024, "cuda": 4096}
SAMPLES = {"cpu": 512, "cuda": 8192}


def prepare(torch, device, dtype):
    """(run, work, unit); `dtype` is float32, or mixed (float32 weights, half-precision matrix multiplies)."""
    width, samples = WIDTH[device.type], SAMPLES[device.type]
    sizes = [INPUTS, *[width] * HIDDEN_LAYERS, CLASSES]
    layers = []
    for inputs, outputs in pairwise(sizes):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1]).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    x = torch.randn(samples, INPUTS, device=device)
    y = torch.randint(CLASSES, (samples,), device=device)

    def run():
        with _precision(torch, device, dtype):
            loss = torch.nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    parameters = sum(p.numel() for p in model.parameters())
    return run, 6.0 * parameters * samples, "flop/s"


def _precision(torch, device, dtype):
    if dtype == "float32":
        return nullcontext()
    bfloat16 = device.type == "cpu" or torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.autocast(device.type, dtype=torch.bfloat16 if bfloat16 else torch.float16)
