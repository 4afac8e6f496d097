"""Commands on Telegram: registered per language, read however typed; groups are pointed away."""

from __future__ import annotations

from functools import partial

import pytest
from structlog.testing import capture_logs

from bot.adapters.telegram_adapter.commands import MENU, TelegramCommands, read_deep_link
from bot.interview.messages import Action
from tests.support.telegram_rules import RefusedError
from tests.support.telegram_server import Fault
from tests.support.telegram_stage import Stage, on_telegram
from tests.support.telegram_world import USERNAME, Person

EXPECTED = (
    *("start", "interview", "hint", "skip", "repeat", "pause", "resume", "stop", "report"),
    *("history", "review", "packs", "language", "settings", "link", "privacy", "help"),
)


class TestRegistering:
    async def test_every_command_is_in_the_menu_of_every_language(self) -> None:
        async with on_telegram() as stage, stage.running():
            menus = stage.world.commands
            await stage.world.until(lambda: len(menus) == 6)
            for language in ("", "en", "ko"):
                names = [c["command"] for c in menus["default", language]]
                assert set(EXPECTED) <= set(names)
                assert ("all_group_chats", language) in menus
            korean = {c["command"]: c["description"] for c in menus["default", "ko"]}
            assert korean["skip"] == "이 질문 건너뛰기"

    async def test_what_telegram_knows_already_is_left_alone(self) -> None:
        async with on_telegram() as stage:
            for times in (1, 2):
                async with stage.running():
                    await stage.world.until(partial(self.compared, stage, times))
                await stage.restart()
            assert len(stage.server.called("setMyCommands")) == 6

    @staticmethod
    def compared(stage: Stage, times: int) -> bool:
        """Whether all six menus were compared so often, and are in place."""
        asked = len(stage.server.called("getMyCommands"))
        return asked == 6 * times and len(stage.world.commands) == 6

    @pytest.mark.parametrize("method", ["getmycommands", "setmycommands", "deletewebhook"])
    async def test_a_server_that_lacks_a_method_keeps_nobody_from_being_interviewed(
        self, method: str
    ) -> None:
        async with on_telegram() as stage:
            stage.server.faults[method].extend([Fault(404)] * 20)
            async with stage.running():
                stage.world.person().say("hello")
                await stage.intake.took(1)
                await stage.world.until(lambda: len(stage.server.called("setMyCommands")) == 6)

    async def test_nobody_waits_while_the_menu_is_refused(self) -> None:
        async with on_telegram() as stage:
            stage.server.faults["setmycommands"].append(Fault(429, retry_after=7))
            stage.server.faults["getmycommands"].append(Fault(502))
            async with stage.running():
                stage.world.person().say("hello")
                await stage.intake.took(1)
                await stage.world.until(lambda: len(stage.world.commands) == 6)

    def test_every_action_can_be_typed(self) -> None:
        commands = TelegramCommands()
        names = {f"/{command.name}" for command in MENU}
        assert {commands.name("ko", action) for action in Action} <= names


class TestReading:
    @pytest.mark.parametrize(
        ("typed", "action", "options"),
        [
            ("/start", Action.OPEN, {"offer": "yes"}),
            ("/start ml-core", Action.OPEN, {"offer": "yes", "pack": "ml-core"}),
            (
                "/start ml-core_dropout",
                Action.OPEN,
                {"offer": "yes", "pack": "ml-core", "start_topic": "dropout"},
            ),
            ("/start ?!", Action.OPEN, {"offer": "yes"}),
            ("/interview", Action.OPEN, {"offer": "yes"}),
            (
                "/interview ml-core mode=exam",
                Action.OPEN,
                {"offer": "yes", "pack": "ml-core", "mode": "exam"},
            ),
            ("/new length=short", Action.NEW, {"length": "short"}),
            ("/HINT", Action.HINT, {}),
            (f"/skip@{USERNAME}", Action.SKIP, {}),
            ("/repeat", Action.REPEAT, {}),
            ("/pause\n", Action.PAUSE, {}),
            ("/resume", Action.RESUME, {}),
            ("/stop", Action.STOP, {}),
            ("/report", Action.REPORT, {}),
            ("/history", Action.HISTORY, {}),
            ("/review", Action.REVIEW, {}),
            ("/packs", Action.PACKS, {}),
            ("/language en", Action.LANGUAGE, {"locale": "en"}),
            ("/language KO", Action.LANGUAGE, {"locale": "ko"}),
            ("/language 한국어", Action.LANGUAGE, {"locale": "ko"}),
            (
                "/settings mode=Exam locale=English",
                Action.SETTINGS,
                {"mode": "exam", "locale": "en"},
            ),
            ("/settings", Action.SETTINGS, {}),
            ("/link AB12CD", Action.LINK, {"code": "ab12cd"}),
            ("/link", Action.LINK, {}),
            ("/unlink", Action.UNLINK, {}),
            ("/privacy", Action.PRIVACY, {}),
            ("/help", Action.HELP, {}),
            ("/힌트", Action.HINT, {}),
            ("/nonsense", Action.HELP, {}),
            ("/quit", Action.PAUSE, {}),
            ("/ is division", None, {}),
            ("/usr/bin", None, {}),
            ("/hint@another_bot", None, {}),
        ],
    )
    async def test_a_command(
        self, typed: str, action: Action | None, options: dict[str, str]
    ) -> None:
        async with on_telegram() as stage, stage.running():
            stage.world.person().say(typed)
            (inbound,) = await stage.intake.took(1)
            assert inbound.action is action
            assert inbound.options == {"default_locale": "en", **options}

    def test_a_deep_link_that_says_nothing_opens_as_usual(self) -> None:
        assert read_deep_link("") == {}
        assert read_deep_link("a_b_c") == {}


class TestGroups:
    async def pointed(self, person: Person, text: str) -> list[dict[str, str]]:
        person.say(text)
        (message,) = await person.sees(1)
        return message.keyboard[0]

    async def test_a_command_there_leads_to_the_private_chat(self) -> None:
        async with on_telegram() as stage, stage.running():
            group = stage.world.person(77, "ko").in_group(-100)
            (button,) = await self.pointed(group, "/interview ml-core")
            assert button["url"] == f"https://t.me/{USERNAME}?start=ml-core"
            assert group.received[0].text.startswith("면접은 둘이서만 해")
            assert stage.intake.submitted == []

    async def test_a_group_is_told_when_the_bot_joins(self) -> None:
        async with on_telegram() as stage, stage.running():
            group = stage.world.person().in_group(-100)
            bot = {"id": 4242, "is_bot": True, "first_name": "Aurora"}
            change = {"chat": group.chat, "from": group.user, "date": 1}
            before = {"old_chat_member": {"status": "left", "user": bot}}
            after = {"new_chat_member": {"status": "member", "user": bot}}
            stage.world.post(my_chat_member=change | before | after)
            assert (await group.sees(1))[0].labels() == ["Talk to Aurora"]

    @pytest.mark.parametrize("text", ["hello", "/unknown", "/hint@another_bot", "a /hint inside"])
    async def test_what_is_not_meant_for_it_is_left_alone(self, text: str) -> None:
        async with on_telegram() as stage, stage.running():
            person = stage.world.person()
            group = person.in_group(-100)
            group.say(text)
            person.say("done")
            await stage.intake.took(1)
            await stage.world.until(lambda: not stage.world.updates)
            assert group.received == []
            assert [m.text for m in stage.intake.submitted] == ["done"]

    async def test_whoever_asks_is_answered_and_nobody_floods_a_group(self) -> None:
        async with on_telegram() as stage, stage.running():
            group = stage.world.person().in_group(-100)
            for _ in range(50):
                group.say("/interview")
            await stage.world.until(lambda: not stage.world.updates)
            assert len(await group.sees(5)) == 5
            stage.clock.advance(61)
            group.say("/interview")
            await group.sees(6)
            assert len(stage.server.called("sendMessage")) == 6

    @pytest.mark.parametrize("text", [f"/nonsense@{USERNAME}", f"hey @{USERNAME}, you there?"])
    async def test_whatever_is_said_to_it_by_name_is_answered(self, text: str) -> None:
        async with on_telegram() as stage, stage.running():
            group = stage.world.person().in_group(-100)
            assert (await self.pointed(group, text))[0]["url"] == f"https://t.me/{USERNAME}"

    async def test_a_reply_to_it_is_answered(self) -> None:
        async with on_telegram() as stage, stage.running():
            group = stage.world.person().in_group(-100)
            bot = {"id": 4242, "is_bot": True, "first_name": "Aurora"}
            said = {"message_id": 1, "date": 1, "chat": group.chat, "from": bot, "text": "hi"}
            group.say("why?", reply_to_message=said)
            await group.sees(1)

    async def test_the_answer_is_a_reply_in_the_same_forum_topic(self) -> None:
        async with on_telegram() as stage, stage.running():
            group = stage.world.person().in_group(-100)
            said = group.say("/interview", message_thread_id=7, is_topic_message=True)
            await group.sees(1)
            (call,) = stage.server.called("sendMessage")
            assert call["message_thread_id"] == 7
            assert call["reply_parameters"]["message_id"] == said["message_id"]
            assert call["reply_parameters"]["allow_sending_without_reply"] is True

    async def test_bots_are_not_answered_but_anonymous_admins_are(self) -> None:
        async with on_telegram() as stage, stage.running():
            group = stage.world.person().in_group(-100)
            group.user = {"id": 5, "is_bot": True, "first_name": "Another"}
            group.say("/interview")
            group.user = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
            group.say("/interview deep", sender_chat=group.chat)
            (message,) = await group.sees(1)
            assert message.keyboard[0][0]["url"].endswith("?start=deep")

    async def test_a_wish_too_long_for_a_link_is_left_out(self) -> None:
        async with on_telegram() as stage, stage.running():
            group = stage.world.person().in_group(-100)
            (button,) = await self.pointed(group, "/interview " + "p" * 70)
            assert button["url"] == f"https://t.me/{USERNAME}"

    async def test_a_group_that_became_another_is_answered_there(self) -> None:
        async with on_telegram() as stage, stage.running():
            person = stage.world.person()
            old, new = person.in_group(-100, "group"), person.in_group(-200)
            stage.world.refusals[-100] = RefusedError(
                400, "Bad Request: group chat was upgraded", expected=True, migrate_to_chat_id=-200
            )
            old.say("/interview")
            await new.sees(1)

    async def test_a_group_that_it_may_not_write_to_harms_nobody(self) -> None:
        async with on_telegram(poll_seconds=0) as stage:
            with capture_logs() as logs:
                async with stage.running():
                    person = stage.world.person()
                    stage.server.faults["sendmessage"].append(Fault(403))
                    group = person.in_group(-100)
                    group.say("/interview")
                    person.say("hello")
                    await stage.intake.took(1)
                    group.say("/interview")  # it is sent when the first has come to its end
                    await group.sees(1)
            assert "pointer.failed" in {entry["event"] for entry in logs}
