"""One complete training step of a transformer encoder that classifies tokens: forward, loss, backward, AdamW.

With P parameters, L layers of width h, sequences of s tokens:
    work = (6 P + 12 L h s) x tokens
6 P: 2 flop a parameter and token forward, 4 backward; P leaves out the tables of tokens and positions,
which are looked up, not multiplied. 12 L h s: scores and weighted sums of full attention, 4 h s flop a
token and layer forward, twice that backward. The convention is that of PaLM (Chowdhery et al. 2022,
appendix B); what the device really does differs by less than a per cent.
"""

from contextlib import nullcontext

VOCABULARY, CLASSES = 8192, 16
LAYERS = {"cpu": 2, "cuda": 8}
WIDTH = {"cpu": 384, "cuda": 1024}
HEAD = 64
SEQUENCE = {"cpu": 128, "cuda": 512}
SEQUENCES = {"cpu": 4, "cuda": 16}


def prepare(torch, device, dtype):
    """(run, work, unit); `dtype` is float32, or mixed (float32 weights, half-precision matrix multiplies)."""
    layers, width, length = LAYERS[device.type], WIDTH[device.type], SEQUENCE[device.type]
    model = _encoder(torch, layers, width, length).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    shape = (SEQUENCES[device.type], length)
    x = torch.randint(VOCABULARY, shape, device=device)
    y = torch.randint(CLASSES, shape, device=device)

    def run():
        with _precision(torch, device, dtype):
            loss = torch.nn.functional.cross_entropy(model(x).flatten(0, 1), y.flatten())
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    multiplied = sum(p.numel() for name, p in model.named_parameters() if not name.startswith("look_up"))
    tokens = shape[0] * length
    return run, (6.0 * multiplied + 12.0 * layers * width * length) * tokens, "flop/s"


def _encoder(torch, layers, width, length):
    nn = torch.nn

    class Block(nn.Module):
        """Pre-norm: attention, then a feed-forward of four times the width, each added to its input."""

        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.query_key_value, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

        def forward(self, x):
            heads = self.query_key_value(self.norm1(x)).unflatten(-1, (3, width // HEAD, HEAD))
            query, key, value = heads.permute(2, 0, 3, 1, 4)  # each sequences x heads x tokens x HEAD
            mixed = nn.functional.scaled_dot_product_attention(query, key, value)
            x = x + self.out(mixed.transpose(1, 2).flatten(2))
            return x + self.down(nn.functional.gelu(self.up(self.norm2(x))))

    class Encoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.look_up_token, self.look_up_place = nn.Embedding(VOCABULARY, width), nn.Embedding(length, width)
            self.blocks = nn.Sequential(*[Block() for _ in range(layers)])
            self.norm, self.classify = nn.LayerNorm(width), nn.Linear(width, CLASSES)

        def forward(self, tokens):
            x = self.look_up_token(tokens) + self.look_up_place.weight
            return self.classify(self.norm(self.blocks(x)))

    return Encoder()


def _precision(torch, device, dtype):
    if dtype == "float32":
        return nullcontext()
    bfloat16 = device.type == "cpu" or torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.autocast(device.type, dtype=torch.bfloat16 if bfloat16 else torch.float16)
