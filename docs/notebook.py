"""A notebook to start from: `marimo edit docs/notebook.py` with BROADSHEET_HOME set, or `python docs/notebook.py`."""

import marimo

app = marimo.App(width="medium")


@app.cell
def _():
    import altair as alt
    import duckdb
    import marimo as mo

    from broadsheet.settings import Settings

    release = duckdb.connect(str(Settings.load().published), read_only=True)
    return alt, mo, release


@app.cell
def _(mo, release):
    (made,) = release.sql("from releases order by release_id desc limit 1").pl().to_dicts()
    mo.md(f"""
    # Release {made["release_id"]}
    {made["page_count"]} articles, {made["comment_count"]} comments, {made["refused_count"]} files refused;
    {made["checks_passed"]} checks held, {made["checks_warned"]} warned.
    """)
    return (made,)


@app.cell
def _(alt, release):
    days = release.sql("""
        unpivot (
            select landing_date, articles_mean_polarity as articles, comments_mean_polarity as readers from daily_tone
        ) on articles, readers into name who value mean_polarity
    """).pl()
    tone = (
        alt.Chart(days, title="Mean polarity by landing date")
        .mark_line(point=True)
        .encode(x="landing_date:T", y=alt.Y("mean_polarity:Q").scale(domain=[-1, 1]), color="who:N")
    )
    tone  # noqa: B018 - a notebook shows the last expression of a cell
    return (days,)


@app.cell
def _(mo, release):
    gaps = release.sql("""
        select title, round(gap, 2) as gap, round(gap_low, 2) as gap_low, round(gap_high, 2) as gap_high, page_id
        from tone_gap order by gap limit 10
    """).pl()
    mo.vstack([mo.md("## Where readers are most negative against the writer"), mo.ui.table(gaps)])
    return (gaps,)


@app.cell
def _(gaps, mo, release):
    page_id = gaps["page_id"][0]
    behind = release.sql("from why_article(?)", params=[page_id]).pl()
    mo.vstack([mo.md("## The sentences behind the first of them"), mo.ui.table(behind.drop("source_text"))])
    return (behind,)


if __name__ == "__main__":
    app.run()
