"""States what a rhetorical question states.

"연속적인 값에 쓰지 않아?" says that it is used there, and holds the words of a denial. Models that
read letters and words take it for one; the statement goes to them, what is quoted stays as it was
typed.
"""

from __future__ import annotations

import re

# "-지 않아?" asks for a nod and denies nothing; without its mark, "-지 않아" does deny. Endings
# that can only ask need none.
_KOREAN_VERB = re.compile(
    r"(?<=지)(?:는|를)?\s*(?:않|안\s*[하했])(?:"
    r"(?:아|아요|습니까|어|어요|았어|았어요|았나|았나요)\s*[?？]+"
    r"|(?:나|나요|을까|을까요|냐|니|은가|은가요|겠어|겠어요|겠습니까)(?![가-힣])"
    r"(?:\s+(?:싶|생각|합니다|해요|하는)[가-힣]*)?\s*[?？]*)"
)
# "… 거 아니야?" stands behind what it is about.
_KOREAN_NOUN = re.compile(
    r"(?<!\s)\s++"
    r"(?:아니야|아냐|아녜요|아니에요|아니예요|아닙니까|아니니|아니죠|아니지|아닐까|아닐까요|아닌가|아닌가요)\s*[?？]+"
)
_ENGLISH_TAG = re.compile(
    r",\s*(?:(?:is|are|was|were|do|does|did|will|would|can|could|has|have|should)n[’']?t\s+"
    r"(?:it|they|that|you|we|there|she|he)|right|correct|no|yes)\s*[?？]+",
    re.IGNORECASE,
)


def as_statement(text: str) -> str:
    """Return a text with its rhetorical questions as the statements that they are.

    Args:
        text: a message or a part of it.
    """
    for asked in (_KOREAN_VERB, _KOREAN_NOUN, _ENGLISH_TAG):
        text = asked.sub(".", text)
    return text
