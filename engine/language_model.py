"""A causal language model as it lies on disk or on the hub, with its tokenizer and adapter.

A folder is what transformers writes, or one whose weights `training.export_language_model` made
smaller (`engine.quantised_weights`). An adapter says in its manifest which base it was trained on;
on another one it would load without a word and write nonsense.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jinja2 import TemplateError
from peft import PeftModel
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer
from transformers.initialization import no_init_weights
from transformers.utils import cached_file

from engine.artifacts import MANIFEST, UTTERANCE_GENERATOR, file_sha256, read_manifest, verify
from engine.encoder_body import UNLOADABLE
from engine.errors import ArtifactError
from engine.prompts import SPECIAL_TOKENS, SpokenTurn, messages, render
from engine.quantised_weights import load_quantised
from engine.reader_layout import WEIGHTS_FILE
from engine.wide_heads import accept_wide_heads

_WEIGHTS = ("*.safetensors", "*.bin")
_MEMORY = (torch.OutOfMemoryError, MemoryError)


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """A causal language model and its tokenizer.

    Args:
        model: a transformers model, perhaps with a peft adapter, ready to infer.
        tokenizer: its tokenizer; pads with something, and has a way to begin an answer.
    """

    model: Any
    tokenizer: Any


def load_language_model(
    base: str, device: str, dtype: torch.dtype | None = None, **options: Any
) -> LanguageModel:
    """Load a model.

    Args:
        base: name on the hub, or a folder.
        device: ``cpu`` or ``cuda``.
        dtype: of its weights; by default bfloat16 on a GPU, fp32 on a processor.
        options: what ``from_pretrained`` is given besides, such as ``quantization_config``.

    Raises:
        ArtifactError: there is no such model, it is incomplete or altered, it does not fit into
            memory, or its tokenizer cannot render a turn.
    """
    accept_wide_heads()
    dtype = dtype or (torch.bfloat16 if device == "cuda" else torch.float32)
    folder = folder_of(base)
    if folder is not None and (folder / MANIFEST).is_file():
        verify(folder, read_manifest(folder).kind)
    tokenizer = _tokenizer(base)
    try:
        if folder is not None and (folder / WEIGHTS_FILE).is_file():
            model = _quantised(folder).to(device, dtype)
        else:
            model = _plain(base, device, dtype, options)
        return LanguageModel(model.eval(), tokenizer)
    except _MEMORY as error:
        raise ArtifactError(f"{base} does not fit into the memory of {device}") from error
    except UNLOADABLE as error:
        raise ArtifactError(f"{base} cannot be loaded: {_advice(error)}") from error


def add_adapter(loaded: LanguageModel, adapter: Path, base: str) -> LanguageModel:
    """Return a model with a trained adapter in it.

    Args:
        loaded: the base.
        adapter: the folder that `training.train_utterance_generator` or peft wrote.
        base: what `loaded` was loaded from.

    Raises:
        ArtifactError: the adapter is missing, altered, or of another base.
    """
    if (adapter / MANIFEST).is_file():
        trained_on = verify(adapter, UTTERANCE_GENERATOR).base
        if trained_on.get("digest") != base_digest(base):
            raise ArtifactError(
                f"{adapter} was trained on {trained_on.get('name')}, and {base} is another model; "
                "name the base that it was trained on, or train an adapter on this one"
            )
    try:
        with warnings.catch_warnings():
            # A layer that peft does not find is left as it was, with a warning.
            warnings.filterwarnings("error", message="Found missing adapter keys")
            model = PeftModel.from_pretrained(loaded.model, str(adapter))
    except (*UNLOADABLE, UserWarning) as error:
        said = _first_line(error)
        raise ArtifactError(
            f"the adapter {adapter} does not go with {base}: {said} Name its own base, or train an "
            "adapter on this one (python -m training.train_utterance_generator)."
        ) from error
    return LanguageModel(model.eval(), loaded.tokenizer)


def reads_fields(tokenizer: Any) -> bool:
    """Whether a tokenizer holds the special tokens that `engine.prompts.render` writes."""
    return set(SPECIAL_TOKENS) <= set(tokenizer.get_vocab())


def prompt_of(tokenizer: Any, turn: SpokenTurn) -> str:
    """Return a turn as a model with this tokenizer reads it; tokenise it without adding tokens."""
    if reads_fields(tokenizer):
        return render(turn)
    return _chat(tokenizer, chat_of(tokenizer, turn))


def chat_of(tokenizer: Any, turn: SpokenTurn) -> list[dict[str, str]]:
    """Return a turn as the messages that a tokenizer's chat template takes.

    Some templates refuse a system's message; it then stands in front of the user's.
    """
    chat = messages(turn)
    try:
        _chat(tokenizer, chat)
    except TemplateError:
        return [{"role": "user", "content": "\n\n".join(part["content"] for part in chat)}]
    return chat


def folder_of(base: str) -> Path | None:
    """Return the folder that a base names; None where it is a name on the hub.

    Raises:
        ArtifactError: it can only be a folder, and there is none.
    """
    folder = Path(base).expanduser()
    if folder.is_dir():
        return folder
    if folder.is_absolute() or base.startswith((".", "~")) or base.count("/") > 1:
        raise ArtifactError(f"{base} is no folder; name the folder of a downloaded model")
    return None


def base_digest(base: str) -> str:
    """Return the sha256 that stands for the weights of a model.

    Args:
        base: name on the hub, or a folder.

    Raises:
        ArtifactError: it has no weights here.
    """
    folder = folder_of(base) or _in_cache(base)
    files = next((found for pattern in _WEIGHTS if (found := sorted(folder.glob(pattern)))), [])
    if not files:
        raise ArtifactError(f"{base} holds no weights ({' or '.join(_WEIGHTS)}); download it again")
    joined = "".join(f"{file_sha256(file)}\n" for file in files)
    return hashlib.sha256(joined.encode()).hexdigest()


def _chat(tokenizer: Any, chat: list[dict[str, str]]) -> str:
    rendered: str = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
    return rendered


def _in_cache(base: str) -> Path:
    try:
        return Path(cached_file(base, "config.json")).parent
    except UNLOADABLE as error:
        raise ArtifactError(f"{base} cannot be loaded: {_advice(error)}") from error


def _plain(base: str, device: str, dtype: torch.dtype, options: dict[str, Any]) -> Any:
    """Load what transformers wrote.

    Raises:
        ArtifactError: layers are missing, which transformers would fill with chance.
    """
    # Straight onto the device: a model in four bits cannot be moved afterwards.
    model, report = AutoModelForCausalLM.from_pretrained(
        base, output_loading_info=True, dtype=dtype, device_map={"": device}, **options
    )
    lost = sorted(report["missing_keys"])
    if lost:
        raise ArtifactError(
            f"{base} lacks weights ({', '.join(lost[:3])}): download it again, or name a causal "
            "language model"
        )
    return model


def _quantised(folder: Path) -> Any:
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    with no_init_weights():
        model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    weights = {
        name: torch.from_numpy(w) for name, w in load_quantised(folder / WEIGHTS_FILE).items()
    }
    missing, unknown = model.load_state_dict(weights, strict=False)
    tied = set(getattr(model, "all_tied_weights_keys", ()) or ())
    lost = [name for name in missing if name not in tied]
    if lost or unknown:
        raise ValueError(f"layers do not fit: missing {lost}, unknown {list(unknown)}")
    model.tie_weights()
    return model


def _tokenizer(base: str) -> Any:
    """Load a tokenizer that can render a turn and pad.

    Raises:
        ArtifactError: it is missing, empty, or can do neither.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(base)
    except UNLOADABLE as error:
        raise ArtifactError(
            f"the tokenizer of {base} cannot be loaded: {_advice(error)}"
        ) from error
    if len(tokenizer) <= len(tokenizer.all_special_ids):
        raise ArtifactError(f"the tokenizer of {base} has no vocabulary: download it again")
    if not reads_fields(tokenizer) and not tokenizer.chat_template:
        raise ArtifactError(
            f"the tokenizer of {base} has no chat template; choose an instruction-tuned model"
        )
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def _advice(error: Exception) -> str:
    advice = "Check the name and the network, or give the folder of a complete download."
    if isinstance(error, json.JSONDecodeError):
        return f"a file is cut short or damaged ({_first_line(error)}). {advice}"
    return f"{_first_line(error)} {advice}"


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
