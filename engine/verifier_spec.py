"""Names the verifier of stage 1 that somebody chose; standard library only, the bot reads it too.

``bundled``, ``hub:NAME_OR_FOLDER`` or ``openai:MODEL@BASE_URL``; see docs/verifiers.md.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from engine.model_location import name_or_folder, parse_served, public_name, refuse_password

# Where the key of an OpenAI-compatible server is looked for; a command line is no place for it.
KEY_VARIABLE = "AURORA_VERIFIER_KEY"
FORMS = "bundled, hub:NAME_OR_FOLDER or openai:MODEL@BASE_URL"
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")


class VerifierKind(StrEnum):
    """What sort of verifier judges."""

    BUNDLED = "bundled"
    HUB = "hub"
    OPENAI = "openai"


@dataclass(frozen=True, slots=True)
class VerifierSpec:
    """One choice of verifier.

    Args:
        kind: what sort it is.
        model: name on the hub, folder, or the name that a server knows; empty for the bundled one.
        base_url: of an OpenAI-compatible server, without a slash at its end; empty for the others.
    """

    kind: VerifierKind = VerifierKind.BUNDLED
    model: str = ""
    base_url: str = ""

    def __str__(self) -> str:
        where = f"@{self.base_url}" if self.base_url else ""
        return f"{self.kind}:{self.model}{where}" if self.model else self.kind.value

    @property
    def folder_name(self) -> str:
        """Name of the folder that holds its calibration: the same at whatever address it runs."""
        digest = hashlib.sha256(f"{self.kind}:{self.model}".encode()).hexdigest()[:12]
        return f"{_UNSAFE.sub('-', self.public_name).strip('-')}-{digest}"

    @property
    def public_name(self) -> str:
        """What may be written into a manifest: no folder and no address of anybody's."""
        name = public_name(self.model)
        return f"{self.kind}:{name}" if name else self.kind.value


BUNDLED_VERIFIER = VerifierSpec()


def parse_verifier(text: str) -> VerifierSpec:
    """Read a choice of verifier.

    Args:
        text: one of `FORMS`; a folder is made absolute, so that another process finds it.

    Raises:
        ValueError: it is none of them; the message says what to write.
    """
    refuse_password(text, KEY_VARIABLE)
    kind, _, rest = text.strip().partition(":")
    if kind == VerifierKind.BUNDLED and not rest:
        return BUNDLED_VERIFIER
    if kind == VerifierKind.HUB and rest:
        return VerifierSpec(VerifierKind.HUB, name_or_folder(rest))
    if kind == VerifierKind.OPENAI and (served := parse_served(rest)):
        return VerifierSpec(VerifierKind.OPENAI, *served)
    raise ValueError(f"{text!r} is no verifier; write {FORMS}")
