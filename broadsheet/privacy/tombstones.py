"""What was erased, as ingest has to know it so that none of it comes back."""

from dataclasses import dataclass

from broadsheet.parse.parsed_rows import commenter_id
from broadsheet.privacy.masking import keyed_sha256
from broadsheet.privacy.redaction import redact
from broadsheet.settings import DamagedError, Settings
from broadsheet.storage.connection import Warehouse


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
        DamagedError: the key is gone, or not the one that ids of commenters were made with.
    """
    key = pseudonym_key_of(warehouse, settings)
    with warehouse.reading() as connection:
        rows = connection.execute("select content_sha256, commenter_id from raw.erasures").fetchall()
        commenters = frozenset(commenter for _, commenter in rows if commenter)
        pages = connection.execute("select content_sha256 from raw.pages").fetchall() if commenters else []
    return Tombstones(
        frozenset(content for content, _ in rows if content),
        commenters,
        key,
        frozenset(content for (content,) in pages),
    )


def pseudonym_key_of(warehouse: Warehouse, settings: Settings) -> bytes:
    """The key of a home folder, held against the commenters that its working file knows; made on first use.

    Raises:
        DamagedError: it is gone although commenters, or erased ones, have ids; it is damaged; or it is another home's.
        WarehouseBusyError: another process held the working file too long.
    """
    with warehouse.reading() as connection:
        ((is_used,),) = connection.execute(_IS_USED).fetchall()
        known = connection.execute(_KNOWN).fetchall()
    path = settings.home / "pseudonym.key"
    if is_used and not path.exists():
        raise DamagedError(f"{path} is gone, and commenters have ids that were made with it", settings.another_key())
    key = settings.pseudonym_key()
    if any(commenter_id(name, key) != found for name, found in known):
        raise DamagedError(f"{path} is not the key that commenters' ids were made with", settings.another_key())
    return key


_IS_USED = """
select exists (from parsed.comments where commenter_id is not null)
    or exists (from raw.erasures where commenter_id is not null or is_keyed)
"""
_KNOWN = """
select author_name, commenter_id from parsed.comments
where author_name is not null and commenter_id is not null limit 1
"""
