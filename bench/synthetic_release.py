"""Makes a release without a run: tables as a run leaves them, filled with generated texts and tones drawn by hash.

The marts' columns are those of their dbt contracts. Tests give it texts of their own; benchmarks give it sizes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import yaml

from broadsheet.project_files import PROJECT_ROOT
from broadsheet.storage.connection import connect
from broadsheet.storage.schema import definitions

_SENTENCES = (
    "The council met on Tuesday and spoke about the bridge for most of the evening.",
    "Nobody had asked the ferryman, who has crossed there for thirty years.",
    "It costs two million, and the money is not there yet.",
    "I walk that way every morning and have never seen a queue.",
    "What a waste.",
    "Good news for once, and about time too!",
)
_NAMES = ("Nora Quill", "Tom Abara", "Lena Voss", "Piet Mills", "Ana Costa", "Jules Roux", "Karl Wendt", "Ines Park")


@dataclass(frozen=True)
class Recipe:
    """What goes into a release.

    Attributes:
        articles, comments: how many; comments are spread evenly.
        days: landing dates that the articles are spread over.
        texts: sentences that titles, bodies and comments are made of, one for each in turn.
        names: of commenters, files and author lines.
        has_author_names: as publishing.releases tells it; without them no column holds a commenter's name.
        has_topics: whether marts.topics and marts.near_duplicates are there.
    """

    articles: int
    comments: int
    days: int = 60
    texts: Sequence[str] = field(default=_SENTENCES)
    names: Sequence[str] = field(default=_NAMES)
    has_author_names: bool = True
    has_topics: bool = True


def make(path: Path, recipe: Recipe) -> None:
    """Write the release to a new file."""
    with connect(path) as connection:
        connection.execute(definitions())
        connection.execute("create schema marts")
        for contract in sorted((PROJECT_ROOT / "dbt" / "models" / "marts").glob("*.yml")):
            _create(connection, contract)
        connection.execute("create temp table texts as select unnest($1) as text", [list(recipe.texts)])
        connection.execute("create temp table names as select unnest($1) as name", [list(recipe.names)])
        for name in ("articles", "comments", "days"):
            connection.execute(f"set variable {name} = {int(getattr(recipe, name))}")
        connection.execute(f"set variable named = {recipe.has_author_names}")
        connection.execute(_FILL)
        if not recipe.has_topics:
            connection.execute("drop table marts.topics; drop table marts.near_duplicates")


def _create(connection: duckdb.DuckDBPyConnection, contract: Path) -> None:
    """Create a mart with the columns of its contract."""
    (model,) = yaml.safe_load(contract.read_text(encoding="utf-8"))["models"]
    columns = ", ".join(f'"{column["name"]}" {column["data_type"]}' for column in model["columns"])
    connection.execute(f"create or replace table marts.{model['name']} ({columns})")


_FILL = """
set variable texts = (select list(text) from texts);
set variable names = (select list(name) from names);
create temp macro word(n) as getvariable('texts')[1 + (n % len(getvariable('texts')))::bigint];
create temp macro person(n) as getvariable('names')[1 + (n % len(getvariable('names')))::bigint];
create temp macro drawn(n) as (hash(n) % 2001)::double / 1000 - 1;
create temp macro label_of(p) as case when p < -0.33 then 'negative' when p > 0.33 then 'positive' else 'neutral' end;

create temp table bodies as
select
    n,
    md5(n::varchar) as page_id,
    date '2026-11-20' - (n % getvariable('days'))::integer as landing_date,
    word(n) as title,
    [word(n + k) || ' ' || word(n + k + 1) for k in range(6)] as paragraphs
from range(getvariable('articles')) as made (n);

create temp table said as
select
    n % getvariable('articles') as of_article,
    (n // getvariable('articles') + 1)::integer as comment_no,
    md5((n % getvariable('articles'))::varchar) as page_id,
    date '2026-11-20' - ((n % getvariable('articles')) % getvariable('days'))::integer as landing_date,
    case when n % 5 > 0 then person(hash(n) % 100000) end as name,
    word(hash(n)) || case when n % 3 = 0 then ' ' || word(hash(n + 1)) else '' end as text,
    drawn(n) as polarity
from range(getvariable('comments')) as made (n);

insert into raw.pages by name
select
    page_id, sha256(n::varchar) as content_sha256,
    landing_date || '/' || person(n) || '-' || n || '.txt' as source_path, landing_date,
    landing_date::timestamptz as landed_at, 2000 as file_bytes, 'utf-8' as encoding,
    title || chr(10) || array_to_string(paragraphs, chr(10)) || chr(10) as text, 1 as encoding_confidence,
    'text' as format
from bodies;

insert into parsed.spans by name
select
    page_id, landing_date, k + 1 as span_no, 'body' as kind, k + 2 as line_start, k + 2 as line_end,
    length(title) + 1 + coalesce(list_sum([length(p) + 1 for p in paragraphs[:k]]), 0) as char_start,
    length(title) + 1 + list_sum([length(p) + 1 for p in paragraphs[:k + 1]]) as char_end
from bodies, range(6) as made (k);

insert into parsed.spans by name
select
    page_id, landing_date, 6 + comment_no as span_no, 'comment_text' as kind, comment_no, 8 * comment_no as line_start,
    8 * comment_no + 3 as line_end, 0 as char_start, 0 as char_end
from said;

insert into enriched.summary_sentences by name
select
    page_id, landing_date, span_no as rank, span_no as sentence_no, char_start, char_start + 12 as char_end,
    0.5 as salience, 1 as support
from parsed.spans where kind = 'body' and span_no <= 3;

insert into marts.comments by name
select
    page_id || '-' || comment_no as comment_id, page_id, landing_date, comment_no,
    case when getvariable('named') then name end as author_name, md5(name) as commenter_id, text,
    length(text) as text_chars, 0 as char_start, 0 as char_end, 'author_line' as start_cue, 0.9 as confidence,
    landing_date as posted_date, case when comment_no % 3 = 0 then comment_no - 4 end as vote_count,
    case when comment_no % 4 = 0 then comment_no - 1 end as reply_to_no,
    case when comment_no % 4 = 0 then 0.9 end as p_reply, case when comment_no % 4 = 0 then 'at_name' end as reply_cue,
    label_of(polarity) as label, 0.2 as p_negative, 0.2 as p_neutral, 0.6 as p_positive, polarity,
    'tone' as model_id, 'r1' as model_revision
from said;

insert into marts.articles by name
select
    bodies.page_id, landing_date, pages.source_path, title, 'By ' || person(n + 3) as byline,
    landing_date as published_date, 'en' as language, 'says' as layout,
    array_to_string(paragraphs, chr(10)) as body_text,
    1000 as body_chars, 200 as body_words, paragraphs[1] as summary, 'extractive-mmr-2' as summary_method,
    label_of(drawn(n)) as tone_label, drawn(n) / 2 as tone_polarity, 0.2 as tone_p_negative, 0.6 as tone_p_neutral,
    0.2 as tone_p_positive, 12 as sentence_count, coalesce(of_page.comment_count, 0) as comment_count,
    coalesce(of_page.named_count, 0) as named_comment_count, coalesce(of_page.commenter_count, 0) as commenter_count,
    coalesce(of_page.comment_count, 0) as scored_comment_count, of_page.mean as comments_mean_polarity,
    of_page.negative as comments_share_negative, '2' as parser_version, 'tone' as sentiment_model_id,
    'r1' as sentiment_model_revision, 'vectors' as summary_model_id, 'r2' as summary_model_revision, 0.9 as confidence,
    false as is_doubtful
from bodies
inner join raw.pages as pages using (page_id, landing_date)
left join (
    select
        page_id, count(*) as comment_count, count(commenter_id) as named_count,
        count(distinct commenter_id) as commenter_count, avg(polarity) as mean,
        avg((label = 'negative')::integer) as negative, stddev_samp(polarity) / sqrt(count(*)) as error
    from marts.comments group by page_id
) as of_page using (page_id);

insert into marts.tone_gap by name
select
    page_id, landing_date, title, tone_polarity as article_polarity, comments_mean_polarity,
    comments_mean_polarity - tone_polarity as gap, comment_count, scored_comment_count, 0.05 as comments_standard_error,
    comments_mean_polarity - tone_polarity - 0.098 as gap_low,
    comments_mean_polarity - tone_polarity + 0.098 as gap_high,
    comments_share_negative, 0.3 as comments_corrected_share_negative, 0.2 as comments_corrected_share_negative_low,
    0.4 as comments_corrected_share_negative_high
from marts.articles where comment_count > 1;

insert into marts.commenters by name
select
    commenter_id, any_value(author_name) as display_name, count(*) as comment_count,
    count(distinct page_id) as article_count, min(landing_date) as first_landing_date,
    max(landing_date) as last_landing_date, count(*) as scored_comment_count, avg(polarity) as mean_polarity,
    avg((label = 'negative')::integer) as share_negative
from marts.comments where commenter_id is not null group by commenter_id;

insert into marts.comment_strands by name
select
    page_id, landing_date, article_title, 1 as strand_no, 2 as comment_count, 0.4 as comment_share,
    1 as commenter_count, 0.5 as commenter_share, 0.8 as cohesion, comment_id, author_name, text,
    polarity as mean_polarity
from marts.comments where comment_no = 2;

insert into raw.quarantine by name
select
    landing_date || '/refused ' || person(n) || n as source_path, 10 as file_bytes, 'binary' as reason,
    word(n) as detail, landing_date, landing_date::timestamptz as first_seen_at
from bodies where n < 40;

insert into marts.coverage by name
select
    landing_date, count(*) as page_count, 0 as duplicate_count, count(quarantined) as refused_count,
    count(*) + count(quarantined) as file_count, count(*) as parsed_page_count, 0 as pages_without_title,
    0 as pages_without_body, 0 as pages_without_comments, 0 as doubtful_page_count, 0 as articles_without_tone,
    0 as comments_without_tone, 0.9 as mean_confidence
from (select landing_date, case when n < 40 then n end as quarantined from bodies) group by landing_date;

insert into marts.near_duplicates by name
select
    'c' || n % 20 as cluster_id, 'comment' as kind, page_id, page_id || '-1' as comment_id, landing_date,
    word(n + 1) as source_path, title as article_title, n % 2 = 0 as is_exact, 0.95 as similarity,
    n < 20 as is_representative, 5 as cluster_item_count, 5 as cluster_page_count, 2 as cluster_commenter_count
from bodies where n < 100;

insert into marts.topics by name
select
    n + 1 as topic_id, word(n) || ', ' || word(n + 1) as label, [word(n)] as terms, 10 as article_count,
    20 as comment_count, drawn(n) as articles_mean_polarity, drawn(n + 1) as comments_mean_polarity,
    date '2026-11-01' as first_date, date '2026-11-20' as last_date
from range(6) as made (n);

insert into quality.check_results by name
select
    'run' as run_id, now() as checked_at, word(n) as table_name, word(n) as check_name, 'warn' as severity,
    n % 2 = 0 as is_success, 3 as unexpected_count, word(n) as observed, [] as failing_ids, 'all rows' as validated
from range(40) as made (n);

insert into publishing.releases by name
select
    '20261120T120000000000Z' as release_id, timestamptz '2026-11-20 12:00:00Z' as created_at, 'run' as run_id,
    '0.1' as code_version, '2' as parser_version, 'r1' as sentiment_revision, 'r2' as embedding_revision,
    getvariable('articles') as page_count, getvariable('comments') as comment_count, 40 as refused_count,
    20 as checks_passed, 20 as checks_warned, getvariable('named') as has_author_names;
"""
