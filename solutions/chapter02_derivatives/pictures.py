"""The pictures of the lesson; each function draws one."""

import numpy as np


def _f(x):
    return np.sin(x**2)


def _slope(x):
    return 2 * x * np.cos(x**2)


def _sigmoid(z):
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def zoom(plt):
    """A smooth curve under the magnifying glass becomes a line; a corner stays a corner."""
    fig, axes = plt.subplots(2, 3, figsize=(7.6, 4.2))
    rows = [(_f, 0.8, "C0", "sin(x²) around x = 0.8"), (np.abs, 0.0, "C1", "|x| around x = 0")]
    for row, (f, x, colour, title) in enumerate(rows):
        for ax, width in zip(axes[row], (0.8, 0.2, 0.05), strict=True):
            t = np.linspace(x - width, x + width, 201)
            ax.plot(t, f(t), color=colour)
            ax.plot(x, f(x), "o", color=colour, markersize=5)
            ax.set_xlim(x - width, x + width)
            ax.set_ylim(f(x) - 1.1 * width, f(x) + 1.1 * width)
            ax.set_xticks([x - width, x, x + width])
            ax.set_yticks([])
            ax.tick_params(labelsize=8)
        axes[row][1].set_title(title, color=colour)
    fig.tight_layout()
    return fig


def differences(plt):
    """The chords of the forward and the central difference beside the tangent."""
    fig, ax = plt.subplots(figsize=(6.4, 3.6))
    ink = plt.rcParams["text.color"]
    x, h = 0.5, 0.4
    t = np.linspace(0.0, 1.1, 201)
    ax.plot(t, _f(t), color=ink, linewidth=1.6)
    forward = (_f(x + h) - _f(x)) / h
    central = (_f(x + h) - _f(x - h)) / (2 * h)
    ends = np.array([0.02, 1.06])
    ax.plot(ends, _f(x) + _slope(x) * (ends - x), "--", color=ink, linewidth=1.4, label=f"tangent {_slope(x):.2f}")
    ax.plot(ends, _f(x) + forward * (ends - x), color="C1", linewidth=1.6, label=f"forward {forward:.2f}")
    ax.plot(ends, _f(x - h) + central * (ends - x + h), color="C0", linewidth=1.6, label=f"central {central:.2f}")
    for place in (x - h, x, x + h):
        ax.plot([place, place], [-0.36, _f(place)], ":", color=ink, linewidth=1)
        ax.plot(place, _f(place), "o", color=ink, markersize=5)
    ax.legend(title="slopes", loc="upper left", fontsize=10)
    ax.set_xticks([x - h, x, x + h], ["x − h", "x", "x + h"])
    ax.set_yticks([])
    ax.set_xlim(-0.02, 1.12)
    ax.set_ylim(-0.36, 1.05)
    return fig


def step_size(plt):
    """The error of both differences for steps from 0.1 down to 1e-13, of sin(x²) at 1.5."""
    fig, ax = plt.subplots(figsize=(6.0, 3.4))
    x, h = 1.5, np.geomspace(1e-13, 0.1, 97)
    one_sided = np.abs((_f(x + h) - _f(x)) / h - _slope(x))
    central = np.abs((_f(x + h) - _f(x - h)) / (2 * h) - _slope(x))
    ax.loglog(h, one_sided, color="C1", linewidth=1.4)
    ax.loglog(h, central, color="C0", linewidth=1.4)
    ax.text(1.2e-3, 4e-2, "forward", color="C1", fontsize=10, ha="center")
    ax.text(3e-3, 3e-7, "central", color="C0", fontsize=10)
    ax.text(2e-12, 1e-9, "rounding", fontsize=10)
    ax.axvline(1e-5, color=plt.rcParams["text.color"], linewidth=0.8, linestyle=":")
    ax.text(1.3e-5, 0.3, "h = 1e-5", fontsize=9)
    ax.set_xlabel("step h")
    ax.set_ylabel("error of the slope")
    ax.grid()
    return fig


def chain(plt):
    """The chain x → x² → sin(x²) at x = 2: values go forward, slopes are multiplied."""
    fig, ax = plt.subplots(figsize=(7.2, 2.1))
    names = [("x", "2"), ("u = x²", "4"), ("y = sin u", "−0.757")]
    for i, (name, value) in enumerate(names):
        ax.text(3 * i, 1, name, ha="center", va="center", fontsize=13)
        ax.text(3 * i, 0.62, value, ha="center", va="center", fontsize=11)
    links = [("du/dx = 2x", "4"), ("dy/du = cos u", "−0.654")]
    for i, (name, value) in enumerate(links):
        ax.annotate("", (3 * i + 2.3, 1), (3 * i + 0.7, 1), arrowprops={"arrowstyle": "-|>", "color": "C0"})
        ax.text(3 * i + 1.5, 1.18, name, ha="center", fontsize=11, color="C0")
        ax.text(3 * i + 1.5, 0.7, value, ha="center", fontsize=11, color="C0")
    ax.text(3, 0.05, "dy/dx = 4 · (−0.654) = −2.615", ha="center", fontsize=12, color="C1")
    ax.set_xlim(-0.8, 6.9)
    ax.set_ylim(-0.15, 1.45)
    ax.axis("off")
    return fig


def slopes(plt):
    """Four activations and their slopes."""
    fig, axes = plt.subplots(1, 4, figsize=(8.8, 2.5), sharey=True)
    z = np.linspace(-4, 4, 401)
    s = _sigmoid(z)
    panels = [
        ("sigmoid", s, s * (1 - s)),
        ("tanh", np.tanh(z), 1 - np.tanh(z) ** 2),
        ("relu", np.maximum(z, 0), np.where(z > 0, 1.0, np.where(z < 0, 0.0, np.nan))),
        ("swish, beta = 1", z * s, s + z * s * (1 - s)),
    ]
    for ax, (name, value, slope) in zip(axes, panels, strict=True):
        ax.plot(z, value, color=plt.rcParams["text.color"], linewidth=1.4)
        ax.plot(z, slope, color="C0")
        ax.set_title(name)
        ax.set_ylim(-1.15, 2.0)
        ax.set_xlabel("z")
        ax.grid()
    axes[2].plot(0, 0, "o", color="C0", markersize=5)
    axes[2].plot(0, 1, "o", markerfacecolor="none", markeredgecolor="C0", markersize=5)
    axes[0].text(-3.8, 1.62, "value", fontsize=10)
    axes[0].text(-3.8, 1.28, "slope", fontsize=10, color="C0")
    fig.tight_layout()
    return fig


def tiny_net(plt):
    """The tiny network: values forward, one product of slopes backward."""
    fig, ax = plt.subplots(figsize=(8.2, 2.4))
    names = ["x", "z", "a", "p", "E"]
    links = ["$w_1 x + b_1$", "tanh", "$w_2 a + b_2$", "$(p - y)^2$"]
    back = ["", r"$\times$ slope of tanh", r"$\times\ w_2$", r"$2(p - y)$"]
    for i, name in enumerate(names):
        ax.text(2 * i, 1, f"${name}$", ha="center", va="center", fontsize=14)
    for i, name in enumerate(links):
        ax.annotate("", (2 * i + 1.7, 1), (2 * i + 0.3, 1), arrowprops={"arrowstyle": "-|>", "color": "C0"})
        ax.text(2 * i + 1, 1.15, name, ha="center", fontsize=10, color="C0")
        if back[i]:
            ax.annotate("", (2 * i + 0.3, 0.62), (2 * i + 1.7, 0.62), arrowprops={"arrowstyle": "-|>", "color": "C1"})
            ax.text(2 * i + 1, 0.38, back[i], ha="center", fontsize=10, color="C1")
    for i, text in [(2, "on to $w_1$ and $b_1$"), (6, "on to $w_2$ and $b_2$")]:
        ax.text(i, 0.02, text, ha="center", fontsize=10, color="C1")
        ax.annotate("", (i, 0.12), (i, 0.58), arrowprops={"arrowstyle": "-|>", "color": "C1", "linestyle": ":"})
    ax.set_xlim(-0.4, 8.4)
    ax.set_ylim(-0.1, 1.4)
    ax.axis("off")
    return fig
