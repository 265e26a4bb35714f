"""The release that analysts open. How it is copied and swapped in lives in broadsheet.release.publish."""

from importlib.metadata import version

import dagster as dg

from assets import checks, inference_cache
from assets.asset_defaults import OWNERS, WRITER, fresh, retry_once, single_run, when_checked
from assets.metadata import key_of, picture
from assets.plots import check_history
from assets.resources import Home, Progress
from broadsheet.analysis.sentiment import ToneModel
from broadsheet.inference.embeddings import Embedder
from broadsheet.parse import PARSER_VERSION
from broadsheet.release.publish import Versions, publish

MARTS = (
    "articles",
    "comments",
    "commenters",
    "daily_tone",
    "tone_gap",
    "comment_strands",
    "near_duplicates",
    "topics",
    "topic_members",
    "topic_days",
    "coverage",
    "releases",
)


@dg.asset(
    key=["published", "release"],
    deps=[*(["marts", name] for name in MARTS), *map(key_of, inference_cache.TABLES)],
    group_name="published",
    owners=OWNERS,
    kinds={"duckdb"},
    code_version="1",
    backfill_policy=single_run,
    pool=WRITER,
    retry_policy=retry_once,
    automation_condition=when_checked,
    freshness_policy=fresh,
)
def release(
    context: dg.AssetExecutionContext, home: Home, progress: dg.ResourceParam[Progress]
) -> dg.MaterializeResult[None]:
    """The whole, checked warehouse, swapped in by rename. One file; runs after every blocking check has held."""
    from assets.marts import marts

    settings = home.settings
    versions = Versions(
        run_id=context.run_id,
        code_version=version("broadsheet"),
        parser_version=PARSER_VERSION,
        sentiment_revision=ToneModel(settings.sentiment_model).model_revision,
        embedding_revision=Embedder().model_revision,
    )
    with progress.track("publishing") as report:
        made = publish(
            home.warehouse,
            settings.published,
            versions,
            blocking=checks.blocking([*checks.suites, marts]),
            mask_key=None if settings.publish_author_names else settings.pseudonym_key(),
            readers=settings.release_readers,
            kept=settings.releases_kept,
            vectors=settings.publish_vectors,
            progress=report,
        )
    with home.warehouse.reading() as connection:
        history = picture(check_history(connection))
    return dg.MaterializeResult(
        metadata={
            "release_id": made.release_id,
            "pages": made.page_count,
            "comments": made.comment_count,
            "refused": made.refused_count,
            "checks_passed": made.checks_passed,
            "checks_warned": made.checks_warned,
            "file": dg.MetadataValue.path(str(settings.published)),
            "file_bytes": settings.published.stat().st_size,
            "check_history": history,
        }
    )
