"""The figures of each mart, worked out by hand from the pages of handmade.py."""

from typing import Any

import duckdb
import pytest

from tests.dbt.handmade import (
    BRIDGE,
    CUTS,
    DERBY,
    FRIDAY,
    HOSTILE_TITLE,
    JINJA_TEXT,
    LETTERS,
    MONDAY,
    NOON,
    QUIET,
    SATURDAY,
    SQL_TEXT,
    SUNDAY,
)

Connection = duckdb.DuckDBPyConnection
NO_SHARES = (None, None, None)


def rows(connection: Connection, query: str) -> dict[Any, tuple[Any, ...]]:
    """The rows of a query by their first column."""
    return {first: tuple(rest) for first, *rest in connection.sql(query).fetchall()}


def test_an_article_carries_its_tone_and_summary_or_none_where_it_has_no_body(warehouse: Connection) -> None:
    found = rows(
        warehouse,
        """
        select page_id, body_words, summary, tone_label, tone_polarity, tone_p_negative, sentence_count, share_neutral,
            sentiment_model_id, sentiment_model_revision, summary_model_id, summary_model_revision, confidence
        from marts.articles
        """,
    )
    models = ("tone", "r1", "embedding", "r2")
    assert found == {
        BRIDGE.page_id: (4, "The bridge is shut.", "negative", -0.5, 0.5, 1, 1.0, *models, 0.5),
        QUIET.page_id: (2, "Nothing happened.", "positive", 0.5, 0.0, 1, 1.0, *models, 1.0),
        LETTERS.page_id: (0, None, None, None, None, 0, None, None, None, None, None, 0.25),
        DERBY.page_id: (2, "One each.", "neutral", 0.0, 0.0, 1, 1.0, *models, 1.0),
        CUTS.page_id: (2, "Fewer buses.", "positive", 0.5, 0.0, 1, 1.0, *models, 1.0),
    }


def test_a_discussion_is_averaged_over_its_scored_comments(warehouse: Connection) -> None:
    found = rows(
        warehouse,
        """
        select page_id, comment_count, named_comment_count, commenter_count, scored_comment_count,
            comments_mean_polarity, comments_share_negative, comments_share_neutral, comments_share_positive
        from marts.articles
        """,
    )
    assert found == {
        BRIDGE.page_id: (5, 3, 2, 4, 0.25, 0.25, 0.25, 0.5),
        QUIET.page_id: (0, 0, 0, 0, None, *NO_SHARES),
        LETTERS.page_id: (1, 1, 1, 1, -1.0, 1.0, 0.0, 0.0),
        DERBY.page_id: (1, 1, 1, 1, 0.5, 0.0, 0.0, 1.0),
        CUTS.page_id: (2, 2, 1, 2, -0.5, 1.0, 0.0, 0.0),
    }


def test_a_comment_keeps_its_row_with_or_without_name_text_and_tone(warehouse: Connection) -> None:
    found = rows(
        warehouse,
        """
        select comment_no, article_title, author_name, commenter_id, text_chars, label, polarity, model_revision
        from marts.comments where article_title like 'Robert%'
        """,
    )
    assert found == {
        1: (HOSTILE_TITLE, "Ann", "c1", 15, "positive", 0.75, "r1"),
        2: (HOSTILE_TITLE, None, None, len(SQL_TEXT), "negative", -0.5, "r1"),
        3: (HOSTILE_TITLE, "ANN", "c1", len(JINJA_TEXT), "neutral", 0.25, "r1"),
        4: (HOSTILE_TITLE, "Bob", "c2", 0, None, None, None),
        5: (HOSTILE_TITLE, None, None, 11, "positive", 0.5, "r1"),
    }


def test_hostile_text_arrives_unchanged(warehouse: Connection) -> None:
    found = rows(warehouse, "select comment_no, text from marts.comments where article_title like 'Robert%'")
    assert (found[2], found[3]) == ((SQL_TEXT,), (JINJA_TEXT,))


def test_offsets_of_a_comment_cut_it_out_of_the_page(warehouse: Connection) -> None:
    cut = warehouse.sql("""
        select substring(pages.text, char_start + 1, char_end - char_start)
        from marts.comments inner join raw.pages on comments.page_id = pages.page_id
        where comments.text like 'Naïve%'
    """).fetchall()
    assert cut == [("Bob\nNaïve, but “fair”.\n",)]


def test_a_commenter_is_shown_by_the_commonest_spelling_and_averaged_over_scored_comments(
    warehouse: Connection,
) -> None:
    assert rows(warehouse, "from marts.commenters") == {
        "c1": ("Ann", 3, 2, FRIDAY, SATURDAY, 3, 0.0, pytest.approx(1 / 3), pytest.approx(1 / 3), pytest.approx(1 / 3)),
        "c2": ("Bob", 2, 2, FRIDAY, SATURDAY, 1, 0.5, 0.0, 0.0, 1.0),
        "c3": ("Zoe", 2, 1, SUNDAY, SUNDAY, 2, -0.5, 1.0, 0.0, 0.0),
    }


def test_a_day_sums_up_its_articles_and_its_comments(warehouse: Connection) -> None:
    assert rows(
        warehouse,
        "select columns(lambda c: c not like 'comments_correct%' and c not like '%_polarity_%') from marts.daily_tone",
    ) == {
        FRIDAY: (2, 2, 0.0, 0.5, 0.0, 0.5, 5, 4, 0.25, 0.25, 0.25, 0.5),
        SATURDAY: (2, 1, 0.0, 0.0, 1.0, 0.0, 2, 2, -0.25, 0.5, 0.0, 0.5),
        SUNDAY: (1, 1, 0.5, 0.0, 0.0, 1.0, 2, 2, -0.5, 1.0, 0.0, 0.0),
    }


def test_a_gap_needs_both_sides_and_an_interval_five_comments(warehouse: Connection) -> None:
    # Comments of .75, -.5, .25 and .5: mean .25, sum of squares about it .875.
    bridge = (-0.5, 0.25, 0.75, 5, 4, (0.875 / 3) ** 0.5 / 2)
    # Comments of -.25 and -.75: deviation .5 / sqrt(2), error .25.
    cuts = (0.5, -0.5, -1.0, 2, 2, 0.25)
    assert rows(
        warehouse,
        """
        select columns(lambda c: c <> 'landing_date' and c <> 'comments_share_negative' and c not like 'comments_corr%')
        from marts.tone_gap
        """,
    ) == {
        BRIDGE.page_id: (HOSTILE_TITLE, *(pytest.approx(figure) for figure in bridge), None, None),
        DERBY.page_id: ("Derby ⚽: a draw", 0.0, 0.5, 0.5, 1, 1, None, None, None),
        CUTS.page_id: ("Cuts", *(pytest.approx(figure) for figure in cuts), None, None),
    }


def test_a_corrected_share_stands_beside_the_raw_one_or_the_reason_why_not(warehouse: Connection) -> None:
    corrected = "comments_corrected_share_negative"
    day = (
        f"select comments_share_negative, {corrected}, {corrected}_low, {corrected}_high, comments_correction_declined"
    )
    assert warehouse.sql(f"{day} from marts.daily_tone where landing_date = '{FRIDAY}'").fetchall() == [
        (0.25, 0.375, 0.125, 0.625, None)
    ]
    assert warehouse.sql(f"{day} from marts.tone_gap where page_id = '{CUTS.page_id}'").fetchall() == [
        (1.0, None, None, None, "2 texts are too few")
    ]


def test_a_strand_is_told_by_one_comment_and_has_the_tone_of_all_its_comments(warehouse: Connection) -> None:
    found = warehouse.sql("""
        select page_id, strand_no, article_title, comment_count, comment_share, commenter_count, commenter_share,
            cohesion, author_name, text, mean_polarity, share_negative, embedding_model_revision
        from marts.comment_strands order by all
    """).fetchall()
    of_both = (HOSTILE_TITLE, 2, 0.5, 1, 1.0, 0.75)
    assert found == [
        (BRIDGE.page_id, 1, *of_both, "Ann", "Good riddance 🌉", 0.125, 0.5, "r2"),
        (BRIDGE.page_id, 2, *of_both, None, "Fine by me.", 0.375, 0.0, "r2"),
    ]


def test_copies_are_told_with_their_pages_and_commenters(warehouse: Connection) -> None:
    found = warehouse.sql("""
        select kind, page_id, comment_id, source_path, article_title, is_exact, similarity, is_representative,
            cluster_item_count, cluster_page_count, cluster_commenter_count
        from marts.near_duplicates order by kind, is_representative desc, page_id, comment_id
    """).fetchall()
    assert found == [
        ("article", BRIDGE.page_id, None, BRIDGE.path, HOSTILE_TITLE, True, 1.0, True, 2, 2, None),
        ("article", DERBY.page_id, None, DERBY.path, "Derby ⚽: a draw", False, 0.75, False, 2, 2, None),
        ("comment", CUTS.page_id, f"{CUTS.page_id}-1", CUTS.path, "Cuts", True, 1.0, True, 2, 1, 1),
        ("comment", CUTS.page_id, f"{CUTS.page_id}-2", CUTS.path, "Cuts", True, 1.0, False, 2, 1, 1),
    ]


def test_a_topic_has_the_tone_of_its_articles_and_comments_by_day_too(warehouse: Connection) -> None:
    figures = "article_count, comment_count, articles_mean_polarity, comments_mean_polarity"
    whole = warehouse.sql(f"select label, terms, {figures}, first_date, last_date from marts.topics").fetchall()
    assert whole == [("bridge", ["bridge"], 3, 2, 0.0, 0.125, FRIDAY, SATURDAY)]
    days = warehouse.sql(f"select landing_date, label, {figures} from marts.topic_days order by 1").fetchall()
    assert days == [
        (FRIDAY, "bridge", 2, 0, 0.0, None),
        (SATURDAY, "bridge", 1, 1, 0.0, 0.5),
        (SUNDAY, "bridge", 0, 1, None, -0.25),
    ]
    assert warehouse.sql("select count(*) from marts.topic_members").fetchall() == [(5,)]


def test_every_file_is_landed_repeated_or_refused(warehouse: Connection) -> None:
    found = rows(
        warehouse,
        """
        select landing_date, file_count, page_count, duplicate_count, refused_count, parsed_page_count,
            pages_without_title, pages_without_body, pages_without_comments, doubtful_page_count,
            articles_without_tone + comments_without_tone, mean_confidence
        from marts.coverage
        """,
    )
    assert found == {
        FRIDAY: (3, 2, 1, 0, 2, 0, 0, 1, 0, 0, 0.75),
        SATURDAY: (2, 2, 0, 0, 2, 1, 1, 0, 1, 0, 0.625),
        SUNDAY: (1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1.0),
        MONDAY: (1, 0, 0, 1, 0, 0, 0, 0, 0, 0, None),
    }


def test_every_character_belongs_to_one_kind(warehouse: Connection) -> None:
    kinds = ("heading", "body", "caption", "comment", "boilerplate", "other", "blank")
    shares = ", ".join(f"share_chars_{kind}" for kind in kinds)
    found = rows(warehouse, f"select landing_date, text_chars, {shares} from marts.coverage")
    chars = len(LETTERS.text) + len(DERBY.text)
    heading, body, comment = "Derby ⚽: a draw\n", "One each.\n", "Ann\nDreadful.\nBob\nNaïve, but “fair”.\n"
    counts = (len(heading), len(body), 0, len(comment), 2 * len("Subscribe"), 0, 2)
    assert sum(counts) == chars
    assert found[SATURDAY] == (chars, *(pytest.approx(count / chars) for count in counts))
    assert found[MONDAY] == (0, *(None for _ in kinds))


def test_releases_are_those_that_were_published_column_for_column(warehouse: Connection) -> None:
    assert warehouse.sql("from marts.releases").fetchall() == [
        ("R1", NOON, "run", "0.1.0", "1", "r1", "r2", 5, 9, 1, 9, 0, True, False)
    ]
    schema = """
        select list((column_name, data_type) order by column_index) from duckdb_columns()
        where table_name = 'releases' group by schema_name
    """
    mart, source = warehouse.sql(schema).fetchall()
    assert mart == source


def test_counts_are_bigint_and_measures_double(warehouse: Connection) -> None:
    odd = """
        select table_name, column_name, data_type from duckdb_columns()
        where schema_name = 'marts' and table_name <> 'releases' and data_type <> case
            when regexp_matches(
                column_name,
                '_(count|chars|words|no)$|^(quote_)?char_|^(pages|articles|comments)_without_'
            ) then 'BIGINT'
            when regexp_matches(
                column_name,
                'polarity(_low|_high)?$|^(tone_)?p_|share|^gap|confidence$|_error$|^cohesion$|^likeness$|^similarity$'
            ) then 'DOUBLE'
            when column_name like '%\\_date' escape '\\' then 'DATE'
            when column_name like 'is\\_%' escape '\\' then 'BOOLEAN'
            when column_name like '%\\_at' escape '\\' then 'TIMESTAMP WITH TIME ZONE'
            when column_name = 'topic_id' then 'INTEGER'
            when column_name = 'terms' then 'VARCHAR[]'
            else 'VARCHAR'
        end
    """
    assert warehouse.sql(odd).fetchall() == []
