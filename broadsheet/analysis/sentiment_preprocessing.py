"""What the sentiment model never sees as written: who is addressed, and where links lead."""

import re
from collections.abc import Sequence

from broadsheet.privacy.masking import MASK

# An @ inside a word is an e-mail address or a price, not a handle. Names of commenters are masked before.
_HANDLE = re.compile(rf"(?<![\w@.])@\w+|@?{MASK}")
_LINK = re.compile(r"(?:https?://|\bwww\.)\S+", re.IGNORECASE)


def mask(texts: Sequence[str]) -> list[str]:
    """Replace handles and masked names by `@user` and links by `http`.

    As TweetEval does (Barbieri et al. 2020, arXiv:2010.12421).

    Training and inference mask alike, so that no handle, no name and no site carries tone.

    Args:
        texts: any texts.

    Returns:
        The texts in the same order, all else unchanged.
    """
    return [_HANDLE.sub("@user", _LINK.sub("http", text)) for text in texts]
