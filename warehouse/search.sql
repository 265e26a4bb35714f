-- The tables that a release is searched in, and what each column means. Run once, on each new release; the macros that
-- read them are in macros/. Only what DuckDB 1.4 knows, and no extension.
-- noqa: disable=RF04

create schema search;

create table search.passages (
    passage_no integer not null,
    kind varchar not null,
    page_id varchar not null,
    landing_date date not null,
    comment_no integer,
    sentence_no integer,
    char_start bigint,
    char_end bigint,
    word_count integer not null,
    text varchar not null
);
comment on table search.passages is 'One row per passage that can be found: a headline, a sentence of an article, a comment with text.';
comment on column search.passages.passage_no is 'Number in this release; within a landing date, by page and place on it. Another release may have other numbers.';
comment on column search.passages.kind is 'article or comment.';
comment on column search.passages.page_id is 'The page, as in marts.articles.';
comment on column search.passages.landing_date is 'Partition, as in raw.pages.';
comment on column search.passages.comment_no is 'The comment, as in marts.comments; null for an article.';
comment on column search.passages.sentence_no is 'The sentence of the article, as in parsed.sentences; null for its headline, and for a comment, which is one passage.';
comment on column search.passages.char_start is 'First code point in raw.pages.text; null for a headline that stands in no line of its own.';
comment on column search.passages.char_end is 'Code point after the last one; a comment''s author and meta lines are included.';
comment on column search.passages.word_count is 'Words as search_words() cuts them.';
comment on column search.passages.text is 'The headline, sentence or comment, as in parsed. Kept here too: joined from where it comes from, finding 20 took three times as long.';

create table search.postings (
    block_no integer not null,
    term varchar not null,
    passage_nos integer[] not null
);
comment on table search.postings is 'One row per word and block of passages: where the word stands. Read by search_text().';
comment on column search.postings.block_no is 'Block of consecutive landing dates: the first of them, counted in days.';
comment on column search.postings.term is 'The word, as search_words() cuts it.';
comment on column search.postings.passage_nos is 'Passages that it stands in, ascending, each as often as it stands there.';

create table search.vectors (
    passage_no integer not null,
    vector float[384] not null
);
comment on table search.vectors is 'One row per passage that has a vector: of at least 4 words, and embedded by the run. Comments are embedded without the names of the page''s commenters; empty where the setting publish_vectors is off.';
comment on column search.vectors.passage_no is 'The passage, as in search.passages.';
comment on column search.vectors.vector is 'Vector of the passage''s text by the embedding model of the release, as in publishing.releases.embedding_revision; of length 1 but for rounding to 3 decimals, which halves the file.';

create view search.passage_texts as
select
    passages.passage_no,
    passages.kind,
    passages.page_id,
    passages.landing_date,
    passages.comment_no,
    passages.page_id || '-' || passages.comment_no as comment_id,
    passages.sentence_no,
    passages.char_start,
    passages.char_end,
    pages.title as article_title,
    passages.text
from search.passages as passages
left join parsed.pages as pages on passages.page_id = pages.page_id;
comment on view search.passage_texts is 'One row per passage, with the headline of its page.';
comment on column search.passage_texts.passage_no is 'As in search.passages.';
comment on column search.passage_texts.kind is 'article or comment.';
comment on column search.passage_texts.page_id is 'The page.';
comment on column search.passage_texts.landing_date is 'Partition, as in raw.pages.';
comment on column search.passage_texts.comment_no is 'The comment, as in marts.comments; null for an article.';
comment on column search.passage_texts.comment_id is 'The comment, as in marts.comments; null for an article.';
comment on column search.passage_texts.sentence_no is 'As in search.passages.';
comment on column search.passage_texts.char_start is 'As in search.passages.';
comment on column search.passage_texts.char_end is 'As in search.passages.';
comment on column search.passage_texts.article_title is 'Headline of the page; null where none was found.';
comment on column search.passage_texts.text is 'The headline, sentence or comment.';

-- Han and kana, which have no spaces, by characters, as broadsheet.analysis.comment_groups counts them; all else by
-- words.
create macro search_words(passage) as regexp_extract_all(
    strip_accents(lower(passage)), '[\x{3040}-\x{30ff}\x{3400}-\x{9fff}]|[\pL\pN]+'
);
comment on macro search_words is 'search_words(passage): The words of a text as they are searched, in lower case and without accents.'; -- noqa: PRS
