"""parsed.sentences: every sentence is a slice of the page's text, inside its body or comment."""

from broadsheet.quality.suites.check import (
    Suite,
    folded,
    greater,
    key_unique,
    landing_date_kept,
    no_rows,
    page_known,
    slice_of,
)

_KEY = "page_id, comment_no, sentence_no"

# substring walks the text from its start: quadratic in the length of a page. So each page is cut once into overlapping
# blocks, each block into overlapping pieces, and a sentence is looked up in the smallest that holds it whole. 490,000
# sentences of one page of 50 MB take 15 s; with pieces cut from the page itself they were not done after 8 minutes.
_PIECE, _BLOCK = 1000, 200_000
_CHARS = "checked.char_end - checked.char_start"
_SLICES = f"""
select {_KEY} from checked
join (
    select page_id, block_no * {_BLOCK // _PIECE} + piece_no as piece_no,
        substring(block, piece_no * {_PIECE} + 1, 2 * {_PIECE}) as piece
    from (select *, unnest(range(0, {_BLOCK // _PIECE})) as piece_no from blocks)
) as cut using (page_id)
where {_CHARS} <= {_PIECE} and checked.char_start // {_PIECE} = cut.piece_no
    and checked.text <> {folded(f"substring(piece, checked.char_start % {_PIECE} + 1, {_CHARS})")}
union all
select {_KEY} from checked join blocks using (page_id)
where {_CHARS} > {_PIECE} and {_CHARS} <= {_BLOCK} and checked.char_start // {_BLOCK} = block_no
    and checked.text <> {folded(f"substring(block, checked.char_start % {_BLOCK} + 1, {_CHARS})")}
union all
select {_KEY} from checked join raw.pages as page using (page_id)
where {_CHARS} > {_BLOCK} and checked.text <> {slice_of("page.text", "checked")}
"""  # noqa: S608 - names from here
_BLOCKS = f"""
with blocks as materialized (
    select page_id, block_no, substring(text, block_no * {_BLOCK} + 1, 2 * {_BLOCK}) as block
    from (select page_id, text, unnest(range(0, length(text) // {_BLOCK} + 1)) as block_no from raw.pages)
)
"""  # noqa: S608 - ditto

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
            where char_start < 0 or char_end > chars""",  # noqa: S608
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
            and (first_char is null or char_start < first_char or char_end > last_char)""",  # noqa: S608
        ),
        no_rows(
            "no_overlap",
            "No sentence starts before the end of the one before.",
            f"select {_KEY} from checked qualify char_start\n"  # noqa: S608
            "< lag(char_end) over (partition by page_id, comment_no order by sentence_no)",
        ),
        no_rows(
            "text_is_slice",
            "The slice of the page's text, white space folded, is the sentence.",
            _BLOCKS + _SLICES,
        ),
        no_rows(
            "text_not_empty",
            "No sentence is empty.",
            f"select {_KEY} from checked where text = ''",  # noqa: S608
        ),
        no_rows(
            "text_sha256_of_text",
            "text_sha256 is the SHA-256 of text.",
            f"select {_KEY} from checked where text_sha256 <> sha256(text)",  # noqa: S608
        ),
    ),
)
