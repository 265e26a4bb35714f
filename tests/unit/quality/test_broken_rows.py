"""Break one thing: exactly the checks that guard it fail, and name the row."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from broadsheet.quality import CHECKED_TABLES, checks_of
from tests.unit.quality.conftest import LONG_ID, OTHER, PAGE, REFUSED, WRECK, Broken, F, S

SPANS, PAGES, COMMENTS, SENTENCES = "parsed.spans", "parsed.pages", "parsed.comments", "parsed.sentences"
SIGHTINGS, QUARANTINE = "raw.sightings", "raw.quarantine"
SENTENCE_TONE, ARTICLE_TONE, COMMENT_TONE = (
    f"enriched.{grain}_sentiment" for grain in ("sentence", "article", "comment")
)
SUMMARIES, CHOSEN, CACHE = "enriched.article_summaries", "enriched.summary_sentences", "enriched.inferences"
STRANDS, PLACES = "enriched.comment_strands", "enriched.strand_comments"
WRITTEN = "enriched.generations"
SIGNED, COPIES = "enriched.text_signatures", "enriched.near_duplicates"
VECTORS, TOPICS, PLACED = "enriched.topic_vectors", "enriched.topics", "enriched.topic_members"


@dataclass(frozen=True)
class Case:
    """SQL that breaks the warehouse, the tables to check, and what must fail: {check: failing ids}."""

    sql: str
    tables: tuple[str, ...]
    failing: dict[str, tuple[str, ...]]


CASES = {
    "a gap between spans": Case(
        f"update parsed.spans set char_start = char_start + 1 where {PAGE} and span_no = 3",
        (SPANS,),
        {"parsed.spans.no_gap": (f"{F}/3",)},
    ),
    "an overlap of spans": Case(
        f"update parsed.spans set char_start = char_start - 1 where {PAGE} and span_no = 3",
        (SPANS,),
        {"parsed.spans.no_overlap": (f"{F}/3",)},
    ),
    "a first span after 0": Case(
        f"update parsed.spans set char_start = 1 where {PAGE} and span_no = 1",
        (SPANS,),
        {"parsed.spans.first_span_at_0": (f"{F}/1",)},
    ),
    "a last span that ends early": Case(
        f"update parsed.spans set char_end = char_end - 1 where {OTHER} and span_no = 2",
        (SPANS,),
        {"parsed.spans.last_span_at_end": (f"{S}/2",)},
    ),
    "a page without spans": Case(
        f"delete from parsed.spans where {OTHER}",
        (SPANS, PAGES),
        {
            "parsed.spans.text_has_spans": (S,),
            "parsed.pages.body_has_span": (S,),
            "parsed.pages.title_has_span": (S,),
        },
    ),
    "lines that skip one": Case(
        f"update parsed.spans set line_start = line_start + 1 where {PAGE} and span_no = 3",
        (SPANS,),
        {"parsed.spans.lines_follow": (f"{F}/3",)},
    ),
    "a span kind unknown": Case(
        f"update parsed.spans set kind = 'advert' where {PAGE} and span_no = 1",
        (SPANS,),
        {"parsed.spans.kind_known": (f"{F}/1",)},
    ),
    "a comment span of no comment": Case(
        f"update parsed.spans set comment_no = null where {PAGE} and span_no = 6",
        (SPANS,),
        {"parsed.spans.comment_no_with_comments": (f"{F}/6",)},
    ),
    "a lost comment": Case(
        f"delete from parsed.comments where {PAGE} and comment_no = 3",
        (SPANS, PAGES, COMMENTS),
        {"parsed.spans.no_comment_lost": (f"{F}/10",), "parsed.pages.comment_count_reconciles": (F,)},
    ),
    "a span that occurs twice": Case(
        f"insert into parsed.spans by name from parsed.spans where {OTHER} and span_no = 2",
        (SPANS,),
        {
            "parsed.spans.key_unique": (f"{S}/2",),
            "parsed.spans.spans_numbered": (S,),
            "parsed.spans.no_overlap": (f"{S}/2",),
            "parsed.spans.lines_follow": (f"{S}/2",),
        },
    ),
    "a page that occurs twice": Case(
        f"insert into parsed.pages by name from parsed.pages where {PAGE}",
        (PAGES,),
        {"parsed.pages.page_id_unique": (F,)},
    ),
    "a comment that occurs twice": Case(
        f"insert into enriched.comment_sentiment by name from enriched.comment_sentiment where comment_id = '{F}-2'",
        (COMMENT_TONE,),
        {"enriched.comment_sentiment.comment_id_unique": (f"{F}-2",)},
    ),
    "an inference paid twice": Case(
        "insert into enriched.inferences by name from enriched.inferences where task = 'embedding'",
        (CACHE,),
        {"enriched.inferences.key_unique": ()},
    ),
    "a comment whose partition differs": Case(
        f"update parsed.comments set landing_date = '2020-01-01' where comment_id = '{F}-1'",
        (COMMENTS,),
        {"parsed.comments.landing_date_kept": (f"{F}-1",)},
    ),
    "a comment beyond its page": Case(
        f"update parsed.comments set char_end = char_end + 1 where comment_id = '{F}-3'",
        (COMMENTS,),
        {"parsed.comments.inside_page": (f"{F}-3",), "parsed.comments.inside_its_spans": (f"{F}-3",)},
    ),
    "a comment whose sentences are gone": Case(
        f"delete from parsed.sentences where {PAGE} and comment_no = 2",
        (COMMENTS, SENTENCES),
        {"parsed.comments.text_has_sentence": (f"{F}-2",)},
    ),
    "a name without its pseudonym": Case(
        f"update parsed.comments set commenter_id = null where comment_id = '{F}-1'",
        (COMMENTS,),
        {"parsed.comments.pseudonym_with_name": (f"{F}-1",)},
    ),
    "a quote that ends beyond its comment": Case(
        f"update parsed.comments set quote_char_end = char_end + 1 where comment_id = '{F}-1'",
        (COMMENTS,),
        {"parsed.comments.quote_inside_comment": (f"{F}-1",)},
    ),
    "a reply to a later comment, told by half": Case(
        f"update parsed.comments set reply_to_no = 2, reply_cue = 'guess', p_reply = null where comment_id = '{F}-2'",
        (COMMENTS,),
        {
            "parsed.comments.reply_to_earlier_comment": (f"{F}-2",),
            "parsed.comments.reply_told_whole": (f"{F}-2",),
            "parsed.comments.reply_cue_known": (f"{F}-2",),
        },
    ),
    "a reply of no probability": Case(
        f"update parsed.comments set p_reply = 0.2 where comment_id = '{F}-3'",
        (COMMENTS,),
        {"parsed.comments.p_reply_in_range": (f"{F}-3",)},
    ),
    "a sentence that is no slice": Case(
        f"update parsed.sentences set text = 'Markets rise.', text_sha256 = sha256('Markets rise.')"
        f" where {PAGE} and comment_no is null and sentence_no = 2",
        (SENTENCES,),
        {"parsed.sentences.text_is_slice": (f"{F}/-/2",)},
    ),
    "a sentence not folded": Case(
        f"update parsed.sentences set text = ' ' || text, text_sha256 = sha256(' ' || text) where {OTHER}",
        (SENTENCES,),
        {"parsed.sentences.text_is_slice": (f"{S}/-/1",)},
    ),
    "sentences near an edge, and longer than a piece, that are no slices": Case(
        "update parsed.sentences set text = text || '!', text_sha256 = sha256(text || '!')"
        f" where page_id = '{LONG_ID}'",
        (SENTENCES,),
        {"parsed.sentences.text_is_slice": (f"{LONG_ID}/-/1", f"{LONG_ID}/-/2")},
    ),
    "a sentence with another's hash": Case(
        f"update parsed.sentences set text_sha256 = sha256('') where {PAGE} and comment_no = 1 and sentence_no = 2",
        (SENTENCES,),
        {"parsed.sentences.text_sha256_of_text": (f"{F}/1/2",)},
    ),
    "a sentence that occurs twice": Case(
        f"insert into parsed.sentences by name from parsed.sentences where {OTHER}",
        (SENTENCES,),
        {
            "parsed.sentences.key_unique": (f"{S}/-/1",),
            "parsed.sentences.sentences_numbered": (f"{S}/-",),
            "parsed.sentences.no_overlap": (f"{S}/-/1",),
        },
    ),
    "a sentence of a comment that is not": Case(
        f"update parsed.sentences set comment_no = 9 where {PAGE} and comment_no = 2",
        (SENTENCES,),
        {"parsed.sentences.inside_comment": (f"{F}/9/1",)},
    ),
    "a sentence outside the body": Case(
        f"update parsed.spans set kind = 'caption' where {OTHER} and span_no = 2",
        (SENTENCES, CHOSEN),
        {"parsed.sentences.inside_body": (f"{S}/-/1",), "enriched.summary_sentences.inside_body": (f"{S}/1/1",)},
    ),
    "a page never parsed": Case(
        f"delete from parsed.pages where {OTHER}", (PAGES,), {"parsed.pages.every_page_parsed": (S,)}
    ),
    "a parse of no page": Case(
        f"delete from raw.pages where {OTHER}",
        ("raw.pages", SIGHTINGS, PAGES),
        {
            "raw.sightings.page_known": ("copy of second.txt", "second.txt"),
            "raw.sightings.files_reconcile": (),
            "parsed.pages.page_known": (S,),
        },
    ),
    "a page whose id is not its hash": Case(
        f"update raw.pages set content_sha256 = upper(content_sha256) where {PAGE}",
        ("raw.pages",),
        {"raw.pages.content_sha256_shape": (F,), "raw.pages.page_id_from_hash": (F,)},
    ),
    "what was erased came back": Case(
        "insert into raw.erasures (kind, page_id, content_sha256, erased_at, page_count, comment_count)"
        f" select 'page', page_id, content_sha256, now(), 1, 1"
        f" from raw.pages where {OTHER};"
        "insert into raw.erasures (kind, commenter_id, erased_at, page_count, comment_count)"
        " select 'commenter', commenter_id, now(), 1, 1"
        f" from parsed.comments where comment_id = '{F}-1'",
        ("raw.pages", COMMENTS),
        {"raw.pages.erased_stays_away": (S,), "parsed.comments.erased_stays_away": (f"{F}-1",)},
    ),
    "a path that climbs out": Case(
        f"update raw.pages set source_path = 'a/../../etc/passwd' where {PAGE}",
        ("raw.pages",),
        {"raw.pages.source_path_inside": (F,)},
    ),
    "a file that is nowhere": Case(
        "delete from raw.quarantine where source_path = 'locked.txt'",
        (SIGHTINGS, QUARANTINE),
        {"raw.sightings.no_file_lost": ("locked.txt",), "raw.sightings.files_reconcile": ()},
    ),
    "a sighting forgotten": Case(
        "delete from raw.sightings where source_path = 'cat.gif'",
        (SIGHTINGS, QUARANTINE),
        {"raw.sightings.files_reconcile": (), "raw.quarantine.refusal_sighted": ("cat.gif",)},
    ),
    "a reason unknown": Case(
        "update raw.quarantine set reason = 'ugly' where source_path = 'cat.gif'",
        (QUARANTINE,),
        {"raw.quarantine.reason_known": ("cat.gif",)},
    ),
    "counts of a body that are wrong": Case(
        f"update parsed.pages set body_chars = body_chars + 1, body_words = body_words - 1 where {PAGE}",
        (PAGES,),
        {"parsed.pages.body_chars_count": (F,), "parsed.pages.body_words_count": (F,)},
    ),
    "probabilities that do not sum to 1": Case(
        f"update enriched.comment_sentiment set p_neutral = 0.3 where comment_id = '{F}-1'",
        (COMMENT_TONE,),
        {"enriched.comment_sentiment.probabilities_sum_to_1": (f"{F}-1",)},
    ),
    "a probability above 1": Case(
        "update enriched.comment_sentiment set p_negative = 1.2, p_neutral = -0.3, polarity = -1.1"
        f" where comment_id = '{F}-1'",
        (COMMENT_TONE,),
        {
            "enriched.comment_sentiment.p_negative_in_range": (f"{F}-1",),
            "enriched.comment_sentiment.p_neutral_in_range": (f"{F}-1",),
        },
    ),
    "a probability that is no number": Case(
        f"update enriched.sentence_sentiment set p_neutral = 'nan' where {OTHER}",
        (SENTENCE_TONE,),
        {
            "enriched.sentence_sentiment.p_neutral_in_range": (f"{S}/1",),
            "enriched.sentence_sentiment.probabilities_sum_to_1": (f"{S}/1",),
            "enriched.sentence_sentiment.label_most_probable": (f"{S}/1",),
        },
    ),
    "a polarity that does not follow": Case(
        f"update enriched.article_sentiment set polarity = 0.6 where {PAGE}",
        (ARTICLE_TONE,),
        {"enriched.article_sentiment.polarity_follows": (F,)},
    ),
    "an article whose tone is not that of its sentences": Case(
        f"update enriched.article_sentiment set p_negative = 0.69, p_neutral = 0.21, polarity = -0.59 where {PAGE}",
        (ARTICLE_TONE,),
        {"enriched.article_sentiment.means_reconcile": (F,)},
    ),
    "a label that is not the most probable": Case(
        f"update enriched.comment_sentiment set label = 'positive' where comment_id = '{F}-2'",
        (COMMENT_TONE,),
        {"enriched.comment_sentiment.label_most_probable": (f"{F}-2",)},
    ),
    "a label unknown": Case(
        f"update enriched.comment_sentiment set label = 'angry' where comment_id = '{F}-2'",
        (COMMENT_TONE,),
        {"enriched.comment_sentiment.label_known": (f"{F}-2",)},
    ),
    "a tone in a language that is not known": Case(
        f"update enriched.comment_sentiment set tone_basis = 'unsupported' where comment_id = '{F}-2'",
        (COMMENT_TONE,),
        {"enriched.comment_sentiment.tone_where_it_rests_on_something": (f"{F}-2",)},
    ),
    "a tone that lacks a part": Case(
        f"update enriched.comment_sentiment set polarity = null where comment_id = '{F}-2'",
        (COMMENT_TONE,),
        {"enriched.comment_sentiment.tone_where_it_rests_on_something": (f"{F}-2",)},
    ),
    "a tone that rests on something unknown": Case(
        f"update enriched.comment_sentiment set tone_basis = 'hearsay' where comment_id = '{F}-2'",
        (COMMENT_TONE,),
        {"enriched.comment_sentiment.tone_basis_known": (f"{F}-2",)},
    ),
    "a comment without tone": Case(
        f"delete from enriched.comment_sentiment where comment_id = '{F}-2'",
        (COMMENT_TONE,),
        {"enriched.comment_sentiment.every_comment_scored": (f"{F}-2",)},
    ),
    "shares that count a comment twice": Case(
        f"update enriched.comment_shares set negative_count = negative_count + 1 where {PAGE}",
        ("enriched.comment_shares",),
        {"enriched.comment_shares.counts_reconcile": (f"2026-11-21/{F}",)},
    ),
    "a correction without its interval": Case(
        "update enriched.comment_shares set share_negative = 0.5, share_neutral = 0.2, share_positive = 0.3 "
        f"where {PAGE}",
        ("enriched.comment_shares",),
        {"enriched.comment_shares.corrected_or_declined": (f"2026-11-21/{F}",)},
    ),
    "a row of another revision": Case(
        f"update enriched.sentence_sentiment set model_revision = 'old' where {PAGE} and sentence_no = 1",
        (SENTENCE_TONE,),
        {"enriched.sentence_sentiment.one_model_revision": (f"{F}/1",)},
    ),
    "a sentence without tone": Case(
        f"delete from enriched.sentence_sentiment where {PAGE} and sentence_no = 3",
        (SENTENCE_TONE, ARTICLE_TONE),
        {
            "enriched.sentence_sentiment.every_sentence_scored": (f"{F}/3",),
            "enriched.article_sentiment.sentences_reconcile": (F,),
        },
    ),
    "a summary sentence outside the body": Case(
        f"update enriched.summary_sentences set char_start = 0, char_end = 5 where {OTHER}",
        (CHOSEN,),
        {
            "enriched.summary_sentences.sentence_known": (f"{S}/1/1",),
            "enriched.summary_sentences.inside_body": (f"{S}/1/1",),
            "enriched.summary_sentences.slice_in_summary": (f"{S}/1/1",),
        },
    ),
    "a summary that was rewritten": Case(
        f"update enriched.article_summaries set summary = 'Invented.' where {OTHER}",
        (SUMMARIES, CHOSEN),
        {
            "enriched.article_summaries.summary_is_its_sentences": (S,),
            "enriched.summary_sentences.slice_in_summary": (f"{S}/1/1",),
        },
    ),
    "a generated sentence in an extractive summary": Case(
        f"update enriched.summary_sentences set support = 0.9 where {OTHER}",
        (CHOSEN,),
        {"enriched.summary_sentences.verbatim_or_generated": (f"{S}/1/1",)},
    ),
    "a verbatim sentence that is none": Case(
        f"update enriched.summary_sentences set text = 'Only one' where {OTHER}",
        (CHOSEN,),
        {"enriched.summary_sentences.verbatim_or_generated": (f"{S}/1/1",)},
    ),
    "an extractive method for a summary with generated sentences": Case(
        f"update enriched.article_summaries set generated_count = 3, dropped_count = 2 where {OTHER}",
        (SUMMARIES,),
        {"enriched.article_summaries.method_follows": (S,)},
    ),
    "more sentences dropped than generated": Case(
        f"update enriched.article_summaries set generated_count = 1, dropped_count = 2 where {OTHER}",
        (SUMMARIES,),
        {"enriched.article_summaries.dropped_among_generated": (S,)},
    ),
    "two texts of one rank": Case(
        f"insert into enriched.summary_sentences by name"
        f" select * replace (2 as sentence_no, 'Other.' as text, 0.5 as support)"
        f" from enriched.summary_sentences where {OTHER}",
        (CHOSEN,),
        {
            "enriched.summary_sentences.sentence_known": (f"{S}/1/2",),
            "enriched.summary_sentences.one_text_a_rank": (f"{S}/1",),
            "enriched.summary_sentences.verbatim_or_generated": (f"{S}/1/2",),
        },
    ),
    "a generated text paid twice": Case(
        "insert into enriched.generations by name from enriched.generations",
        (WRITTEN,),
        {"enriched.generations.key_unique": ()},
    ),
    "an article without summary": Case(
        f"delete from enriched.article_summaries where {OTHER}",
        (SUMMARIES, CHOSEN),
        {
            "enriched.article_summaries.every_body_summarised": (S,),
            "enriched.summary_sentences.summary_known": (f"{S}/1/1",),
        },
    ),
    "a strand that occurs twice": Case(
        "insert into enriched.comment_strands by name from enriched.comment_strands",
        (STRANDS, PLACES),
        {
            "enriched.comment_strands.key_unique": (f"{F}/1",),
            "enriched.comment_strands.strands_numbered": (F,),
        },
    ),
    "a strand told by a comment that is not of it": Case(
        f"update enriched.comment_strands set comment_id = '{F}-3'",
        (STRANDS,),
        {
            "enriched.comment_strands.comment_known": (f"{F}/1",),
            "enriched.comment_strands.representative_is_member": (f"{F}/1",),
        },
    ),
    "a comment that fell out of its strand": Case(
        f"update enriched.strand_comments set strand_no = null, likeness = null where comment_id = '{F}-2'",
        (STRANDS, PLACES),
        {
            "enriched.comment_strands.members_counted": (f"{F}/1",),
            "enriched.comment_strands.commenters_counted": (f"{F}/1",),
        },
    ),
    "a strand whose share is not that of its comments": Case(
        "update enriched.comment_strands set comment_share = 0.5",
        (STRANDS,),
        {"enriched.comment_strands.members_counted": (f"{F}/1",)},
    ),
    "a strand whose commenters are not told": Case(
        "update enriched.comment_strands set commenter_share = null",
        (STRANDS,),
        {"enriched.comment_strands.commenters_counted": (f"{F}/1",)},
    ),
    "a strand that holds together more than its comments do": Case(
        "update enriched.comment_strands set cohesion = 0.8",
        (STRANDS,),
        {"enriched.comment_strands.cohesion_is_mean_likeness": (f"{F}/1",)},
    ),
    "a larger strand behind a smaller one": Case(
        "insert into enriched.comment_strands by name"
        " select * replace (2 as strand_no, 3 as comment_count) from enriched.comment_strands",
        (STRANDS,),
        {
            "enriched.comment_strands.largest_first": (f"{F}/2",),
            "enriched.comment_strands.representative_is_member": (f"{F}/2",),
            "enriched.comment_strands.members_counted": (f"{F}/2",),
            "enriched.comment_strands.commenters_counted": (f"{F}/2",),
            "enriched.comment_strands.cohesion_is_mean_likeness": (f"{F}/2",),
        },
    ),
    "a comment that no strand was sought for": Case(
        f"delete from enriched.strand_comments where comment_id = '{F}-2'",
        (PLACES,),
        {"enriched.strand_comments.every_comment_placed": (f"{F}-2",)},
    ),
    "a comment in a strand that is not told": Case(
        f"update enriched.strand_comments set strand_no = 2 where comment_id = '{F}-2'",
        (PLACES,),
        {"enriched.strand_comments.strand_known": (f"{F}-2",)},
    ),
    "a comment that was not signed": Case(
        f"delete from enriched.text_signatures where comment_id = '{F}-2'",
        (SIGNED,),
        {"enriched.text_signatures.every_text_signed": (f"{F}/{F}-2",)},
    ),
    "a body signed as if it were short": Case(
        f"update enriched.text_signatures set signature = null where page_id = '{LONG_ID}'",
        (SIGNED,),
        {"enriched.text_signatures.signature_where_long_enough": (f"{LONG_ID}/-",)},
    ),
    "a signature of no text": Case(
        f"insert into enriched.text_signatures by name select * replace ('{F}-3' as comment_id)"
        f" from enriched.text_signatures where comment_id = '{F}-2'",
        (SIGNED,),
        {"enriched.text_signatures.text_known": (f"{F}/{F}-3",)},
    ),
    "equal texts that are signed in two ways": Case(
        "update enriched.text_signatures set folded_hash = 1 where comment_id is null and signature is not null;"
        "update enriched.text_signatures set signature = list_resize([1], 128, 2)::usmallint[128]"
        f" where page_id = '{LONG_ID}'",
        (SIGNED,),
        {"enriched.text_signatures.equal_texts_sign_equally": ()},
    ),
    "a near duplicate that occurs twice": Case(
        f"insert into enriched.near_duplicates by name from enriched.near_duplicates where page_id = '{LONG_ID}'",
        (COPIES,),
        {"enriched.near_duplicates.key_unique": (f"{LONG_ID}/-",)},
    ),
    "a cluster that lost the text it is named after": Case(
        f"delete from enriched.near_duplicates where {PAGE}",
        (COPIES,),
        {"enriched.near_duplicates.one_representative": (f"{F}/{LONG_ID}/-",)},
    ),
    "a near copy that is called exact": Case(
        f"update enriched.near_duplicates set is_exact = true, similarity = 1 where page_id = '{LONG_ID}'",
        (COPIES,),
        {"enriched.near_duplicates.exact_copies_are_equal": (f"{F}/{LONG_ID}/-",)},
    ),
    "a copy of a text that was not signed": Case(
        f"delete from enriched.text_signatures where page_id = '{LONG_ID}'",
        (COPIES,),
        {"enriched.near_duplicates.text_signed": (f"{F}/{LONG_ID}/-",)},
    ),
    "a cluster that another represents than it is named after": Case(
        "update enriched.near_duplicates set is_representative = not is_representative, is_exact = false",
        (COPIES,),
        {
            "enriched.near_duplicates.representative_is_earliest": tuple(
                f"{F}/{one}/-" for one in sorted((F, LONG_ID))
            ),
            "enriched.near_duplicates.exact_copies_are_equal": (f"{F}/{LONG_ID}/-",),
        },
    ),
    "an article without a vector": Case(
        f"delete from enriched.topic_vectors where {OTHER}",
        (VECTORS,),
        {"enriched.topic_vectors.every_body_has_a_vector": (f"{S}/-",)},
    ),
    "a vector of no text": Case(
        f"insert into enriched.topic_vectors by name select * replace ('{F}-3' as comment_id)"
        f" from enriched.topic_vectors where {PAGE}",
        (VECTORS,),
        {"enriched.topic_vectors.text_known": (f"{F}/{F}-3",)},
    ),
    "a vector that points nowhere": Case(
        f"update enriched.topic_vectors set vector = list_resize([0], 384, 0)::tinyint[384] where {PAGE}",
        (VECTORS,),
        {"enriched.topic_vectors.vector_has_a_direction": (f"{F}/-",)},
    ),
    "a topic that nothing is in": Case(
        "insert into enriched.topics by name select * replace (2 as topic_id) from enriched.topics",
        (TOPICS,),
        {"enriched.topics.has_articles": ("2",)},
    ),
    "a topic named by markup": Case(
        "update enriched.topics set terms = ['<b>', 'Rates'], label = '<b>, Rates'",
        (TOPICS,),
        {"enriched.topics.terms_are_words": ("1",)},
    ),
    "a topic named otherwise than by its terms": Case(
        "update enriched.topics set label = 'rates'", (TOPICS,), {"enriched.topics.label_is_its_terms": ("1",)}
    ),
    "a comment that is in another topic than its article for no reason": Case(
        "insert into enriched.topics by name select * replace (2 as topic_id) from enriched.topics;"
        f"update enriched.topic_members set topic_id = 2 where comment_id = '{F}-2'",
        (PLACED,),
        {"enriched.topic_members.comments_follow_their_article": (f"{F}/{F}-2",)},
    ),
    "a comment that does not follow its article": Case(
        f"delete from enriched.topic_members where comment_id = '{F}-2'",
        (PLACED,),
        {"enriched.topic_members.no_comment_left_behind": (f"{F}/{F}-2",)},
    ),
    "members of a topic that is not told": Case(
        "delete from enriched.topics",
        (PLACED,),
        {"enriched.topic_members.topic_known": ()},
    ),
    "a comment placed by a vector that it has not": Case(
        f"update enriched.topic_members set placed_by = 'own', topic_id = 2 where comment_id = '{F}-2';"
        "insert into enriched.topics by name select * replace (2 as topic_id) from enriched.topics",
        (PLACED,),
        {"enriched.topic_members.placed_by_what": (f"{F}/{F}-2",)},
    ),
    "a comment in a strand but like nothing": Case(
        f"update enriched.strand_comments set likeness = null where comment_id = '{F}-2'",
        (PLACES,),
        {"enriched.strand_comments.likeness_with_strand": (f"{F}-2",)},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exactly_the_checks_that_guard_it_fail_on(name: str, broken: Callable[..., Broken]) -> None:
    case = CASES[name]
    found = broken(case.sql, *case.tables)
    assert set(found) == set(case.failing)
    assert all(result.error is None for result in found.values())
    named = {check: ids for check, ids in case.failing.items() if ids}
    assert {check: found[check].failing_ids for check in named} == named


def test_files_that_do_not_reconcile_are_counted(broken: Callable[..., Broken]) -> None:
    found = broken("delete from raw.quarantine where source_path = 'locked.txt'", SIGHTINGS)
    result = found["raw.sightings.files_reconcile"]
    assert result.observed == "6 files, 3 pages + 1 duplicates + 1 refused"
    assert (result.unexpected_count, result.failing_ids) == (0, ())


def test_pages_without_title_or_body_warn_and_stop_nothing_however_many(broken: Callable[..., Broken]) -> None:
    untitled = "delete from parsed.spans where kind = 'title' and {0}; update parsed.pages set title = null where {0}"
    third = broken(untitled.format(PAGE), PAGES)
    assert {(name, result.severity) for name, result in third.items()} == {("parsed.pages.few_without_title", "warn")}
    result = third["parsed.pages.few_without_title"]
    assert (result.observed, result.unexpected_count, result.failing_ids) == ("33.3 %", 1, (F,))
    every = broken(untitled.format("true"), PAGES)
    assert {(name, result.severity) for name, result in every.items()} == {("parsed.pages.few_without_title", "warn")}


def test_a_title_that_got_lost_on_the_way_from_its_span_stops_the_release(broken: Callable[..., Broken]) -> None:
    result = broken(f"update parsed.pages set title = null where {PAGE}", PAGES)["parsed.pages.title_has_span"]
    assert (result.severity, result.failing_ids) == ("error", (F,))


def test_a_stricter_setting_only_warns(broken: Callable[..., Broken]) -> None:
    found = broken(
        f"insert into raw.quarantine ({REFUSED}) select source_path, content_sha256, 1, 'undecodable', 'x',"
        " '2026-11-21', now() from raw.sightings where source_path = 'second.txt'",
        SIGHTINGS,
        QUARANTINE,
    )
    assert [(name, result.severity) for name, result in found.items()] == [("raw.sightings.page_or_refused", "warn")]


def test_ids_are_counted_in_full_and_named_up_to_twenty(broken: Callable[..., Broken]) -> None:
    found = broken(
        f"insert into raw.quarantine ({REFUSED}) select 'f' || lpad(i::varchar, 3, '0'), null, 1,"
        " case when i < 150 then 'ugly' else 'empty' end, '', '2026-11-21', now() from range(300) as r(i)",
        QUARANTINE,
    )
    known, sighted = found["raw.quarantine.reason_known"], found["raw.quarantine.refusal_sighted"]
    assert (known.unexpected_count, len(known.failing_ids)) == (150, 20)
    assert (sighted.unexpected_count, len(sighted.failing_ids)) == (300, 20)


def test_hostile_ids_are_named_on_one_line_and_do_nothing(broken: Callable[..., Broken]) -> None:
    path = "'; drop table raw.pages; --\n{batch} :x %s $1 \x1b[31m<b>|"
    found = broken(
        f"""update raw.quarantine set source_path = e'{path.replace("'", "''")}', reason = '{{batch}} :x' """
        "where source_path = 'cat.gif'",
        QUARANTINE,
        "raw.pages",
    )
    assert set(found) == {"raw.quarantine.reason_known", "raw.quarantine.refusal_sighted"}
    shown = (r"'; drop table raw.pages; --\n{batch} :x %s $1 \x1b[31m<b>|",)
    assert all(result.failing_ids == shown for result in found.values())


def test_every_check_can_fail(broken: Callable[..., Broken]) -> None:
    found = broken(WRECK, *CHECKED_TABLES)
    assert {name: result.error for name, result in found.items() if result.error} == {}
    breakable = set(found).union(*(case.failing for case in CASES.values()))
    assert {f"{table}.{check.name}" for table in CHECKED_TABLES for check in checks_of(table)} - breakable == set()
