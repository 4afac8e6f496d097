"""The form to answer in, for servers where the bot may not read what people write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import discord

from bot.i18n import Translator

FORM_ID = "aurora-form:1"
LONGEST_ANSWER = 4_000
_LONGEST_LABEL = 45


def answer_form(words: Translator, locale: str) -> discord.ui.Modal:
    """Return the form. What is sent off is read by `read_form`, also after a restart.

    Args:
        words: the texts.
        locale: the language of the person's client.
    """
    form = discord.ui.Modal(
        title=words.text(locale, "discord.form_title")[:_LONGEST_LABEL],
        timeout=None,
        custom_id=FORM_ID,
    )
    field: discord.ui.TextInput[Any] = discord.ui.TextInput(
        style=discord.TextStyle.paragraph, max_length=LONGEST_ANSWER, custom_id="answer"
    )
    label = words.text(locale, "discord.form_label")[:_LONGEST_LABEL]
    return form.add_item(discord.ui.Label(text=label, component=field))


def read_form(interaction: discord.Interaction) -> str | None:
    """Return what was written in the form; None where the interaction is something else."""
    data: Any = interaction.data
    if interaction.type is not discord.InteractionType.modal_submit or not data:
        return None
    if data.get("custom_id") != FORM_ID:
        return None
    return next(_values(data), "")


def _values(component: Mapping[str, Any]) -> Iterator[str]:
    if "value" in component:
        yield str(component["value"])
    for inner in (*component.get("components", ()), component.get("component")):
        if inner:
            yield from _values(inner)
