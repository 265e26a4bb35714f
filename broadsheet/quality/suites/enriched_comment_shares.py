"""enriched.comment_shares: the counts are those of the comments, and a correction comes with its interval."""

from broadsheet.quality.sentiment_checks import LABELS
from broadsheet.quality.suites.check import Suite, key_unique, no_rows

_COUNTS = tuple(f"{label}_count" for label in LABELS)
_SHARES = tuple(f"share_{label}{ending}" for label in LABELS for ending in ("", "_low", "_high"))

SUITE = Suite(
    "enriched.comment_shares",
    ("landing_date", "page_id"),
    (
        key_unique("landing_date", "page_id"),
        no_rows(
            "counts_reconcile",
            "The counts are those of enriched.comment_sentiment, page by page and day by day, and no set is missing.",
            f"""select landing_date, page_id from (
                select landing_date, page_id, {", ".join(_COUNTS)}, true as told from checked
                union all
                select landing_date, page_id, {", ".join(f"count_if(label = '{label}')" for label in LABELS)}, false
                from enriched.comment_sentiment
                anti join (select page_id from raw.superseded_pages where is_left_out) using (page_id)
                group by grouping sets ((landing_date, page_id), (landing_date))
            )
            group by landing_date, page_id
            having count_if(told) <> 1 or count(*) <> 2
            or {" or ".join(f"min({count}) <> max({count})" for count in _COUNTS)}""",
        ),
        no_rows(
            "corrected_or_declined",
            "A row has either every share with its interval or the reason why not.",
            "select landing_date, page_id from checked\n"
            f"where {' + '.join(f'({share} is null)::integer' for share in _SHARES)}"
            f" <> if(declined is null, 0, {len(_SHARES)})",
        ),
        no_rows(
            "shares_sum_to_1",
            "The corrected shares sum to 1 within 1e-6.",
            "select landing_date, page_id from checked\n"
            f"where abs({' + '.join(f'share_{label}' for label in LABELS)} - 1) > 1e-6",
        ),
        *(
            no_rows(
                f"{label}_in_its_interval",
                "The share lies in its interval, and the interval in [0, 1].",
                f"""select landing_date, page_id from checked
                where not (0 <= share_{label}_low and share_{label}_low <= share_{label}
                and share_{label} <= share_{label}_high and share_{label}_high <= 1 + 1e-9)""",
            )
            for label in LABELS
        ),
    ),
    ranges_elsewhere=frozenset({"share_negative"}),  # each with its interval, above
)
