"""Objects: a network that owns its layers and their Adam moments; tasks are thin functions around it."""

import numpy as np


class Moments:
    beta1, beta2, eps = 0.9, 0.999, 1e-8

    def __init__(self, like):
        self.m = np.zeros_like(like, dtype=np.float64)
        self.v = np.zeros_like(like, dtype=np.float64)
        self.t = 0

    def step(self, g, lr):
        self.t += 1
        self.m *= self.beta1
        self.m += (1 - self.beta1) * g
        self.v *= self.beta2
        self.v += (1 - self.beta2) * np.square(g)
        m_hat = self.m / (1 - self.beta1**self.t)
        v_hat = self.v / (1 - self.beta2**self.t)
        return lr * m_hat / (np.sqrt(v_hat) + self.eps)


class Layer:
    def __init__(self, W, b, relu):
        self.W, self.b = np.array(W, dtype=np.float64), np.array(b, dtype=np.float64)
        self.relu = relu
        self.moments = Moments(self.W), Moments(self.b)

    def forward(self, x):
        self.x = x
        self.z = x @ self.W + self.b
        return np.maximum(0.0, self.z) if self.relu else self.z

    def backward(self, d, lr):
        if self.relu:
            d = np.where(self.z > 0, d, 0.0)
        back = d @ self.W.T
        self.W -= self.moments[0].step(self.x.T @ d, lr)
        self.b -= self.moments[1].step(d.sum(axis=0), lr)
        return back


class Network:
    def __init__(self, params):
        last = len(params) - 1
        self.layers = [Layer(W, b, k < last) for k, (W, b) in enumerate(params)]

    def __call__(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def learn(self, d, lr):
        for layer in self.layers[::-1]:
            d = layer.backward(d, lr)

    @property
    def params(self):
        return tuple((layer.W, layer.b) for layer in self.layers)


def softmax_loss(z, y):
    z = z - np.amax(z, axis=1)[:, None]
    p = np.exp(z)
    s = p.sum(axis=1)
    picked = z[range(len(y)), y]
    p = p / s[:, None]
    p[range(len(y)), y] -= 1.0
    return np.mean(np.log(s) - picked), p / len(y)


def split_indices(n, fractions, rng):
    order = np.arange(n)
    rng.shuffle(order)
    pieces = iter(fractions)
    out = []
    for _ in range(len(fractions) - 1):
        k = int(next(pieces) * n)
        head, order = order[:k], order[k:]
        out.append(head)
    return (*out, order)


class Scaler:
    def fit(self, X):
        self.mean = np.average(X, axis=0)
        self.std = np.std(X, axis=0)
        self.std = np.where(self.std < 1e-12, np.ones_like(self.std), self.std)
        return self

    def transform(self, X):
        return (X - self.mean) / self.std


def fit_scaler(X):
    scaler = Scaler().fit(X)
    return scaler.mean, scaler.std


def apply_scaler(X, mean, std):
    scaler = Scaler()
    scaler.mean, scaler.std = mean, std
    return scaler.transform(X)


def one_hot(y, n_classes):
    out = np.zeros(shape=(y.size, n_classes), dtype=float)
    np.put_along_axis(out, y.reshape(-1, 1), 1.0, axis=1)
    return out


class Tally:
    def __init__(self, n):
        self.table = np.zeros((n, n), dtype=np.int32)

    def add(self, t, p):
        np.add.at(self.table, (t, p), 1)
        return self


def confusion_matrix(y, p, n_classes):
    return Tally(n_classes).add(y, p).table


def precision_recall_f1(cm):
    def safe(a, b):
        return np.divide(a, b, out=np.zeros(len(a)), where=b != 0)

    tp = np.diag(cm).astype(np.float64)
    precision = safe(tp, cm.sum(axis=0).astype(np.float64))
    recall = safe(tp, cm.sum(axis=1).astype(np.float64))
    return np.column_stack((precision, recall, safe(2 * precision * recall, precision + recall)))


def r2_score(y, p):
    y = np.squeeze(np.asarray(y, dtype=float))
    residual = y - p
    centred = y - np.mean(y)
    return 1.0 - residual @ residual / (centred @ centred)


def init_mlp(sizes, rng):
    layers = [
        Layer(rng.normal(scale=np.sqrt(2 / a), size=(a, b)), np.zeros((b,)), False)
        for a, b in zip(sizes[:-1], sizes[1:], strict=True)
    ]
    return [(layer.W, layer.b) for layer in layers]


def fit(params, X, y, X_val, y_val, lr, epochs, batch_size, rng):
    net = Network(params)
    history = {"loss": [], "val_accuracy": []}
    N = X.shape[0]
    for _ in range(epochs):
        perm = rng.permutation(N)
        X_, y_ = X[perm], y[perm]
        running = 0.0
        for i in range(int(np.ceil(N / batch_size))):
            xb, yb = X_[i * batch_size : (i + 1) * batch_size], y_[i * batch_size : (i + 1) * batch_size]
            loss, d = softmax_loss(net(xb), yb)
            net.learn(d, lr)
            running += loss * xb.shape[0] / N
        history["loss"].append(running)
        history["val_accuracy"].append((net(X_val).argmax(axis=1) == y_val).mean())
    return net.params, history


def select(configs, score):
    best = None
    for config in configs:
        candidate = (score(config), config)
        if best is None or candidate[0] > best[0]:
            best = candidate
    return best[1]


def train_classifier(X_train, y_train, X_test, rng):
    scaler = Scaler().fit(X_train)
    X = scaler.transform(X_train)
    net = Network(init_mlp([X.shape[1], 64, int(np.max(y_train)) + 1], rng))
    for epoch in range(120):
        order = rng.permutation(len(X))
        for rows in np.array_split(order, max(1, len(X) // 32)):
            net.learn(softmax_loss(net(X[rows]), y_train[rows])[1], 0.01 if epoch < 90 else 0.002)
    return np.argmax(net(scaler.transform(X_test)), axis=1)


def train_regressor(X_train, y_train, X_test, rng):
    scaler, target = Scaler().fit(X_train), Scaler().fit(np.reshape(y_train, (-1, 1)))
    X, t = scaler.transform(X_train), target.transform(np.reshape(y_train, (-1, 1)))
    nets = [Network(init_mlp([X.shape[1], 32, 16, 1], rng)) for _ in range(2)]
    for net in nets:
        for _ in range(80):
            for rows in np.array_split(rng.permutation(len(X)), max(1, len(X) // 20)):
                net.learn(2 * (net(X[rows]) - t[rows]) / len(rows), 0.005)
    mean = sum(net(scaler.transform(X_test)) for net in nets) / len(nets)
    return (mean * target.std + target.mean).flatten()
