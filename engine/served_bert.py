"""The layers of a BERT under the names that CTranslate2 knows them by.

Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers" (2019); the pooler, which
mean pooling has no use for, is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from engine.arrays import FloatArray
from engine.served_file import ServedModel, Variables, in_steps

# CTranslate2's numbers for what a BERT does.
_GELU = 3
_ADD = 1
_WORDS, _STEPS_OF_WORDS = "encoder/embeddings_0/weight", "encoder/words"
# By how much a number may change, of itself, when it is turned into steps and back.
_SAME = 1e-6


def bert_model(weights: Mapping[str, FloatArray], folder: Path) -> ServedModel:
    """Return a BERT as it is served.

    Args:
        weights: name, as in transformers → array.
        folder: has the ``config.json`` of transformers.

    Raises:
        OSError, KeyError, ValueError: a layer or a setting is missing, or is another model's.
    """
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    if (config["model_type"], config["hidden_act"]) != ("bert", "gelu"):
        raise ValueError("it is no BERT with GELU activations")
    variables: Variables = {
        "encoder/num_heads": np.array(config["num_attention_heads"], dtype=np.int16),
        "encoder/pre_norm": np.array(0, dtype=np.int8),
        "encoder/activation": np.array(_GELU, dtype=np.int8),
        "encoder/embeddings_merge": np.array(_ADD, dtype=np.int8),
        "encoder/scale_embeddings": np.array(0, dtype=np.int8),
        "encoder/position_encodings/encodings": weights["embeddings.position_embeddings.weight"],
    }
    aliases = _add_words(variables, weights["embeddings.word_embeddings.weight"])
    kinds = weights["embeddings.token_type_embeddings.weight"]
    variables["encoder/embeddings_1/weight"] = kinds
    _add_norm(variables, "encoder/layernorm_embedding", weights, "embeddings.LayerNorm")
    for layer in range(config["num_hidden_layers"]):
        _add_layer(variables, layer, weights)
    served = {"layer_norm_epsilon": config["layer_norm_eps"], "multi_query_attention": False}
    return ServedModel("TransformerEncoderSpec", variables, served, aliases=aliases)


def _add_words(variables: Variables, words: FloatArray) -> dict[str, str]:
    """Add the word embeddings, more than half of a body, in a quarter of their size.

    They are stored as int8 with a scale a row: as long as that gives back what they are, rows are
    turned into floats as they are looked up. The library makes floats of all that is called
    "weight" when it loads a model, but for what only goes by that name.

    Returns:
        The aliases that this takes.
    """
    steps, scale = in_steps(words)
    if not np.allclose(steps / scale[:, None], words, rtol=_SAME, atol=0):
        variables[_WORDS] = words
        return {}
    variables[_STEPS_OF_WORDS], variables[f"{_STEPS_OF_WORDS}_scale"] = steps, scale
    return {_WORDS: _STEPS_OF_WORDS}


def _add_layer(variables: Variables, layer: int, weights: Mapping[str, FloatArray]) -> None:
    there, here = f"encoder/layer_{layer}", f"encoder.layer.{layer}"
    attention = [f"{here}.attention.self.{part}" for part in ("query", "key", "value")]
    for name, parts in (
        ("self_attention/linear_0", attention),
        ("self_attention/linear_1", [f"{here}.attention.output.dense"]),
        ("ffn/linear_0", [f"{here}.intermediate.dense"]),
        ("ffn/linear_1", [f"{here}.output.dense"]),
    ):
        matrix = np.concatenate([weights[f"{part}.weight"] for part in parts])
        variables[f"{there}/{name}/weight"] = matrix
        bias = np.concatenate([weights[f"{part}.bias"] for part in parts])
        variables[f"{there}/{name}/bias"] = bias
    _add_norm(
        variables,
        f"{there}/self_attention/layer_norm",
        weights,
        f"{here}.attention.output.LayerNorm",
    )
    _add_norm(variables, f"{there}/ffn/layer_norm", weights, f"{here}.output.LayerNorm")


def _add_norm(
    variables: Variables, name: str, weights: Mapping[str, FloatArray], known_as: str
) -> None:
    variables[f"{name}/gamma"] = weights[f"{known_as}.weight"]
    variables[f"{name}/beta"] = weights[f"{known_as}.bias"]
