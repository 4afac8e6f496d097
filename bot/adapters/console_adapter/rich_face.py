"""The rich face of a real terminal: a prompt that is always there, replies above it.

The person may type while Aurora thinks; the prompt shows where the interview stands, and a spinner
while an answer is on its way.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

from prompt_toolkit import PromptSession
from prompt_toolkit.application import run_in_terminal
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import ANSI, StyleAndTextTuples, to_formatted_text
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import Output
from prompt_toolkit.styles import Style
from rich.cells import cell_len, set_cell_size

from bot.adapters.commands import COMMANDS, QUIT_NAMES
from bot.adapters.console_adapter.core import (
    Begin,
    ConsoleInput,
    Settled,
    Submit,
    on_interrupt,
    says_nothing_open,
    says_paused,
)
from bot.adapters.console_adapter.rich_view import RichView
from bot.interview.cleaning import clean_text
from bot.interview.messages import Action, Progress, Reply
from bot.presentation import Presenter, progress_parts

KEYS = {
    Action.HELP: "f1",
    Action.HINT: "f2",
    Action.SKIP: "f3",
    Action.DONT_KNOW: "f4",
    Action.REPEAT: "f5",
    Action.DISAGREE: "f6",
}
_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_FRAME_SECONDS = 0.1
_LONG_SECONDS = 5.0
_STYLE = Style.from_dict(
    {
        "bottom-toolbar": "noreverse fg:ansibrightblack",
        "bottom-toolbar.key": "fg:ansicyan",
        "progress": "fg:ansibrightblack",
        "thinking": "fg:ansimagenta",
        "you": "bold fg:ansicyan",
    }
)


class CommandCompleter(Completer):
    """Completes slash commands, by their names in any language."""

    def __init__(self, face: RichFace, presenter: Presenter) -> None:
        self._face = face
        self._presenter = presenter

    def get_completions(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002 - the library's signature
    ) -> Iterable[Completion]:
        """Yield the commands that begin with what stands before the cursor."""
        typed = document.text_before_cursor
        if not typed.startswith("/") or " " in typed:
            return
        locale = self._face.locale
        names = [word.names for word in COMMANDS] + [QUIT_NAMES]
        listed = self._presenter.listed(locale)
        for (command, meaning), spelt in zip(listed, names, strict=True):
            if any(f"/{name}".startswith(typed.casefold()) for name in spelt.values()):
                yield Completion(command, -len(typed), display_meta=meaning)


class RichFace:
    """Holds the interview at a prompt.

    Args:
        typed: translates what is typed.
        presenter: words replies.
        locale: the language until the first reply says otherwise.
        terminal: where keys come from and where to draw; the real terminal by default.
        colour: colour system of `rich.console.Console`; None for none.
    """

    offers_resume = True
    left = True  # at a terminal nobody stays on without waiting for the next question

    def __init__(
        self,
        typed: ConsoleInput,
        presenter: Presenter,
        locale: str,
        terminal: tuple[Input, Output] | tuple[None, None] = (None, None),
        colour: str | None = "auto",
    ) -> None:
        self.locale = locale
        self._typed = typed
        self._presenter = presenter
        self._session: PromptSession[str] = self._make_session(*terminal)
        self._view = RichView(presenter, self._columns, colour)
        self._progress: Progress | None = None
        self._previewed: Reply | None = None
        self._buttons: tuple[Action, ...] = ()
        self._draft = ""
        self._leaving = False
        self._waits: set[asyncio.Task[None]] = set()
        self._waiting_since = 0.0

    async def take_up(self, begin: Begin, settled: Settled) -> None:  # noqa: ARG002 - the port's
        """Show what a crash left behind like any other reply."""
        await begin()

    async def run(self, submit: Submit, settled: Settled) -> None:
        """Read messages until the person leaves."""
        with on_interrupt(self.leave):
            self._watch(settled)
            while (text := await self._ask()) is not None:
                if not text.strip():
                    continue
                inbound = self._typed.read(text)
                if inbound is None:
                    break
                await self._print(self._view.said(self.locale, clean_text(text)[0]))
                await submit(inbound)
                self._watch(settled)
        self._leaving = True
        for wait in self._waits:
            wait.cancel()

    async def deliver(self, conversation: str, key: str, reply: Reply) -> None:  # noqa: ARG002 - the port's
        """Print a reply above the prompt."""
        self.locale = reply.locale
        self._previewed = None
        if reply.progress or reply.buttons:  # anything else leaves the interview where it stands
            self._progress, self._buttons = reply.progress, reply.buttons
        if self._leaving and says_nothing_open(reply):
            return
        if self._leaving and says_paused(reply):
            await self._print(self._view.reply(reply))
            back = self._presenter.text(reply.locale, "console.come_back")
            await self._print(self._view.remark(back))
            return
        unkeyed = [action for action in reply.buttons if action not in KEYS]
        commands = self._presenter.choices(reply.locale, unkeyed)
        choices = self._typed.offer(self._presenter, reply)
        offered = "\n".join(filter(None, (choices, commands)))
        await self._print(self._view.reply(reply, offered))

    def preview(self, conversation: str, reply: Reply) -> None:  # noqa: ARG002 - the port's
        """Show the beginning of a reply at the prompt; it goes when the reply is printed."""
        self._previewed = reply
        self._session.app.invalidate()

    def leave(self) -> None:
        """End `run` at once."""
        self._leaving = True
        if self._session.app.is_running:
            self._session.app.exit(exception=KeyboardInterrupt())

    async def _ask(self) -> str | None:
        """Return what the person typed, None when they leave."""
        if self._leaving:
            return None
        draft, self._draft = self._draft, ""
        try:
            return await self._session.prompt_async(default=draft, handle_sigint=False)
        except (EOFError, KeyboardInterrupt):
            return None

    def _make_session(self, source: Input | None, target: Output | None) -> PromptSession[str]:
        return PromptSession(
            message=self._message,
            prompt_continuation=lambda width, *_: " " * width,
            bottom_toolbar=self._toolbar,
            completer=CommandCompleter(self, self._presenter),
            complete_while_typing=Condition(self._is_command),
            reserve_space_for_menu=6,
            key_bindings=self._key_bindings(),
            erase_when_done=True,
            style=_STYLE,
            input=source,
            output=target,
        )

    def _key_bindings(self) -> KeyBindings:
        bindings = KeyBindings()

        def bind(action: Action, key: str) -> None:
            @bindings.add(key)
            def _(event: KeyPressEvent) -> None:
                # A half-written answer is kept for when the reply has come.
                self._draft = event.current_buffer.text
                event.app.exit(result=self._presenter.command(self.locale, action))

        for action, key in KEYS.items():
            bind(action, key)

        @bindings.add("escape", "enter")
        def _(event: KeyPressEvent) -> None:
            event.current_buffer.insert_text("\n")

        return bindings

    def _is_command(self) -> bool:
        return self._session.default_buffer.text.startswith("/")

    def _message(self) -> StyleAndTextTuples:
        """Return the prompt: the spinner or the progress line, and the person's name.

        Above them stands what is known of the reply that is being made.
        """
        shown: StyleAndTextTuples = []
        if self._previewed is not None:
            drawn = self._view.reply(self._previewed).rstrip("\n")
            shown += to_formatted_text(ANSI(f"{drawn}\n"))
        if self._waits:
            waited = time.monotonic() - self._waiting_since
            frame = _FRAMES[int(waited / _FRAME_SECONDS) % len(_FRAMES)]
            key = "console.thinking" if waited < _LONG_SECONDS else "console.thinking_long"
            line = f"{frame} {self._presenter.text(self.locale, key)}…"
            shown.append(("class:thinking", self._fit(line) + "\n"))
        elif self._progress is not None:
            place, counted = progress_parts(self._progress)
            place = self._fit(place, cell_len(counted) + 3)
            shown.append(("class:progress", self._fit(f"{place}   {counted}") + "\n"))
        name = self._presenter.text(self.locale, "console.you")
        return [*shown, ("class:you", f"{name} ▸ ")]

    def _toolbar(self) -> StyleAndTextTuples:
        """Return the keys and commands that may be used now, as many as fit."""
        leave = self._presenter.text(self.locale, "console.leave")
        keyed = sorted((a for a in self._buttons if a in KEYS), key=lambda a: KEYS[a])
        unkeyed = [a for a in self._buttons if a not in KEYS]
        items = [self._toolbar_item(a) for a in (*unkeyed, *keyed, Action.HELP)]
        key, _, label = leave.partition(" ")
        items.append((key, label))
        shown: StyleAndTextTuples = []
        room = self._columns()
        for key, label in items:
            text = f" {label}  " if label else "  "
            room -= cell_len(key + text)
            if room >= -2:  # the last item needs no space behind it
                shown += [("class:bottom-toolbar.key", key), ("", text)]
        return shown

    def _toolbar_item(self, action: Action) -> tuple[str, str]:
        """Return a key and its label, or a command that says enough by itself."""
        if action in KEYS:
            return KEYS[action].upper(), self._presenter.label(self.locale, action)
        return self._presenter.choices(self.locale, (action,)), ""

    def _fit(self, text: str, taken: int = 0) -> str:
        """Return a text as it fits one line of which some columns are taken."""
        room = max(2, self._columns() - 1 - taken)
        return text if cell_len(text) <= room else set_cell_size(text, room - 1).rstrip() + "…"

    def _columns(self) -> int:
        return self._session.output.get_size().columns

    def _watch(self, settled: Settled) -> None:
        """Show the spinner until everything has been answered."""
        if not self._waits:
            self._waiting_since = time.monotonic()
        wait = asyncio.create_task(self._spin_until(settled))
        self._waits.add(wait)
        wait.add_done_callback(self._waits.discard)

    async def _spin_until(self, settled: Settled) -> None:
        answered = asyncio.ensure_future(settled())
        try:
            while not answered.done():
                self._session.app.invalidate()
                await asyncio.wait({answered}, timeout=_FRAME_SECONDS)
            answered.result()
        finally:
            answered.cancel()
            asyncio.get_running_loop().call_soon(self._session.app.invalidate)

    async def _print(self, text: str) -> None:
        def write() -> None:
            self._session.output.write_raw(text)
            self._session.output.flush()

        await run_in_terminal(write)
