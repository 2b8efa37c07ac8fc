"""What the data files are, from a sample of each group of equal suffixes."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from advisor.answers.detect.content.magic import sniffed
from advisor.answers.detect.reading.bounded import evenly
from advisor.answers.detect.reading.listing import Entry, Scan
from advisor.answers.detect.reading.sight import Found, Sight

_ASIDE = ("readme", "license", "licence", "copying", "notice", "changelog", "makefile", "dockerfile", "md5", "sha256")
_ASIDE_SUFFIXES = frozenset(
    [
        ".md",
        ".rst",
        ".py",
        ".sh",
        ".yaml",
        ".yml",
        ".toml",
        ".ini",
        ".cfg",
        ".lock",
        ".md5",
        ".sha256",
        ".log",
        ".html",
        ".ipynb",
    ]
)
_INDEXES = {"index.json", "dataset_info.json", "dataset_dict.json", "state.json"}
_REFUSED = {
    "pickle": "is a pickle: not opened, because a pickle can run code; convert it to safetensors, Parquet or npy",
    "cut parquet": "begins like Parquet and has no footer: cut off? Copy it again",
    "zip": "is a zip archive: not opened; unpack it",
    "tar.gz": "is a packed tar: not opened; unpack it",
    "tar": "is a tar of unrelated members: not opened; unpack it",
    "spreadsheet": "is a spreadsheet: not opened; export it as CSV or Parquet",
    "zstd": "is packed with zstd: not opened; unpack it",
    "bzip2": "is packed with bzip2: not opened; unpack it",
    "xz": "is packed with xz: not opened; unpack it",
    "gzip": "is packed with gzip and holds no text: not opened; unpack it",
}


@dataclass(slots=True)
class Data:
    """Everything the walks saw, and what each file turned out to be. `place` names the folders in words."""

    scans: list[Scan]
    place: str
    kinds: dict[str, list[Entry]]

    @property
    def files(self) -> list[Entry]:
        return [entry for scan in self.scans for entry in scan.files]

    def count(self) -> tuple[float, float, float]:
        """(files, low, high)"""
        totals = [scan.total() for scan in self.scans]
        return (sum(total[0] for total in totals), sum(total[1] for total in totals), sum(total[2] for total in totals))

    def stores(self) -> tuple[str, ...]:
        """The folders of zarr stores, whose files are chunks of one array."""
        return tuple(f"{store}/" for scan in self.scans for store in scan.stores)

    def scale(self) -> tuple[float, float, float]:
        """How many files each sized one stands for: (value, low, high)."""
        sized = max(len(self.files), 1)
        files, low, high = self.count()
        return files / sized, low / sized, high / sized


def recognise(data: Data, sight: Sight, found: Found) -> None:
    """Fills `data.kinds`: the opened files by their content, the others as most of their sample are."""
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in data.files:
        if not is_aside(entry) and not entry.path.startswith(data.stores()):
            groups[entry.suffix].append(entry)
    each = max(sight.limits.peeked_files // max(len(groups), 1), 2)
    for group in list(groups.values())[: sight.limits.peeked_files // 2]:
        sample = {entry.path: sniffed(entry.path) for entry in evenly(group, each)}
        usual = Counter(sample.values()).most_common(1)[0][0]
        for entry in group:
            data.kinds[sample.get(entry.path, usual)].append(entry)
    _refuse(data, sight, found)


def is_aside(entry: Entry) -> bool:
    """Files that accompany data: a README, a checksum, a script, an index of shards."""
    name = entry.name.lower()
    return entry.suffix in _ASIDE_SUFFIXES or name.startswith(_ASIDE) or name in _INDEXES


def _refuse(data: Data, sight: Sight, found: Found) -> None:
    for kind, why in _REFUSED.items():
        entries = data.kinds.get(kind, [])
        found.notes.extend(f"{sight.name(entry.path)} {why}" for entry in entries[:3])
        if len(entries) > 3:
            found.notes.append(f"{len(entries) - 3:,} more files like {sight.name(entries[0].path)}")
    if unknown := data.kinds.get("unknown", []):
        found.notes.append(f"{sight.name(unknown[0].path)}: binary, of no known format ({len(unknown):,} such files)")
    for entry in data.kinds.get("", [])[:3]:
        found.notes.append(f"{sight.name(entry.path)} cannot be opened")
