"""parsed.sentences: every sentence is a slice of the page's text, inside its body or comment."""

from broadsheet.quality.suites.check import (
    Suite,
    greater,
    key_unique,
    landing_date_kept,
    no_rows,
    page_known,
)
from broadsheet.release.provenance import misplaced

_KEY = "page_id, comment_no, sentence_no"

SUITE = Suite(
    "parsed.sentences",
    ("page_id", "comment_no", "sentence_no"),
    (
        key_unique("page_id", "comment_no", "sentence_no"),
        page_known("parsed.pages", _KEY),
        landing_date_kept(_KEY),
        no_rows(
            "sentences_numbered",
            "The sentences of a body or comment are numbered from 1 without a hole.",
            """select page_id, comment_no from checked
            group by all having min(sentence_no) <> 1 or max(sentence_no) <> count(*)""",
        ),
        greater("char_end", "char_start"),
        no_rows(
            "inside_page",
            "A sentence lies inside the text of its page.",
            f"""select {_KEY} from checked
            join (select page_id, length(text) as chars from raw.pages) using (page_id)
            where char_start < 0 or char_end > chars""",
        ),
        no_rows(
            "inside_body",
            "A sentence of the body lies inside a body span.",
            """select sentence.page_id, sentence.comment_no, sentence.sentence_no
            from (select * from checked where comment_no is null) as sentence
            asof left join (select page_id, char_start, char_end as body_end from parsed.spans where kind = 'body')
                as body
                on sentence.page_id = body.page_id and sentence.char_start >= body.char_start
            where body_end is null or sentence.char_end > body_end""",
        ),
        no_rows(
            "inside_comment",
            "A sentence of a comment lies inside that comment.",
            f"""select {_KEY} from checked
            left join (select page_id, comment_no, char_start as first_char, char_end as last_char
                from parsed.comments) using (page_id, comment_no)
            where comment_no is not null
            and (first_char is null or char_start < first_char or char_end > last_char)""",
        ),
        no_rows(
            "no_overlap",
            "No sentence starts before the end of the one before.",
            f"select {_KEY} from checked qualify char_start\n"
            "< lag(char_end) over (partition by page_id, comment_no order by sentence_no)",
        ),
        no_rows(
            "text_is_slice",
            "The slice of the page's text, white space folded, is the sentence.",
            misplaced("checked"),
        ),
        no_rows(
            "text_not_empty",
            "No sentence is empty.",
            f"select {_KEY} from checked where text = ''",
        ),
        no_rows(
            "text_sha256_of_text",
            "text_sha256 is the SHA-256 of text.",
            f"select {_KEY} from checked where text_sha256 <> sha256(text)",
        ),
    ),
)
