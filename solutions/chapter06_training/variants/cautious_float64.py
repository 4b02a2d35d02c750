"""A careful programmer: everything converted first, everything copied, keyword arguments, other stable forms."""

import numpy as np

EPS = 1e-8


def _floats(a):
    return np.array(a, dtype=np.float64, copy=True)


def split_indices(n, fractions, rng):
    n = int(n)
    fractions = list(fractions)
    permutation = np.asarray(rng.permutation(n), dtype=np.int64)
    bounds = [0]
    for fraction in fractions[:-1]:
        bounds.append(bounds[-1] + int(n * float(fraction)))
    bounds.append(n)
    parts = [permutation[bounds[i] : bounds[i + 1]].copy() for i in range(len(fractions))]
    assert sum(map(len, parts)) == n
    return tuple(parts)


def fit_scaler(X):
    X = _floats(X)
    mean = X.sum(axis=0) / X.shape[0]
    centred = X - mean[None, :]
    std = np.sqrt((centred**2).sum(axis=0) / X.shape[0])
    std[std == 0.0] = 1.0
    return mean, std


def apply_scaler(X, mean, std):
    out = _floats(X)
    out -= mean
    out /= std
    return out


def one_hot(y, n_classes):
    y = np.asarray(y)
    assert y.ndim == 1
    return np.equal.outer(y, np.arange(n_classes)).astype(np.float64)


def confusion_matrix(y, p, n_classes):
    matrix = np.zeros([n_classes, n_classes], dtype=np.uint64)
    for truth in range(n_classes):
        for predicted in range(n_classes):
            matrix[truth, predicted] = np.count_nonzero(np.logical_and(y == truth, p == predicted))
    return matrix


def precision_recall_f1(cm):
    cm = _floats(cm)
    tp, fp, fn = np.diag(cm), cm.sum(axis=0) - np.diag(cm), cm.sum(axis=1) - np.diag(cm)
    table = np.zeros((cm.shape[0], 3))
    for i, (a, b) in enumerate([(tp, tp + fp), (tp, tp + fn), (2 * tp, 2 * tp + fp + fn)]):
        defined = b > 0
        table[defined, i] = a[defined] / b[defined]
    return table


def r2_score(y, p):
    y, p = _floats(y).reshape(-1), _floats(p).reshape(-1)
    if y.shape != p.shape:
        raise ValueError("y and p differ in length")
    return np.float64(1.0) - np.dot(y - p, y - p) / np.dot(y - y.mean(), y - y.mean())


def init_mlp(sizes, rng):
    sizes = [int(size) for size in sizes]
    biases = [np.zeros(size, dtype=np.float64) for size in sizes[1:]]
    weights = [
        rng.normal(loc=0.0, scale=(2.0 / sizes[i]) ** 0.5, size=(sizes[i], sizes[i + 1])) for i in range(len(sizes) - 1)
    ]
    return list(zip(weights, biases, strict=True))


def _forward(params, X):
    cache, A = [], _floats(X)
    for number, (W, b) in enumerate(params, start=1):
        Z = np.matmul(A, W) + np.reshape(b, (1, -1))
        cache.append((A, Z))
        A = np.maximum(Z, np.zeros_like(Z)) if number < len(params) else Z
    return A, cache


def _backward(params, cache, dZ):
    grads = {}
    for k in reversed(range(len(params))):
        A, _ = cache[k]
        grads[f"W{k}"] = np.matmul(A.T, dZ)
        grads[f"b{k}"] = np.sum(dZ, axis=0)
        if k > 0:
            dZ = np.matmul(dZ, params[k][0].T) * np.heaviside(cache[k - 1][1], 0.0)
    return grads


def _softmax_xent(logits, y):
    shift = logits - logits.mean(axis=1, keepdims=True)
    shift = shift - shift.max(axis=1, keepdims=True)
    exps = np.exp(shift)
    total = exps.sum(axis=1, keepdims=True)
    losses = -(shift - np.log(total))[np.arange(len(y)), y]
    onehot = one_hot(y, logits.shape[1])
    return losses, (exps / total - onehot) / len(y)


def _adam_update(params, grads, m, v, t, lr):
    updated = []
    for k, (W, b) in enumerate(params):
        pair = []
        for name, value in ((f"W{k}", W), (f"b{k}", b)):
            g = grads[name]
            m[name] = 0.9 * m[name] + (1.0 - 0.9) * g
            v[name] = 0.999 * v[name] + (1.0 - 0.999) * g**2
            m_hat = m[name] / (1.0 - 0.9**t)
            v_hat = v[name] / (1.0 - 0.999**t)
            pair.append(value - lr * m_hat / (np.sqrt(v_hat) + EPS))
        updated.append(tuple(pair))
    return updated


def _moments(params):
    zeros = {}
    for k, (W, b) in enumerate(params):
        zeros[f"W{k}"], zeros[f"b{k}"] = np.zeros(np.shape(W)), np.zeros(np.shape(b))
    return zeros


def fit(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    params = [(_floats(W), _floats(b)) for W, b in params]
    m, v, t = _moments(params), _moments(params), 0
    history = {"loss": np.zeros(epochs), "val_accuracy": np.zeros(epochs)}
    X, y = _floats(X), np.asarray(y)
    for epoch in range(epochs):
        indices = rng.permutation(X.shape[0])
        sample_losses = np.empty(X.shape[0])
        begin = 0
        while begin < X.shape[0]:
            end = min(begin + batch_size, X.shape[0])
            batch = indices[begin:end]
            logits, cache = _forward(params, X[batch])
            sample_losses[batch], d = _softmax_xent(logits, y[batch])
            t += 1
            params = _adam_update(params, _backward(params, cache, d), m, v, t, lr)
            begin = end
        history["loss"][epoch] = sample_losses.mean()
        logits, _ = _forward(params, X_val)
        history["val_accuracy"][epoch] = np.count_nonzero(logits.argmax(axis=1) == y_val) / len(y_val)
    return params, history


def select(configs, score):
    pairs = [(score(config), -position, config) for position, config in enumerate(configs)]
    return sorted(pairs, key=lambda pair: pair[:2])[-1][2]


def train_classifier(X_train, y_train, X_test, rng):
    """Choose the width on a validation part, then train again on everything."""
    mean, std = fit_scaler(X_train)
    X, n_classes = apply_scaler(X_train, mean, std), int(y_train.max()) + 1
    inner, held_out = split_indices(len(X), (0.8, 0.2), rng)

    def score(width):
        start = init_mlp([X.shape[1], width, width, n_classes], np.random.default_rng(1))
        history = fit(
            start, X[inner], y_train[inner], X[held_out], y_train[held_out], 0.01, 40, 32, np.random.default_rng(2)
        )[1]
        return float(history["val_accuracy"][-1])

    width = select([16, 48], score)
    params, _ = fit(init_mlp([X.shape[1], width, width, n_classes], rng), X, y_train, X, y_train, 0.01, 60, 32, rng)
    return _forward(params, apply_scaler(X_test, mean, std))[0].argmax(axis=1).astype(np.int32)


def train_regressor(X_train, y_train, X_test, rng):
    """Full batches, a learning rate that falls, the best of the validation epochs kept."""
    mean, std = fit_scaler(X_train)
    X, target = apply_scaler(X_train, mean, std), _floats(y_train).reshape(-1, 1)
    centre, spread = target.mean(), target.std()
    target = (target - centre) / spread
    inner, held_out = split_indices(len(X), (0.85, 0.15), rng)
    params = init_mlp([X.shape[1], 32, 32, 1], rng)
    m, v, best, best_error = _moments(params), _moments(params), params, np.inf
    for t in range(1, 901):
        p, cache = _forward(params, X[inner])
        grads = _backward(params, cache, 2 * (p - target[inner]) / len(inner))
        params = _adam_update(params, grads, m, v, t, 0.02 * 0.5 * (1 + np.cos(np.pi * t / 900)))
        if t % 20 == 0:
            error = float(np.mean((_forward(params, X[held_out])[0] - target[held_out]) ** 2))
            if error < best_error:
                best, best_error = params, error
    return (_forward(best, apply_scaler(X_test, mean, std))[0] * spread + centre).reshape(-1)
