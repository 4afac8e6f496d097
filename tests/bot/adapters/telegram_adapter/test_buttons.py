"""Buttons on Telegram: small, versioned, good after a restart, and harmless when they are old."""

from __future__ import annotations

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.telegram_adapter.callbacks import LONGEST_DATA, Buttons, Press
from bot.errors import StorageError
from bot.interview.messages import Account, Action, Choice, Notice, Progress, Reply, Say, TurnFacts
from tests.support.intake import FakeIntake
from tests.support.telegram_server import Fault
from tests.support.telegram_stage import Stage, on_telegram
from tests.support.telegram_world import SentMessage

ROOM = "chat:77"
TURN = TurnFacts(turn=4, topic="loss", intent="answer", next_topic="dropout")
ASKING = (Action.HINT, Action.DONT_KNOW, Action.SKIP)


def question(number: int, *more: Action) -> Reply:
    progress = Progress("Loss", (), number, 5)
    return Reply("en", (Say(f"Question {number}?"),), (*ASKING, *more), progress)


CHOICES = Reply(
    "en",
    (Say("Pick one."),),
    choices=(
        (
            Choice(Action.SETTINGS, {"mode": "coach"}, Notice("button.repeat")),
            Choice(Action.SETTINGS, {"mode": "exam"}, "Exam"),
        ),
        (Choice(Action.OPEN, {"pack": "머신러닝-기초-그리고-더", "level": "2"}, "긴 이름"),),
    ),
)


async def ask(stage: Stage, number: int, *more: Action) -> None:
    await stage.adapter.deliver(ROOM, f"outbox-{number}", question(number, *more))


class TestData:
    @given(
        st.sampled_from(Action),
        st.dictionaries(
            st.text(string.ascii_lowercase + "_", min_size=1, max_size=12),
            st.text(st.characters(codec="utf-8"), max_size=40),
            max_size=4,
        ),
    )
    async def test_whatever_it_stands_for_it_fits_and_is_read_back(
        self, action: Action, options: dict[str, str]
    ) -> None:
        buttons = Buttons(FakeIntake())
        data = await buttons.data(Press(action, options))
        assert 0 < len(data.encode()) <= LONGEST_DATA
        assert data.startswith("1")
        assert await buttons.read(data) == Press(action, options)

    async def test_an_action_that_this_version_lacks_is_nothing(self) -> None:
        intake = FakeIntake()
        intake.cursors["telegram:button:abc"] = '["fly", {"pack": "a"}]'
        assert await Buttons(intake).read("1#abc") is None

    async def test_the_same_options_are_kept_once(self) -> None:
        intake = FakeIntake()
        buttons = Buttons(intake)
        options = {"pack": "p" * 80}
        first = await buttons.data(Press(Action.OPEN, options))
        assert first == await buttons.data(Press(Action.OPEN, dict(options)))
        assert len(intake.cursors) == 1

    @pytest.mark.parametrize("data", ["", "0:hint", "2:hint", "1:fly", "1#unknown", "hint", "1"])
    async def test_what_this_version_does_not_know_is_nothing(self, data: str) -> None:
        assert await Buttons(FakeIntake()).read(data) is None


class TestPressing:
    async def test_a_button_is_a_message_of_the_interview(self) -> None:
        async with on_telegram() as stage, stage.running():
            person = stage.world.person(77, "ko")
            await ask(stage, 1)
            person.press("Hint")
            (inbound,) = await stage.intake.took(1)
            assert (inbound.action, inbound.text) == (Action.HINT, "")
            assert (inbound.conversation, inbound.account.external_id) == (ROOM, "77")
            assert inbound.options == {"default_locale": "ko"}

    async def test_it_is_acknowledged_and_goes_while_the_others_stay(self) -> None:
        async with on_telegram() as stage, stage.running():
            person = stage.world.person()
            await ask(stage, 1, Action.DISAGREE)
            query = person.press("I disagree")
            await stage.world.until(
                lambda: person.received[0].labels() == ["Hint", "I don't know", "Skip"]
            )
            assert stage.world.toasts == {query: None}

    async def test_the_last_button_of_a_message_takes_the_keyboard_along(self) -> None:
        async with on_telegram() as stage, stage.running():
            person = stage.world.person()
            await stage.adapter.deliver(ROOM, "outbox-1", Reply("en", (Say("?"),), (Action.NEW,)))
            person.press("Start over")
            await stage.world.until(lambda: person.received[0].keyboard == [])

    async def test_two_taps_count_once(self) -> None:
        async with on_telegram() as stage, stage.running():
            person = stage.world.person()
            await ask(stage, 1)
            (message,) = person.received
            person.press_data("1:hint", message)
            second = person.press_data("1:hint", message)
            await stage.world.until(lambda: len(stage.world.toasts) == 2)
            assert len(stage.intake.submitted) == 1
            assert stage.world.toasts[second] == "I've got that already."

    async def test_whoever_chose_jondaetmal_is_told_so_in_it(self) -> None:
        async with on_telegram() as stage, stage.running():
            person = stage.world.person(77, "ko")
            stage.intake.people[Account("telegram", "77")] = {"style": "jondaetmal"}
            await ask(stage, 1)
            (message,) = person.received
            first, second = (person.press_data("1:hint", message) for _ in range(2))
            await stage.world.until(lambda: len(stage.world.toasts) == 2)
            assert (stage.world.toasts[first], stage.world.toasts[second]) == (
                None,
                "그건 이미 받았어요.",
            )

    async def test_a_choice_carries_what_was_chosen_and_may_be_changed_back(self) -> None:
        async with on_telegram() as stage, stage.running():
            person = stage.world.person()
            await stage.adapter.deliver(ROOM, "outbox-1", CHOICES)
            (message,) = person.received
            assert message.labels() == ["Say it again", "Exam", "긴 이름"]
            for label in ("Exam", "Say it again", "Exam", "긴 이름"):
                person.press(label)
            taken = await stage.intake.took(4)
            assert [m.options.get("mode") for m in taken] == ["exam", "coach", "exam", None]
            assert taken[3].options["pack"] == "머신러닝-기초-그리고-더"
            await stage.world.until(lambda: len(stage.world.toasts) == 4)
            assert message.labels() == ["Say it again", "Exam", "긴 이름"]

    async def test_all_of_them_work_after_a_restart(self) -> None:
        async with on_telegram() as stage:
            person = stage.world.person()
            await ask(stage, 1)
            await stage.adapter.deliver(ROOM, "outbox-2", CHOICES)
            await stage.restart()
            async with stage.running():
                person.press("Skip")
                person.press("긴 이름")
                skip, chosen = await stage.intake.took(2)
                assert (skip.action, chosen.action) == (Action.SKIP, Action.OPEN)
                assert chosen.options["level"] == "2"

    async def test_one_under_an_earlier_question_does_nothing_and_says_so(self) -> None:
        async with on_telegram() as stage, stage.running():
            person = stage.world.person()
            await ask(stage, 1)
            await ask(stage, 2)
            old, new = person.received
            query = person.press("Skip", old)
            await stage.world.until(lambda: old.labels() == ["Hint", "I don't know"])
            assert stage.world.toasts[query] == (
                "That button belongs to an earlier question. Please use the ones under the latest."
            )
            assert stage.intake.submitted == []
            person.press("Skip", new)
            assert (await stage.intake.took(1))[0].action is Action.SKIP

    async def test_one_of_another_version_says_what_to_do(self) -> None:
        async with on_telegram() as stage, stage.running():
            person = stage.world.person()
            await ask(stage, 1)
            query = person.press_data("0:hint", person.received[0])
            await stage.world.until(lambda: query in stage.world.toasts)
            assert "/help" in str(stage.world.toasts[query])
            assert stage.intake.submitted == []

    async def test_a_message_too_old_to_be_shown_still_has_buttons(self) -> None:
        async with on_telegram() as stage, stage.running():
            person = stage.world.person()
            await ask(stage, 1)
            message_id = person.received[0].message_id
            old = {"chat": person.chat, "message_id": message_id, "date": 0}
            query = {"id": "q9", "from": person.user, "chat_instance": "1", "data": "1:hint"}
            stage.world.queries["q9"] = person.received[0]
            stage.world.post(callback_query={**query, "message": old})
            assert (await stage.intake.took(1))[0].action is Action.HINT
            await stage.world.until(lambda: "q9" in stage.world.toasts)

    async def test_trouble_while_acknowledging_loses_nothing(self) -> None:
        async with on_telegram() as stage, stage.running():
            person = stage.world.person()
            await ask(stage, 1)
            stage.server.faults["answercallbackquery"].append(Fault(502))
            person.press("Hint")
            person.say("and a word")
            assert len(await stage.intake.took(2)) == 2

    async def test_one_that_could_not_be_committed_comes_again(self) -> None:
        async with on_telegram() as stage, stage.running():
            person = stage.world.person()
            await ask(stage, 1)
            stage.intake.failures.append(StorageError("locked"))
            query = person.press("Hint")
            await stage.intake.took(1)
            await stage.world.until(lambda: query in stage.world.toasts)
            assert stage.world.toasts[query] is None

    async def test_one_is_tied_to_the_question_or_the_verdict_above_it(self) -> None:
        async with on_telegram() as stage, stage.running():
            person = stage.world.person()
            reply = replace(question(1, Action.DISAGREE), facts=TURN)
            await stage.adapter.deliver(ROOM, "outbox-1", reply)
            person.press("Skip")
            person.press("I disagree")
            skip, disagree = await stage.intake.took(2)
            assert skip.options["topic"] == "dropout"
            assert disagree.options["turn"] == "4"
            await stage.world.until(lambda: person.received[0].labels() == ["Hint", "I don't know"])

    async def test_two_pressed_in_one_breath_both_go(self) -> None:
        async with on_telegram() as stage, stage.running():
            person = stage.world.person()
            await ask(stage, 1, Action.DISAGREE)
            (message,) = person.received
            person.press("Hint", message)
            person.press("I disagree", message)  # the keyboard still shows the hint here
            await stage.world.until(lambda: len(stage.world.toasts) == 2)
            await stage.world.until(lambda: message.labels() == ["I don't know", "Skip"])

    async def test_a_choice_tapped_twice_is_taken_once(self) -> None:
        async with on_telegram() as stage, stage.running():
            person = stage.world.person()
            await stage.adapter.deliver(ROOM, "outbox-1", CHOICES)
            person.press("Exam")
            second = person.press("Exam")
            await stage.world.until(lambda: len(stage.world.toasts) == 2)
            assert stage.world.toasts[second] == "I've got that already."
            assert len(stage.intake.submitted) == 1
            stage.clock.advance(60)
            person.press("Exam")
            await stage.intake.took(2)

    async def test_one_whose_press_has_expired_goes_all_the_same(self) -> None:
        async with on_telegram() as stage, stage.running():
            person = stage.world.person()
            await ask(stage, 1)
            stage.server.faults["answercallbackquery"].append(Fault(400))
            person.press("Hint")
            await stage.world.until(lambda: person.received[0].labels() == ["I don't know", "Skip"])

    @pytest.mark.parametrize("without", ["message", "data"])
    async def test_one_that_says_nothing_is_acknowledged(self, without: str) -> None:
        async with on_telegram() as stage, stage.running():
            person = stage.world.person()
            await ask(stage, 1)
            query_id = person.press("Hint")
            del stage.world.updates[-1]["callback_query"][without]
            await stage.world.until(lambda: query_id in stage.world.toasts)
            assert stage.intake.submitted == []

    async def test_one_in_a_group_is_acknowledged_and_does_nothing(self) -> None:
        async with on_telegram() as stage, stage.running():
            group = stage.world.person().in_group(-100)
            shown = SentMessage(-100, 5, "?", [], [[{"text": "Hint", "callback_data": "1:hint"}]])
            query_id = group.press("Hint", shown)
            await stage.world.until(lambda: query_id in stage.world.toasts)
            assert stage.intake.submitted == []
