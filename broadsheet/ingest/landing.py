"""From a source folder into raw.pages, raw.sightings and raw.quarantine: every file ends in one, none stops the run."""

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl

from broadsheet.atomic_files import write_bytes
from broadsheet.ingest.change_detection import has_settled
from broadsheet.ingest.page_records import Record, page_text, read_records
from broadsheet.ingest.source_files import Content, SourceFile, date_in_path, file_path, find_files, walk
from broadsheet.ingest.source_folder import source_id_of
from broadsheet.ingest.source_scan import SourceDiff, save_listing, scan_source
from broadsheet.ingest.text_decoding import RejectedError
from broadsheet.privacy.tombstones import Tombstones, tombstones_of
from broadsheet.settings import Settings
from broadsheet.storage.change_log import bump_versions, refresh_versions
from broadsheet.storage.connection import Warehouse
from broadsheet.storage.date_partitions import Window
from broadsheet.storage.staging import is_layer, stage_rows, stage_window

PAGE_ID_DIGITS = 32
_BATCH_FILES = 4_000
_BATCH_CHARS = 16_000_000
_LANDING: dict[str, pl.DataType | type[pl.DataType]] = {
    "source_path": pl.String,
    "content_sha256": pl.String,
    "page_id": pl.String,
    "file_bytes": pl.Int64,
    "encoding": pl.String,
    "encoding_confidence": pl.Float64,
    "encoding_note": pl.String,
    "format": pl.String,
    "url": pl.String,
    "text": pl.String,
    "redacted_at": pl.Datetime(time_zone="UTC"),
    "reason": pl.String,
    "detail": pl.String,
    "landing_date": pl.Date,
}


@dataclass
class IngestReport:
    """What one ingest met: files = landed + duplicates + known + rejected. And what the folder lost since.

    A record of an archive counts as a file; an archive that is known as a whole counts as one.

    Attributes:
        files: files whose date lies in the window.
        landed: new contents, stored in raw.pages.
        duplicates: new paths of contents already stored.
        known: paths seen before with the same content; most of them by size and times alone.
        rejected: files that stand in raw.quarantine.
        superseded: pages that no path holds any more, because newer versions of them have come.
        vanished: paths of pages that are gone from the folder.
        redecoded: known pages whose bytes this version reads as another text.
    """

    files: int = 0
    landed: int = 0
    duplicates: int = 0
    known: int = 0
    rejected: int = 0
    superseded: int = 0
    vanished: int = 0
    redecoded: int = 0

    def sentence(self) -> str:
        """It in words."""
        redecoded = f"; {self.redecoded:,} known pages are decoded otherwise now" if self.redecoded else ""
        return (
            f"{self.files:,} files read: {self.landed:,} new pages, {self.duplicates:,} duplicates, "
            f"{self.known:,} known before, {self.rejected:,} rejected; since the last look {self.superseded:,} pages "
            f"were superseded by newer versions, {self.vanished:,} files are gone{redecoded}"
        )


_Row = dict[str, object]


def ingest(
    source: Path,
    warehouse: Warehouse,
    settings: Settings,
    *,
    window: Window,
    again: Collection[date] = (),
    today: date | None = None,
    settle_s: float = 0,
    progress: Callable[[int, int], None] | None = None,
) -> IngestReport:
    """Land the files whose date lies in the window; files of other dates are left for their own.

    Files that were read as they are now, by their sizes and times, are not read again, but for those of some days.
    Committed a batch at a time; contents are known by their SHA-256, so that a second call, or one after a kill,
    lands nothing twice.

    Args:
        source: the folder of pages.
        warehouse: where to land them.
        settings: size limit, confidence floor, first date, and the folder that keeps rejected contents.
        window: landing dates to take in.
        again: landing dates of which every file is read, known or not; what this version decodes otherwise is replaced.
        today: landing date of files without one in their path; today, UTC, where None.
        settle_s: files that changed less than so many seconds ago are left for a later call: someone may be writing.
        progress: called with (files done, files in all).

    Raises:
        SourceError: the folder cannot be listed.
    """
    tombstones = tombstones_of(warehouse, settings)  # first: it finds a lost key, which all else would make anew
    look = scan_source(source, warehouse, settings)
    now, source_id, present = look.taken_at, source_id_of(source, settings), {*look.listing["source_path"]}
    known, chosen = _chosen(source, look, settings, window, again, today or now.date())
    if settle_s:
        chosen = [(file, day) for file, day in chosen if has_settled(file.path, now, settle_s)]
    report, unsighted = IngestReport(), _unsighted(warehouse)
    report.files, report.rejected = len(known), len(known & set(map(file_path, _rejected(warehouse))))
    report.known = report.files - report.rejected
    rows = (row for file, day in chosen for row in _read_rows(file, day, source, settings, tombstones))
    for batch in _batches(rows):
        with warehouse.writing() as connection:
            _store(connection, batch, unsighted, now, report, source_id)
        if again:
            with warehouse.writing() as connection:
                report.redecoded += _decode_anew(connection, batch, again)
        if progress:
            progress(report.files, max(report.files, len(known) + len(chosen)))
    met = [file.source_path for file, _ in chosen]
    _resolve_vanished(warehouse, present, now)
    with warehouse.writing() as connection:
        _forget_records(connection, met, source_id, now)
        report.vanished = _mark_gone(connection, present, source_id, now, is_complete=look.is_complete)
        report.superseded = _mark_superseded(connection, met, now, settings)
    save_listing(settings, source_id, look, met)
    return report


def _chosen(  # noqa: PLR0917
    source: Path, look: SourceDiff, settings: Settings, window: Window, again: Collection[date], today: date
) -> tuple[set[str], list[tuple[SourceFile, date]]]:
    """Source paths of the window that are known, and the other files, which are to be read, with their dates."""
    listed, unread = {*look.listing["source_path"]}, {*look.unread}
    known, chosen = set[str](), []
    for path, name in walk(source):
        file = SourceFile(Path(path), name)
        day = _day(file, settings, today)
        if day not in window or name not in listed:  # what came since it was listed is the next look's
            continue
        if name in unread or day in again:
            chosen.append((file, day))
        else:
            known.add(name)
    return known, chosen


def _rejected(warehouse: Warehouse) -> set[str]:
    """Source paths that are rejected, of files and of records."""
    with warehouse.reading() as connection:
        standing = connection.execute("select distinct source_path from raw.quarantine where resolved_at is null")
        return {path for (path,) in standing.fetchall()}


def replay(source: Path | None, warehouse: Warehouse, settings: Settings) -> IngestReport:
    """Try every file that stands in quarantine again, after a setting or the file was mended; not the erased ones.

    The source's bytes count where they can be read, else the ones kept when the file was rejected.
    """
    now = datetime.now(UTC)
    with warehouse.reading() as connection:
        standing = connection.execute(
            "select distinct source_path, content_sha256, landing_date from raw.quarantine"
            " where resolved_at is null and reason <> 'erased'"
        ).fetchall()
    in_source = {file.source_path: file for file in find_files(source)} if source and source.is_dir() else {}
    report, tombstones, unsighted = IngestReport(), tombstones_of(warehouse, settings), _unsighted(warehouse)
    rows = (
        row
        for path, sha256, day in standing
        for row in _replay_rows(in_source.get(path), path, sha256, day, source, settings, tombstones)
    )
    for batch in _batches(rows):
        with warehouse.writing() as connection:
            _store(connection, batch, unsighted, now, report, source_id_of(source, settings) if source else None)
    with warehouse.writing() as connection:
        _mark_superseded(connection, [file_path(path) for path, _, _ in standing], now, settings)
    return report


def _unsighted(warehouse: Warehouse) -> pl.DataFrame:
    """page_id of pages that a run landed, and was killed before it could say so: where raw.pages lies apart."""
    if warehouse.layers is None:  # pages and sightings are committed together
        return pl.DataFrame(schema={"page_id": pl.String})
    with warehouse.reading() as connection:
        pages: pl.DataFrame = connection.sql(
            "select page_id from raw.pages anti join raw.sightings using (page_id)"
        ).pl()
    return pages


def _day(file: SourceFile, settings: Settings, today: date) -> date:
    return date_in_path(file.source_path, settings.earliest_date, today) or today


def _read_rows(file: SourceFile, day: date, source: Path, settings: Settings, tombstones: Tombstones) -> Iterator[_Row]:
    for record in read_records(file, source, settings.max_file_bytes):
        row = _Row({**dict.fromkeys(_LANDING), "source_path": record.source_path, "landing_date": day})
        if record.rejection:
            size = _size_of(file.path) if record.source_path == file.source_path else None
            yield row | {"file_bytes": size, "reason": record.rejection.reason, "detail": record.rejection.detail}
        elif record.content:
            yield row | _decoded(record, record.content, settings, tombstones)


def _replay_rows(  # noqa: PLR0917
    file: SourceFile | None,
    source_path: str,
    sha256: str | None,
    day: date,
    source: Path | None,
    settings: Settings,
    tombstones: Tombstones,
) -> Iterator[_Row]:
    if file and source:
        yield from _read_rows(file, day, source, settings, tombstones)
        return
    row = _Row({**dict.fromkeys(_LANDING), "source_path": source_path, "landing_date": day, "content_sha256": sha256})
    kept = settings.quarantined_bytes / sha256 if sha256 else None
    if kept is None or not kept.exists():
        detail = "neither the source nor the kept bytes are there any more"
        yield row | {"reason": "unreadable", "detail": detail}
        return
    content = Content.of(kept.read_bytes())
    yield row | _decoded(Record(source_path, content), content, settings, tombstones)


def _decoded(record: Record, content: Content, settings: Settings, tombstones: Tombstones) -> _Row:
    row = _Row(content_sha256=content.sha256, file_bytes=len(content.data))
    if tombstones.has_page(content.sha256):
        return row | {"reason": "erased", "detail": "a page that was erased on request; its bytes are not kept"}
    try:
        page = page_text(record, settings.encoding_confidence)
    except RejectedError as rejection:
        _keep(content, settings.quarantined_bytes)
        return row | {"reason": rejection.reason, "detail": rejection.detail}
    decoded = page.decoded
    if decoded.is_repaired:
        _keep(content, settings.quarantined_bytes)
    text = tombstones.redacted(decoded.text, content.sha256)
    return row | {
        "page_id": content.sha256[:PAGE_ID_DIGITS],
        "encoding": decoded.encoding,
        "encoding_confidence": decoded.confidence,
        "encoding_note": decoded.note,
        "format": page.format,
        "url": page.url,
        "text": text,
        "redacted_at": None if text == decoded.text else datetime.now(UTC),
    }


def _batches(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    batch: list[_Row] = []
    size_chars = 0
    for row in rows:
        batch.append(row)
        size_chars += len(str(row["text"] or ""))
        if len(batch) >= _BATCH_FILES or size_chars >= _BATCH_CHARS:
            yield batch
            batch, size_chars = [], 0
    if batch:
        yield batch


def _size_of(path: Path) -> int | None:
    with contextlib.suppress(OSError):
        if path.is_file():
            return path.stat().st_size
    return None


def _keep(content: Content, folder: Path) -> None:
    """Keep the bytes of a file that is rejected, to be tried again without its source, or whose text was repaired."""
    kept = folder / content.sha256
    if kept.is_file() and kept.read_bytes() == content.data:  # damaged meanwhile, they are kept anew
        return
    folder.mkdir(parents=True, exist_ok=True)
    write_bytes(kept, content.data)


def _store(  # noqa: PLR0917
    connection: duckdb.DuckDBPyConnection,
    batch: list[_Row],
    unsighted: pl.DataFrame,
    now: datetime,
    report: IngestReport,
    source_id: str | None,
) -> None:
    frame = pl.DataFrame(batch, schema=_LANDING)
    connection.register("batch", frame.to_arrow())
    connection.register("unsighted", unsighted.to_arrow())
    is_apart = is_layer(connection, "raw.pages")
    target, landed_before = (stage_rows(connection, "raw.pages"), _SIGHTED) if is_apart else ("raw.pages", "raw.pages")
    landed = _changed(connection, _LAND.format(target, landed_before), now)
    back = [day for (day,) in connection.execute(_COME_BACK).fetchall()]
    connection.execute(_ADOPT, {"source_id": source_id})
    duplicates = _changed(connection, _SIGHT, now, source_id=source_id) - landed
    connection.execute(_SEE_AGAIN, {"now": now, "source_id": source_id})
    bump_versions(connection, "raw.sightings", [None, *back])
    if _changed(connection, _RESOLVE, now) + _changed(connection, _REFUSE, now):
        refresh_versions(connection, "raw.quarantine")
    if landed and not is_apart:  # layers tell themselves when they are written
        bump_versions(connection, "raw.pages", (day for (day,) in connection.execute(_LANDED, {"now": now}).fetchall()))
    connection.unregister("batch")
    connection.unregister("unsighted")
    rejected = frame.height - int(frame["reason"].is_null().sum())
    report.files += frame.height
    report.landed += landed
    report.duplicates += duplicates
    report.rejected += rejected
    report.known += frame.height - landed - duplicates - rejected


def _decode_anew(connection: duckdb.DuckDBPyConnection, batch: list[_Row], again: Collection[date]) -> int:
    """Replace the text of known pages that this version decodes otherwise; what was redacted stays as it is."""
    frame = pl.DataFrame(batch, schema=_LANDING).filter(
        pl.col("page_id").is_not_null() & pl.col("redacted_at").is_null()
    )
    connection.register("batch", frame.unique("page_id", keep="first").to_arrow())
    pages, days = 0, connection.execute(_OTHERWISE, [sorted(again)]).fetchall()
    is_apart = is_layer(connection, "raw.pages")
    for day, count in days:
        pages += count
        if is_apart:
            connection.execute(_RESTAGE.format(stage_window(connection, "raw.pages", day, day)), [day])
        else:
            connection.execute(_REPLACE, [day])
            bump_versions(connection, "raw.pages", [day])
    connection.unregister("batch")
    return pages


def _changed(connection: duckdb.DuckDBPyConnection, statement: str, now: datetime, **more: str | None) -> int:
    ((rows,),) = connection.execute(statement, {"now": now, **more}).fetchall()
    return int(rows)


def _resolve_vanished(warehouse: Warehouse, present: set[str], now: datetime) -> None:
    """Close the cases of rejected files that are no longer in the source; their kept bytes stay."""
    gone = sorted(path for path in _rejected(warehouse) if file_path(path) not in present)
    if not gone:
        return
    with warehouse.writing() as connection:
        connection.execute(
            "update raw.quarantine set resolved_at = greatest(first_seen_at, ?)"
            " where resolved_at is null and list_contains(?, source_path)",
            [now, gone],
        )
        refresh_versions(connection, "raw.quarantine")


def _forget_records(connection: duckdb.DuckDBPyConnection, met: Collection[str], source_id: str, now: datetime) -> None:
    """Say which records are no longer in the files that were read; close the cases of those that were rejected.

    And of the file, where it was rejected as a whole and its records are read now.
    """
    connection.register("met", pl.DataFrame({"file": [*met]}, schema={"file": pl.String}).to_arrow())
    gone = connection.execute(_RECORDS_GONE, {"source_id": source_id, "now": now}).fetchall()
    if gone:
        of_page = "select distinct landing_date from raw.pages where list_contains(?, page_id)"
        days = connection.execute(of_page, [[page_id for (page_id,) in gone if page_id]]).fetchall()
        bump_versions(connection, "raw.sightings", [None, *(day for (day,) in days)])
    if _changed(connection, _REFUSALS_GONE, now):
        refresh_versions(connection, "raw.quarantine")
    connection.unregister("met")


def _mark_gone(
    connection: duckdb.DuckDBPyConnection, present: set[str], source_id: str, now: datetime, *, is_complete: bool
) -> int:
    """Say which paths of the source are gone, and which are back; count those that have gone.

    A source that could not be listed as a whole, or is empty (is it mounted?), tells of nothing that is gone.
    """
    paths = pl.DataFrame({"source_path": sorted(present)}, schema={"source_path": pl.String})
    connection.register("present", paths.to_arrow())
    back, gone = connection.execute(_BACK, {"source_id": source_id}).fetchall(), []
    if is_complete:
        gone = connection.execute(_VANISHED, {"source_id": source_id, "now": now}).fetchall()
    if moved := back + gone:
        of_page = "select distinct landing_date from raw.pages where list_contains(?, page_id)"
        days = connection.execute(of_page, [[page_id for (page_id,) in moved]]).fetchall()
        bump_versions(connection, "raw.sightings", [None, *(day for (day,) in days)])
    connection.unregister("present")
    return len(gone)


def _mark_superseded(
    connection: duckdb.DuckDBPyConnection, met: Collection[str], now: datetime, settings: Settings
) -> int:
    """Say which pages are older versions; count those that were none before.

    Only those can change sides that stood under a path that was read, or are older versions already.
    """
    connection.register("met", pl.DataFrame({"source_path": [*met]}, schema={"source_path": pl.String}).to_arrow())
    connection.execute(_FIND_OLDER)
    connection.execute("delete from raw.superseded_pages where page_id not in (select page_id from older)")
    superseded = _changed(connection, _SUPERSEDE, now)
    connection.execute("drop table older")
    connection.execute(
        "update raw.superseded_pages set is_left_out = $left_out where is_left_out <> $left_out",
        {"left_out": not settings.publish_superseded},
    )
    connection.unregister("met")
    refresh_versions(connection, "raw.superseded_pages")
    return superseded


# Where raw.pages lies apart, one look at it a run is enough; sightings tell the rest.
_SIGHTED = "(select page_id from raw.sightings where page_id is not null union all from unsighted)"
_LAND = """
insert into {} by name
select
    page_id, content_sha256, source_path, landing_date, $now as landed_at, file_bytes, encoding, text, redacted_at,
    encoding_confidence, encoding_note, format, url
from batch
where page_id is not null and page_id not in (select page_id from {})
qualify row_number() over (partition by page_id order by source_path) = 1
"""
_LANDED = """
select distinct pages.landing_date from raw.pages as pages semi join batch using (page_id) where pages.landed_at = $now
"""

# What was redacted stays: which characters went is known of the text as it was.
_OTHERWISE = """
select pages.landing_date, count(*)
from raw.pages as pages
join batch on pages.page_id = batch.page_id and pages.redacted_at is null and pages.text <> batch.text
where list_contains(?::date[], pages.landing_date) group by 1 order by 1
"""
_REPLACE = """
update raw.pages as pages set
    text = batch.text, encoding = batch.encoding,
    encoding_confidence = batch.encoding_confidence, encoding_note = batch.encoding_note,
    format = batch.format, url = batch.url
from batch
where
    pages.page_id = batch.page_id and pages.redacted_at is null and pages.text <> batch.text
    and pages.landing_date = ?
"""
_RESTAGE = """
insert into {} by name
select
    pages.* replace (
        coalesce(batch.text, pages.text) as text, coalesce(batch.encoding, pages.encoding) as encoding,
        coalesce(batch.encoding_confidence, pages.encoding_confidence) as encoding_confidence,
        if(batch.text is null, pages.encoding_note, batch.encoding_note) as encoding_note,
        coalesce(batch.format, pages.format) as format,
        if(batch.text is null, pages.url, batch.url) as url
    )
from raw.pages as pages
left join batch on pages.page_id = batch.page_id and pages.redacted_at is null and pages.text <> batch.text
where pages.landing_date = ?
"""

# Pages that were gone, which a mart tells of.
_COME_BACK = """
select distinct pages.landing_date from raw.pages as pages
semi join batch using (page_id) semi join (from raw.sightings where vanished_at is not null) as gone using (page_id)
"""

# A clock that was set back moves no time of a row before its first one: hence greatest().
# Refused files are sighted after the readable ones, so that the first statement's count is of pages alone.
_SIGHT = """
insert into raw.sightings by name
select source_path, content_sha256, page_id, $now as first_seen_at, $now as last_seen_at, $source_id as source_id
from batch
where page_id is not null and not exists (
    select 1 from raw.sightings as seen
    where
        seen.source_path = batch.source_path and seen.content_sha256 = batch.content_sha256
        and seen.source_id is not distinct from $source_id
)
"""

# Paths from before folders were told apart belong to the folder in which they are met first.
_ADOPT = """
update raw.sightings as seen set source_id = $source_id
from (select distinct source_path from batch) as met
where seen.source_id is null and seen.source_path = met.source_path
"""

_SEE_AGAIN = """
merge into raw.sightings as seen
using batch
on seen.source_path = batch.source_path and seen.content_sha256 is not distinct from batch.content_sha256
    and seen.source_id is not distinct from $source_id
when matched then update set
    last_seen_at = greatest(seen.last_seen_at, $now), page_id = coalesce(batch.page_id, seen.page_id),
    vanished_at = null
when not matched then insert (source_path, content_sha256, page_id, first_seen_at, last_seen_at, source_id)
    values (batch.source_path, batch.content_sha256, batch.page_id, $now, $now, $source_id)
"""

_BACK = """
update raw.sightings set vanished_at = null
where
    vanished_at is not null and source_id = $source_id and source_path in (select source_path from present)
returning page_id
"""
_VANISHED = """
update raw.sightings set vanished_at = greatest(last_seen_at, $now)
where
    vanished_at is null and source_id = $source_id
    and regexp_replace(source_path, '#[0-9]+$', '') not in (select source_path from present)
returning page_id
"""
_RECORDS_GONE = """
update raw.sightings set vanished_at = greatest(last_seen_at, $now)
where
    vanished_at is null and source_id = $source_id and last_seen_at < $now
    and regexp_matches(source_path, '#[0-9]+$')
    and regexp_replace(source_path, '#[0-9]+$', '') in (select file from met)
    and source_path not in (select source_path from raw.sightings where source_id = $source_id and last_seen_at >= $now)
returning page_id
"""
_REFUSALS_GONE = """
update raw.quarantine set resolved_at = greatest(first_seen_at, $now)
where
    resolved_at is null and regexp_replace(source_path, '#[0-9]+$', '') in (select file from met)
    and source_path not in (select source_path from raw.sightings where last_seen_at >= $now)
"""
# A version that is rejected supersedes nothing: the last that could be read stands.
_FIND_OLDER = """
create temp table older as
with doubted as (
    select page_id from raw.superseded_pages
    union
    select page_id from raw.sightings
    where regexp_replace(source_path, '#[0-9]+$', '') in (select source_path from met) and page_id is not null
),
theirs as (select distinct source_path from raw.sightings semi join doubted using (page_id)),
ranked as (
    select
        page_id,
        row_number() over (
            partition by source_id, source_path order by last_seen_at desc, first_seen_at desc, page_id
        ) as nth
    from raw.sightings semi join theirs using (source_path) where page_id is not null
)
select page_id from ranked semi join doubted using (page_id) group by page_id having min(nth) > 1
"""
_SUPERSEDE = """
insert into raw.superseded_pages by name
select page_id, $now as superseded_at, true as is_left_out from older anti join raw.superseded_pages using (page_id)
"""

_RESOLVE = """
update raw.quarantine as rejected set resolved_at = greatest(rejected.first_seen_at, $now)
from batch
where
    rejected.resolved_at is null
    and rejected.source_path = batch.source_path
    and (
        batch.reason is distinct from rejected.reason
        or batch.content_sha256 is distinct from rejected.content_sha256
    )
"""

_REFUSE = """
insert into raw.quarantine by name
select source_path, content_sha256, file_bytes, reason, detail, landing_date, $now as first_seen_at
from batch
where reason is not null and not exists (
    select 1 from raw.quarantine as rejected
    where rejected.source_path = batch.source_path and rejected.resolved_at is null
)
"""
