"""The layers of a Llama under the names that CTranslate2 knows them by, in int8.

Touvron et al., "LLaMA: Open and Efficient Foundation Language Models" (2023). Llamas with rotary
embeddings that are stretched, or with biases, are other models.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from engine.arrays import FloatArray
from engine.served_file import ServedModel, Variables, add_int8

_REVISION = 8
# CTranslate2's number for the activation of a Llama.
_SWISH = 2
_WORDS = "model.embed_tokens.weight"


def llama_model(weights: Mapping[str, FloatArray], folder: Path) -> ServedModel:
    """Return a Llama as it is served; its tokens are called by their ids.

    Args:
        weights: name, as in transformers → array.
        folder: has the ``config.json`` of transformers.

    Raises:
        OSError, KeyError, ValueError: a layer or a setting is missing, or is another model's.
    """
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    rotary = config.get("rope_parameters") or {}
    if config["model_type"] != "llama" or config["hidden_act"] != "silu":
        raise ValueError("it is no Llama")
    if rotary.get("rope_type", "default") != "default" or any(n.endswith(".bias") for n in weights):
        raise ValueError("it is a Llama of an unusual kind")
    heads, key_heads = config["num_attention_heads"], config["num_key_value_heads"]
    width = config.get("head_dim") or config["hidden_size"] // heads
    base = rotary.get("rope_theta") or config.get("rope_theta") or 10_000.0
    variables: Variables = {
        "decoder/num_heads": np.array(heads, dtype=np.int16),
        "decoder/pre_norm": np.array(1, dtype=np.int8),
        "decoder/activation": np.array(_SWISH, dtype=np.int8),
        "decoder/scale_embeddings": np.array(0, dtype=np.int8),
        "decoder/start_from_zero_embedding": np.array(0, dtype=np.int8),
        "decoder/num_heads_kv": np.array(key_heads, dtype=np.int32),
        "decoder/layer_norm/gamma": weights["model.norm.weight"],
    }
    add_int8(variables, "decoder/embeddings", weights[_WORDS])
    add_int8(variables, "decoder/projection", weights.get("lm_head.weight", weights[_WORDS]))
    for layer in range(config["num_hidden_layers"]):
        _add_layer(variables, layer, weights)
        attention = f"decoder/layer_{layer}/self_attention"
        variables[f"{attention}/rotary_dim"] = np.array(0, dtype=np.int32)
        variables[f"{attention}/rotary_interleave"] = np.array(0, dtype=np.int8)
        variables[f"{attention}/rotary_base"] = np.array(base, dtype=np.float32)
        variables[f"{attention}/num_heads_kv"] = np.array(key_heads, dtype=np.int32)
        variables[f"{attention}/head_dim"] = np.array(width, dtype=np.int32)
    served = {"layer_norm_epsilon": config["rms_norm_eps"], "multi_query_attention": False}
    tokens = [str(number) for number in range(config["vocab_size"])]
    return ServedModel("TransformerDecoderSpec", variables, served, tokens, _REVISION)


def _add_layer(variables: Variables, layer: int, weights: Mapping[str, FloatArray]) -> None:
    there, here = f"decoder/layer_{layer}", f"model.layers.{layer}"
    reads = [f"self_attn.{part}_proj" for part in ("q", "k", "v")]
    for name, parts in (
        ("self_attention/linear_0", reads),
        ("self_attention/linear_1", ["self_attn.o_proj"]),
        ("ffn/linear_0", ["mlp.gate_proj"]),
        ("ffn/linear_0_noact", ["mlp.up_proj"]),
        ("ffn/linear_1", ["mlp.down_proj"]),
    ):
        matrix = np.concatenate([weights[f"{here}.{part}.weight"] for part in parts])
        add_int8(variables, f"{there}/{name}", matrix)
    for name, known_as in (
        ("self_attention", "input_layernorm"),
        ("ffn", "post_attention_layernorm"),
    ):
        variables[f"{there}/{name}/layer_norm/gamma"] = weights[f"{here}.{known_as}.weight"]
