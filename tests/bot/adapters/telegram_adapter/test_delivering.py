"""Delivering on Telegram: how replies look, and what becomes of them when something goes wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.errors import DeliveryError
from bot.interview.messages import Action, ModelAnswer, Progress, Reply, Say
from tests.support.replies import KOREAN_TURN, korean_report
from tests.support.telegram_rules import RefusedError
from tests.support.telegram_server import Fault
from tests.support.telegram_stage import Stage, on_telegram

ROOM = "chat:77"
QUESTION = Reply("en", (Say("What is a loss?"),), (Action.HINT,), Progress("Loss", (), 1, 5))


async def deliver(stage: Stage, reply: Reply, key: str = "outbox-1") -> None:
    await stage.adapter.deliver(ROOM, key, reply)


def long_reply(parts: int = 3) -> Reply:
    return Reply("en", (Say("\n\n".join(f"{n} " * 1_200 for n in range(parts))),))


class TestReplacing:
    async def test_a_message_that_is_gone_is_replaced_by_a_new_one(self) -> None:
        async with on_telegram() as stage:
            person = stage.world.person()
            await deliver(stage, replace(QUESTION, replaces="4711"))
            assert [message.text for message in person.received] == ["What is a loss?"]

    async def test_what_is_shown_already_is_left_as_it_is(self) -> None:
        async with on_telegram() as stage:
            person = stage.world.person()
            await deliver(stage, QUESTION)
            again = replace(QUESTION, replaces=str(person.received[0].message_id))
            await deliver(stage, again, "outbox-2")
            assert len(person.received) == 1

    async def test_trouble_with_an_edit_is_tried_again(self) -> None:
        async with on_telegram() as stage:
            person = stage.world.person()
            await deliver(stage, QUESTION)
            new = Reply("en", (Say("Anew."),), replaces=str(person.received[0].message_id))
            stage.server.faults["editmessagetext"].append(Fault(502))
            with pytest.raises(DeliveryError):
                await deliver(stage, new, "outbox-2")
            await deliver(stage, new, "outbox-2")
            assert [message.text for message in person.received] == ["Anew."]


class TestLook:
    async def test_a_turn_in_korean(self) -> None:
        async with on_telegram() as stage:
            person = stage.world.person()
            await deliver(stage, KOREAN_TURN)
            (message,) = person.received
            assert message.text.startswith(
                "✔ 정의 — “모델이 틀린 정도를 숫자로 나타낸 거”\n✘ 목적 — “정확도를 올리려고"
            )
            assert message.text.endswith("정의는 정확해. 그럼 MSE는 y*log(p)랑 뭐가 다를까?")
            assert message.marked() == [
                ("blockquote", KOREAN_QUOTE),
                ("italic", KOREAN_QUOTE.split("\n")[1]),
                ("italic", "정확해"),
                ("code", "MSE"),
            ]
            assert [[b["text"] for b in row] for row in message.keyboard] == [
                ["힌트", "모르겠어", "건너뛰기"],
                ["판정에 이의 있어"],
            ]

    async def test_links_open_no_preview(self) -> None:
        async with on_telegram() as stage:
            stage.world.person()
            await deliver(stage, KOREAN_TURN)
            (call,) = stage.server.called("sendMessage")
            assert call["link_preview_options"] == {"is_disabled": True}

    async def test_a_long_model_answer_is_folded(self) -> None:
        async with on_telegram() as stage:
            person = stage.world.person()
            await deliver(stage, Reply("en", (ModelAnswer("word " * 100), Say("Next?"))))
            (message,) = person.received
            assert [kind for kind, _ in message.marked()] == ["expandable_blockquote"]

    async def test_a_report_is_a_summary_with_everything_in_a_file(self) -> None:
        async with on_telegram() as stage:
            person = stage.world.person()
            await deliver(stage, korean_report())
            summary, attached = person.received
            assert summary.text.startswith("머신러닝 기초 면접 보고서\n점수 48 / 100")
            assert "1. 손실 함수\n" not in summary.text
            assert summary.labels() == ["새로 시작"]
            assert attached.text == "보고서 전체야. 두고두고 봐."
            assert attached.file is not None
            name, content = attached.file
            assert name == "aurora-report.txt"
            assert summary.text.split("\n")[0] in content.decode()
            assert "1. 손실 함수\n" in content.decode()

    async def test_a_text_over_the_limit_becomes_several_messages_with_the_buttons_last(
        self,
    ) -> None:
        async with on_telegram() as stage:
            person = stage.world.person()
            reply = Reply("en", long_reply().blocks, (Action.HINT,))
            await deliver(stage, reply)
            assert [len(m.keyboard) for m in person.received] == [0, 0, 1]
            assert [m.text.split()[0] for m in person.received] == ["0", "1", "2"]

    async def test_what_a_person_wrote_is_shown_as_it_is(self) -> None:
        async with on_telegram() as stage:
            person = stage.world.person()
            await deliver(stage, Reply("en", (Say("<b>&amp; [x](y) _z_ 2*3*4"),)))
            assert person.received[0].text == "<b>&amp; [x](y) _z_ 2*3*4"
            assert person.received[0].entities == []


KOREAN_QUOTE = (
    "모범 답안: 손실 함수는 예측이 정답에서 얼마나 벗어났는지를 하나의 숫자로 나타내는 함수다.\n"
    "출처: Deep Learning, ch. 6 https://www.deeplearningbook.org/contents/mlp.html"
)


class TestTrouble:
    async def test_a_text_that_telegram_cannot_parse_is_sent_plain(self) -> None:
        async with on_telegram() as stage:
            person = stage.world.person()
            fault = Fault(400, description="Bad Request: can't parse entities: whatever")
            stage.server.faults["sendmessage"].append(fault)
            with capture_logs() as logs:
                await deliver(stage, KOREAN_TURN)
            (message,) = person.received
            assert message.entities == []
            assert "힌트" in message.labels()
            assert [entry["event"] for entry in logs] == ["message.unparsed"]

    @pytest.mark.parametrize(
        ("code", "description"),
        [
            (403, "Forbidden: bot was blocked by the user"),
            (403, "Forbidden: user is deactivated"),
            (400, "Bad Request: chat not found"),
        ],
    )
    async def test_who_is_gone_is_not_tried_again(self, code: int, description: str) -> None:
        async with on_telegram() as stage:
            stage.world.person()
            stage.world.refusals[77] = RefusedError(code, description, expected=True)
            with pytest.raises(DeliveryError) as caught:
                await deliver(stage, QUESTION)
            assert caught.value.permanent

    async def test_who_comes_back_is_answered_again(self) -> None:
        async with on_telegram() as stage:
            person = stage.world.person()
            stage.world.refusals[77] = RefusedError(403, "Forbidden: blocked", expected=True)
            with pytest.raises(DeliveryError):
                await deliver(stage, QUESTION)
            del stage.world.refusals[77]
            await deliver(stage, QUESTION, "outbox-2")
            assert len(person.received) == 1

    @pytest.mark.parametrize("fault", [Fault(0), Fault(500), Fault(502)])
    async def test_network_trouble_passes(self, fault: Fault) -> None:
        async with on_telegram() as stage:
            person = stage.world.person()
            stage.server.faults["sendmessage"].append(fault)
            with pytest.raises(DeliveryError) as caught:
                await deliver(stage, QUESTION)
            assert not caught.value.permanent
            assert person.received == []
            await deliver(stage, QUESTION)
            assert len(person.received) == 1

    async def test_what_telegram_asks_to_wait_is_passed_on_and_kept_to_for_everybody(self) -> None:
        async with on_telegram() as stage:
            stage.world.person()
            other = stage.world.person(78)
            stage.server.faults["sendmessage"].append(Fault(429, retry_after=7))
            with pytest.raises(DeliveryError) as caught:
                await deliver(stage, QUESTION)
            assert caught.value.retry_after == 7
            asked = stage.clock.now()
            await stage.adapter.deliver("chat:78", "outbox-2", QUESTION)
            assert (stage.clock.now() - asked).total_seconds() >= 7
            assert len(other.received) == 1

    async def test_a_refused_token_is_tried_again_later(self) -> None:
        async with on_telegram(token="4242:wrong") as stage:
            with pytest.raises(DeliveryError, match="AURORA_TELEGRAM_TOKEN") as caught:
                await deliver(stage, QUESTION)
            assert not caught.value.permanent
            assert "4242:wrong" not in str(caught.value)

    async def test_a_reply_that_broke_off_goes_on_where_it_was(self) -> None:
        async with on_telegram() as stage:
            person = stage.world.person()
            stage.server.faults["sendmessage"].extend([Fault(200), Fault(502)])
            with pytest.raises(DeliveryError):
                await deliver(stage, long_reply())
            await stage.restart()  # even in another process
            await deliver(stage, long_reply())
            assert [m.text.split()[0] for m in person.received] == ["0", "1", "2"]

    async def test_the_next_reply_is_sent_whole_all_the_same(self) -> None:
        async with on_telegram() as stage:
            person = stage.world.person()
            await deliver(stage, long_reply(), "outbox-1")
            await deliver(stage, long_reply(), "outbox-11")
            assert [m.text.split()[0] for m in person.received] == ["0", "1", "2"] * 2


class TestLimits:
    async def test_ten_replies_at_once_keep_their_distance(self) -> None:
        async with on_telegram() as stage:
            person = stage.world.person()
            begun = stage.clock.now()
            for number in range(10):
                await deliver(stage, Reply("en", (Say(str(number)),)), f"outbox-{number}")
            assert [m.text for m in person.received] == [str(n) for n in range(10)]
            assert (stage.clock.now() - begun).total_seconds() >= 9
