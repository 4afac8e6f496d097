"""Bases that the voice has been tuned for, each with what suits it."""

from __future__ import annotations

from dataclasses import dataclass

from training.errors import OptionError

# All projection matrices of a Llama layer.
PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True, slots=True)
class GeneratorSettings:
    """How an adapter for stage 3 is trained.

    Args:
        epochs: passes over the rows.
        rank: of the LoRA matrices.
        alpha: their scale is this over the rank.
        dropout: of what enters them.
        learning_rate: at the peak, with a linear warm-up and a cosine after it.
        batch_size: rows that are in memory at once.
        accumulation: batches a step.
        max_tokens: of prompt and utterance together; longer rows are left out.
        checkpointing: whether to compute activations anew in the backward pass, to save memory.
        qlora: whether the base is kept in four bits.
        seed: of adapter and order.
    """

    epochs: int
    rank: int = 64
    alpha: int = 16
    dropout: float = 0.05
    learning_rate: float = 3e-4
    batch_size: int = 4
    accumulation: int = 2
    max_tokens: int = 1024
    checkpointing: bool = True
    qlora: bool = False
    seed: int = 20


@dataclass(frozen=True, slots=True)
class GeneratorPreset:
    """A base with its settings.

    Args:
        name: what ``--preset`` calls it.
        base: name on the hub, or a folder.
        settings: how it is trained.
        merge: whether the adapter is also merged into the base.
    """

    name: str
    base: str
    settings: GeneratorSettings
    merge: bool = False


PRESETS = {
    preset.name: preset
    for preset in (
        GeneratorPreset(
            "aurora-tiny",
            "runs/language_model",  # of training.build_language_model
            GeneratorSettings(
                epochs=5,
                alpha=128,
                dropout=0.0,
                learning_rate=1e-3,
                batch_size=16,
                accumulation=1,
                max_tokens=512,
                checkpointing=False,
            ),
            merge=True,
        ),
        GeneratorPreset(
            "kanana-1.5-2.1b",
            "kakaocorp/kanana-1.5-2.1b-instruct-2505",
            GeneratorSettings(epochs=5),
        ),
        GeneratorPreset(
            "midm-2.0-mini",
            "K-intelligence/Midm-2.0-Mini-Instruct",
            GeneratorSettings(epochs=3),
        ),
    )
}


def preset_named(name: str) -> GeneratorPreset:
    """Return a preset.

    Raises:
        OptionError: there is none of this name.
    """
    if name not in PRESETS:
        raise OptionError(
            f"there is no preset {name!r}; choose one of {', '.join(PRESETS)}, and name any other "
            "causal language model with --base"
        )
    return PRESETS[name]
