"""Lines of a stream with the byte that each begins at, in bounded memory."""

import io
from collections.abc import Iterator

_PIECE_BYTES = 1 << 20


def lines_of(stream: io.RawIOBase, longest: int) -> Iterator[tuple[int, bytes | None]]:
    """Where each line begins, and the line; None for one that is too long, which is passed over."""
    start = position = 0
    line: bytearray | None = bytearray()
    while piece := stream.read(_PIECE_BYTES):
        begin = 0
        while (end := piece.find(b"\n", begin)) >= 0:
            line = _longer(line, piece[begin:end], longest)
            yield start, None if line is None else bytes(line)
            begin, line = end + 1, bytearray()
            start = position + begin
        line = _longer(line, piece[begin:], longest)
        position += len(piece)
    if line or line is None:
        yield start, None if line is None else bytes(line)


def _longer(line: bytearray | None, part: bytes, longest: int) -> bytearray | None:
    if line is None or len(line) + len(part) > longest:
        return None
    line += part
    return line
