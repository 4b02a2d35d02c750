"""Pictures of the lesson on the forward pass."""

import math

import numpy as np


def _phi(z):
    return np.array([0.5 * (1 + math.erf(t / math.sqrt(2))) for t in z])


def _sigmoid(z):
    return 0.5 * (1 + np.tanh(z / 2))


def _curves(z):
    """Return (name, values, slopes) of the seven activations, jumps of a slope as gaps."""
    right = z > 0
    s, t = _sigmoid(z), np.tanh(z)
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    fallen = np.exp(np.minimum(z, 0))
    return [
        ("sigmoid", s, s * (1 - s)),
        ("tanh", t, 1 - t**2),
        ("ReLU", np.where(right, z, 0), np.where(right, 1.0, 0.0)),
        ("Leaky ReLU, α = 0.1", np.where(right, z, 0.1 * z), np.where(right, 1.0, 0.1)),
        ("ELU, α = 1", np.where(right, z, fallen - 1), np.where(right, 1.0, fallen)),
        ("Swish, β = 1", z * s, s + z * s * (1 - s)),
        ("GELU", z * _phi(z), _phi(z) + z * density),
    ]


def activations(plt):
    """Seven activation functions, each with its derivative."""
    z = np.linspace(-4, 4, 401)
    figure, axes = plt.subplots(2, 4, figsize=(9.6, 5.0), sharex=True)
    ink = plt.rcParams["text.color"]
    for ax, (name, value, slope) in zip(axes.flat, _curves(z), strict=False):
        jump = np.abs(np.diff(slope, append=slope[-1])) > 0.2
        ax.axhline(0, color=ink, linewidth=0.6)
        ax.axvline(0, color=ink, linewidth=0.6)
        (curve,) = ax.plot(z, value, color="C0")
        (dashes,) = ax.plot(z, np.where(jump, np.nan, slope), color="C1", linestyle="--", linewidth=1.6)
        ax.set_title(name)
        ax.set_ylim(-1.3, 2.3)
        ax.set_xticks([-4, -2, 0, 2, 4])
    legend = axes.flat[-1]
    legend.axis("off")
    legend.legend([curve, dashes], ["value", "derivative"], loc="center", fontsize=12)
    axes[0, 3].tick_params(labelbottom=True)
    figure.tight_layout()
    return figure


def dying_relu(plt):
    """The pre-activations of a unit that learns and of a dead one, over ReLU."""
    rng = np.random.default_rng(3)
    bins, z = np.linspace(-13, 5, 55), np.linspace(-13, 5, 200)
    figure, axes = plt.subplots(1, 2, figsize=(8.4, 2.9), sharey=True)
    for ax, shift, title in zip(axes, (0.5, -9.0), ("alive: part of the samples", "dead: no sample"), strict=True):
        ax.hist(rng.normal(size=1000) * 1.2 + shift, bins, color="C0", alpha=0.5, label="samples")
        ax.set_xlabel("pre-activation z")
        ax.set_title(f"{title} on the right of 0")
        hinge = ax.twinx()
        hinge.plot(z, np.maximum(z, 0), color="C1", label="ReLU")
        hinge.set_ylim(0, 5.2)
        hinge.axis("off")
        handles = [ax.patches[0], hinge.lines[0]]
        if ax is axes[0]:
            ax.legend(handles, ["1000 samples", "ReLU"], loc="upper left")
    axes[0].set_ylabel("number of samples")
    figure.tight_layout()
    return figure


def loss_floor(plt):
    """Cross-entropy of a mistake against how far the wrong class leads, with and without a floor under p."""
    lead = np.linspace(-5, 50, 300)
    true = np.logaddexp(0, lead)
    figure, ax = plt.subplots(figsize=(6.0, 3.2))
    ax.plot(lead, true, color="C0", label="log-softmax: exact")
    ax.plot(lead, -np.log(np.exp(-true) + 1e-8), color="C1", linestyle="--", label="-log(p + 1e-8)")
    ax.axhline(-math.log(1e-8), color=plt.rcParams["text.color"], linewidth=0.8, linestyle=":")
    ax.annotate("18.42", (-5, 19.3), fontsize=10)
    ax.set_xlabel("how far the wrong class leads")
    ax.set_ylabel("loss of the sample")
    ax.legend(loc="upper left", bbox_to_anchor=(0.05, 1.0))
    figure.tight_layout()
    return figure


def network(plt):
    """The 3-4-2 network of the worked example with its numbers; silent units are grey."""
    columns = [
        ("input x", ["1", "2", "-1"], [True] * 3),
        ("pre-activation z1", ["-0.5", "2", "1", "-0.5"], [True] * 4),
        ("activation a1", ["0", "2", "1", "0"], [False, True, True, False]),
        ("logits", ["2", "0"], [True] * 2),
        ("softmax", ["0.881", "0.119"], [True] * 2),
    ]
    ink = plt.rcParams["text.color"]
    figure, ax = plt.subplots(figsize=(8.6, 3.8))
    places = [
        [(2.0 * i, (len(texts) - 1) / 2 - j) for j in range(len(texts))] for i, (_, texts, _) in enumerate(columns)
    ]
    joined = [(0, 1, True), (1, 2, False), (2, 3, True), (3, 4, False)]
    for left, right, full in joined:
        for j, (x0, y0) in enumerate(places[left]):
            for k, (x1, y1) in enumerate(places[right]):
                if full or j == k:
                    loud = columns[left][2][j]
                    ax.plot([x0, x1], [y0, y1], color=ink, linewidth=0.9 if loud else 0.4, alpha=0.9 if loud else 0.5)
    for (name, texts, filled), spots in zip(columns, places, strict=True):
        for text, (x, y), loud in zip(texts, spots, filled, strict=True):
            colour = "C0" if loud else ink
            ax.plot([x], [y], "o", markersize=34, color=colour, zorder=3)
            ax.text(x, y, text, color="white", ha="center", va="center", zorder=4, fontsize=10)
        ax.text(spots[0][0], 2.15, name, ha="center", fontsize=10)
    for x, text in ((1, "W1, b1"), (3, "ReLU"), (5, "W2, b2"), (7, "softmax")):
        ax.text(x, -2.15, text, ha="center", fontsize=10, color="C1")
    ax.set_xlim(-0.6, 8.6)
    ax.set_ylim(-2.4, 2.5)
    ax.axis("off")
    return figure
