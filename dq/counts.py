"""Whole numbers drawn from a chance that is given, so that a lower expectation never gives a higher number."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SMALL = 5.0
"""Up to this expectation the number is counted out one by one; above it, the normal curve with its skew is close enough."""


def binomial(chance: NDArray[np.float32], of: NDArray[np.float32], mean: NDArray[np.float32]) -> NDArray[np.int64]:
    """The number below which a binomial of so many trials with this mean falls with this chance; arrays of one shape.

    For a fixed chance and number of trials it never falls while the mean rises. `of` is rounded up; a mean above it is it.
    """
    trials = np.ceil(of - np.float32(1e-3))
    mean = np.minimum(mean, trials)
    turned = mean > trials / 2
    rarer = _rarer(np.where(turned, 1 - chance, chance), trials, np.where(turned, trials - mean, mean))
    return np.asarray(np.where(turned, trials.astype(np.int64) - rarer, rarer))


def _rarer(chance: NDArray[np.float32], trials: NDArray[np.float32], mean: NDArray[np.float32]) -> NDArray[np.int64]:
    """The same where the mean is no more than half of the trials."""
    found = np.zeros(chance.shape, dtype=np.int64)
    large = mean > SMALL
    if large.any():
        found[large] = _by_curve(chance[large], trials[large], mean[large])
    counted = (mean > 0) & (mean <= SMALL + 2)
    if counted.any():
        least = np.minimum(mean[counted], np.float32(SMALL))
        one_by_one = _one_by_one(chance[counted].astype(float), trials[counted].astype(float), least.astype(float))
        found[counted] = np.maximum(found[counted], one_by_one)
    return found


def _by_curve(chance: NDArray[np.float32], trials: NDArray[np.float32], mean: NDArray[np.float32]) -> NDArray[np.int64]:
    share = mean / trials
    deviate = normal(chance)
    skew = (1 - 2 * share) * (deviate * deviate - 1) / 6
    number = np.floor(mean + deviate * np.sqrt(mean * (1 - share)) + skew + np.float32(0.5))
    return np.asarray(np.clip(number, 0, trials).astype(np.int64))


def _one_by_one(chance: NDArray[np.float64], trials: NDArray[np.float64], mean: NDArray[np.float64]) -> NDArray[np.int64]:
    share = np.minimum(mean / trials, 1 - 1e-9)
    odds = share / (1 - share)
    weight = np.exp(trials * np.log1p(-share))
    total, number = weight.copy(), np.zeros(len(chance), dtype=np.int64)
    going = np.flatnonzero((chance > total) & (number < trials))
    while len(going):
        at = number[going]
        weight[going] *= (trials[going] - at) / (at + 1) * odds[going]
        total[going] += weight[going]
        number[going] += 1
        going = going[(chance[going] > total[going]) & (number[going] < trials[going]) & (number[going] < 60)]
    return number


def normal(chance: NDArray[np.float32]) -> NDArray[np.float32]:
    """The standard normal deviate below which lies this chance (Abramowitz and Stegun 26.2.23, error below 0.00045)."""
    tail = np.clip(np.minimum(chance, 1 - chance), 1e-7, 0.5)
    root = np.sqrt(-2 * np.log(tail))
    over = (np.float32(0.010328) * root + np.float32(0.802853)) * root + np.float32(2.515517)
    under = ((np.float32(0.001308) * root + np.float32(0.189269)) * root + np.float32(1.432788)) * root + 1
    size = root - over / under
    return np.asarray(np.where(chance < 0.5, -size, size), dtype=np.float32)
