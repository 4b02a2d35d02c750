"""A frozen dataclass is the state; minibatches is a class that can be iterated; match chooses the method."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Moments:
    steps: int = 0
    mean: Any = 0.0
    square: Any = 0.0

    def seen(self, g, beta1, beta2):
        return Moments(
            self.steps + 1,
            self.mean + (1 - beta1) * (g - self.mean),
            self.square + (1 - beta2) * (g * g - self.square),
        )


@dataclass(frozen=True)
class Velocity:
    value: Any


def sgd_step(params, grads, lr):
    return [
        tuple(p - lr * d for p, d in zip(pair, slope, strict=True)) for pair, slope in zip(params, grads, strict=True)
    ]


def momentum_step(w, g, state, lr, mu=0.9):
    old = state.value if isinstance(state, Velocity) else np.zeros_like(w, dtype=float)
    new = Velocity(mu * old - lr * g)
    return w + new.value, new


def rmsprop_step(w, g, state, lr, decay=0.9, eps=1e-8):
    moments = (state or Moments()).seen(g, 0.0, decay)
    return w - lr * moments.mean / (np.sqrt(moments.square) + eps), moments


def adam_step(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    moments = (state or Moments()).seen(g, beta1, beta2)
    fade1, fade2 = 1 - math.pow(beta1, moments.steps), 1 - math.pow(beta2, moments.steps)
    return w - (lr / fade1) * moments.mean / (np.sqrt(moments.square) / math.sqrt(fade2) + eps), moments


def adamw_step(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    shrunk = w * (1 - lr * weight_decay)
    return adam_step(shrunk, g, state, lr, beta1=beta1, beta2=beta2, eps=eps)


class minibatches:
    def __init__(self, X, y, batch_size, rng):
        self.X, self.y, self.size = X, y, batch_size
        self.order = rng.permutation(X.shape[0])

    def __len__(self):
        return math.ceil(len(self.order) / self.size)

    def __iter__(self):
        for k in range(len(self)):
            rows = self.order[k * self.size : (k + 1) * self.size]
            yield self.X[rows], self.y[rows]


def clip_by_global_norm(grads, max_norm):
    norm = math.hypot(*(float(x) for pair in grads for array in pair for x in array.ravel()))
    scale = max_norm / norm if norm > max_norm else 1.0
    return [(dW * scale, db * scale) for dW, db in grads], norm


def cosine_lr(step, total_steps, base_lr):
    return base_lr * math.cos(0.5 * math.pi * step / total_steps) ** 2


def rosenbrock_grad(w):
    a, b = w[0], w[1]
    return np.array([2 * (a - 1) + 400 * a * (a * a - b), -200 * (a * a - b)], dtype=float)


def minimize(grad, w0, method, lr, steps):
    match method:
        case "gd":
            step = None
        case "momentum":
            step = momentum_step
        case "rmsprop":
            step = rmsprop_step
        case "adam":
            step = adam_step
        case _:
            raise ValueError(f"I know gd, momentum, rmsprop and adam, not {method}")
    path = np.empty((steps + 1, w0.size))
    path[0] = w0
    state = {}
    for k in range(steps):
        g = grad(path[k].copy())
        if step is None:
            path[k + 1] = path[k] - lr * g
        else:
            path[k + 1], state = step(path[k], g, state, lr)
    return path[-1].copy(), path
