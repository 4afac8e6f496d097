"""Tokens are drawn by seed alone, as the model would go on without cache, batch or padding."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from engine.causal_decoding import CausalDecoder, draw
from engine.language_model import load_language_model
from engine.utterance_writer import Sampling
from tests.support.tiny_language_model import write_fields_model

GREEDY = Sampling(temperature=0, most_tokens=12)
WARM = Sampling(temperature=2.0, top_p=0.95, most_tokens=12)
PROMPTS = [[20, 30, 40], [50], [60, 70, 80, 90, 100, 110], [120, 130]]
NEVER = frozenset({-1})


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return load_language_model(str(write_fields_model(tmp_path_factory.mktemp("m"))), "cpu").model


def gpt2() -> Any:
    """A model that knows its tokens' places by heart and would fail at one that it has not."""
    torch.manual_seed(1)
    config = GPT2Config(vocab_size=300, n_positions=20, n_embd=16, n_layer=2, n_head=2)
    return GPT2LMHeadModel(config).eval()


def texts(
    model: Any,
    sampling: Sampling,
    prompts: list[list[int]],
    seeds: list[int],
    stops: frozenset[int] = NEVER,
) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in prompts]
    for tokens in CausalDecoder(model, 0, stops, sampling).continuations(prompts, seeds):
        for number, token in tokens.items():
            found[number].append(token)
    return found


def greedily(model: Any, prompt: list[int], steps: int) -> list[int]:
    """Go on by reading everything anew for each token."""
    ids = list(prompt)
    with torch.inference_mode():
        for _ in range(steps):
            ids.append(int(model(input_ids=torch.tensor([ids])).logits[0, -1].argmax()))
    return ids[len(prompt) :]


@pytest.mark.parametrize("kind", ["llama", "gpt2"])
def test_a_batch_goes_on_as_each_text_would_alone(kind: str, llama: Any) -> None:
    model = llama if kind == "llama" else gpt2()
    expected = [greedily(model, prompt, 12) for prompt in PROMPTS]
    assert texts(model, GREEDY, PROMPTS, [1, 2, 3, 4]) == expected


def test_a_text_depends_on_its_seed_and_on_no_neighbour(llama: Any) -> None:
    seeds = [7, 8, 9, 2**62]
    together = texts(llama, WARM, PROMPTS, seeds)
    assert together == texts(llama, WARM, PROMPTS, seeds)
    alone = [
        texts(llama, WARM, [prompt], [seed])[0] for prompt, seed in zip(PROMPTS, seeds, strict=True)
    ]
    assert together == alone
    one, other = texts(llama, WARM, [PROMPTS[0]] * 2, [7, 11])
    assert one == together[0]
    assert one != other
    before = torch.get_rng_state()
    texts(llama, WARM, PROMPTS, seeds)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_text_that_ends_leaves_the_others_as_they_were(llama: Any) -> None:
    whole = texts(llama, WARM, PROMPTS, [1, 2, 3, 4])
    end = next(t for t in whole[1] if all(t not in text for text in (whole[0], whole[2])))
    cut = texts(llama, WARM, PROMPTS, [1, 2, 3, 4], stops=frozenset({end}))
    assert cut[1] == whole[1][: whole[1].index(end)]
    assert (cut[0], cut[2]) == (whole[0], whole[2])


def test_nothing_is_read_on_once_all_have_ended(llama: Any) -> None:
    first = {text[0] for text in texts(llama, GREEDY, PROMPTS, [1, 2, 3, 4])}
    decoder = CausalDecoder(llama, 0, frozenset(first), GREEDY)
    assert list(decoder.continuations(PROMPTS, [1, 2, 3, 4])) == [{}]


def test_inference_mode_is_not_left_on_for_whoever_reads_a_text(llama: Any) -> None:
    steps = CausalDecoder(llama, 0, NEVER, WARM).continuations([[20]], [1])
    next(steps)
    assert not torch.is_inference_mode_enabled()


# Drawing

LOGITS = torch.log(torch.tensor([[0.05, 0.5, 0.3, 0.15]]))


def drawn(chance: float, **sampling: float) -> int:
    return int(draw(LOGITS, torch.tensor([chance]), Sampling(**{"temperature": 1.0, **sampling})))  # type: ignore[arg-type]  # numbers by name


@pytest.mark.parametrize(
    ("chance", "token"),
    [(0.0, 1), (0.49, 1), (0.51, 2), (0.79, 2), (0.81, 3), (0.94, 3), (0.96, 0)],
)
def test_chance_is_dealt_out_by_probability(chance: float, token: int) -> None:
    assert drawn(chance, top_p=1.0) == token


@pytest.mark.parametrize(("top_p", "last"), [(0.4, 1), (0.5, 1), (0.6, 2), (0.9, 3), (1.0, 0)])
def test_the_unlikely_rest_is_never_drawn(top_p: float, last: int) -> None:
    assert drawn(math.nextafter(1.0, 0.0), top_p=top_p) == last
    assert drawn(0.0, top_p=top_p) == 1


def test_a_low_temperature_keeps_to_the_likeliest() -> None:
    assert drawn(0.9, top_p=1.0, temperature=0.1) == 1
    assert drawn(0.9, top_p=1.0, temperature=0) == 1


def test_a_model_that_computes_nonsense_draws_something() -> None:
    nonsense = torch.full((1, 4), math.nan)
    assert 0 <= int(draw(nonsense, torch.tensor([0.5]), Sampling())) < 4


@pytest.mark.parametrize("wrong", [{"temperature": -1}, {"top_p": 0}, {"most_tokens": 0}])
def test_what_nothing_can_be_drawn_by_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="cannot be drawn by"):
        Sampling(**wrong)
