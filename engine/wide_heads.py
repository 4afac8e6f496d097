"""Lets transformers load Llamas whose heads together are wider than their states, as Kanana's are.

Kanana 1.5 2.1B has 24 heads of 128 over states of 1,792. The model itself computes with such a
shape, but the check of its configuration refuses it in transformers 5
(https://github.com/huggingface/transformers/issues/46082).
"""

from __future__ import annotations

from transformers import LlamaConfig

_CHECK = "validate_architecture"


def accept_wide_heads() -> None:
    """Ask the check for a whole quotient only where the width of a head was left to it."""
    validators = getattr(LlamaConfig, "__class_validators__", [])
    for index, validator in enumerate(validators):
        if getattr(validator, "__name__", "") == _CHECK:
            validators[index] = _validate_derived_width


def _validate_derived_width(config: LlamaConfig) -> None:
    if config.head_dim == config.hidden_size // config.num_attention_heads:
        config.validate_architecture()
