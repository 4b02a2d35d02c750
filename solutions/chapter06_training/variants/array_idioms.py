"""NumPy idioms: einsum, bincount, errstate, argsort; named tuples for several results, arrays for histories."""

from collections import namedtuple

import numpy as np

Scaler = namedtuple("Scaler", "mean std")
Layer = namedtuple("Layer", "W b")
Fitted = namedtuple("Fitted", "params history")


def split_indices(n, fractions, rng):
    sizes = (n * np.asarray(fractions[:-1])).astype(np.int64)
    return tuple(np.split(np.argsort(rng.random(n)), np.cumsum(sizes)))


def fit_scaler(X):
    mean, square = np.einsum("nd->d", X) / len(X), np.einsum("nd,nd->d", X, X) / len(X)
    std = np.sqrt(np.maximum(square - mean**2, 0.0))
    std[np.ptp(X, axis=0) == 0] = 1
    return Scaler(mean, std)


def apply_scaler(X, mean, std):
    return np.divide(np.subtract(X, mean[np.newaxis]), std[np.newaxis])


def one_hot(y, n_classes):
    return np.take(np.identity(n_classes), y, axis=0)


def confusion_matrix(y, p, n_classes):
    return np.bincount(n_classes * y + p, minlength=n_classes**2).reshape(n_classes, n_classes)


def precision_recall_f1(cm):
    tp = cm.diagonal()
    with np.errstate(divide="ignore", invalid="ignore"):
        table = np.array([tp / cm.sum(0), tp / cm.sum(1), 2 * tp / (cm.sum(0) + cm.sum(1))]).T
    return np.nan_to_num(table)


def r2_score(y, p):
    y = y.ravel()
    return 1 - np.mean(np.square(y - p)) / np.var(y)


def init_mlp(sizes, rng):
    return [
        Layer(np.sqrt(2 / a) * rng.standard_normal((b, a)).T, np.zeros(b))
        for a, b in zip(sizes, sizes[1:], strict=False)
    ]


def run(X, params):
    hidden = [X]
    for W, b in params[:-1]:
        hidden.append(np.clip(np.einsum("ij,jk", hidden[-1], W) + b, 0, None))
    return np.einsum("ij,jk", hidden[-1], params[-1][0]) + params[-1][1], hidden


def back(D, hidden, params):
    grads = []
    for h, (W, _) in list(zip(hidden, params, strict=True))[::-1]:
        grads.insert(0, (np.einsum("ni,nj->ij", h, D), np.einsum("nj->j", D)))
        D = np.where(h > 0, np.einsum("nj,ij->ni", D, W), 0.0)
    return grads


def train(params, slope, N, lr, epochs, batch_size, rng, after_epoch):
    """Run Adam on one long vector of all params."""
    shapes = [np.shape(a) for pair in params for a in pair]
    cuts = np.cumsum([np.prod(s, dtype=int) for s in shapes])[:-1]
    theta = np.concatenate([np.ravel(a) for pair in params for a in pair]).astype(float)

    def unpack(theta):
        arrays = [part.reshape(s) for part, s in zip(np.split(theta, cuts), shapes, strict=True)]
        return [Layer(*arrays[k : k + 2]) for k in range(0, len(arrays), 2)]

    m = v = np.zeros_like(theta)
    t = 0
    for _ in range(epochs):
        order = rng.permutation(N)
        for rows in np.split(order, np.arange(batch_size, N, batch_size)):
            t += 1
            g = np.concatenate([np.ravel(a) for pair in slope(rows, unpack(theta)) for a in pair])
            m, v = m + 0.1 * (g - m), v + 0.001 * (g**2 - v)
            theta = theta - lr * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        after_epoch(unpack(theta))
    return unpack(theta)


def fit(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    seen, accuracies, Y = [], [], one_hot(y, params[-1][1].size)

    def slope(rows, params):
        Z, hidden = run(X[rows], params)
        log_total = np.logaddexp.reduce(Z, axis=1, keepdims=True)
        seen.extend(np.sum((log_total - Z) * Y[rows], axis=1))
        return back((np.exp(Z - log_total) - Y[rows]) / len(rows), hidden, params)

    def after_epoch(params):
        accuracies.append(np.equal(run(X_val, params)[0].argmax(-1), y_val).mean())

    params = train(params, slope, len(X), lr, epochs, batch_size, rng, after_epoch)
    history = {"loss": np.reshape(seen, (epochs, -1)).mean(axis=1), "val_accuracy": np.array(accuracies)}
    return Fitted(params, history)


def select(configs, score):
    return configs[int(np.argmax([score(c) for c in configs]))]


def train_classifier(X_train, y_train, X_test, rng):
    scaler = fit_scaler(X_train)
    X = apply_scaler(X_train, *scaler)
    fitted = fit(init_mlp([X.shape[1], 40, np.max(y_train) + 1], rng), X, y_train, X, y_train, 0.02, 80, 50, rng)
    return run(apply_scaler(X_test, *scaler), fitted.params)[0].argmax(-1)


def train_regressor(X_train, y_train, X_test, rng):
    scaler = fit_scaler(X_train)
    X, T = apply_scaler(X_train, *scaler), np.asarray(y_train, dtype=float).reshape(len(X_train), 1)
    centre, size = T.mean(), T.std()

    def slope(rows, params):
        p, hidden = run(X[rows], params)
        return back((p - (T[rows] - centre) / size) / len(rows), hidden, params)

    params = train(init_mlp([X.shape[1], 40, 40, 1], rng), slope, len(X), 0.005, 120, 40, rng, lambda params: None)
    return centre + size * run(apply_scaler(X_test, *scaler), params)[0].ravel()
