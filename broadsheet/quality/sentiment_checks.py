"""The checks that every table of tone shares: three probabilities, what follows from them, and who made them."""

from broadsheet.quality.suites.check import TOLERANCE, Check, in_set, no_rows

LABELS = ("negative", "neutral", "positive")
BASES = ("measured", "transferred", "unsupported")
RANGES_ELSEWHERE = frozenset({"polarity"})
"""The difference of two probabilities, by a check of its own."""


def tone_checks(key: str) -> tuple[Check, ...]:
    """Label, p_*, polarity, basis and model of one row agree with one another."""
    tone = ("label", *(f"p_{label}" for label in LABELS), "polarity")
    return (
        in_set("tone_basis", BASES),
        no_rows(
            "tone_where_it_rests_on_something",
            "There is a tone, whole, where the model knows the language, and none where it does not.",
            f"""select {key} from checked
            where tone_basis is null or len(list_filter([{", ".join(f"{name}::varchar" for name in tone)}],
                lambda told: told is not null)) <> if(tone_basis = 'unsupported', 0, {len(tone)})""",
        ),
        in_set("label", LABELS),
        no_rows(
            "probabilities_sum_to_1",
            f"p_negative, p_neutral and p_positive sum to 1 within {TOLERANCE}.",
            f"select {key} from checked\nwhere abs(p_negative::double + p_neutral + p_positive - 1) > {TOLERANCE}",
        ),
        no_rows(
            "polarity_follows",
            f"polarity is p_positive - p_negative within {TOLERANCE}.",
            f"select {key} from checked where abs(p_positive::double - p_negative - polarity) > {TOLERANCE}",
        ),
        no_rows(
            "label_most_probable",
            "No class is more probable than the label.",
            # 1e-6: half a dozen float32 steps, for labels told before the probabilities were rounded to store them.
            f"""select {key} from checked
            where greatest(p_negative, p_neutral, p_positive) - 1e-6 > case label
                when 'negative' then p_negative when 'neutral' then p_neutral when 'positive' then p_positive
            end""",
        ),
        one_revision(key),
    )


def one_revision(key: str) -> Check:
    """Rows of other revisions than most are stale, or the first of a new model; a backfill settles either."""
    return no_rows(
        "one_model_revision",
        "All rows come from one revision of one model.",
        f"""select {key} from checked where model_id || '@' || model_revision
        <> (select mode(model_id || '@' || model_revision) from checked)""",
        severity="warn",
    )
