"""parsed.comments: one row a comment, numbered in page order, inside the text and inside its own spans."""

from broadsheet.quality.suites.check import (
    Suite,
    greater,
    in_set,
    landing_date_kept,
    no_rows,
    page_known,
    unique,
)

START_CUES = (
    "author_line",
    "meta_line",
    "after_meta_line",
    "list_bullet",
    "extra_blank_line",
    "first_no_name",
    "none",
)

REPLY_CUES = ("in_reply_to", "quote", "at_name", "name")

SUITE = Suite(
    "parsed.comments",
    ("comment_id",),
    (
        unique("comment_id"),
        no_rows(
            "comment_id_composed",
            "comment_id is page_id, a hyphen, comment_no.",
            "select comment_id from checked where comment_id <> page_id || '-' || comment_no",
        ),
        page_known("parsed.pages", "comment_id"),
        landing_date_kept("comment_id"),
        no_rows(
            "comments_numbered",
            "The comments of a page are numbered from 1 without a hole.",
            "select page_id from checked group by all having min(comment_no) <> 1 or max(comment_no) <> count(*)",
        ),
        greater("char_end", "char_start"),
        no_rows(
            "inside_page",
            "A comment lies inside the text of its page.",
            """select comment_id from checked
            join (select page_id, length(text) as chars from raw.pages) using (page_id)
            where char_start < 0 or char_end > chars""",
        ),
        no_rows(
            "has_spans",
            "Spans of the page tell of the comment.",
            "select comment_id from checked anti join parsed.spans using (page_id, comment_no)",
        ),
        no_rows(
            "inside_its_spans",
            "A comment starts no earlier than its first span, and ends no later than its last.",
            """select comment_id from checked
            join (
                select page_id, comment_no, min(char_start) as first_char, max(char_end) as last_char
                from parsed.spans group by all
            ) using (page_id, comment_no)
            where checked.char_start < first_char or checked.char_end > last_char""",
        ),
        no_rows(
            "no_overlap",
            "No comment starts before the end of the one before.",
            "select comment_id from checked\n"
            "qualify char_start < lag(char_end) over (partition by page_id order by comment_no)",
        ),
        no_rows(
            "text_has_sentence",
            "A comment with text has at least one sentence.",
            "select comment_id from checked anti join parsed.sentences using (page_id, comment_no) where text <> ''",
        ),
        no_rows(
            "pseudonym_with_name",
            "commenter_id is there where the name is, and only there.",
            "select comment_id from checked where (author_name is null) <> (commenter_id is null)",
        ),
        no_rows(
            "erased_stays_away",
            "No comment is by a commenter who was erased; where one is, broadsheet erase takes it out.",
            "select comment_id from checked semi join raw.erasures using (commenter_id)",
        ),
        in_set("start_cue", START_CUES),
        no_rows(
            "quote_inside_comment",
            "A leading quote ends inside its comment.",
            "select comment_id from checked where quote_char_end <= char_start or quote_char_end > char_end",
        ),
        no_rows(
            "reply_told_whole",
            "A reply has its comment, its probability and its cue, or none of them.",
            """select comment_id from checked
            where (reply_to_no is null) <> (p_reply is null) or (reply_to_no is null) <> (reply_cue is null)""",
        ),
        no_rows(
            "reply_to_earlier_comment",
            "A comment answers one further up on its page.",
            "select comment_id from checked where reply_to_no < 1 or reply_to_no >= comment_no",
        ),
        in_set("reply_cue", REPLY_CUES),
    ),
)
