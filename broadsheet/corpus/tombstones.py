"""What was erased, as ingest has to know it so that none of it comes back."""

from dataclasses import dataclass

from broadsheet.corpus.redact import redact
from broadsheet.parse.tables import commenter_id
from broadsheet.privacy import keyed_sha256
from broadsheet.settings import Settings
from broadsheet.warehouse.connection import Warehouse


@dataclass(frozen=True)
class Tombstones:
    """The erasures of a home folder.

    Attributes:
        contents: SHA-256 of erased pages; keyed where they were taken from a release without names.
        commenters: pseudonyms of erased commenters.
        key: what pseudonyms are made with here.
        landed: SHA-256 of pages whose text has been through this; read where commenters were erased.
    """

    contents: frozenset[str]
    commenters: frozenset[str]
    key: bytes
    landed: frozenset[str] = frozenset()

    def has_page(self, content_sha256: str) -> bool:
        """Whether the page of this SHA-256 was erased."""
        return bool(self.contents) and not self.contents.isdisjoint(
            {content_sha256, keyed_sha256(content_sha256, self.key)}
        )

    def redacted(self, text: str, content_sha256: str | None = None) -> str:
        """A page without the erased commenters; the text itself, not parsed, where nobody was erased or it has landed.

        Args:
            text: the page.
            content_sha256: of its bytes; None where it is to be looked at, landed or not.
        """
        if not self.commenters or content_sha256 in self.landed:
            return text
        return redact(text, lambda name: commenter_id(name, self.key) in self.commenters)


def tombstones_of(warehouse: Warehouse, settings: Settings) -> Tombstones:
    """Read raw.erasures.

    Raises:
        WarehouseBusyError: another process held the working file too long.
    """
    with warehouse.reading() as connection:
        rows = connection.execute("select content_sha256, commenter_id from raw.erasures").fetchall()
        commenters = frozenset(commenter for _, commenter in rows if commenter)
        pages = connection.execute("select content_sha256 from raw.pages").fetchall() if commenters else []
    return Tombstones(
        frozenset(content for content, _ in rows if content),
        commenters,
        settings.pseudonym_key(),
        frozenset(content for (content,) in pages),
    )
