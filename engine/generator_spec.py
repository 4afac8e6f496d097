"""Names what phrases utterances, as somebody chose it; standard library only, the bot reads it too.

``auto``, ``curated``, ``aurora-tiny``, ``transformers:BASE[+ADAPTER]`` or
``openai:MODEL@BASE_URL``; see docs/voices.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from engine.model_location import name_or_folder, parse_served, public_name, refuse_password

# Where the key of an OpenAI-compatible server is looked for; a command line is no place for it.
KEY_VARIABLE = "AURORA_GENERATOR_KEY"
FORMS = "auto, curated, aurora-tiny, transformers:BASE[+ADAPTER] or openai:MODEL@BASE_URL"


class GeneratorKind(StrEnum):
    """What sort of generator speaks."""

    AUTO = "auto"
    CURATED = "curated"
    TINY = "aurora-tiny"
    TRANSFORMERS = "transformers"
    OPENAI = "openai"


_BUNDLED = (GeneratorKind.AUTO, GeneratorKind.CURATED, GeneratorKind.TINY)


@dataclass(frozen=True, slots=True)
class GeneratorSpec:
    """One choice of generator.

    Args:
        kind: what sort it is; ``auto`` is `TINY` where it is bundled and `CURATED` where not.
        model: name on the hub, folder, or the name that a server knows; empty for the others.
        adapter: folder of the LoRA adapter that goes onto a transformers model; empty for none.
        base_url: of an OpenAI-compatible server, without a slash at its end; empty for the others.
    """

    kind: GeneratorKind = GeneratorKind.AUTO
    model: str = ""
    adapter: str = ""
    base_url: str = ""

    def __str__(self) -> str:
        what = f":{self.model}" if self.model else ""
        adapter = f"+{self.adapter}" if self.adapter else ""
        where = f"@{self.base_url}" if self.base_url else ""
        return f"{self.kind}{what}{adapter}{where}"

    @property
    def public_name(self) -> str:
        """What may be shown to anybody: no folder and no address of anybody's."""
        adapter = f"+{public_name(self.adapter)}" if self.adapter else ""
        return f"{self.kind}:{public_name(self.model)}{adapter}" if self.model else self.kind.value


def parse_generator(text: str) -> GeneratorSpec:
    """Read a choice of generator.

    Args:
        text: one of `FORMS`; folders are made absolute, so that another process finds them.

    Raises:
        SecretInAddressError: it holds a password.
        ValueError: it is none of them; the message says what to write.
    """
    refuse_password(text, KEY_VARIABLE)
    kind, _, rest = text.strip().partition(":")
    if kind in _BUNDLED and not rest:
        return GeneratorSpec(GeneratorKind(kind))
    if kind == GeneratorKind.TRANSFORMERS and (found := _base_and_adapter(rest)):
        return GeneratorSpec(GeneratorKind.TRANSFORMERS, *found)
    if kind == GeneratorKind.OPENAI and (served := parse_served(rest)):
        model, base_url = served
        return GeneratorSpec(GeneratorKind.OPENAI, model, base_url=base_url)
    raise ValueError(f"{text.strip()!r} is no generator; write {FORMS}")


def _base_and_adapter(text: str) -> tuple[str, str] | None:
    # The name of a folder may hold a plus itself.
    alone = "+" not in text or Path(text).expanduser().is_dir()
    base, _, adapter = (text, "", "") if alone else text.rpartition("+")
    if not base or not (alone or adapter):
        return None
    return name_or_folder(base), str(Path(adapter).expanduser().resolve()) if adapter else ""
