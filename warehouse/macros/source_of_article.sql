-- Macro: source_of_article(of_page)
-- Gives: The runs of lines that title, byline, date, body and captions rest on, in page order, each with its slice
--   of the page.
with

latest as (
    select
        release_id,
        has_author_names
    from publishing.releases
    order by release_id desc
    limit 1
),

spans as (
    select * from parsed.spans
    where page_id = of_page and kind in ('title', 'byline', 'date', 'body', 'caption')
),

located as (
    select
        spans.*,
        pages.source_path,
        pages.content_sha256,
        pages.encoding,
        substring(pages.text, spans.char_start + 1, spans.char_end - spans.char_start) as source_text,
        strlen(substring(pages.text, 1, spans.char_start))
        + case
            when latest.has_author_names and pages.redacted_at is not null then null
            when pages.format = 'html' then null
            when replace(pages.encoding, '_', '-') in ('ascii', 'utf-8') then 0
            when replace(pages.encoding, '_', '-') = 'utf-8-sig' then 3
        end as byte_start,
        parse.parser_version,
        latest.release_id
    from spans
    inner join raw.pages as pages on spans.page_id = pages.page_id
    inner join parsed.pages as parse on spans.page_id = parse.page_id
    cross join latest
)

select
    page_id,
    source_path,
    content_sha256,
    encoding,
    kind,
    line_start,
    line_end,
    char_start,
    char_end,
    byte_start,
    byte_start + strlen(source_text) as byte_end,
    source_text,
    parser_version,
    release_id
from located
order by span_no;
