"""enriched.generations: the cache of what models wrote, one row a text, task and model revision."""

from broadsheet.quality.suites.check import Suite, in_set, key_unique, sha256_shaped

_KEY = "text_sha256, task, model_id, model_revision"

SUITE = Suite(
    "enriched.generations",
    ("text_sha256", "task", "model_id", "model_revision"),
    (
        key_unique("text_sha256", "task", "model_id", "model_revision"),
        sha256_shaped("text_sha256", _KEY),
        in_set("task", ("summary",)),
    ),
)
