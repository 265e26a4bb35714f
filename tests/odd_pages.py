"""Pages that lack what a check, a template or a query may count on: headlines, spaces, Latin letters, comments."""

from tests.payloads import PAYLOADS

_ZH = "港务委员会周二晚间投票决定让旧旋桥再向汽车开放一个冬天会议持续了三个小时到场的居民比会场能容纳的还要多。"
_JA = "港湾委員会は火曜日の夜、古い旋回橋をもう一冬車に開放することを決めた。会議は三時間続き、会場は住民であふれた。"
_TH = "คณะกรรมการท่าเรือลงมติเมื่อเย็นวันอังคารให้เปิดสะพานเก่าแก่รถยนต์ต่อไปอีกหนึ่งฤดูหนาว"
_AR = "صوت مجلس الميناء مساء الثلاثاء على إبقاء الجسر القديم مفتوحا أمام السيارات لشتاء آخر بعد اجتماع دام ثلاث ساعات."
_HE = "מועצת הנמל החליטה ביום שלישי בערב להשאיר את הגשר הישן פתוח לחורף נוסף לאחר ישיבה של שלוש שעות."
_CO2 = (
    "The ferry of the town measured CO₂ over the harbour again, and CO₂ over the quay, said the CO₂ office number {}."
)
_WIRE = (
    "the council voted late on tuesday to keep the old ferry for one more winter after a meeting of three hours.\n\n"
    "engineers had warned in spring that two of its engines were worn and that a repair could not wait for long.\n"
)
_COMMENTS = "\n".join(f"Reader {name} says:\n3 March 2021 at 10:1{no}\n\n{said}\n" for no, (name, said) in enumerate([
    ("Ann", "👍👍👍"), ("Bob", "。"), ("Cy", "12345"), ("阿明", _ZH), ("سمير", _AR), ("Dee", "."),
]))  # fmt: skip

ODD_PAGES: dict[str, str] = {
    # Near copies without a headline, and the same text under many paths.
    "2026-11-02/copy_a.txt": _WIRE,
    "2026-11-02/copy_b.txt": _WIRE.replace("late on tuesday", "on tuesday"),
    "2026-11-02/copy_c.txt": _WIRE + "\n",
    "2026-11-02/same_1.txt": _WIRE,
    "2026-11-02/same_2.txt": _WIRE,
    # A day on which no page has a space, and one on which none has a comment, one without any article.
    **{f"2026-11-03/zh_{no}.txt": f"{_ZH * (no + 1)}\n\n{_ZH[no:]}\n" for no in range(4)},
    **{f"2026-11-03/ja_{no}.txt": f"{_JA[:12]}\n\n{_JA * (no + 1)}\n" for no in range(4)},
    "2026-11-03/th.txt": f"{_TH}\n\n{_TH * 3}\n",
    "2026-11-03/ar.txt": f"{_AR[:30]}\n\n{_AR * 3}\n",
    "2026-11-03/ar_no_spaces.txt": _AR.replace(" ", "") * 4,
    "2026-11-03/he.txt": f"{_HE[:30]}\n\n{_HE * 3}\n\n{_COMMENTS}",
    **{f"2026-11-04/comments_{no}.txt": f"{no} Comments\n\n{_COMMENTS}" for no in range(3)},
    # Little, nothing but signs, and much.
    **{f"2026-11-05/one_{ord(char):x}.txt": char for char in "a7.桥👍ﷺ\u200d\u0301\ufffd"},
    "2026-11-05/digits.txt": "0123456789 " * 40,
    "2026-11-05/emoji.txt": "👩‍👩‍👧‍👦🏴‍☠️ " * 60,
    "2026-11-05/long_line.txt": "A headline\n\n" + "no end of words in one line " * 20_000,
    "2026-11-05/long_word.txt": "W" * 200_000,
    "2026-11-05/dollars.txt": "It costs $5 and $6\n\nThe price of $x_1$ rose to $\\frac{1}{2}$ on Monday, they said.\n",
    "2026-11-05/{{ release.nothing }}{% raw %}.txt": "# *B* [a](b)\n\n| a | b |\n|---|---|\n\n{{ nothing.at.all }}\n",
    **{f"2026-11-05/payload_{no}.txt": f"{text}\n\n{text} {text}\n\n{text}\n" for no, text in enumerate(PAYLOADS)},
    # Articles of one topic, named by a word with a numeral in it that is no digit.
    **{f"2026-11-06/co2_{no}.txt": f"CO₂ in {no}\n\n{_CO2.format(no)} {_CO2.format(no + 50)}\n" for no in range(12)},
    **{f"2026-11-06/other_{no}.txt": f"Cup {no}\n\nThe goalkeeper held match {no}, fans sang.\n" for no in range(12)},
    "2026-11-07/empty.txt": "",
    "2026-11-07/spaces.txt": " \n\t\n",
}  # fmt: skip
"""Path under the source folder, and text. All of it is landed or refused, and none of it stops a release."""

ALONE: dict[str, dict[str, str]] = {
    "files without text": {f"2026-11-02/{no}.txt": text for no, text in enumerate(("", " \n", "\n\n", "\t"))},
    "one line": {path: text for path, text in ODD_PAGES.items() if "/one_" in path},
    "no spaces": {path: text for path, text in ODD_PAGES.items() if "/zh_" in path},
    "comments without an article": {path: text for path, text in ODD_PAGES.items() if "/comments_" in path},
    "copies without a headline": {f"2026-11-02/{no}.txt": _WIRE for no in range(4)},
}
"""Folders that hold pages of one kind and no others."""
