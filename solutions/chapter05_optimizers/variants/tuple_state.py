"""The state is a bare tuple, a list or an array; pairs come back as lists; everything is spelled out in loops."""

import numpy as np


def sgd_step(params, grads, lr):
    new = []
    for k in range(len(params)):
        W, b = params[k]
        dW, db = grads[k]
        new.append([np.subtract(W, np.multiply(lr, dW)), np.subtract(b, np.multiply(lr, db))])
    return new


def momentum_step(w, g, state, lr, mu=0.9):
    if isinstance(state, dict):
        v = -lr * g
    else:
        (v,) = state
        v = mu * v - lr * g
    return [w + v, (v,)]


def rmsprop_step(w, g, state, lr, decay=0.9, eps=1e-8):
    s = 0 if isinstance(state, dict) else state
    s = decay * s + (1 - decay) * np.square(g)
    return [w - lr * (g / (s**0.5 + eps)), s]


def adam_step(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    if len(state) == 0:
        state = [0, 0.0, 0.0]
    t, m, v = state
    t = t + 1
    m = beta1 * m + (1.0 - beta1) * g
    v = beta2 * v + (1.0 - beta2) * g * g
    m_hat, v_hat = m / (1.0 - beta1**t), v / (1.0 - beta2**t)
    return [w - lr * m_hat / (np.sqrt(v_hat) + eps), [t, m, v]]


def adamw_step(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    if len(state) == 0:
        state = [0, 0.0, 0.0]
    t, m, v = state
    t = t + 1
    m = beta1 * m + (1.0 - beta1) * g
    v = beta2 * v + (1.0 - beta2) * g * g
    m_hat, v_hat = m / (1.0 - beta1**t), v / (1.0 - beta2**t)
    return [w - lr * (m_hat / (np.sqrt(v_hat) + eps) + weight_decay * w), [t, m, v]]


def minibatches(X, y, batch_size, rng):
    rows = list(range(len(y)))
    rng.shuffle(rows)
    batches = []
    while rows:
        taken, rows = rows[:batch_size], rows[batch_size:]
        batches.append([np.array([X[i] for i in taken]), np.array([y[i] for i in taken])])
    return batches


def clip_by_global_norm(grads, max_norm):
    total = 0.0
    for dW, db in grads:
        total += float((dW**2).sum()) + float((db**2).sum())
    norm = total**0.5
    if norm > max_norm:
        return [[dW / norm * max_norm, db / norm * max_norm] for dW, db in grads], norm
    return grads, norm


def cosine_lr(step, total_steps, base_lr):
    return 0.5 * base_lr * (1 + np.cos(np.pi * (step / total_steps)))


def rosenbrock_grad(w):
    a, b = w.tolist()
    grad = np.zeros(2)
    grad[0] = -2 * (1 - a) + 200 * (b - a * a) * (-2 * a)
    grad[1] = 200 * (b - a * a)
    return grad


def minimize(grad, w0, method, lr, steps):
    if method not in ["gd", "momentum", "rmsprop", "adam"]:
        raise ValueError("unknown method " + str(method))
    w = 1.0 * w0
    state = {}
    path = [w]
    for _ in range(steps):
        g = grad(w)
        if method == "gd":
            w = w - lr * g
        elif method == "momentum":
            w, state = momentum_step(w, g, state, lr)
        elif method == "rmsprop":
            w, state = rmsprop_step(w, g, state, lr)
        else:
            w, state = adam_step(w, g, state, lr)
        path = [*path, w]
    return w, path
