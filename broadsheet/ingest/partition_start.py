"""Where the landing dates begin: as set, else with the earliest that was ever found."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import date

import duckdb

from broadsheet.atomic_files import write_text
from broadsheet.ingest.source_files import date_in_path, walk
from broadsheet.settings import Settings

log = logging.getLogger(__name__)


def first_landing_date(settings: Settings, today: date) -> date:
    """The earliest landing date that there are, or will be, pages of.

    What was found is kept in the home folder, since pages stay when the source folder goes; an earlier one that comes
    into the folder later moves it. The folder's names are listed, and no file is read.

    Args:
        settings: of the home folder.
        today: where nothing was found yet.
    """
    if settings.first_date:
        return settings.first_date
    noted = _noted(settings)
    known = [noted] if noted else [*_released(settings)]
    found = min([*known, *_listed(settings, today)], default=None)
    if found and found != noted:
        _note(settings, found)
    return found or today


def _noted(settings: Settings) -> date | None:
    try:
        return date.fromisoformat(settings.first_found.read_text(encoding="utf-8").strip())
    except (OSError, ValueError):  # not there yet, or damaged: what it said can be found again
        return None


def _note(settings: Settings, found: date) -> None:
    """Keep it, where there is a Dagster home already."""
    with suppress(OSError):
        write_text(settings.first_found, f"{found}\n")


def _released(settings: Settings) -> Iterator[date]:
    if not settings.published.exists():
        return
    try:
        with duckdb.connect(str(settings.published), read_only=True) as connection:
            ((first,),) = connection.execute("select min(landing_date) from raw.pages").fetchall()
    except duckdb.Error as error:
        log.warning("the release does not say which its first landing date is: %s", error)
        return
    if first:
        yield first


def _listed(settings: Settings, today: date) -> Iterator[date]:
    if settings.source_or_sample is None:
        return
    with suppress(OSError):  # a folder that is away: what was in it is known
        for _, source_path in walk(settings.source_or_sample):
            yield date_in_path(source_path, settings.earliest_date, today) or today
