"""ADV048: a management interface, or the host itself, is open to whoever comes."""

import re
from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import ANY, Example, Rule
from advisor.check.source import Source, Word
from advisor.check.tree import Leaf, Sequence, Table
from advisor.values.finding import Finding, Place, Severity

_EVERYWHERE = re.compile(r"(?:https?://)?(?:0\.0\.0\.0|\[?::\]?)(?=:|/|$)")
_MANAGEMENT = re.compile(r"\bmanagement_address\s*[=:]\s*[\"']?(?:https?://)?(?:0\.0\.0\.0|\[::\])")
_NO_TOKEN = re.compile(
    r"(?:Notebook|Server)App\.token\s*=\s*(?:''|\"\"|[\"']?(?=\s|$|\]|,))|IdentityProvider\.token\s*=\s*(?:''|\"\"|(?=\s|$))"
)
_ROOT_LOGIN = re.compile(r"\bPermitRootLogin\s+yes\b")
_COMPOSE = ("image", "build", "command", "deploy", "volumes")
_WORDS = (
    "privileged", "raystartparams", "management_address", "app.token", "provider.token", "permitrootlogin",
    "dashboard-host", "vllm",
)  # fmt: skip
_WORDS_OF_LINES = ("management_address", ".token", "permitrootlogin")
Hit = tuple[Place, str, Severity]


def find(material: Material) -> Iterator[Finding]:
    """One finding a place; what needs it by its nature, a DaemonSet of device drivers, is left alone."""
    for source in material.sources:
        if not source.says(_WORDS):
            continue
        for place, message, severity in dict.fromkeys((*_containers(source), *_ray(source), *_texts(source))):
            yield Finding(RULE.id, severity, message, RULE.remedy, place)


def _containers(source: Source) -> Iterator[Hit]:
    roots = source.document.roots
    if any(isinstance(root, Table) and _word(root, "kind") == "DaemonSet" for root in roots):
        return
    for path, table in source.tables:
        entry = table.entries.get("privileged")
        within = path.endswith("securityContext") or any(key in table.entries for key in _COMPOSE)
        if entry is not None and within and isinstance(entry.node, Leaf) and entry.node.value is True:
            told = "privileged: true gives the container the host: every device, every kernel interface"
            yield source.document.place(entry.at), told, "warning"
        yield from _published(source, path, table)


def _published(source: Source, path: str, table: Table) -> Iterator[Hit]:
    """A Compose service of vLLM whose port is on every interface, without a key."""
    ports, image = table.entries.get("ports"), _word(table, "image")
    if "vllm" not in image or ports is None or not isinstance(ports.node, Sequence) or not path.startswith("services."):
        return
    text = source.text
    if re.search(r"--api[-_]key|VLLM_API_KEY", text):
        return
    for item in ports.node.items:
        if isinstance(item, Leaf) and re.fullmatch(r"\d+:\d+", item.raw):
            told = f"port {item.raw.partition(':')[0]} of vLLM is on every interface of the host, and no API key is set"
            yield source.document.place(item.at), told, "note"


def _ray(source: Source) -> Iterator[Hit]:
    for _, table in source.tables:
        start = table.entries.get("rayStartParams")
        outside = _word(table, "serviceType") in ("LoadBalancer", "NodePort")
        if start is None or not isinstance(start.node, Table) or not outside:
            continue
        host = start.node.entries.get("dashboard-host")
        if host is not None and isinstance(host.node, Leaf) and _EVERYWHERE.match(host.node.raw):
            told = (
                f"dashboard-host {host.node.raw} behind a {_word(table, 'serviceType')}: whoever reaches the dashboard"
            )
            yield source.document.place(host.at), f"{told} can submit jobs, which are code", "warning"


def _texts(source: Source) -> Iterator[Hit]:
    if source.document.reader != "python" or source.name.startswith("jupyter"):
        yield from _lines(source)  # what any other program says about such a setting is no setting
        yield from _commands(source)


def _lines(source: Source) -> Iterator[Hit]:
    tokens = "disable_token_authorization=true" in source.lower.replace(" ", "")
    for number, line in source.lines if source.says(_WORDS_OF_LINES) else ():
        found = _MANAGEMENT.search(line)
        if found is not None:
            until = "token authorization is off" if tokens else "before 0.11.1 it asks for no token"
            told = f"{found.group()}: whoever reaches the port can register a model, which is code; {until}"
            yield Place(source.path, number, found.start() + 1), told, "warning"
        for pattern, told in (
            (_NO_TOKEN, "Jupyter without a token: whoever reaches the port runs code"),
            (_ROOT_LOGIN, "PermitRootLogin yes: one password away from the whole machine"),
        ):
            match = pattern.search(line)
            if match is not None:
                yield Place(source.path, number, match.start() + 1), told, "warning"


def _commands(source: Source) -> Iterator[Hit]:
    for command in source.commands(("--privileged", "--dashboard-host")):
        words = [word.text for word in command]
        if words[:1] in (["docker"], ["podman"], ["nerdctl"]) and "run" in words and "--privileged" in words:
            told = "--privileged gives the container the host: every device, every kernel interface"
            yield command[words.index("--privileged")].place, told, "warning"
        if words[:2] == ["ray", "start"]:
            yield from _ray_start(command, words)


def _ray_start(command: tuple[Word, ...], words: list[str]) -> Iterator[Hit]:
    for number, word in enumerate(words):
        value = word.partition("=")[2] or (words[number + 1] if number + 1 < len(words) else "")
        if word.startswith("--dashboard-host") and _EVERYWHERE.match(value):
            told = f"the dashboard listens on {value}: whoever reaches it can submit jobs, which are code"
            yield command[number].place, told, "note"


def _word(table: Table, key: str) -> str:
    entry = table.entries.get(key)
    return entry.node.raw if entry is not None and isinstance(entry.node, Leaf) else ""


RULE = Rule(
    id="ADV048",
    title="Management interface or host open to all",
    severity="warning",
    group="security",
    formats=ANY,
    condition="TorchServe's management_address on every interface; a privileged container; Ray's dashboard on every "
    "interface behind a LoadBalancer or NodePort (on a bare `ray start`: note); Jupyter without a token; "
    "PermitRootLogin yes; vLLM published by Compose without an API key (note). An inference port on 0.0.0.0 inside a "
    "container is normal.",
    remedy="bind it to 127.0.0.1 or a network of its own, ask for a token, and give the container only the devices it "
    "needs",
    why="Registering a model or submitting a job is running code: ShellTorch (CVE-2023-43654) and ShadowRay "
    "(CVE-2023-48022) took over clusters this way.",
    evidence=(
        "https://docs.pytorch.org/serve/security.html",
        "https://github.com/advisories/GHSA-8fxr-qfr9-p34w",
        "https://docs.ray.io/en/latest/ray-security/index.html",
        "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    ),
    bad=Example(
        {"docker/config.properties": "inference_address=http://0.0.0.0:8080\nmanagement_address=http://0.0.0.0:8081\n"},
        line=2,
    ),
    good=Example(
        {
            "docker/config.properties": "inference_address=http://0.0.0.0:8080\n"
            "management_address=http://127.0.0.1:8081\n"
        }
    ),
    find=find,
)
