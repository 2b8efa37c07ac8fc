"""Which texts the rules on any file have something to say about: a cheap look, before the text is parsed."""

import re

_SIGNS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("token", "secret", "passw", "passphrase", "api", "access", "private"),
        r"(token|secret|passwo?r?d|passphrase|api_?-?key|access_?-?key|private.?key)\w{0,40}[\"']?[ \t]*[:=]",
    ),
    (("token", "key", "password", "secret"), r"(?<!-)--[\w-]{0,60}(token|key|password|secret)[= ]"),
    (
        ("hf_", "gh", "glpat-", "akia", "asia", "sk-", "aiza", "nvapi-", "xox"),
        r"\b(hf_|gh[pousr]_|github_pat_|glpat-|AKIA|ASIA|sk-|AIza|nvapi-|xox[bp]-)\w",
    ),
    (("private key",), r"-----BEGIN [A-Z ]*PRIVATE KEY"),
    (("://",), r"://[^\s:/@]+:[^\s/@]+@"),
    (("image",), r"\bimage[\"']?[ \t]*:|--image[= ]"),
    (("from",), r"(?m:^[ \t]*FROM[ \t])"),
    (("pip",), r"\bpip3?[ \t]+install"),
    ((".bin", ".pt", ".ckpt", ".pkl", ".joblib"), r"\.(bin|pt|pth|ckpt|pkl|joblib)\b"),
)
_COMPILED = tuple((words, re.compile(pattern, re.I)) for words, pattern in _SIGNS)
_WORDS = (
    "trust_remote_code", "trust-remote-code", "privileged", "management_address", "metrics_address", "dashboard_host",
    "dashboard-host", "permitrootlogin", "jupyter", "torchserve", "torch-model-archiver", "text-generation-inference",
    "maxbatchdelay", "trtllm-build", "load_format", "load-format", "use_safetensors", "weights_only", "apiversion",
    "sky spot",
)  # fmt: skip


def is_risky(text: str) -> bool:
    """Whether one of those rules may find something in a file that is no configuration of ours."""
    lower = text.lower()
    if any(word in lower for word in _WORDS):
        return True
    return any(
        any(word in lower for word in words) and pattern.search(text) is not None for words, pattern in _COMPILED
    )
