"""What the interviewer says: apt, varied, never the same twice, and safe to show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from engine.contract import (
    Intent,
    Mode,
    PackRef,
    PointVerdict,
    TurnRequest,
    Utterance,
    VerdictStatus,
)
from engine.curated_generator import CuratedGenerator
from engine.curated_lines import load_reactions
from engine.outcomes import Style, language_of, style_in
from engine.pack_reader import read_pack
from engine.ports import Evaluation
from engine.questions import QuestionPack, Topic, TopicKind
from tests.support.packs import SHIPPED, read_small_pack
from tests.support.wording import WORDINGS, format_faults, keeps_its_style

COVERED, PARTIAL, MISSING = VerdictStatus.COVERED, VerdictStatus.PARTIAL, VerdictStatus.MISSING
WRONG, UNSURE = VerdictStatus.WRONG, VerdictStatus.UNSURE
GENERIC = load_reactions()
GENERATOR = CuratedGenerator(GENERIC)


@pytest.fixture(scope="module")
def ml_core() -> QuestionPack:
    return read_pack(SHIPPED / "ml-core")


@pytest.fixture(scope="module")
def fruit(tmp_path_factory: pytest.TempPathFactory) -> QuestionPack:
    folder: Path = tmp_path_factory.mktemp("fruit")
    return read_small_pack(folder)


def request_for(topic: Topic, pack: QuestionPack, spoken: str = "en") -> TurnRequest:
    locale = language_of(spoken)
    return TurnRequest(
        request_id="i:1",
        seed="0:1",
        pack=PackRef(pack.id, pack.version),
        locale=locale,
        mode=Mode.COACH,
        topic_id=topic.id,
        question=topic.question[spoken][0],
        answer="something",
        open_points=topic.point_ids,
        next_topics=topic.next,
        may_retry=True,
        spoken=(f"{topic.id}/question/0",),
        style=style_in(locale) if spoken == locale else Style.JONDAETMAL,
    )


def verdicts(points: Sequence[str], *statuses: VerdictStatus) -> Evaluation:
    """Return verdicts, the last status standing for all points that are left."""
    padded = [*statuses, *[statuses[-1]] * len(points)]
    return Evaluation(
        Intent.ANSWER, tuple(PointVerdict(p, s) for p, s in zip(points, padded, strict=False))
    )


def say(
    pack: QuestionPack, request: TurnRequest, evaluation: Evaluation, next_topic: str
) -> Utterance:
    return GENERATOR.generate(request, pack, evaluation, next_topic)


def missed(topic: Topic, pack: QuestionPack, seed: str, mode: Mode = Mode.COACH) -> str:
    request = replace(request_for(topic, pack), mode=mode, seed=seed)
    return say(pack, request, verdicts(topic.point_ids, MISSING), topic.next[0]).text


# Which lines are chosen


def test_a_covered_point_is_confirmed_and_the_next_question_asked(fruit: QuestionPack) -> None:
    request = request_for(fruit.topic("pears"), fruit)
    said = say(fruit, request, verdicts(["shape"], COVERED), "plums")
    assert any(said.text.startswith(f"{line} ") for line in GENERIC["en"]["covered"])
    assert said.text.endswith(said.question)
    assert said.question in fruit.topic("plums").question["en"]


def test_a_topics_own_lines_come_before_generic_ones(ml_core: QuestionPack) -> None:
    topic = ml_core.topic("lora")
    said = say(
        ml_core, request_for(topic, ml_core), verdicts(["mechanism"], COVERED), topic.next[0]
    )
    assert any(said.text.startswith(own) for own in topic.reactions["covered"]["en"])
    assert said.question in topic.leads[topic.next[0]]["en"]


def test_several_points_at_once_are_named(ml_core: QuestionPack) -> None:
    topic = ml_core.topic("ai-ml-dl-difference")
    evaluation = verdicts(topic.point_ids, COVERED, COVERED, MISSING)
    texts = {
        say(
            ml_core, replace(request_for(topic, ml_core, "ko"), seed=str(i)), evaluation, topic.id
        ).text
        for i in range(60)
    }
    assert any("인공지능, 머신러닝" in text for text in texts)
    assert not any("{points}" in text for text in texts)


def test_when_all_was_said_what_was_said_longest_ago_comes_again(fruit: QuestionPack) -> None:
    topic, count = fruit.topic("apples"), len(GENERIC["en"]["insult"])
    request = request_for(topic, fruit)
    heard: list[str] = []
    for turn in range(3 * count):
        said = say(fruit, replace(request, seed=str(turn)), Evaluation(Intent.INSULT), topic.id)
        heard += [line for line in said.lines if line.startswith("curated/")]
        request = replace(request, spoken=(*request.spoken, *said.lines))
    assert heard[count : 2 * count] == heard[:count] == heard[2 * count :]


def test_names_in_english_are_joined_as_in_speech(ml_core: QuestionPack) -> None:
    topic = ml_core.topic("ai-ml-dl-difference")
    request = request_for(topic, ml_core)
    for evaluation, names in (
        (verdicts(topic.point_ids, COVERED, COVERED, MISSING), (0, 1)),
        (verdicts(topic.point_ids, COVERED), (0, 1, 2)),
    ):
        *first, last = [topic.points[i].name["en"].lower() for i in names]
        texts = [
            say(ml_core, replace(request, seed=str(i)), evaluation, topic.id).text
            for i in range(40)
        ]
        assert any(f"{', '.join(first)} and {last}" in text for text in texts)


def test_a_name_of_capitals_keeps_them_within_a_sentence(ml_core: QuestionPack) -> None:
    topic = ml_core.topic("bce-task")
    named = replace(topic.points[0], name={"en": "BCE's task", "ko": "BCE"})
    pack = replace(
        ml_core,
        topics=tuple(
            replace(t, points=(named, *t.points[1:])) if t is topic else t for t in ml_core
        ),
    )
    request, evaluation = request_for(topic, pack), verdicts(topic.point_ids, COVERED)
    texts = [say(pack, replace(request, seed=str(i)), evaluation, topic.id).text for i in range(40)]
    assert any("BCE's task and why BCE suits it" in text for text in texts)


STAYING = (
    Intent.REPEAT,
    Intent.SMALL_TALK,
    Intent.INSULT,
    Intent.MANIPULATION,
    Intent.OTHER_LANGUAGE,
    Intent.UNREADABLE,
    Intent.HINT,
    Intent.TERM_QUESTION,
)


@pytest.mark.parametrize("intent", STAYING)
@pytest.mark.parametrize("locale", ["ko", "en"])
def test_a_standing_question_is_kept_bare_and_never_piles_up(
    fruit: QuestionPack, intent: Intent, locale: str
) -> None:
    topic = fruit.topic("apples")
    bare = {*topic.question[locale], *(t for p in topic.points for t in p.ask[locale])}
    request = request_for(topic, fruit, locale)
    for turn in range(12):
        said = say(fruit, replace(request, seed=str(turn)), Evaluation(intent), topic.id)
        assert said.question in bare
        assert said.text.count(said.question) == 1
        request = replace(request, question=said.question, spoken=(*request.spoken, *said.lines))


def test_what_was_just_said_is_not_asked_again_in_the_same_breath(fruit: QuestionPack) -> None:
    topic = fruit.topic("pears")
    asks = topic.point("shape").ask["en"]
    spelled_out = replace(topic, clarification={"en": f"Look at it. {asks[0]}, or {asks[1]}."})
    pack = replace(fruit, topics=tuple(spelled_out if t is topic else t for t in fruit))
    request = replace(request_for(spelled_out, pack), answer="what do you mean?")
    said = say(pack, request, Evaluation(Intent.TERM_QUESTION), topic.id)
    assert said.text == spelled_out.clarification["en"]
    assert said.question in asks


@pytest.mark.parametrize(("topic_id", "following"), [("pears", "rest"), ("plums", "bye")])
def test_what_is_no_question_is_not_announced_as_one(
    fruit: QuestionPack, topic_id: str, following: str
) -> None:
    request = request_for(fruit.topic(topic_id), fruit)
    for seed in range(20):
        said = say(fruit, replace(request, seed=str(seed)), Evaluation(Intent.SKIP), following)
        reaction = said.text.removesuffix(f" {said.question}")
        assert reaction in GENERIC["en"]["skip"]
        assert said.question in fruit.topic(following).question["en"]


@pytest.mark.parametrize("intent", [i for i in Intent if i is not Intent.REPEAT])
def test_a_chat_that_is_over_is_not_called_back(
    fruit: QuestionPack, ml_core: QuestionPack, intent: Intent
) -> None:
    own = ml_core.topic("greeting")
    said = say(ml_core, request_for(own, ml_core), Evaluation(intent), own.next[0])
    assert any(said.text.startswith(x) for x in own.reactions["small_talk"]["en"])
    for topic_id, following, key in (("hello", "apples", "begin"), ("bye", "end", "closing")):
        request = request_for(fruit.topic(topic_id), fruit)
        said = say(fruit, request, Evaluation(intent), following)
        assert any(said.text.startswith(line) for line in GENERIC["en"][key])


def test_what_is_left_is_asked_about_next(ml_core: QuestionPack) -> None:
    topic = ml_core.topic("bce-loss")
    said = say(
        ml_core, request_for(topic, ml_core), verdicts(topic.point_ids, COVERED, MISSING), topic.id
    )
    assert said.question in topic.point("key-idea").ask["en"]


def test_a_hedge_that_was_right_is_credited_with_advice(fruit: QuestionPack) -> None:
    request = request_for(fruit.topic("pears"), fruit)
    hedged = replace(verdicts(["shape"], COVERED), hedge="I'm not sure")
    texts = {say(fruit, replace(request, seed=str(i)), hedged, "plums").text for i in range(40)}
    assert any("“I'm not sure”" in text for text in texts)
    assert not any("{hedge}" in text for text in texts)


def test_braces_in_the_words_of_a_user_stay_what_they_are(fruit: QuestionPack) -> None:
    request = request_for(fruit.topic("pears"), fruit)
    hedged = replace(verdicts(["shape"], COVERED), hedge="{points} {question} {0}")
    texts = [say(fruit, replace(request, seed=str(i)), hedged, "plums").text for i in range(40)]
    assert any("{points} {question} {0}" in text for text in texts)


def test_right_and_wrong_in_one_answer_is_called_mixed(fruit: QuestionPack) -> None:
    topic = fruit.topic("apples")
    said = say(
        fruit, request_for(topic, fruit), verdicts(topic.point_ids, COVERED, WRONG), topic.id
    )
    assert any(said.text.startswith(line) for line in GENERIC["en"]["mixed"])


def misconception(point: str, index: int = 0) -> Evaluation:
    return Evaluation(Intent.ANSWER, (PointVerdict(point, WRONG, "x", misconception=index),))


def test_a_known_misconception_gets_its_nudge_but_never_twice(fruit: QuestionPack) -> None:
    topic = fruit.topic("pears")
    request = request_for(topic, fruit)
    first = say(fruit, request, misconception("shape"), topic.id)
    assert first.text == "nudge shape en?"
    assert first.question == request.question, "a nudge asks by itself; the question stands"
    again = replace(request, spoken=(*request.spoken, *first.lines))
    second = say(fruit, again, misconception("shape"), topic.id)
    assert "nudge" not in second.text
    assert any(second.text.startswith(line) for line in GENERIC["en"]["wrong"])


@pytest.mark.parametrize("index", [1, 99])
def test_a_misconception_without_a_nudge_is_just_wrong(fruit: QuestionPack, index: int) -> None:
    topic = fruit.topic("pears")
    said = say(fruit, request_for(topic, fruit), misconception("shape", index), topic.id)
    assert any(said.text.startswith(line) for line in GENERIC["en"]["wrong"])


def test_no_nudge_is_given_once_the_topic_is_left(fruit: QuestionPack) -> None:
    said = say(fruit, request_for(fruit.topic("pears"), fruit), misconception("shape"), "plums")
    assert "nudge" not in said.text


@pytest.mark.parametrize("status", [PARTIAL, UNSURE, MISSING])
def test_nobody_is_asked_for_more_once_the_topic_is_left(
    ml_core: QuestionPack, status: VerdictStatus
) -> None:
    topic = ml_core.topic("lora")
    asking = [*topic.reactions[status.value]["en"], *GENERIC["en"][status.value]]
    for seed in range(30):
        request = replace(request_for(topic, ml_core), seed=str(seed))
        said = say(ml_core, request, verdicts(["mechanism"], status), topic.next[0])
        assert any(said.text.startswith(line) for line in GENERIC["en"]["move_on"])
        assert not any(line in said.text for line in asking)


def test_a_wrong_answer_is_not_asked_for_again_once_the_topic_is_left(
    ml_core: QuestionPack,
) -> None:
    topic = ml_core.topic("lora")
    asking = [*topic.reactions["wrong"]["en"], *GENERIC["en"]["wrong"]]
    for seed in range(30):
        request = replace(request_for(topic, ml_core), seed=str(seed))
        said = say(ml_core, request, verdicts(["mechanism"], WRONG), topic.next[0])
        assert any(said.text.startswith(line) for line in GENERIC["en"]["wrong_left"])
        assert any(line in said.text for line in GENERIC["en"]["move_on"])
        assert not any(line in said.text for line in asking)


def test_hints_grow_and_run_out(fruit: QuestionPack) -> None:
    topic = fruit.topic("apples")
    request = request_for(topic, fruit)
    for given in range(3):
        said = say(fruit, replace(request, hints_given=given), Evaluation(Intent.HINT), topic.id)
        assert f"hint apples en {given}" in said.text
    said = say(fruit, replace(request, hints_given=3), Evaluation(Intent.HINT), topic.id)
    assert "hint apples" not in said.text
    assert any(said.text.startswith(line) for line in GENERIC["en"]["hint_exhausted"])


def test_a_term_is_explained_and_the_question_asked_again(fruit: QuestionPack) -> None:
    topic = fruit.topic("apples")
    request = replace(request_for(topic, fruit), answer="what does peel mean?")
    said = say(fruit, request, Evaluation(Intent.TERM_QUESTION), topic.id)
    assert "what is around a fruit English" in said.text
    assert said.question in topic.point("colour").ask["en"]


def test_a_term_that_would_spoil_the_answer_is_not_explained(fruit: QuestionPack) -> None:
    topic = fruit.topic("plums")
    request = replace(request_for(topic, fruit), answer="what does peel mean?")
    said = say(fruit, request, Evaluation(Intent.TERM_QUESTION), topic.id)
    assert "what is around a fruit" not in said.text
    assert said.text.startswith(tuple(GENERIC["en"]["term_spoiled"]))


@pytest.mark.parametrize(
    ("locale", "asked"), [("en", "what does risk mean?"), ("ko", "리스크가 뭐야?")]
)
def test_who_asks_after_an_unknown_term_is_told_so_before_the_clarification(
    ml_core: QuestionPack, locale: str, asked: str
) -> None:
    topic = ml_core.topic("bce-task")
    request = replace(request_for(topic, ml_core, locale), answer=asked)
    said = say(ml_core, request, Evaluation(Intent.TERM_QUESTION), topic.id)
    assert said.text.startswith(tuple(GENERIC[locale]["term_unknown"]))
    assert topic.clarification[locale] in said.text


def test_who_asks_after_the_question_gets_the_clarification(ml_core: QuestionPack) -> None:
    topic = ml_core.topic("bce-task")
    request = replace(request_for(topic, ml_core), answer="what do you mean?")
    said = say(ml_core, request, Evaluation(Intent.TERM_QUESTION), topic.id)
    assert said.text.startswith(topic.clarification["en"])


def test_a_repeat_says_the_very_question_again(fruit: QuestionPack) -> None:
    topic = fruit.topic("apples")
    request = replace(request_for(topic, fruit), question="the question as it was asked?")
    said = say(fruit, request, Evaluation(Intent.REPEAT), topic.id)
    assert said.text.endswith(" the question as it was asked?")
    assert said.question == "the question as it was asked?"


def test_honesty_is_thanked_and_later_cheered(fruit: QuestionPack) -> None:
    request = request_for(fruit.topic("pears"), fruit)
    evaluation = Evaluation(Intent.DONT_KNOW)
    first = say(fruit, request, evaluation, "plums").text
    third = say(fruit, replace(request, dont_know_streak=2), evaluation, "plums").text
    assert any(first.startswith(line) for line in GENERIC["en"]["dont_know"])
    assert any(third.startswith(line) for line in GENERIC["en"]["dont_know_again"])


@pytest.mark.parametrize(
    ("intent", "key"),
    [
        (Intent.SMALL_TALK, "small_talk"),
        (Intent.INSULT, "insult"),
        (Intent.MANIPULATION, "manipulation"),
        (Intent.OTHER_LANGUAGE, "other_language"),
        (Intent.UNREADABLE, "empty"),
    ],
)
def test_what_is_no_answer_gets_a_light_line_and_the_question_again(
    fruit: QuestionPack, intent: Intent, key: str
) -> None:
    topic = fruit.topic("apples")
    said = say(fruit, request_for(topic, fruit), Evaluation(intent), topic.id)
    assert any(said.text.startswith(line) for line in GENERIC["en"][key])
    assert any(
        text in said.question for text in (*topic.question["en"], *topic.point("colour").ask["en"])
    )


def test_a_cut_message_is_mentioned_first(fruit: QuestionPack) -> None:
    request = replace(request_for(fruit.topic("pears"), fruit), truncated=True)
    said = say(fruit, request, verdicts(["shape"], COVERED), "plums")
    assert any(said.text.startswith(line) for line in GENERIC["en"]["too_long"])


def test_the_last_utterance_asks_nothing(ml_core: QuestionPack) -> None:
    topic = ml_core.topic("last-words")
    for locale in ml_core.locales:
        request = request_for(topic, ml_core, locale)
        said = say(ml_core, request, Evaluation(Intent.SMALL_TALK), "end")
        assert any(said.text.endswith(text) for text in ml_core.topic("end").question[locale])


@pytest.mark.parametrize("status", VerdictStatus)
def test_an_exam_acknowledges_every_answer_alike(
    ml_core: QuestionPack, status: VerdictStatus
) -> None:
    topic = ml_core.topic("lora")
    request = replace(request_for(topic, ml_core), mode=Mode.EXAM)
    evaluation = replace(verdicts(["mechanism"], status), hedge="maybe")
    said = say(ml_core, request, evaluation, topic.next[0])
    baseline = say(ml_core, request, verdicts(["mechanism"], MISSING), topic.next[0])
    assert said == baseline
    assert any(said.text.startswith(line) for line in GENERIC["en"]["noted"])


# Determinism and variety


def test_the_same_request_always_gets_the_same_words(ml_core: QuestionPack) -> None:
    topic = ml_core.topic("lora")
    assert missed(topic, ml_core, "7:3") == missed(topic, ml_core, "7:3")
    assert len({missed(topic, ml_core, str(i)) for i in range(20)}) > 6


def pool_size(pool: str, pack: QuestionPack, spoken: str) -> int:
    """Return how many lines there are to choose among in a pool."""
    owner, *path = pool.split("/")
    if owner == "curated":
        return len(GENERIC[spoken][path[0]])
    topic = pack.topic(owner)
    match path:
        case ["question"]:
            return len(topic.question[spoken])
        case ["lead", following]:
            return len(topic.leads[following][spoken])
        case [point, "ask"]:
            return len(topic.point(point).ask[spoken])
        case [_, "nudge"]:
            return 0  # each misconception has one
        case [outcome]:
            return len(topic.reactions[outcome][spoken])
    raise AssertionError(f"no pool is called {pool}")


@pytest.mark.parametrize("wording", WORDINGS)
def test_no_line_is_said_twice_while_another_is_left(ml_core: QuestionPack, wording: str) -> None:
    """A long, stubborn interview: many turns on every topic, with all that can happen."""
    spoken: list[str] = []
    turn = 0
    for topic in ml_core:
        for evaluation, next_topic in _events(topic):
            turn += 1
            request = replace(
                request_for(topic, ml_core, wording), seed=f"0:{turn}", spoken=tuple(spoken)
            )
            for line in say(ml_core, request, evaluation, next_topic).lines:
                pool, _, index = line.rpartition("/")
                if line in spoken:
                    said = {name for name in spoken if name.rpartition("/")[0] == pool}
                    assert len(said) >= pool_size(pool, ml_core, wording) > 0, line
                assert index.isdigit()
                spoken.append(line)
    assert turn > 150


def _events(topic: Topic) -> Iterator[tuple[Evaluation, str]]:
    """Yield what can happen on a topic, with the topic that is asked next."""
    if topic.kind is TopicKind.END:
        return
    if not topic.kind.judged:
        yield Evaluation(Intent.REPEAT), topic.id
        yield from ((Evaluation(Intent.SMALL_TALK), following) for following in topic.next)
        return
    staying = (Intent.HINT, Intent.TERM_QUESTION, Intent.REPEAT, Intent.SMALL_TALK, Intent.INSULT)
    for intent in (*staying, Intent.MANIPULATION, Intent.OTHER_LANGUAGE, Intent.UNREADABLE):
        yield Evaluation(intent), topic.id
    for status in (WRONG, PARTIAL, UNSURE, MISSING):
        yield verdicts(topic.point_ids, status), topic.id
    yield misconception(topic.point_ids[0]), topic.id
    if len(topic.points) > 1:
        yield verdicts(topic.point_ids, COVERED, WRONG), topic.id
    for following in topic.next:
        for status in (COVERED, WRONG, PARTIAL, MISSING):
            yield verdicts(topic.point_ids, status), following
        yield Evaluation(Intent.DONT_KNOW), following
        yield Evaluation(Intent.SKIP), following


def transitions(pack: QuestionPack) -> Iterator[tuple[str, Topic, Mode, list[Evaluation], str]]:
    """Yield (outcome, topic, mode, evaluations of that outcome, next topic) of a whole pack."""
    for topic in pack:
        for evaluation, following in _events(topic):
            intent = evaluation.intent.value
            names = sorted({v.status.value for v in evaluation.verdicts})
            evaluations = [evaluation]
            if any(v.misconception is not None for v in evaluation.verdicts):
                names = ["misconception"]
                point = topic.points[0]
                evaluations = [misconception(point.id, i) for i in range(len(point.wrong["ko"]))]
            yield "+".join(names) or intent, topic, Mode.COACH, evaluations, following
        if topic.kind.judged:
            for following in topic.next:
                answered = verdicts(topic.point_ids, COVERED)
                yield "answer", topic, Mode.EXAM, [answered], following


@pytest.mark.parametrize("wording", WORDINGS)
def test_every_transition_has_six_utterances_that_may_be_said(
    ml_core: QuestionPack, wording: str
) -> None:
    faults = []
    for outcome, topic, mode, evaluations, following in transitions(ml_core):
        place = f"{topic.id} {outcome} {mode} -> {following}"
        said = {
            say(
                ml_core,
                replace(
                    request_for(topic, ml_core, wording),
                    seed=str(seed),
                    mode=mode,
                    hints_given=seed % 4,
                ),
                evaluations[seed % len(evaluations)],
                following,
            )
            for seed in range(40)
        }
        # An explanation is written once per term and topic; only the question after it varies.
        needed = 1 if outcome == "term_question" else 6
        if len({utterance.text for utterance in said}) < needed:
            faults.append(f"{place}: {len(said)} utterances")
        faults += [
            f"{place}: {fault}: {utterance.text}"
            for utterance in said
            for fault in (*format_faults(utterance.text), *_endings(utterance, following, ml_core))
        ]
        faults += [
            f"{place}: mixes styles: {utterance.text}"
            for utterance in said
            if not keeps_its_style(wording, utterance.text)
        ]
    assert faults == []


def _endings(utterance: Utterance, following: str, pack: QuestionPack) -> Iterator[str]:
    if pack.topic(following).kind is TopicKind.END:
        return
    if not utterance.question:
        yield "carries no question on"
    if "  " in utterance.text or utterance.text != utterance.text.strip():
        yield "has stray spaces"
