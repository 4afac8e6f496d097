"""Receiving from Telegram: nothing is lost, nothing counts twice, and nothing ends the loop."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from bot.adapters.telegram_adapter.settings import TelegramSettings
from bot.errors import ConfigError, StorageError
from bot.interview.messages import Account
from tests.support.telegram_server import TOKEN, Fault
from tests.support.telegram_stage import on_telegram

WEEK = 7 * 24 * 3600


async def test_a_message_becomes_one_of_the_interview() -> None:
    async with on_telegram() as stage, stage.running():
        sent = stage.world.person(77, "ko").say("손실은 틀린 정도야")
        (inbound,) = await stage.intake.took(1)
        assert inbound.account == Account("telegram", "77")
        assert inbound.conversation == "chat:77"
        assert inbound.event_id == f"message:77:{sent['message_id']}"
        assert inbound.text == "손실은 틀린 정도야"
        assert inbound.action is None
        assert inbound.options == {"default_locale": "ko"}
        assert inbound.received_at == datetime.fromtimestamp(sent["date"], UTC)


@pytest.mark.parametrize(
    ("language", "locale"), [("en-GB", "en"), ("ko-KR", "ko"), ("de", "en"), (None, "ko")]
)
async def test_the_language_of_the_client_stands_in(language: str | None, locale: str) -> None:
    async with on_telegram(locale="ko") as stage, stage.running():
        stage.world.person(77, language).say("hello")
        (inbound,) = await stage.intake.took(1)
        assert inbound.options["default_locale"] == locale


async def test_messages_keep_their_order() -> None:
    async with on_telegram() as stage, stage.running():
        person = stage.world.person()
        for number in range(150):  # more than one fetch brings
            person.say(str(number))
        assert [m.text for m in await stage.intake.took(150)] == [str(n) for n in range(150)]


async def test_updates_that_come_out_of_order_are_put_in_order() -> None:
    async with on_telegram() as stage, stage.running():
        person = stage.world.person()
        for number in range(5):
            person.say(str(number))
        stage.world.updates.reverse()
        assert [m.text for m in await stage.intake.took(5)] == list("01234")
        await stage.world.until(lambda: not stage.world.updates)


async def test_a_server_that_does_not_wait_is_not_asked_in_a_frenzy() -> None:
    async with on_telegram(poll_seconds=0) as stage, stage.running():
        before = stage.clock.now()
        await stage.world.until(lambda: len(stage.server.called("getUpdates")) > 10)
        assert (stage.clock.now() - before).total_seconds() >= 2


class TestNothingIsLost:
    async def test_the_offset_moves_on_only_after_the_commit(self) -> None:
        async with on_telegram() as stage, stage.running():
            stage.intake.gate.clear()
            stage.world.person().say("hello")
            await stage.intake.until(lambda: bool(stage.intake.begun))
            assert all("offset" not in call for call in stage.server.called("getUpdates"))
            stage.intake.gate.set()
            await stage.world.until(lambda: not stage.world.updates)
            assert len(stage.intake.submitted) == 1

    async def test_what_was_received_but_not_committed_comes_again_after_a_cancel(self) -> None:
        async with on_telegram() as stage:
            stage.intake.gate.clear()
            async with stage.running():
                for number in range(5):
                    stage.world.person().say(str(number))
                await stage.intake.until(lambda: bool(stage.intake.begun))
            assert stage.intake.submitted == []
            stage.intake.gate.set()
            await stage.restart()
            async with stage.running():
                assert [m.text for m in await stage.intake.took(5)] == list("01234")

    async def test_what_was_committed_but_not_confirmed_counts_once(self) -> None:
        async with on_telegram() as stage:
            person = stage.world.person()
            person.say("once")
            stage.server.faults["getupdates"].extend([Fault(200), *[Fault(0)] * 1_000])
            async with stage.running():
                await stage.intake.took(1)
            stage.server.faults.clear()
            assert len(stage.world.updates) == 1
            await stage.restart()
            async with stage.running():
                person.say("again")
                assert [m.text for m in await stage.intake.took(2)] == ["once", "again"]

    async def test_a_database_that_fails_is_asked_again(self) -> None:
        async with on_telegram() as stage, stage.running():
            stage.intake.failures.extend([StorageError("disk full"), StorageError("disk full")])
            person = stage.world.person()
            person.say("first")
            person.say("second")
            assert [m.text for m in await stage.intake.took(2)] == ["first", "second"]

    @pytest.mark.parametrize(
        "fault",
        [
            Fault(502),
            Fault(500),
            Fault(0),
            Fault(0, after_effect=True),
            Fault(429, retry_after=3),
            Fault(409),
            Fault(404),
        ],
    )
    async def test_a_fetch_that_fails_is_tried_again(self, fault: Fault) -> None:
        async with on_telegram() as stage:
            stage.server.faults["getupdates"].extend([fault, fault])
            with capture_logs() as logs:
                async with stage.running():
                    stage.world.person().say("hello")
                    await stage.intake.took(1)
            assert "updates.stalled" in {entry["event"] for entry in logs}

    async def test_numbers_that_begin_anew_after_a_week_of_silence_are_not_skipped(self) -> None:
        async with on_telegram(poll_seconds=0) as stage, stage.running():
            person = stage.world.person()
            person.say("before")
            await stage.intake.took(1)
            await stage.world.until(lambda: not stage.world.updates)
            stage.clock.advance(WEEK)
            seen = len(stage.server.calls)
            await stage.world.until(
                lambda: any(
                    name == "getupdates" and "offset" not in given
                    for name, given in stage.server.calls[seen:]
                )
            )
            stage.world.renumber(1_000)
            person.say("after")
            assert [m.text for m in await stage.intake.took(2)] == ["before", "after"]


class TestNothingCountsTwice:
    async def test_an_update_that_comes_twice_counts_once(self) -> None:
        async with on_telegram() as stage, stage.running():
            person = stage.world.person()
            message = person.say("once")
            stage.world.post(message=message)
            person.say("and another")
            assert [m.text for m in await stage.intake.took(2)] == ["once", "and another"]

    async def test_the_pictures_of_an_album_are_one_message(self) -> None:
        async with on_telegram() as stage, stage.running():
            person = stage.world.person()
            for _ in range(4):
                person.send(photo=PHOTO, media_group_id="a1")
            person.say("and so on")
            assert [m.text for m in await stage.intake.took(2)] == ["", "and so on"]


PHOTO = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
FILE = {"file_id": "f", "file_unique_id": "u"}


class TestWhatElsePeopleSend:
    @pytest.mark.parametrize(
        "content",
        [
            {"photo": PHOTO},
            {"voice": {**FILE, "duration": 3}},
            {
                "sticker": {**FILE, "type": "regular", "width": 1, "height": 1}
                | {"is_animated": False, "is_video": False}
            },
            {"video_note": {**FILE, "length": 1, "duration": 3}},
            {"document": FILE},
            {"location": {"latitude": 1.5, "longitude": 2.5}},
            {"contact": {"phone_number": "1", "first_name": "Ada"}},
            {"dice": {"emoji": "🎲", "value": 3}},
        ],
        ids=lambda content: next(iter(content)),
    )
    async def test_what_has_no_text_is_handed_on_as_such(self, content: dict[str, object]) -> None:
        async with on_telegram() as stage, stage.running():
            stage.world.person().send(**content)
            (inbound,) = await stage.intake.took(1)
            assert (inbound.text, inbound.action) == ("", None)

    async def test_a_caption_is_an_answer_but_no_command(self) -> None:
        async with on_telegram() as stage, stage.running():
            stage.world.person().send(photo=PHOTO, caption="/skip it is a loss")
            (inbound,) = await stage.intake.took(1)
            assert (inbound.text, inbound.action) == ("/skip it is a loss", None)

    async def test_a_forwarded_command_does_nothing_but_be_read(self) -> None:
        async with on_telegram() as stage, stage.running():
            origin = {"type": "hidden_user", "sender_user_name": "Ada", "date": 1}
            stage.world.person().say("/stop", forward_origin=origin)
            (inbound,) = await stage.intake.took(1)
            assert (inbound.text, inbound.action) == ("/stop", None)

    async def test_an_edit_names_the_message_that_it_replaces(self) -> None:
        async with on_telegram() as stage, stage.running():
            person = stage.world.person()
            message = person.say("a typpo")
            person.edit(message, "a typo")
            person.edit(message, "no typo")
            first, second, third = await stage.intake.took(3)
            assert (second.text, second.edits) == ("a typo", first.event_id)
            assert (third.text, third.edits) == ("no typo", first.event_id)
            assert first.edits is None

    async def test_an_edited_command_asks_for_nothing_again(self) -> None:
        async with on_telegram() as stage, stage.running():
            person = stage.world.person()
            person.edit(person.say("/hnt"), "/hint")
            _, edited = await stage.intake.took(2)
            assert (edited.text, edited.action) == ("/hint", None)

    async def test_news_about_the_chat_is_no_message(self) -> None:
        async with on_telegram() as stage, stage.running():
            person = stage.world.person()
            person.send(message_auto_delete_timer_changed={"message_auto_delete_time": 60})
            moving = person.send(location={"latitude": 1.5, "longitude": 2.5})
            stage.world.post(edited_message={**moving, "edit_date": stage.world.seconds()})
            person.say("an answer")
            texts = [m.text for m in await stage.intake.took(2)]
            assert texts == ["", "an answer"]


class TestMalformedUpdates:
    @pytest.mark.parametrize(
        "broken",
        [
            {"message": {"text": "no chat, no date"}},
            {"message": "not even an object"},
            {"callback_query": {"id": "1"}},
            {"edited_message": {"message_id": "x", "chat": 3}},
            {"something_new": {"from": "the future"}},
        ],
    )
    async def test_one_is_skipped_and_the_next_is_read(self, broken: dict[str, object]) -> None:
        async with on_telegram() as stage, stage.running():
            stage.world.post(**broken)
            stage.world.person().say("hello")
            (inbound,) = await stage.intake.took(1)
            assert inbound.text == "hello"
            await stage.world.until(lambda: not stage.world.updates)

    async def test_the_log_says_which_but_not_what_was_written(self) -> None:
        async with on_telegram() as stage:
            with capture_logs() as logs:
                async with stage.running():
                    update = stage.world.post(message={"text": "my secret"})
                    await stage.world.until(lambda: not stage.world.updates)
            (entry,) = [e for e in logs if e["event"] == "update.unreadable"]
            assert entry["update_id"] == update["update_id"]
            assert "my secret" not in str(logs)

    async def test_an_update_without_a_number_is_not_fetched_in_a_frenzy(self) -> None:
        async with on_telegram() as stage, stage.running():
            stage.world.updates.append({"message": {}})
            stage.world.tell()
            before = stage.clock.now()
            await stage.world.until(lambda: len(stage.server.called("getUpdates")) > 5)
            assert (stage.clock.now() - before).total_seconds() >= 4
            stage.world.updates.clear()


class TestConnecting:
    async def test_a_wrong_token_is_said_without_showing_it(self) -> None:
        async with on_telegram(token="4242:wrong") as stage:
            with pytest.raises(ConfigError, match="AURORA_TELEGRAM_TOKEN") as caught:
                await stage.adapter.run()
            assert "4242:wrong" not in str(caught.value)
            assert caught.value.__cause__ is None

    async def test_settings_never_show_the_token_or_the_secret(self) -> None:
        shown = repr(TelegramSettings(TOKEN, webhook_secret="hush"))
        assert TOKEN not in shown
        assert "hush" not in shown

    @pytest.mark.parametrize("method", ["getme", "setmycommands", "deletewebhook"])
    async def test_a_server_that_cannot_be_reached_is_waited_for(self, method: str) -> None:
        async with on_telegram() as stage:
            stage.server.faults[method].extend([Fault(502), Fault(0), Fault(429, retry_after=7)])
            async with stage.running():
                stage.world.person().say("hello")
                await stage.intake.took(1)

    async def test_an_earlier_webhook_is_given_up(self) -> None:
        async with on_telegram() as stage:
            stage.server.methods.webhook["url"] = "https://example.org/old"
            async with stage.running():
                stage.world.person().say("hello")
                await stage.intake.took(1)
