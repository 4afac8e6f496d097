"""The bundled language model, served by CTranslate2: in int8, and without torch.

Words are drawn as `engine.causal_decoding` draws them, but by chance that no seed decides: the
library has one source of it for all rows of a batch, and none that could be set for a call. What
must be repeatable, as an evaluation, is written by `engine.causal_writer`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

import ctranslate2
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from engine.arrays import FloatArray
from engine.artifacts import UTTERANCE_GENERATOR, verify
from engine.errors import ArtifactError, WriterUnavailableError
from engine.prompts import END, SPECIAL_TOKENS, SpokenTurn, render
from engine.quantised_weights import load_quantised
from engine.reader_layout import TOKENIZER_FILE, WEIGHTS_FILE
from engine.served_file import ServedModel
from engine.served_llama import llama_model
from engine.served_models import ServedModels
from engine.utterance_writer import Heard, Sampling

# Utterances that are written side by side; more would wait for the slowest of too many.
BATCH = 32
# What a letter is shown as while some of its bytes are still to come.
_UNFINISHED = "\N{REPLACEMENT CHARACTER}"
_UNUSABLE = (OSError, KeyError, TypeError, ValueError, SafetensorError)


class ServedWriter:
    """Implements `JointWriter` on one core of the processor.

    Args:
        name: what an operator knows it by.
        folder: of the model.
        served: where models are kept as they are served.
        sampling: how it draws words.

    Raises:
        ArtifactError: the folder is missing, altered, or cannot be loaded.
    """

    def __init__(
        self, name: str, folder: Path, served: ServedModels, sampling: Sampling | None = None
    ) -> None:
        manifest = verify(folder, UTTERANCE_GENERATOR)
        self._name = name
        self._sampling = sampling or Sampling()
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            self._longest = int(config["max_position_embeddings"]) - self._sampling.most_tokens
            self._tokenizer = _load_tokenizer(folder / TOKENIZER_FILE)
        except _UNUSABLE as error:
            raise ArtifactError(f"{folder} cannot be loaded: {error}") from error
        self._end = self._tokenizer.token_to_id(END)
        self._model = served.load(manifest.kind, [manifest], lambda: _make(folder), _load)

    @property
    def name(self) -> str:
        """What an operator knows it by."""
        return self._name

    def write(self, turns: Sequence[SpokenTurn], seeds: Sequence[int]) -> list[str]:
        """Return one raw utterance a turn.

        Raises:
            WriterUnavailableError: there is no memory for it.
        """
        said: dict[int, str] = {}

        def heard(number: int, text: Callable[[], str], ended: bool, start: int) -> bool:
            if ended:
                said[start + number] = text()
            return True

        for start in range(0, len(turns), BATCH):
            batch = slice(start, start + BATCH)
            self.write_together(turns[batch], seeds[batch], partial(heard, start=start))
        return [said[number] for number in range(len(turns))]

    def write_together(
        self,
        turns: Sequence[SpokenTurn],
        seeds: Sequence[int],  # noqa: ARG002 - see the module
        heard: Heard,
    ) -> None:
        """Write an utterance for each turn, all of them side by side.

        Raises:
            WriterUnavailableError: there is no memory for it.
        """
        sampling = self._sampling
        drawn: dict[str, float] = {"sampling_topk": 1}
        if sampling.temperature:
            drawn = {
                "sampling_topk": 0,
                "sampling_topp": sampling.top_p,
                "sampling_temperature": sampling.temperature,
            }
        try:
            self._model.generate_batch(
                self._prompts(turns),
                max_length=sampling.most_tokens,
                include_prompt_in_result=False,
                end_token=[self._end],
                callback=_telling(heard, len(turns), self._tokenizer, self._end),
                **drawn,
            )
        except (MemoryError, RuntimeError) as error:
            said_of_it = (str(error).strip() or "it gives no reason").splitlines()[0]
            raise WriterUnavailableError(f"{self._name} failed: {said_of_it}") from error

    def stream(self, turn: SpokenTurn, seed: int) -> Iterator[str]:
        """Yield the utterance so far, again and again as it grows; the last one is the whole.

        Raises:
            WriterUnavailableError: there is no memory for it.
        """
        growing: SimpleQueue[str | Exception | None] = SimpleQueue()
        wanted = True

        def heard(_: int, text: Callable[[], str], ended: bool) -> bool:
            growing.put(text())
            if ended:
                growing.put(None)
            return wanted

        def write() -> None:
            try:
                self.write_together([turn], [seed], heard)
            except Exception as error:  # raised again where somebody listens
                growing.put(error)

        Thread(target=write, daemon=True).start()
        try:
            while (text := growing.get()) is not None:
                if isinstance(text, Exception):
                    raise text
                yield text
        finally:
            wanted = False

    def _prompts(self, turns: Sequence[SpokenTurn]) -> list[list[str]]:
        """Return what the model reads; of what is too long, the end, which decides most."""
        read = self._tokenizer.encode_batch([render(t) for t in turns], add_special_tokens=False)
        return [[str(number) for number in prompt.ids[-self._longest :]] for prompt in read]


def _telling(
    heard: Heard, count: int, tokenizer: Tokenizer, end: int | None
) -> Callable[[ctranslate2.GenerationStepResult], bool]:
    """Return what takes the tokens of some utterances, and says of each whether it is to stop.

    It knows nothing of the model: the library may drop it last, in a thread of the model's own,
    which cannot end the model.
    """
    said: list[list[int]] = [[] for _ in range(count)]

    def grown(step: ctranslate2.GenerationStepResult) -> bool:
        tokens = said[step.batch_id]
        if step.token_id != end:
            tokens.append(step.token_id)
        read = partial(_text if step.is_last else _so_far, tokenizer, tokens)
        return not heard(step.batch_id, read, step.is_last)

    return grown


def _text(tokenizer: Tokenizer, tokens: Sequence[int]) -> str:
    # Special tokens are kept: a model that writes one in the middle went astray.
    text: str = tokenizer.decode(tokens, skip_special_tokens=False)
    return text.strip()


def _so_far(tokenizer: Tokenizer, tokens: Sequence[int]) -> str:
    return _text(tokenizer, tokens).rstrip(_UNFINISHED)


def _load(folder: Path) -> ctranslate2.Generator:
    # One thread: more workers make use of more cores.
    return ctranslate2.Generator(str(folder), compute_type="int8", inter_threads=1, intra_threads=1)


def _make(folder: Path) -> ServedModel:
    try:
        return llama_model(_weights(folder), folder)
    except _UNUSABLE as error:
        raise ArtifactError(f"{folder} cannot be loaded: {error}") from error


def _weights(folder: Path) -> dict[str, FloatArray]:
    if (folder / WEIGHTS_FILE).is_file():
        return load_quantised(folder / WEIGHTS_FILE)
    stored = load_file(str(folder / "model.safetensors"))
    return {name: array.astype(np.float32) for name, array in stored.items()}


def _load_tokenizer(file: Path) -> Tokenizer:
    """Load a tokenizer that holds the fields of a turn.

    Raises:
        ValueError: it cannot be read, or is another model's.
    """
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises nothing narrower
        raise ValueError(str(error)) from error
    if any(tokenizer.token_to_id(token) is None for token in SPECIAL_TOKENS):
        raise ValueError(f"{file.name} lacks the fields of a turn")
    return tokenizer
