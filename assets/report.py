"""The report that a browser opens. What stands in it, and how it is written, lives in broadsheet.report."""

import dagster as dg

from assets.partitions import OWNERS, WRITER, fresh, retry_once, single_run, when_checked
from assets.resources import Home, Progress


@dg.asset(
    key=["published", "report"],
    deps=[["published", "release"]],
    group_name="published",
    owners=OWNERS,
    kinds={"html", "vegalite"},
    code_version="1",
    backfill_policy=single_run,
    pool=WRITER,
    retry_policy=retry_once,
    automation_condition=when_checked,
    freshness_policy=fresh,
)
def report(home: Home, progress: dg.ResourceParam[Progress]) -> dg.MaterializeResult[None]:
    """The release as pages that open from disk, without the network. One folder; each replaces the last as a whole."""
    from broadsheet.report import build

    settings = home.settings
    with progress.track("writing the report") as progressed:
        made = build(settings.published, settings.report, progressed, readers=settings.release_readers)
    return dg.MaterializeResult(
        metadata={
            "release_id": made.release_id,
            "articles": made.article_count,
            "index": dg.MetadataValue.path(str(made.index)),
            "files": made.file_count,
            "total_bytes": made.total_bytes,
            "seconds": round(made.seconds, 1),
        }
    )
