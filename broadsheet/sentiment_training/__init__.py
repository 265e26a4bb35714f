"""Training of the sentiment model that ships in models/. Needs the `torch` extra; nothing else in the library does."""

from broadsheet.sentiment_training.train import train

__all__ = ["train"]
