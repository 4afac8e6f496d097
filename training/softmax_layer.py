"""Reads a fitted logistic regression as one linear layer with a row a class."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression

from engine.arrays import FloatArray


def softmax_layer(model: LogisticRegression) -> tuple[FloatArray, FloatArray]:
    """Return weight ``(classes, features)`` and bias ``(classes,)`` for a softmax over classes.

    For two classes scikit-learn stores one row, whose sigmoid is the second class; a row of zeros
    for the first class says the same as a softmax.
    """
    # scikit-learn keeps columns together; safetensors writes the buffer as it lies.
    weight = np.ascontiguousarray(model.coef_, dtype=np.float32)
    bias = np.asarray(model.intercept_, dtype=np.float32)
    if len(model.classes_) == 2:
        weight = np.concatenate([np.zeros_like(weight), weight])
        bias = np.concatenate([np.zeros_like(bias), bias])
    return weight, bias
