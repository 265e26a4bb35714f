"""enriched.inferences: the cache of what models computed, one row a text, task and model revision."""

from broadsheet.quality.suites.check import TOLERANCE, Suite, in_set, key_unique, no_rows, sha256_shaped

_KEY = "text_sha256, task, model_id, model_revision"

SUITE = Suite(
    "enriched.inferences",
    ("text_sha256", "task", "model_id", "model_revision"),
    (
        key_unique("text_sha256", "task", "model_id", "model_revision"),
        sha256_shaped("text_sha256", _KEY),
        in_set("task", ("sentiment", "embedding")),
        no_rows(
            "sentiment_output",
            f"A sentiment is three probabilities in [0, 1] that sum to 1 within {TOLERANCE}.",
            f"""select {_KEY} from checked where task = 'sentiment'
            and not (len(output) = 3 and list_min(output) >= 0 and list_max(output) <= 1
                and abs(list_sum(output) - 1) <= {TOLERANCE})""",
        ),
        no_rows(
            "embedding_output",
            f"An embedding is 384 numbers of length 1 within {TOLERANCE}.",
            f"""select {_KEY} from checked where task = 'embedding'
            and not (len(output) = 384 and abs(list_inner_product(output, output) - 1) <= {TOLERANCE})""",
        ),
    ),
)
