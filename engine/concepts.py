"""Words by what they say: what means the same, in Korean or English, becomes one concept.

"훈련", "학습", "training" and "learned" are one word to whoever judges "random units go off in
training"; "increases", "higher" and "늘어" are one, and their opposite another. A concept stands in
capitals; a word that belongs to none is cut to its first letters, which drops most endings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_READ_CHARACTERS = 600
_KOREAN_LETTERS, _ENGLISH_LETTERS = 3, 5
STOP, NEGATION = "|", "NOT"

# Concept: English words, then the beginnings of Korean ones.
_CONCEPTS: Mapping[str, tuple[str, str]] = {
    NEGATION: (
        "not no never without neither nor none cannot cant dont doesnt isnt wont arent wasnt"
        " nothing instead",
        "안 못 않 없 아니 말고 아닌 아닙 절대 대신",
    ),
    "ALL": (
        "all every whole entire entirely always full each",
        "모든 모두 전부 전체 항상 언제나 다 전원 매",
    ),
    "SOME": ("some part subset few several", "일부 몇 약간 조금"),
    "ONLY": ("only just single one once", "오직 하나 한 딱 단"),
    "MORE": (
        "more higher high larger large greater bigger big most increase increases increased"
        " increasing raise raises raised raising grow grows rise rises up max maximum maximise"
        " maximises maximize maximizes strong stronger longer long upper many much gain boost",
        "더 높 크 커 큰 클 증가 늘 올라 올리 오르 많 최대 강 길 긴 상승",
    ),
    "LESS": (
        "less lower low smaller small fewer least decrease decreases decreased decreasing reduce"
        " reduces reduced reducing shrink shrinks fall falls drop drops down min minimum minimise"
        " minimises minimize minimizes weak weaker shorter short cut cuts little lowers",
        "덜 낮 작 줄 감소 내려 내리 적 최소 약 짧 떨어 하락",
    ),
    "GOOD": (
        "good better best well improve improves improved accurate precise stable steady steadier"
        " easy easier",
        "좋 잘 개선 안정 쉽 쉬",
    ),
    "BAD": (
        "bad worse worst poor poorly unstable hard harder difficult",
        "나쁜 나빠 나쁘 못하 불안정 어렵 어려",
    ),
    "FAST": ("fast faster quick quickly cheap cheaply cheaper", "빠르 빨 빠 싸 싼 저렴"),
    "SLOW": ("slow slower slowly expensive costly", "느 비싸 비싼 오래"),
    "TRAIN": (
        "train trains training trained learn learns learning learned fit fits fitting",
        "학습 훈련 트레이 배우 배워 배운",
    ),
    "TEST": (
        "test tests testing inference predict predicts prediction predictions serving deploy eval"
        " evaluation unseen",
        "테스트 추론 예측 서빙 서비스 평가 배포",
    ),
    "VALIDATION": ("validation valid holdout held", "검증"),
    "BEFORE": (
        "before first previous earlier start initial beginning",
        "전에 먼저 처음 이전 앞 초반 시작",
    ),
    "AFTER": ("after then next later end last finally", "후 다음 나중 뒤 마지막 끝"),
    "SAME": (
        "same equal identical fixed constant unchanged keep keeps freeze frozen freezes",
        "같 똑같 동일 고정 그대로 유지 얼",
    ),
    "OTHER": (
        "different differ differs other another varying change changes changed update updates"
        " updated new",
        "다른 다르 달라 바뀌 바꾸 바꿔 변 업데이트 갱신 새",
    ),
    "INPUT": ("input inputs feature features", "입력 피처 특성"),
    "OUTPUT": ("output outputs", "출력"),
    "RANDOM": ("random randomly sampled arbitrary", "무작위 랜덤 임의"),
    "PROBABILITY": ("probability probabilities likely chance odds", "확률 가능성"),
    "DISTRIBUTION": ("distribution distributions", "분포"),
    "TRUE": ("true real actual right correct truth label labels", "실제 진짜 정답 참 맞 라벨 옳"),
    "FALSE": (
        "false wrong fake error errors mistake mistakes incorrect",
        "거짓 틀 오답 오류 가짜 오차 실수",
    ),
    "PLUS": (
        "positive positives plus add adds adding added sum sums summed",
        "양성 양수 더하 더해 더한 덧 합 긍정",
    ),
    "MINUS": (
        "negative negatives minus subtract subtracts subtracting",
        "음성 음수 빼 뺀 마이너스",
    ),
    "MEAN": ("mean average averages averaged averaging", "평균"),
    "TIMES": ("multiply multiplied multiplies times product", "곱"),
    "PER": ("divide divided divides per over", "나누 나눈 나눠"),
    "OVERFIT": (
        "overfit overfits overfitting overfitted memorise memorises memorize memorizes",
        "과적합 과대적합 오버피팅 외우 외워",
    ),
    "UNDERFIT": ("underfit underfits underfitting underfitted", "과소적합 언더피팅"),
    "BIAS": ("bias biased", "편향"),
    "VARIANCE": ("variance variances", "분산"),
    "PRECISION": ("precision", "정밀도 프리시전"),
    "RECALL": ("recall sensitivity", "재현율 리콜 민감도"),
    "ONE-WAY": ("left unidirectional", "왼쪽 단방향"),
    "BOTH": ("bidirectional both", "양방향 양쪽 둘"),
    "ENCODER": ("encoder encode encodes", "인코더"),
    "DECODER": ("decoder decode decodes", "디코더"),
    "CLASS": (
        "classification class classes category categories classify categorical",
        "분류 클래스 범주",
    ),
    "NUMBER": ("regression continuous number numbers numeric", "회귀 연속 숫자 수치"),
    "LINEAR": ("linear linearly", "선형"),
    "NONLINEAR": ("nonlinear nonlinearity", "비선형"),
    "SUPERVISED": ("supervised labelled labeled", "지도"),
    "UNSUPERVISED": ("unsupervised unlabelled unlabeled", "비지도"),
    "SQUARE": ("square squared squares", "제곱"),
    "ABSOLUTE": ("absolute abs", "절댓값 절대값"),
    "WEIGHT": ("weight weights parameter parameters", "가중치 파라미터 매개변수"),
    "GRADIENT": ("gradient gradients slope derivative", "기울기 그래디언트 경사 미분"),
    "LOSS": ("loss losses", "손실 로스"),
    "MODEL": ("model models network net networks", "모델 모형 네트워크 신경망 망"),
    "DATA": ("data dataset example examples sample samples", "데이터 샘플 표본 예시"),
    "UNIT": ("unit units neuron neurons node nodes", "뉴런 유닛 노드"),
    "TOKEN": ("token tokens word words", "토큰 단어 낱말"),
    "QUERY": ("query queries", "쿼리 질의"),
    "KEY": ("key keys", "키"),
    "VALUE": ("value values", "값 밸류"),
    "USER": ("user users people person", "사용자 유저 사람"),
    "ITEM": ("item items product products", "아이템 상품"),
    "TEXT": ("document documents passage passages text texts", "문서 글 텍스트"),
    "OFF": (
        "off zero zeroes zeroed remove removes removed dropped disable disabled ignore ignored",
        "끄 꺼 끈 제거 없애 비활성",
    ),
    "ON": ("on use uses used active kept", "켜 켠 사용 쓰 써 활성 씀"),
    "TREE": ("tree trees", "트리 나무"),
    "SHARP": ("sharp sharper peaked confident", "뾰족 날카 확신"),
    "FLAT": ("flat flatter uniform diverse varied creative", "평평 균등 다양 창의 평탄"),
}
# These begin like a concept and are another word.
_OTHER_WORDS = (
    "크로스 커널 강화 적용 적응 적합 안에 안쪽 후보 매핑 매칭 합성 합치 다중 다층 다시 한다 한계"
    " 한국 약자 길이 단계 단순 변수 새로고침 키우 키워 참고 참조 느낌 느껴 빠지 빠진 빠져 매끄"
)
_EMPTY_WORDS = "the a an of to is are it that and in so you be for with as at by this its your"
_NOT = re.compile(r"n['’]t\b")
_WORD = re.compile(r"[가-힣]+|[a-z]+|\d+(?:\.\d+)?|[+×*/=≠<>↑↓→←≥≤−·]|(?<![a-z])-|[.;!?]")
_PARTICLE = re.compile(
    r"(?<=[가-힣]{2})(?:에서는|에서|으로는|으로|에는|이랑|하고|에게|한테|보다|까지|부터|이나"
    r"|은|는|이|가|을|를|에|의|로|도|만|와|과|랑)$"
)
_EMPTY = frozenset(_EMPTY_WORDS.split())
_ENGLISH = {word: name for name, (words, _) in _CONCEPTS.items() for word in words.split()}
_KOREAN: Mapping[str, str | None] = {
    **{start: name for name, (_, starts) in _CONCEPTS.items() for start in starts.split()},
    **dict.fromkeys(_OTHER_WORDS.split()),
}
_LONGEST = max(map(len, _KOREAN))


def concepts(text: str) -> Iterator[str]:
    """Yield the words of a text in order, each as its concept or its first letters.

    Args:
        text: a message; what stands beyond its first 600 characters is not read.
    """
    return (concept for _, concept in read_words(text))


def read_words(text: str) -> Iterator[tuple[str, str]]:
    """Yield the words of a text in order as they are written, each with what `concepts` yields."""
    for word in _WORD.findall(_NOT.sub(" not", text[:_READ_CHARACTERS].casefold())):
        if word in ".;!?":
            yield word, STOP
        elif "가" <= word[0] <= "힣":
            yield word, _korean(word) or _PARTICLE.sub("", word)[:_KOREAN_LETTERS]
        elif word in _ENGLISH:
            yield word, _ENGLISH[word]
        elif word not in _EMPTY:
            yield word, word[:_ENGLISH_LETTERS] if word.isalpha() else word


def _korean(word: str) -> str | None:
    """Return the concept of a Korean word: that of the longest beginning that is known."""
    for length in range(min(_LONGEST, len(word)), 0, -1):
        if word[:length] in _KOREAN:
            return _KOREAN[word[:length]]
    return None
