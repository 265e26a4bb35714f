-- The tables that Broadsheet writes, and what each column means. Applied at the start of every run: each statement
-- may run any number of times. No primary keys: a keyed DuckDB file is about three times larger and windows are
-- replaced by delete + insert; uniqueness is a quality check. Offsets count Unicode code points of the decoded text.
--
-- This file is the registry: broadsheet/storage/schema.py reads it, and everything else asks that. A range in a
-- description ("in [0, 1]") is checked by the table's suite. "holds:" behind a column says what of people is in it, for
-- masking and erasure: a name (of a commenter), text (in which names may stand), a path (of a file, or an address), a
-- digest (by which a text can be recognised or guessed).

create schema if not exists raw;
create schema if not exists parsed;
create schema if not exists enriched;
create schema if not exists quality;
create schema if not exists publishing;

create table if not exists raw.pages (
    page_id varchar not null,
    content_sha256 varchar not null, -- holds: digest
    source_path varchar not null, -- holds: path
    landing_date date not null,
    landed_at timestamptz not null,
    file_bytes bigint not null,
    encoding varchar not null,
    text varchar not null, -- holds: text
    redacted_at timestamptz,
    encoding_confidence double,
    encoding_note varchar,
    format varchar,
    url varchar -- holds: path
);
alter table raw.pages add column if not exists redacted_at timestamptz;
alter table raw.pages add column if not exists encoding_confidence double;
alter table raw.pages add column if not exists encoding_note varchar;
alter table raw.pages add column if not exists format varchar;
alter table raw.pages add column if not exists url varchar;
comment on table raw.pages is 'One row per distinct file content. Kept, so that every later layer can be rebuilt without the source folder.';
comment on column raw.pages.page_id is 'First 32 hexadecimal digits of content_sha256.';
comment on column raw.pages.content_sha256 is 'SHA-256 of the file''s or record''s bytes, after decompression, in hexadecimal.';
comment on column raw.pages.source_path is 'Path under the source folder where this content was first seen, with / between its parts; of a record in a file, with # and its offset: in bytes of a web archive, in decompressed bytes of JSON lines and CSV, the row''s number in Parquet.';
comment on column raw.pages.landing_date is 'Partition, UTC: the date in the path where there is one, else the day of first sight. Never moves once ingested.';
comment on column raw.pages.landed_at is 'When the content was stored, UTC.';
comment on column raw.pages.file_bytes is 'Length of the content in bytes, after decompression.';
comment on column raw.pages.encoding is 'Encoding the bytes were decoded with, as Python names it; utf-8-sig is UTF-8 with a byte order mark. Of repaired text what is in it: "utf-8 with cp1252", or "utf-8 twice"; its bytes are kept.';
comment on column raw.pages.format is 'What the content is: text or html, of which text is what readers are shown; null for pages ingested before it was noted, which are text.';
comment on column raw.pages.url is 'Where the page was found, as it says itself (canonical address) or the archive states; null where neither does.';
comment on column raw.pages.text is 'Decoded text, byte order mark removed, or converted where format is html; nothing else changed but what encoding_note and redacted_at tell of.';
comment on column raw.pages.redacted_at is 'When an erased commenter was last taken out of text, UTC; null elsewhere. The hash and file_bytes stay those of the file, so offsets into text no longer give bytes in it.';
comment on column raw.pages.encoding_confidence is 'Probability that the bytes were decoded right, in [0, 1]; 1 where they say so themselves, as UTF-8 does; null for pages ingested before it was measured.';
comment on column raw.pages.encoding_note is 'What is doubtful about the encoding, what it was declared as and is not, or what was repaired; null where there is nothing to say.';

create table if not exists raw.sightings (
    source_path varchar not null, -- holds: path
    content_sha256 varchar, -- holds: digest
    page_id varchar,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    source_id varchar,
    vanished_at timestamptz
);
alter table raw.sightings add column if not exists source_id varchar;
alter table raw.sightings add column if not exists vanished_at timestamptz;
comment on table raw.sightings is 'One row per source folder, path and content seen. Duplicates keep every path here; changed and vanished files can be found.';
comment on column raw.sightings.source_path is 'Path under the source folder, as in raw.pages.';
comment on column raw.sightings.content_sha256 is 'SHA-256 of the content; null where the file could not or may not be read.';
comment on column raw.sightings.page_id is 'The page in raw.pages; null when the file was rejected.';
comment on column raw.sightings.first_seen_at is 'When this path first held this content, UTC.';
comment on column raw.sightings.last_seen_at is 'When this path was last read and held this content, UTC; a file whose size and times are as they were is not read again. The readable content of a path read last is its current one.';
comment on column raw.sightings.source_id is 'The source folder, as a keyed hash of where it lies; null where it was seen before folders were distinguished.';
comment on column raw.sightings.vanished_at is 'When a look at the whole source folder first found the path gone, UTC; null while it is there.';

create table if not exists raw.superseded_pages (
    page_id varchar not null,
    superseded_at timestamptz not null,
    is_left_out boolean not null
);
comment on table raw.superseded_pages is 'One row per page that is an older version: every path that held it holds another content now. Kept in raw, parsed and enriched tables.';
comment on column raw.superseded_pages.page_id is 'The page.';
comment on column raw.superseded_pages.superseded_at is 'When that was found, UTC.';
comment on column raw.superseded_pages.is_left_out is 'Whether it is left out of marts, near copies, topics and shares of comments: unless BROADSHEET_PUBLISH_SUPERSEDED is set.';

create table if not exists raw.quarantine (
    source_path varchar not null, -- holds: path
    content_sha256 varchar, -- holds: digest
    file_bytes bigint,
    reason varchar not null,
    detail varchar not null, -- holds: text
    landing_date date not null,
    first_seen_at timestamptz not null,
    resolved_at timestamptz
);
comment on table raw.quarantine is 'One row per rejected file version: why, and when it was resolved.';
comment on column raw.quarantine.source_path is 'Path under the source folder, as in raw.pages.';
comment on column raw.quarantine.content_sha256 is 'SHA-256 of the content; null where the file could not or may not be read.';
comment on column raw.quarantine.file_bytes is 'Length of the file in bytes as the file system states it; null where it is not a regular file.';
comment on column raw.quarantine.reason is 'One of: outside_source, not_a_file, unreadable, too_large, empty, binary, undecodable, corrupt_archive, erased.';
comment on column raw.quarantine.detail is 'What was found, for a person.';
comment on column raw.quarantine.landing_date is 'Partition, as in raw.pages.';
comment on column raw.quarantine.first_seen_at is 'When the file was first rejected, UTC.';
comment on column raw.quarantine.resolved_at is 'When the path was ingested, changed or left the source folder, UTC; null while it is rejected.';

create table if not exists raw.erasures (
    kind varchar not null,
    page_id varchar,
    content_sha256 varchar, -- holds: digest
    commenter_id varchar,
    landing_date date,
    erased_at timestamptz not null,
    page_count bigint not null,
    comment_count bigint not null,
    is_keyed boolean default false
);
alter table raw.erasures add column if not exists is_keyed boolean default false;
comment on table raw.erasures is 'One row per page or commenter erased on request. Holds no name and no text; nothing of it is taken in again.';
comment on column raw.erasures.is_keyed is 'Whether page_id and content_sha256 are keyed (HMAC-SHA-256 with the key of the home folder), as in releases without names.';
comment on column raw.erasures.kind is 'page or commenter.';
comment on column raw.erasures.page_id is 'The page; null for a commenter.';
comment on column raw.erasures.content_sha256 is 'SHA-256 of the page''s content, by which it is known when it comes back; null for a commenter.';
comment on column raw.erasures.commenter_id is 'The commenter''s keyed pseudonym, by which comments are known when they come back, for as long as the home folder keeps its key; null for a page.';
comment on column raw.erasures.landing_date is 'Landing date of the page; null for a commenter.';
comment on column raw.erasures.erased_at is 'When it was erased, UTC.';
comment on column raw.erasures.page_count is 'Pages that were removed, or that comments were taken out of; pages that came later are not counted.';
comment on column raw.erasures.comment_count is 'Comments removed, likewise.';

create table if not exists parsed.spans (
    page_id varchar not null,
    landing_date date not null,
    span_no integer not null,
    kind varchar not null,
    comment_no integer,
    line_start integer not null,
    line_end integer not null,
    char_start bigint not null,
    char_end bigint not null
);
comment on table parsed.spans is 'One row per run of lines of one kind. The spans of a page tile its text: no gap, no overlap.';
comment on column parsed.spans.page_id is 'The page.';
comment on column parsed.spans.landing_date is 'Partition, as in raw.pages.';
comment on column parsed.spans.span_no is 'Position of the span on the page, from 1.';
comment on column parsed.spans.kind is 'One of: title, byline, date, body, caption, boilerplate, comment_author, comment_meta, comment_text, other, blank.';
comment on column parsed.spans.comment_no is 'The comment that a comment_* span belongs to; null elsewhere.';
comment on column parsed.spans.line_start is 'First line, 1-based; lines end at a line feed.';
comment on column parsed.spans.line_end is 'Last line, 1-based, included.';
comment on column parsed.spans.char_start is 'First code point of the span in raw.pages.text, 0-based.';
comment on column parsed.spans.char_end is 'Code point after the last one; line ends belong to the span they close.';

create table if not exists parsed.pages (
    page_id varchar not null,
    landing_date date not null,
    title varchar, -- holds: text
    byline varchar, -- holds: text
    published_date date,
    language varchar,
    layout varchar not null,
    body_text varchar not null, -- holds: text
    body_chars integer not null,
    body_words integer not null,
    comment_count integer not null,
    parser_version varchar not null,
    confidence double not null
);
comment on table parsed.pages is 'One row per page: the article and what the parser made of the page.';
comment on column parsed.pages.page_id is 'The page.';
comment on column parsed.pages.landing_date is 'Partition, as in raw.pages.';
comment on column parsed.pages.title is 'Headline; null where none was found.';
comment on column parsed.pages.byline is 'Author line as printed; null where none was found.';
comment on column parsed.pages.published_date is 'Date printed on the page; null where none is explicit.';
comment on column parsed.pages.language is 'ISO 639-1 code of the body; null where too short to tell.';
comment on column parsed.pages.layout is 'How the page marks its comments, as the parser names it; none where there are no comments.';
comment on column parsed.pages.body_text is 'Paragraphs of the article, joined by one blank line; empty where there is no body.';
comment on column parsed.pages.body_chars is 'Length of body_text in code points.';
comment on column parsed.pages.body_words is 'Words of body_text, split at white space.';
comment on column parsed.pages.comment_count is 'Comments found.';
comment on column parsed.pages.parser_version is 'Version of the parser that made the row.';
comment on column parsed.pages.confidence is 'Probability that each comment was found where it starts, and no more, in [0, 1]; low where the page counts comments and shows none.';

create table if not exists parsed.comments (
    comment_id varchar not null,
    page_id varchar not null,
    landing_date date not null,
    comment_no integer not null,
    author_name varchar, -- holds: name
    commenter_id varchar,
    text varchar not null, -- holds: text
    char_start bigint not null,
    char_end bigint not null,
    start_cue varchar not null,
    confidence double not null,
    posted_date date,
    vote_count integer,
    quote_char_end bigint,
    reply_to_no integer,
    p_reply double,
    reply_cue varchar,
    scored_text varchar -- holds: text
);
alter table parsed.comments add column if not exists posted_date date;
alter table parsed.comments add column if not exists vote_count integer;
alter table parsed.comments add column if not exists quote_char_end bigint;
alter table parsed.comments add column if not exists reply_to_no integer;
alter table parsed.comments add column if not exists p_reply double;
alter table parsed.comments add column if not exists reply_cue varchar;
alter table parsed.comments add column if not exists scored_text varchar;
comment on table parsed.comments is 'One row per comment.';
comment on column parsed.comments.comment_id is 'page_id, a hyphen, comment_no.';
comment on column parsed.comments.page_id is 'The page.';
comment on column parsed.comments.landing_date is 'Partition, as in raw.pages.';
comment on column parsed.comments.comment_no is 'Order on the page, from 1.';
comment on column parsed.comments.author_name is 'Name as printed; null where the page lost it.';
comment on column parsed.comments.commenter_id is 'Keyed pseudonym of the name (HMAC-SHA-256 with the key of this home folder); null where the name is lost.';
comment on column parsed.comments.text is 'What the commenter wrote; empty where only the name is left.';
comment on column parsed.comments.char_start is 'First code point of the comment in raw.pages.text, 0-based, author and meta lines included.';
comment on column parsed.comments.char_end is 'Code point after the last one.';
comment on column parsed.comments.start_cue is 'What marks the start: author_line, meta_line, after_meta_line, list_bullet, extra_blank_line, first_no_name or none.';
comment on column parsed.comments.confidence is 'Probability that a comment starts here, in [0, 1].';
comment on column parsed.comments.posted_date is 'Day that the comment''s own lines name in full; null where they name none ("2 years ago").';
comment on column parsed.comments.vote_count is 'Votes as the page counts them, below 0 where more are against; null where it does not say.';
comment on column parsed.comments.quote_char_end is 'Code point in raw.pages.text after the text quoted from elsewhere that the comment begins with; null where it begins with none.';
comment on column parsed.comments.reply_to_no is 'comment_no of the earlier comment on the page that it answers; null where nothing says so.';
comment on column parsed.comments.p_reply is 'Probability that it answers that one, in [0.5, 1], set by hand per cue; null without reply_to_no.';
comment on column parsed.comments.reply_cue is 'What says so: in_reply_to, quote, at_name or name; null without reply_to_no.';
comment on column parsed.comments.scored_text is 'The text as models read it, with a mask (█████) for every name of the page''s commenters; null where that is text itself. So no figure depends on a name, and figures are the same in releases with and without names.';

create table if not exists parsed.sentences (
    page_id varchar not null,
    landing_date date not null,
    comment_no integer,
    sentence_no integer not null,
    char_start bigint not null,
    char_end bigint not null,
    text varchar not null, -- holds: text
    text_sha256 varchar not null -- holds: digest
);
comment on table parsed.sentences is 'One row per sentence of a body or comment.';
comment on column parsed.sentences.page_id is 'The page.';
comment on column parsed.sentences.landing_date is 'Partition, as in raw.pages.';
comment on column parsed.sentences.comment_no is 'The comment; null for the body.';
comment on column parsed.sentences.sentence_no is 'Order within the body or comment, from 1.';
comment on column parsed.sentences.char_start is 'First code point in raw.pages.text.';
comment on column parsed.sentences.char_end is 'Code point after the last one; the slice, white space folded, is the text.';
comment on column parsed.sentences.text is 'The sentence, white space folded.';
comment on column parsed.sentences.text_sha256 is 'SHA-256 of text in UTF-8, in hexadecimal: the key of the inference cache.';

create table if not exists enriched.inferences (
    text_sha256 varchar not null, -- holds: digest
    task varchar not null,
    model_id varchar not null,
    model_revision varchar not null,
    output float[] not null, -- holds: digest
    inferred_at timestamptz not null,
    cost_ms float
);
alter table enriched.inferences add column if not exists cost_ms float;
comment on table enriched.inferences is 'One row per text, task and model revision: the cache of what models computed. Never deleted by a run, not published.';
comment on column enriched.inferences.text_sha256 is 'SHA-256 of the scored text in UTF-8, in hexadecimal.';
comment on column enriched.inferences.task is 'sentiment or embedding.';
comment on column enriched.inferences.model_id is 'Name of the model.';
comment on column enriched.inferences.model_revision is 'First 12 hexadecimal digits of the SHA-256 of the model''s files; then -bf16 where computed in bfloat16.';
comment on column enriched.inferences.output is 'sentiment: P(negative), P(neutral), P(positive). embedding: a unit vector of 384 dimensions.';
comment on column enriched.inferences.inferred_at is 'When the result was computed, UTC.';
comment on column enriched.inferences.cost_ms is 'What the text cost, in milliseconds of wall time: that of its batch, divided by the texts in it, and by the workers at work. Null where it was made before this was kept.';

create table if not exists enriched.generations (
    text_sha256 varchar not null, -- holds: digest
    task varchar not null,
    model_id varchar not null,
    model_revision varchar not null,
    output varchar not null, -- holds: text
    inferred_at timestamptz not null,
    cost_ms float
);
alter table enriched.generations add column if not exists cost_ms float;
comment on table enriched.generations is 'One row per text, task and model revision: the cache of what models wrote. Never deleted by a run, not published. Nothing in it has been checked against the article.';
comment on column enriched.generations.text_sha256 is 'SHA-256 of the article in UTF-8, its sentences one a line, in hexadecimal.';
comment on column enriched.generations.task is 'summary.';
comment on column enriched.generations.model_id is 'Name of the model.';
comment on column enriched.generations.model_revision is 'First 12 hexadecimal digits of a SHA-256 over the model''s files, the prompt and the length; then -bf16 where computed in bfloat16.';
comment on column enriched.generations.output is 'What the model wrote, as it wrote it.';
comment on column enriched.generations.inferred_at is 'When it was written, UTC.';
comment on column enriched.generations.cost_ms is 'What the text cost, in milliseconds of wall time: that of its batch, divided by the texts in it, and by the workers at work. Null where it was made before this was kept.';

create table if not exists enriched.sentence_sentiment (
    page_id varchar not null,
    landing_date date not null,
    sentence_no integer not null,
    label varchar,
    p_negative float,
    p_neutral float,
    p_positive float,
    polarity float,
    model_id varchar not null,
    model_revision varchar not null,
    language varchar,
    tone_basis varchar
);
alter table enriched.sentence_sentiment alter column label drop not null;
alter table enriched.sentence_sentiment alter column p_negative drop not null;
alter table enriched.sentence_sentiment alter column p_neutral drop not null;
alter table enriched.sentence_sentiment alter column p_positive drop not null;
alter table enriched.sentence_sentiment alter column polarity drop not null;
alter table enriched.sentence_sentiment add column if not exists language varchar;
alter table enriched.sentence_sentiment add column if not exists tone_basis varchar;
comment on table enriched.sentence_sentiment is 'One row per sentence of an article body.';
comment on column enriched.sentence_sentiment.page_id is 'The page.';
comment on column enriched.sentence_sentiment.landing_date is 'Partition, as in raw.pages.';
comment on column enriched.sentence_sentiment.sentence_no is 'The sentence, as in parsed.sentences where comment_no is null.';
comment on column enriched.sentence_sentiment.label is 'Class of the highest probability: negative, neutral or positive; null where tone_basis is unsupported.';
comment on column enriched.sentence_sentiment.p_negative is 'P(negative), in [0, 1]; null where tone_basis is unsupported.';
comment on column enriched.sentence_sentiment.p_neutral is 'P(neutral), in [0, 1]; null where tone_basis is unsupported.';
comment on column enriched.sentence_sentiment.p_positive is 'P(positive), in [0, 1]; null where tone_basis is unsupported.';
comment on column enriched.sentence_sentiment.polarity is 'P(positive) - P(negative), in [-1, 1]; null where tone_basis is unsupported.';
comment on column enriched.sentence_sentiment.model_id is 'Name of the model.';
comment on column enriched.sentence_sentiment.model_revision is 'Revision of the model.';
comment on column enriched.sentence_sentiment.language is 'Language of the page, ISO 639-1; null where it could not be detected.';
comment on column enriched.sentence_sentiment.tone_basis is 'What the tone rests on: measured, the model was measured in the language; transferred, it was trained with others and carries over; unsupported, nothing is known, and there is none.';

create table if not exists enriched.article_sentiment (
    page_id varchar not null,
    landing_date date not null,
    label varchar,
    p_negative float,
    p_neutral float,
    p_positive float,
    polarity float,
    sentence_count integer not null,
    share_negative float,
    share_neutral float,
    share_positive float,
    model_id varchar not null,
    model_revision varchar not null,
    tone_basis varchar
);
alter table enriched.article_sentiment alter column label drop not null;
alter table enriched.article_sentiment alter column p_negative drop not null;
alter table enriched.article_sentiment alter column p_neutral drop not null;
alter table enriched.article_sentiment alter column p_positive drop not null;
alter table enriched.article_sentiment alter column polarity drop not null;
alter table enriched.article_sentiment alter column share_negative drop not null;
alter table enriched.article_sentiment alter column share_neutral drop not null;
alter table enriched.article_sentiment alter column share_positive drop not null;
alter table enriched.article_sentiment add column if not exists tone_basis varchar;
comment on table enriched.article_sentiment is 'One row per page with a body: tone made from the body''s sentences, weighted by their length.';
comment on column enriched.article_sentiment.page_id is 'The page.';
comment on column enriched.article_sentiment.landing_date is 'Partition, as in raw.pages.';
comment on column enriched.article_sentiment.label is 'Class of the highest mean probability: negative, neutral or positive; null where tone_basis is unsupported.';
comment on column enriched.article_sentiment.p_negative is 'Mean P(negative) of the sentences, weighted by code points, in [0, 1]; null where tone_basis is unsupported.';
comment on column enriched.article_sentiment.p_neutral is 'Mean P(neutral) of the sentences, weighted by code points, in [0, 1]; null where tone_basis is unsupported.';
comment on column enriched.article_sentiment.p_positive is 'Mean P(positive) of the sentences, weighted by code points, in [0, 1]; null where tone_basis is unsupported.';
comment on column enriched.article_sentiment.polarity is 'p_positive - p_negative, in [-1, 1]; null where tone_basis is unsupported.';
comment on column enriched.article_sentiment.sentence_count is 'Sentences of the body.';
comment on column enriched.article_sentiment.share_negative is 'Share of sentences labelled negative, in [0, 1]; null where tone_basis is unsupported.';
comment on column enriched.article_sentiment.share_neutral is 'Share of sentences labelled neutral, in [0, 1]; null where tone_basis is unsupported.';
comment on column enriched.article_sentiment.share_positive is 'Share of sentences labelled positive, in [0, 1]; null where tone_basis is unsupported.';
comment on column enriched.article_sentiment.model_id is 'Name of the model.';
comment on column enriched.article_sentiment.model_revision is 'Revision of the model.';
comment on column enriched.article_sentiment.tone_basis is 'What the tone rests on: measured, the model was measured in the language; transferred, it was trained with others and carries over; unsupported, nothing is known, and there is none.';

create table if not exists enriched.comment_sentiment (
    comment_id varchar not null,
    page_id varchar not null,
    landing_date date not null,
    label varchar,
    p_negative float,
    p_neutral float,
    p_positive float,
    polarity float,
    model_id varchar not null,
    model_revision varchar not null,
    language varchar,
    tone_basis varchar
);
alter table enriched.comment_sentiment alter column label drop not null;
alter table enriched.comment_sentiment alter column p_negative drop not null;
alter table enriched.comment_sentiment alter column p_neutral drop not null;
alter table enriched.comment_sentiment alter column p_positive drop not null;
alter table enriched.comment_sentiment alter column polarity drop not null;
alter table enriched.comment_sentiment add column if not exists language varchar;
alter table enriched.comment_sentiment add column if not exists tone_basis varchar;
comment on table enriched.comment_sentiment is 'One row per comment with text.';
comment on column enriched.comment_sentiment.comment_id is 'The comment.';
comment on column enriched.comment_sentiment.page_id is 'The page.';
comment on column enriched.comment_sentiment.landing_date is 'Partition, as in raw.pages.';
comment on column enriched.comment_sentiment.label is 'Class of the highest probability: negative, neutral or positive; null where tone_basis is unsupported.';
comment on column enriched.comment_sentiment.p_negative is 'P(negative), in [0, 1]; null where tone_basis is unsupported.';
comment on column enriched.comment_sentiment.p_neutral is 'P(neutral), in [0, 1]; null where tone_basis is unsupported.';
comment on column enriched.comment_sentiment.p_positive is 'P(positive), in [0, 1]; null where tone_basis is unsupported.';
comment on column enriched.comment_sentiment.polarity is 'P(positive) - P(negative), in [-1, 1]; null where tone_basis is unsupported.';
comment on column enriched.comment_sentiment.model_id is 'Name of the model.';
comment on column enriched.comment_sentiment.model_revision is 'Revision of the model.';
comment on column enriched.comment_sentiment.language is 'Language of the comment where it is long enough to tell, else of the page, ISO 639-1; null where neither could be detected.';
comment on column enriched.comment_sentiment.tone_basis is 'What the tone rests on: measured, the model was measured in the language; transferred, it was trained with others and carries over; unsupported, nothing is known, and there is none.';

create table if not exists enriched.comment_shares (
    landing_date date not null,
    page_id varchar,
    negative_count bigint not null,
    neutral_count bigint not null,
    positive_count bigint not null,
    share_negative double,
    share_negative_low double,
    share_negative_high double,
    share_neutral double,
    share_neutral_low double,
    share_neutral_high double,
    share_positive double,
    share_positive_low double,
    share_positive_high double,
    declined varchar,
    model_id varchar,
    model_revision varchar
);
comment on table enriched.comment_shares is 'One row per page with scored comments, and one per landing date over all its pages: class shares corrected by adjusted counting.';
comment on column enriched.comment_shares.landing_date is 'Partition, as in raw.pages.';
comment on column enriched.comment_shares.page_id is 'The page; null in the row of the whole landing date.';
comment on column enriched.comment_shares.negative_count is 'Comments labelled negative.';
comment on column enriched.comment_shares.neutral_count is 'Comments labelled neutral.';
comment on column enriched.comment_shares.positive_count is 'Comments labelled positive.';
comment on column enriched.comment_shares.share_negative is 'Share of comments that are negative, corrected for how the model confuses the classes, in [0, 1]; null where declined.';
comment on column enriched.comment_shares.share_negative_low is 'Lower end of its 95 % interval.';
comment on column enriched.comment_shares.share_negative_high is 'Upper end of its 95 % interval.';
comment on column enriched.comment_shares.share_neutral is 'Share of neutral ones, likewise.';
comment on column enriched.comment_shares.share_neutral_low is 'Lower end of its 95 % interval.';
comment on column enriched.comment_shares.share_neutral_high is 'Upper end of its 95 % interval.';
comment on column enriched.comment_shares.share_positive is 'Share of positive ones, likewise.';
comment on column enriched.comment_shares.share_positive_low is 'Lower end of its 95 % interval.';
comment on column enriched.comment_shares.share_positive_high is 'Upper end of its 95 % interval.';
comment on column enriched.comment_shares.declined is 'Why there is no correction, in words; null where there is one.';
comment on column enriched.comment_shares.model_id is 'Name of the model; null where several have scored the comments.';
comment on column enriched.comment_shares.model_revision is 'Revision of the model, likewise.';

create table if not exists enriched.article_summaries (
    page_id varchar not null,
    landing_date date not null,
    summary varchar not null, -- holds: text
    method varchar not null,
    model_id varchar not null,
    model_revision varchar not null,
    generated_count integer default 0,
    dropped_count integer default 0
);
alter table enriched.article_summaries add column if not exists generated_count integer default 0;
alter table enriched.article_summaries add column if not exists dropped_count integer default 0;
comment on table enriched.article_summaries is 'One row per page with a body.';
comment on column enriched.article_summaries.page_id is 'The page.';
comment on column enriched.article_summaries.landing_date is 'Partition, as in raw.pages.';
comment on column enriched.article_summaries.summary is 'Its sentences, in page order of what carries them, joined by a space. Verbatim sentences of the body where the method is extractive.';
comment on column enriched.article_summaries.method is 'How it was made: extractive-mmr-2 (sentences of the body), abstractive-locked-1 (generated sentences that the body carries) or abstractive-locked-1+extractive-mmr-2 (both, extraction standing in for what was dropped).';
comment on column enriched.article_summaries.model_id is 'Name of the model: the one that writes where one is set, else the one that embeds.';
comment on column enriched.article_summaries.model_revision is 'Revision of the model.';
comment on column enriched.article_summaries.generated_count is 'Sentences that a model wrote; 0 where none is set.';
comment on column enriched.article_summaries.dropped_count is 'How many of them were dropped because the body does not carry them. All of them, with an extractive method: extraction stood in.';

create table if not exists enriched.summary_sentences (
    page_id varchar not null,
    landing_date date not null,
    rank integer not null,
    sentence_no integer not null,
    char_start bigint not null,
    char_end bigint not null,
    salience float not null,
    support float not null,
    text varchar -- holds: text
);
alter table enriched.summary_sentences add column if not exists text varchar;
comment on table enriched.summary_sentences is 'One row per sentence of a summary and sentence of the body that carries it: one for a verbatim sentence, one or two for a generated one.';
comment on column enriched.summary_sentences.page_id is 'The page.';
comment on column enriched.summary_sentences.landing_date is 'Partition, as in raw.pages.';
comment on column enriched.summary_sentences.rank is 'Order of choice, from 1: generated sentences as they were written, then the most salient first.';
comment on column enriched.summary_sentences.sentence_no is 'The sentence of the body that carries it.';
comment on column enriched.summary_sentences.char_start is 'First code point in raw.pages.text.';
comment on column enriched.summary_sentences.char_end is 'Code point after the last one.';
comment on column enriched.summary_sentences.salience is 'Score of the body''s sentence: 0.3 centroid + 0.3 title + 0.4 position, unitless, about [-0.6, 1].';
comment on column enriched.summary_sentences.support is 'How well the body carries the sentence, in [0, 1]: 1 for a verbatim one alone; for a generated one, likeness in meaning to what carries it, all of its words being there.';
comment on column enriched.summary_sentences.text is 'The sentence as the summary has it; null in rows from before generated summaries, which are verbatim.';

create table if not exists enriched.comment_strands (
    page_id varchar not null,
    landing_date date not null,
    strand_no integer not null,
    comment_id varchar not null,
    comment_count integer not null,
    comment_share float not null,
    commenter_count integer not null,
    commenter_share float,
    cohesion float not null,
    model_id varchar not null,
    model_revision varchar not null
);
comment on table enriched.comment_strands is 'One row per group of similar comments (strand) of a page. At most 5 a page, of at least 2 comments each; none on pages with fewer than 4 comments with text.';
comment on column enriched.comment_strands.page_id is 'The page.';
comment on column enriched.comment_strands.landing_date is 'Partition, as in raw.pages.';
comment on column enriched.comment_strands.strand_no is 'Rank on the page by comments, from 1: the largest first.';
comment on column enriched.comment_strands.comment_id is 'The comment that represents the group, verbatim: the nearest to its centroid, of those of 5 to 60 words if any is.';
comment on column enriched.comment_strands.comment_count is 'Comments in the group, copies of one text included.';
comment on column enriched.comment_strands.comment_share is 'comment_count by the page''s comments with text, in (0, 1]. A page''s groups need not sum to 1: other comments are in none.';
comment on column enriched.comment_strands.commenter_count is 'Distinct named commenters in the group. Nameless comments are of unknown commenters and not counted; far fewer commenters than named comments hint at a campaign.';
comment on column enriched.comment_strands.commenter_share is 'commenter_count by the distinct named commenters of the page''s comments with text, in [0, 1]; null where none is named. One person may be in several groups.';
comment on column enriched.comment_strands.cohesion is 'Mean cosine of its comments to its centroid, in [-1, 1]; 1 where all say the same.';
comment on column enriched.comment_strands.model_id is 'Name of the model.';
comment on column enriched.comment_strands.model_revision is 'Revision of the model.';

create table if not exists enriched.strand_comments (
    page_id varchar not null,
    landing_date date not null,
    comment_id varchar not null,
    strand_no integer,
    likeness float
);
comment on table enriched.strand_comments is 'One row per comment with text, and the group of similar comments that it is in, if any: what every share rests on.';
comment on column enriched.strand_comments.page_id is 'The page.';
comment on column enriched.strand_comments.landing_date is 'Partition, as in raw.pages.';
comment on column enriched.strand_comments.comment_id is 'The comment.';
comment on column enriched.strand_comments.strand_no is 'The group, as in enriched.comment_strands; null where it is in none.';
comment on column enriched.strand_comments.likeness is 'Cosine of the comment to the centroid of its group, in [-1, 1]; null where it is in none.';

create table if not exists enriched.text_signatures (
    page_id varchar not null,
    landing_date date not null,
    comment_id varchar,
    word_count integer not null,
    folded_hash ubigint not null, -- holds: digest
    signature usmallint[128], -- holds: digest
    method varchar not null
);
comment on table enriched.text_signatures is 'One row per page with a body and per comment with text: what exact and near duplicates are found by, so that linking reads no text. Not published: texts can be guessed by it.';
comment on column enriched.text_signatures.page_id is 'The page.';
comment on column enriched.text_signatures.landing_date is 'Partition, as in raw.pages.';
comment on column enriched.text_signatures.comment_id is 'The comment; null for the body of the article.';
comment on column enriched.text_signatures.word_count is 'Words of the text; of a comment that begins with a quote, those after it.';
comment on column enriched.text_signatures.folded_hash is 'First 64 bits of the SHA-256 of the text, case and white space folded: equal for exact copies.';
comment on column enriched.text_signatures.signature is 'MinHash: of shingles of three words for a body, of two for a comment, 128 least hashes, the low 16 bits of each. The share that two have in common estimates their likeness (Jaccard). Null where the text has fewer than 12 words.';
comment on column enriched.text_signatures.method is 'Version of the method.';

create table if not exists enriched.near_duplicates (
    cluster_id varchar not null,
    kind varchar not null,
    page_id varchar not null,
    comment_id varchar,
    landing_date date not null,
    is_exact boolean not null,
    similarity float not null,
    is_representative boolean not null
);
comment on table enriched.near_duplicates is 'One row per article or comment that is a copy or near copy of another, or that has one. Made anew from all landing dates by every run that changed a signature.';
comment on column enriched.near_duplicates.cluster_id is 'The copies of one text: the page_id or comment_id of the one that represents them, so that it stays when copies are added.';
comment on column enriched.near_duplicates.kind is 'article or comment.';
comment on column enriched.near_duplicates.page_id is 'The page.';
comment on column enriched.near_duplicates.comment_id is 'The comment; null for an article.';
comment on column enriched.near_duplicates.landing_date is 'Landing date of the page.';
comment on column enriched.near_duplicates.is_exact is 'Whether its text is that of the representative, case and white space folded.';
comment on column enriched.near_duplicates.similarity is 'Likeness to the representative in [0.5, 1]: 1 for an exact copy, else the estimated share of shingles in common (Jaccard), with a standard error of at most 0.045.';
comment on column enriched.near_duplicates.is_representative is 'Whether it represents its cluster: the earliest by landing date, then by a hash of its text, then by id.';

create table if not exists enriched.topic_vectors (
    page_id varchar not null,
    landing_date date not null,
    comment_id varchar,
    vector tinyint[384] not null, -- holds: digest
    model_id varchar not null,
    model_revision varchar not null
);
comment on table enriched.topic_vectors is 'One row per page with a body, and per comment of 8 words and more on pages with at least 4 comments with text: what topics are found by. Not published: texts can be guessed by it.';
comment on column enriched.topic_vectors.page_id is 'The page.';
comment on column enriched.topic_vectors.landing_date is 'Partition, as in raw.pages.';
comment on column enriched.topic_vectors.comment_id is 'The comment; null for the article.';
comment on column enriched.topic_vectors.vector is 'Direction of the embedding, its largest component scaled to 127. Of an article: of its sentences, by their length, and its title, 7 parts to 3.';
comment on column enriched.topic_vectors.model_id is 'Name of the model.';
comment on column enriched.topic_vectors.model_revision is 'Revision of the model.';

create table if not exists enriched.topics (
    topic_id integer not null,
    language varchar,
    label varchar not null, -- holds: text
    terms varchar[] not null, -- holds: text
    model_id varchar not null,
    model_revision varchar not null
);
comment on table enriched.topics is 'One row per topic: articles of one language that are about like things. Made anew from all landing dates by every run that changed anything they rest on, so that a topic_id holds within a release alone.';
comment on column enriched.topics.topic_id is 'Rank by articles, from 1: the largest first.';
comment on column enriched.topics.language is 'ISO 639-1 code of its articles; null where it could not be detected.';
comment on column enriched.topics.label is 'Its first four terms, joined by a comma and a space; unnamed where its articles share no word that others lack.';
comment on column enriched.topics.terms is 'Up to 8 words of its articles that set it apart, lower case, the most telling first. Never of comments, nor of the names of those who commented on the same page.';
comment on column enriched.topics.model_id is 'Name of the model.';
comment on column enriched.topics.model_revision is 'Revision of the model.';

create table if not exists enriched.topic_members (
    kind varchar not null,
    page_id varchar not null,
    comment_id varchar,
    landing_date date not null,
    topic_id integer not null,
    likeness float,
    placed_by varchar not null
);
comment on table enriched.topic_members is 'One row per article and comment with text that is placed in a topic; what is like no topic has none.';
comment on column enriched.topic_members.kind is 'article or comment.';
comment on column enriched.topic_members.page_id is 'The page.';
comment on column enriched.topic_members.comment_id is 'The comment; null for an article.';
comment on column enriched.topic_members.landing_date is 'Landing date of the page.';
comment on column enriched.topic_members.topic_id is 'The topic, as in enriched.topics.';
comment on column enriched.topic_members.likeness is 'Mean cosine to the articles of the topic, what all articles of the language share taken out, in [-1, 1]; null for a comment without a vector of its own.';
comment on column enriched.topic_members.placed_by is 'own: by its own vector. article: a comment, because its article is in the topic.';

create table if not exists quality.check_results (
    run_id varchar not null,
    checked_at timestamptz not null,
    table_name varchar not null,
    check_name varchar not null,
    severity varchar not null,
    is_success boolean not null,
    unexpected_count bigint not null,
    observed varchar, -- holds: text
    failing_ids varchar[] not null, -- holds: path
    error varchar, -- holds: text
    validated varchar
);
alter table quality.check_results add column if not exists validated varchar;
comment on table quality.check_results is 'One row per check and run: the history of the quality gate.';
comment on column quality.check_results.run_id is 'Dagster run that checked.';
comment on column quality.check_results.checked_at is 'When it was checked, UTC.';
comment on column quality.check_results.table_name is 'Table checked, as schema.table.';
comment on column quality.check_results.check_name is 'Name of the check, unique within the table.';
comment on column quality.check_results.severity is 'error stops the release, warn does not.';
comment on column quality.check_results.is_success is 'Whether the check held.';
comment on column quality.check_results.unexpected_count is 'Rows that break it; 0 where it held or is about the table as a whole.';
comment on column quality.check_results.observed is 'Value measured, for checks about the table as a whole; null elsewhere.';
comment on column quality.check_results.failing_ids is 'Up to 20 ids of offending rows, never their texts.';
comment on column quality.check_results.error is 'Message, where the check itself could not run; null elsewhere.';
comment on column quality.check_results.validated is 'Which rows were looked at: all rows; those of the landing dates that changed since the check last held, as first..last (number of dates); those added since; or nothing new, where it held and nothing changed. Null for marts, which are tested as a whole, and in rows from before this was kept.';

create table if not exists publishing.releases (
    release_id varchar not null,
    created_at timestamptz not null,
    run_id varchar not null,
    code_version varchar not null,
    parser_version varchar not null,
    sentiment_revision varchar not null,
    embedding_revision varchar not null,
    page_count bigint not null,
    comment_count bigint not null,
    refused_count bigint not null,
    checks_passed integer not null,
    checks_warned integer not null,
    has_author_names boolean default true,
    has_keyed_ids boolean default false
);
alter table publishing.releases add column if not exists has_author_names boolean default true;
alter table publishing.releases add column if not exists has_keyed_ids boolean default false;
comment on table publishing.releases is 'One row per release that analysts could open.';
comment on column publishing.releases.release_id is 'UTC time of creation, as YYYYMMDDTHHMMSSffffffZ; sorts by age.';
comment on column publishing.releases.created_at is 'When the release was made, UTC.';
comment on column publishing.releases.run_id is 'Dagster run that made it.';
comment on column publishing.releases.code_version is 'Version of Broadsheet.';
comment on column publishing.releases.parser_version is 'Version of the parser.';
comment on column publishing.releases.sentiment_revision is 'Revision of the sentiment model.';
comment on column publishing.releases.embedding_revision is 'Revision of the embedding model.';
comment on column publishing.releases.page_count is 'Rows of marts.articles.';
comment on column publishing.releases.comment_count is 'Rows of marts.comments.';
comment on column publishing.releases.refused_count is 'Files that are rejected.';
comment on column publishing.releases.checks_passed is 'Checks that held in the run.';
comment on column publishing.releases.checks_warned is 'Checks of severity warn that did not hold.';
comment on column publishing.releases.has_author_names is 'Whether it holds commenters'' names; without them, each is a mask of one length (█████), and offsets, lengths and hashes are those of the release''s own text.';
comment on column publishing.releases.has_keyed_ids is 'Whether page_id, comment_id, cluster_id and content_sha256 are keyed (HMAC-SHA-256 with the key of the home folder), so that a page cannot be identified by them from its bytes: in releases without names.';

create table if not exists publishing.partitions (
    table_name varchar not null,
    landing_date date,
    version varchar not null,
    changed_at timestamptz not null
);
comment on table publishing.partitions is 'One row per table and landing date that has rows, or per table without landing dates: which version of them the working file holds. Not published.';
comment on column publishing.partitions.table_name is 'Table, as schema.table.';
comment on column publishing.partitions.landing_date is 'Landing date; null where the table has none, and for rows without one.';
comment on column publishing.partitions.version is 'Follows from the rows alone: how many there are, and the sum of their hashes. Rows written again as they were have the version that they had.';
comment on column publishing.partitions.changed_at is 'When the rows last changed, UTC.';

create table if not exists publishing.taken (
    taker varchar not null,
    table_name varchar not null,
    landing_date date,
    version varchar not null
);
comment on table publishing.taken is 'One row per version in publishing.partitions that a mart, a check or a release was last made of: what differs is what there is to do. Not published.';
comment on column publishing.taken.taker is 'What was made: a mart as schema.table, a release by its release_id.';
comment on column publishing.taken.table_name is 'Table, as schema.table.';
comment on column publishing.taken.landing_date is 'Landing date; null where the table has none.';
comment on column publishing.taken.version is 'The version that was taken in.';
