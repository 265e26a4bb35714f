"""enriched.comment_strands: each group of similar comments is represented by one of them, and counts them all."""

from broadsheet.quality.suites.check import TOLERANCE, Suite, between, key_unique, landing_date_kept, no_rows
from broadsheet.quality.suites.tone import one_revision

_KEY = "page_id, strand_no"

SUITE = Suite(
    "enriched.comment_strands",
    ("page_id", "strand_no"),
    (
        key_unique("page_id", "strand_no"),
        landing_date_kept(_KEY),
        no_rows(
            "strands_numbered",
            "The strands of a page are numbered from 1 without a hole.",
            "select page_id from checked group by all having min(strand_no) <> 1 or max(strand_no) <> count(*)",
        ),
        no_rows(
            "largest_first",
            "No strand has more comments than one before it.",
            """select page_id, strand_no from checked
            qualify comment_count > lag(comment_count) over (partition by page_id order by strand_no)""",
        ),
        no_rows(
            "comment_known",
            "The comment that tells a strand is a comment with text, on the same page.",
            """select page_id, strand_no from checked
            anti join (select comment_id, page_id from parsed.comments where text <> '')
                using (comment_id, page_id)""",
        ),
        no_rows(
            "representative_is_member",
            "The comment that tells a strand is one of its comments.",
            """select page_id, strand_no from checked
            anti join enriched.strand_comments using (page_id, strand_no, comment_id)""",
        ),
        no_rows(
            "members_counted",
            "comment_count is that of the strand's comments, and comment_share is it by the page's comments with text.",
            f"""select page_id, strand_no from checked
            left join (
                select page_id, strand_no, count(*) as members from enriched.strand_comments group by all
            ) using (page_id, strand_no)
            left join (select page_id, count(*) as comments from enriched.strand_comments group by all) using (page_id)
            where members is distinct from comment_count
                or coalesce(abs(members / comments - comment_share) > {TOLERANCE}, true)""",
        ),
        no_rows(
            "commenters_counted",
            "commenter_count is that of the strand's named commenters, and commenter_share is it by the page's.",
            f"""select checked.page_id, checked.strand_no from checked
            left join (
                select page_id, strand_no, count(distinct commenter_id) as named
                from enriched.strand_comments join parsed.comments using (comment_id, page_id) group by all
            ) as strand using (page_id, strand_no)
            left join (
                select page_id, nullif(count(distinct commenter_id), 0) as everyone
                from parsed.comments where text <> '' group by all
            ) as page on checked.page_id = page.page_id
            where named is distinct from commenter_count
                or (everyone is null) <> (commenter_share is null)
                or abs(named / everyone - commenter_share) > {TOLERANCE}""",
        ),
        no_rows(
            "cohesion_is_mean_likeness",
            f"cohesion is the mean likeness of the strand's comments within {TOLERANCE}.",
            f"""select page_id, strand_no from checked
            left join (
                select page_id, strand_no, avg(likeness) as mean from enriched.strand_comments group by all
            ) using (page_id, strand_no)
            where coalesce(abs(mean - cohesion) > {TOLERANCE}, true)""",
        ),
        between("comment_count", 2),
        between("commenter_count", 0),
        one_revision(_KEY),
    ),
)
