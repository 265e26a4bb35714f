-- Macro: why_article(of_page)
-- Gives: The sentences of an article with their tone. The contributions, polarity weighted by length, add up to
--   articles.tone_polarity; summary_rank is there where the summary rests on the sentence.
with

sentences as (
    select * from parsed.sentences
    where page_id = of_page and comment_no is null
),

tones as (
    select * from enriched.sentence_sentiment
    where page_id = of_page
),

chosen as (
    select
        sentence_no,
        min(rank) as summary_rank,
        max(salience) as salience,
        max(support) as summary_support
    from enriched.summary_sentences
    where page_id = of_page
    group by sentence_no
)

select
    sentences.page_id,
    sentences.sentence_no,
    sentences.char_start,
    sentences.char_end,
    substring(pages.text, sentences.char_start + 1, sentences.char_end - sentences.char_start) as source_text,
    sentences.text,
    tones.label,
    tones.polarity,
    length(sentences.text) / sum(length(sentences.text)) over () as weight,
    tones.polarity * length(sentences.text) / sum(length(sentences.text)) over () as contribution,
    chosen.summary_rank,
    chosen.salience,
    chosen.summary_support,
    tones.model_id,
    tones.model_revision,
    (select max(releases.release_id) from publishing.releases as releases) as release_id
from sentences
inner join raw.pages as pages on sentences.page_id = pages.page_id
left join tones on sentences.sentence_no = tones.sentence_no
left join chosen on sentences.sentence_no = chosen.sentence_no
order by sentences.sentence_no;
