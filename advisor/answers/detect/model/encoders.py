"""Parameters of encoders, of encoder-decoders and of vision transformers: (total, active for one token)."""

from advisor.answers.detect.model.shape import Shape

_LABELS = 2


def _block(h: int, f: int) -> int:
    """Attention and feed-forward with biases, two LayerNorms."""
    return 4 * (h * h + h) + h * f + f + f * h + h + 4 * h


def _labels(shape: Shape) -> int:
    """How many outputs a trained head has: `id2label`, `num_labels`, or two."""
    named = shape.whole.get("id2label")
    count = shape.whole.get("num_labels")
    return len(named) if isinstance(named, dict) and named else count if isinstance(count, int) else _LABELS


def _head(shape: Shape, pooled: bool) -> int:
    """What stands on the encoder: a classifier, the head of a masked language model, or nothing."""
    h = shape.hidden
    if shape.head.endswith("ForMaskedLM"):
        return h * h + h + 2 * h + shape.vocabulary - (h * h + h if pooled else 0)
    if shape.head.endswith(("ForSequenceClassification", "ForImageClassification")):
        return h * _labels(shape) + _labels(shape)
    if shape.head.endswith("ForTokenClassification"):
        return h * _labels(shape) + _labels(shape) - (h * h + h if pooled else 0)
    return 0


def bert(shape: Shape) -> tuple[int, int]:
    """Embeddings of words, positions and types with a LayerNorm, blocks, a pooler of h squared."""
    h = shape.hidden
    types = shape.config.get("type_vocab_size")
    types = types if isinstance(types, int) else 2
    word = int(shape.config.get("embedding_size") or h)
    embeddings = (shape.vocabulary + shape.positions + types) * word + 2 * word + (word * h + h if word != h else 0)
    pooler = h * h + h
    return _twice(embeddings + shape.layers * _block(h, shape.ffn) + pooler + _head(shape, pooled=True))


def distilbert(shape: Shape) -> tuple[int, int]:
    """BERT without types and pooler; its classifiers have a layer of h squared before them."""
    h = shape.hidden
    embeddings = (shape.vocabulary + shape.positions) * h + 2 * h
    before = h * h + h if shape.head.endswith("ForSequenceClassification") else 0
    return _twice(embeddings + shape.layers * _block(h, shape.ffn) + before + _head(shape, pooled=False))


def albert(shape: Shape) -> tuple[int, int]:
    """One block serves all layers; the embedding is narrower than the model. All of it runs for every token."""
    h, word = shape.hidden, int(shape.config.get("embedding_size") or 128)
    types = int(shape.config.get("type_vocab_size") or 2)
    embeddings = (shape.vocabulary + shape.positions + types) * word + 2 * word + word * h + h
    groups = int(shape.config.get("num_hidden_groups") or 1) * int(shape.config.get("inner_group_num") or 1)
    return _twice(embeddings + groups * _block(h, shape.ffn) + h * h + h)


def deberta(shape: Shape) -> tuple[int, int]:
    """Relative positions, in 2 x `position_buckets` rows with a LayerNorm of their own, and no pooler."""
    h, config = shape.hidden, shape.config
    buckets = int(config.get("position_buckets") or 0)
    relative = 2 * (buckets if buckets > 0 else shape.positions) * h + 2 * h
    places = shape.positions if config.get("position_biased_input") else 0
    embeddings = (shape.vocabulary + places + int(config.get("type_vocab_size") or 0)) * h + 2 * h
    return _twice(embeddings + relative + shape.layers * _block(h, shape.ffn) + _head(shape, pooled=False))


def modernbert(shape: Shape) -> tuple[int, int]:
    """No biases, gated feed-forward; the first block has one norm only."""
    h, f = shape.hidden, shape.ffn
    head = h * h + h + shape.vocabulary if shape.head.endswith("ForMaskedLM") else 0
    blocks = shape.layers * (4 * h * h + 3 * h * f + 2 * h) - h
    return _twice(shape.vocabulary * h + h + blocks + h + head)


def vit(shape: Shape) -> tuple[int, int]:
    """Patches, a class token and a position a patch; then blocks and one LayerNorm."""
    h, config = shape.hidden, shape.config
    image, patch = int(config.get("image_size") or 224), int(config.get("patch_size") or 16)
    colours = int(config.get("num_channels") or 3)
    tokens = 2 if shape.family == "deit" else 1
    embeddings = colours * patch * patch * h + h + tokens * h + ((image // patch) ** 2 + tokens) * h
    pooler = 0 if shape.head.endswith("ForImageClassification") else h * h + h
    return _twice(embeddings + shape.layers * _block(h, shape.ffn) + 2 * h + pooler + _head(shape, pooled=False))


def t5(shape: Shape) -> tuple[int, int]:
    """No biases; RMSNorm; a table of relative positions for the encoder and one for the decoder."""
    h, inner = shape.hidden, shape.heads * shape.head_dim
    gated = "gated" in str(shape.config.get("feed_forward_proj") or "")
    feed = (3 if gated else 2) * h * shape.ffn
    decoders = shape.decoder_layers or shape.layers
    buckets = int(shape.config.get("relative_attention_num_buckets") or 32) * shape.heads
    output = 0 if shape.tied else shape.vocabulary * h
    tables = buckets * (2 if shape.family != "umt5" else shape.layers + decoders)
    encoder = shape.layers * (4 * h * inner + feed + 2 * h)
    decoder = decoders * (8 * h * inner + feed + 3 * h)
    return _twice(shape.vocabulary * h + encoder + decoder + tables + 2 * h + output)


def bart(shape: Shape) -> tuple[int, int]:
    """Learned positions with two spare rows on both sides; mBART has one more LayerNorm on each."""
    h, f = shape.hidden, shape.ffn
    decoders = shape.decoder_layers or shape.layers
    decoder_block = _block(h, int(shape.config.get("decoder_ffn_dim") or f)) + 4 * (h * h + h) + 2 * h
    norms = 8 * h if shape.family == "mbart" else 4 * h
    outside = shape.vocabulary * h + 2 * (shape.positions + 2) * h + norms
    return _twice(outside + shape.layers * _block(h, f) + decoders * decoder_block)


def whisper(shape: Shape) -> tuple[int, int]:
    """Two convolutions before the encoder; keys have no bias; the encoder's positions are stored too."""
    h, config = shape.hidden, shape.config
    mel = int(config.get("num_mel_bins") or 80)
    source, target = int(config.get("max_source_positions") or 1500), int(config.get("max_target_positions") or 448)
    convolutions = 3 * mel * h + h + 3 * h * h + h
    block = _block(h, shape.ffn) - h
    cross = 4 * h * h + 3 * h + 2 * h
    decoders = shape.decoder_layers or shape.layers
    outside = convolutions + source * h + (shape.vocabulary + target) * h + 4 * h
    return _twice(outside + shape.layers * block + decoders * (block + cross))


def _twice(total: int) -> tuple[int, int]:
    return total, total
