"""Pictures of the lesson of chapter 4: one figure a function, drawn by tools/pictures.py."""

import numpy as np


def _canvas(plt, width, height):
    """Return a figure and axes without ticks, one unit an inch."""
    fig = plt.figure(figsize=(width, height))
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(0, height))
    ax.axis("off")
    return fig, ax


def _arrow(ax, start, end, colour, *, shrink=21, width=1.6, bend=0.0):
    ax.annotate(
        "", end, start,
        arrowprops={
            "arrowstyle": "-|>", "color": colour, "lw": width, "shrinkA": shrink, "shrinkB": shrink,
            "connectionstyle": f"arc3,rad={bend}", "mutation_scale": 13,
        },
    )  # fmt: skip


def graph(plt):
    """L = u·v with u = w·x and v = u + b: values in blue, slopes on the arrows, gradients in vermilion."""
    fig, ax = _canvas(plt, 7.6, 3.8)
    ink = plt.rcParams["text.color"]
    nodes = {
        "x": (0.55, 2.75, "x", "2", "33"),
        "w": (0.55, 1.35, "w", "3", "22"),
        "u": (2.9, 2.05, "u = w·x", "6", "5 + 6 = 11"),
        "b": (2.9, 0.45, "b", "−1", "6"),
        "v": (4.85, 1.25, "v = u + b", "5", "6"),
        "L": (6.85, 2.05, "L = u·v", "30", "1"),
    }
    for start, end, slope, dx, dy in [
        ("x", "u", "w = 3", 0.05, 0.2),
        ("w", "u", "x = 2", 0.1, -0.2),
        ("u", "v", "1", 0.0, 0.2),
        ("b", "v", "1", 0.0, -0.2),
        ("v", "L", "u = 6", 0.25, -0.14),
        ("u", "L", "v = 5", 0.0, 0.26),
    ]:
        (x0, y0), (x1, y1) = nodes[start][:2], nodes[end][:2]
        bend = -0.12 if (start, end) == ("u", "L") else 0.0
        _arrow(ax, (x0, y0), (x1, y1), ink, bend=bend)
        lift = 0.22 if bend else 0.0
        ax.text((x0 + x1) / 2 + dx, (y0 + y1) / 2 + dy + lift, slope, ha="center", va="center", fontsize=9, color="C2")
    for x, y, name, value, gradient in nodes.values():
        ax.add_patch(plt.Circle((x, y), 0.27, fill=False, ec=ink, lw=1.5))
        ax.text(x, y, value, ha="center", va="center", color="C0", fontsize=13)
        ax.text(x, y + 0.38, name, ha="center", va="bottom", fontsize=10)
        ax.text(x, y - 0.36, gradient, ha="center", va="top", color="C1", fontsize=11)
    ax.text(0.1, 3.65, "value, computed left to right", color="C0", fontsize=9.5, va="center")
    ax.text(2.75, 3.65, "slope along an arrow", color="C2", fontsize=9.5, va="center")
    ax.text(4.85, 3.65, "gradient ∂L/∂…, right to left", color="C1", fontsize=9.5, va="center")
    return fig


def slopes(plt):
    """One slope, two functions: over the input z and over the output."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.6, 3.0), sharey=True)
    z = np.linspace(-5, 5, 401)
    s, t = 1 / (1 + np.exp(-z)), np.tanh(z)
    left.plot(z, s * (1 - s), color="C0", label="sigmoid")
    left.plot(z, 1 - t**2, color="C1", label="tanh")
    left.plot([-5, 0, np.nan, 0, 5], [0, 0, np.nan, 1, 1], color="C2", label="relu")
    left.plot([0], [0], "o", color="C2", ms=5)
    left.plot([0], [1], "o", color="C2", ms=5, mfc="none")
    right.plot(s, s * (1 - s), color="C0")
    right.plot(t, 1 - t**2, color="C1")
    mark = 1 / (1 + np.exp(-2))
    for ax, x in ((left, 2.0), (right, mark)):
        ax.plot([x], [mark * (1 - mark)], "o", color="C0", ms=6)
        ax.grid(True)
    left.annotate("z = 2", (2, 0.105), (2.3, 0.3), color="C0", arrowprops={"arrowstyle": "-", "color": "C0"})
    right.annotate("s = 0.88", (mark, 0.105), (0.22, 0.02), color="C0", arrowprops={"arrowstyle": "-", "color": "C0"})
    right.text(-1.0, 0.78, "1 − t²", color="C1")
    right.text(0.32, 0.3, "s(1 − s)", color="C0")
    left.set(xlabel="input z", ylabel="slope", title="over the input")
    right.set(xlabel="output s or t", title="over the output")
    left.legend(loc="center left", fontsize=9)
    fig.tight_layout()
    return fig


def network(plt):
    """Affine, relu, affine, loss: shapes going forward, gradients going back, and what each step keeps."""
    fig, ax = _canvas(plt, 8.2, 3.1)
    ink = plt.rcParams["text.color"]
    boxes = [(1.45, "affine", "W1, b1"), (3.45, "relu", ""), (5.35, "affine", "W2, b2"), (7.2, "loss", "y")]
    middle = 1.75
    for x, name, extra in boxes:
        ax.add_patch(plt.Rectangle((x - 0.5, middle - 0.45), 1.0, 0.9, fill=False, ec=ink, lw=1.5))
        ax.text(x, middle + (0.12 if extra else 0), name, ha="center", va="center", fontsize=11)
        if extra:
            ax.text(x, middle - 0.2, extra, ha="center", va="center", fontsize=9)
    forward = [("X", "2×2"), ("z", "2×3"), ("h", "2×3"), ("p", "2×2"), ("L", "")]
    backward = ["dX", "dz", "dh", "dp", "1"]
    edges = [0.1, *(x for x, _, _ in boxes), 8.1]
    for k, ((name, shape), gradient) in enumerate(zip(forward, backward, strict=True)):
        start = edges[k] + (0.52 if k else 0.0)
        end = edges[k + 1] - (0.52 if k < 4 else 0.0)
        x = (start + end) / 2
        _arrow(ax, (start, middle + 0.2), (end, middle + 0.2), "C0", shrink=0)
        _arrow(ax, (end, middle - 0.2), (start, middle - 0.2), "C1", shrink=0)
        ax.text(x, middle + 0.32, name, ha="center", va="bottom", color="C0", fontsize=12)
        if shape:
            ax.text(x, middle + 0.68, shape, ha="center", va="bottom", color="C0", fontsize=8.5)
        ax.text(x, middle - 0.32, gradient, ha="center", va="top", color="C1", fontsize=12)
    for x, kept, gradients in [
        (1.45, "keeps X, W1", "dW1, db1"),
        (3.45, "keeps z", ""),
        (5.35, "keeps h, W2", "dW2, db2"),
        (7.2, "keeps p, y", ""),
    ]:
        ax.text(x, middle + 0.6, kept, ha="center", va="bottom", fontsize=9)
        if gradients:
            _arrow(ax, (x, middle - 0.48), (x, 0.72), "C1", shrink=0)
            ax.text(x, 0.62, gradients, ha="center", va="top", color="C1", fontsize=11)
    ax.text(0.1, 2.95, "forward: values", color="C0", fontsize=9.5, va="center")
    ax.text(0.1, 0.2, "backward: gradients, each of the shape of its value", color="C1", fontsize=9.5, va="center")
    return fig
