"""raw.quarantine: every rejection has a known reason and a file that was seen."""

from broadsheet.quality.suites.check import Suite, greater, in_set, no_rows, sha256_shaped

REASONS = (
    "outside_source",
    "not_a_file",
    "unreadable",
    "too_large",
    "empty",
    "binary",
    "undecodable",
    "corrupt_archive",
    "erased",
)

SUITE = Suite(
    "raw.quarantine",
    ("source_path",),
    (
        in_set("reason", REASONS),
        sha256_shaped("content_sha256", "source_path"),
        greater("resolved_at", "first_seen_at", or_equal=True),
        no_rows(
            "one_standing_refusal",
            "No path is rejected twice at a time.",
            "select source_path from checked where resolved_at is null group by all having count(*) > 1",
        ),
        no_rows(
            "refusal_sighted",
            "Every rejected content was seen under its path.",
            "select source_path from checked where not exists (\n"
            "select 1 from raw.sightings as seen where seen.source_path = checked.source_path\n"
            "and seen.content_sha256 is not distinct from checked.content_sha256)",
        ),
    ),
)
