-- Macro: source_of(of_comment)
-- Gives: The file, lines, characters and bytes that a comment rests on, with the slice as it stands there, and the
--   parser and model that made its figures.
with

latest as (
    select
        release_id,
        has_author_names
    from publishing.releases
    order by release_id desc
    limit 1
),

line_range as (
    select
        min(line_start) as line_start,
        max(line_end) as line_end
    from parsed.spans
    where page_id = left(of_comment, 32) and comment_no = try_cast(substring(of_comment, 34) as integer)
),

told as (
    select * from marts.comments
    where comment_id = of_comment
),

located as (
    select
        told.*,
        pages.source_path,
        pages.content_sha256,
        pages.encoding,
        substring(pages.text, told.char_start + 1, told.char_end - told.char_start) as source_text,
        strlen(substring(pages.text, 1, told.char_start))
        + case
            when latest.has_author_names and pages.redacted_at is not null then null
            when pages.format = 'html' then null
            when replace(pages.encoding, '_', '-') in ('ascii', 'utf-8') then 0
            when replace(pages.encoding, '_', '-') = 'utf-8-sig' then 3
        end as byte_start,
        parse.parser_version,
        latest.release_id
    from told
    inner join raw.pages as pages on told.page_id = pages.page_id
    inner join parsed.pages as parse on told.page_id = parse.page_id
    cross join latest
)

select
    located.comment_id,
    located.source_path,
    located.content_sha256,
    located.encoding,
    line_range.line_start,
    line_range.line_end,
    located.char_start,
    located.char_end,
    located.byte_start,
    located.byte_start + strlen(located.source_text) as byte_end,
    located.source_text,
    located.text,
    located.author_name,
    located.commenter_id,
    located.start_cue,
    located.confidence,
    located.parser_version,
    located.label,
    located.p_negative,
    located.p_neutral,
    located.p_positive,
    located.polarity,
    located.model_id,
    located.model_revision,
    located.release_id
from located
cross join line_range;
