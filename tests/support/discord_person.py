"""What a person does in Discord: write, edit, run a command, press, pick, fill a form in."""

from __future__ import annotations

from typing import Any

from tests.support.discord_interactions import COMMAND, COMPLETION, COMPONENT, MODAL, Interaction
from tests.support.discord_server import DiscordServer
from tests.support.discord_world import (
    BOT,
    BOT_ID,
    Channel,
    Payload,
    Person,
    components_of,
    member,
    message,
)

_BUTTON, _MENU = 2, 3
_CHANNEL = 7


class Hands:
    """One person's Discord client.

    Args:
        server: the Discord that they are in.
        person: who they are.
    """

    def __init__(self, server: DiscordServer, person: Person) -> None:
        self._server = server
        self.person = person

    async def write(self, channel: Channel, text: str, **more: Any) -> Payload:
        """Send a message, and let the bot know; `more` replaces parts of its payload."""
        if f"<@{BOT_ID}>" in text:
            more["mentions"] = [{**BOT.payload(), "member": member(BOT)}]
        sent = message(self._server.ids.next(), channel, self.person, text, **more)
        channel.messages.append(sent)
        event = sent if channel.guild is None else {**sent, "member": member(self.person)}
        await self._server.announce("MESSAGE_CREATE", channel, event)
        return sent

    async def edit(self, channel: Channel, sent: Payload, text: str) -> None:
        """Change a message."""
        sent |= {"content": text, "edited_timestamp": "2026-11-22T12:01:00+00:00"}
        await self._server.announce("MESSAGE_UPDATE", channel, sent)

    async def delete(self, channel: Channel, sent: Payload) -> None:
        """Delete a message."""
        channel.messages.remove(sent)
        gone: Payload = {k: sent[k] for k in ("id", "channel_id", "guild_id") if k in sent}
        await self._server.announce("MESSAGE_DELETE", channel, gone)

    async def command(self, channel: Channel, path: str, /, **given: Any) -> Interaction:
        """Run a slash command, and wait for its acknowledgement."""
        data = self._data(path, given)
        sent = await self._server.interactions.send(COMMAND, self.person, channel, data)
        return await self._server.interactions.acknowledged(sent)

    async def answer_to(self, channel: Channel, path: str, /, **given: Any) -> str:
        """Run a slash command, and return what it is answered, if anything stays."""
        sent = await self._server.interactions.answered(await self.command(channel, path, **given))
        return sent.answer or ""

    async def complete(self, channel: Channel, path: str, typed: str, /, **given: Any) -> list[str]:
        """Type into the last option of a command, and return the names that are offered.

        Args:
            channel: where.
            path: the command.
            typed: what is typed so far.
            given: the options before it; the one that is typed in comes last, as ``name=None``.
        """
        focused = list(given)[-1]
        data = self._data(path, {**given, focused: typed}, focused=focused)
        sent = await self._server.interactions.send(COMPLETION, self.person, channel, data)
        await self._server.interactions.acknowledged(sent)
        return [choice["name"] for choice in sent.choices or []]

    async def press(self, channel: Channel, label: str, *, under: int = -1) -> Interaction:
        """Press the button of this label, in the latest message that has it.

        Args:
            channel: where.
            label: what is written on it.
            under: which of the messages that have it, counted as a list is.
        """
        found = [
            (shown, item)
            for shown in channel.from_bot()
            for item in components_of(shown)
            if item["type"] == _BUTTON and item["label"] == label
        ]
        assert found, f"no button {label!r} in {channel.texts()}"
        shown, item = found[under]
        return await self._component(channel, shown, {"custom_id": item["custom_id"]}, _BUTTON)

    async def press_id(self, channel: Channel, custom_id: str) -> Interaction:
        """Press a button that the bot once put under its latest message, with this custom id."""
        button = {"type": _BUTTON, "style": 1, "label": "Once", "custom_id": custom_id}
        row = {"type": 1, "components": [button]}
        shown = {**channel.from_bot()[-1], "components": [row]}
        return await self._component(channel, shown, {"custom_id": custom_id}, _BUTTON)

    async def pick(self, channel: Channel, label: str) -> Interaction:
        """Pick the option of this label from the latest menu that has it."""
        for shown in reversed(channel.from_bot()):
            for menu in components_of(shown):
                for option in menu.get("options") or []:
                    if option["label"] == label:
                        chosen = {"custom_id": menu["custom_id"], "values": [option["value"]]}
                        return await self._component(channel, shown, chosen, _MENU)
        raise AssertionError(f"no option {label!r}")

    async def fill_in(self, opened: Interaction, text: str) -> Interaction:
        """Write into a form that was opened, and send it off."""
        assert opened.modal is not None
        field = opened.modal["components"][0]
        inner = field["component"] if "component" in field else field["components"][0]
        filled = {"type": inner["type"], "custom_id": inner["custom_id"], "value": text}
        row = {**field, "components": [filled]} if "components" in field else None
        shape = row or {"type": field["type"], "component": filled}
        data = {"custom_id": opened.modal["custom_id"], "components": [shape]}
        sent = await self._server.interactions.send(MODAL, self.person, opened.channel, data)
        return await self._server.interactions.acknowledged(sent)

    async def _component(
        self, channel: Channel, shown: Payload, chosen: Payload, kind: int
    ) -> Interaction:
        data = {**chosen, "component_type": kind}
        sent = await self._server.interactions.send(
            COMPONENT, self.person, channel, data, message=shown
        )
        return await self._server.interactions.acknowledged(sent)

    def _data(self, path: str, given: Payload, focused: str | None = None) -> Payload:
        """Return a command as the client sends it, checked against what was registered."""
        top, *rest = path.split()
        spec = next(c for c in self._server.rest.commands if c["name"] == top)
        data: Payload = {"id": spec["id"], "name": top, "type": 1, "options": []}
        inner = data
        for name in rest:
            spec = next(o for o in spec["options"] if o["name"] == name)
            step: Payload = {"type": spec["type"], "name": name, "options": []}
            inner["options"] = [step]
            inner = step
        known = {o["name"]: o for o in spec.get("options") or []}
        for name, value in given.items():
            option = known[name]
            choices = [c["value"] for c in option.get("choices") or []]
            assert not choices or value in choices, f"{value!r} is none of {choices}"
            if option["type"] == _CHANNEL:
                shown = self._server.channels[int(value)].payload()
                data["resolved"] = {"channels": {value: {**shown, "permissions": "0"}}}
            typed = {"name": name, "type": option["type"], "value": value}
            inner["options"].append({**typed, "focused": True} if name == focused else typed)
        return data
