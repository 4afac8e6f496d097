"""States what a rhetorical question states.

"연속적인 값에 쓰지 않아?" says that it is used there, and holds the words of a denial. Models that
read letters and words take it for one; the statement goes to them, what is quoted stays as it was
typed.
"""

from __future__ import annotations

import re

_SENTENCE = re.compile(r"[^.?!？…\n]*[.?!？…\n]*")
# Who asks why something is not so says that it is not.
_OPEN_QUESTION = re.compile(
    r"왜|언제|뭐|뭘|무슨|무엇|어떤|어떻게|어디|누가|\b(?:what|which|how|why|when|where|who)\b",
    re.IGNORECASE,
)
_ENDS = r"(?=\s*(?:[?？.!…,~ㅋㅎㅠ]|$))"
# "-지 않아?" asks for a nod and denies nothing; without its mark, "-지 않아" does deny. Endings
# that can only ask need none at the end of a sentence ("끄지 않나 봐" is a guess), and "한 가지" is
# no verb.
_KOREAN_VERB = re.compile(
    r"(?<=지)(?<!가지)(?:는|를)?\s*않(?:"
    r"(?:아|아요|습니까|았어|았어요|았나|았나요|겠어|겠어요|겠습니까|죠|지)\s*[?？]+"
    r"|(?:나|나요|을까|을까요|냐|은가|은가요|았을까|았을까요)"
    rf"(?:\s+(?:싶|생각|합니다)[가-힣]*)?{_ENDS}[?？]*)"
)
# "… 거 아니야?" stands behind what it is about; "회귀가 아니야?" may ask whether it is not.
_KOREAN_NOUN = re.compile(
    r"(?<![가이게\s])\s++(?:"
    r"(?:아니야|아냐|아녜요|아니에요|아니예요|아닙니까|아니니|아니죠|아니지)\s*[?？]+"
    rf"|(?:아닐까|아닐까요|아닌가|아닌가요){_ENDS}[?？]*)"
)
_ENGLISH_TAG = re.compile(
    r"(?:,\s*(?:right|correct|no|yes)|[,\s]\s*(?:(?:is|are|was|were|do|does|did|would|could|has|have|"
    r"should)n[’']?t|won[’']?t|can[’']?t)\s+(?:it|they|that|you|we|there|she|he))\s*[?？]+",
    re.IGNORECASE,
)


def as_statement(text: str) -> str:
    """Return a text with its rhetorical questions as the statements that they are.

    Args:
        text: a message or a part of it.
    """
    return "".join(_stated(sentence) for sentence in _SENTENCE.findall(text))


def _stated(sentence: str) -> str:
    if _OPEN_QUESTION.search(sentence):
        return sentence
    for asked in (_KOREAN_VERB, _KOREAN_NOUN, _ENGLISH_TAG):
        sentence = asked.sub(_stop, sentence)
    return sentence


def _stop(asked: re.Match[str]) -> str:
    """Return a full stop, where no other mark follows."""
    follows = asked.string[asked.end() :].lstrip()
    return "" if follows.startswith((",", ".", "!", "…")) else "."
