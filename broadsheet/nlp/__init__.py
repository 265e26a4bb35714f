"""Models and what is asked of them: embeddings, sentiment, summaries, and the cache that pays for each once."""
