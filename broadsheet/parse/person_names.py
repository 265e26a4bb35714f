"""Does a lone line read like a person's or screen name? Evaluation by its shape, and by what it is not: a remark."""

import re
from functools import lru_cache

MAX_CHARS = 40
MAX_WORDS = 4
"""95 of 102 isolated lines within these limits and without a final stop were names (14 scraped sites)."""

PAIR = 2
CERTAIN, LIKELY, FAINT = 1.0, 0.6, 0.35

_PARTICLES = frozenset(
    "de del della di da dos das du la le van von der den zu bin ibn al el of the y e and und jr sr ii iii st".split()
)
_PLACES = frozenset("in aus from at du des".split())
"""Words that join a screen name to a place; headings hold them too."""
_JOINTS = _PARTICLES | _PLACES
_REMARKS = frozenset(
    # Words of short remarks and sentences. A name in title case may hold one; a remark in sentence case does.
    (
        "a about absolutely actually again agree agreed all also always am amazing amen an and another any anyone "
        "anyway are as at "
        "awesome awful back bad be beautiful because been best better big bless boring both bravo brilliant but by "
        "bye can cannot "
        "care cheers come comment comments completely cool correct could crazy cute damn day dead did disagree do "
        "does done dont "
        "don't don’t dude dumb easy else enjoy enough even ever every everyone everything exactly excellent false "
        "fantastic far few "
        "finally first fix for forever found from fun funny get give go god going gone good gonna great guess guys "
        "ha had haha happy "
        "has hate have he he's he’s heard hell hello help her here hi him his hope how i i'm i’m idiot idiots if in "
        "indeed interesting is "
        "isn't isn’t it it's it’s its joke just keep know last later laugh less let let's let’s like liked lmao lol "
        "look looks lot "
        "love loved made make makes many may maybe me mean more most much must my need never new next nice no "
        "nobody none nonsense "
        "not nothing now of off oh ok okay on one only oops or other ouch our out over perfect please point poor "
        "post pretty pure put "
        "question quite rather read real really ridiculous right rip rubbish sad said same saw say says see "
        "seriously shame she "
        "should shut sick since so some someone something soon sorry sounds spot still stop stupid such super sure "
        "sweet take tell "
        "thank thanks that that's that’s the their them then there there's these they they're they’re thing things "
        "think this those "
        "thought thoughts time to today together told too total totally true truth try two typical ugly under "
        "update up us use very "
        "wait want was watch way we we're we’re welcome well were what what's what’s when where which while who "
        "who's who’s whole "
        "why will win wish with without wonderful word words work works worse worst would wow wrong yeah year years "
        "yep yes yet you "
        "you're you’re your "
        "aber alle alles als also am auch auf aus bei bin bis bitte da danke dann das dass dein dem den der des die "
        "doch du ein eine "
        "einer er es euch falsch für ganz gar gelesen genau gibt gut gute guter hab habe hat hier ich ihr im immer "
        "in ist ja jetzt kann "
        "kein keine klar leider mal man mehr mein mich mir mit nach nein nicht nichts noch nur oder ohne recht "
        "richtig schade schlecht "
        "schön schon sehr sein sich sie sind so soll stimmt super toll über um und uns von vor war warum was weiter "
        "wenn wer wie wieder "
        "wir wird wo zu zum zur "
        "à ai alors au aussi avec bien bon bonjour bravo c'est c’est ça ce ces cette dans des donc elle en est et "
        "être faut fait il ils "
        "je la les leur lui mais merci moi mon ne non nos nous on ou oui par pas plus pour qu que quel qui quoi sa "
        "sans se ses si son sont "
        "sur ta te ton toujours tous tout très trop tu un une va vive voilà votre vous vrai "
        "ahora algo así bueno buen como con cuando cómo de del donde el ella en eres es esa ese eso esta está este "
        "esto gracias hay la las "
        "lo los mal más me mejor mi muy nada ni no nos o otro para pero peor poco por porque pues qué que quien se "
        "ser si sí sin sobre su "
        "también te tiene todo todos tu un una verdad vergüenza y ya yo "
        "ao boa bom com da de do e ela ele em essa esse está eu foi isso já mais mas meu muito na não no nós o os "
        "ou para parabéns pelo "
        "por pra quando que quem se sem ser só sua também tem um uma você "
        "anche ancora bella bello bene brava bravi che chi ci come con cosa così da di dove e gli grazie ha ho il "
        "io la lo ma male mi "
        "molto ne nel no noi non per perché più poi quando questa questo se sei si sono tutti tutto un una vero "
        "dat de deze die dit een en er goed heb heeft het hij ik is ja je kan maar met mij mooi naar niet nog om "
        "ook op te van veel voor "
        "waarom was wat we wel zo zijn"
    ).split()
)
_FINAL = re.compile(r"[.,:;!?…»”\"'’*/\\\-–—]$")
_INITIAL = re.compile(r"(?:^|[\s.])\w{1,3}\.$")
_ODD = re.compile(r"https?:|www\.|[<>{}\[\]|•\"“”„«»;\\^~]|\.\.|…|:|\s[-–—]\s")
_WORD = re.compile(r"[^\W\d_][\w'’.\-]*")
_NUMBER = re.compile(r"\s\(\s?#?\d+\s?\)$")
_USER = re.compile(r"^/?u/(?=\S)")
_PLAIN_END = re.compile(r"[\w).]$")


def name_strength(text: str) -> float:
    """Judge how much a line reads like a name, by its shape alone.

    Args:
        text: a line without white space at its ends.

    Returns:
        In [0, 1]: 0 where it cannot be a name, `FAINT` where it rather is a remark, `LIKELY` or more where it may
        stand as a name without further evidence.
    """
    return _short_strength(text) if len(text) <= MAX_CHARS else 0.0


@lru_cache(maxsize=4096)
def _short_strength(text: str) -> float:
    """Judge a line that is short enough for a name; several steps ask about the same lines."""
    if (_FINAL.search(text) and not _INITIAL.search(text)) or _ODD.search(text):
        return 0.0
    words = _WORD.findall(text)
    if not words or not _PLAIN_END.search(text) or len(text.split()) > MAX_WORDS:
        return 0.0
    return _strength_of(words, text)


def _strength_of(words: list[str], text: str) -> float:
    """Judge the words of a line that has the outer shape of a name."""
    core = [word for word in words if word.casefold() not in _JOINTS] or words
    remarks = sum(word.casefold().rstrip(".") in _REMARKS for word in core)
    upper = sum(word[0].isupper() for word in core)
    if text[0].isdigit() or "=" in text or "+" in text:
        return 0.0 if remarks else FAINT
    if len(words) == 1:
        return 0.0 if remarks else LIKELY
    if upper == len(core) < len(words) and not _PLACES.isdisjoint(words):
        return 0.0 if remarks else FAINT
    if len(words) > PAIR and upper == len(core):
        return LIKELY if remarks else CERTAIN
    if upper == len(core):
        return FAINT if remarks * 2 > len(core) else LIKELY if remarks else CERTAIN
    if remarks:
        return 0.0
    return LIKELY if upper == 0 else FAINT


def clean_name(text: str) -> str | None:
    """Fold a name as printed; None where nothing of it is left."""
    name = _USER.sub("", _NUMBER.sub("", " ".join(text.split())).strip(" ,|·•–—-:").strip())
    return name or None
