"""The pictures of chapter 5, drawn with the solution's own steps."""

import importlib.util
from pathlib import Path

import numpy as np


def _load_solution():
    path = Path(__file__).with_name("optimizers.py")
    spec = importlib.util.spec_from_file_location("optimizers_for_pictures", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_solution = _load_solution()


def learning_rates(plt):
    """The quadratic of the worked example, walked with four learning rates."""
    fig, axes = plt.subplots(1, 4, figsize=(9.0, 2.9), sharey=True, layout="constrained")
    grid = np.linspace(-2.1, 2.1, 200)
    titles = ("crawls", "hops, and arrives", "hops for ever", "runs away")
    for ax, lr, title in zip(axes, (0.05, 0.4, 0.5, 0.55), titles, strict=True):
        _, path = _solution.minimize(lambda w: 4 * w, np.array([1.0]), "gd", lr, 8 if lr != 0.55 else 4)
        ax.plot(grid, 2 * grid**2, color=plt.rcParams["text.color"], linewidth=1.2)
        ax.plot(path[:, 0], 2 * path[:, 0] ** 2, "o-", color="C1", markersize=4, linewidth=1.2)
        ax.plot(path[0], 2 * path[0] ** 2, "o", color="C0", markersize=7)
        ax.set_title(f"lr = {lr}\n{title}")
        ax.set_xlabel("w")
        ax.set_xticks([-2, 0, 2])
    axes[0].set_ylabel("f(w) = 2w²")
    axes[0].set_ylim(0, 9)
    return fig


def ravine(plt):
    """A long narrow bowl: plain descent zigzags, momentum gathers speed along the floor."""
    fig, axes = plt.subplots(1, 2, figsize=(8.4, 2.7), sharey=True, layout="constrained")
    curvature = np.array([1.0, 100.0])
    a, b = np.meshgrid(np.linspace(-10.5, 4.5, 200), np.linspace(-1.4, 1.4, 200))
    for ax, method, lr in zip(axes, ("gd", "momentum"), (0.0185, 0.008), strict=True):
        _, path = _solution.minimize(lambda w: curvature * w, np.array([-10.0, 1.0]), method, lr, 60)
        heights = 0.5 * (a**2 + 100 * b**2)
        ax.contour(a, b, np.sqrt(heights), levels=9, colors=plt.rcParams["text.color"], linewidths=0.6)
        ax.plot(*path.T, "o-", color="C1" if method == "gd" else "C0", markersize=3, linewidth=1.3)
        ax.plot(*path[0], "o", color="C2", markersize=7)
        ax.plot(0, 0, "+", color="C2", markersize=10, markeredgewidth=2)
        ax.set_title(f"{'plain descent' if method == 'gd' else method}, 60 steps, lr = {lr}")
        ax.set_xlabel("a (curvature 1)")
    axes[0].set_ylabel("b (curvature 100)")
    return fig


def batch_noise(plt):
    """The same two weights fitted with batches of 1, 16 and all 256 rows, two epochs each."""
    rng = np.random.default_rng(3)
    X = np.column_stack([rng.normal(size=256), 0.6 * rng.normal(size=256)])
    y = X @ np.array([2.0, -1.0]) + 0.7 * rng.normal(size=256)
    fig, axes = plt.subplots(1, 3, figsize=(8.8, 3.0), sharex=True, sharey=True, layout="constrained")
    grid_a, grid_b = np.meshgrid(np.linspace(-0.4, 2.8, 80), np.linspace(-1.9, 0.5, 80))
    residual = y[:, None, None] - X[:, :1, None] * grid_a - X[:, 1:, None] * grid_b
    height = np.sqrt((residual**2).mean(axis=0))
    for ax, size in zip(axes, (1, 16, 256), strict=True):
        w = np.zeros(2)
        path = [w]
        for _ in range(2):
            for X_batch, y_batch in _solution.minibatches(X, y, size, rng):
                w = w - 0.1 * 2 * X_batch.T @ (X_batch @ w - y_batch) / len(X_batch)
                path.append(w)
        ax.contour(grid_a, grid_b, height, levels=10, colors=plt.rcParams["text.color"], linewidths=0.6)
        ax.plot(*np.array(path).T, color="C1", linewidth=1.0)
        ax.plot(*path[-1], "o", color="C0", markersize=6)
        steps = len(path) - 1
        ax.set_title(f"batches of {size}: {steps} steps")
    return fig


def adam_correction(plt):
    """Both running means of Adam for a gradient that is always 1, as they are and corrected."""
    t = np.arange(1, 61)
    fig, ax = plt.subplots(figsize=(6.4, 3.2))
    ax.plot(t, np.ones(60), color="C2", label="both, corrected")
    ax.plot(t, 1 - 0.9**t, color="C0", label="m, the mean of g  (beta1 = 0.9)")
    ax.plot(t, np.sqrt(1 - 0.999**t), color="C1", label="√v, root of the mean of g²  (beta2 = 0.999)")
    ax.set_xlabel("step t, gradient 1 every time")
    ax.set_ylim(0, 1.12)
    ax.grid()
    ax.legend(loc="center right")
    return fig


def valley(plt):
    """Rosenbrock's valley and the ways four methods take through it in 150 steps."""
    fig, ax = plt.subplots(figsize=(7.4, 4.4))
    a, b = np.meshgrid(np.linspace(-1.8, 1.7, 300), np.linspace(-0.6, 2.3, 300))
    height = _solution.rosenbrock((a, b))
    ax.contour(a, b, np.log10(height + 0.05), levels=14, colors=plt.rcParams["text.color"], linewidths=0.5)
    walks = {"gd": 0.001, "momentum": 0.001, "rmsprop": 0.02, "adam": 0.4}
    for k, (method, lr) in enumerate(walks.items()):
        w, path = _solution.minimize(_solution.rosenbrock_grad, np.array([-1.2, 1.0]), method, lr, 150)
        label = f"{method}, lr = {lr}: height {_solution.rosenbrock(w):.2f}"
        ax.plot(*path.T, "-", color=f"C{k}", linewidth=1.6, label=label)
        ax.plot(*w, "o", color=f"C{k}", markersize=6)
    ax.plot(1, 1, "*", color=plt.rcParams["text.color"], markersize=14)
    ax.set_xlim(-1.8, 1.7)
    ax.set_ylim(-0.6, 2.3)
    ax.set_xlabel("a")
    ax.set_ylabel("b")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.22), ncols=2)
    return fig


def _rings(rng):
    """256 points on two rings, 0 inside and 1 outside."""
    angle, y = rng.uniform(0, 2 * np.pi, 256), rng.integers(0, 2, 256).astype(float)
    radius = 1 + y + 0.15 * rng.normal(size=256)
    return radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]), y[:, None]


def _loss_and_slope(w, X, y):
    """Mean binary cross-entropy of a 2-16-1 network with tanh, all weights in one vector, and its gradient."""
    W1, b1, W2, b2 = w[:32].reshape(2, 16), w[32:48], w[48:64].reshape(16, 1), w[64:]
    h = np.tanh(X @ W1 + b1)
    z = h @ W2 + b2
    loss = np.mean(np.logaddexp(0, z) - y * z)
    dz = (0.5 * (1 + np.tanh(0.5 * z)) - y) / len(X)
    dh = dz @ W2.T * (1 - h**2)
    return loss, np.concatenate([(X.T @ dh).ravel(), dh.sum(axis=0), (h.T @ dz).ravel(), dz.sum(axis=0)])


def _train(step, lr):
    """Return the loss over all rows after 40 epochs with batches of 32."""
    rng = np.random.default_rng(0)
    X, y = _rings(rng)
    w = np.concatenate([rng.normal(size=32) / np.sqrt(2), np.zeros(16), rng.normal(size=16) / 4, np.zeros(1)])
    state = {}
    for _ in range(40):
        for X_batch, y_batch in _solution.minibatches(X, y, 32, rng):
            w, state = step(w, _loss_and_slope(w, X_batch, y_batch)[1], state, lr)
    return _loss_and_slope(w, X, y)[0]


def network(plt):
    """How well a small network has learnt two rings after 40 epochs, over learning rates."""
    rates = 10.0 ** np.arange(-4, 1.6, 0.25)
    steps = {
        "plain descent": lambda w, g, state, lr: (w - lr * g, state),
        "momentum": _solution.momentum_step,
        "RMSprop": _solution.rmsprop_step,
        "Adam": _solution.adam_step,
    }
    fig, ax = plt.subplots(figsize=(6.8, 3.6))
    with np.errstate(all="ignore"):
        for name, step in steps.items():
            ax.plot(rates, np.minimum([_train(step, lr) for lr in rates], 2.0), "o-", markersize=4, label=name)
    ax.axhline(np.log(2), color=plt.rcParams["text.color"], linewidth=1, linestyle=":")
    ax.annotate("guessing", (0.12, 0.715))
    ax.set_xscale("log")
    ax.set_ylim(0, 1.2)
    ax.set_xlabel("learning rate")
    ax.set_ylabel("loss after 40 epochs")
    ax.grid()
    ax.legend(loc="lower left")
    return fig
