"""The words of a sentence in the form in which two sentences are compared: names, numbers, marks. No model in it."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

# What may come and go without changing who did what. Articles of seven languages; English links.
LIGHT = frozenset(
    "a an the and also that which who der die das den dem des ein eine einen einem einer und le la les un une et el "
    "los las una y il lo gli e de het een en o os as um uma".split()
)
_AND = frozenset({"and", "und", "et", "y", "e", "en"})
_SAID = frozenset({"said", "says", "say"})
_THAT = frozenset({"that", "dass", "que", "che", "dat"})
# Losing or gaining one turns a sentence round, or makes a fact of what was none.
SCOPE = frozenset(
    # No.
    "not no never none neither nor nobody nothing nowhere without hardly barely scarcely rarely cannot fail failed "
    "deny denied denies denying refuse refused refuses reject rejected rejects false falsely untrue wrongly hoax "
    "cleared acquitted avoid avoided unless except instead stopped prevented "
    "nicht kein keine keinen keinem keiner nie niemals ohne weder ne pas jamais aucun aucune sans ni nunca jamás sin "
    "ningun ninguna tampoco non mai nessun nessuno nessuna senza niet geen nooit zonder nao sem nenhum nenhuma "
    # Maybe.
    "may might could would should if whether perhaps possibly possible potential potentially probably likely unlikely "
    "alleged allegedly allege claim claimed claims claiming accused suspected apparently apparent reportedly rumour "
    "rumours rumored rumoured appear appeared appears seem seemed seems believe believed believes expected hope hoped "
    "hopes fear feared fears plan planned plans planning want wanted wants try tried trying attempt attempted almost "
    "nearly half-way supposed supposedly so-called former ex would-be fake pretend pretended propose proposed "
    "consider considered considering threaten threatened suggest suggested suggests "
    "vielleicht wohl angeblich mutmaßlich könnte könnten würde würden soll sollen sollte falls ob peut-être pourrait "
    "pourraient serait seraient selon quiza quizas podria podrian seria presunto presunta forse potrebbe potrebbero "
    "misschien zou zouden talvez poderia".split()
)
PRONOUNS = frozenset(
    "i you he she it we they him her them us me his hers its their theirs our my your himself herself itself "
    "themselves er sie es wir ihr il elle ils elles on nous vous ella ellos ellas".split()
)
# A sentence may end before one of these: what follows adds to it.
LINKS = frozenset(
    "in on at by with for from after before during since until because when while as but or about against between "
    "through over under into onto via despite following amid across near to mit von bei nach vor seit wegen avec dans "
    "pour par après avant depuis con por para desde hasta per da met voor com".split()
)
# Words of a small whole number, for what is written out; months and weekdays count as names where they are capitalised.
_SMALL = {
    word: value
    for value, words in enumerate(
        "zero null|one|two zwei deux dos due|three drei trois tres tre drie|four vier quatre cuatro quattro|"
        "five fünf cinq cinco cinque vijf|six sechs seis sei zes|seven sieben sept siete sette zeven|"
        "eight acht huit ocho otto oito|nine neun neuf nueve nove|ten zehn dix diez dieci tien dez|eleven elf|"
        "twelve zwölf|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen".split("|")
    )
    for word in words.split()
}
_TENS = {word: 10 * ten for ten, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_SCALES = {
    "hundred": 100, "thousand": 1000, "k": 1000, "tausend": 1000, "mille": 1000, "mil": 1000, "million": 10**6,
    "millions": 10**6, "millionen": 10**6, "m": 10**6, "mio": 10**6, "mn": 10**6, "millones": 10**6, "milioni": 10**6,
    "billion": 10**9, "billions": 10**9, "bn": 10**9, "milliarden": 10**9, "milliards": 10**9, "miliardi": 10**9,
    "trillion": 10**12, "tn": 10**12, "dozen": 12,
}  # fmt: skip
_ALONE = frozenset({"hundred", "thousand", "million", "dozen"})  # "a thousand"
_ORDINALS = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(),
        1,
    )
}
_UNITS = {
    "%": "%", "percent": "%", "prozent": "%", "$": "$", "dollar": "$", "dollars": "$", "£": "£", "pound": "£",
    "pounds": "£", "€": "€", "euro": "€", "euros": "€",
}  # fmt: skip
_CONTRACTED = {"won't": "will not", "can't": "can not", "cannot": "can not", "shan't": "shall not"}
_ELIDED = frozenset({"l", "d", "j", "m", "t", "s", "c", "qu", "dell", "all", "nell", "sull", "un"})

_PIECE = re.compile(
    r"(?P<short>(?:[^\W\d_]\.){2,}|(?<!\w)[A-Z\u00c0-\u00de]\.(?=\s?[A-Z\u00c0-\u00de]))"
    r"|(?P<number>[$£€]?\d+(?:[.,]\d+)*(?:[^\W\d_]+|\s?%)?)"
    r"|(?P<word>[^\W\d_]+(?:['\u2019][^\W\d_]+)*)"
    r"|(?P<mark>[,;:()\[\]\"\u201c\u201d\u201e\u00ab\u00bb\u2013\u2014.!?\u2026]|(?<=\s)-(?=\s)|['\u2018\u2019])"
)
_PLAIN = re.compile(r"#(\d+(?:\.\d+)?(?:e\+\d+)?)([$£€]?)")
_NUMBER = re.compile(r"([$£€]?)([\d.,]+)\s?(\D*)")
_THOUSANDS = re.compile(r"(\d{1,3})(?:([.,])\d{3})(?:\2\d{3})*")


@dataclass(frozen=True, slots=True)
class Token:
    """One word or number.

    Attributes:
        key: what is compared: case, accents, possessive and plural removed; "#" and the value of a number.
        text: as written.
        exact: the key with its plural s; names are compared by it, for Gaver is not Gavers.
        is_name: written with a capital, and not only for standing first in the sentence.
        is_first: the first word of the sentence, whose capital says nothing.
        opens: a mark, "that" or "said" stands before it; a clause may begin here.
        joins: "and" stands before it; a clause may end there.
    """

    key: str
    text: str
    exact: str = ""
    is_name: bool = False
    is_first: bool = False
    opens: bool = False
    joins: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it is a number."""
        return self.key.startswith("#")

    @property
    def is_fact(self) -> bool:
        """Whether it is a name or a number."""
        return self.is_name or self.is_number


@lru_cache(maxsize=4096)
def tokens(sentence: str) -> tuple[Token, ...]:
    """Words and numbers of a sentence, but for the light words that may come and go.

    "1,000", "1.000", "1000" and "a thousand" are one number, as are "two" and "2", "5 %" and "five percent", "£33m"
    and "33 million pounds"; "1st" and "first" are one ordinal.

    Args:
        sentence: any text.
    """
    return tuple(_numbered(list(_words(sentence))))


def fold(word: str) -> str:
    """A word without case, accents, dots, possessive and plural s."""
    plain = fold_name(word)
    return plain[:-1] if len(plain) > 3 and plain.endswith("s") and not plain.endswith("ss") else plain


def fold_name(word: str) -> str:
    """A word without case, accents, dots and possessive."""
    plain = "".join(part for part in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(part))
    plain = plain.replace("\u2019", "'").replace(".", "")
    return plain.removesuffix("'s").rstrip("'")


SCOPE_KEYS = frozenset(fold(word) for word in SCOPE)
LINK_KEYS = frozenset(fold(word) for word in LINKS)


def _words(sentence: str) -> Iterator[Token]:
    """Every word and number, one by one, light ones left out."""
    opens, joins, is_first = False, False, True
    for match in _PIECE.finditer(sentence):
        text = match.group()
        if match.lastgroup == "mark":
            opens = True
            continue
        if match.lastgroup == "number":
            yield Token(_value(text), text, is_first=is_first, opens=opens, joins=joins)
            opens = joins = is_first = False
            continue
        for part in filter(None, _parts(text)):
            plain = part.casefold()
            if plain in LIGHT and not (part.isupper() and len(part) > 1):
                opens, joins = opens or plain in _THAT, joins or plain in _AND
            else:
                is_name = part[0].isupper() and not is_first and plain not in PRONOUNS
                yield Token(
                    fold(part), part, fold_name(part), is_name=is_name, is_first=is_first, opens=opens, joins=joins
                )
                opens, joins = plain in _SAID, False
            is_first = False


def _parts(word: str) -> list[str]:
    """A word with its contraction spelled out and its elided article apart."""
    plain = word.replace("\u2019", "'")
    if plain.casefold() in _CONTRACTED:
        return _CONTRACTED[plain.casefold()].split()
    if plain.casefold().endswith("n't"):
        return [plain[:-3], "not"]
    head, apostrophe, tail = plain.partition("'")
    endings = {"ll": "will", "d": "would", "re": "are", "ve": "have", "m": "am"}
    if apostrophe and tail.casefold() in endings:
        return [head, endings[tail.casefold()]]
    if apostrophe and head.casefold() == "n":
        return ["ne", tail]
    return [tail] if apostrophe and head.casefold() in _ELIDED and len(tail) > 1 else [word]


def _value(text: str) -> str:
    """Key of a number in digits."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return f"#{text}"
    sign, digits, suffix = found.groups()
    digits, suffix = digits.rstrip(".,"), suffix.casefold()
    if _THOUSANDS.fullmatch(digits):
        digits = re.sub(r"[.,]", "", digits)
    try:
        value = float(digits.replace(",", "."))
    except ValueError:  # 12.11.2026: a date
        return f"#{text}"
    if suffix in _SCALES:
        value, suffix = value * _SCALES[suffix], ""
    suffix = "th" if suffix in {"st", "nd", "rd", "th"} else _UNITS.get(suffix, suffix)
    return _key(value, _UNITS.get(sign, "") + suffix)


def _key(value: float, unit: str = "") -> str:
    return f"#{value:.10g}{unit}"


def _numbered(found: Sequence[Token]) -> Iterator[Token]:
    """Put the words of one number together: "two hundred", "33 million", "five per cent"."""
    at = 0
    while at < len(found):
        token = found[at]
        ordinal = _ORDINALS.get(token.text.casefold())
        read = None if ordinal else _read_number(found, at)
        if ordinal:
            yield replace(token, key=f"#{ordinal}th", is_name=False)
        elif read is None:
            yield token
        else:
            key, end = read
            text = " ".join(one.text for one in found[at:end])
            yield replace(token, key=key, text=text, is_name=False)
        at = at + 1 if read is None else read[1]


def _read_number(found: Sequence[Token], at: int) -> tuple[str, int] | None:
    """Key of the number that begins at a word, and where it ends; None where none begins."""
    words = [one.text.casefold() for one in found[at : at + 6]] + [""] * 6
    end, unit = 1, ""
    if plain := _PLAIN.fullmatch(found[at].key):
        value, unit = float(plain[1]), plain[2]
    elif words[0] in _TENS:
        value = float(_TENS[words[0]])
        if 0 < _SMALL.get(words[1], 0) < 10:
            value, end = value + _SMALL[words[1]], 2
    elif words[0] in _SMALL:
        value = float(_SMALL[words[0]])
    elif words[0] in _ALONE:
        value, end = 1.0, 0
    else:
        return None
    while words[end] in _SCALES and (end == 0 or not (found[at + end].opens or found[at + end].joins)):
        value, end = value * _SCALES[words[end]], end + 1
    if words[end : end + 2] == ["per", "cent"]:
        unit, end = "%", end + 2
    elif words[end] in _UNITS:
        unit, end = _UNITS[words[end]], end + 1
    return _key(value, unit), at + end
