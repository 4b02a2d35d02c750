"""Draws the pictures of chapter 6: signals through layers, learning curves, decision boundaries.

What is learnt here is rounded before it is drawn, so that another machine's last digits make no other picture.
"""

from pathlib import Path

import numpy as np

CLASSES = ("Adelie", "Chinstrap", "Gentoo")
MARKERS = ("o", "s", "^")


def signal_through_layers(plt):
    """Size of the signal behind each of ten relu layers of 100 units, for three spreads of the weights."""
    fig, ax = plt.subplots()
    layers = np.arange(11)
    for label, spread in (("1 · normal", 1.0), ("He: √(2/n) · normal", np.sqrt(2 / 100)), ("0.01 · normal", 0.01)):
        rng = np.random.default_rng(0)
        signal = rng.standard_normal((200, 100))
        sizes = [np.sqrt(np.mean(signal**2))]
        for _ in layers[1:]:
            signal = np.maximum(signal @ (spread * rng.standard_normal((100, 100))), 0)
            sizes.append(np.sqrt(np.mean(signal**2)))
        ax.plot(layers, 10 ** np.round(np.log10(sizes), 3), marker="o", markersize=4, label=label)
        ax.text(10.2, 10 ** np.round(np.log10(sizes[-1]), 3), label, color=ax.lines[-1].get_color(), va="center")
    ax.set_yscale("log")
    ax.set_xlabel("after layer")
    ax.set_ylabel("size of the signal (root mean square)")
    ax.set_xticks(layers)
    ax.grid(True)
    return fig


def learning_curves(plt):
    """Losses of a network of 200 units on two columns of 60 penguins."""
    X, y = _penguins((1, 2))
    order = np.random.default_rng(0).permutation(len(X))
    training, validation = order[:60], order[205:]
    Z = (X - X[training].mean(axis=0)) / X[training].std(axis=0)
    steps, losses = [], []
    for step, params in _train(Z[training], y[training], 200, 4001, 0.1):
        if step % 50 == 0:
            steps.append(step)
            losses.append([_loss(Z[part], y[part], params) for part in (training, validation)])
    curves = np.round(losses, 3)
    best = int(curves[:, 1].argmin())
    fig, ax = plt.subplots()
    ax.plot(steps, curves[:, 0])
    ax.plot(steps, curves[:, 1])
    ink = plt.rcParams["text.color"]
    ax.axvline(steps[best], color=ink, linestyle=":", linewidth=1.2)
    ax.annotate(
        "stop here", (steps[best], curves[best, 1]), (steps[best] + 500, curves[best, 1] + 0.17), color=ink,
        arrowprops={"arrowstyle": "->", "color": ink},
    )  # fmt: skip
    ax.set_xlabel("step")
    ax.set_ylabel("cross-entropy")
    ax.set_ylim(0, None)
    for k, label in enumerate(("training: 60 penguins", "validation: 137 others")):
        ax.text(steps[-1], curves[-1, k] + 0.03, label, color=f"C{k}", ha="right", va="bottom")
    return fig


def decision_boundaries(plt):
    """What three networks make of bill depth and flipper length: 1, 8 and 200 hidden units."""
    X, y = _penguins((1, 2))
    order = np.random.default_rng(0).permutation(len(X))
    training, validation = order[:60], order[205:]
    Z = (X - X[training].mean(axis=0)) / X[training].std(axis=0)
    across, up = np.linspace(-2.6, 2.6, 105), np.linspace(-2.4, 2.8, 105)
    grid = np.stack([a.ravel() for a in np.meshgrid(across, up)], axis=1)
    fig, axes = plt.subplots(1, 3, figsize=(9.6, 3.6), sharex=True, sharey=True)
    for ax, (title, width, steps) in zip(
        axes,
        (("1 unit: underfits", 1, 1500), ("8 units, 300 steps", 8, 300), ("200 units, 8,000 steps", 200, 8000)),
        strict=True,
    ):
        *_, (_, params) = _train(Z[training], y[training], width, steps, 0.2)
        scores = np.round(_scores(grid, params), 3)
        for k in range(3):
            lead = scores[:, k] - np.delete(scores, k, axis=1).max(axis=1)
            lead = np.clip(lead, -1, 1).reshape(len(up), len(across))
            ax.contourf(across, up, lead, levels=[0, 2], colors=[f"C{k}"], alpha=0.22)
            rows = training[y[training] == k]
            ax.plot(Z[rows, 0], Z[rows, 1], MARKERS[k], color=f"C{k}", markersize=4.5, label=CLASSES[k])
        right = [np.mean(_scores(Z[part], params).argmax(axis=1) == y[part]) for part in (training, validation)]
        ax.set_title(f"{title}\ntraining {right[0]:.2f}, validation {right[1]:.2f}")
        ax.set_xlabel("bill depth (scaled)")
    axes[0].set_ylabel("flipper length (scaled)")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="lower center", ncols=3, bbox_to_anchor=(0.5, -0.07))
    fig.tight_layout()
    return fig


def _penguins(columns):
    """Return two columns and the labels of the penguins."""
    lines = (Path(__file__).parent / "penguins.csv").read_text().splitlines()[1:]
    rows = [line.split(",") for line in lines]
    X = np.array([[float(row[1 + c]) for c in columns] for row in rows])
    return X, np.array([CLASSES.index(row[0]) for row in rows])


def _scores(X, params):
    (W1, b1), (W2, b2) = params
    return np.maximum(X @ W1 + b1, 0) @ W2 + b2


def _loss(X, y, params):
    Z = _scores(X, params)
    Z = Z - Z.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(Z).sum(axis=1)) - Z[np.arange(len(y)), y])


def _train(X, y, width, steps, lr):
    """Yield (step, params) of gradient descent on all rows, one hidden relu layer."""
    rng = np.random.default_rng(1)
    W1, b1 = rng.standard_normal((X.shape[1], width)) * np.sqrt(2 / X.shape[1]), np.zeros(width)
    W2, b2 = rng.standard_normal((width, 3)) * np.sqrt(2 / width), np.zeros(3)
    for step in range(steps):
        H = np.maximum(X @ W1 + b1, 0)
        Z = H @ W2 + b2
        P = np.exp(Z - Z.max(axis=1, keepdims=True))
        dZ = (P / P.sum(axis=1, keepdims=True) - np.eye(3)[y]) / len(y)
        dH = (dZ @ W2.T) * (H > 0)
        W2, b2 = W2 - lr * H.T @ dZ, b2 - lr * dZ.sum(axis=0)
        W1, b1 = W1 - lr * X.T @ dH, b1 - lr * dH.sum(axis=0)
        yield step, [(W1, b1), (W2, b2)]
