"""What a single line is by its own wording: a name with "says:", a date, a button, a list item. One line at a time."""

import re
from dataclasses import dataclass
from enum import IntEnum, auto
from functools import lru_cache

from broadsheet.parse import translations
from broadsheet.parse.dates import MONTH_WORDS, RELATIVE, STAMP, UNIT
from broadsheet.parse.person_names import clean_name, name_strength
from broadsheet.parse.words import (
    ACTIONS,
    ANSWERS,
    FOOTER,
    FOOTER_HEADS,
    FORM,
    FORM_HEADS,
    HEADER,
    HEADER_HEADS,
    PHRASES,
    SORT_ALONE,
    SORT_WORDS,
    WIDGET,
    WIDGET_HEADS,
    first_letters,
    fold_case,
)

MAX_TYPED_CHARS = 160
"""Longer lines are prose, whatever they hold: the longest author line seen had 71 characters."""


class LineType(IntEnum):  # an int, as sets of types are asked for every line
    """What a line is by its own wording."""

    TEXT = auto()
    SAYS = auto()  # "X says:", with or without a date
    NAME_AND_DATE = auto()  # a name and a date
    AVATAR = auto()  # "X's avatar"
    TIMESTAMP = auto()  # a date or "1 year ago", nothing else
    REPLY_TO = auto()  # "Reply to X"
    BUTTONS = auto()  # nothing else than "Reply", "Like · Share"
    COUNT = auto()  # a number alone
    PROFILE = auto()  # what forums print beside a post: "Posts: 12"
    POST_NO = auto()  # "#3"
    SUBJECT = auto()  # "Re: ..."
    AUTHOR_NOTE = auto()  # what stands below a name: "Guest", "Works at X"


class SectionRole(IntEnum):
    """What a line says about where the comments are."""

    NONE = auto()
    HEADER = auto()  # announces comments
    WIDGET = auto()  # the lines of a comment system: "Notify of", "Sort by newest"
    FORM = auto()  # invites to write one
    FOOTER = auto()  # what stands below them


@dataclass(slots=True)
class ClassifiedLine:
    """A line and what its own wording makes of it.

    Attributes:
        line_type: what the line is.
        role: what it says about the place of the comments.
        name: the name on a SAYS, NAME_AND_DATE or AVATAR line.
        bullet: the list marker in front ("•", "1."), else "".
        body: the line without its list marker.
        dated: whether a date stands on it.
    """

    line_type: LineType
    role: SectionRole
    name: str | None
    bullet: str
    body: str
    dated: bool


_I = re.IGNORECASE
_BULLET = re.compile(r"([•◦▪‣○●*+\-–]|\d{1,4}[.)]|#\d{1,5}[.:)]?)\s+(?=\S)")
_VERB = (
    r"(?:says?|said|wrote|writes|writing|comments|commented|replied|replies|responds|sagte?|schrieb|schreibt"
    r"|meinte?|kommentierte?"
    r"|antwortete?|a\sdit|dit|a\sécrit|écrit|dice|dijo|escribió|ha\sdicho|comentó|disse|diz|escreveu|comentou"
    r"|ha\sscritto|scrive|ha\sdetto"
    r"|zegt|zei|schreef|schrijft|skriver|skrev|säger|siger|sier|sanoo|kirjoitt(?:aa|i)|pisze|napisała?|mówi|napsala?"
    r"|říká|píše|hovorí|napísala?|szerint|írta|spune|a\sspus|a\sscris|говорит|пишет|написала?|сказала?"
    r"|комментирует|каже|пише|коментує|каза|kaže|piše|λέει|έγραψε|είπε|dedi(?:\ski)?|diyor(?:\ski)?|yazdı|diu|ha\sdit"
    r"|berkata|mengatakan|rašo|raksta|ütleb|kirjutas)"
)
_LINK = r"(?:on|am|at|le|el|il|em|op|vom|du|um|il\sgiorno|den)"
_SAYS = re.compile(
    rf"(?P<name>\S(?:.{{0,58}}?\S)??)\s+(?:(?:{_LINK}\s)?(?P<before>{STAMP}),?\s)?{_VERB}"
    rf"(?:[\s,|(]{{0,3}}(?:{_LINK}\s)?(?P<after>{STAMP}|{RELATIVE})\)?)?\s{{0,2}}(?P<end>:|\.\.\.|…"
    rf"|)(?:\s{{0,2}}#\d+)?",
    _I,
)
_DATED = re.compile(
    rf"(?:\[[-–+]\]\s?|(?:comment|posted|written|submitted|kommentar|commentaire|comentario|geschrieben|gespeichert|rédigé"
    rf"|soumis|publicado|enviado|scritto|inviato|geplaatst|ingezonden)?\s?(?:by|von|par|por|di|door"
    rf"|de)\s?:?\s)?(?P<name>\S.{{0,49}}?)"
    rf"(?:[\s,|·•–—\-/(@»]{{1,4}}(?:{_LINK}\s)?|\s{{1,2}})(?:\d{{1,5}}\spoints?\s)?"
    rf"(?:{STAMP}|{RELATIVE})\)?"
    r"(?:[\s,.|·•–—\-/(]{0,4}(?:permalink|link|reply|antworten|répondre|responder|#\d*|\d{1,4}|uhr|edited|prev|next|parent|root"
    r"|\[[-–+]\]|\d{1,5}\s(?:likes?|points?|votes?|me\sgusta|gefällt\smir|mi\spiace|j['’]aime|curtir|vind\sik\sleuk)"
    r"|bearbeitet)){0,5}[\s)|:#.]{0,4}",
    _I,
)
_DATE_FIRST = re.compile(
    rf"(?:{_LINK}\s)?(?:{STAMP})[\s,.|·•–—\-/:]{{1,4}}(?:(?:by|von|par|por|di|da|door)\s)?(?P<name>[^\W\d_].{{0,39}})",
    _I,
)
_STAMP = re.compile(
    rf"(?:(?:posted(?:\son)?|published(?:\son)?|written|submitted|added|geschrieben|veröffentlicht|publié|publicado"
    rf"|scritto|pubblicato|geplaatst)\s?:?\s)?"
    rf"(?:(?:{_LINK}|the)\s)?(?:{STAMP}|{RELATIVE})\)?"
    r"(?:[\s,.|·•–—\-/(]{0,4}(?:permalink|link|reply|antworten|répondre|responder|#\d*|uhr|edited|\(?edited\)?"
    r"|bearbeitet|report)){0,3}[\s)|:#.]{0,4}",
    _I,
)
_TIME_WORDS = frozenset("ago fa geleden atrás vor il hace há now yesterday gestern hier".split())
_VERB_WORDS = frozenset(
    "say says said wrote write writes writing comments commented replied replies responds sagt sagte schreibt "
    "schrieb meint meinte "
    "kommentiert kommentierte antwortet antwortete dit écrit dice dijo escribió dicho comentó disse diz escreveu "
    "comentou scritto "
    "scrive detto zegt zei schreef schrijft skriver skrev säger siger sier sanoo kirjoittaa kirjoitti pisze napisał "
    "napisała mówi napsal napsala říká píše hovorí napísal napísala szerint írta spune spus scris говорит "
    "пишет написал написала сказал сказала комментирует каже пише коментує каза kaže piše λέει έγραψε είπε "
    "dedi ki diyor yazdı diu dit berkata mengatakan rašo raksta ütleb kirjutas".split()
)
_PICTURE_WORDS = frozenset("avatar gravatar profile profilbild profil perfil".split())
_AUXILIARY = re.compile(r"\s(?:a|ha|dedi|diyor)$", _I)
MAX_NAME_CHARS = 60
MAX_NAME_WORDS = 6
LEAST_SENTENCE_WORDS = 3
_DIGIT = re.compile(r"\d")
_NUMERIC = re.compile(r"\d(?:[-/.]\s?\d|\sde\s)")
_LAST_UNIT = re.compile(UNIT, _I)
_LAST_WORDS = MONTH_WORDS | frozenset(
    # of a date, a clock or the buttons beside one, in `_DATED`, `_STAMP` and `_SAYS`
    "ago fa geleden atrás now yesterday gestern hier st nd rd th am pm m a p h hr hrs min uhr gmt utc bst cest cet et "
    "est edt pt pst pdt ct cst cdt permalink link reply antworten répondre responder edited prev next parent root like "
    "likes point points vote votes gusta mir piace aime curtir leuk bearbeitet report".split()
)
_REPLY_TO = re.compile(
    r"(?:in\s)?(?:repl(?:y|ying)|response|antwort|en\sréponse|réponse|en\srespuesta|respuesta|em\sresposta|resposta"
    r"|in\srisposta|risposta|antwoord|répondre|responder|rispondi)\s(?:to|an|auf|à|a|para|aan|op)\s.{1,60}",
    _I,
)
_AVATAR = re.compile(
    r"(?P<a>\S.{0,50}?)['’]s?\s(?:avatar|profile\s(?:picture|photo))"
    r"|(?:avatar|profile\s(?:picture|photo)|photo\sde\sprofil|profilbild|foto\sde\sperfil|gravatar)\s(?:of|for|von"
    r"|de|di|van)\s(?P<b>.{1,50})"
    r"|(?P<c>\S.{0,50}?)\s(?:avatar|profile\s(?:picture|photo))",
    _I,
)
_PROFILE = re.compile(
    r"(?:(?:posts|beiträge|messages|mensajes|mensagens|messaggi|berichten|joined|registriert(?:\sseit)?|registered"
    r"|inscription|inscrit"
    r"|registrado|registrato|geregistreerd|iscritto\sil|lid\sgeworden|mitglied\sseit|miembro\sdesde|membro\sdesde|lid\ssinds|wohnort|location|localisation|ubicación|localização|località|locatie|join\sdate|reactions|reaction\sscore|member\ssince|karma|trophy\spoints"
    r"|thanks\sreceived)\s?:.{0,60}"
    r"|user\savatar|benutzeravatar|platform|characters|likex\d+|last\sedited\sby.{0,60}|(?:zuletzt\s)?(?:geändert"
    r"|bearbeitet)\svon.{0,60})",
    _I,
)
_NO_AUTHOR = re.compile(
    r"(?<!\w)(?:updated?|published|posted|edited|mis\sà\sjour|aktualisiert|actualizado|atualizado|aggiornato"
    r"|bijgewerkt)(?!\w)",
    _I,
)
_SENTENCE = re.compile(
    r"\w{3}[.!?;]\s|(?:^|\s)(?:he|she|they|i|we|you|who|it|as|er|sie|ich|wir|wer|il|elle|ils|je|on|qui|él|ella"
    r"|quien|ele|ela|hij|zij|ik)$",
    _I,
)
_AFTER_TEXT = re.compile(r"(?:reactions\s?:.{0,60}|likex\d+)", _I)
_POST_NO = re.compile(r"(?:post\s|beitrag\s)?#\s?\d{1,6}", _I)
_SUBJECT = re.compile(r"(?:re|aw|antw|rép|ré|res|r)\s?:\s.{1,140}", _I)
_COUNT = re.compile(r"[•·|\-–—−]|[+\-−]?\d{1,5}|\(\d{1,4}\)|[▲▼△▽↑↓👍👎❤️]+\s?\d{0,4}")
_TALLY = re.compile(r"\s?[(\[]?\d{1,5}[)\]]?$")
_COUNTED = re.compile(r"\d{1,6}\s(?:points?|likes?|votes?|karma)", _I)
_CAMEL = re.compile(r"(?<=[^\W\d_A-ZÄÖÜÉÈÀ])(?=[A-ZÄÖÜÉÈÀ])")
_LETTERS = re.compile(r"[^\W\d_]+")
_FIRST_ACTIONS = tuple(sorted(ACTIONS))
_ACTION_HEADS = frozenset(word[:2] for word in ACTIONS)
_TYPE_HEADS = frozenset(
    "ant aw bea bei ben ber cha em en ger in ins isc joi kar las lid lik loc mem men mes mie mit pla pos "
    "r re rea reg rep res ris tha tro ubi use woh zul".split()
)
"""What `first_letters` says of the lines that `_POST_NO`, `_REPLY_TO`, `_PROFILE` and `_SUBJECT` match."""
_ROLES = (
    (WIDGET, WIDGET_HEADS, SectionRole.WIDGET),
    (HEADER, HEADER_HEADS, SectionRole.HEADER),
    (FORM, FORM_HEADS, SectionRole.FORM),
    (FOOTER, FOOTER_HEADS, SectionRole.FOOTER),
)
_DATE_EDGES = " \xa0\u202f)(|:#.…,-–—·•/"
_PROSE_ENDS = frozenset("?!;”\"»’'“")
_EDGES = " {}[]()*«»<>→←↓↑|:•–—-#"


def classify_line(text: str) -> ClassifiedLine:
    """Classify one line by itself.

    Args:
        text: the line without white space at its ends, not empty.

    Returns:
        What it is; `LineType.TEXT` and `SectionRole.NONE` for prose and for every line over `MAX_TYPED_CHARS`. Equal
        lines may share one object, which nobody changes.
    """
    if len(text) <= MAX_TYPED_CHARS:
        return _classify_short(text)
    found = _BULLET.match(text)
    bullet, body = (found.group(1), text[found.end() :]) if found else ("", text)
    return ClassifiedLine(LineType.TEXT, SectionRole.NONE, None, bullet, body, dated=False)


@lru_cache(maxsize=8192)
def _classify_short(text: str) -> ClassifiedLine:
    """Read a line that may be more than prose; pages repeat themselves, so the last ones are kept."""
    found = _BULLET.match(text)
    bullet, body = (found.group(1), text[found.end() :]) if found else ("", text)
    plain = body.casefold()
    words = _LETTERS.findall(plain)
    head = first_letters(body)
    may_date = _may_date(body, words)
    ends_in_date = may_date and _may_end_in_date(body, words)
    line_type = (
        LineType.BUTTONS if plain.strip(_EDGES) in PHRASES else _exact_type(body, words, head, may_date=ends_in_date)
    )
    if bullet and ends_in_date and line_type is LineType.TEXT and _STAMP.fullmatch(text):  # "1. November 2023": no list
        return ClassifiedLine(LineType.TIMESTAMP, SectionRole.NONE, None, "", text, dated=True)
    if line_type is not LineType.TEXT:
        return ClassifiedLine(line_type, SectionRole.NONE, None, bullet, body, dated=line_type is LineType.TIMESTAMP)
    role = _role_of(body, words, head)
    if bullet and role is not SectionRole.FOOTER:  # an item of a menu
        role = SectionRole.NONE
    line_type, name, dated = (
        (LineType.TEXT, None, False)
        if role is not SectionRole.NONE
        else _named(body, words, head, may_date=may_date, ends_in_date=ends_in_date)
    )
    return ClassifiedLine(line_type, role, name, bullet, body, dated)


def _may_date(body: str, words: list[str]) -> bool:
    """Tell cheaply whether a date can stand on a line: the patterns that find it are slow."""
    if not _TIME_WORDS.isdisjoint(words):
        return True
    return bool((_NUMERIC if MONTH_WORDS.isdisjoint(words) else _DIGIT).search(body))


def _may_end_in_date(body: str, words: list[str]) -> bool:
    """Tell cheaply whether a line can end in a date or in the buttons beside one: prose seldom does."""
    last = body.rstrip(_DATE_EDGES)[-1:]
    if not last.isalpha():
        return last not in _PROSE_ENDS
    return words[-1] in _LAST_WORDS or _LAST_UNIT.fullmatch(words[-1]) is not None


def comes_after_text(classified: ClassifiedLine) -> bool:
    """Distinguish forum lines that close a post ("Reactions: X") from those that open one."""
    return classified.line_type is LineType.PROFILE and bool(_AFTER_TEXT.fullmatch(classified.body))


def _role_of(body: str, words: list[str], head: str) -> SectionRole:
    """Find out what a line says about the place of the comments."""
    core = body.strip(_EDGES)
    if not core:
        return SectionRole.NONE
    for pattern, heads, role in _ROLES:
        if (not head or head in heads) and (
            pattern.fullmatch(core) or (role is SectionRole.FOOTER and pattern.fullmatch(body))
        ):
            return role
    if (
        words
        and words[0] in SORT_WORDS
        and all(word in (SORT_WORDS if len(words) > 1 else SORT_ALONE) for word in words)
    ):
        return SectionRole.WIDGET
    return _translated_role(fold_case(core))


def _translated_role(core: str) -> SectionRole:
    """Find out what a line in another language than English says about the place of the comments."""
    if core in translations.FOOTERS or core.startswith(translations.FOOTER_STARTS):
        return SectionRole.FOOTER
    if (core if core[-1].isalpha() else _TALLY.sub("", core)) in translations.HEADERS or (
        core[0].isdigit() and core.lstrip("0123456789., ").startswith(translations.COUNTED_HEADERS)
    ):
        return SectionRole.HEADER
    if core in translations.WIDGET:
        return SectionRole.WIDGET
    return SectionRole.FORM if core.startswith(translations.FORMS) else SectionRole.NONE


def _exact_type(body: str, words: list[str], head: str, *, may_date: bool) -> LineType:
    """Find out what a line is that needs no name to be told."""
    if not head and _COUNT.fullmatch(body):
        return LineType.COUNT
    if not head or head in _TYPE_HEADS:
        for pattern, line_type in (
            (_POST_NO, LineType.POST_NO),
            (_REPLY_TO, LineType.REPLY_TO),
            (_PROFILE, LineType.PROFILE),
        ):
            if pattern.fullmatch(body):
                return line_type
    if _is_buttons(body, words):
        return LineType.BUTTONS
    if words and (fold_case(body) in translations.NOTES or fold_case(body).startswith(translations.NOTE_STARTS)):
        return LineType.AUTHOR_NOTE
    return LineType.TIMESTAMP if may_date and _STAMP.fullmatch(body) else LineType.TEXT


def _named(
    body: str, words: list[str], head: str, *, may_date: bool, ends_in_date: bool
) -> tuple[LineType, str | None, bool]:
    """Read a line that holds a name beside "says:", a date, or "avatar"."""
    found = None
    if not _VERB_WORDS.isdisjoint(words) and (ends_in_date or words[-1] in _VERB_WORDS or "#" in body):
        found = _said(body, may_date=may_date)
    if found is None and may_date:
        found = _dated(body, ends_in_date=ends_in_date)
    if found is not None:
        return found
    picture = None if _PICTURE_WORDS.isdisjoint(words) else _AVATAR.fullmatch(body)
    if picture:
        return LineType.AVATAR, clean_name(picture.group("a") or picture.group("b") or picture.group("c")), False
    is_subject = (not head or head in _TYPE_HEADS) and _SUBJECT.fullmatch(body)
    return (LineType.SUBJECT if is_subject else LineType.TEXT), None, False


def _said(body: str, *, may_date: bool) -> tuple[LineType, str | None, bool] | None:
    """Read "X says:", with or without a date; None for anything else."""
    plain = body.rstrip(" :.…")
    name, _, last = plain.rpartition(" ")
    if not may_date and last.casefold() in _VERB_WORDS:  # the common case, without the slow pattern
        name = _AUXILIARY.sub("", name)
        is_head = plain != body and 0 < len(name) <= MAX_NAME_CHARS and _is_author(name)
        return (LineType.SAYS, clean_name(name), False) if is_head else None
    found = _SAYS.fullmatch(body)
    if found is None or not _is_author(found.group("name")):
        return None
    dated = bool(found.group("before") or found.group("after"))
    return (LineType.SAYS, clean_name(found.group("name")), dated) if dated or found.group("end") else None


def _dated(body: str, *, ends_in_date: bool) -> tuple[LineType, str | None, bool] | None:
    """Read a name and a date, in either order; buttons and a date are no name."""
    found = _DATED.fullmatch(body) if ends_in_date else None
    if found:
        name = found.group("name")
        if _is_buttons(name, _LETTERS.findall(name.casefold())):
            return LineType.BUTTONS, None, True
        if not _LETTERS.search(name) or _COUNTED.fullmatch(name):
            return LineType.TIMESTAMP, None, True
        if _is_author(name):
            return LineType.NAME_AND_DATE, clean_name(name), True
    found = _DATE_FIRST.fullmatch(body)
    if found and name_strength(found.group("name")) > 0:
        return LineType.NAME_AND_DATE, clean_name(found.group("name")), True
    return None


def _is_author(name: str) -> bool:
    """Tell whether what stands before "says:" or a date can be a name: short, and no sentence of its own."""
    if _NO_AUTHOR.search(name) or _SENTENCE.search(name):
        return False
    words = len(name.split())
    return words <= LEAST_SENTENCE_WORDS or (words <= MAX_NAME_WORDS and not name.endswith((",", ":", "!", "?")))


def _is_buttons(body: str, words: list[str]) -> bool:
    """Tell whether a line holds nothing but the buttons below a comment."""
    if len(body) > 70:
        return False
    first = words[0] if words else ""
    if len(first) != 1 and not (first[:2] in _ACTION_HEADS and first.startswith(_FIRST_ACTIONS)):
        return False
    words = [word.casefold() for word in _LETTERS.findall(_CAMEL.sub(" ", body))]
    return bool(words) and all(w in ACTIONS or len(w) == 1 for w in words) and any(w in ANSWERS for w in words)
