"""Plain Python loops and lists wherever the course allows them; Adam in the paper's efficient order."""

import math

import numpy as np


def split_indices(n, fractions, rng):
    rows = list(range(n))
    rng.shuffle(rows)
    parts = []
    for k in range(len(fractions)):
        size = math.floor(n * fractions[k]) if k + 1 < len(fractions) else len(rows)
        parts.append(np.array(rows[:size], dtype=int))
        rows = rows[size:]
    return parts


def fit_scaler(X):
    means, stds = [], []
    for column in zip(*X.tolist(), strict=True):
        mean = sum(column) / len(column)
        variance = sum((x - mean) ** 2 for x in column) / len(column)
        means.append(mean)
        stds.append(math.sqrt(variance) or 1.0)
    return [np.array(means), np.array(stds)]


def apply_scaler(X, mean, std):
    return np.array([[(x - m) / s for x, m, s in zip(row, mean, std, strict=True)] for row in X])


def one_hot(y, n_classes):
    return np.array([[int(label == c) for c in range(n_classes)] for label in y])


def confusion_matrix(y, p, n_classes):
    counts = [[0] * n_classes for _ in range(n_classes)]
    for t, c in zip(y, p, strict=True):
        counts[t][c] += 1
    return np.array(counts)


def precision_recall_f1(cm):
    result = np.zeros((len(cm), 3))
    for k in range(len(cm)):
        tp = cm[k][k]
        fp = sum(cm[t][k] for t in range(len(cm))) - tp
        fn = sum(cm[k]) - tp
        if tp:
            p, r = tp / (tp + fp), tp / (tp + fn)
            result[k] = p, r, 2 / (1 / p + 1 / r)
    return result


def r2_score(y, p):
    y = [float(v) for v in np.ravel(y)]
    mean = sum(y) / len(y)
    return 1 - sum((a - b) ** 2 for a, b in zip(y, p, strict=True)) / sum((a - mean) ** 2 for a in y)


def init_mlp(sizes, rng):
    params = []
    for k in range(1, len(sizes)):
        W = np.empty((sizes[k - 1], sizes[k]))
        for j in range(sizes[k]):
            W[:, j] = rng.normal(0.0, math.sqrt(2.0 / sizes[k - 1]), sizes[k - 1])
        params.append([W, np.array([0] * sizes[k])])
    return params


def network(X, params):
    inputs, h = [], X
    for k, (W, b) in enumerate(params):
        inputs.append(h)
        h = h.dot(W) + b
        if k < len(params) - 1:
            h = h * (h > 0)
    return h, inputs


def gradients(inputs, d, params):
    grads = [None] * len(params)
    for k in range(len(params) - 1, -1, -1):
        grads[k] = [inputs[k].T.dot(d), np.sum(d, 0)]
        d = d.dot(params[k][0].T)
        d[inputs[k] <= 0] = 0
    return grads


class Adam:
    def __init__(self, params):
        self.m = [[np.zeros(np.shape(a)) for a in pair] for pair in params]
        self.v = [[np.zeros(np.shape(a)) for a in pair] for pair in params]
        self.t = 0

    def step(self, params, grads, lr):
        self.t += 1
        rate = lr * math.sqrt(1 - 0.999**self.t) / (1 - 0.9**self.t)
        out = []
        for k, pair in enumerate(params):
            new = []
            for i, array in enumerate(pair):
                g = grads[k][i]
                self.m[k][i] = 0.9 * self.m[k][i] + 0.1 * g
                self.v[k][i] = 0.999 * self.v[k][i] + 0.001 * g * g
                new.append(array - rate * self.m[k][i] / (np.sqrt(self.v[k][i]) + 1e-8))
            out.append(new)
        return out


def fit(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    adam, losses, accuracies = Adam(params), [], []
    for _ in range(epochs):
        order = list(rng.permutation(len(X)))
        seen = []
        while order:
            rows, order = order[:batch_size], order[batch_size:]
            logits, inputs = network(X[rows], params)
            d = np.zeros(logits.shape)
            for i, row in enumerate(rows):
                top = max(logits[i])
                total = sum(math.exp(z - top) for z in logits[i])
                seen.append(math.log(total) + top - logits[i, y[row]])
                for c in range(logits.shape[1]):
                    d[i, c] = (math.exp(logits[i, c] - top) / total - (c == y[row])) / len(rows)
            params = adam.step(params, gradients(inputs, d, params), lr)
        losses.append(sum(seen) / len(seen))
        right = sum(int(np.argmax(z)) == t for z, t in zip(network(X_val, params)[0], y_val, strict=True))
        accuracies.append(right / len(y_val))
    return params, {"loss": losses, "val_accuracy": accuracies, "epochs": epochs}


def select(configs, score):
    best = 0
    scores = []
    for k, config in enumerate(configs):
        scores.append(score(config))
        if scores[k] > scores[best]:
            best = k
    return configs[best]


def train_classifier(X_train, y_train, X_test, rng):
    mean, std = fit_scaler(X_train)
    params = init_mlp([X_train.shape[1], 24, 24, max(y_train) + 1], rng)
    X = apply_scaler(X_train, mean, std)
    params, _ = fit(params, X, y_train, X[:1], y_train[:1], 0.01, 60, 30, rng)
    return np.array([int(np.argmax(z)) for z in network(apply_scaler(X_test, mean, std), params)[0]])


def train_regressor(X_train, y_train, X_test, rng):
    mean, std = fit_scaler(X_train)
    X = apply_scaler(X_train, mean, std)
    y = np.ravel(y_train)
    low, high = min(y), max(y)
    t = (y - low) / (high - low)
    params = init_mlp([X.shape[1], 24, 24, 1], rng)
    adam = Adam(params)
    for _ in range(120):
        order = rng.permutation(len(X))
        for k in range(0, len(X), 25):
            rows = order[k : k + 25]
            p, inputs = network(X[rows], params)
            params = adam.step(params, gradients(inputs, (p - t[rows][:, None]) / len(rows), params), 0.005)
    p, _ = network(apply_scaler(X_test, mean, std), params)
    return np.array([float(v) * (high - low) + low for v in p[:, 0]])
