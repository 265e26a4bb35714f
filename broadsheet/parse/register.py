"""Does a paragraph sound like a reader or like a reporter? A cheap guess from pronouns, marks and quotations.

Used only where nothing on the page marks the comments: to find where they begin, and to refuse articles that merely
have wide gaps. Weights were set by hand on the pages of two dozen sites.
"""

# ruff: noqa: RUF001, SIM905 - pages print curly quotes and dashes; a word list reads best as one string

import re

from broadsheet.parse.lines import Line

_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ADDRESS = frozenset(
    "you your you're you’re yours ur yourself du dir dich dein deine deinen euch vous votre vos toi tu usted "
    "ustedes tú "
    "você vocês jij jou jullie uw dear hi hello hey thanks thank please hallo danke merci gracias obrigado "
    "grazie".split()
)
_SELF = frozenset(
    "i i'm i’m i've i’ve i'd i’d i'll i’ll my me mine imo imho ich mir mich mein meine meiner je j'ai j’ai moi mon "
    "yo me meu "
    "minha io mio ik mijn lol lmao btw wtf omg haha".split()
)
_REPORT = re.compile(
    r"(?:[,”\"»“] (?:\w+ ){0,4}(?:said|says|told|added|noted|explained|wrote|sagte|sagt|erklärte|a déclaré|explique"
    r"|dijo|señaló|disse|afirmou"
    r"|ha detto|zei)\b|\b(?:according to|said (?:that|in|on)|laut|selon|según|segundo|secondo|volgens)\b)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[“\"„«][^”\"»“]{0,400}[”\"»“]")
READ_CHARS = 600


def reader_score(line: Line) -> float:
    """Score one paragraph: above 0 it rather sounds like a reader, below like a reporter.

    Args:
        line: a line of the page; its first 600 characters are read.

    Returns:
        Roughly -2 to 4; unitless.
    """
    text = line.text[:READ_CHARS]
    plain = _QUOTED.sub(" ", text)
    words = [word.casefold() for word in _WORDS.findall(plain)]
    score = 0.0
    score += 1.0 if any(word in _ADDRESS for word in words) else 0.0
    score += 0.7 if any(word in _SELF for word in words) else 0.0
    score += 0.6 * min(2, plain.count("?") + plain.count("!"))
    score += 0.4 if "…" in plain or "..." in plain or "@" in plain else 0.0
    score += 0.5 if text[0].islower() else 0.0
    score += 0.4 if len(line.text) < 70 else -0.3 if len(line.text) > 350 else 0.0  # noqa: PLR2004 - characters
    score -= 1.2 if _REPORT.search(text) else 0.0
    score -= 0.8 if line.text.endswith(":") else 0.0
    score -= 0.3 if re.search(r"\d{4}|\d[.,]\d", plain) else 0.0
    return score - 0.3
