"""Just enough of Thrift's compact protocol to read a Parquet footer."""

from typing import Any

from advisor.answers.detect.reading.bounded import Unreadable

_STOP, _TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(13)
_DEEPEST = 24


class Reader:
    """Reads structs into {field number: value}. Raises Unreadable when the bytes end or make no sense."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def struct(self, stop_before: int = 0, depth: int = 0) -> dict[int, Any]:
        """One struct; with `stop_before`, up to the field of that number, whose list header is read next."""
        found: dict[int, Any] = {}
        field = 0
        while True:
            head = self._byte()
            kind = head & 0x0F
            if kind == _STOP:
                return found
            field = field + (head >> 4) if head >> 4 else self._zigzag()
            if field == stop_before:
                found[field] = None
                return found
            found[field] = self.value(kind, depth + 1)

    def list_size(self) -> tuple[int, int]:
        """(elements, their type), read at the beginning of a list."""
        head = self._byte()
        size = head >> 4
        return (self._varint() if size == 15 else size), head & 0x0F

    def value(self, kind: int, depth: int = 0) -> Any:
        if depth > _DEEPEST:
            raise Unreadable("has a footer nested too deeply")
        if kind in (_TRUE, _FALSE):
            return kind == _TRUE
        if kind == _BYTE:
            return self._byte()
        if kind in (_I16, _I32, _I64):
            return self._zigzag()
        if kind in (_DOUBLE, _BINARY):
            return self._bytes(8 if kind == _DOUBLE else self._varint())
        if kind in (_LIST, _SET):
            return self._list(depth)
        if kind == _STRUCT:
            return self.struct(depth=depth)
        raise Unreadable("has a footer of an unknown layout")

    def _list(self, depth: int) -> list[Any]:
        size, kind = self.list_size()
        if size > len(self.data) - self.at:
            raise Unreadable("has a footer that is cut off")
        if kind in (_TRUE, _FALSE):
            return [self._byte() == _TRUE for _ in range(size)]
        return [self.value(kind, depth + 1) for _ in range(size)]

    def _byte(self) -> int:
        if self.at >= len(self.data):
            raise Unreadable("has a footer that is cut off")
        self.at += 1
        return self.data[self.at - 1]

    def _bytes(self, size: int) -> bytes:
        if size > len(self.data) - self.at:
            raise Unreadable("has a footer that is cut off")
        self.at += size
        return self.data[self.at - size : self.at]

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise Unreadable("has a footer with a number that never ends")

    def _zigzag(self) -> int:
        number = self._varint()
        return (number >> 1) ^ -(number & 1)
