"""What readers write: questions, shouting, lists, quotations of one another, one word."""

from tests.generator.rows import Post
from tests.generator.words import Words


def write_posts(words: Words, count: int, title: str, *, names: str = "both", answers: bool = True) -> list[Post]:
    """Write a page's comments.

    Args:
        words: the page's vocabulary.
        count: how many.
        title: of the article; some readers paste it.
        names: "full", "handles" or "both".
        answers: whether they answer each other.

    Returns:
        The comments in page order; an answer stands below what it answers.
    """
    rng = words.rng
    cast = [words.reader(names) for _ in range(max(2, count * 3 // 4))]
    posts: list[Post] = []
    for _ in range(count):
        answered = posts[-1] if posts and answers and rng.random() < 0.3 else None
        name = rng.choice([reader for reader in cast if not posts or reader != posts[-1].name] or cast)
        paragraphs = _paragraphs(words, title)
        if answered and rng.random() < 0.3:
            paragraphs[0][0] = f"@{answered.name} {paragraphs[0][0]}"
        elif answered and rng.random() < 0.15:
            paragraphs.insert(0, [f"“{answered.paragraphs[0][0]}”"])
        posts.append(Post(name, paragraphs, answered, answered.depth + 1 if answered else 0))
    return posts


def _paragraphs(words: Words, title: str) -> list[list[str]]:
    """Write one comment: paragraphs, each a list of lines."""
    rng, roll = words.rng, words.rng.random()
    mark = rng.choice("-*")
    if roll < 0.08:
        return [[words.draw("short")]]
    if roll < 0.11:
        return [[words.draw("shouts")]]
    if roll < 0.14:
        return [
            [words.fill(words.lists["items_lead"])],
            [f"{mark} {words.draw('items')}" for _ in range(3)],
        ]
    if roll < 0.16:
        return [[title], [words.draw("comment")]]
    if roll < 0.18:
        return [[f"{n}. {words.draw('items')}" for n in (1, 2, 3)], [words.draw("comment")]]
    count = rng.choice((1, 1, 1, 1, 1, 2, 2, 3, 4, 6))
    paragraphs = [[_prose(words)] for _ in range(count)]
    if rng.random() < 0.06:
        paragraphs[0].append(_prose(words))
    if rng.random() < 0.05:
        paragraphs.append([words.draw("short")])
    if rng.random() < 0.06:
        paragraphs = [[line.lower() for line in lines] for lines in paragraphs]
    return paragraphs


def _prose(words: Words) -> str:
    """Write one to five sentences."""
    text = " ".join(words.draw("comment") for _ in range(words.rng.choice((1, 1, 2, 2, 3, 5))))
    if words.rng.random() >= 0.12:
        return text
    connector = words.draw("connectors")
    lowered = connector.endswith(",") and text[1].islower() and words.language != "de"
    return f"{connector} {text[0].lower() + text[1:] if lowered else text}"
