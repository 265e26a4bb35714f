"""What was erased, as ingest has to know it so that none of it comes back."""

from dataclasses import dataclass

from broadsheet.corpus.redact import redact
from broadsheet.parse.tables import commenter_id
from broadsheet.settings import Settings
from broadsheet.warehouse.connection import Warehouse


@dataclass(frozen=True)
class Tombstones:
    """The erasures of a home folder.

    Attributes:
        contents: SHA-256 of erased pages.
        commenters: pseudonyms of erased commenters.
        key: what pseudonyms are made with here.
    """

    contents: frozenset[str]
    commenters: frozenset[str]
    key: bytes

    def redacted(self, text: str) -> str:
        """A page without the erased commenters; the text itself, not parsed, where nobody was erased."""
        if not self.commenters:
            return text
        return redact(text, lambda name: commenter_id(name, self.key) in self.commenters)


def tombstones_of(warehouse: Warehouse, settings: Settings) -> Tombstones:
    """Read raw.erasures.

    Raises:
        WarehouseBusyError: another process held the working file too long.
    """
    with warehouse.reading() as connection:
        rows = connection.execute("select content_sha256, commenter_id from raw.erasures").fetchall()
    return Tombstones(
        frozenset(content for content, _ in rows if content),
        frozenset(commenter for _, commenter in rows if commenter),
        settings.pseudonym_key(),
    )
