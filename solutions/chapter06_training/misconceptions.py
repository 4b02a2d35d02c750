"""Wrong answers that students write in chapter 6, with the idea behind each; read by the audit, never shipped.

The helpers that start with an underscore are the right training loop with one part to be exchanged.
"""

import random

import numpy as np
from grader.audit import wrong
from training import (
    accuracy, adam_step, apply_scaler, backward, fit_scaler, forward, init_mlp, loss_and_grads,
)  # fmt: skip

# Splitting


@wrong("split_indices", "split-order", why="the rows keep their order: of sorted data a class is missing from training")
def _(n, fractions, rng):
    cuts = np.cumsum([int(n * fraction) for fraction in fractions[:-1]])
    return tuple(np.split(np.arange(n), cuts))


@wrong("split_indices", "split-overlap", why="a new permutation for every part: the parts overlap")
def _(n, fractions, rng):
    sizes = [int(n * fraction) for fraction in fractions[:-1]]
    sizes.append(n - sum(sizes))
    return tuple(rng.permutation(n)[:size] for size in sizes)


@wrong("split_indices", "split-gap", why="n + 1 where n is meant: a row is lost at every cut")
def _(n, fractions, rng):
    order, parts, start = rng.permutation(n), [], 0
    for fraction in fractions[:-1]:
        end = start - (start > 0) + int(n * fraction)
        parts.append(order[start:end])
        start = end + 1
    return (*parts, order[start:])


@wrong("split_indices", "split-round", why="round() takes the nearer whole number, int() cuts")
def _(n, fractions, rng):
    cuts = np.cumsum([round(n * fraction) for fraction in fractions[:-1]])
    return tuple(np.split(rng.permutation(n), cuts))


@wrong("split_indices", "split-ceil", why="every part but the last gets a row too many")
def _(n, fractions, rng):
    cuts = np.cumsum([int(np.ceil(n * fraction)) for fraction in fractions[:-1]])
    return tuple(np.split(rng.permutation(n), cuts))


@wrong("split_indices", "split-cumulative", why="int() of the running total: the sizes of the parts shift by one")
def _(n, fractions, rng):
    cuts = [int(n * total) for total in np.cumsum(fractions[:-1])]
    return tuple(np.split(rng.permutation(n), cuts))


@wrong("split_indices", "split-drops-rest", why="the last part is cut to its share as well: rows are lost")
def _(n, fractions, rng):
    order, parts, start = rng.permutation(n), [], 0
    for fraction in fractions:
        parts.append(order[start : start + int(n * fraction)])
        start += int(n * fraction)
    return tuple(parts)


@wrong("split_indices", "split-rest-first", why="the first part gets what is left over")
def _(n, fractions, rng):
    order, parts, end = rng.permutation(n), [], n
    for fraction in fractions[:0:-1]:
        parts.insert(0, order[end - int(n * fraction) : end])
        end -= int(n * fraction)
    return (order[:end], *parts)


@wrong("split_indices", "split-fixed-seed", why="a generator of its own: rng has no say")
def _(n, fractions, rng):
    order = np.random.default_rng(0).permutation(n)
    return tuple(np.split(order, np.cumsum([int(n * fraction) for fraction in fractions[:-1]])))


@wrong("split_indices", "split-blocks", why="each part is shuffled within itself, after the cut")
def _(n, fractions, rng):
    parts = np.split(np.arange(n), np.cumsum([int(n * fraction) for fraction in fractions[:-1]]))
    return tuple(rng.permutation(part) for part in parts)


@wrong("split_indices", "split-sorted", why="the row numbers of every part are put back in order")
def _(n, fractions, rng):
    parts = np.split(rng.permutation(n), np.cumsum([int(n * fraction) for fraction in fractions[:-1]]))
    return tuple(np.sort(part) for part in parts)


@wrong("split_indices", "split-global-rng", why="NumPy's global generator: not repeatable")
def _(n, fractions, rng):
    return tuple(np.split(np.random.permutation(n), np.cumsum([int(n * fraction) for fraction in fractions[:-1]])))


@wrong(
    "split_indices",
    "split-coin",
    why="every row is thrown into a part by itself",
    unnamed="the sizes differ every time",
)
def _(n, fractions, rng):
    part_of = rng.choice(len(fractions), size=n, p=np.array(fractions) / sum(fractions))
    order = rng.permutation(n)
    return tuple(order[part_of[order] == k] for k in range(len(fractions)))


@wrong(
    "split_indices",
    "split-three-parts",
    why="always train, validation, test",
    unnamed="the unpacking fails, says the message",
)
def _(n, fractions, rng):
    train, val, _ = fractions
    order = rng.permutation(n)
    return (
        order[: int(n * train)],
        order[int(n * train) : int(n * train) + int(n * val)],
        order[int(n * train) + int(n * val) :],
    )


# Scaling


@wrong("fit_scaler", "scaler-ddof", why="n - 1: the sample's standard deviation, not the population's")
def _(X):
    std = X.std(axis=0, ddof=1)
    return X.mean(axis=0), np.where(np.ptp(X, axis=0) == 0, 1.0, std)


@wrong("fit_scaler", "scaler-variance", why="the root is missing")
def _(X):
    return X.mean(axis=0), np.where(np.ptp(X, axis=0) == 0, 1.0, X.var(axis=0))


@wrong("fit_scaler", "scaler-all-columns", why="without an axis: one mean of all numbers")
def _(X):
    return X.mean(), X.std()


@wrong("fit_scaler", "scaler-rows", why="axis=1 averages over the columns of a row")
def _(X):
    std = X.std(axis=1)
    std[std == 0] = 1.0
    return X.mean(axis=1), std


@wrong("fit_scaler", "scaler-swapped", why="std first")
def _(X):
    std = X.std(axis=0)
    return np.where(np.ptp(X, axis=0) == 0, 1.0, std), X.mean(axis=0)


@wrong("fit_scaler", "scaler-range", why="the range is not the standard deviation")
def _(X):
    size = np.ptp(X, axis=0)
    return X.mean(axis=0), np.where(size == 0, 1.0, size)


@wrong("fit_scaler", "scaler-minmax", why="scaling to the interval from 0 to 1 is another recipe")
def _(X):
    size = np.ptp(X, axis=0)
    return X.min(axis=0), np.where(size == 0, 1.0, size)


@wrong("fit_scaler", "scaler-mean-distance", why="the mean absolute distance")
def _(X):
    mean = X.mean(axis=0)
    return mean, np.where(np.ptp(X, axis=0) == 0, 1.0, np.abs(X - mean).mean(axis=0))


@wrong("fit_scaler", "scaler-root-mean-square", why="the mean is not taken off before squaring")
def _(X):
    return X.mean(axis=0), np.where(np.ptp(X, axis=0) == 0, 1.0, np.sqrt((X**2.0).mean(axis=0)))


@wrong("fit_scaler", "scaler-at-least-one", why="np.maximum(std, 1) also changes columns of small numbers")
def _(X):
    return X.mean(axis=0), np.maximum(X.std(axis=0), 1.0)


@wrong("fit_scaler", "scaler-threshold", why="a column of small numbers is taken for a constant one")
def _(X):
    std = X.std(axis=0)
    return X.mean(axis=0), np.where(std < 1e-4, 1.0, std)


@wrong("fit_scaler", "scaler-int", why="whole numbers in, whole numbers out")
def _(X):
    mean, std = X.mean(axis=0).astype(X.dtype), X.std(axis=0).astype(X.dtype)
    return mean, np.where(np.ptp(X, axis=0) == 0, 1, std)


@wrong("fit_scaler", "scaler-zero-std", why="a constant column gets 0, and whoever divides by it nan")
def _(X):
    return X.mean(axis=0), X.std(axis=0)


@wrong("fit_scaler", "scaler-epsilon", why="a tiny number added to every std: a constant column gets 1e-8, not 1")
def _(X):
    return X.mean(axis=0), X.std(axis=0) + 1e-8


@wrong("fit_scaler", "scaler-zeros-only", why="only a column of zeros is taken for constant")
def _(X):
    return X.mean(axis=0), np.where(np.all(X == 0, axis=0), 1.0, X.std(axis=0))


@wrong("apply_scaler", "apply-own-statistics", why="new rows are scaled by their own mean and std")
def _(X, mean, std):
    own = X.std(axis=0)
    return (X - X.mean(axis=0)) / np.where(own == 0, 1.0, own)


@wrong("apply_scaler", "apply-no-mean", why="the mean is not taken off")
def _(X, mean, std):
    return X / std


@wrong("apply_scaler", "apply-no-std", why="moved but not scaled")
def _(X, mean, std):
    return X - mean


@wrong("apply_scaler", "apply-times-std", why="multiplied by the spread instead of divided")
def _(X, mean, std):
    return (X - mean) * std


@wrong("apply_scaler", "apply-variance", why="divided by the variance")
def _(X, mean, std):
    return (X - mean) / std**2


@wrong("apply_scaler", "apply-precedence", why="the division binds tighter than the subtraction")
def _(X, mean, std):
    return X - mean / std


@wrong("apply_scaler", "apply-sign", why="mean minus X")
def _(X, mean, std):
    return (mean - X) / std


@wrong("apply_scaler", "apply-int", why="an integer buffer cuts every value")
def _(X, mean, std):
    out = np.zeros_like(X)
    out[:] = (X - mean) / std
    return out


@wrong("apply_scaler", "apply-per-row", why="one mean a row: silent where N = D")
def _(X, mean, std):
    return (X - mean[:, None]) / std[:, None]


@wrong("apply_scaler", "apply-in-place", why="the caller's rows are changed")
def _(X, mean, std):
    if X.dtype.kind == "f":
        X -= mean
        X /= std
        return X
    return (X - mean) / std


# One-hot rows and metrics


@wrong("one_hot", "onehot-1", why="off by one: class 0 wraps to the last column")
def _(y, n_classes):
    return np.eye(n_classes)[y - 1]


@wrong("one_hot", "onehot-transposed", why="one column a sample")
def _(y, n_classes):
    return np.eye(n_classes)[:, y]


@wrong("one_hot", "onehot-from-data", why="the classes are counted in y: the last ones may be missing there")
def _(y, n_classes):
    return np.eye(y.max() + 1)[y]


@wrong("one_hot", "onehot-present", why="only classes that occur get a column")
def _(y, n_classes):
    return (y[:, None] == np.unique(y)).astype(float)


@wrong("one_hot", "onehot-block", why="Y[:, y] = 1 fills whole columns")
def _(y, n_classes):
    Y = np.zeros((len(y), n_classes))
    Y[:, y] = 1
    return Y


@wrong("one_hot", "onehot-labels", why="the label itself is written down instead of 1")
def _(y, n_classes):
    Y = np.zeros((len(y), n_classes))
    Y[np.arange(len(y)), y] = y
    return Y


@wrong("one_hot", "onehot-from-one", why="counts classes from 1: one column too far")
def _(y, n_classes):
    return np.eye(n_classes + 1)[y + 1][:, :n_classes]


@wrong("one_hot", "onehot-bool", why="True and False are no numbers to train on")
def _(y, n_classes):
    return y[:, None] == np.arange(n_classes)


@wrong("confusion_matrix", "cm-dup", why="an index that occurs twice is added to once")
def _(y, p, n_classes):
    counts = np.zeros((n_classes, n_classes), dtype=int)
    counts[y, p] += 1
    return counts


@wrong("confusion_matrix", "cm-transposed", why="rows are the prediction here")
def _(y, p, n_classes):
    counts = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(counts, (p, y), 1)
    return counts


@wrong("confusion_matrix", "cm-from-data", why="as many classes as occur")
def _(y, p, n_classes):
    size = max(y.max(), p.max()) + 1
    counts = np.zeros((size, size), dtype=int)
    np.add.at(counts, (y, p), 1)
    return counts


@wrong("confusion_matrix", "cm-present", why="only classes that occur have a row")
def _(y, p, n_classes):
    classes = np.unique(np.concatenate([y, p]))
    return np.array([[np.sum((y == t) & (p == c)) for c in classes] for t in classes])


@wrong("confusion_matrix", "cm-wraps", why="a byte counts to 255 and starts again")
def _(y, p, n_classes):
    counts = np.zeros((n_classes, n_classes), dtype=np.uint8)
    np.add.at(counts, (y, p), 1)
    return counts


@wrong("confusion_matrix", "cm-hits-only", why="only right predictions are counted")
def _(y, p, n_classes):
    return np.diag(np.bincount(y[y == p], minlength=n_classes))


@wrong("confusion_matrix", "cm-misses-only", why="only wrong predictions are counted")
def _(y, p, n_classes):
    counts = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(counts, (y[y != p], p[y != p]), 1)
    return counts


@wrong("confusion_matrix", "cm-shares", why="shares of a class instead of counts")
def _(y, p, n_classes):
    counts = np.zeros((n_classes, n_classes))
    np.add.at(counts, (y, p), 1)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def _ratio(part, whole):
    return np.divide(part, whole, out=np.zeros(len(part)), where=np.asarray(whole) > 0)


def _scores(cm):
    hits = np.diag(cm).astype(float)
    precision, recall = _ratio(hits, cm.sum(axis=0)), _ratio(hits, cm.sum(axis=1))
    return precision, recall, _ratio(2 * precision * recall, precision + recall)


@wrong("precision_recall_f1", "prec-rec", why="precision and recall are swapped: the axes of the sums")
def _(cm):
    precision, recall, f1 = _scores(cm)
    return np.stack([recall, precision, f1], axis=1)


@wrong("precision_recall_f1", "f1-arithmetic", why="the plain mean of precision and recall")
def _(cm):
    precision, recall, _ = _scores(cm)
    return np.stack([precision, recall, (precision + recall) / 2], axis=1)


@wrong("precision_recall_f1", "f1-no-two", why="the factor 2 of the harmonic mean is missing")
def _(cm):
    precision, recall, f1 = _scores(cm)
    return np.stack([precision, recall, f1 / 2], axis=1)


@wrong("precision_recall_f1", "f1-product", why="only the numerator")
def _(cm):
    precision, recall, _ = _scores(cm)
    return np.stack([precision, recall, precision * recall], axis=1)


@wrong("precision_recall_f1", "prf-average", why="averaged over the classes")
def _(cm):
    return np.stack(_scores(cm), axis=1).mean(axis=0)


@wrong("precision_recall_f1", "prf-transposed", why="one column a class")
def _(cm):
    return np.stack(_scores(cm))


@wrong("precision_recall_f1", "prf-micro", why="all classes thrown together: that is the accuracy")
def _(cm):
    return np.full((len(cm), 3), np.trace(cm) / cm.sum())


@wrong("precision_recall_f1", "prf-all-samples", why="divided by the number of all samples")
def _(cm):
    share = np.diag(cm) / cm.sum()
    return np.stack([share, share, share], axis=1)


@wrong("precision_recall_f1", "prf-accuracy", why="accuracy of class against rest for F1: true negatives count")
def _(cm):
    precision, recall, _ = _scores(cm)
    wrong_ones = cm.sum(axis=0) + cm.sum(axis=1) - 2 * np.diag(cm)
    return np.stack([precision, recall, 1 - wrong_ones / cm.sum()], axis=1)


@wrong("precision_recall_f1", "prf-specificity", why="the share of true negatives for recall")
def _(cm):
    precision, _, f1 = _scores(cm)
    others = cm.sum() - cm.sum(axis=1)
    rejected = others - cm.sum(axis=0) + np.diag(cm)
    return np.stack([precision, _ratio(rejected, others), f1], axis=1)


@wrong("precision_recall_f1", "prf-nan", why="0/0 is left as nan")
def _(cm):
    with np.errstate(all="ignore"):
        hits = np.diag(cm)
        precision, recall = hits / cm.sum(axis=0), hits / cm.sum(axis=1)
        return np.stack([precision, recall, 2 * precision * recall / (precision + recall)], axis=1)


@wrong("precision_recall_f1", "prf-warns", why="nan_to_num mends the values after NumPy has warned")
def _(cm):
    hits = np.diag(cm)
    precision, recall = np.nan_to_num(hits / cm.sum(axis=0)), np.nan_to_num(hits / cm.sum(axis=1))
    return np.stack([precision, recall, np.nan_to_num(2 * precision * recall / (precision + recall))], axis=1)


@wrong("r2_score", "r2-bcast", why="(N, 1) minus (N,) is (N, N)")
def _(y, p):
    return float(1 - np.sum((y - p) ** 2) / np.sum((y - y.mean()) ** 2))


@wrong("r2_score", "r2-bcast-mean", why="(N, 1) minus (N,) is (N, N), and its mean looks plausible")
def _(y, p):
    return float(1 - np.mean((y - p) ** 2) / np.var(y))


@wrong("r2_score", "r2-swapped", why="compared with the spread of the predictions")
def _(y, p):
    y = y.ravel()
    return 1 - np.sum((y - p) ** 2) / np.sum((p - p.mean()) ** 2)


@wrong("r2_score", "r2-correlation", why="the squared correlation forgives a wrong scale and offset")
def _(y, p):
    return float(np.corrcoef(y.ravel(), p)[0, 1] ** 2)


@wrong("r2_score", "r2-no-one-minus", why="the unexplained share")
def _(y, p):
    y = y.ravel()
    return np.sum((y - p) ** 2) / np.sum((y - y.mean()) ** 2)


@wrong("r2_score", "r2-ddof", why="one mean divides by N, the other by N - 1")
def _(y, p):
    y = y.ravel()
    return 1 - np.mean((y - p) ** 2) / np.var(y, ddof=1)


@wrong("r2_score", "r2-explained-variance", why="a constant error of all predictions is forgiven")
def _(y, p):
    y = y.ravel()
    return 1 - np.var(y - p) / np.var(y)


@wrong("r2_score", "r2-clipped", why="R² may be negative")
def _(y, p):
    y = y.ravel()
    return max(0.0, 1 - np.sum((y - p) ** 2) / np.sum((y - y.mean()) ** 2))


@wrong("r2_score", "r2-std", why="a ratio of roots")
def _(y, p):
    y = y.ravel()
    return 1 - np.sqrt(np.mean((y - p) ** 2)) / np.std(y)


@wrong("r2_score", "r2-no-mean", why="compared with predicting 0, not the mean")
def _(y, p):
    y = y.ravel()
    return 1 - np.sum((y - p) ** 2) / np.sum(y**2)


@wrong("r2_score", "r2-mse", why="the mean squared error itself")
def _(y, p):
    return float(np.mean((y.ravel() - p) ** 2))


@wrong("r2_score", "r2-absolute", why="absolute errors instead of squared ones")
def _(y, p):
    y = y.ravel()
    return 1 - np.sum(np.abs(y - p)) / np.sum(np.abs(y - y.mean()))


# Starting params


def _start(sizes, draw):
    return [(draw(a, b), np.zeros(b)) for a, b in zip(sizes[:-1], sizes[1:], strict=True)]


@wrong("init_mlp", "init-small", why="0.01 whatever the width: the signal dies on its way through the layers")
def _(sizes, rng):
    return _start(sizes, lambda a, b: 0.01 * rng.standard_normal((a, b)))


@wrong("init_mlp", "init-unit", why="variance 1 whatever the width: the signal explodes")
def _(sizes, rng):
    return _start(sizes, lambda a, b: rng.standard_normal((a, b)))


@wrong("init_mlp", "init-xavier", why="Glorot's variance, made for tanh")
def _(sizes, rng):
    return _start(sizes, lambda a, b: rng.standard_normal((a, b)) * np.sqrt(2 / (a + b)))


@wrong("init_mlp", "init-lecun", why="1 instead of 2: relu throws half of the signal away")
def _(sizes, rng):
    return _start(sizes, lambda a, b: rng.standard_normal((a, b)) / np.sqrt(a))


@wrong("init_mlp", "init-fan-out", why="the width after the layer instead of the one before")
def _(sizes, rng):
    return _start(sizes, lambda a, b: rng.standard_normal((a, b)) * np.sqrt(2 / b))


@wrong("init_mlp", "init-no-root", why="the variance given where the standard deviation is asked")
def _(sizes, rng):
    return _start(sizes, lambda a, b: rng.normal(0, 2 / a, (a, b)))


@wrong("init_mlp", "init-small-he", why="He's spread, and 0.01 on top of it")
def _(sizes, rng):
    return _start(sizes, lambda a, b: 0.01 * rng.standard_normal((a, b)) * np.sqrt(2 / a))


@wrong("init_mlp", "init-he-uniform", why="the right variance from the uniform distribution")
def _(sizes, rng):
    return _start(sizes, lambda a, b: rng.uniform(-np.sqrt(6 / a), np.sqrt(6 / a), (a, b)))


@wrong("init_mlp", "init-uniform", why="the bound of a uniform distribution taken for its standard deviation")
def _(sizes, rng):
    return _start(sizes, lambda a, b: rng.uniform(-np.sqrt(2 / a), np.sqrt(2 / a), (a, b)))


@wrong("init_mlp", "init-zeros", why="all units of a layer stay alike for ever")
def _(sizes, rng):
    return _start(sizes, lambda a, b: np.zeros((a, b)))


@wrong("init_mlp", "init-bias", why="biases are drawn too")
def _(sizes, rng):
    return [
        (W, 0.1 * rng.standard_normal(len(b)))
        for W, b in _start(sizes, lambda a, b: rng.standard_normal((a, b)) * np.sqrt(2 / a))
    ]


@wrong("init_mlp", "init-fixed-seed", why="a generator of its own: every network starts alike")
def _(sizes, rng):
    own = np.random.default_rng(0)
    return _start(sizes, lambda a, b: own.standard_normal((a, b)) * np.sqrt(2 / a))


@wrong("init_mlp", "init-layers-alike", why="the same seed again for every layer")
def _(sizes, rng):
    seed = int(rng.integers(2**32))
    return _start(sizes, lambda a, b: np.random.default_rng(seed).standard_normal((a, b)) * np.sqrt(2 / a))


@wrong("init_mlp", "init-global-rng", why="NumPy's global generator: not repeatable")
def _(sizes, rng):
    return _start(sizes, lambda a, b: np.random.randn(a, b) * np.sqrt(2 / a))


@wrong("init_mlp", "init-transposed", why="(width after, width before)")
def _(sizes, rng):
    return _start(sizes, lambda a, b: rng.standard_normal((b, a)) * np.sqrt(2 / a))


@wrong("init_mlp", "init-rows-alike", why="one row of weights repeated")
def _(sizes, rng):
    return _start(sizes, lambda a, b: np.tile(rng.standard_normal(b) * np.sqrt(2 / a), (a, 1)))


# Training


def _in_order(X, y, batch_size, rows):
    return [(X[rows[s : s + batch_size]], y[rows[s : s + batch_size]]) for s in range(0, len(rows), batch_size)]


def _shuffled(X, y, batch_size, rng):
    return _in_order(X, y, batch_size, rng.permutation(len(X)))


def _step_all(step, params, grads, states, lr):
    stepped = []
    for k, ((W, b), (dW, db)) in enumerate(zip(params, grads, strict=True)):
        W, state_W = step(W, dW, states[k][0], lr)
        b, state_b = step(b, db, states[k][1], lr)
        states[k] = (state_W, state_b)
        stepped.append((W, b))
    return stepped


def _val(params, X_val, y_val):
    return accuracy(forward(X_val, params)[0], y_val)


def _mean_loss(losses, sizes):
    return float(np.dot(losses, sizes) / sum(sizes))


def _train(
    params, X, y, X_val, y_val, lr, epochs, batch_size, rng, *,
    step=adam_step, slope=loss_and_grads, batches=_shuffled, record=_mean_loss, val=_val, fresh_states=False,
):  # fmt: skip
    history = {"loss": [], "val_accuracy": []}
    states = [({}, {}) for _ in params]
    for _ in range(epochs):
        if fresh_states:
            states = [({}, {}) for _ in params]
        losses, sizes = [], []
        for X_batch, y_batch in batches(X, y, batch_size, rng):
            loss, grads = slope(X_batch, y_batch, params)
            losses.append(loss)
            sizes.append(len(X_batch))
            params = _step_all(step, params, grads, states, lr)
        history["loss"].append(record(losses, sizes))
        history["val_accuracy"].append(val(params, X_val, y_val))
    return params, history


@wrong("fit", "mb-drop", why="the last, shorter batch is dropped")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def batches(X, y, batch_size, rng):
        return _in_order(X, y, batch_size, rng.permutation(len(X))[: len(X) // batch_size * batch_size])

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, batches=batches)


@wrong("fit", "split-sep", why="X and y are shuffled apart")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def batches(X, y, batch_size, rng):
        return _in_order(X[rng.permutation(len(X))], y[rng.permutation(len(y))], batch_size, np.arange(len(X)))

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, batches=batches)


@wrong(
    "fit",
    "mb-pyshuffle",
    why="random.shuffle doubles rows of a 2-D array, and asks no rng",
    unnamed="no two runs are alike",
)
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def batches(X, y, batch_size, rng):
        joint = np.column_stack([X, y])
        random.shuffle(joint)
        return _in_order(joint[:, :-1], joint[:, -1].astype(int), batch_size, np.arange(len(X)))

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, batches=batches)


@wrong("fit", "fit-no-shuffle", why="the same batches in the same order every epoch")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def batches(X, y, batch_size, rng):
        return _in_order(X, y, batch_size, np.arange(len(X)))

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, batches=batches)


@wrong("fit", "fit-shuffled-once", why="one permutation for all epochs")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    order = rng.permutation(len(X))

    def batches(X, y, batch_size, rng):
        return _in_order(X, y, batch_size, order)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, batches=batches)


@wrong("fit", "fit-shuffles-the-shuffled", why="the rows are shuffled for good: the next permutation is of those")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    kept = [X, y]

    def batches(X, y, batch_size, rng):
        order = rng.permutation(len(X))
        kept[:] = kept[0][order], kept[1][order]
        return _in_order(*kept, batch_size, np.arange(len(X)))

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, batches=batches)


@wrong("fit", "fit-state-reset", why="Adam forgets everything at the start of every epoch")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, fresh_states=True)


def _adam(
    w,
    g,
    state,
    lr,
    b1=0.9,
    b2=0.999,
    eps=1e-8,
    *,
    corrected=True,
    t_of=lambda t: t,
    in_root=False,
    keep_hats=False,
    square=True,
):
    t = state.get("t", 0) + 1
    m = b1 * state.get("m", 0.0) + (1 - b1) * g
    v = b2 * state.get("v", 0.0) + (1 - b2) * (g * g if square else g)
    with np.errstate(all="ignore"):
        m_hat = m / (1 - b1 ** t_of(t)) if corrected else m
        v_hat = v / (1 - b2 ** t_of(t)) if corrected else v
        root = np.sqrt(v_hat + eps) if in_root else np.sqrt(v_hat) + eps
        return w - lr * m_hat / root, {"t": t, "m": m_hat if keep_hats else m, "v": v_hat if keep_hats else v}


@wrong("fit", "adam-nobc", why="no bias correction")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def step(w, g, state, lr):
        return _adam(w, g, state, lr, corrected=False)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, step=step)


@wrong("fit", "adam-bc1", why="the power t is missing in the correction")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def step(w, g, state, lr):
        return _adam(w, g, state, lr, t_of=lambda t: 1)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, step=step)


@wrong("fit", "adam-t0", why="t starts at 0: 1 - b**0 is 0")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def step(w, g, state, lr):
        return _adam(w, g, state, lr, t_of=lambda t: t - 1)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, step=step)


@wrong("fit", "adam-t2", why="the first step is corrected as if it were the second")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def step(w, g, state, lr):
        return _adam(w, g, state, lr, t_of=lambda t: t + 1)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, step=step)


@wrong("fit", "adam-tparam", why="t counts arrays instead of steps")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    count = [0]

    def step(w, g, state, lr):
        count[0] += 1
        return _adam(w, g, state, lr, t_of=lambda t: count[0])

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, step=step)


@wrong("fit", "fit-t-per-epoch", why="t counts epochs instead of steps")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    per_epoch = -(-len(X) // batch_size)

    def step(w, g, state, lr):
        return _adam(w, g, state, lr, t_of=lambda t: (t - 1) // per_epoch + 1)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, step=step)


@wrong("fit", "adam-inplacehat", why="the corrected means are kept as the means")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def step(w, g, state, lr):
        return _adam(w, g, state, lr, keep_hats=True)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, step=step)


@wrong("fit", "adam-epsin", why="eps inside the root: shows for tiny gradients only")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def step(w, g, state, lr):
        return _adam(w, g, state, lr, in_root=True)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, step=step)


@wrong("fit", "adam-vg", why="the second mean without the square: roots of negative numbers")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def step(w, g, state, lr):
        return _adam(w, g, state, lr, square=False)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, step=step)


@wrong("fit", "adam-swap", why="beta1 and beta2 swapped")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def step(w, g, state, lr):
        return _adam(w, g, state, lr, 0.999, 0.9)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, step=step)


@wrong("fit", "adam-ascent", why="climbs instead of descending")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    return _train(params, X, y, X_val, y_val, -lr, epochs, batch_size, rng)


@wrong("fit", "opt-alias", why="arrays of the same shape share their means")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    m, v = {}, {}

    def step(w, g, state, lr):
        t = state.get("t", 0) + 1
        m[g.shape] = 0.9 * m.get(g.shape, 0.0) + 0.1 * g
        v[g.shape] = 0.999 * v.get(g.shape, 0.0) + 0.001 * g * g
        return w - lr * (m[g.shape] / (1 - 0.9**t)) / (np.sqrt(v[g.shape] / (1 - 0.999**t)) + 1e-8), {"t": t}

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, step=step)


@wrong(
    "fit",
    "fit-one-state",
    why="one state for all arrays: they have different shapes",
    unnamed="NumPy's message on shapes says so",
)
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    shared = {}

    def step(w, g, state, lr):
        w, new = adam_step(w, g, shared, lr)
        shared.update(new)
        return w, shared

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, step=step)


@wrong("fit", "fit-sgd", why="plain gradient descent instead of Adam")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def step(w, g, state, lr):
        return w - lr * g, state

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, step=step)


@wrong("fit", "sgd-ascent", why="plain gradient descent uphill")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def step(w, g, state, lr):
        return w + lr * g, state

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, step=step)


@wrong("fit", "sgd-local", why="the loop rebinds W and b: the list keeps the old arrays")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def step(w, g, state, lr):
        moved, state = adam_step(w, g, state, lr)
        return w, state

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, step=step)


@wrong("fit", "fit-in-place", why="the arrays of the params given are changed")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def step(w, g, state, lr):
        moved, state = adam_step(w, g, state, lr)
        w[...] = moved
        return w, state

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, step=step)


def _slope(X, y, params, *, rows_divisor=None, mask=None, change=None, bias=None, through=None):
    logits, activations = forward(X, params)
    shifted = logits - logits.max(axis=1, keepdims=True)
    P = np.exp(shifted)
    P /= P.sum(axis=1, keepdims=True)
    Y = np.eye(P.shape[1])[y]
    loss = float(np.mean(-np.log(np.sum(P * Y, axis=1))))
    d = (P - Y if change is None else change(P, Y, y)) / (len(y) if rows_divisor is None else rows_divisor)
    grads = []
    for k in reversed(range(len(params))):
        x = activations[k]
        dW, db = x.T @ d, d.sum(axis=0) if bias is None else bias(d)
        grads.append((dW, db))
        if k:
            W = params[k][0] if through is None else through(k, dW)
            z = activations[k - 1] @ params[k - 1][0] + params[k - 1][1]
            d = (d @ W.T) * (z > 0 if mask is None else mask(z))
    return loss, grads[::-1]


@wrong("fit", "fit-no-relu-mask", why="the derivative of relu is missing on the way back")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def slope(X, y, params):
        return _slope(X, y, params, mask=np.ones_like)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, slope=slope)


@wrong("fit", "drelu-ge", why="relu's derivative at 0 is 0 in this course")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def slope(X, y, params):
        return _slope(X, y, params, mask=lambda z: z >= 0)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, slope=slope)


@wrong("fit", "fit-frozen-bias", why="the biases are never changed")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def slope(X, y, params):
        return _slope(X, y, params, bias=lambda d: np.zeros(d.shape[1]))

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, slope=slope)


@wrong("fit", "daff-dball", why="one number for all biases of a layer")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def slope(X, y, params):
        return _slope(X, y, params, bias=lambda d: np.full(d.shape[1], np.sum(d)))

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, slope=slope)


@wrong("fit", "daff-avg2", why="the layers divide by N once more")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def slope(X, y, params):
        loss, grads = loss_and_grads(X, y, params)
        return loss, [(dW / len(y), db / len(y)) for dW, db in grads]

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, slope=slope)


@wrong("fit", "bp-updfirst", why="propagates through weights that have moved already")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    states = [({}, {}) for _ in params]

    def slope(X, y, params):
        def through(k, dW):
            W, states[k] = params[k][0], states[k]
            moved, new = adam_step(W, dW, states[k][0], lr)
            states[k] = (new, {})
            return moved

        return _slope(X, y, params, through=through)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, slope=slope)


@wrong("fit", "fit-mse", why="trains on squared errors of the probabilities")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def slope(X, y, params):
        return _slope(X, y, params, change=lambda P, Y, y: P * (P - Y - np.sum(P * (P - Y), axis=1, keepdims=True)))

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, slope=slope)


@wrong("fit", "sm-axis0", why="the softmax runs over the samples of the batch")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def slope(X, y, params):
        logits, activations = forward(X, params)
        e = np.exp(logits - logits.max(axis=0))
        P = e / e.sum(axis=0)
        Y = np.eye(P.shape[1])[y]
        return float(np.mean(-np.log(np.sum(P * Y, axis=1)))), backward((P - Y) / len(y), activations, params)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, slope=slope)


@wrong("fit", "ce-doublesm", why="softmax is applied twice")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def softmax(Z):
        e = np.exp(Z - Z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def slope(X, y, params):
        logits, activations = forward(X, params)
        P = softmax(softmax(logits))
        Y = np.eye(P.shape[1])[y]
        return float(np.mean(-np.log(np.sum(P * Y, axis=1)))), backward((P - Y) / len(y), activations, params)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, slope=slope)


@wrong("fit", "ce-mean-nc", why="the mean over N times C entries")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def slope(X, y, params):
        return _slope(X, y, params, rows_divisor=len(y) * len(params[-1][1]))

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, slope=slope)


@wrong("fit", "dce-s1ms", why="softmax's own derivative at the true class")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def slope(X, y, params):
        return _slope(X, y, params, change=lambda P, Y, y: np.where(Y == 1, P * (1 - P), P))

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, slope=slope)


@wrong("fit", "dce-rows", why="1 is taken off whole rows")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def change(P, Y, y):
        d = P.copy()
        d[y] -= 1
        return d

    def slope(X, y, params):
        return _slope(X, y, params, change=change)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, slope=slope)


@wrong("fit", "dce-no-n", why="the gradient of the sum; Adam hides it but for tiny gradients")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def slope(X, y, params):
        return _slope(X, y, params, rows_divisor=1)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, slope=slope)


@wrong("fit", "fit-batch-size-not-rows", why="the last, shorter batch is divided by batch_size")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def slope(X, y, params):
        return _slope(X, y, params, rows_divisor=batch_size)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, slope=slope)


@wrong("fit", "fit-all-rows", why="a batch's gradient is divided by the number of all rows")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    N = len(X)

    def slope(X, y, params):
        return _slope(X, y, params, rows_divisor=N)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, slope=slope)


@wrong("fit", "sm-overflow", why="exp of logits in the thousands: inf/inf")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def slope(X, y, params):
        logits, activations = forward(X, params)
        P = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        Y = np.eye(P.shape[1])[y]
        return float(np.mean(-np.log(P[np.arange(len(y)), y]))), backward((P - Y) / len(y), activations, params)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, slope=slope)


@wrong(
    "fit",
    "fit-unshifted-logsumexp",
    why="log of the sum of exp, without taking anything off the logits",
    unnamed="named sm-overflow, as it is",
)
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def slope(X, y, params):
        logits, activations = forward(X, params)
        log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        Y = np.eye(log_p.shape[1])[y]
        return float(-np.mean(log_p[np.arange(len(y)), y])), backward((np.exp(log_p) - Y) / len(y), activations, params)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, slope=slope)


@wrong("fit", "lsm-log", why="the log of a probability that has become 0")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, slope=_slope)


@wrong("fit", "ce-eps", why="a tiny number inside the log: no loss above 18.42")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def slope(X, y, params):
        logits, activations = forward(X, params)
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        P = e / e.sum(axis=1, keepdims=True)
        Y = np.eye(P.shape[1])[y]
        return float(np.mean(-np.log(P[np.arange(len(y)), y] + 1e-8))), backward((P - Y) / len(y), activations, params)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, slope=slope)


@wrong("fit", "mb-meanmean", why="the short last batch counts as much as a full one")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def record(losses, sizes):
        return float(np.mean(losses))

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, record=record)


@wrong("fit", "fit-loss-last-batch", why="only the last batch of an epoch is recorded")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def record(losses, sizes):
        return losses[-1]

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, record=record)


@wrong("fit", "fit-loss-sum", why="the sum over the samples")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def record(losses, sizes):
        return float(np.dot(losses, sizes))

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, record=record)


@wrong("fit", "fit-loss-sum-of-means", why="the sum of the batches' means")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def record(losses, sizes):
        return float(np.sum(losses))

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, record=record)


@wrong("fit", "fit-loss-after", why="the loss of a batch after its own step")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    states, history = [({}, {}) for _ in params], {"loss": [], "val_accuracy": []}
    for _ in range(epochs):
        total = 0.0
        for X_batch, y_batch in _shuffled(X, y, batch_size, rng):
            params = _step_all(adam_step, params, loss_and_grads(X_batch, y_batch, params)[1], states, lr)
            total += loss_and_grads(X_batch, y_batch, params)[0] * len(y_batch)
        history["loss"].append(total / len(X))
        history["val_accuracy"].append(_val(params, X_val, y_val))
    return params, history


@wrong("fit", "fit-loss-end", why="one more pass over all rows at the end of the epoch")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    ends = []

    def val(params, X_val, y_val):
        ends.append(loss_and_grads(X, y, params)[0])
        return _val(params, X_val, y_val)

    params, history = _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, val=val)
    return params, {**history, "loss": ends}


@wrong("fit", "fit-loss-val", why="the loss on the validation rows")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    ends = []

    def val(params, X_val, y_val):
        ends.append(loss_and_grads(X_val, y_val, params)[0])
        return _val(params, X_val, y_val)

    params, history = _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, val=val)
    return params, {**history, "loss": ends}


@wrong("fit", "fit-val-before", why="validated before the epoch's steps")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    first = _val(params, X_val, y_val)
    params, history = _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng)
    return params, {**history, "val_accuracy": [first, *history["val_accuracy"][:-1]]}


@wrong("fit", "fit-val-on-train", why="the accuracy on the rows it learns from")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def val(params, X_val, y_val):
        return _val(params, X, y)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, val=val)


@wrong("fit", "fit-val-percent", why="percent instead of a share")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def val(params, X_val, y_val):
        return 100 * _val(params, X_val, y_val)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, val=val)


@wrong("fit", "fit-val-error", why="the share of errors")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def val(params, X_val, y_val):
        return 1 - _val(params, X_val, y_val)

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, val=val)


@wrong("fit", "acc-axis0", why="a winner for every class instead of every sample")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def val(params, X_val, y_val):
        return float(np.mean(forward(X_val, params)[0].argmax(axis=0) == y_val))

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, val=val)


@wrong("fit", "acc-bcast", why="(N, 1) compared with (N,) compares every pair")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    def val(params, X_val, y_val):
        return float(np.mean(forward(X_val, params)[0].argmax(axis=1, keepdims=True) == y_val))

    return _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, val=val)


@wrong("fit", "fit-extra-entry", why="the history begins before the first epoch")
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    first = loss_and_grads(X, y, params)[0], _val(params, X_val, y_val)
    params, history = _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng)
    return params, {"loss": [first[0], *history["loss"]], "val_accuracy": [first[1], *history["val_accuracy"]]}


@wrong(
    "fit",
    "fit-best-epoch",
    why="hands back the params of the best epoch",
    unnamed="other params than those of the last epoch, but right ones",
)
def _(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    seen = []

    def val(params, X_val, y_val):
        seen.append(params)
        return _val(params, X_val, y_val)

    _, history = _train(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, val=val)
    return seen[int(np.argmax(history["val_accuracy"]))], history


# Choosing


@wrong("select", "select-lowest", why="the config with the lowest score")
def _(configs, score):
    return min(configs, key=score)


@wrong("select", "select-last-of-equals", why=">= lets a later equal one take over")
def _(configs, score):
    best, best_score = None, -np.inf
    for config in configs:
        value = score(config)
        if value >= best_score:
            best, best_score = config, value
    return best


@wrong("select", "select-score", why="the score instead of the config")
def _(configs, score):
    return max(score(config) for config in configs)


@wrong("select", "select-index", why="the place of the config in the list")
def _(configs, score):
    return int(np.argmax([score(config) for config in configs]))


@wrong("select", "select-both", why="config and score")
def _(configs, score):
    scores = [score(config) for config in configs]
    best = int(np.argmax(scores))
    return configs[best], scores[best]


@wrong("select", "select-from-zero", why="the best score so far starts at 0: no negative score can beat it")
def _(configs, score):
    best, best_score = None, 0.0
    for config in configs:
        value = score(config)
        if value > best_score:
            best, best_score = config, value
    return best


@wrong("select", "select-zero-is-nothing", why="`not best_score` also holds of a score of 0")
def _(configs, score):
    best = best_score = None
    for config in configs:
        value = score(config)
        if not best_score or value > best_score:
            best, best_score = config, value
    return best


@wrong("select", "select-empty-is-nothing", why="`not best` also holds of an empty list")
def _(configs, score):
    best = best_score = None
    for config in configs:
        value = score(config)
        if not best or value > best_score:
            best, best_score = config, value
    return best


@wrong("select", "select-skips-the-first", why="the loop starts at the second config")
def _(configs, score):
    return max(configs[1:] or configs, key=score)


@wrong("select", "select-first", why="returns inside the loop")
def _(configs, score):
    best_score = -np.inf
    for config in configs:
        value = score(config)
        if value > best_score:
            best_score = value
            best = config
        return best


@wrong("select", "select-last", why="the loop's variable is returned")
def _(configs, score):
    best_score = -np.inf
    for config in configs:
        value = score(config)
        if value > best_score:
            best_score = value
    return config


@wrong("select", "select-scores-twice", why="the score is asked for again to remember it")
def _(configs, score):
    best = configs[0]
    best_score = score(best)
    for config in configs[1:]:
        if score(config) > best_score:
            best, best_score = config, score(config)
    return best


@wrong("select", "select-sorts-pairs", why="pairs are compared: of equal scores the configs decide, and dicts cannot")
def _(configs, score):
    return max((score(config), config) for config in configs)[1]


# Capstones


def _network(X, T, rng, last, hidden=(32, 32), epochs=80):
    params = init_mlp([X.shape[1], *hidden, T.shape[1]], rng)
    states = [({}, {}) for _ in params]
    for epoch in range(epochs):
        for X_batch, T_batch in _shuffled(X, T, 32, rng):
            with np.errstate(all="ignore"):
                out, activations = forward(X_batch, params)
                params = _step_all(
                    adam_step,
                    params,
                    backward(last(out, T_batch), activations, params),
                    states,
                    0.01 if epoch < 60 else 0.002,
                )
    return params


def _softmax_slope(out, T):
    e = np.exp(out - out.max(axis=1, keepdims=True))
    return (e / e.sum(axis=1, keepdims=True) - T) / len(T)


def _square_slope(out, T):
    return 2 * (out - T) / len(T)


def _labels(X, y, X_test, rng, hidden=(32, 32), n_classes=None):
    params = _network(X, np.eye(y.max() + 1 if n_classes is None else n_classes)[y], rng, _softmax_slope, hidden)
    with np.errstate(all="ignore"):
        return forward(X_test, params)[0].argmax(axis=1)


@wrong("train_classifier", "capstone-unscaled-inputs", why="the columns keep their scales")
def _(X_train, y_train, X_test, rng):
    return _labels(X_train, y_train, X_test, rng)


@wrong("train_classifier", "capstone-constant-column", why="a constant column is divided by its spread of 0")
def _(X_train, y_train, X_test, rng):
    with np.errstate(all="ignore"):
        mean, std = X_train.mean(axis=0), X_train.std(axis=0)
        return _labels((X_train - mean) / std, y_train, (X_test - mean) / std, rng)


@wrong("train_classifier", "capstone-test-statistics", why="the test rows are scaled by their own mean and spread")
def _(X_train, y_train, X_test, rng):
    return _labels(
        apply_scaler(X_train, *fit_scaler(X_train)), y_train, apply_scaler(X_test, *fit_scaler(X_test)), rng
    )  # fmt: skip


@wrong("train_classifier", "capstone-linear", why="no hidden layer", unnamed="a low accuracy has many reasons")
def _(X_train, y_train, X_test, rng):
    scaler = fit_scaler(X_train)
    return _labels(apply_scaler(X_train, *scaler), y_train, apply_scaler(X_test, *scaler), rng, ())


@wrong("train_classifier", "capstone-three-classes", why="C fixed at 3", unnamed="the IndexError says so")
def _(X_train, y_train, X_test, rng):
    scaler = fit_scaler(X_train)
    return _labels(apply_scaler(X_train, *scaler), y_train, apply_scaler(X_test, *scaler), rng, n_classes=3)


@wrong("train_classifier", "capstone-scores", why="scores instead of labels")
def _(X_train, y_train, X_test, rng):
    scaler = fit_scaler(X_train)
    X = apply_scaler(X_train, *scaler)
    params = _network(X, np.eye(y_train.max() + 1)[y_train], rng, _softmax_slope, epochs=10)
    return forward(apply_scaler(X_test, *scaler), params)[0]


@wrong("train_classifier", "capstone-float-labels", why="labels as floats")
def _(X_train, y_train, X_test, rng):
    scaler = fit_scaler(X_train)
    return _labels(apply_scaler(X_train, *scaler), y_train, apply_scaler(X_test, *scaler), rng).astype(float)


@wrong("train_classifier", "capstone-global-rng", why="NumPy's global generator decides")
def _(X_train, y_train, X_test, rng):
    scaler = fit_scaler(X_train)
    own = np.random.default_rng()
    return _labels(apply_scaler(X_train, *scaler), y_train, apply_scaler(X_test, *scaler), own, (16,))


def _values(X, t, X_test, rng, hidden=(32, 32)):
    params = _network(X, t, rng, _square_slope, hidden, 120)
    with np.errstate(all="ignore"):
        return forward(X_test, params)[0][:, 0]


@wrong("train_regressor", "capstone-unscaled-targets", why="targets around 20,000 as they are")
def _(X_train, y_train, X_test, rng):
    scaler = fit_scaler(X_train)
    return _values(apply_scaler(X_train, *scaler), np.reshape(y_train, (-1, 1)), apply_scaler(X_test, *scaler), rng)


@wrong("train_regressor", "regressor-still-scaled", why="the predictions are left on the scale of the scaled targets")
def _(X_train, y_train, X_test, rng):
    scaler, targets = fit_scaler(X_train), np.reshape(y_train, (-1, 1))
    t = apply_scaler(targets, *fit_scaler(targets))
    return _values(apply_scaler(X_train, *scaler), t, apply_scaler(X_test, *scaler), rng)


@wrong("train_regressor", "regressor-mean-missing", why="multiplied by the spread, but the mean is not added")
def _(X_train, y_train, X_test, rng):
    scaler, targets = fit_scaler(X_train), np.reshape(y_train, (-1, 1))
    mean, std = fit_scaler(targets)
    t = apply_scaler(targets, mean, std)
    return std * _values(apply_scaler(X_train, *scaler), t, apply_scaler(X_test, *scaler), rng)


@wrong("train_regressor", "regressor-spread-missing", why="the mean is added, but nothing multiplied by the spread")
def _(X_train, y_train, X_test, rng):
    scaler, targets = fit_scaler(X_train), np.reshape(y_train, (-1, 1))
    mean, std = fit_scaler(targets)
    t = apply_scaler(targets, mean, std)
    return mean + _values(apply_scaler(X_train, *scaler), t, apply_scaler(X_test, *scaler), rng)


@wrong(
    "train_regressor",
    "regressor-one-epoch",
    why="stops long before it has learnt",
    unnamed="a low R² has many reasons",
)
def _(X_train, y_train, X_test, rng):
    scaler, targets = fit_scaler(X_train), np.reshape(y_train, (-1, 1))
    mean, std = targets.mean(), targets.std()
    t = (targets - mean) / std
    params = _network(apply_scaler(X_train, *scaler), t, rng, _square_slope, epochs=2)
    return forward(apply_scaler(X_test, *scaler), params)[0][:, 0] * std + mean


@wrong("train_regressor", "mse-bcast", why="(N, 1) minus (N,) is (N, N): everything is pulled to the mean")
def _(X_train, y_train, X_test, rng):
    scaler, mean, std = fit_scaler(X_train), y_train.mean(), y_train.std()
    t = (y_train - mean) / std

    def slope(out, T):
        error = out - T
        return 2 * error.sum(axis=1, keepdims=True) / error.size

    params = init_mlp([X_train.shape[1], 32, 32, 1], rng)
    states, X = [({}, {}) for _ in params], apply_scaler(X_train, *scaler)
    for _ in range(120):
        for X_batch, T_batch in _shuffled(X, t, 32, rng):
            out, activations = forward(X_batch, params)
            params = _step_all(adam_step, params, backward(slope(out, T_batch), activations, params), states, 0.005)
    return forward(apply_scaler(X_test, *scaler), params)[0][:, 0] * std + mean


@wrong("train_regressor", "capstone-unscaled-inputs", why="the columns keep their scales")
def _(X_train, y_train, X_test, rng):
    targets = np.reshape(y_train, (-1, 1))
    mean, std = targets.mean(), targets.std()
    return np.nan_to_num(_values(X_train, (targets - mean) / std, X_test, rng)) * std + mean


@wrong("train_regressor", "capstone-test-statistics", why="the test rows are scaled by their own")
def _(X_train, y_train, X_test, rng):
    targets = np.reshape(y_train, (-1, 1))
    mean, std = targets.mean(), targets.std()
    X, X_test = apply_scaler(X_train, *fit_scaler(X_train)), apply_scaler(X_test, *fit_scaler(X_test))
    return _values(X, (targets - mean) / std, X_test, rng) * std + mean


@wrong("train_regressor", "capstone-constant-column", why="a constant column becomes nan")
def _(X_train, y_train, X_test, rng):
    targets = np.reshape(y_train, (-1, 1))
    mean, std = targets.mean(), targets.std()
    with np.errstate(all="ignore"):
        X_mean, X_std = X_train.mean(axis=0), X_train.std(axis=0)
        return _values((X_train - X_mean) / X_std, (targets - mean) / std, (X_test - X_mean) / X_std, rng) * std + mean


@wrong("train_regressor", "regressor-linear", why="a straight line", unnamed="a low R² has many reasons")
def _(X_train, y_train, X_test, rng):
    scaler, targets = fit_scaler(X_train), np.reshape(y_train, (-1, 1))
    mean, std = targets.mean(), targets.std()
    return (
        _values(apply_scaler(X_train, *scaler), (targets - mean) / std, apply_scaler(X_test, *scaler), rng, ()) * std
        + mean
    )


@wrong(
    "train_regressor",
    "regressor-relu-output",
    why="relu after the last layer: nothing below the mean",
    unnamed="a low R² has many reasons",
)
def _(X_train, y_train, X_test, rng):
    scaler, targets = fit_scaler(X_train), np.reshape(y_train, (-1, 1))
    mean, std = targets.mean(), targets.std()
    out = _values(apply_scaler(X_train, *scaler), (targets - mean) / std, apply_scaler(X_test, *scaler), rng)
    return np.maximum(out, 0) * std + mean


@wrong("train_regressor", "regressor-column", why="(N, 1) where (N,) is asked")
def _(X_train, y_train, X_test, rng):
    return np.full((len(X_test), 1), np.mean(y_train))
