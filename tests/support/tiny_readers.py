"""Adapters and a verifier with random weights on a tiny body, as training writes them."""

from __future__ import annotations

from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model

from engine.artifacts import ANSWER_VERIFIER, ENCODER, Manifest, verify, write_manifest
from engine.encoder_body import load_encoder_body
from engine.pair_reader import PairReader
from engine.ports import VERIFIER_CLASSES


def write_tiny_adapter(folder: Path, body: Path, kind: str, seed: int) -> Path:
    """Write an adapter that changes the body a good deal; return its folder."""
    torch.manual_seed(seed)
    model = load_encoder_body(body, "cpu").model
    config = LoraConfig(r=4, lora_alpha=8, target_modules=["query", "key", "value", "dense"])
    adapted = get_peft_model(model, config)
    for name, weight in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.1)
    adapted.save_pretrained(str(folder))
    _describe(folder, body, kind, seed)
    return folder


def write_tiny_verifier(folder: Path, body: Path, seeds: tuple[int, ...]) -> Path:
    """Write a verifier with one member a seed; return its folder."""
    folder.mkdir()
    loaded = load_encoder_body(body, "cpu")
    for seed in seeds:
        torch.manual_seed(seed)
        member = PairReader(loaded, classes=len(VERIFIER_CLASSES))
        for weight in member.parameters():
            if weight is not loaded.model.get_input_embeddings().weight:
                torch.nn.init.normal_(weight, std=0.1)
        member.save(folder / f"member-{seed}.safetensors")
    _describe(folder, body, ANSWER_VERIFIER, seeds[0])
    return folder


def _describe(folder: Path, body: Path, kind: str, seed: int) -> None:
    base = {"digest": verify(body, ENCODER).digest}
    write_manifest(folder, Manifest(kind, base, {}, {}, {}, seed=seed))
