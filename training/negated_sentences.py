"""Near-misses by negation: one verb of a sentence is denied, or a denial is taken back.

"드롭아웃은 학습 때 뉴런을 끈다" becomes "… 끄지 않는다", "is updated" becomes "is not updated" and
the other way round. What is made so differs from a right answer by little and says the opposite.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

_Change: TypeAlias = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

_HANGUL, _FINALS, _N, _B = ord("가"), 28, 4, 17
# Not before a verb that helps the one before it: "정해 놓고".
_END = r"(?=[\s,.!?~]|$)(?!\s[놓보봤두버줘주])"
# Verbs that end in 이다, which is otherwise what makes a noun a sentence.
_I_VERBS = "줄이 높이 보이 쓰이 쌓이 섞이 붙이 움직이 기울이 들이 모이 먹이 속이"
# Endings of speech: what they become behind "-지 않".
_ENDINGS = {"한다": "는다", "합니다": "습니다", "해요": "아요", "해": "아", "하는": "는"}
_ENDINGS |= {"하고": "고", "하며": "으며", "하니까": "으니까", "하지만": "지만"}
_BECOME = {"된다": "는다", "됩니다": "습니다", "돼요": "아요", "돼": "아", "되는": "는"}
_BECOME |= {"되고": "고", "되며": "으며", "되니까": "으니까"}
_SPOKEN = {
    "줄여": "줄이", "늘려": "늘리", "나눠": "나누", "배워": "배우", "써": "쓰", "봐": "보",
    "줘": "주", "막아": "막", "맞춰": "맞추", "골라": "고르", "바꿔": "바꾸", "만들어": "만들",
    "높여": "높이", "낮춰": "낮추", "움직여": "움직이", "생겨": "생기", "커져": "커지",
    "작아져": "작아지", "좋아져": "좋아지", "나빠져": "나빠지", "떨어져": "떨어지", "꺼": "끄",
    "찾아": "찾", "뽑아": "뽑", "더해": "더하", "곱해": "곱하", "알려": "알리", "옮겨": "옮기",
    "고쳐": "고치", "합쳐": "합치", "늘어": "늘", "줄어": "줄", "올라": "오르", "내려": "내리",
    "묶어": "묶", "넣어": "넣", "들어가": "들어가", "흔들려": "흔들리", "올려": "올리",
}  # fmt: skip
_VERBS = (
    "learns uses reduces increases decreases measures predicts prevents helps keeps makes gives"
    " takes lets works needs adds stops finds updates shows turns drops moves splits averages"
    " means tells maps trains penalises penalizes punishes grows falls assigns computes returns"
    " chooses picks requires improves allows becomes changes depends combines stores multiplies"
    " normalises normalizes scales shrinks reads looks compares removes generates leaves captures"
    " overfits generalises generalizes memorises memorizes treats considers shares builds fits"
    " fixes happens converges explodes vanishes slows speeds lowers raises hurts matters"
)
_BASE = {
    verb: verb[:-2] if re.search(r"(?:sh|ss|x|ch)es$", verb) else verb[:-1]
    for verb in _VERBS.split()
}


def negated(text: str, chance: random.Random) -> str | None:
    """Return the text with one verb denied, or one denial taken back; None where none is known.

    Args:
        text: a sentence in Korean or English.
        chance: draws the verb.
    """
    found = [change for change in _changes(text) if text[change[0] : change[1]] != change[2]]
    if not found:
        return None
    start, end, other = chance.choice(found)
    return text[:start] + other + text[end:]


def _changes(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where something can be denied or affirmed, and what stands there then."""
    taken: list[tuple[int, int]] = []
    for pattern, change in _AFFIRMING + _DENYING:
        for match in pattern.finditer(text):
            place = match.span()
            # What takes a denial back comes first: nothing of it is denied once more.
            if all(place[1] <= start or end <= place[0] for start, end in taken):
                taken.append(place)
                yield *place, change(match)


def _stem(syllable: str) -> str:
    """Return a syllable without its final consonant: 쓴 → 쓰."""
    code = ord(syllable) - _HANGUL
    return chr(_HANGUL + code - code % _FINALS)


def _final(syllable: str) -> int:
    return (ord(syllable) - _HANGUL) % _FINALS


def _declared(match: re.Match[str]) -> str:
    """Deny 쓴다, 줄인다, 배웁니다, 찾는다: a verb that ends a sentence."""
    word, ending = match["word"], match["ending"]
    behind = "는다" if ending in {"는다", "다"} else "습니다"
    if ending in {"는다", "습니다"}:
        return f"{word}지 않{behind}"
    if _final(word[-1]) not in {_N, _B}:
        return match[0]
    return f"{word[:-1]}{_stem(word[-1])}지 않{behind}"


def _noun(match: re.Match[str]) -> str:
    """Deny 방법이다, 방법입니다, 방법이야."""
    word, ending = match["word"], match["ending"]
    particle = "이" if _final(word[-1]) else "가"
    behind = {"이다": "아니다", "입니다": "아닙니다", "이에요": "아니에요", "예요": "아니에요"}
    return f"{word}{particle} {behind.get(ending, '아니야')}"


_KOREAN_VERB = "|".join(_I_VERBS.split())
_AFFIRMING: tuple[_Change, ...] = (
    (re.compile(r"하지\s않는다"), lambda _: "한다"),
    (re.compile(r"하지\s않습니다"), lambda _: "합니다"),
    (re.compile(r"하지\s않아"), lambda _: "해"),
    (re.compile(r"하지\s않고"), lambda _: "하고"),
    (re.compile(r"하지\s않는"), lambda _: "하는"),
    (re.compile(r"되지\s않는다"), lambda _: "된다"),
    (re.compile(r"되지\s않습니다"), lambda _: "됩니다"),
    (re.compile(r"되지\s않아"), lambda _: "돼"),
    (re.compile(r"되지\s않는"), lambda _: "되는"),
    (re.compile(r"(?<=[가-힣])지\s(?:않|못)[가-힣]*"), lambda _: "기도 해"),
    (re.compile(r"(?<![가-힣])[안못]\s(?=[가-힣])"), lambda _: ""),
    (re.compile(r"(?<![가-힣])(?<!자신은\s)(?<!자신\s)없(?=[가-힣])"), lambda _: "있"),
    (re.compile(r"\b(is|are|was|were|can|does|do|should|must|will)(?: not|n['’]t)\b", re.I),
     lambda match: match[1]),
    (re.compile(r"\bcannot\b", re.I), lambda _: "can"),
    (re.compile(r"\bnever\b", re.I), lambda _: "always"),
    (re.compile(r"\bwithout\b", re.I), lambda _: "with"),
)  # fmt: skip
_DENYING: tuple[_Change, ...] = (
    (re.compile(rf"(?:{'|'.join(_ENDINGS)}){_END}"), lambda m: "하지 않" + _ENDINGS[m[0]]),
    (re.compile(rf"(?:{'|'.join(_BECOME)}){_END}"), lambda m: "되지 않" + _BECOME[m[0]]),
    # Not of "알고 있어", which says that something goes on.
    (re.compile(r"(?<![가-힣])(?<![고아어여]\s)있(?=[가-힣])"), lambda _: "없"),
    (re.compile(rf"(?P<word>{_KOREAN_VERB.replace('이', '입')})(?P<ending>니다){_END}"), _declared),
    (re.compile(rf"(?<=[가-힣])(?P<word>[가-힣])(?P<ending>이다|입니다|이에요|예요|이야){_END}"),
     _noun),
    (re.compile(rf"(?P<word>[가-힣]+?)(?P<ending>는다|습니다|니다){_END}"), _declared),
    (re.compile(rf"(?P<word>[가-힣]*[가-힣])(?P<ending>다){_END}"), _declared),
    (re.compile(rf"(?P<word>{'|'.join(_SPOKEN)})(?P<polite>요?){_END}"),
     lambda match: f"{_SPOKEN[match['word']]}지 않아{match['polite']}"),
    (re.compile(r"\b(is|are|was|were|should|must|will)\b(?! not|n['’]t)", re.I),
     lambda match: f"{match[0]} not"),
    (re.compile(r"\bcan\b(?! not|n['’]t)", re.I), lambda _: "cannot"),
    (re.compile(rf"\b(?:{'|'.join(_BASE)})\b"), lambda match: f"does not {_BASE[match[0]]}"),
    (re.compile(r"\bwith\b"), lambda _: "without"),
    (re.compile(r"\balways\b", re.I), lambda _: "never"),
)  # fmt: skip
