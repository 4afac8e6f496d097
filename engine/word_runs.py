"""Takes an utterance apart into runs of words between marks, as `engine.fluency` reads them.

What people word freely is made alike: names in Latin letters within Korean, numbers, emoji and
quotation marks.
"""

from __future__ import annotations

import re

BEGINS, GOES_ON = "<", "<,"
ASKED, TOLD, PAUSE = "?", ".", ","
# What stands for a name in Latin letters within Korean, and for a number within English.
LATIN, NUMBER = "L", "0"

_QUOTES = re.compile(r"[“”\"「」『』()\[\]‘*_]")
# An emoji ends a sentence as well as a mark does.
_EMOJI = "\u2600-\u27bf\U0001f300-\U0001faff"
_MARKS = re.compile(rf"(?<!\d)[.,](?!\d)|[.,]+(?=\s|$)|[?!;:…~—–\n{_EMOJI}]+")
_DRAWN_OUT = re.compile(r"~(?=[가-힣])")
_LATIN = re.compile(r"[A-Za-z0-9À-ÿα-ωΑ-Ω²³+/%&.()\-_'=×^]+")
_HANGUL_OR_LATIN = re.compile(rf"[가-힣{LATIN}]")
# Written apart from a name by some: "LoRA 는".
_PARTICLE = re.compile(
    r"(?:은|는|이|가|을|를|의|와|과|도|에|로|으로|에서|에는|만|까지|부터|랑|이랑|란|이란|라는"
    r"|이라는|처럼|보다|하고|한테|에게|이나|나|인데|이지|이고|이야|야|예요|이에요)"
)


def word_runs(text: str, locale: str) -> list[list[str]]:
    """Return the words between two marks, each run with what it begins after and ends in.

    Args:
        text: an utterance.
        locale: its language.
    """
    plain = _QUOTES.sub(" ", _DRAWN_OUT.sub("", text.replace("’", "'")))
    runs, begins, place = [], BEGINS, 0
    for mark in (*_MARKS.finditer(plain), None):
        part = plain[place : mark.start()] if mark else plain[place:]
        place = mark.end() if mark else place
        words = _korean(part) if locale == "ko" else _english(part)
        if not words:
            continue
        ends = _kind(mark[0]) if mark else TOLD
        runs.append([begins, *words, ends])
        begins = GOES_ON if ends == PAUSE else BEGINS
    return runs


def _kind(mark: str) -> str:
    if "?" in mark:
        return ASKED
    return PAUSE if mark[0] in ",;:—–" else TOLD


def _korean(part: str) -> list[str]:
    words: list[str] = []
    for raw in part.casefold().replace("'", "").split():
        word = _LATIN.sub(LATIN, raw)
        if not _HANGUL_OR_LATIN.search(word):
            continue
        follows_name = bool(words) and words[-1] == LATIN
        if follows_name and _PARTICLE.fullmatch(word):
            words[-1] += word
        elif follows_name and word.startswith(LATIN):
            words[-1] = word
        else:
            words.append(word)
    return words


def _english(part: str) -> list[str]:
    words = (word.strip("'") for raw in part.casefold().split() for word in re.split("[-/]", raw))
    return [NUMBER if word[0].isdigit() else word for word in words if re.search(r"[^\W_]", word)]
