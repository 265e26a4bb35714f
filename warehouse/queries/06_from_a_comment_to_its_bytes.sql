-- Question: On what lines and bytes of which file do the most negative comments rest?
-- Columns: comment_id, polarity, source_path, encoding, line_start, byte_start, byte_end, source_text
with

comments as (
    select * from marts.comments
    where polarity is not null
    order by polarity asc, comment_id asc
    limit 10
),

last_release as (
    select has_author_names from marts.releases
    order by release_id desc
    limit 1
),

-- Offsets count code points from 0, substring() from 1.
located as (
    select
        comments.comment_id,
        comments.polarity,
        pages.source_path,
        pages.encoding,
        substring(pages.text, 1, comments.char_start) as text_before,
        substring(pages.text, comments.char_start + 1, comments.char_end - comments.char_start) as source_text,
        -- Bytes before the first character of the text; null where a character's length is not that of UTF-8, and where
        -- somebody was erased. In a release without names they are those of its own text.
        case
            when last_release.has_author_names and pages.redacted_at is not null then null
            when pages.format = 'html' then null
            when replace(pages.encoding, '_', '-') in ('ascii', 'utf-8') then 0
            when replace(pages.encoding, '_', '-') = 'utf-8-sig' then 3
        end as bom_bytes
    from comments
    inner join raw.pages on comments.page_id = pages.page_id
    cross join last_release
)

select
    comment_id,
    round(polarity, 2) as polarity,
    source_path,
    encoding,
    length(text_before) - length(replace(text_before, chr(10), '')) + 1 as line_start,
    bom_bytes + strlen(text_before) as byte_start,
    bom_bytes + strlen(text_before) + strlen(source_text) as byte_end,
    source_text
from located
order by polarity, comment_id;
