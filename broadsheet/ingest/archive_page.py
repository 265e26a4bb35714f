"""What a reader of archives finds in them."""

from dataclasses import dataclass

from broadsheet.ingest.text_decoding import RejectedError


@dataclass(frozen=True, slots=True)
class ArchiveRecord:
    """A record: its bytes or why there are none, where it begins in bytes, and what the archive states of it."""

    offset: int
    data: bytes | None
    url: str | None = None
    charset: str | None = None
    rejection: RejectedError | None = None
