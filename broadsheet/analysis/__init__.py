"""What is made of models' results: tone, summaries, groups of comments, near duplicates, topics, corrected shares."""
