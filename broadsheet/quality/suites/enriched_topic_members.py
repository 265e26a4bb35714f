"""enriched.topic_members: what is placed is known, in one topic, and comments follow their article or stray."""

from broadsheet.quality.suites.check import Suite, in_set, key_unique, landing_date_kept, no_rows

_KEY = "page_id, comment_id"

SUITE = Suite(
    "enriched.topic_members",
    ("page_id", "comment_id"),
    (
        key_unique("page_id", "comment_id"),
        landing_date_kept(_KEY),
        no_rows(
            "kind_of_id",
            "What has a comment_id is a comment, and nothing else is.",
            f"select {_KEY} from checked where (kind = 'comment') <> (comment_id is not null)",
        ),
        no_rows(
            "topic_known",
            "Every topic that a member is in has a row.",
            f"select {_KEY} from checked anti join enriched.topics using (topic_id)",
        ),
        no_rows(
            "text_known",
            "Every member is a page with a body, or a comment with text on that page.",
            """select checked.page_id, checked.comment_id from checked
            left join parsed.pages as page on checked.page_id = page.page_id and page.body_text <> ''
            left join parsed.comments as comment
                on checked.comment_id = comment.comment_id and checked.page_id = comment.page_id and comment.text <> ''
            where if(checked.comment_id is null, page.page_id, comment.comment_id) is null""",
        ),
        no_rows(
            "comments_follow_their_article",
            "A comment is in its article's topic, unless its own vector places it elsewhere.",
            """select checked.page_id, checked.comment_id from checked
            left join checked as article on checked.page_id = article.page_id and article.comment_id is null
            where checked.comment_id is not null
                and (checked.placed_by = 'article') <> (checked.topic_id is not distinct from article.topic_id)""",
        ),
        no_rows(
            "no_comment_left_behind",
            "Where an article is in a topic, every comment with text on its page is in one.",
            """select comment.page_id, comment.comment_id from parsed.comments as comment
            semi join (select page_id from checked where comment_id is null) using (page_id)
            anti join checked as own on comment.comment_id = own.comment_id
            where comment.text <> ''""",
        ),
        no_rows(
            "placed_by_what",
            "What is placed by its own vector has a likeness, and every article is.",
            f"""select {_KEY} from checked
            where (placed_by = 'own' and likeness is null) or (kind = 'article' and placed_by <> 'own')""",
        ),
        in_set("kind", ["article", "comment"]),
        in_set("placed_by", ["own", "article"]),
    ),
)
