"""The pictures of a report, as SVG elements to stand within a page.

Their texts stay texts, so that they take the fonts of the page.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from engine.arrays import FloatArray
from training.candidate_scores import Truth

_BLUE, _GREY, _ORANGE = "#2f6db3", "#9aa5b1", "#d9822b"
_BINS = 10


def similarity_histogram(near: FloatArray, truth: Truth) -> str:
    """Draw how near the right and how near all other candidates are.

    Args:
        near: similarities, ``(inputs, candidates)``.
        truth: index of the right candidate of each input, ``(inputs,)``.
    """
    right = np.zeros(near.shape, dtype=bool)
    right[np.arange(len(truth)), truth] = True
    figure, axes = _figure()
    bins = np.linspace(min(0.0, float(near.min())), 1.0, 41).tolist()
    axes.hist(near[~right], bins=bins, color=_GREY, label="all other candidates")
    axes.hist(near[right], bins=bins, color=_BLUE, alpha=0.8, label="the right candidate")
    axes.set_yscale("log")
    axes.set_xlabel("similarity")
    axes.set_ylabel("inputs × candidates")
    axes.legend(frameon=False)
    return _svg(figure, "histogram")


def reliability_diagram(probability: FloatArray, right: npt.NDArray[np.bool_]) -> str:
    """Draw how often what is said with some probability is so, over ten equal bins.

    Args:
        probability: calibrated, of covered, ``(points,)``.
        right: whether it was covered.
    """
    figure, axes = _figure()
    bins = np.minimum((probability * _BINS).astype(int), _BINS - 1)
    filled = [index for index in range(_BINS) if (bins == index).any()]
    said = [float(probability[bins == index].mean()) for index in filled]
    found = [float(right[bins == index].mean()) for index in filled]
    shares = [float((bins == index).mean()) for index in filled]
    centres = [(index + 0.5) / _BINS for index in filled]
    axes.bar(centres, shares, width=0.09, color=_GREY, alpha=0.5, label="share of points")
    axes.plot([0, 1], [0, 1], color=_GREY, linestyle="--", linewidth=1)
    axes.plot(said, found, color=_BLUE, marker="o", label="covered indeed")
    axes.set_xlabel("probability of covered")
    axes.set_ylim(0, 1.02)
    axes.legend(frameon=False)
    return _svg(figure, "reliability")


def grade_histogram(grades: FloatArray, groups: Mapping[str, npt.NDArray[np.bool_]]) -> str:
    """Draw the grades that answers got, by what people said of them.

    Args:
        grades: 0 to 1, ``(answers,)``.
        groups: name → which answers belong to it.
    """
    figure, axes = _figure()
    palette = (_BLUE, _ORANGE, _GREY, "#5b9a68", "#8d6cab", "#444444")
    colours = [palette[index % len(palette)] for index in range(len(groups))]
    axes.hist(
        [grades[members] for members in groups.values()],
        bins=20,
        range=(0, 1),
        stacked=True,
        label=list(groups),
        color=colours,
    )
    axes.set_xlabel("grade")
    axes.set_ylabel("answers")
    axes.legend(frameon=False)
    return _svg(figure, "grades")


def sweep_curves(epochs: Sequence[float], measures: Mapping[str, Sequence[float]]) -> str:
    """Draw measures against the number of epochs.

    Args:
        epochs: of each run.
        measures: name → its value in each run.
    """
    figure, axes = _figure()
    for colour, (name, values) in zip((_BLUE, _ORANGE), measures.items(), strict=False):
        axes.plot(epochs, values, color=colour, marker="o", label=name)
    axes.set_xlabel("epochs")
    axes.set_xticks(list(epochs))
    axes.legend(frameon=False)
    return _svg(figure, "sweep")


def _figure() -> tuple[Figure, Axes]:
    figure = Figure(figsize=(5.6, 3.4), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _svg(figure: Figure, salt: str) -> str:
    """Return the figure as an element; `salt` keeps its ids apart from those of other kinds."""
    stream = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with mpl.rc_context(
        {"svg.fonttype": "none", "svg.hashsalt": salt, "font.family": "sans-serif"}
    ):
        figure.savefig(stream, format="svg", metadata=nothing)
    text = stream.getvalue()
    return text[text.index("<svg") :]
