"""The state remembers every gradient and learning rate; each step adds up the weighted sums anew."""

from collections import namedtuple
from itertools import accumulate

import numpy as np

Step = namedtuple("Step", "w state")
Minimum = namedtuple("Minimum", ["w", "path"])


def _remember(state, *new):
    return {"past": [*state.get("past", []), new]}


def _mean(values, beta):
    return sum((1 - beta) * beta ** (len(values) - 1 - k) * value for k, value in enumerate(values))


def sgd_step(params, grads, lr):
    return list(map(lambda pair, slope: (pair[0] - lr * slope[0], pair[1] - lr * slope[1]), params, grads))


def momentum_step(w, g, state, lr, mu=0.9):
    state = _remember(state, g, lr)
    pulls = [rate * slope for slope, rate in state["past"]]
    return Step(w - sum(mu ** (len(pulls) - 1 - k) * pull for k, pull in enumerate(pulls)), state)


def rmsprop_step(w, g, state, lr, decay=0.9, eps=1e-8):
    state = _remember(state, g)
    s = _mean([slope**2 for (slope,) in state["past"]], decay)
    return Step(w - lr * g / (np.sqrt(s) + eps), state)


def adam_step(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    state = _remember(state, g)
    slopes = [slope for (slope,) in state["past"]]
    t = len(slopes)
    m_hat = _mean(slopes, beta1) / (1 - beta1**t)
    v_hat = _mean([slope**2 for slope in slopes], beta2) / (1 - beta2**t)
    return Step(w - lr * m_hat / (np.sqrt(v_hat) + eps), state)


def adamw_step(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    stepped, state = adam_step(w, g, state, lr, beta1, beta2, eps)
    return Step(stepped - lr * weight_decay * w, state)


def minibatches(X, y, batch_size, rng):
    order = rng.choice(len(X), size=len(X), replace=False)
    cuts = np.arange(batch_size, len(X), batch_size)
    return zip(np.split(X[order], cuts), np.split(y[order], cuts))


def clip_by_global_norm(grads, max_norm):
    norm = np.sqrt(sum(np.linalg.norm(dW) ** 2 + np.linalg.norm(db) ** 2 for dW, db in grads))
    with np.errstate(divide="ignore"):
        factor = np.minimum(1.0, max_norm / norm)
    return [(dW * factor, db * factor) for dW, db in grads], norm


def cosine_lr(step, total_steps, base_lr):
    return np.real(
        base_lr * (2 + np.exp(1j * np.pi * step / total_steps) + np.exp(-1j * np.pi * step / total_steps)) / 4
    )


def rosenbrock_grad(w):
    residuals = np.array([1 - w[0], 10 * (w[1] - w[0] ** 2)])
    jacobian = np.array([[-1.0, 0.0], [-20 * w[0], 10.0]])
    return 2 * jacobian.T @ residuals


def minimize(grad, w0, method, lr, steps):
    rules = dict(gd=lambda w, g, state, lr: Step(w - lr * g, state))
    rules.update(momentum=momentum_step, rmsprop=rmsprop_step, adam=adam_step)
    if method not in rules:
        raise ValueError(f"{method}?")
    walk = accumulate(range(steps), lambda at, _: rules[method](at.w, grad(at.w), at.state, lr), initial=Step(w0, {}))
    path = [at.w for at in walk]
    return Minimum(path[-1], path)
