# ruff: noqa: F821 - names of the solution, to which the audit appends each of these
"""Wrong answers that students write, one task each; the audit demands that the checks catch and name them."""

import random
import types

import numpy as np

from grader.audit import wrong

# sgd_step


@wrong("sgd_step", "sgd-ascent", why="the gradient points uphill")
def _(params, grads, lr):
    return [(W + lr * dW, b + lr * db) for (W, b), (dW, db) in zip(params, grads)]


@wrong("sgd_step", "sgd-local", why="a new value for a local name changes nothing outside")
def _(params, grads, lr):
    for (W, b), (dW, db) in zip(params, grads):
        W = W - lr * dW
        b = b - lr * db
    return params


@wrong("sgd_step", "sgd-no-lr", why="lr is never used")
def _(params, grads, lr):
    return [(W - dW, b - db) for (W, b), (dW, db) in zip(params, grads)]


@wrong("sgd_step", "sgd-weights-only", why="the bias never moves")
def _(params, grads, lr):
    return [(W - lr * dW, b) for (W, b), (dW, db) in zip(params, grads)]


@wrong("sgd_step", "sgd-one-layer", why="every round of the loop starts again from the old parameters")
def _(params, grads, lr):
    for k in range(len(params)):
        new = list(params)
        (W, b), (dW, db) = params[k], grads[k]
        new[k] = (W - lr * dW, b - lr * db)
    return new


@wrong("sgd_step", "sgd-gradient-only", why="returns the step, not where it leads")
def _(params, grads, lr):
    return [(-lr * dW, -lr * db) for dW, db in grads]


@wrong("sgd_step", "sgd-flat", why="extends the list by two arrays instead of appending one pair")
def _(params, grads, lr):
    new = []
    for (W, b), (dW, db) in zip(params, grads):
        new += (W - lr * dW, b - lr * db)
    return new


@wrong("sgd_step", "sgd-in-place", why="-= writes into the caller's arrays")
def _(params, grads, lr):
    for (W, b), (dW, db) in zip(params, grads):
        W -= lr * dW
        b -= lr * db
    return params


@wrong("sgd_step", "sgd-ints", why="a buffer like an array of ints holds ints")
def _(params, grads, lr):
    new = []
    for pair, slope in zip(params, grads):
        moved = []
        for p, d in zip(pair, slope):
            buffer = np.zeros_like(p)
            buffer[...] = p - lr * d
            moved.append(buffer)
        new.append(tuple(moved))
    return new


# momentum_step


@wrong("momentum_step", "mom-sign", why="velocity uphill, then added")
def _(w, g, state, lr, mu=0.9):
    v = mu * state.get("v", 0.0) + lr * g
    return w + v, {"v": v}


@wrong("momentum_step", "mom-forgotten", why="the new velocity never gets into the state")
def _(w, g, state, lr, mu=0.9):
    v = mu * state.get("v", 0.0) - lr * g
    return w + v, dict(state)


@wrong("momentum_step", "mom-idle", why="leaves early where the gradient is 0, and the velocity does not decay")
def _(w, g, state, lr, mu=0.9):
    if not np.any(g):
        return w, state
    v = mu * state.get("v", 0.0) - lr * g
    return w + v, {"v": v}


@wrong("momentum_step", "mom-lr-outside", why="another custom: equal only while lr stays the same")
def _(w, g, state, lr, mu=0.9):
    v = mu * state.get("v", 0.0) + g
    return w - lr * v, {"v": v}


@wrong("momentum_step", "mom-old-velocity", why="moves before the velocity is updated")
def _(w, g, state, lr, mu=0.9):
    v = state.get("v", np.zeros_like(w, dtype=float))
    return w + v, {"v": mu * v - lr * g}


@wrong("momentum_step", "mom-mean", why="damps the gradient by 1 - mu, as for a mean")
def _(w, g, state, lr, mu=0.9):
    v = mu * state.get("v", 0.0) - (1 - mu) * lr * g
    return w + v, {"v": v}


@wrong("momentum_step", "mom-nesterov", why="Nesterov's look-ahead, another method")
def _(w, g, state, lr, mu=0.9):
    v = mu * state.get("v", 0.0) - lr * g
    return w + mu * v - lr * g, {"v": v}


@wrong("momentum_step", "mom-twice", why="the velocity already holds this gradient")
def _(w, g, state, lr, mu=0.9):
    v = mu * state.get("v", 0.0) - lr * g
    return w - lr * g + v, {"v": v}


@wrong("momentum_step", "mom-settings", why="0.9 instead of mu")
def _(w, g, state, lr, mu=0.9):
    v = 0.9 * state.get("v", 0.0) - lr * g
    return w + v, {"v": v}


@wrong("momentum_step", "mom-in-place", why="writes into the dict that was handed in")
def _(w, g, state, lr, mu=0.9):
    state["v"] = mu * state.get("v", 0.0) - lr * g
    return w + state["v"], state


@wrong("momentum_step", "mom-old-state", why="the old and the new state are one object, which is written into")
def _(w, g, state, lr, mu=0.9):
    memory = state or types.SimpleNamespace(v=0.0)
    memory.v = mu * memory.v - lr * g
    return w + memory.v, memory


@wrong("momentum_step", "mom-outside", why="one velocity for all weights of the program")
def _(w, g, state, lr, mu=0.9, memory={}):
    memory["v"] = mu * memory.get("v", 0.0) - lr * g
    return w + memory["v"], state


# rmsprop_step


@wrong("rmsprop_step", "rms-nosqrt", why="divides by the mean square, not by its root")
def _(w, g, state, lr, decay=0.9, eps=1e-8):
    s = decay * state.get("s", 0.0) + (1 - decay) * g**2
    return w - lr * g / (s + eps), {"s": s}


@wrong("rmsprop_step", "rms-swap", why="the new square gets the larger share")
def _(w, g, state, lr, decay=0.9, eps=1e-8):
    s = (1 - decay) * state.get("s", 0.0) + decay * g**2
    return w - lr * g / (np.sqrt(s) + eps), {"s": s}


@wrong("rmsprop_step", "rms-epsin", why="shows only for gradients as small as 1e-4")
def _(w, g, state, lr, decay=0.9, eps=1e-8):
    s = decay * state.get("s", 0.0) + (1 - decay) * g**2
    return w - lr * g / np.sqrt(s + eps), {"s": s}


@wrong("rmsprop_step", "rms-sum", why="the new square is not given its share")
def _(w, g, state, lr, decay=0.9, eps=1e-8):
    s = decay * state.get("s", 0.0) + g**2
    return w - lr * g / (np.sqrt(s) + eps), {"s": s}


@wrong("rmsprop_step", "rms-adagrad", why="AdaGrad: a sum over all time")
def _(w, g, state, lr, decay=0.9, eps=1e-8):
    s = state.get("s", 0.0) + g**2
    return w - lr * g / (np.sqrt(s) + eps), {"s": s}


@wrong("rmsprop_step", "rms-nosquare", why="a mean of gradients can be negative")
def _(w, g, state, lr, decay=0.9, eps=1e-8):
    s = decay * state.get("s", 0.0) + (1 - decay) * g
    return w - lr * g / (np.sqrt(s) + eps), {"s": s}


@wrong("rmsprop_step", "rms-first-square", why="starts the mean at the first square")
def _(w, g, state, lr, decay=0.9, eps=1e-8):
    s = decay * state["s"] + (1 - decay) * g**2 if "s" in state else g**2
    return w - lr * g / (np.sqrt(s) + eps), {"s": s}


@wrong("rmsprop_step", "rms-forgotten", why="stores under one name, looks under another")
def _(w, g, state, lr, decay=0.9, eps=1e-8):
    s = decay * state.get("sq", 0.0) + (1 - decay) * g**2
    return w - lr * g / (np.sqrt(s) + eps), {"s": s}


@wrong("rmsprop_step", "rms-corrected", why="Adam's bias correction, which RMSprop lacks")
def _(w, g, state, lr, decay=0.9, eps=1e-8):
    t = state.get("t", 0) + 1
    s = decay * state.get("s", 0.0) + (1 - decay) * g**2
    return w - lr * g / (np.sqrt(s / (1 - decay**t)) + eps), {"s": s, "t": t}


@wrong("rmsprop_step", "rms-stale", why="the step is taken before the mean is updated")
def _(w, g, state, lr, decay=0.9, eps=1e-8):
    s = state.get("s", 0.0)
    return w - lr * g / (np.sqrt(s) + eps), {"s": decay * s + (1 - decay) * g**2}


@wrong("rmsprop_step", "rms-idle", why="leaves early where the gradient is 0, and the mean does not decay")
def _(w, g, state, lr, decay=0.9, eps=1e-8):
    if not np.any(g):
        return w, state
    s = decay * state.get("s", 0.0) + (1 - decay) * g**2
    return w - lr * g / (np.sqrt(s) + eps), {"s": s}


@wrong("rmsprop_step", "rms-ascent", why="uphill")
def _(w, g, state, lr, decay=0.9, eps=1e-8):
    s = decay * state.get("s", 0.0) + (1 - decay) * g**2
    return w + lr * g / (np.sqrt(s) + eps), {"s": s}


@wrong("rmsprop_step", "rms-no-gradient", why="the learning rate is scaled, the gradient left out")
def _(w, g, state, lr, decay=0.9, eps=1e-8):
    s = decay * state.get("s", 0.0) + (1 - decay) * g**2
    return w - lr / (np.sqrt(s) + eps), {"s": s}


@wrong("rmsprop_step", "rms-settings", why="numbers instead of decay and eps")
def _(w, g, state, lr, decay=0.9, eps=1e-8):
    s = 0.9 * state.get("s", 0.0) + 0.1 * g**2
    return w - lr * g / (np.sqrt(s) + 1e-8), {"s": s}


@wrong("rmsprop_step", "rms-in-place", why="update() writes into the dict that was handed in")
def _(w, g, state, lr, decay=0.9, eps=1e-8):
    state.update(s=decay * state.get("s", 0.0) + (1 - decay) * g**2)
    return w - lr * g / (np.sqrt(state["s"]) + eps), state


@wrong("rmsprop_step", "rms-old-state", why="a list in the state is shared by old and new state")
def _(w, g, state, lr, decay=0.9, eps=1e-8):
    squares = state.squares if state else []
    squares.append(g**2)
    s = 0.0
    for square in squares:
        s = decay * s + (1 - decay) * square
    return w - lr * g / (np.sqrt(s) + eps), types.SimpleNamespace(squares=squares)


@wrong("rmsprop_step", "rms-outside", why="one mean for all weights of the program")
def _(w, g, state, lr, decay=0.9, eps=1e-8, memory={}):
    memory["s"] = decay * memory.get("s", 0.0) + (1 - decay) * g**2
    return w - lr * g / (np.sqrt(memory["s"]) + eps), state


# adam_step


@wrong("adam_step", "adam-nobc", why="means that start at 0 are too small at first")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    return w - lr * m / (np.sqrt(v) + eps), {"m": m, "v": v}


@wrong("adam_step", "adam-bc1", why="the power t is missing: identical at t = 1")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    return w - lr * (m / (1 - beta1)) / (np.sqrt(v / (1 - beta2)) + eps), {"m": m, "v": v}


@wrong("adam_step", "adam-t0", why="1 - beta**0 is 0")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state.get("t", 0)
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), {"t": t + 1, "m": m, "v": v}


@wrong("adam_step", "adam-t2", why="starts at 1 and is counted up before it is used")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state.get("t", 1) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), {"t": t, "m": m, "v": v}


@wrong("adam_step", "adam-tparam", why="t is counted up inside the loop over the entries")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state.get("t", 0)
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * np.asarray(g, dtype=float)
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * np.asarray(g, dtype=float) ** 2
    new = np.array(w, dtype=float)
    for index in np.ndindex(new.shape):
        t += 1
        new[index] -= lr * m[index] / (1 - beta1**t) / (np.sqrt(v[index] / (1 - beta2**t)) + eps)
    return new, {"t": t, "m": m, "v": v}


@wrong("adam_step", "adam-inplacehat", why="the corrected means go into the state")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    m = m / (1 - beta1**t)
    v = v / (1 - beta2**t)
    return w - lr * m / (np.sqrt(v) + eps), {"t": t, "m": m, "v": v}


@wrong("adam_step", "adam-epsin", why="shows only for gradients as small as 1e-4")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    return w - lr * (m / (1 - beta1**t)) / np.sqrt(v / (1 - beta2**t) + eps), {"t": t, "m": m, "v": v}


@wrong("adam_step", "adam-vg", why="the second mean takes g, not g²")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * g
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), {"t": t, "m": m, "v": v}


@wrong("adam_step", "adam-swap", why="momentum .999, memory .9")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state.get("t", 0) + 1
    m = beta2 * state.get("m", 0.0) + (1 - beta2) * g
    v = beta1 * state.get("v", 0.0) + (1 - beta1) * g**2
    return w - lr * (m / (1 - beta2**t)) / (np.sqrt(v / (1 - beta1**t)) + eps), {"t": t, "m": m, "v": v}


@wrong("adam_step", "adam-shares", why="old and new change places in both means")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state.get("t", 0) + 1
    m = (1 - beta1) * state.get("m", 0.0) + beta1 * g
    v = (1 - beta2) * state.get("v", 0.0) + beta2 * g**2
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), {"t": t, "m": m, "v": v}


@wrong("adam_step", "opt-alias", why="m and v are one array")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state.get("t", 0) + 1
    g = np.asarray(g, dtype=float)
    m = v = np.array(state.get("m", np.zeros(g.shape)))
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * g**2
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), {"t": t, "m": m}


@wrong("adam_step", "adam-forgotten", why="returns the old state")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), state


@wrong("adam_step", "adam-no-mean", why="the first mean is computed and not used")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    return w - lr * g / (np.sqrt(v / (1 - beta2**t)) + eps), {"t": t, "m": m, "v": v}


@wrong("adam_step", "adam-v-of-m", why="squares the mean")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * m**2
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), {"t": t, "m": m, "v": v}


@wrong("adam_step", "adam-nosqrt", why="divides by the mean square, not by its root")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    return w - lr * (m / (1 - beta1**t)) / (v / (1 - beta2**t) + eps), {"t": t, "m": m, "v": v}


@wrong("adam_step", "adam-m-corrected", why="half of the correction")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(v) + eps), {"t": t, "m": m, "v": v}


@wrong("adam_step", "adam-v-corrected", why="half of the correction")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    return w - lr * m / (np.sqrt(v / (1 - beta2**t)) + eps), {"t": t, "m": m, "v": v}


@wrong("adam_step", "adam-ascent", why="uphill")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    return w + lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), {"t": t, "m": m, "v": v}


@wrong("adam_step", "adam-settings", why="numbers instead of the settings")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state.get("t", 0) + 1
    m = 0.9 * state.get("m", 0.0) + 0.1 * g
    v = 0.999 * state.get("v", 0.0) + 0.001 * g**2
    return w - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), {"t": t, "m": m, "v": v}


@wrong("adam_step", "adam-idle", why="leaves early where the gradient is 0: no step, no decay, no count")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    if not np.any(g):
        return w, state
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), {"t": t, "m": m, "v": v}


@wrong("adam_step", "adam-order", why="beta2 stands before beta1 in the signature")
def _(w, g, state, lr, beta2=0.999, beta1=0.9, eps=1e-8):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), {"t": t, "m": m, "v": v}


@wrong("adam_step", "adam-in-place", why="writes into the dict that was handed in")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    if not state:
        state.update(t=0, m=0.0, v=0.0)
    state["t"] += 1
    state["m"] = beta1 * state["m"] + (1 - beta1) * g
    state["v"] = beta2 * state["v"] + (1 - beta2) * g**2
    m_hat, v_hat = state["m"] / (1 - beta1 ** state["t"]), state["v"] / (1 - beta2 ** state["t"])
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), state


@wrong("adam_step", "adam-old-state", why="a new object around the old arrays, which are written into")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    old = state or types.SimpleNamespace(t=0, m=np.zeros(np.shape(w)), v=np.zeros(np.shape(w)))
    new = types.SimpleNamespace(t=old.t + 1, m=old.m, v=old.v)
    new.m *= beta1
    new.m += (1 - beta1) * np.asarray(g)
    new.v *= beta2
    new.v += (1 - beta2) * np.asarray(g) ** 2
    return w - lr * (new.m / (1 - beta1**new.t)) / (np.sqrt(new.v / (1 - beta2**new.t)) + eps), new


@wrong("adam_step", "adam-outside", why="one clock for all weights of the program")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, clock=[0]):
    clock[0] += 1
    t = clock[0]
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), {"m": m, "v": v}


# adamw_step


@wrong("adamw_step", "adam-l2", why="decay added to the gradient is rescaled by the root of v")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    return adam_step(w, g + weight_decay * w, state, lr, beta1, beta2, eps)


@wrong("adamw_step", "adamw-no-lr", why="decay without the learning rate")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    new, state = adam_step(w, g, state, lr, beta1, beta2, eps)
    return new - weight_decay * w, state


@wrong("adamw_step", "adamw-no-decay", why="plain Adam")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    return adam_step(w, g, state, lr, beta1, beta2, eps)


@wrong("adamw_step", "adamw-growing", why="sign")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    new, state = adam_step(w, g, state, lr, beta1, beta2, eps)
    return new + lr * weight_decay * w, state


@wrong("adamw_step", "adamw-new-weights", why="decays what Adam's step already moved")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    new, state = adam_step(w, g, state, lr, beta1, beta2, eps)
    return new * (1 - lr * weight_decay), state


@wrong("adamw_step", "adamw-scaled", why="the decay is inside the fraction")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    step = (m / (1 - beta1**t) + weight_decay * w) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w - lr * step, {"t": t, "m": m, "v": v}


@wrong("adamw_step", "adamw-squared-lr", why="lr multiplies the decay twice")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    decay = lr * weight_decay * w
    new, state = adam_step(w, g, state, lr, beta1, beta2, eps)
    return new - lr * decay, state


@wrong("adamw_step", "adamw-settings", why="0.01 instead of weight_decay")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    new, state = adam_step(w, g, state, lr, beta1, beta2, eps)
    return new - lr * 0.01 * w, state


@wrong("adamw_step", "adamw-in-place", why="the decay is written into the caller's weights")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    w *= 1 - lr * weight_decay
    return adam_step(w, g, state, lr, beta1, beta2, eps)


@wrong("adamw_step", "adamw-old-state", why="a new object around the old arrays, which are written into")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    old = state or types.SimpleNamespace(t=0, m=np.zeros(np.shape(w)), v=np.zeros(np.shape(w)))
    new = types.SimpleNamespace(t=old.t + 1, m=old.m, v=old.v)
    new.m *= beta1
    new.m += (1 - beta1) * np.asarray(g)
    new.v *= beta2
    new.v += (1 - beta2) * np.asarray(g) ** 2
    m_hat, v_hat = new.m / (1 - beta1**new.t), new.v / (1 - beta2**new.t)
    return w - lr * (m_hat / (np.sqrt(v_hat) + eps) + weight_decay * w), new


@wrong("adamw_step", "adamw-outside", why="one clock for all weights of the program")
def _(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01, clock=[0]):
    clock[0] += 1
    t = clock[0]
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    step = (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps) + weight_decay * w
    return w - lr * step, {"m": m, "v": v}


# minibatches


@wrong("minibatches", "mb-drop", why="whole batches only")
def _(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    batches = []
    for k in range(len(X) // batch_size):
        rows = order[k * batch_size : (k + 1) * batch_size]
        batches.append((X[rows], y[rows]))
    return batches


@wrong("minibatches", "mb-even", why="array_split makes batches of nearly the same size")
def _(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    return [(X[rows], y[rows]) for rows in np.array_split(order, -(-len(X) // batch_size))]


@wrong("minibatches", "mb-count", why="batch_size taken for the number of batches")
def _(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    return [(X[rows], y[rows]) for rows in np.array_split(order, batch_size)]


@wrong("minibatches", "mb-empty-tail", why="one batch too many where batch_size divides N")
def _(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    batches = []
    for k in range(len(X) // batch_size + 1):
        rows = order[k * batch_size : (k + 1) * batch_size]
        batches.append((X[rows], y[rows]))
    return batches


@wrong("minibatches", "mb-no-shuffle", why="the order drawn is never used")
def _(X, y, batch_size, rng):
    rng.permutation(len(X))
    return [(X[i : i + batch_size], y[i : i + batch_size]) for i in range(0, len(X), batch_size)]


@wrong("minibatches", "mb-batch-order", why="the batches change places, their rows never meet others")
def _(X, y, batch_size, rng):
    starts = np.arange(0, len(X), batch_size)
    full, rest = starts[: len(X) // batch_size], starts[len(X) // batch_size :]
    return [(X[i : i + batch_size], y[i : i + batch_size]) for i in [*rng.permutation(full), *rest]]


@wrong("minibatches", "mb-fixed-row", why="all rows but the last one are shuffled")
def _(X, y, batch_size, rng):
    order = np.append(rng.permutation(len(X) - 1), len(X) - 1)
    return [(X[order[k : k + batch_size]], y[order[k : k + batch_size]]) for k in range(0, len(X), batch_size)]


@wrong("minibatches", "mb-within", why="rows change places within their batch only")
def _(X, y, batch_size, rng):
    batches = []
    for start in range(0, len(X), batch_size):
        rows = rng.permutation(np.arange(start, min(start + batch_size, len(X))))
        batches.append((X[rows], y[rows]))
    return batches


@wrong("minibatches", "mb-own-rng", why="a generator of its own: every epoch in the same order")
def _(X, y, batch_size, rng):
    order = np.random.default_rng(0).permutation(len(X))
    return [(X[order[i : i + batch_size]], y[order[i : i + batch_size]]) for i in range(0, len(X), batch_size)]


@wrong("minibatches", "mb-global-rng", why="NumPy's global generator: no run can be repeated")
def _(X, y, batch_size, rng):
    order = np.random.permutation(len(X))
    return [(X[order[i : i + batch_size]], y[order[i : i + batch_size]]) for i in range(0, len(X), batch_size)]


@wrong("minibatches", "mb-replacement", why="choice draws with replacement unless told otherwise")
def _(X, y, batch_size, rng):
    order = rng.choice(len(X), size=len(X))
    return [(X[order[i : i + batch_size]], y[order[i : i + batch_size]]) for i in range(0, len(X), batch_size)]


@wrong("minibatches", "mb-pyshuffle", why="random.shuffle swaps rows through views and loses some")
def _(X, y, batch_size, rng):
    table = np.column_stack([X, y])
    random.Random(int(rng.integers(2**31))).shuffle(table)
    X, y = table[:, : X.shape[1]], table[:, X.shape[1] :].reshape(y.shape)
    return [(X[i : i + batch_size], y[i : i + batch_size]) for i in range(0, len(X), batch_size)]


@wrong("minibatches", "mb-columns", why="permuted shuffles each column by itself")
def _(X, y, batch_size, rng):
    X, y = rng.permuted(X, axis=0), rng.permutation(y)
    return [(X[i : i + batch_size], y[i : i + batch_size]) for i in range(0, len(X), batch_size)]


@wrong("minibatches", "split-sep", why="two orders, one for X and one for y")
def _(X, y, batch_size, rng):
    X, y = X[rng.permutation(len(X))], y[rng.permutation(len(y))]
    return [(X[i : i + batch_size], y[i : i + batch_size]) for i in range(0, len(X), batch_size)]


@wrong("minibatches", "mb-rows-only", why="y stays as it was")
def _(X, y, batch_size, rng):
    X = X[rng.permutation(len(X))]
    return [(X[i : i + batch_size], y[i : i + batch_size]) for i in range(0, len(X), batch_size)]


@wrong("minibatches", "mb-in-place", why="rng.shuffle writes into the caller's X")
def _(X, y, batch_size, rng):
    seed = int(rng.integers(2**31))
    np.random.default_rng(seed).shuffle(X)
    np.random.default_rng(seed).shuffle(y)
    return [(X[i : i + batch_size].copy(), y[i : i + batch_size].copy()) for i in range(0, len(X), batch_size)]


# clip_by_global_norm


@wrong("clip_by_global_norm", "clip-each", why="one factor for each array")
def _(grads, max_norm):
    norm = np.sqrt(sum(np.sum(array**2) for pair in grads for array in pair))

    def clip(array):
        length = np.linalg.norm(array)
        return array * (max_norm / length) if length > max_norm else array

    return [(clip(dW), clip(db)) for dW, db in grads], norm


@wrong("clip_by_global_norm", "clip-layers", why="one factor for each layer")
def _(grads, max_norm):
    norm = np.sqrt(sum(np.sum(array**2) for pair in grads for array in pair))
    new = []
    for dW, db in grads:
        length = np.sqrt(np.sum(dW**2) + np.sum(db**2))
        factor = max_norm / length if length > max_norm else 1.0
        new.append((dW * factor, db * factor))
    return new, norm


@wrong("clip_by_global_norm", "clip-entries", why="np.clip turns the gradient")
def _(grads, max_norm):
    norm = np.sqrt(sum(np.sum(array**2) for pair in grads for array in pair))
    return [(np.clip(dW, -max_norm, max_norm), np.clip(db, -max_norm, max_norm)) for dW, db in grads], norm


@wrong("clip_by_global_norm", "clip-always", why="also stretches short gradients")
def _(grads, max_norm):
    norm = np.sqrt(sum(np.sum(array**2) for pair in grads for array in pair))
    factor = max_norm / norm if norm else 1.0
    return [(dW * factor, db * factor) for dW, db in grads], norm


@wrong("clip_by_global_norm", "clip-never", why="the products are dropped")
def _(grads, max_norm):
    norm = np.sqrt(sum(np.sum(array**2) for pair in grads for array in pair))
    if norm > max_norm:
        for dW, db in grads:
            dW = dW * max_norm / norm
            db = db * max_norm / norm
    return grads, norm


@wrong("clip_by_global_norm", "clip-square", why="the root of the sum is missing")
def _(grads, max_norm):
    norm = sum(np.sum(array**2) for pair in grads for array in pair)
    factor = max_norm / norm if norm > max_norm else 1.0
    return [(dW * factor, db * factor) for dW, db in grads], norm


@wrong("clip_by_global_norm", "clip-square-compared", why="the square of the norm decides whether to clip")
def _(grads, max_norm):
    total = sum(np.sum(array**2) for pair in grads for array in pair)
    norm = np.sqrt(total)
    factor = max_norm / norm if total > max_norm else 1.0
    return [(dW * factor, db * factor) for dW, db in grads], norm


@wrong("clip_by_global_norm", "clip-to-one", why="max_norm is left out of the factor")
def _(grads, max_norm):
    norm = np.sqrt(sum(np.sum(array**2) for pair in grads for array in pair))
    if norm > max_norm:
        grads = [(dW / norm, db / norm) for dW, db in grads]
    return grads, norm


@wrong("clip_by_global_norm", "clip-weights-only", why="the biases are missing from the norm")
def _(grads, max_norm):
    norm = np.sqrt(sum(np.sum(dW**2) for dW, db in grads))
    factor = max_norm / norm if norm > max_norm else 1.0
    return [(dW * factor, db * factor) for dW, db in grads], norm


@wrong("clip_by_global_norm", "clip-sum-of-norms", why="lengths do not add up")
def _(grads, max_norm):
    norm = sum(np.linalg.norm(array) for pair in grads for array in pair)
    factor = max_norm / norm if norm > max_norm else 1.0
    return [(dW * factor, db * factor) for dW, db in grads], norm


@wrong("clip_by_global_norm", "clip-largest", why="the largest entry is not the length")
def _(grads, max_norm):
    norm = max(np.max(np.abs(array)) for pair in grads for array in pair)
    factor = max_norm / norm if norm > max_norm else 1.0
    return [(dW * factor, db * factor) for dW, db in grads], norm


@wrong("clip_by_global_norm", "clip-root-mean", why="a mean of squares where their sum is asked")
def _(grads, max_norm):
    entries = np.concatenate([array.ravel() for pair in grads for array in pair])
    norm = np.sqrt(np.mean(entries**2))
    factor = max_norm / norm if norm > max_norm else 1.0
    return [(dW * factor, db * factor) for dW, db in grads], norm


@wrong("clip_by_global_norm", "clip-norm-after", why="reports the norm of the clipped gradients")
def _(grads, max_norm):
    norm = np.sqrt(sum(np.sum(array**2) for pair in grads for array in pair))
    if norm > max_norm:
        grads = [(dW * (max_norm / norm), db * (max_norm / norm)) for dW, db in grads]
        norm = np.sqrt(sum(np.sum(array**2) for pair in grads for array in pair))
    return grads, norm


@wrong("clip_by_global_norm", "clip-zero", why="divides by the norm before looking at it")
def _(grads, max_norm):
    norm = np.sqrt(sum(np.sum(array**2) for pair in grads for array in pair))
    factor = min(1.0, max_norm / norm)
    return [(dW * factor, db * factor) for dW, db in grads], norm


@wrong("clip_by_global_norm", "clip-in-place", why="*= writes into the caller's gradients")
def _(grads, max_norm):
    norm = np.sqrt(sum(np.sum(array**2) for pair in grads for array in pair))
    if norm > max_norm:
        for dW, db in grads:
            dW *= max_norm / norm
            db *= max_norm / norm
    return grads, norm


# cosine_lr


@wrong("cosine_lr", "cos-ints", why="the result goes into an array of base_lr's whole numbers")
def _(step, total_steps, base_lr):
    rate = np.array(base_lr)
    rate[...] = 0.5 * base_lr * (1 + np.cos(np.pi * step / total_steps))
    return rate[()]


@wrong("cosine_lr", "cos-no-half", why="the half is missing")
def _(step, total_steps, base_lr):
    return base_lr * (1 + np.cos(np.pi * step / total_steps))


@wrong("cosine_lr", "cos-no-pi", why="π is missing")
def _(step, total_steps, base_lr):
    return 0.5 * base_lr * (1 + np.cos(step / total_steps))


@wrong("cosine_lr", "cos-rising", why="1 - cos rises")
def _(step, total_steps, base_lr):
    return 0.5 * base_lr * (1 - np.cos(np.pi * step / total_steps))


@wrong("cosine_lr", "cos-off-by-one", why="counts the step that is about to be taken")
def _(step, total_steps, base_lr):
    return 0.5 * base_lr * (1 + np.cos(np.pi * (step + 1) / total_steps))


@wrong("cosine_lr", "cos-early-end", why="reaches 0 one step early")
def _(step, total_steps, base_lr):
    return 0.5 * base_lr * (1 + np.cos(np.pi * step / max(1, total_steps - 1)))


@wrong("cosine_lr", "cos-whole-division", why="// cuts the share of the way to 0")
def _(step, total_steps, base_lr):
    return 0.5 * base_lr * (1 + np.cos(np.pi * (step // total_steps)))


@wrong("cosine_lr", "cos-linear", why="a straight line")
def _(step, total_steps, base_lr):
    return base_lr * (1 - step / total_steps)


@wrong("cosine_lr", "cos-degrees", why="np.cos takes radians")
def _(step, total_steps, base_lr):
    return 0.5 * base_lr * (1 + np.cos(180 * step / total_steps))


@wrong("cosine_lr", "cos-quarter", why="a quarter of a wave")
def _(step, total_steps, base_lr):
    return base_lr * np.cos(np.pi / 2 * step / total_steps)


# rosenbrock_grad


@wrong("rosenbrock_grad", "ros-no-inner", why="both inner derivatives by a are forgotten")
def _(w):
    a, b = w
    return np.array([2 * (1 - a) + 200 * (b - a**2), 200 * (b - a**2)])


@wrong("rosenbrock_grad", "ros-sign", why="the inner derivative of 1 - a is -1")
def _(w):
    a, b = w
    return np.array([2 * (1 - a) - 400 * a * (b - a**2), 200 * (b - a**2)])


@wrong("rosenbrock_grad", "ros-inner-half", why="the inner derivative of b - a² is forgotten")
def _(w):
    a, b = w
    return np.array([-2 * (1 - a) + 200 * (b - a**2), 200 * (b - a**2)])


@wrong("rosenbrock_grad", "ros-inner-sign", why="2a instead of -2a")
def _(w):
    a, b = w
    return np.array([-2 * (1 - a) + 400 * a * (b - a**2), 200 * (b - a**2)])


@wrong("rosenbrock_grad", "ros-no-two", why="the 2 of both squares is missing")
def _(w):
    a, b = w
    return np.array([-(1 - a) - 200 * a * (b - a**2), 100 * (b - a**2)])


@wrong("rosenbrock_grad", "ros-descent", why="the direction downhill")
def _(w):
    a, b = w
    return -np.array([-2 * (1 - a) - 400 * a * (b - a**2), 200 * (b - a**2)])


@wrong("rosenbrock_grad", "ros-swapped", why="b before a")
def _(w):
    a, b = w
    return np.array([200 * (b - a**2), -2 * (1 - a) - 400 * a * (b - a**2)])


# minimize


def known_steps():
    """Return the four steps by name, as most walks below use them; the steps are the solution's."""

    def plain(w, g, state, lr):
        return w - lr * g, state

    return {"gd": plain, "momentum": momentum_step, "rmsprop": rmsprop_step, "adam": adam_step}


@wrong("minimize", "min-path-aliased", why="the path holds one array many times")
def _(grad, w0, method, lr, steps):
    rules = known_steps()
    if method not in rules:
        raise ValueError(method)
    w, state = np.array(w0, dtype=float), {}
    path = [w]
    for _k in range(steps):
        new, state = rules[method](w, grad(w), state, lr)
        w[:] = new
        path.append(w)
    return w, np.array(path)


@wrong("minimize", "min-path-without-start", why="w0 is not noted")
def _(grad, w0, method, lr, steps):
    rules = known_steps()
    if method not in rules:
        raise ValueError(method)
    w, state, path = w0, {}, []
    for _k in range(steps):
        w, state = rules[method](w, grad(w), state, lr)
        path.append(w)
    return w, np.array(path)


@wrong("minimize", "min-path-without-end", why="notes the place before each step only")
def _(grad, w0, method, lr, steps):
    rules = known_steps()
    if method not in rules:
        raise ValueError(method)
    w, state, path = w0, {}, []
    for _k in range(steps):
        path.append(w)
        w, state = rules[method](w, grad(w), state, lr)
    return w, np.array(path)


@wrong("minimize", "min-path-late", why="notes the place before each step, after having noted the start")
def _(grad, w0, method, lr, steps):
    rules = known_steps()
    if method not in rules:
        raise ValueError(method)
    w, state, path = w0, {}, [w0]
    for _k in range(steps):
        path.append(w)
        w, state = rules[method](w, grad(w), state, lr)
    return w, np.array(path)


@wrong("minimize", "min-early-stop", why="ends as soon as it no longer moves, and so does the path")
def _(grad, w0, method, lr, steps):
    rules = known_steps()
    if method not in rules:
        raise ValueError(method)
    w, state, path = w0, {}, [w0]
    for _k in range(steps):
        new, state = rules[method](w, grad(w), state, lr)
        if np.allclose(new, w, rtol=0, atol=1e-12):
            break
        w = new
        path.append(w)
    return w, np.array(path)


@wrong("minimize", "min-start-slope", why="the gradient is taken once, at the start")
def _(grad, w0, method, lr, steps):
    rules = known_steps()
    if method not in rules:
        raise ValueError(method)
    w, state, path, g = w0, {}, [w0], grad(w0)
    for _k in range(steps):
        w, state = rules[method](w, g, state, lr)
        path.append(w)
    return w, np.array(path)


@wrong("minimize", "min-late-slope", why="the gradient for the next step is taken before this one is made")
def _(grad, w0, method, lr, steps):
    rules = known_steps()
    if method not in rules:
        raise ValueError(method)
    w, state, path, g = w0, {}, [w0], grad(w0)
    for _k in range(steps):
        following = grad(w)
        w, state = rules[method](w, g, state, lr)
        g = following
        path.append(w)
    return w, np.array(path)


@wrong("minimize", "min-unit-steps", why="every gradient is scaled to length 1")
def _(grad, w0, method, lr, steps):
    rules = known_steps()
    if method not in rules:
        raise ValueError(method)
    w, state, path = w0, {}, [w0]
    for _k in range(steps):
        g = grad(w)
        w, state = rules[method](w, g / np.linalg.norm(g), state, lr)
        path.append(w)
    return w, np.array(path)


@wrong("minimize", "min-one-step-short", why="range(1, steps) has one step too few")
def _(grad, w0, method, lr, steps):
    rules = known_steps()
    if method not in rules:
        raise ValueError(method)
    w, state, path = w0, {}, [w0]
    for _k in range(1, steps):
        w, state = rules[method](w, grad(w), state, lr)
        path.append(w)
    return w, np.array(path)


@wrong("minimize", "min-ascent", why="hands on the negative gradient, and the steps subtract it again")
def _(grad, w0, method, lr, steps):
    rules = known_steps()
    if method not in rules:
        raise ValueError(method)
    w, state, path = w0, {}, [w0]
    for _k in range(steps):
        w, state = rules[method](w, -grad(w), state, lr)
        path.append(w)
    return w, np.array(path)


@wrong("minimize", "min-state-lost", why="every step gets an empty state")
def _(grad, w0, method, lr, steps):
    rules = known_steps()
    if method not in rules:
        raise ValueError(method)
    w, path = w0, [w0]
    for _k in range(steps):
        w, _state = rules[method](w, grad(w), {}, lr)
        path.append(w)
    return w, np.array(path)


@wrong("minimize", "min-always-gd", why="the method is read and not used")
def _(grad, w0, method, lr, steps):
    if method not in ("gd", "momentum", "rmsprop", "adam"):
        raise ValueError(method)
    w, path = w0, [w0]
    for _k in range(steps):
        w = w - lr * grad(w)
        path.append(w)
    return w, np.array(path)


@wrong("minimize", "min-always-adam", why="`method == 'gd' or 'momentum'` is always true, in other words")
def _(grad, w0, method, lr, steps):
    if method not in ("gd", "momentum", "rmsprop", "adam"):
        raise ValueError(method)
    w, state, path = w0, {}, [w0]
    for _k in range(steps):
        if method == "adam" or "gd":  # noqa: SIM222
            w, state = adam_step(w, grad(w), state, lr)
        path.append(w)
    return w, np.array(path)


@wrong("minimize", "min-unknown-accepted", why="whatever is not known is plain descent")
def _(grad, w0, method, lr, steps):
    rules = {"momentum": momentum_step, "rmsprop": rmsprop_step, "adam": adam_step}
    w, state, path = w0, {}, [w0]
    for _k in range(steps):
        if method in rules:
            w, state = rules[method](w, grad(w), state, lr)
        else:
            w = w - lr * grad(w)
        path.append(w)
    return w, np.array(path)


@wrong("minimize", "min-other-error", why="a missing key is a KeyError")
def _(grad, w0, method, lr, steps):
    rules = known_steps()
    rule = rules[method]
    w, state, path = w0, {}, [w0]
    for _k in range(steps):
        w, state = rule(w, grad(w), state, lr)
        path.append(w)
    return w, np.array(path)


@wrong("minimize", "min-refused-late", why="the name is looked at inside the loop")
def _(grad, w0, method, lr, steps):
    w, state, path = w0, {}, [w0]
    for _k in range(steps):
        g = grad(w)
        if method == "gd":
            w = w - lr * g
        elif method == "momentum":
            w, state = momentum_step(w, g, state, lr)
        elif method == "rmsprop":
            w, state = rmsprop_step(w, g, state, lr)
        elif method == "adam":
            w, state = adam_step(w, g, state, lr)
        else:
            raise ValueError(method)
        path.append(w)
    return w, np.array(path)


@wrong("minimize", "min-in-place", why="-= walks with the caller's w0")
def _(grad, w0, method, lr, steps):
    rules = known_steps()
    if method not in rules:
        raise ValueError(method)
    w, state, path = w0, {}, [w0.copy()]
    for _k in range(steps):
        new, state = rules[method](w, grad(w), state, lr)
        w[:] = new
        path.append(w.copy())
    return w, np.array(path)


@wrong("minimize", "min-ints", why="a path made to be like w0 holds whole numbers if w0 does")
def _(grad, w0, method, lr, steps):
    rules = known_steps()
    if method not in rules:
        raise ValueError(method)
    path = np.zeros((steps + 1, len(w0)), dtype=w0.dtype)
    path[0] = w = w0
    state = {}
    for k in range(steps):
        w, state = rules[method](w, grad(w), state, lr)
        path[k + 1] = w
    return path[-1], path
