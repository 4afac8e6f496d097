"""Any sequence-classification model of the Hugging Face hub, by name or folder, as the verifier.

The pair is read in the order that the bundled verifier reads it: the point with right answers is
the premise (or the query), the message is the hypothesis (or the passage).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import log_softmax, logsigmoid
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from engine.arrays import FloatArray
from engine.contract import VerdictStatus
from engine.encoder_body import UNLOADABLE, by_length
from engine.errors import ArtifactError
from engine.ports import VERIFIER_CLASSES
from engine.reader_layout import BATCH

MAX_TOKENS = 512
# Positions that RoBERTa-like models keep for themselves out of `max_position_embeddings`.
_RESERVED_POSITIONS = 2
# Log-probability of a verdict that the model has no label for.
NEVER = -14.0
_CLASS_OF_LABEL: Mapping[str, VerdictStatus] = {
    **{status.value: status for status in VERIFIER_CLASSES},
    **dict.fromkeys(("entailment", "entail", "entails", "entailed"), VerdictStatus.COVERED),
    **dict.fromkeys(
        ("contradiction", "contradict", "contradicts", "contradicted", "contradictory"),
        VerdictStatus.WRONG,
    ),
    # Two-label models do not say whether what does not follow is false: nobody is blamed for it.
    **dict.fromkeys(
        ("neutral", "not entailment", "non entailment", "not entailed"), VerdictStatus.MISSING
    ),
}
_BETWEEN_WORDS = re.compile(r"[\W_]+")


class HubVerifier:
    """Implements `AnswerVerifier`.

    Args:
        model: name on the hub, or an absolute folder.
        device: ``cpu`` or ``cuda``.

    Raises:
        ArtifactError: there is no such model, it is incomplete, or its labels are unknown.
    """

    def __init__(self, model: str, device: str) -> None:
        folder = Path(model)
        if folder.is_absolute() and not folder.is_dir():
            raise ArtifactError(f"{model} is no folder; name the folder of a downloaded model")
        try:
            loaded, report = AutoModelForSequenceClassification.from_pretrained(
                model, output_loading_info=True, dtype=torch.float32
            )
            self._tokenizer = AutoTokenizer.from_pretrained(model)
        except UNLOADABLE as error:
            raise ArtifactError(
                f"the verifier {model} cannot be loaded: {_advice(error)}"
            ) from error
        if report["missing_keys"]:
            # transformers fills such layers with chance and goes on.
            lost = ", ".join(sorted(report["missing_keys"])[:3])
            raise ArtifactError(
                f"the verifier {model} lacks weights ({lost}): download it again, or choose one "
                "that was trained to classify pairs"
            )
        if len(self._tokenizer) <= len(self._tokenizer.all_special_ids):
            raise ArtifactError(f"the verifier {model} has no vocabulary: download it again")
        self._classes = classes_of_labels(loaded.config.id2label, model)
        self._model = loaded.to(device).eval()
        self._max_tokens = _longest(loaded.config, self._tokenizer.model_max_length)
        self._lock = threading.Lock()

    def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        """Return log-probabilities, ``(len(pairs), 4)``, in `VERIFIER_CLASSES` order."""
        logits = np.zeros((len(pairs), len(VERIFIER_CLASSES)), dtype=np.float32)
        order = by_length(self._tokenizer, [one for one, _ in pairs], [other for _, other in pairs])
        with self._lock, torch.inference_mode():
            for start in range(0, len(order), BATCH):
                batch = order[start : start + BATCH]
                logits[batch] = self._judge_batch([pairs[index] for index in batch])
        return logits

    def _judge_batch(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        tokens = self._tokenizer(
            [context for context, _ in pairs],
            [message for _, message in pairs],
            padding=True,
            truncation=True,
            max_length=self._max_tokens,
            return_tensors="pt",
        ).to(self._model.device)
        scores = self._model(**tokens).logits.float()
        if scores.shape[1] == 1:
            said = torch.cat([logsigmoid(scores), logsigmoid(-scores)], dim=1)
        else:
            said = log_softmax(scores, dim=1)
        logits = np.full((len(pairs), len(VERIFIER_CLASSES)), NEVER, dtype=np.float32)
        logits[:, self._classes] = said.cpu().numpy()
        return logits


def classes_of_labels(id2label: Mapping[int, str], model: str) -> list[int]:
    """Return the index in `VERIFIER_CLASSES` of each of a model's outputs.

    Args:
        id2label: the labels of its configuration. A single one means relevance, whatever its name:
            it is read as covered against missing.
        model: its name, for the message.

    Raises:
        ArtifactError: a label is unknown, two mean the same, or none means covered.
    """
    labels = [id2label[index] for index in sorted(id2label)]
    if len(labels) == 1:
        return [VERIFIER_CLASSES.index(s) for s in (VerdictStatus.COVERED, VerdictStatus.MISSING)]
    known = [_CLASS_OF_LABEL.get(_BETWEEN_WORDS.sub(" ", x).strip().casefold()) for x in labels]
    statuses = [status for status in known if status is not None]
    if len({*statuses}) != len(labels) or VerdictStatus.COVERED not in statuses:
        raise ArtifactError(
            f"the verifier {model} has the labels {', '.join(labels)}; needed are entailment, "
            f"neutral and contradiction, or {', '.join(VERIFIER_CLASSES)} (id2label in config.json)"
        )
    return [VERIFIER_CLASSES.index(status) for status in statuses]


def _longest(config: object, of_tokenizer: int) -> int:
    """Return how many tokens of a pair the model can read."""
    positions = getattr(config, "max_position_embeddings", None) or MAX_TOKENS
    return max(1, min(MAX_TOKENS, int(of_tokenizer), int(positions) - _RESERVED_POSITIONS))


def _advice(error: Exception) -> str:
    """Return the first line of what a library says, with what to do."""
    said = (str(error).strip() or type(error).__name__).splitlines()[0]
    return f"{said} Check the name and the network, or give the folder of a complete download."
