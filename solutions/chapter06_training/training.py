"""Chapter 6: training a network from raw data to an honest score.

A network is a list ``params`` of pairs ``(W, b)``, first layer first, with ReLU after every layer but the last.
One sample is one row. The functions above the line of dashes are done: they come from chapters 3 to 5. The
functions below it are yours, in any order that suits you.
"""

import numpy as np


def forward(X, params):
    """Return ``(out, activations)`` of a relu network: what the last layer gives, and what every layer was fed.

    ``out`` has shape (N, M); ``activations[k]`` is the input of layer k, so ``activations[0]`` is X itself.
    """
    activations = [X]
    for W, b in params[:-1]:
        activations.append(np.maximum(activations[-1] @ W + b, 0))
    W, b = params[-1]
    return activations[-1] @ W + b, activations


def backward(dout, activations, params):
    """Return the gradients ``[(dW, db), ...]`` of the loss, given ``dout``, its gradient with respect to ``out``."""
    grads = []
    for (W, _), x in zip(reversed(params), reversed(activations), strict=True):
        grads.append((x.T @ dout, dout.sum(axis=0)))
        dout = (dout @ W.T) * (x > 0)
    return grads[::-1]


def loss_and_grads(X, y, params):
    """Return ``(loss, grads)``: the mean cross-entropy of the rows of X, and the gradients of exactly that mean."""
    logits, activations = forward(X, params)
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(y))
    dlogits = np.exp(log_p)
    dlogits[rows, y] -= 1
    return float(-log_p[rows, y].mean()), backward(dlogits / len(y), activations, params)


def accuracy(scores, y):
    """Return the share of the rows whose largest score stands at y; of equal scores the first class wins."""
    return float(np.mean(scores.argmax(axis=1) == y))


def adam_step(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """Return ``(w, state)`` after one step of Adam for ONE array w with gradient g; state is ``{}`` at first."""
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    step = lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w - step, {"t": t, "m": m, "v": v}


# ----------------------------------------------------------------------------------------------------------------------


def split_indices(n, fractions, rng):
    """Return the row numbers 0 to n - 1, shuffled and dealt out into as many parts as there are fractions.

    Args:
        n: the number of rows, an int.
        fractions: floats that add up to 1, one a part, for example ``(0.6, 0.2, 0.2)``.
        rng: the generator that shuffles.

    Returns:
        A tuple of integer arrays. Part k holds ``int(n * fractions[k])`` row numbers, except the last part, which
        holds all that remain: every row is in exactly one part.

    >>> parts = split_indices(11, (0.5, 0.25, 0.25), np.random.default_rng(0))
    >>> [len(part) for part in parts]
    [5, 2, 4]
    """
    # BEGIN SOLUTION one permutation of all rows, cut into consecutive pieces
    order = rng.permutation(n)
    parts, start = [], 0
    for fraction in fractions[:-1]:
        size = int(n * fraction)
        parts.append(order[start : start + size])
        start += size
    parts.append(order[start:])
    return tuple(parts)
    # END SOLUTION


def fit_scaler(X):
    """Return ``(mean, std)`` of every column of X: what apply_scaler needs.

    Args:
        X: the training rows, shape (N, D); they may be ints.

    Returns:
        Two arrays of shape (D,). ``std`` is the population standard deviation, the root of the mean squared
        distance from the mean; for a column whose values are all the same it is 1.0.

    >>> mean, std = fit_scaler(np.array([[1.0, 7.0], [3.0, 7.0], [5.0, 7.0]]))
    >>> mean.shape, std.shape
    ((2,), (2,))
    >>> float(std[1])
    1.0
    """
    # BEGIN SOLUTION statistics over the rows, one number a column; then mind the columns without spread
    mean = X.mean(axis=0)
    std = np.sqrt(((X - mean) ** 2).mean(axis=0))
    return mean, np.where(X.max(axis=0) == X.min(axis=0), 1.0, std)
    # END SOLUTION


def apply_scaler(X, mean, std):
    """Return X moved and scaled by the statistics given, whichever rows they were taken from.

    Args:
        X: rows to scale, shape (N, D); training, validation or test rows, N may be 1.
        mean, std: what fit_scaler returned, shape (D,) each.

    Returns:
        A new array of shape (N, D).

    >>> apply_scaler(np.array([[10.0, 5.0]]), np.array([8.0, 5.0]), np.array([4.0, 1.0])).shape
    (1, 2)
    """
    # BEGIN SOLUTION distance from the mean, measured in standard deviations
    return (X - mean) / std
    # END SOLUTION


def one_hot(y, n_classes):
    """Return a matrix with a 1.0 in every row, at the column of the row's label, and 0.0 elsewhere.

    Args:
        y: labels from 0 to n_classes - 1, int64, shape (N,); some classes may be missing.
        n_classes: the number of columns.

    Returns:
        Array of shape (N, n_classes), float64.

    >>> one_hot(np.array([2, 0]), 4).shape
    (2, 4)
    """
    # BEGIN SOLUTION a matrix of zeros, then one entry a row
    Y = np.zeros((len(y), n_classes))
    Y[np.arange(len(y)), y] = 1.0
    return Y
    # END SOLUTION


def confusion_matrix(y, p, n_classes):
    """Return how often each true label met each predicted label.

    Args:
        y: true labels, int64, shape (N,).
        p: predicted labels, int64, shape (N,).
        n_classes: C, the number of classes; some may be missing from y or p.

    Returns:
        Integer array of shape (C, C). The entry in row t and column c counts the samples of class t that were
        taken for class c.

    >>> int(confusion_matrix(np.array([0, 1, 1]), np.array([0, 0, 1]), 2).sum())
    3
    """
    # BEGIN SOLUTION every sample adds 1 to one cell, also when two samples share a cell
    counts = np.zeros((n_classes, n_classes), dtype=np.int64)
    for truth, predicted in zip(y, p, strict=True):
        counts[truth, predicted] += 1
    return counts
    # END SOLUTION


def precision_recall_f1(cm):
    """Return precision, recall and F1 of every class.

    Args:
        cm: confusion matrix of whole numbers, shape (C, C): rows are the truth, columns the prediction.

    Returns:
        Array of shape (C, 3) with the columns precision, recall, F1. Where a ratio would be 0/0 it is 0, and no
        warning is raised on the way.

    >>> precision_recall_f1(np.array([[3, 0], [0, 5]])).shape
    (2, 3)
    """
    # BEGIN SOLUTION for each class: how many were right, how many were called so, how many there are
    hits = np.diag(cm).astype(float)
    called = cm.sum(axis=0)
    there = cm.sum(axis=1)
    precision = hits / np.maximum(called, 1)
    recall = hits / np.maximum(there, 1)
    f1 = 2 * hits / np.maximum(called + there, 1)
    return np.stack([precision, recall, f1], axis=1)
    # END SOLUTION


def r2_score(y, p):
    """Return R²: 1 for perfect predictions, 0 for those of the mean of y, negative for worse ones.

    Args:
        y: true values, shape (N,) or (N, 1), not all equal.
        p: predictions, shape (N,).

    Returns:
        A float.

    >>> r2_score(np.array([1.0, 2.0, 6.0]), np.array([1.0, 2.0, 6.0]))
    1.0
    """
    # BEGIN SOLUTION squared errors of the predictions, compared with those of a constant; mind the shapes first
    y = np.reshape(y, -1)
    unexplained = np.sum((y - p) ** 2)
    spread = np.sum((y - y.mean()) ** 2)
    return float(1 - unexplained / spread)
    # END SOLUTION


def init_mlp(sizes, rng):
    """Return fresh params of a relu network: He-normal weights and zero biases.

    Args:
        sizes: width of the input, of every hidden layer and of the output, for example ``[64, 32, 10]``.
        rng: the generator to draw from.

    Returns:
        A list of ``len(sizes) - 1`` pairs (W, b). W has shape (width before, width after) and normally distributed
        entries of mean 0 and variance 2 / (width before); b is zero.

    >>> [W.shape + b.shape for W, b in init_mlp([4, 8, 3], np.random.default_rng(0))]
    [(4, 8, 8), (8, 3, 3)]
    """
    # BEGIN SOLUTION one pair for each two neighbours in sizes; which of the two numbers sets the spread?
    params = []
    for fan_in, fan_out in zip(sizes[:-1], sizes[1:], strict=True):
        W = rng.standard_normal((fan_in, fan_out)) * np.sqrt(2 / fan_in)
        params.append((W, np.zeros(fan_out)))
    return params
    # END SOLUTION


def fit(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    """Train a relu network of any depth on the cross-entropy with Adam, and keep a record.

    Every epoch draws ``rng.permutation(N)`` once; the batches are consecutive slices of it, so that its first
    batch_size numbers say which rows of X and y make the first batch, and so on; the last batch may be shorter.
    Every batch makes one Adam step with the defaults of chapter 5. Each array keeps its state for the whole run.

    Args:
        params: list of (W, b), at least one pair; left as it is.
        X, y: training rows (N, D) and labels (N,), int64.
        X_val, y_val: validation rows and labels; they never change a weight.
        lr: learning rate. epochs, batch_size: ints, at least 1.
        rng: the generator that shuffles.

    Returns:
        ``(params, history)``: the trained params, and a dict with one float an epoch under each of two names:
        "loss", the mean over the N samples of the losses seen in that epoch, each just before the step of its
        batch; and "val_accuracy", the accuracy on the validation rows after the epoch.

    >>> params = [(np.zeros((1, 2)), np.zeros(2))]
    >>> X, y = np.array([[-2.0], [-1.0], [1.0]]), np.array([0, 0, 1])
    >>> params, history = fit(params, X, y, X, y, 0.1, 4, 2, np.random.default_rng(0))
    >>> len(history["loss"]), history["val_accuracy"][-1]
    (4, 1.0)
    """
    # BEGIN SOLUTION epochs around batches around loss_and_grads and adam_step; weight each batch's loss by its rows
    N = len(X)
    states = [({}, {}) for _ in params]
    history = {"loss": [], "val_accuracy": []}
    for _ in range(epochs):
        order = rng.permutation(N)
        total = 0.0
        for start in range(0, N, batch_size):
            rows = order[start : start + batch_size]
            loss, grads = loss_and_grads(X[rows], y[rows], params)
            total += loss * len(rows)
            stepped = []
            for k, ((W, b), (dW, db)) in enumerate(zip(params, grads, strict=True)):
                W, state_W = adam_step(W, dW, states[k][0], lr)
                b, state_b = adam_step(b, db, states[k][1], lr)
                states[k] = (state_W, state_b)
                stepped.append((W, b))
            params = stepped
        history["loss"].append(total / N)
        history["val_accuracy"].append(accuracy(forward(X_val, params)[0], y_val))
    return params, history
    # END SOLUTION


def select(configs, score):
    """Return the config with the highest score; of several equally good ones, the first.

    Args:
        configs: a list of at least one config. A config can be anything: a dict, a tuple, a word.
        score: a function that takes a config and returns a float, perhaps a negative one. It may train a network
            for minutes, so it is called once for each config.

    Returns:
        One of the configs.

    >>> select(["narrow", "wide", "deep"], {"narrow": 0.91, "wide": 0.95, "deep": 0.93}.get)
    'wide'
    """
    # BEGIN SOLUTION score them one after the other and remember the best so far
    best, best_score = None, -np.inf
    for config in configs:
        value = score(config)
        if best is None or value > best_score:
            best, best_score = config, value
    return best
    # END SOLUTION


def train_classifier(X_train, y_train, X_test, rng):
    """Learn from the training rows and return a label for every test row.

    Pass mark: an accuracy of at least 0.85 on the test rows, whose labels you never see. The data are three
    spirals in a plane and rings whose columns have wildly different scales, one of them constant, about 300
    training rows each; they are drawn anew for every grading. Any design counts. A call may take 10 CPU seconds,
    and the same rng must give the same labels.

    Args:
        X_train: shape (N, D).
        y_train: labels 0 to C - 1, int64, shape (N,); every class occurs.
        X_test: shape (N_test, D); perhaps a single row, perhaps rows from one corner of the plane only.
        rng: the generator for everything random.

    Returns:
        Integer array of shape (N_test,).

    >>> X, y = np.array([[-2.0], [-1.0], [1.0], [2.0]]), np.array([0, 0, 1, 1])
    >>> train_classifier(X, y, np.array([[-1.5], [1.5]]), np.random.default_rng(0)).shape
    (2,)
    """
    # BEGIN SOLUTION scale, start, train, predict: all the parts are above
    mean, std = fit_scaler(X_train)
    X = apply_scaler(X_train, mean, std)
    params = init_mlp([X.shape[1], 32, 32, int(y_train.max()) + 1], rng)
    params, _ = fit(params, X, y_train, X, y_train, 0.02, 40, 50, rng)
    return forward(apply_scaler(X_test, mean, std), params)[0].argmax(axis=1)
    # END SOLUTION


def train_regressor(X_train, y_train, X_test, rng):
    """Learn from the training rows and return a prediction for every test row.

    Pass marks: R² of at least 0.80 on a saddle (two columns of wildly different scales, a constant one, targets
    around 20,000; about 300 training rows), of at least 0.60 where the saddle's test rows come from one corner only,
    and of at least 0.60 on a noisy sine (one column, about 200 rows). All are drawn anew for every grading, and you
    never see the test targets. Any design counts. A call may take 10 CPU seconds, and the same rng must give the same
    predictions.

    Args:
        X_train: shape (N, D).
        y_train: targets, floats, shape (N,) or (N, 1).
        X_test: shape (N_test, D); perhaps a single row, perhaps rows from one corner only.
        rng: the generator for everything random.

    Returns:
        Array of shape (N_test,), float64, on the scale of the targets.

    >>> X, y = np.array([[-2.0], [-1.0], [1.0], [2.0]]), np.array([4.0, 1.0, 1.0, 4.0])
    >>> train_regressor(X, y, np.array([[-1.5], [1.5], [0.0]]), np.random.default_rng(0)).shape
    (3,)
    """
    # BEGIN SOLUTION as above with the mean squared error in place of the cross-entropy; the targets need scaling too
    mean, std = fit_scaler(X_train)
    X = apply_scaler(X_train, mean, std)
    targets = np.reshape(y_train, (-1, 1))
    y_mean, y_std = fit_scaler(targets)
    t = apply_scaler(targets, y_mean, y_std)
    params = init_mlp([X.shape[1], 32, 32, 1], rng)
    states = [({}, {}) for _ in params]
    for epoch in range(50):
        lr = 0.02 if epoch < 40 else 0.004
        order = rng.permutation(len(X))
        for start in range(0, len(X), 50):
            rows = order[start : start + 50]
            p, activations = forward(X[rows], params)
            grads = backward(2 * (p - t[rows]) / len(rows), activations, params)
            stepped = []
            for k, ((W, b), (dW, db)) in enumerate(zip(params, grads, strict=True)):
                W, state_W = adam_step(W, dW, states[k][0], lr)
                b, state_b = adam_step(b, db, states[k][1], lr)
                states[k] = (state_W, state_b)
                stepped.append((W, b))
            params = stepped
    p, _ = forward(apply_scaler(X_test, mean, std), params)
    return (p * y_std + y_mean)[:, 0]
    # END SOLUTION
