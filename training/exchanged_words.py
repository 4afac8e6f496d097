"""Near-misses cut from public sentences: one meaning-bearing word exchanged for its opposite.

"Raises the learning rate" becomes "lowers the learning rate". General inference data hold few such
pairs, and in this field they are what wrong answers are made of. Only training reads these
sentences; nothing of them is shipped.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

# Words that may stand in each other's place in a sentence about machine learning.
_KOREAN = (
    ("증가", "감소"), ("높", "낮"), ("크게", "작게"), ("늘리", "줄이"), ("늘어", "줄어"),
    ("많", "적"), ("빠르", "느리"), ("최대화", "최소화"), ("최댓값", "최솟값"), ("최대", "최소"),
    ("훈련", "테스트"), ("학습", "추론"), ("훈련", "검증"), ("행", "열"), ("입력", "출력"),
    ("앞", "뒤"), ("이전", "다음"), ("먼저", "나중에"), ("전에", "후에"), ("순전파", "역전파"),
    ("과대적합", "과소적합"), ("과적합", "과소적합"), ("지도", "비지도"), ("분류", "회귀"),
    ("평균", "합"), ("곱", "합"), ("더하", "빼"), ("곱하", "나누"), ("양수", "음수"),
    ("모든", "일부"), ("항상", "가끔"), ("전체", "일부"), ("쉽", "어렵"), ("좋은", "나쁜"),
    ("짧", "길"), ("처음", "마지막"), ("위", "아래"), ("인코더", "디코더"), ("쿼리", "키"),
    ("정밀도", "재현율"), ("편향", "분산"), ("독립", "종속"), ("연속", "이산"), ("고정", "변경"),
    ("할 수 있", "할 수 없"), ("필요하", "필요 없"), ("같은", "다른"), ("강", "약"),
    ("제곱", "절댓값"), ("소프트맥스", "시그모이드"), ("볼록", "오목"), ("선형", "비선형"),
    ("정확도", "손실"), ("가중치", "편향"), ("희소", "밀집"), ("이진", "다중"),
    ("한 개", "여러 개"),
)  # fmt: skip
_ENGLISH = (
    ("increase", "decrease"), ("increases", "decreases"), ("increased", "decreased"),
    ("increasing", "decreasing"), ("higher", "lower"), ("high", "low"), ("larger", "smaller"),
    ("large", "small"), ("more", "less"), ("most", "least"), ("faster", "slower"),
    ("fast", "slow"), ("maximize", "minimize"), ("maximum", "minimum"), ("training", "test"),
    ("training", "inference"), ("training", "validation"), ("row", "column"), ("rows", "columns"),
    ("input", "output"), ("inputs", "outputs"), ("before", "after"), ("previous", "next"),
    ("first", "last"), ("forward", "backward"), ("overfitting", "underfitting"),
    ("supervised", "unsupervised"), ("classification", "regression"), ("mean", "sum"),
    ("add", "subtract"), ("multiply", "divide"), ("positive", "negative"), ("all", "some"),
    ("always", "sometimes"), ("every", "one"), ("easy", "hard"), ("easier", "harder"),
    ("better", "worse"), ("good", "bad"), ("long", "short"), ("longer", "shorter"),
    ("encoder", "decoder"), ("query", "key"), ("precision", "recall"), ("bias", "variance"),
    ("independent", "dependent"), ("continuous", "discrete"), ("can", "cannot"),
    ("same", "different"), ("with", "without"), ("linear", "nonlinear"), ("sparse", "dense"),
    ("binary", "multiclass"), ("local", "global"), ("left", "right"), ("start", "end"),
    ("above", "below"), ("squared", "absolute"), ("fixed", "trainable"), ("weights", "biases"),
    ("reduce", "raise"), ("reduces", "raises"), ("accuracy", "loss"), ("single", "multiple"),
)  # fmt: skip


def exchanged(text: str, chance: random.Random) -> str | None:
    """Return the text with one word exchanged so that it says something else; None if none fits."""
    places = list(_places(text))
    if not places:
        return None
    start, end, other = chance.choice(places)
    word = text[start:end]
    return text[:start] + (other.capitalize() if word[:1].isupper() else other) + text[end:]


def _places(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where a word stands that has a counterpart, and that counterpart."""
    for pattern, other in _patterns():
        for found in pattern.finditer(text):
            yield found.start(), found.end(), other


@lru_cache(maxsize=1)
def _patterns() -> Sequence[tuple[re.Pattern[str], str]]:
    # Korean words take endings and stand at the start of a word; English ones stand alone.
    korean = [
        (re.compile(rf"(?<![가-힣]){re.escape(one)}"), other) for one, other in _both_ways(_KOREAN)
    ]
    english = [
        (re.compile(rf"\b{re.escape(one)}\b", re.IGNORECASE), other)
        for one, other in _both_ways(_ENGLISH)
    ]
    return (*korean, *english)


def _both_ways(pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for one, other in pairs:
        yield one, other
        yield other, one
