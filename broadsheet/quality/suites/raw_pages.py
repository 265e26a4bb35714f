"""raw.pages: what was ingested is identified by its bytes and was seen somewhere."""

from broadsheet.quality.suites.check import Suite, between, no_rows, sha256_shaped, unique

SUITE = Suite(
    "raw.pages",
    ("page_id",),
    (
        unique("page_id"),
        sha256_shaped("content_sha256", "page_id"),
        no_rows(
            "page_id_from_hash",
            "page_id is the first 32 digits of content_sha256.",
            "select page_id from checked where page_id <> left(content_sha256, 32)",
        ),
        no_rows(
            "source_path_inside",
            "source_path is relative and never climbs out of the source folder.",
            "select page_id from checked\n"
            "where starts_with(source_path, '/') or list_contains(string_split(source_path, '/'), '..')",
        ),
        between("file_bytes", 1),
        no_rows(
            "every_page_sighted",
            "Every page was seen under at least one path.",
            "select page_id from checked anti join raw.sightings using (page_id)",
        ),
        no_rows(
            "erased_stays_away",
            "No page that was erased has come back.",
            "select page_id from checked semi join raw.erasures using (content_sha256)",
        ),
    ),
    ranges_elsewhere=frozenset({"encoding_confidence"}),  # a share of what the detector found
)
