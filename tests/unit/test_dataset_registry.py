"""Datasets are declared once, and whole: every table is in one, is checked, and follows what it rests on."""

import re

import pytest

from broadsheet import dataset_registry
from broadsheet.quality import CHECKED_TABLES
from broadsheet.settings import Settings
from broadsheet.storage.schema import tables

NO_DATASETS = {"raw.superseded_pages", "raw.erasures"}
"""Written with raw.sightings, and by `broadsheet erase`."""


def test_every_table_of_the_pipeline_is_in_one_dataset_and_is_checked() -> None:
    declared = [table for dataset in dataset_registry.ALL for table in dataset.tables]
    pipeline = {name for name in tables() if name.startswith(("raw.", "parsed.", "enriched."))} - NO_DATASETS
    assert sorted(declared) == sorted(pipeline) == sorted(CHECKED_TABLES)


@pytest.mark.parametrize("dataset", dataset_registry.ALL, ids=lambda dataset: dataset.tables[0])
def test_what_a_dataset_reads_is_a_table_that_is_checked_no_later(dataset: dataset_registry.Dataset) -> None:
    steps = list(dict.fromkeys(each.checks for each in dataset_registry.ALL))
    made_by = {table: each for each in dataset_registry.ALL for table in each.tables}
    for table in (*dataset.reads, *dataset.after):
        assert steps.index(made_by[table].checks) <= steps.index(dataset.checks), table
        if table in dataset.reads:
            assert made_by[table].checks != dataset.checks or made_by[table] is dataset, f"{table} waits for itself"


@pytest.mark.parametrize("dataset", dataset_registry.OF_PAGES, ids=lambda dataset: dataset.name)
def test_a_dataset_of_pages_asks_only_about_its_own_tables_and_what_it_rests_on(
    dataset: dataset_registry.PageDataset,
) -> None:
    assert dataset.found_in in dataset.tables
    assert set(dataset.stale(Settings.bare())) <= set(dataset.tables)
    asked = set(re.findall(r"\b(?:raw|parsed|enriched)\.\w+", f"{dataset.pages} {dataset.surely}"))
    assert asked <= tables().keys()
    assert not asked & set(dataset.tables)


def test_what_rests_on_a_pages_rows_leaves_with_them_however_far_up() -> None:
    assert set(dataset_registry.sentence_sentiment.followers) == {"enriched.article_sentiment"}
    assert set(dataset_registry.comment_sentiment.followers) == {"enriched.comment_shares"}
    assert set(dataset_registry.article_summaries.followers) == set()
    dated = {table for dataset in dataset_registry.DATED for table in dataset.tables if table.startswith("enriched.")}
    assert set(dataset_registry.parsed.followers) == dated


def test_without_the_summarizer_that_is_set_summaries_are_asked_about_as_those_of_the_embedder() -> None:
    settings = Settings.bare().model_copy(update={"summarizer": "/there/is/none"})
    assert dataset_registry.page_tables(settings) == dataset_registry.page_tables(
        Settings.bare().model_copy(update={"summarizer": None})
    )
