"""enriched.strand_comments: every comment with text is in one strand or in none."""

from broadsheet.quality.suites.check import Suite, landing_date_kept, no_rows, unique

SUITE = Suite(
    "enriched.strand_comments",
    ("comment_id",),
    (
        unique("comment_id"),
        landing_date_kept("comment_id"),
        no_rows(
            "every_comment_placed",
            "Every comment with text has a row, in a group of similar comments or in none.",
            """select comment_id from parsed.comments as comment anti join checked using (comment_id)
            where comment.text <> ''""",
        ),
        no_rows(
            "comment_known",
            "Every row is that of a comment with text, on the same page.",
            """select comment_id from checked
            anti join (select comment_id, page_id from parsed.comments where text <> '')
                using (comment_id, page_id)""",
        ),
        no_rows(
            "strand_known",
            "Every group that a comment is in has a row.",
            """select comment_id from checked
            anti join enriched.comment_strands using (page_id, strand_no) where strand_no is not null""",
        ),
        no_rows(
            "likeness_with_strand",
            "A comment has a likeness where it is in a strand, and only there.",
            "select comment_id from checked where (strand_no is null) <> (likeness is null)",
        ),
    ),
)
