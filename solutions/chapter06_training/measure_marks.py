"""Print what designs reach on the capstones' data: ``python solutions/chapter06_training/measure_marks.py [SEEDS]``.

The table in notes.md is this program's output for 20 seeds (about four minutes on one core).
"""

import importlib.util
import os
import sys
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

HERE = Path(__file__).parent


def load(path):
    """Return a module of this folder, whatever the path is."""
    spec = importlib.util.spec_from_file_location(f"measured_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


checks, solution = load(HERE / "checks.py"), load(HERE / "training.py")

ACTIVATIONS = {  # function of z, and derivative by the activation
    "relu": (lambda z: np.maximum(z, 0), lambda a: (a > 0).astype(float)),
    "tanh": (np.tanh, lambda a: 1 - a**2),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a)),
}


def train(
    X, T, rng, is_classifier, hidden, act="relu", opt="adam", lr=0.01, epochs=100, batch=32, decay=0.0, cosine=False
):
    """Return a function from rows to outputs: a network trained on X and targets or one-hot rows T."""
    f, slope = ACTIVATIONS[act]
    sizes = [X.shape[1], *hidden, T.shape[1]]
    gain = 2 if act == "relu" else 1
    P = [
        p
        for a, b in zip(sizes, sizes[1:], strict=False)
        for p in (rng.normal(0, np.sqrt(gain / a), (a, b)), np.zeros(b))
    ]
    M, V, t = [np.zeros_like(p) for p in P], [np.zeros_like(p) for p in P], 0
    last = len(sizes) - 2

    def outputs(X):
        fed = [X]
        for k in range(last + 1):
            z = fed[-1] @ P[2 * k] + P[2 * k + 1]
            fed.append(f(z) if k < last else z)
        return fed

    for epoch in range(epochs):
        rate = lr * 0.5 * (1 + np.cos(np.pi * epoch / epochs)) if cosine else lr
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch):
            rows = order[start : start + batch]
            fed = outputs(X[rows])
            d = (softmax(fed[-1]) - T[rows] if is_classifier else 2 * (fed[-1] - T[rows])) / len(rows)
            grads = [None] * len(P)
            for k in range(last, -1, -1):
                grads[2 * k], grads[2 * k + 1] = fed[k].T @ d + 2 * decay * P[2 * k], d.sum(axis=0)
                d = (d @ P[2 * k].T) * slope(fed[k]) if k else None
            t += 1
            for i, g in enumerate(grads):
                if opt == "adam":
                    M[i], V[i] = 0.9 * M[i] + 0.1 * g, 0.999 * V[i] + 0.001 * g * g
                    P[i] = P[i] - rate * (M[i] / (1 - 0.9**t)) / (np.sqrt(V[i] / (1 - 0.999**t)) + 1e-8)
                else:
                    M[i] = (0.9 if opt == "momentum" else 0.0) * M[i] - rate * g
                    P[i] = P[i] + M[i]
    return lambda X: outputs(X)[-1]


def softmax(Z):
    """Return every row's probabilities."""
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def scaler(X):
    """Return the function that scales by the statistics of X."""
    mean, std = X.mean(axis=0), X.std(axis=0)
    std = np.where(std == 0, 1, std)
    return lambda X: (X - mean) / std


def design(scaled=True, targets_scaled=True, **settings):
    """Return (classifier, regressor) that train a network with these settings."""

    def classify(X, y, X_test, rng):
        scale = scaler(X) if scaled else lambda X: X
        return train(scale(X), np.eye(y.max() + 1)[y], rng, True, **settings)(scale(X_test)).argmax(axis=1)

    def regress(X, y, X_test, rng):
        scale = scaler(X) if scaled else lambda X: X
        mean, std = (y.mean(), y.std()) if targets_scaled else (0.0, 1.0)
        return train(scale(X), (y[:, None] - mean) / std, rng, False, **settings)(scale(X_test))[:, 0] * std + mean

    return classify, regress


def own_statistics():
    """Return the solution's design with the test rows scaled by themselves."""

    def classify(X, y, X_test, rng):
        return train(scaler(X)(X), np.eye(y.max() + 1)[y], rng, True, [32, 32])(scaler(X_test)(X_test)).argmax(axis=1)

    def regress(X, y, X_test, rng):
        mean, std = y.mean(), y.std()
        return (
            train(scaler(X)(X), (y[:, None] - mean) / std, rng, False, [32, 32])(scaler(X_test)(X_test))[:, 0] * std
            + mean
        )

    return classify, regress


def neighbours(X, X_test, k=5):
    """Return the numbers of the k training rows that are nearest to each test row."""
    scale = scaler(X)
    return np.argsort(((scale(X_test)[:, None] - scale(X)[None]) ** 2).sum(axis=-1), axis=1)[:, :k]


RIGHT = {
    "the solution": (solution.train_classifier, solution.train_regressor),
    "16 relu, Adam 0.01, 150 epochs": design(hidden=[16], epochs=150),
    "32 relu, Adam 0.01, 60 epochs": design(hidden=[32], epochs=60),
    "64 relu, Adam 0.003, 150 epochs": design(hidden=[64], lr=0.003, epochs=150),
    "64-64 relu, Adam 0.001, 120 epochs": design(hidden=[64, 64], lr=0.001, epochs=120),
    "128 relu, Adam, weight decay, cosine": design(hidden=[128], decay=1e-4, cosine=True, epochs=120),
    "32-32 tanh, Adam 0.01": design(hidden=[32, 32], act="tanh"),
    "50 tanh, Adam 0.01, 150 epochs": design(hidden=[50], act="tanh", epochs=150),
    "16-16-16 relu, Adam 0.01, full batches": design(hidden=[16, 16, 16], epochs=800, batch=10**9),
    "32-32 relu, momentum 0.02": design(hidden=[32, 32], opt="momentum", lr=0.02, epochs=120),
    "64 relu, plain descent 0.03, 400 epochs": design(hidden=[64], opt="sgd", lr=0.03, epochs=400, batch=16),
    "32-32 sigmoid, Adam 0.02, 200 epochs": design(hidden=[32, 32], act="sigmoid", lr=0.02, epochs=200),
}
OTHER = {
    "five nearest neighbours": (
        lambda X, y, X_test, rng: np.array([np.bincount(y[near]).argmax() for near in neighbours(X, X_test)]),
        lambda X, y, X_test, rng: y[neighbours(X, X_test)].mean(axis=1),
    ),
}
WRONG = {
    "linear": design(hidden=[], lr=0.02),
    "majority or mean": (
        lambda X, y, X_test, rng: np.full(len(X_test), np.bincount(y).argmax()),
        lambda X, y, X_test, rng: np.full(len(X_test), y.mean()),
    ),
    "inputs not scaled": design(hidden=[32, 32], scaled=False),
    "targets not scaled": design(hidden=[32, 32], targets_scaled=False),
    "test rows scaled by themselves": own_statistics(),
}

DATA = {
    "rings": (checks.rings, checks.PASS_ACCURACY),
    "rings, corner": (lambda rng: checks.from_one_corner(checks.rings(rng, 300, 600)), checks.PASS_ACCURACY),
    "spirals": (checks.spirals, checks.PASS_ACCURACY),
    "saddle": (checks.saddle, checks.PASS_R2_SADDLE),
    "saddle, corner": (lambda rng: checks.from_one_corner(checks.saddle(rng, 300, 600)), checks.PASS_R2_CORNER),
    "sine": (checks.sine, checks.PASS_R2_SINE),
}


def measure(pair, name, seeds):
    """Return (smallest, largest) score of a design on a kind of data over the seeds."""
    make, _ = DATA[name]
    reached = []
    for seed in range(seeds):
        X, y, X_test, y_test = make(np.random.default_rng([seed, 1]))
        is_classifier = y.dtype.kind == "i"
        with np.errstate(all="ignore"):
            got = pair[0 if is_classifier else 1](X, y, X_test, np.random.default_rng([seed, 2]))
            reached.append(checks.share_right(got, y_test) if is_classifier else checks.r2_by_lists(y_test, got))
    return min(reached), max(reached)


def main():
    """Print the table, and a line for a right design that ever misses a mark or a wrong one that always passes all."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    print("| design | " + " | ".join(DATA) + " |")
    print("|---" * (len(DATA) + 1) + "|")
    print("| **pass mark** | " + " | ".join(f"**{mark:.2f}**" for _, mark in DATA.values()) + " |")
    complaints = []
    for group, designs in (("right", RIGHT), ("other", OTHER), ("wrong", WRONG)):
        for label, pair in designs.items():
            cells, missed = [], []
            for name, (_, mark) in DATA.items():
                low, high = measure(pair, name, seeds)
                cells.append(f"{low:.3f} to {high:.3f}" if high > -9 else "below -9")
                missed += [name] * ((low if group == "right" else high) < mark)
            print(f"| {label} | " + " | ".join(cells) + " |", flush=True)
            if group == "right" and missed:
                complaints.append(f"{label} is right and misses {', '.join(missed)}")
            if group == "wrong" and not missed:
                complaints.append(f"{label} is wrong and passes everything")
    print(*complaints, sep="\n")


if __name__ == "__main__":
    main()
