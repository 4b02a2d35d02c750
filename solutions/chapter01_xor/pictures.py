"""The pictures of the lesson; each function draws one."""

import numpy as np

XOR_X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR_Y = np.array([0.0, 1.0, 1.0, 0.0])
OR_Y = np.array([0.0, 1.0, 1.0, 1.0])
SEEDS = range(100)


def _sigmoid(z):
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def activations(plt):
    """Step and sigmoid side by side, with the steepest slope of sigmoid."""
    fig, axes = plt.subplots(1, 2, figsize=(7.2, 2.7), sharey=True)
    z = np.linspace(-6, 6, 241)
    axes[0].plot([-6, 0], [0, 0], color="C0")
    axes[0].plot([0, 6], [1, 1], color="C0")
    axes[0].plot(0, 0, "o", color="C0", markersize=6)
    axes[0].plot(0, 1, "o", markerfacecolor="none", markeredgecolor="C0", markersize=6)
    axes[0].set_title("step(z): fires or does not")
    axes[1].plot(z, _sigmoid(z), color="C0")
    axes[1].plot(z[80:161], 0.5 + z[80:161] / 4, "--", color="C1", linewidth=1.4)
    axes[1].text(1.5, 0.58, "slope ¼ at z = 0", color="C1", fontsize=10)
    axes[1].set_title("sigmoid(z): a step with a slope everywhere")
    for ax in axes:
        ax.set_xlabel("z")
        ax.set_yticks([0, 0.5, 1])
        ax.set_ylim(-0.08, 1.08)
        ax.grid()
    fig.tight_layout()
    return fig


def network(plt):
    """The 2-2-1 network with its two layers of weights."""
    fig, ax = plt.subplots(figsize=(7.2, 3.1))
    ink = plt.rcParams["text.color"]
    places = {"x1": (0, 1), "x2": (0, 0), "h1": (2, 1), "h2": (2, 0), "p": (4, 0.5)}
    for start, ends, colour in [(("x1", "x2"), ("h1", "h2"), "C0"), (("h1", "h2"), ("p",), "C1")]:
        for source in start:
            for target in ends:
                (x0, y0), (x1, y1) = places[source], places[target]
                ax.annotate(
                    "",
                    (x1, y1),
                    (x0, y0),
                    arrowprops={"arrowstyle": "-|>", "color": colour, "shrinkA": 15, "shrinkB": 18},
                )
    for name, (x, y) in places.items():
        is_input = name.startswith("x")
        colour = ink if is_input else "C0" if name.startswith("h") else "C1"
        marker = "s" if is_input else "o"
        ax.plot(x, y, marker, markersize=27, markerfacecolor="none", markeredgecolor=colour, markeredgewidth=1.6)
        label = {"x1": "$x_1$", "x2": "$x_2$", "h1": "$a_1$", "h2": "$a_2$", "p": "$p$"}[name]
        ax.text(x, y, label, ha="center", va="center", fontsize=12)
    ax.text(0, 1.45, "inputs\n(numbers, no neurons)", ha="center", fontsize=10)
    ax.text(2, 1.45, "layer 1: hidden\n2 neurons", ha="center", fontsize=10, color="C0")
    ax.text(4, 1.45, "layer 2: output\n1 neuron", ha="center", fontsize=10, color="C1")
    ax.text(1, -0.42, "$W_1$ (2, 2), $b_1$ (2,)", ha="center", fontsize=10, color="C0")
    ax.text(3, -0.42, "$W_2$ (2, 1), $b_2$ (1,)", ha="center", fontsize=10, color="C1")
    ax.set_xlim(-1, 5)
    ax.set_ylim(-0.6, 1.8)
    ax.axis("off")
    return fig


def backward(plt):
    """Values go forward above, error signals come back below."""
    fig, ax = plt.subplots(figsize=(7.6, 2.5))
    ink = plt.rcParams["text.color"]
    forward = ["$X$", "$Z_1$", "$A$", "$Z_2$", "$p$", "loss"]
    steps = ["$W_1, b_1$", "sigmoid", "$W_2, b_2$", "sigmoid", "$(p-y)^2$"]
    back = ["", r"$\delta_1$", r"$\delta_2 W_2^T$", r"$\delta_2$", r"$\frac{2}{N}(p-y)$", ""]
    for i, name in enumerate(forward):
        ax.text(i, 1, name, ha="center", va="center", fontsize=13)
        ax.text(i, 0, back[i], ha="center", va="center", fontsize=13, color="C1")
    for i, name in enumerate(steps):
        ax.annotate("", (i + 0.76, 1), (i + 0.24, 1), arrowprops={"arrowstyle": "-|>", "color": "C0"})
        ax.text(i + 0.5, 1.2, name, ha="center", fontsize=9, color="C0")
    for i, name in [(1, r"$\times\, A(1-A)$"), (2, ""), (3, r"$\times\, p(1-p)$")]:
        gap = {1: 0.36, 2: 0.28, 3: 0.4}[i]
        ax.annotate(
            "", (i + (0.34 if i == 2 else 0.22), 0), (i + 1 - gap, 0), arrowprops={"arrowstyle": "-|>", "color": "C1"}
        )
        ax.text(i + 0.44, 0.22, name, ha="center", fontsize=9, color="C1")
    ax.annotate("", (4.42, 0.12), (4.95, 0.86), arrowprops={"arrowstyle": "-|>", "color": "C1"})
    for i, name in [
        (1, "$dW_1 = X^T\\delta_1$\n$db_1$ = rows of $\\delta_1$ added"),
        (3, "$dW_2 = A^T\\delta_2$\n$db_2$ = rows of $\\delta_2$ added"),
    ]:
        ax.text(i, -0.62, name, ha="center", va="center", fontsize=10, color=ink)
        ax.annotate("", (i, -0.38), (i, -0.12), arrowprops={"arrowstyle": "-|>", "color": "C1"})
    ax.set_xlim(-0.4, 5.4)
    ax.set_ylim(-0.95, 1.4)
    ax.axis("off")
    return fig


def xor_lines(plt):
    """OR with one line, XOR with the best line, XOR with two lines."""
    fig, axes = plt.subplots(1, 3, figsize=(8.4, 3.0), sharey=True)
    s = np.linspace(-0.4, 1.4, 2)
    panels = [
        ("OR: one line is enough", OR_Y, [0.5]),
        ("XOR: the best line gets 3 of 4", XOR_Y, [0.5]),
        ("XOR: the strip between two lines", XOR_Y, [0.5, 1.5]),
    ]
    for ax, (title, y, levels) in zip(axes, panels, strict=True):
        upper = levels[1] - s if len(levels) == 2 else np.full(2, 3.0)
        ax.fill_between(s, levels[0] - s, upper, color="C0", alpha=0.15, linewidth=0)
        for level in levels:
            ax.plot(s, level - s, color="C0")
        for kind, marker, colour in [(1, "o", "C0"), (0, "X", "C1")]:
            rows = XOR_X[y == kind]
            ax.plot(rows[:, 0], rows[:, 1], marker, color=colour, markersize=11, linestyle="none")
        ax.set_title(title, fontsize=10)
        ax.set_xlim(-0.4, 1.4)
        ax.set_ylim(-0.4, 1.4)
        ax.set_xticks([0, 1])
        ax.set_yticks([0, 1])
        ax.set_xlabel("$x_1$")
    axes[0].set_ylabel("$x_2$")
    axes[1].annotate(
        "wrong side",
        (1, 1),
        (0.45, 1.22),
        fontsize=9,
        arrowprops={"arrowstyle": "-", "color": "C1", "shrinkB": 7},
        color="C1",
    )
    for x, text, colour in [(1, "y = 1", "C0"), (0, "y = 0", "C1")]:
        axes[0].text(x, x + 0.14, text, color=colour, fontsize=10, ha="center")
    fig.tight_layout()
    return fig


def initialisation(plt):
    """Losses of 100 networks from weights of two sizes, and with two hidden neurons; the counts are computed here."""
    fig, axes = plt.subplots(1, 3, figsize=(8.8, 3.0), sharey=True)
    runs = [
        ("weights 0.01 · normal, 4 hidden", 0.01, 4),
        ("weights 1 · normal, 4 hidden", 1.0, 4),
        ("weights 1 · normal, 2 hidden", 1.0, 2),
    ]
    for ax, (title, size, H) in zip(axes, runs, strict=True):
        losses, solved = _train_all(size, H, lr=1.0, epochs=5000)
        shown = np.unique(np.geomspace(1, len(losses), 50).astype(int)) - 1
        colour = "C0" if solved > len(SEEDS) / 2 else "C1"
        ax.plot(shown + 1, losses[shown, :20], color=colour, linewidth=0.8, alpha=0.6)
        ax.set_xscale("log")
        ax.set_title(title, fontsize=10)
        ax.text(0.04, 0.08, f"{solved} of {len(SEEDS)} learn XOR", transform=ax.transAxes, fontsize=10, color=colour)
        ax.set_xlabel("step")
        ax.grid()
    axes[0].set_ylabel("squared error")
    axes[0].set_ylim(-0.03, 0.45)
    fig.tight_layout()
    return fig


def _train_all(size, H, lr, epochs):
    """Return losses (epochs, seeds) of networks trained side by side, and how many end with 4 rows right."""
    draws = [np.random.default_rng(seed) for seed in SEEDS]
    starts = [(size * rng.normal(size=(2, H)), size * rng.normal(size=(H, 1))) for rng in draws]
    W1, W2 = (np.stack(weights) for weights in zip(*starts, strict=True))
    b1, b2 = np.zeros((len(draws), 1, H)), np.zeros((len(draws), 1, 1))
    y = XOR_Y[:, None]
    losses = np.empty((epochs, len(draws)))
    for epoch in range(epochs):
        A = _sigmoid(XOR_X @ W1 + b1)
        p = _sigmoid(A @ W2 + b2)
        losses[epoch] = ((p - y) ** 2).mean(axis=(1, 2))
        delta2 = (p - y) / 2 * p * (1 - p)
        delta1 = delta2 * W2[:, :, 0][:, None, :] * A * (1 - A)
        W2 -= lr * A.transpose(0, 2, 1) @ delta2
        b2 -= lr * delta2.sum(axis=1, keepdims=True)
        W1 -= lr * XOR_X.T @ delta1
        b1 -= lr * delta1.sum(axis=1, keepdims=True)
    p = _sigmoid(_sigmoid(XOR_X @ W1 + b1) @ W2 + b2)
    return losses, int(((p >= 0.5) == (y == 1)).all(axis=(1, 2)).sum())
