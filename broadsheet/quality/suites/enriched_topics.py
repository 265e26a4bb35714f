"""enriched.topics: numbered, named by words, and each with articles."""

from broadsheet.quality.sentiment_checks import one_revision
from broadsheet.quality.suites.check import Suite, no_rows, unique

SUITE = Suite(
    "enriched.topics",
    ("topic_id",),
    (
        unique("topic_id"),
        no_rows(
            "topics_numbered",
            "Topics are numbered from 1 without a hole.",
            "select max(topic_id) as topic_id from checked having min(topic_id) <> 1 or max(topic_id) <> count(*)",
        ),
        no_rows(
            "largest_first",
            "No topic has more articles than one before it.",
            """select topic_id from checked
            join (select topic_id, count_if(kind = 'article') as articles from enriched.topic_members group by all)
                using (topic_id)
            qualify articles > lag(articles) over (order by topic_id)""",
        ),
        no_rows(
            "has_articles",
            "Every topic has at least 3 articles.",
            """select topic_id from checked
            left join (select topic_id from enriched.topic_members where kind = 'article') as member using (topic_id)
            group by topic_id having count(member.topic_id) < 3""",
        ),
        no_rows(
            "label_is_its_terms",
            "A label is the first four terms, or says that there are none.",
            """select topic_id from checked
            where label <> if(terms = [], 'unnamed', array_to_string(terms[1:4], ', '))""",
        ),
        no_rows(
            "terms_are_words",
            "Terms are lower-case words of letters, and of the numerals that Unicode counts to words (co₂), at most 8.",
            """select topic_id from checked
            where len(terms) > 8 or list_bool_or(list_transform(terms, lambda term:
                not regexp_full_match(term, '[\\pL\\pM\\pN]+') or term <> lower(term)))""",
        ),
        one_revision("topic_id"),
    ),
)
