"""What decides a dataset's rows beside its input and its code: parser, models and settings, for each table."""

from broadsheet.ingest.html_text import CONVERTER_VERSION
from broadsheet.ingest.text_decoding import DECODER_VERSION
from broadsheet.nlp.abstractive import SummarizerError, summarizer_of
from broadsheet.nlp.embeddings import Embedder
from broadsheet.nlp.engine import revision
from broadsheet.nlp.minhash import METHOD as SIGNATURES
from broadsheet.nlp.prevalence import CONFUSION_FILE
from broadsheet.nlp.sentiment import ToneModel
from broadsheet.nlp.summaries import METHOD
from broadsheet.parse import PARSER_VERSION
from broadsheet.settings import Settings

_READING = ("first_date", "max_file_bytes", "encoding_confidence")
_RELEASING = ("publish_author_names", "publish_vectors", "publish_superseded")


def row_versions(settings: Settings) -> dict[str, list[str]]:
    """For each table that depends on any, "name=value" of what decides its rows; what lies below it is not repeated."""
    embedding = f"embedding={Embedder(device=settings.device).model_revision}"
    tone, confusion = _tone(settings)
    parser = f"parser={PARSER_VERSION}"
    summary = [embedding, f"method={METHOD}", f"summary_sentences={settings.summary_sentences}", *_writer(settings)]
    reading = [f"decoder={DECODER_VERSION}", f"converter={CONVERTER_VERSION}"]
    of_tables = (
        (("raw.pages", "raw.sightings", "raw.quarantine"), [*reading, *_set(settings, _READING)]),
        (("parsed.spans", "parsed.pages", "parsed.comments", "parsed.sentences"), [parser]),
        (("enriched.sentence_sentiment", "enriched.comment_sentiment"), [tone]),
        (("enriched.comment_shares",), [tone, confusion]),
        (("enriched.article_summaries", "enriched.summary_sentences"), summary),
        (("enriched.comment_strands", "enriched.strand_comments", "enriched.topic_vectors"), [embedding]),
        (("enriched.text_signatures",), [f"method={SIGNATURES}"]),
        (("published.release",), _set(settings, _RELEASING)),
    )
    return {table: versions for tables, versions in of_tables for table in tables}


def _set(settings: Settings, names: tuple[str, ...]) -> list[str]:
    return [f"{name}={getattr(settings, name)}" for name in names]


def _tone(settings: Settings) -> tuple[str, str]:
    """The sentiment model and its known errors; its folder alone where it is not there, which the run itself tells."""
    folder = settings.sentiment_model
    try:
        found = ToneModel(folder, settings.device).model_revision, revision(folder / CONFUSION_FILE)
    except FileNotFoundError:
        found = (str(folder),) * 2
    return f"tone={found[0]}", f"confusion={found[1]}"


def _writer(settings: Settings) -> list[str]:
    """The model that writes summaries; by its setting alone where it cannot be used, which the run itself tells."""
    try:
        writer = summarizer_of(settings.summarizer, settings.summary_sentences)
    except SummarizerError:
        return [f"summarizer={settings.summarizer}"]
    return [f"summarizer={writer.model_revision}"] if writer else []
