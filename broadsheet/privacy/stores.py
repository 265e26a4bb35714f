"""Every place that holds text or names, and how it forgets: the list that an erasure walks.

To add a place, add it here; tests/unit/privacy/test_stores.py finds paths of a home folder that no store names. What
belongs to the orchestrator is a Store of the same kind that pipelines/ adds to the walk.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path

import duckdb

from broadsheet.privacy import file_stores
from broadsheet.privacy.erase import Target, erase
from broadsheet.privacy.identifying_text import IdentifyingText
from broadsheet.privacy.occurrences import occurrences, text_columns
from broadsheet.privacy.tombstones import pseudonym_key_of
from broadsheet.settings import Settings
from broadsheet.storage.compaction import rewrite
from broadsheet.storage.connection import Warehouse


@dataclass(frozen=True)
class Erasure:
    """What is to be forgotten, as every store is given it.

    Attributes:
        settings: of the home folder.
        target: the page or commenter.
        identifying: what the commenter is known by; nothing for a page.
        now: aware, UTC.
        everywhere: whether the commenter's names and words go out of comments on other pages too.
    """

    settings: Settings
    target: Target
    identifying: IdentifyingText
    now: datetime
    everywhere: bool = False

    @cached_property
    def warehouse(self) -> Warehouse:
        """The working file."""
        return Warehouse.of(self.settings)


@dataclass(frozen=True)
class Store:
    """A place that holds text or names.

    Attributes:
        name: what it is.
        paths: where in a home folder, as patterns below it; none where it lies elsewhere.
        forgets: how, in a sentence.
        proven: what shows that it has, in a sentence.
        forget: takes out what is to go, or all that can be made anew; gives the folders deleted. Done again, it ends
            the same way. None where nothing is to be done here, as `forgets` says.
        compact: removes the bytes of deleted rows, once a release without them is made.
        residue: places where the target still stands, one a text, for a commenter; None where nothing can.
    """

    name: str
    paths: tuple[str, ...]
    forgets: str
    proven: str
    forget: Callable[[Erasure], list[Path]] | None = None
    compact: Callable[[Erasure], None] | None = None
    residue: Callable[[Erasure], list[str]] | None = None


def forget(erasure: Erasure, stores: Iterable[Store]) -> list[Path]:
    """Have stores forget, in their order. Killed anywhere, it has to be done again, which ends the same way.

    Returns:
        Folders deleted.

    Raises:
        WarehouseBusyError: another process held the working file too long.
        DamagedError: the key is gone, or the list of exports is no list.
    """
    return [path for store in stores if store.forget for path in store.forget(erasure)]


def compact(erasure: Erasure, stores: Iterable[Store]) -> None:
    """Write anew the files that deleted rows are still in.

    Raises:
        WarehouseBusyError: another process held the working file too long.
        OSError: a copy cannot be written; the old file stays.
    """
    for store in stores:
        if store.compact:
            store.compact(erasure)


def residue(erasure: Erasure, stores: Iterable[Store]) -> list[str]:
    """Where a commenter's names or words still stand: places, one for each text; nothing for a page."""
    if not erasure.identifying.names:
        return []
    return [place for store in stores if store.residue for place in store.residue(erasure)]


def unregistered_files(settings: Settings, stores: Iterable[Store]) -> list[Path]:
    """Files of a home folder that no store names, and that are not known to hold neither text nor names."""
    patterns = [pattern for store in stores for pattern in store.paths] + list(WITHOUT_TEXT)
    files = [path for path in sorted(settings.home.rglob("*")) if path.is_file() or path.is_symlink()]
    return [path for path in files if not any(_is_below(path, settings.home, pattern) for pattern in patterns)]


def _is_below(path: Path, home: Path, pattern: str) -> bool:
    named = path.relative_to(home)
    return any(fnmatchcase(str(part), pattern) for part in (named, *named.parents))


def _forget_kept_bytes(erasure: Erasure) -> list[Path]:
    page_id = erasure.target.id if erasure.target.kind == "page" else None
    file_stores.delete_kept_bytes(erasure.settings, page_id, erasure.identifying)
    return []


def _forget_rows(erasure: Erasure) -> list[Path]:
    key = pseudonym_key_of(erasure.warehouse, erasure.settings)
    erase(erasure.warehouse, key, erasure.target, erasure.now, everywhere=erasure.everywhere)
    return []


def _residue_of_release(erasure: Erasure) -> list[str]:
    with duckdb.connect(str(erasure.settings.published), read_only=True) as connection:
        return [f"{each.table}.{each.column}" for each in occurrences(connection, erasure.identifying)]


def columns_searched(settings: Settings) -> int:
    """How many columns of the release `residue` reads."""
    with duckdb.connect(str(settings.published), read_only=True) as connection:
        return sum(map(len, text_columns(connection).values()))


ROWS = (
    Store(
        "bytes kept of rejected and repaired files",
        ("quarantine",),
        "A page's are deleted, and those in which a commenter's name or words stand. First: rows say what to look for.",
        "Every file is searched again, in each encoding that it may have.",
        _forget_kept_bytes,
        residue=lambda erasure: (
            ["quarantine"] * len(file_stores.kept_bytes_with(erasure.settings, erasure.identifying))
        ),
    ),
    Store(
        "working file",
        ("broadsheet.duckdb", "broadsheet.duckdb.*"),
        "Rows of the target are deleted in one transaction, with what was inferred of texts that stand nowhere else; "
        "a tombstone is left, by which it is rejected when it comes again. Layers that lie apart (BROADSHEET_STORAGE) "
        "are cut in the same step, object by object.",
        "The release is a copy of it, and is searched; the file is written anew, so that no free block holds old rows.",
        _forget_rows,
        compact=lambda erasure: rewrite(erasure.warehouse),
    ),
)
"""Where a page stands by its id: what goes is chosen."""

COPIES = (
    Store(
        "past releases",
        ("published/releases",),
        "All are deleted; the release that is made anew is the only one.",
        "The folder is gone, or holds only what somebody put there, which a warning names.",
        lambda erasure: file_stores.delete_past_releases(erasure.settings),
    ),
    Store(
        "reports",
        ("published/reports", "published/report", "published/report-found-*"),
        "All are deleted; the run that follows writes one anew.",
        "As for past releases.",
        lambda erasure: file_stores.delete_reports(erasure.settings),
    ),
    Store(
        "dbt artefacts",
        ("dbt",),
        "Deleted: what is compiled, logged and kept of failed tests.",
        "The folder is gone until the next run.",
        lambda erasure: file_stores.delete_dbt_artefacts(erasure.settings),
    ),
    Store(
        "temporary files",
        ("broadsheet.duckdb.tmp", ".broadsheet.duckdb.partial*", "published/.*.partial*"),
        "Deleted: what DuckDB spilled, and what runs that were killed left half made.",
        "They are gone.",
        lambda erasure: file_stores.delete_temporary_files(erasure.settings),
    ),
    Store(
        "exports",
        ("exports.json", ".exports.json.*"),
        "Deleted wherever they were written to, as long as they lie as they were written.",
        "The folders deleted are named, and a warning names those that hold more.",
        lambda erasure: file_stores.delete_exports(erasure.settings),
    ),
    Store(
        "pending results of models",
        ("spool",),
        "Those of the target are taken in and deleted with its rows; what is left is deleted, in every storage.",
        "The spool is empty.",
        lambda erasure: file_stores.delete_pending_results(erasure.settings),
    ),
    Store(
        "shell history",
        ("shell_history",),
        "Deleted: queries may name people.",
        "The file is gone.",
        lambda erasure: file_stores.delete_shell_history(erasure.settings),
    ),
    Store(
        "alerts",
        ("alerts.log", ".alerts.log.*"),
        "Messages, which may quote a page, are replaced; that there was an alert, and of what, stays.",
        "No alert has a message of before.",
        lambda erasure: file_stores.redact_alerts(erasure.settings),
    ),
)
"""What was made of the rows: it goes whole, since it can be made again."""

RELEASE = Store(
    "release",
    ("published/broadsheet.duckdb", "published/broadsheet.duckdb.*"),
    "The run that follows puts another in its place; until then the old one can be read.",
    "For a commenter, every text column is searched for the name and for six of their words in a row; for both, a "
    "query that anybody can repeat counts rows with the id.",
    residue=_residue_of_release,
)
STORES = (*ROWS, *COPIES, RELEASE)
WITHOUT_TEXT = (
    "pseudonym.*",
    ".env",
    ".env.*",
    "erasing",
    ".erasing.*",
    "restoring",
    ".writable.*",
)
"""What of a home folder holds neither text nor names of commenters: the key, settings, marks of what is under way."""
OUT_OF_REACH = (
    "the source folder itself",
    "backups, copies that analysts made, and programs that still have the old release open",
    "articles, and what others wrote on other pages as far as it was listed",
)
_POSTGRES = "PostgreSQL's free space: `vacuum full` there, and its archived logs"
_STORAGE = "versions, replicas and backups that the place of BROADSHEET_STORAGE keeps"


def out_of_reach(settings: Settings) -> list[str]:
    """What no store here is: where the target may still stand, for a person to see to."""
    others = {_POSTGRES: settings.postgres_url, _STORAGE: settings.storage}
    return [*OUT_OF_REACH, *(place for place, is_set in others.items() if is_set)]
