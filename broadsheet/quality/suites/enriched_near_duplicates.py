"""enriched.near_duplicates: each cluster has one text that all of it is like."""

from broadsheet.quality.suites.check import Suite, in_set, key_unique, landing_date_kept, no_rows

SIMILARITY_THRESHOLD = 0.5
MIN_WORDS = 7
_KEY = "cluster_id, page_id, comment_id"

SUITE = Suite(
    "enriched.near_duplicates",
    ("cluster_id", "page_id", "comment_id"),
    (
        key_unique("page_id", "comment_id"),
        landing_date_kept(_KEY),
        no_rows(
            "text_signed",
            f"Every article and comment here has a text of at least {MIN_WORDS} words.",
            f"""select cluster_id, page_id, comment_id from checked
            where (page_id, coalesce(comment_id, '')) not in (
                select (page_id, coalesce(comment_id, '')) from enriched.text_signatures
                where word_count >= {MIN_WORDS}
            )""",
        ),
        no_rows(
            "kind_of_id",
            "What has a comment_id is a comment, and nothing else is.",
            "select cluster_id, page_id, comment_id from checked where (kind = 'comment') <> (comment_id is not null)",
        ),
        no_rows(
            "one_representative",
            "A cluster has at least two members, of one kind, and one of them represents it.",
            """select cluster_id, min(page_id) as page_id, min(comment_id) as comment_id
            from checked group by cluster_id
            having count(*) < 2 or count(distinct kind) > 1 or count_if(is_representative) <> 1""",
        ),
        no_rows(
            "representative_is_earliest",
            "The one that gives the cluster its id represents it, and none has an earlier landing date.",
            """select cluster_id, page_id, comment_id from checked
            qualify (coalesce(comment_id, page_id) = cluster_id) <> is_representative
                or (is_representative and landing_date > min(landing_date) over (partition by cluster_id))""",
        ),
        no_rows(
            "exact_copies_are_equal",
            "An exact copy has the folded text of its representative and a similarity of 1; no other member has.",
            """select cluster_id, page_id, checked.comment_id from checked
            join enriched.text_signatures as own using (page_id)
            join (
                select cluster_id, folded_hash from checked join enriched.text_signatures as text using (page_id)
                where is_representative and checked.comment_id is not distinct from text.comment_id
            ) as leader using (cluster_id)
            where checked.comment_id is not distinct from own.comment_id
                and (is_exact <> (own.folded_hash = leader.folded_hash) or (is_exact and similarity <> 1))""",
        ),
        in_set("kind", ["article", "comment"]),
    ),
)
