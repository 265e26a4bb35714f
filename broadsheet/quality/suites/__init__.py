"""What each table must keep: one module a table, all of it data. A new table: a module with a SUITE, a line here."""

from broadsheet.quality.suites import (
    enriched_article_sentiment,
    enriched_article_summaries,
    enriched_comment_sentiment,
    enriched_comment_shares,
    enriched_comment_strands,
    enriched_generations,
    enriched_inferences,
    enriched_near_duplicates,
    enriched_sentence_sentiment,
    enriched_strand_comments,
    enriched_summary_sentences,
    enriched_text_signatures,
    enriched_topic_members,
    enriched_topic_vectors,
    enriched_topics,
    parsed_comments,
    parsed_pages,
    parsed_sentences,
    parsed_spans,
    raw_pages,
    raw_quarantine,
    raw_sightings,
)
from broadsheet.quality.suites.check import Check, Severity, Suite

SUITES: dict[str, Suite] = {
    module.SUITE.table: module.SUITE
    for module in (
        raw_pages,
        raw_sightings,
        raw_quarantine,
        parsed_spans,
        parsed_pages,
        parsed_comments,
        parsed_sentences,
        enriched_sentence_sentiment,
        enriched_article_sentiment,
        enriched_comment_sentiment,
        enriched_comment_shares,
        enriched_article_summaries,
        enriched_summary_sentences,
        enriched_comment_strands,
        enriched_strand_comments,
        enriched_text_signatures,
        enriched_near_duplicates,
        enriched_topic_vectors,
        enriched_topics,
        enriched_topic_members,
        enriched_inferences,
        enriched_generations,
    )
}

CHECKED_TABLES = tuple(SUITES)

__all__ = ["CHECKED_TABLES", "SUITES", "Check", "Severity", "Suite", "checks_of"]


def checks_of(table: str) -> tuple[Check, ...]:
    """Return the checks of a table, in the order in which they are reported. Cheap: nothing is imported.

    Raises:
        KeyError: no suite guards the table.
    """
    return SUITES[table].checks
