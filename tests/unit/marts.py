"""Marts as far as a release needs them, made without dbt."""

MARTS = """
create schema marts;
create table marts.articles as
    select pages.*, tone.label as tone_label, tone.polarity as tone_polarity,
        tone.model_id as sentiment_model_id, tone.model_revision as sentiment_model_revision, tone.tone_basis
    from parsed.pages as pages left join enriched.article_sentiment as tone using (page_id);
create table marts.comments as
    select comments.*, pages.title as article_title, tone.label, tone.p_negative, tone.p_neutral, tone.p_positive,
        tone.polarity, tone.model_id, tone.model_revision, tone.language, tone.tone_basis
    from parsed.comments as comments
    join parsed.pages as pages using (page_id)
    left join enriched.comment_sentiment as tone using (comment_id);
create table marts.releases as from publishing.releases;
comment on table marts.articles is 'Articles.';
comment on column marts.articles.page_id is 'A page.';
"""
