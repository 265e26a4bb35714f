"""raw.sightings: nothing vanishes; every file seen is a page or was refused."""

from broadsheet.quality.suites.check import Suite, greater, key_unique, no_rows, sha256_shaped

SUITE = Suite(
    "raw.sightings",
    ("source_path",),
    (
        key_unique("source_id", "source_path", "content_sha256"),
        sha256_shaped("content_sha256", "source_path"),
        greater("last_seen_at", "first_seen_at", or_equal=True),
        no_rows(
            "page_known",
            "Every page_id is a page of raw.pages.",
            "select source_path from checked anti join raw.pages using (page_id) where page_id is not null",
        ),
        no_rows(
            "page_id_from_hash",
            "page_id is the first 32 digits of content_sha256.",
            "select source_path from checked where page_id <> left(content_sha256, 32)\n"
            "or (page_id is not null and content_sha256 is null)",
        ),
        no_rows(
            "no_file_lost",
            "Every file that is no page stands, or stood, in quarantine.",
            "select source_path from checked where page_id is null and not exists (\n"
            "select 1 from raw.quarantine as refused where refused.source_path = checked.source_path\n"
            "and refused.content_sha256 is not distinct from checked.content_sha256)",
        ),
        no_rows(
            "page_or_refused",
            "No content of a page stands in quarantine; one may, once a setting has become stricter.",
            "select source_path from checked where page_id is not null and exists (\n"
            "select 1 from raw.quarantine as refused where refused.source_path = checked.source_path\n"
            "and refused.content_sha256 = checked.content_sha256 and refused.resolved_at is null)",
            severity="warn",
        ),
        no_rows(
            "files_reconcile",
            "Files seen = pages + duplicates + refused.",
            """select files || ' files, ' || pages || ' pages + ' || duplicates || ' duplicates + ' || refused
                || ' refused' as observed
            from (
                select
                    (select count(*) from (select distinct source_path, content_sha256 from checked)) as files,
                    (select count(*) from raw.pages) as pages,
                    (
                        select count(page_id) - count(distinct page_id)
                        from (select distinct source_path, page_id from checked)
                    ) as duplicates,
                    (
                        select count(*) from (select distinct source_path, content_sha256 from raw.quarantine)
                            as refused
                        where not exists (
                            select 1 from checked where checked.page_id is not null
                            and checked.source_path = refused.source_path
                            and checked.content_sha256 = refused.content_sha256
                        )
                    ) as refused
            )
            where files <> pages + duplicates + refused""",
        ),
    ),
)
