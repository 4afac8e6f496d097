"""A causal language model in this process that phrases utterances: the bundled one or any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import torch

from engine.causal_decoding import CausalDecoder
from engine.errors import WriterUnavailableError
from engine.language_model import (
    LanguageModel,
    add_adapter,
    load_language_model,
    prompt_of,
    reads_fields,
)
from engine.model_location import public_name
from engine.model_memory import make_sure_it_fits
from engine.prompts import END, SpokenTurn
from engine.utterance_writer import Heard, Sampling

# Utterances that are written together; more would wait for the slowest of too many.
BATCH = 32
# Positions of a model that does not say how many it has.
_POSITIONS = 4096
# What a letter is shown as while some of its bytes are still to come.
_UNFINISHED = "\N{REPLACEMENT CHARACTER}"


class CausalWriter:
    """Implements `JointWriter`.

    Args:
        name: what an operator knows the model by.
        loaded: the model with its tokenizer.
        sampling: how it draws words.
    """

    def __init__(self, name: str, loaded: LanguageModel, sampling: Sampling | None = None) -> None:
        self._name = name
        self._tokenizer = loaded.tokenizer
        self._sampling = sampling or Sampling()
        pad = loaded.tokenizer.pad_token_id
        self._decoder = CausalDecoder(loaded.model, pad, _stops(loaded), self._sampling)
        positions = getattr(loaded.model.config, "max_position_embeddings", None) or _POSITIONS
        self._longest = max(1, int(positions) - self._sampling.most_tokens)

    @property
    def name(self) -> str:
        """What an operator knows it by."""
        return self._name

    def write(self, turns: Sequence[SpokenTurn], seeds: Sequence[int]) -> list[str]:
        """Return one raw utterance a turn; the same calls give the same ones.

        Raises:
            WriterUnavailableError: there is no memory for it.
        """
        pairs = list(zip(turns, seeds, strict=True))
        said: list[str] = []
        for start in range(0, len(pairs), BATCH):
            said += self._write_batch(pairs[start : start + BATCH])
        return said

    def write_together(
        self, turns: Sequence[SpokenTurn], seeds: Sequence[int], heard: Heard
    ) -> None:
        """Write an utterance for each turn, all of them side by side.

        Raises:
            WriterUnavailableError: there is no memory for it.
        """
        said: list[list[int]] = [[] for _ in turns]
        going = {*range(len(turns))}
        dropped: set[int] = set()
        with self._named():
            for tokens in self._decoder.continuations(self._prompts(turns), seeds, dropped):
                for number in sorted(going - tokens.keys()):
                    heard(number, partial(self._text, said[number]), True)
                for number, token in tokens.items():
                    said[number].append(token)
                    if not heard(number, partial(self._so_far, said[number]), False):
                        dropped.add(number)
                going = tokens.keys() - dropped
        for number in sorted(going):  # cut, because they had become too long
            heard(number, partial(self._text, said[number]), True)

    def stream(self, turn: SpokenTurn, seed: int) -> Iterator[str]:
        """Yield the utterance so far, again and again as it grows; the last one is the whole.

        Raises:
            WriterUnavailableError: there is no memory for it.
        """
        said: list[int] = []
        shown = ""
        with self._named():
            for tokens in self._decoder.continuations(self._prompts([turn]), [seed]):
                said.extend(tokens.values())
                text = self._so_far(said)
                if text != shown:
                    shown = text
                    yield text
        yield self._text(said)

    def count_tokens(self, text: str) -> int:
        """Return how many tokens of the model a text has."""
        return len(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def _write_batch(self, pairs: Sequence[tuple[SpokenTurn, int]]) -> list[str]:
        said: dict[int, str] = {}

        def heard(number: int, text: Callable[[], str], ended: bool) -> bool:
            if ended:
                said[number] = text()
            return True

        self.write_together([turn for turn, _ in pairs], [seed for _, seed in pairs], heard)
        return [said[number] for number in range(len(pairs))]

    def _prompts(self, turns: Sequence[SpokenTurn]) -> list[list[int]]:
        """Return what the model reads; of what is too long, the end, which decides most."""
        prompts = [prompt_of(self._tokenizer, turn) for turn in turns]
        ids = self._tokenizer(prompts, add_special_tokens=False)["input_ids"]
        return [row[-self._longest :] for row in ids]

    def _text(self, tokens: Sequence[int]) -> str:
        # Special tokens are kept: a model that writes one in the middle went astray.
        text: str = self._tokenizer.decode(
            tokens, skip_special_tokens=False, clean_up_tokenization_spaces=False
        )
        return text.strip()

    def _so_far(self, tokens: Sequence[int]) -> str:
        return self._text(tokens).rstrip(_UNFINISHED)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Turn what torch raises into an error that says what to do."""
        try:
            yield
        except (torch.OutOfMemoryError, MemoryError):
            raise WriterUnavailableError(
                f"{self._name} ran out of memory; choose a smaller model, or have a server run it"
            ) from None
        except RuntimeError as error:
            said = (str(error).strip() or "it gives no reason").splitlines()[0]
            raise WriterUnavailableError(f"{self._name} failed: {said}") from error


def load_causal_writer(
    folder_or_name: str,
    adapter: Path | None,
    device: str,
    sampling: Sampling | None = None,
    name: str = "",
) -> CausalWriter:
    """Load a model that writes utterances.

    An adapter is folded into its base, which then writes as quickly as without one.

    Args:
        folder_or_name: of the base.
        adapter: folder of the LoRA adapter that goes onto it; None for none.
        device: ``cpu`` or ``cuda``.
        sampling: how it draws words.
        name: what an operator knows it by; made from the other names where it is empty.

    Raises:
        ArtifactError: it cannot be used; the message says what to do.
    """
    dtype = make_sure_it_fits(folder_or_name, device)
    loaded = load_language_model(folder_or_name, device, dtype=dtype)
    if adapter is not None:
        with_adapter = add_adapter(loaded, adapter, folder_or_name)
        merged = with_adapter.model.merge_and_unload().eval()
        loaded = LanguageModel(merged, with_adapter.tokenizer)
    added = f"+{adapter.name}" if adapter is not None else ""
    usual = f"transformers:{public_name(folder_or_name)}{added}"
    return CausalWriter(name or usual, loaded, sampling)


def _stops(loaded: LanguageModel) -> frozenset[int]:
    """Return the tokens that end an utterance, by the model and by the tokenizer."""
    ends = getattr(loaded.model.generation_config, "eos_token_id", None)
    found = {*ends} if isinstance(ends, list) else {ends}
    found.add(loaded.tokenizer.eos_token_id)
    if reads_fields(loaded.tokenizer):
        found.add(loaded.tokenizer.convert_tokens_to_ids(END))
    return frozenset(token for token in found if token is not None)
