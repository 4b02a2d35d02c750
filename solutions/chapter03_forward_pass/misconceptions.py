"""Wrong answers that students write in chapter 3, with the idea behind each; read by the audit, never shipped."""

import math

import numpy as np
from forward_pass import accuracy, erf, log_softmax, mlp_forward, relu, sigmoid, softmax

from grader.audit import wrong


@wrong("relu", "relu-npmax", why="np.max reduces an array to its largest entry; the 0 is read as an axis")
def _(z):
    return np.max(z, 0)


@wrong("relu", "relu-abs", why="the negative side is folded up instead of cut off")
def _(z):
    return np.abs(z)


@wrong("relu", "relu-min", why="minimum keeps the side that should go")
def _(z):
    return np.minimum(z, 0)


@wrong("relu", "relu-step", why="that is the step function, or relu's derivative")
def _(z):
    return np.where(z > 0, 1.0, 0.0) if isinstance(z, np.ndarray) else float(z > 0)


@wrong("relu", "relu-capped", why="relu6 and the clip to an interval have a ceiling, relu has none")
def _(z):
    return np.clip(z, 0, 6)


@wrong("relu", "relu-leaky", why="a leak where relu has none")
def _(z):
    return np.where(np.asarray(z) > 0, z, 0.01 * z)


@wrong("relu", "relu-inplace", why="the caller's array loses its negative entries")
def _(z):
    if not isinstance(z, np.ndarray):
        return max(z, 0)
    z[z < 0] = 0
    return z


@wrong("relu", "relu-if", why="an if of an array raises ValueError")
def _(z):
    if z > 0:
        return z
    return 0.0


@wrong("relu", "relu-list", why="a list instead of an array", unnamed="WRONG_TYPE says so")
def _(z):
    return [max(0.0, t) for t in z] if isinstance(z, np.ndarray) and z.ndim == 1 else np.maximum(0, z)


@wrong(
    "leaky_relu", "leaky-max", why="right for alpha up to 1 only: beyond it alpha * z is the larger one on the right"
)
def _(z, alpha=0.01):
    return np.maximum(alpha * z, z)


@wrong("relu", "relu-threshold", why="relu bends at 0 and nowhere else")
def _(z):
    return np.where(np.asarray(z) > 1e-5, z, 0.0)


@wrong("leaky_relu", "leaky-alpha-zero", why="0 is a slope, too")
def _(z, alpha=0.01):
    z = np.asarray(z)
    return np.where(z > 0, z, (alpha or 0.01) * z)


@wrong("leaky_relu", "leaky-fixed", why="the parameter is never used")
def _(z, alpha=0.01):
    return np.where(np.asarray(z) > 0, z, 0.01 * z)


@wrong("leaky_relu", "leaky-none", why="that is relu")
def _(z, alpha=0.01):
    return np.maximum(z, 0)


@wrong("leaky_relu", "leaky-flipped", why="the branches of where are swapped")
def _(z, alpha=0.01):
    return np.where(np.asarray(z) > 0, alpha * z, z)


@wrong("leaky_relu", "leaky-up", why="a minus too many: the left side rises again")
def _(z, alpha=0.01):
    return np.where(np.asarray(z) > 0, z, -alpha * z)


@wrong("leaky_relu", "leaky-constant", why="the slope instead of the value on the line")
def _(z, alpha=0.01):
    return np.where(np.asarray(z) > 0, z, alpha)


@wrong("leaky_relu", "leaky-int-buffer", why="zeros_like of integers is an array of integers")
def _(z, alpha=0.01):
    z = np.asarray(z)
    out = np.zeros_like(z)
    out[z > 0] = z[z > 0]
    out[z <= 0] = alpha * z[z <= 0]
    return out


@wrong("leaky_relu", "leaky-inplace", why="the caller's array is scaled")
def _(z, alpha=0.01):
    if not isinstance(z, np.ndarray) or z.dtype.kind == "i":
        return np.where(np.asarray(z) > 0, z, alpha * np.asarray(z))
    z[z < 0] *= alpha
    return z


@wrong("leaky_relu", "leaky-default", why="another default slope", unnamed="any number could stand there")
def _(z, alpha=0.1):
    return np.where(np.asarray(z) > 0, z, alpha * z)


@wrong("elu", "elu-where-ovf", why="where chooses after both sides were computed, and e^z of a large z overflows")
def _(z, alpha=1.0):
    return np.where(np.asarray(z) > 0, z, alpha * (np.exp(z) - 1))


@wrong("elu", "elu-no-alpha", why="alpha is ignored")
def _(z, alpha=1.0):
    return np.where(np.asarray(z) > 0, z, np.expm1(np.minimum(z, 0)))


@wrong("elu", "elu-alpha-zero", why="0 is a value of alpha, too")
def _(z, alpha=1.0):
    z = np.asarray(z)
    return np.where(z > 0, z, (alpha or 1.0) * np.expm1(np.minimum(z, 0)))


@wrong("elu", "elu-celu", why="CELU, which divides by alpha inside, is another function")
def _(z, alpha=1.0):
    return np.where(np.asarray(z) > 0, z, alpha * np.expm1(np.minimum(z, 0) / alpha))


@wrong("elu", "elu-inside", why="alpha in the exponent")
def _(z, alpha=1.0):
    return np.where(np.asarray(z) > 0, z, np.expm1(alpha * np.minimum(z, 0)))


@wrong("elu", "elu-no-one", why="without the 1 the curve jumps from alpha to 0 at 0")
def _(z, alpha=1.0):
    return np.where(np.asarray(z) > 0, z, alpha * np.exp(np.minimum(z, 0)))


@wrong("elu", "elu-brackets", why="alpha belongs to the whole difference")
def _(z, alpha=1.0):
    return np.where(np.asarray(z) > 0, z, alpha * np.exp(np.minimum(z, 0)) - 1)


@wrong("elu", "elu-max", why="e^z - 1 lies above z everywhere, so the maximum never takes z")
def _(z, alpha=1.0):
    return np.maximum(z, alpha * (np.exp(z) - 1))


@wrong("elu", "elu-scaled", why="alpha on the positive side too, as SELU's scale is")
def _(z, alpha=1.0):
    return alpha * np.where(np.asarray(z) > 0, z, np.expm1(np.minimum(z, 0)))


@wrong("elu", "elu-sign", why="1 - e^z bends the wrong way")
def _(z, alpha=1.0):
    return np.where(np.asarray(z) > 0, z, alpha * (1 - np.exp(np.minimum(z, 0))))


@wrong("elu", "elu-int-buffer", why="zeros_like of integers is an array of integers")
def _(z, alpha=1.0):
    z = np.asarray(z)
    out = np.zeros_like(z)
    out[z > 0] = z[z > 0]
    out[z <= 0] = alpha * (np.exp(z[z <= 0]) - 1)
    return out


@wrong("elu", "elu-inplace", why="the caller's array is bent")
def _(z, alpha=1.0):
    if not isinstance(z, np.ndarray) or z.dtype.kind == "i":
        return np.where(np.asarray(z) > 0, z, alpha * np.expm1(np.minimum(z, 0)))
    z[z < 0] = alpha * np.expm1(z[z < 0])
    return z


@wrong("swish", "swish-beta-zero", why="0 is a value of beta, too")
def _(z, beta=1.0):
    return z * sigmoid((beta or 1.0) * np.asarray(z))


@wrong("swish", "swish-beta-size", why="a negative beta turns the gate round")
def _(z, beta=1.0):
    return z * sigmoid(abs(beta) * np.asarray(z))


@wrong("swish", "swish-cut", why="where the gate is shut depends on beta")
def _(z, beta=1.0):
    z = np.asarray(z)
    return np.where(z < -20, 0.0, z * sigmoid(beta * z))


@wrong("swish", "swish-beta", why="beta is ignored: x / (1 + e^-x) is the case beta = 1 only")
def _(z, beta=1.0):
    return z * sigmoid(z)


@wrong("swish", "swish-sign", why="sigmoid of the mirror image: the gate is open where it should be shut")
def _(z, beta=1.0):
    return z * sigmoid(-beta * z)


@wrong("swish", "swish-gate-only", why="the gate without what goes through it")
def _(z, beta=1.0):
    return sigmoid(beta * z)


@wrong("swish", "swish-beta-outside", why="beta scales the output instead of the gate")
def _(z, beta=1.0):
    return beta * z * sigmoid(z)


@wrong("swish", "swish-beta-twice", why="beta in the gate and in front")
def _(z, beta=1.0):
    return beta * z * sigmoid(beta * z)


@wrong("swish", "swish-beta-divides", why="a larger beta should make the gate steeper, not flatter")
def _(z, beta=1.0):
    return z * sigmoid(z / beta)


@wrong("swish", "swish-overflow", why="e^(beta z) overflows for a large z: inf / inf")
def _(z, beta=1.0):
    return z * np.exp(beta * z) / (1 + np.exp(beta * z))


@wrong("swish", "sig-intbuf", why="the sigmoid is written into an array of integers, where it becomes 0")
def _(z, beta=1.0):
    z = np.asarray(z)
    s = np.zeros_like(z)
    s[...] = sigmoid(beta * z)
    return z * s


@wrong("swish", "swish-inplace", why="the caller's array is multiplied by its gate")
def _(z, beta=1.0):
    if not isinstance(z, np.ndarray) or z.dtype.kind == "i":
        return z * sigmoid(beta * z)
    z *= sigmoid(beta * z)
    return z


@wrong("gelu", "gelu-sig", why="an approximation, off by up to 0.02")
def _(z):
    return z * sigmoid(1.702 * z)


@wrong("gelu", "gelu-tanh", why="an approximation, off by up to 0.0005")
def _(z):
    return 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * np.power(z, 3.0))))


@wrong("gelu", "gelu-table", why="a formula for erf that is right to 1.5e-7 only, where the exact one is at hand")
def _(z):
    x = np.asarray(z) / np.sqrt(2)
    t = 1 / (1 + 0.3275911 * np.abs(x))
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return 0.5 * z * (1 + np.sign(x) * (1 - series * np.exp(-x * x)))


@wrong("gelu", "gelu-erf", why="Phi(z) is made with erf(z / sqrt 2)")
def _(z):
    return z * 0.5 * (1 + erf(z))


@wrong("gelu", "gelu-half", why="1 + erf runs from 0 to 2; a probability runs from 0 to 1")
def _(z):
    return z * (1 + erf(np.asarray(z) / np.sqrt(2)))


@wrong("gelu", "gelu-only-erf", why="erf runs from -1 to 1; it is no probability")
def _(z):
    return z * erf(np.asarray(z) / np.sqrt(2))


@wrong("gelu", "gelu-phi-only", why="the gate without what goes through it")
def _(z):
    return 0.5 * (1 + erf(np.asarray(z) / np.sqrt(2)))


@wrong("gelu", "gelu-density", why="the bell curve instead of the area under it")
def _(z):
    return z * np.exp(-np.square(z) / 2) / np.sqrt(2 * np.pi)


@wrong("gelu", "gelu-inplace", why="the caller's array is multiplied by its gate")
def _(z):
    if not isinstance(z, np.ndarray) or z.dtype.kind == "i":
        return 0.5 * z * (1 + erf(z / math.sqrt(2)))
    z *= 0.5 * (1 + erf(z / math.sqrt(2)))
    return z


@wrong("gelu", "gelu-cut", why="cut off where Phi is not 0 or 1 yet", unnamed="any bound could stand there")
def _(z):
    z = np.asarray(z)
    return np.where(z > 4, z, np.where(z < -4, 0.0, 0.5 * z * (1 + erf(z / math.sqrt(2)))))


@wrong("gelu", "gelu-scalar-erf", why="math.erf of an array raises TypeError")
def _(z):
    return 0.5 * z * (1 + math.erf(z / math.sqrt(2)))


@wrong("softmax", "sm-axis0", why="normalises over the samples instead of the classes")
def _(Z):
    e = np.exp(Z - Z.max(axis=0))
    return e / e.sum(axis=0)


@wrong("softmax", "sm-keepdims", why="(N, C) / (N,) divides column j by the sum of row j; silent where N = C")
def _(Z):
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1)


@wrong("softmax", "sm-overflow", why="e^1000 is infinite: inf / inf")
def _(Z):
    return np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)


@wrong("softmax", "sm-inplace", why="the caller's scores are shifted")
def _(Z):
    Z -= Z.max(axis=1, keepdims=True)
    return np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)


@wrong("softmax", "sm-global-max", why="one shift for all rows: a row far below the largest score becomes 0 / 0")
def _(Z):
    e = np.exp(Z - Z.max())
    return e / e.sum(axis=1, keepdims=True)


@wrong("softmax", "sm-all", why="the whole table adds up to 1, not each row")
def _(Z):
    e = np.exp(Z - np.max(Z))
    return e / np.sum(e)


@wrong("softmax", "sm-no-exp", why="shares of the scores themselves: negative scores make no sense there")
def _(Z):
    return Z / Z.sum(axis=1, keepdims=True)


@wrong("softmax", "sm-sigmoid", why="every score for itself: the rows do not add up to 1")
def _(Z):
    return sigmoid(Z)


@wrong("softmax", "sm-over-max", why="the largest entry is 1 instead of the sum")
def _(Z):
    return np.exp(Z - Z.max(axis=1, keepdims=True))


@wrong("softmax", "sm-dropped", why="small probabilities are probabilities too", unnamed="any bound could stand there")
def _(Z):
    e = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    p[p < 1e-4] = 0
    return p / p.sum(axis=1, keepdims=True)


@wrong("log_softmax", "lsm-log", why="a probability underflows to 0 and its logarithm is minus infinity")
def _(Z):
    return np.log(softmax(Z))


@wrong("log_softmax", "lse-max", why="what was subtracted inside the logarithm is not added back outside")
def _(Z):
    return Z - np.log(np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True))


@wrong("log_softmax", "lsm-overflow", why="e^1000 is infinite before the logarithm is taken")
def _(Z):
    return Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))


@wrong("log_softmax", "lsm-eps", why="nothing below log(1e-8) = -18.42 can come out")
def _(Z):
    return np.log(softmax(Z) + 1e-8)


@wrong("log_softmax", "lsm-shift-only", why="the largest score is no logarithm of a sum")
def _(Z):
    return Z - Z.max(axis=1, keepdims=True)


@wrong("log_softmax", "lsm-sign", why="the logarithm of a probability is never positive")
def _(Z):
    return -(Z - np.logaddexp.reduce(Z, axis=1, keepdims=True))


@wrong("log_softmax", "lsm-base", why="bits instead of natural logarithms")
def _(Z):
    return (Z - np.logaddexp.reduce(Z, axis=1, keepdims=True)) / np.log(2)


@wrong("log_softmax", "lsm-axis0", why="normalises over the samples instead of the classes")
def _(Z):
    return Z - np.logaddexp.reduce(Z, axis=0)


@wrong("log_softmax", "lsm-keepdims", why="column j loses what belongs to row j; silent where N = C")
def _(Z):
    return Z - np.logaddexp.reduce(Z, axis=1)


@wrong("log_softmax", "lsm-all", why="one sum for the whole table")
def _(Z):
    return Z - np.logaddexp.reduce(Z, axis=None)


@wrong("log_softmax", "lsm-global-max", why="one shift for all rows: the sum of a row far below underflows to 0")
def _(Z):
    shifted = Z - Z.max()
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@wrong("log_softmax", "lsm-inplace", why="the caller's scores are shifted")
def _(Z):
    Z -= Z.max(axis=1, keepdims=True)
    return Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))


@wrong("affine_forward", "aff-wt", why="W is (D, M) already; silent where D = M")
def _(X, W, b):
    return X.reshape(len(X), -1) @ W.T + b, (X, W, b)


@wrong("affine_forward", "aff-nobias", why="the bias is forgotten")
def _(X, W, b):
    return X.reshape(len(X), -1) @ W, (X, W, b)


@wrong("affine_forward", "aff-into-ints", why="+= adds fractions to integers")
def _(X, W, b):
    out = X.reshape(len(X), -1) @ W
    out += b
    return out, (X, W, b)


@wrong("affine_forward", "aff-bcol", why="a bias per sample instead of one per unit; silent where N = M")
def _(X, W, b):
    return X.reshape(len(X), -1) @ W + b.reshape(-1, 1), (X, W, b)


@wrong("affine_forward", "aff-star", why="elementwise product: no sum over the inputs")
def _(X, W, b):
    return X.reshape(len(X), -1) * W + b, (X, W, b)


@wrong("affine_forward", "aff-over-n", why="a layer never divides by N")
def _(X, W, b):
    return X.reshape(len(X), -1) @ W / len(X) + b, (X, W, b)


@wrong("affine_forward", "aff-activated", why="the activation is another step")
def _(X, W, b):
    return relu(X.reshape(len(X), -1) @ W + b), (X, W, b)


@wrong("affine_forward", "aff-columns", why="reshaping to (D, N) and transposing mixes numbers of different samples")
def _(X, W, b):
    return X.reshape(-1, len(X)).T @ W + b, (X, W, b)


@wrong("affine_forward", "aff-fortran", why="the numbers of a sample in another order than W expects")
def _(X, W, b):
    return X.reshape(len(X), -1, order="F") @ W + b, (X, W, b)


@wrong(
    "affine_forward",
    "aff-remembered",
    why="a product kept for the next call with this layer",
    unnamed="what comes out depends on the calls before",
)
def _(X, W, b, products={}):
    layer = (X.shape, W.tobytes())
    if layer not in products:
        products[layer] = X.reshape(len(X), -1) @ W
    return products[layer] + b, (X, W, b)


@wrong("affine_forward", "aff-cache-first", why="one sample without its axis", unnamed="WRONG_SHAPE says so")
def _(X, W, b):
    return X.reshape(len(X), -1) @ W + b, (X[0] if len(X) == 1 else X, W, b)


@wrong("affine_forward", "aff-zero-bias", why="one bias of 0 taken for no biases")
def _(X, W, b):
    return X.reshape(len(X), -1) @ W + (b if b[0] else 0), (X, W, b)


@wrong("affine_forward", "aff-cache-flat", why="the backward pass must give back the shape that came in")
def _(X, W, b):
    X = X.reshape(X.shape[0], -1)
    return X @ W + b, (X, W, b)


@wrong("affine_forward", "aff-cache-order", why="the cache is (X, W, b), in this order")
def _(X, W, b):
    return X.reshape(len(X), -1) @ W + b, (W, X, b)


@wrong(
    "affine_forward",
    "aff-noflatten",
    why="without flattening",
    unnamed="NumPy multiplies the last axis only or raises: many faces",
)
def _(X, W, b):
    return X @ W + b, (X, W, b)


@wrong(
    "affine_forward",
    "aff-no-cache",
    why="without a cache there is one value where two are asked",
    unnamed="WRONG_TYPE says so",
)
def _(X, W, b):
    return X.reshape(len(X), -1) @ W + b


@wrong("mlp_forward", "mlp-last-activated", why="logits can be negative: the last layer has no activation")
def _(X, params, activation="relu"):
    f = {"relu": relu, "tanh": np.tanh, "sigmoid": sigmoid}.get(activation)
    if f is None:
        raise ValueError(activation)
    for W, b in params:
        X = f(X @ W + b)
    return X


@wrong("mlp_forward", "mlp-linear", why="no activation at all")
def _(X, params, activation="relu"):
    if activation not in ("relu", "tanh", "sigmoid"):
        raise ValueError(activation)
    for W, b in params:
        X = X @ W + b
    return X


@wrong("mlp_forward", "mlp-activation-ignored", why="relu, whatever was asked for")
def _(X, params, activation="relu"):
    if activation not in ("relu", "tanh", "sigmoid"):
        raise ValueError(activation)
    for i, (W, b) in enumerate(params):
        X = X @ W + b
        if i < len(params) - 1:
            X = relu(X)
    return X


@wrong("mlp_forward", "mlp-softmaxed", why="logits are asked, not probabilities")
def _(X, params, activation="relu"):
    f = {"relu": relu, "tanh": np.tanh, "sigmoid": sigmoid}.get(activation)
    if f is None and len(params) > 1:
        raise ValueError(activation)
    for i, (W, b) in enumerate(params):
        X = X @ W + b
        X = f(X) if i < len(params) - 1 else softmax(X)
    return X


@wrong("mlp_forward", "mlp-input-activated", why="the input is data: nothing bends it before the first layer")
def _(X, params, activation="relu"):
    f = {"relu": relu, "tanh": np.tanh, "sigmoid": sigmoid}.get(activation)
    if f is None:
        raise ValueError(activation)
    for W, b in params:
        X = f(X) @ W + b
    return X


@wrong("mlp_forward", "mlp-two-layers", why="written for two layers: those in between are left out")
def _(X, params, activation="relu"):
    f = {"relu": relu, "tanh": np.tanh, "sigmoid": sigmoid}.get(activation)
    if f is None:
        raise ValueError(activation)
    if len(params) == 1:
        return X @ params[0][0] + params[0][1]
    return f(X @ params[0][0] + params[0][1]) @ params[-1][0] + params[-1][1]


@wrong("mlp_forward", "mlp-no-error", why="an unknown name goes through without an activation")
def _(X, params, activation="relu"):
    for i, (W, b) in enumerate(params):
        X = X @ W + b
        if i < len(params) - 1:
            if activation == "relu":
                X = relu(X)
            elif activation == "tanh":
                X = np.tanh(X)
            elif activation == "sigmoid":
                X = sigmoid(X)
    return X


@wrong(
    "mlp_forward",
    "mlp-piece-of-name",
    why='"tan" is in "relu tanh sigmoid" as a piece of text',
    unnamed="an unknown name passes, as in mlp-no-error",
)
def _(X, params, activation="relu"):
    if activation not in "relu tanh sigmoid":
        raise ValueError(activation)
    f = relu if activation == "relu" else np.tanh if activation == "tanh" else sigmoid
    for i, (W, b) in enumerate(params):
        X = X @ W + b
        if i < len(params) - 1:
            X = f(X)
    return X


@wrong(
    "mlp_forward",
    "mlp-longer-name",
    why='"leaky_relu" holds "relu" and is none',
    unnamed="an unknown name passes, as in mlp-no-error",
)
def _(X, params, activation="relu"):
    known = {"relu": relu, "tanh": np.tanh, "sigmoid": sigmoid}
    found = [f for name, f in known.items() if name in activation]
    if not found:
        raise ValueError(activation)
    for i, (W, b) in enumerate(params):
        X = X @ W + b
        if i < len(params) - 1:
            X = found[0](X)
    return X


@wrong("mlp_forward", "mlp-other-error", why="a look-up that fails raises KeyError, which is no ValueError")
def _(X, params, activation="relu"):
    f = {"relu": relu, "tanh": np.tanh, "sigmoid": sigmoid}[activation]
    for i, (W, b) in enumerate(params):
        X = X @ W + b
        if i < len(params) - 1:
            X = f(X)
    return X


@wrong("mlp_forward", "mlp-sig-overflow", why="e^-z overflows where a pre-activation is below -709")
def _(X, params, activation="relu"):
    f = {"relu": relu, "tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z))}.get(activation)
    if f is None:
        raise ValueError(activation)
    for i, (W, b) in enumerate(params):
        X = X @ W + b
        if i < len(params) - 1:
            X = f(X)
    return X


@wrong("mlp_forward", "tanh-naive", why="inf / inf for large pre-activations")
def _(X, params, activation="relu"):
    def tanh(z):
        return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))

    f = {"relu": relu, "tanh": tanh, "sigmoid": sigmoid}.get(activation)
    if f is None:
        raise ValueError(activation)
    for i, (W, b) in enumerate(params):
        X = X @ W + b
        if i < len(params) - 1:
            X = f(X)
    return X


@wrong("mlp_forward", "tanh-2s", why="tanh(z) is 2 sigmoid(2z) - 1")
def _(X, params, activation="relu"):
    f = {"relu": relu, "tanh": lambda z: 2 * sigmoid(z) - 1, "sigmoid": sigmoid}.get(activation)
    if f is None:
        raise ValueError(activation)
    for i, (W, b) in enumerate(params):
        X = X @ W + b
        if i < len(params) - 1:
            X = f(X)
    return X


@wrong("mlp_forward", "sig-sign", why="1 / (1 + e^z) is the mirror image")
def _(X, params, activation="relu"):
    f = {"relu": relu, "tanh": np.tanh, "sigmoid": lambda z: sigmoid(-z)}.get(activation)
    if f is None:
        raise ValueError(activation)
    for i, (W, b) in enumerate(params):
        X = X @ W + b
        if i < len(params) - 1:
            X = f(X)
    return X


@wrong(
    "mlp_forward",
    "mlp-like-the-last",
    why="the last layer known by its weights, which another may share",
    unnamed="two equal layers in one network only",
)
def _(X, params, activation="relu"):
    if activation not in ("relu", "tanh", "sigmoid"):
        raise ValueError(activation)
    act = {"relu": relu, "tanh": np.tanh, "sigmoid": sigmoid}[activation]
    for W, b in params:
        X = X @ W + b
        if not np.array_equal(W, params[-1][0]):
            X = act(X)
    return X


@wrong("mlp_forward", "mlp-capped", why="a ceiling against growth", unnamed="any ceiling could stand there")
def _(X, params, activation="relu"):
    if activation not in ("relu", "tanh", "sigmoid"):
        raise ValueError(activation)
    act = {"relu": lambda Z: np.clip(Z, 0, 100), "tanh": np.tanh, "sigmoid": sigmoid}[activation]
    for W, b in params[:-1]:
        X = act(X @ W + b)
    return X @ params[-1][0] + params[-1][1]


@wrong("mlp_forward", "mlp-nobias", why="the biases are forgotten")
def _(X, params, activation="relu"):
    f = {"relu": relu, "tanh": np.tanh, "sigmoid": sigmoid}.get(activation)
    if f is None:
        raise ValueError(activation)
    for i, (W, _b) in enumerate(params):
        X = X @ W
        if i < len(params) - 1:
            X = f(X)
    return X


@wrong("mlp_forward", "mlp-wt", why="W is (D, M) already; silent where all layers are square")
def _(X, params, activation="relu"):
    f = {"relu": relu, "tanh": np.tanh, "sigmoid": sigmoid}.get(activation)
    if f is None:
        raise ValueError(activation)
    for i, (W, b) in enumerate(params):
        X = X @ W.T + b
        if i < len(params) - 1:
            X = f(X)
    return X


@wrong("mse", "mse-bcast", why="(N, 1) - (N,) is a table (N, N)")
def _(p, y):
    return np.mean((p - y) ** 2)


@wrong("mse", "mse-absval", why="the square stands outside the mean: errors cancel")
def _(p, y):
    return np.mean(p - y.reshape(p.shape)) ** 2


@wrong("mse", "mse-half", why="a factor of one half that the definition does not have")
def _(p, y):
    return 0.5 * np.mean((p - y.reshape(p.shape)) ** 2)


@wrong("mse", "mse-root", why="the root of the mean squared error is another measure")
def _(p, y):
    return np.sqrt(np.mean((p - y.reshape(p.shape)) ** 2))


@wrong("mse", "mse-absolute", why="the mean absolute error is another measure")
def _(p, y):
    return np.mean(np.abs(p - y.reshape(p.shape)))


@wrong("mse", "mse-per-sample", why="a mean over the samples only, a sum over what each has")
def _(p, y):
    return np.sum((p - y.reshape(p.shape)) ** 2) / len(p)


@wrong("mse", "mse-one-row", why="a row of several elements is no single number")
def _(p, y):
    if len(p) == 1:
        return np.sum((np.ravel(p) - np.ravel(y)) ** 2)
    return np.mean((np.ravel(p) - np.ravel(y)) ** 2)


@wrong("mse", "mse-narrow", why="squares of whole numbers in few bits", unnamed="what comes out depends on the width")
def _(p, y):
    difference = p - y.reshape(p.shape)
    if difference.dtype.kind == "i":
        difference = difference.astype(np.int16)
    return np.mean(difference * difference)


@wrong("mse", "mse-distinct", why="a set of pairs")
def _(p, y):
    pairs = set(zip(p.ravel().tolist(), y.ravel().tolist()))
    return sum((a - t) ** 2 for a, t in pairs) / len(pairs)


@wrong("mse", "mse-sum", why="a sum grows with the number of samples")
def _(p, y):
    return np.sum((p - y.reshape(p.shape)) ** 2)


@wrong("bce_with_logits", "bce-bcast", why="(N, 1) times (N,) is a table (N, N)")
def _(z, y):
    return np.mean(np.logaddexp(0, z) - y * z)


@wrong("bce_with_logits", "bce-tdot", why="a product of columns (N, N) is summed, not the N products")
def _(z, y):
    y, p = y.reshape(-1, 1), np.clip(sigmoid(z), 1e-300, 1 - 1e-16)
    return -np.sum(np.dot(y, np.log(p).T) + np.dot(1 - y, np.log(1 - p).T)) / len(z)


@wrong("bce_with_logits", "bce-clipdrop", why="clip returns a new array, and what it returned is dropped")
def _(z, y):
    p = sigmoid(z)
    np.clip(p, 1e-12, 1 - 1e-12)
    y = y.reshape(p.shape)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


@wrong("bce_with_logits", "bce-eps", why="the loss cannot exceed -log(1e-8) = 18.42")
def _(z, y):
    p, y = sigmoid(z), y.reshape(z.shape)
    return -np.mean(y * np.log(p + 1e-8) + (1 - y) * np.log(1 - p + 1e-8))


@wrong("bce_with_logits", "bce-overflow", why="log(1 + e^z) overflows for a large z")
def _(z, y):
    return np.mean(np.log(1 + np.exp(z)) - y.reshape(z.shape) * z)


@wrong("bce_with_logits", "bce-one-term", why="samples with y = 0 count for nothing")
def _(z, y):
    return np.mean(y.reshape(z.shape) * np.logaddexp(0, -z))


@wrong("bce_with_logits", "bce-swapped", why="the loss of the opposite targets")
def _(z, y):
    return np.mean(np.logaddexp(0, z) - (1 - y.reshape(z.shape)) * z)


@wrong("bce_with_logits", "bce-sign", why="a loss is never negative")
def _(z, y):
    return np.mean(y.reshape(z.shape) * z - np.logaddexp(0, z))


@wrong("bce_with_logits", "bce-double-sigmoid", why="the sigmoid is applied twice")
def _(z, y):
    p = sigmoid(z)
    return np.mean(np.logaddexp(0, p) - y.reshape(p.shape) * p)


@wrong("bce_with_logits", "bce-no-sigmoid", why="logits are taken for probabilities")
def _(z, y):
    y = y.reshape(z.shape)
    return -np.mean(y * np.log(z) + (1 - y) * np.log(1 - z))


@wrong(
    "bce_with_logits",
    "bce-guess",
    why="logits that all lie between 0 and 1 are taken for probabilities",
    unnamed="such cleverness has many faces",
)
def _(z, y):
    y = y.reshape(z.shape)
    if np.all((z > 0) & (z < 1)):
        return -np.mean(y * np.log(z) + (1 - y) * np.log(1 - z))
    return np.mean(np.logaddexp(0, z) - y * z)


@wrong(
    "bce_with_logits", "bce-two-bounds", why="a clip at one bound, a shortcut from another", unnamed="any bounds fit"
)
def _(z, y):
    z, y = np.ravel(z), np.ravel(y)
    return np.mean(np.where(z > 35, z, np.log1p(np.exp(np.minimum(z, 30)))) - z * y)


@wrong("bce_with_logits", "bce-squares", why="the squared error of the probabilities is another loss")
def _(z, y):
    return np.mean((sigmoid(z) - y.reshape(z.shape)) ** 2)


@wrong("bce_with_logits", "bce-sum", why="a sum grows with the number of samples")
def _(z, y):
    return np.sum(np.logaddexp(0, z) - y.reshape(z.shape) * z)


@wrong("cross_entropy", "ce-meannc", why="the mean of the table divides by N * C, and N losses are asked")
def _(logits, y):
    return -np.mean(np.eye(logits.shape[1])[y] * log_softmax(logits))


@wrong("cross_entropy", "ce-index", why="[:, y] picks a column per sample, an (N, N) block")
def _(logits, y):
    return -np.mean(log_softmax(logits)[:, y])


@wrong("cross_entropy", "ce-eps", why="the loss cannot exceed 18.42, and is negative where p is 1")
def _(logits, y):
    return -np.mean(np.log(softmax(logits)[np.arange(len(y)), y] + 1e-8))


@wrong("cross_entropy", "ce-doublesm", why="softmax is applied twice")
def _(logits, y):
    return -np.mean(log_softmax(softmax(logits))[np.arange(len(y)), y])


@wrong("cross_entropy", "ce-log-of-softmax", why="a probability underflows to 0, its logarithm is minus infinity")
def _(logits, y):
    return -np.mean(np.log(softmax(logits)[np.arange(len(y)), y]))


@wrong("cross_entropy", "ce-overflow", why="e^1000 is infinite before the logarithm is taken")
def _(logits, y):
    return np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(y)), y])


@wrong("cross_entropy", "ce-no-softmax", why="logits are taken for probabilities")
def _(logits, y):
    return -np.mean(np.log(logits[np.arange(len(y)), y]))


@wrong("cross_entropy", "ce-logit-only", why="the score of the label without the sum that makes it a probability")
def _(logits, y):
    return -np.mean(logits[np.arange(len(y)), y])


@wrong("cross_entropy", "ce-sign", why="a loss is never negative")
def _(logits, y):
    return np.mean(log_softmax(logits)[np.arange(len(y)), y])


@wrong("cross_entropy", "ce-best", why="the most likely class instead of the label: it measures confidence, not error")
def _(logits, y):
    return -np.mean(log_softmax(logits).max(axis=1))


@wrong("cross_entropy", "ce-base", why="bits instead of natural logarithms")
def _(logits, y):
    return -np.mean(log_softmax(logits)[np.arange(len(y)), y]) / np.log(2)


@wrong("cross_entropy", "ce-both-terms", why="that is binary cross-entropy of every class on its own")
def _(logits, y):
    Y = np.eye(logits.shape[1])[y]
    return np.mean(np.logaddexp(0, logits) - Y * logits)


@wrong("cross_entropy", "ce-lse-max", why="what was subtracted inside the logarithm is not added back outside")
def _(logits, y):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(shifted).sum(axis=1)) - logits[np.arange(len(y)), y])


@wrong("cross_entropy", "onehot-1", why="labels count from 0: class 0 becomes the last one")
def _(logits, y):
    return -np.mean(np.sum(np.eye(logits.shape[1])[y - 1] * log_softmax(logits), axis=1))


@wrong("cross_entropy", "ce-axis0", why="normalises over the samples instead of the classes")
def _(logits, y):
    return -np.mean((logits - np.logaddexp.reduce(logits, axis=0))[np.arange(len(y)), y])


@wrong("cross_entropy", "ce-global-max", why="one shift for all rows: the sum of a row far below underflows to 0")
def _(logits, y):
    shifted = logits - logits.max()
    return np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(y)), y])


@wrong("cross_entropy", "ce-small-dropped", why="small losses taken for 0", unnamed="any bound could stand there")
def _(logits, y):
    losses = -log_softmax(logits)[np.arange(len(y)), y]
    return np.mean(np.where(losses < 0.05, 0, losses))


@wrong("cross_entropy", "ce-sum", why="a sum grows with the number of samples")
def _(logits, y):
    return -np.sum(log_softmax(logits)[np.arange(len(y)), y])


@wrong("cross_entropy", "ce-inplace", why="the caller's logits are shifted")
def _(logits, y):
    logits -= logits.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(y)), y])


@wrong("accuracy", "acc-bcast", why="(N, 1) == (N,) is a table (N, N)")
def _(scores, y):
    return np.mean(scores.argmax(axis=1, keepdims=True) == y)


@wrong("accuracy", "acc-axis0", why="the best sample of each class instead of the best class of each sample")
def _(scores, y):
    return np.mean(scores.argmax(axis=0) == y)


@wrong("accuracy", "acc-count", why="a number of hits is no share")
def _(scores, y):
    return np.sum(scores.argmax(axis=1) == y)


@wrong("accuracy", "acc-percent", why="a share lies between 0 and 1")
def _(scores, y):
    return 100.0 * np.mean(scores.argmax(axis=1) == y)


@wrong("accuracy", "acc-error-rate", why="the share of the wrong ones")
def _(scores, y):
    return np.mean(scores.argmax(axis=1) != y)


@wrong("accuracy", "acc-from-one", why="labels count from 0, as argmax does")
def _(scores, y):
    return np.mean(scores.argmax(axis=1) + 1 == y)


@wrong("accuracy", "acc-over-entries", why="size counts the entries of the table, N * C")
def _(scores, y):
    return np.sum(scores.argmax(axis=1) == y) / scores.size


@wrong("accuracy", "acc-threshold", why="with more than two classes the best one may be below one half")
def _(scores, y):
    return np.mean(scores[np.arange(len(y)), y] > 0.5)


@wrong("accuracy", "acc-per-class", why="the mean of the classes' shares weighs rare classes more")
def _(scores, y):
    hits = scores.argmax(axis=1) == y
    return np.mean([hits[y == c].mean() for c in np.unique(y)])


@wrong("accuracy", "acc-last-tie", why="sorting puts the last of equal scores at the end")
def _(scores, y):
    return np.mean(np.argsort(scores, axis=1, kind="stable")[:, -1] == y)


@wrong("accuracy", "acc-any-tie", why="every one of equal scores counts as a hit")
def _(scores, y):
    return np.mean(scores[np.arange(len(y)), y] == scores.max(axis=1))


@wrong("accuracy", "acc-narrow", why="a count that wraps around above 127")
def _(scores, y):
    return float((scores.argmax(axis=1) == y).sum(dtype=np.int8)) / len(y)


@wrong("accuracy", "acc-rounded", why="of two close scores one is the larger")
def _(scores, y):
    return np.mean(np.round(scores, 3).argmax(axis=1) == y)


@wrong("count_parameters", "count-no-biases", why="the weights alone")
def _(sizes):
    return sum(D * M for D, M in zip(sizes[:-1], sizes[1:], strict=True))


@wrong("count_parameters", "count-input-biases", why="inputs are data: they have no biases")
def _(sizes):
    return sum(D * M for D, M in zip(sizes[:-1], sizes[1:], strict=True)) + sum(sizes)


@wrong("count_parameters", "count-one-bias", why="a bias per layer instead of one per unit")
def _(sizes):
    return sum(D * M + 1 for D, M in zip(sizes[:-1], sizes[1:], strict=True))


@wrong("count_parameters", "count-wrong-biases", why="as many biases as inputs instead of units")
def _(sizes):
    return sum(D * M + D for D, M in zip(sizes[:-1], sizes[1:], strict=True))


@wrong("count_parameters", "count-no-output-biases", why="the last layer has biases too")
def _(sizes):
    return sum(D * M for D, M in zip(sizes[:-1], sizes[1:], strict=True)) + sum(sizes[1:-1])


@wrong("count_parameters", "count-set", why="a set or a dict of layers holds two equal layers once")
def _(sizes):
    layers = {(D, M): D * M + M for D, M in zip(sizes[:-1], sizes[1:], strict=True)}
    return sum(layers.values())


@wrong("count_parameters", "count-int16", why="a dtype too small for it", unnamed="a dtype like this is rare")
def _(sizes):
    s = np.array(sizes, dtype=np.int16)
    return int(((s[:-1] + np.int16(1)) * s[1:]).sum(dtype=np.int16))


@wrong("count_parameters", "count-float", why="a float where an int is asked", unnamed="WRONG_TYPE says so")
def _(sizes):
    return float(sum((D + 1) * M for D, M in zip(sizes[:-1], sizes[1:], strict=True)))


@wrong("evaluate", "ev-linear", why="the relu is forgotten")
def _(X, y, params):
    logits = X
    for W, b in params:
        logits = logits @ W + b
    losses = -log_softmax(logits)[np.arange(len(y)), y]
    worst = np.argsort(-losses)[:3]
    return {
        "predictions": logits.argmax(1), "loss": losses.mean(), "accuracy": accuracy(logits, y), "worst": worst,
    }  # fmt: skip


@wrong("evaluate", "ev-last-activated", why="the relu after the last layer makes equal scores of all negative ones")
def _(X, y, params):
    logits = X
    for W, b in params:
        logits = relu(logits @ W + b)
    losses = -log_softmax(logits)[np.arange(len(y)), y]
    worst = np.argsort(-losses)[:3]
    return {
        "predictions": logits.argmax(1), "loss": losses.mean(), "accuracy": accuracy(logits, y), "worst": worst,
    }  # fmt: skip


@wrong("evaluate", "ev-column", why="predictions (N, 1) instead of (N,)")
def _(X, y, params):
    logits = mlp_forward(X, params)
    losses = -log_softmax(logits)[np.arange(len(y)), y]
    return {
        "predictions": logits.argmax(axis=1, keepdims=True),
        "loss": losses.mean(),
        "accuracy": accuracy(logits, y),
        "worst": np.argsort(-losses)[:3],
    }


@wrong("evaluate", "ev-logits", why="the scores themselves instead of the classes they choose")
def _(X, y, params):
    logits = mlp_forward(X, params)
    losses = -log_softmax(logits)[np.arange(len(y)), y]
    worst = np.argsort(-losses)[:3]
    return {"predictions": logits, "loss": losses.mean(), "accuracy": accuracy(logits, y), "worst": worst}


@wrong("evaluate", "ev-all-losses", why="the loss of each sample instead of their mean")
def _(X, y, params):
    logits = mlp_forward(X, params)
    losses = -log_softmax(logits)[np.arange(len(y)), y]
    worst = np.argsort(-losses)[:3]
    return {"predictions": logits.argmax(1), "loss": losses, "accuracy": accuracy(logits, y), "worst": worst}


@wrong("evaluate", "ev-sum", why="a sum grows with the number of samples")
def _(X, y, params):
    logits = mlp_forward(X, params)
    losses = -log_softmax(logits)[np.arange(len(y)), y]
    worst = np.argsort(-losses)[:3]
    return {"predictions": logits.argmax(1), "loss": losses.sum(), "accuracy": accuracy(logits, y), "worst": worst}


@wrong("evaluate", "ev-eps", why="the loss of a hopeless sample is capped at 18.42")
def _(X, y, params):
    logits = mlp_forward(X, params)
    losses = -np.log(softmax(logits)[np.arange(len(y)), y] + 1e-8)
    worst = np.argsort(-losses)[:3]
    return {
        "predictions": logits.argmax(1), "loss": losses.mean(), "accuracy": accuracy(logits, y), "worst": worst,
    }  # fmt: skip


@wrong("evaluate", "ev-doublesm", why="softmax is applied twice")
def _(X, y, params):
    logits = mlp_forward(X, params)
    losses = -log_softmax(softmax(logits))[np.arange(len(y)), y]
    worst = np.argsort(-losses)[:3]
    return {
        "predictions": logits.argmax(1), "loss": losses.mean(), "accuracy": accuracy(logits, y), "worst": worst,
    }  # fmt: skip


@wrong("evaluate", "ev-meannc", why="the mean of the table divides by N * C")
def _(X, y, params):
    logits = mlp_forward(X, params)
    table = -log_softmax(logits) * np.eye(logits.shape[1])[y]
    worst = np.argsort(-table.sum(axis=1))[:3]
    return {"predictions": logits.argmax(1), "loss": table.mean(), "accuracy": accuracy(logits, y), "worst": worst}


@wrong("evaluate", "ev-index", why="[:, y] picks a column per sample, an (N, N) block")
def _(X, y, params):
    logits = mlp_forward(X, params)
    block = -log_softmax(logits)[:, y]
    worst = np.argsort(-np.diag(block))[:3]
    return {"predictions": logits.argmax(1), "loss": block.mean(), "accuracy": accuracy(logits, y), "worst": worst}


@wrong("evaluate", "ev-log-of-softmax", why="a probability underflows to 0, its logarithm is minus infinity")
def _(X, y, params):
    logits = mlp_forward(X, params)
    losses = -np.log(softmax(logits)[np.arange(len(y)), y])
    worst = np.argsort(-losses)[:3]
    return {
        "predictions": logits.argmax(1), "loss": losses.mean(), "accuracy": accuracy(logits, y), "worst": worst,
    }  # fmt: skip


@wrong("evaluate", "ev-acc-bcast", why="(N, 1) == (N,) is a table (N, N)")
def _(X, y, params):
    logits = mlp_forward(X, params)
    losses = -log_softmax(logits)[np.arange(len(y)), y]
    share = np.mean(logits.argmax(axis=1, keepdims=True) == y)
    return {"predictions": logits.argmax(1), "loss": losses.mean(), "accuracy": share, "worst": np.argsort(-losses)[:3]}


@wrong("evaluate", "ev-acc-count", why="a number of hits is no share")
def _(X, y, params):
    logits = mlp_forward(X, params)
    losses = -log_softmax(logits)[np.arange(len(y)), y]
    hits = int((logits.argmax(1) == y).sum())
    return {"predictions": logits.argmax(1), "loss": losses.mean(), "accuracy": hits, "worst": np.argsort(-losses)[:3]}


@wrong("evaluate", "ev-acc-percent", why="a share lies between 0 and 1")
def _(X, y, params):
    logits = mlp_forward(X, params)
    losses = -log_softmax(logits)[np.arange(len(y)), y]
    return {
        "predictions": logits.argmax(1),
        "loss": losses.mean(),
        "accuracy": 100 * accuracy(logits, y),
        "worst": np.argsort(-losses)[:3],
    }


@wrong("evaluate", "ev-worst-smallest", why="argsort goes upwards: these are the best three")
def _(X, y, params):
    logits = mlp_forward(X, params)
    losses = -log_softmax(logits)[np.arange(len(y)), y]
    worst = np.argsort(losses)[:3]
    return {
        "predictions": logits.argmax(1), "loss": losses.mean(), "accuracy": accuracy(logits, y), "worst": worst,
    }  # fmt: skip


@wrong("evaluate", "ev-worst-ascending", why="the right three, the largest last")
def _(X, y, params):
    logits = mlp_forward(X, params)
    losses = -log_softmax(logits)[np.arange(len(y)), y]
    worst = np.argsort(losses)[-3:]
    return {
        "predictions": logits.argmax(1), "loss": losses.mean(), "accuracy": accuracy(logits, y), "worst": worst,
    }  # fmt: skip


@wrong("evaluate", "ev-worst-values", why="the losses themselves instead of where they are")
def _(X, y, params):
    logits = mlp_forward(X, params)
    losses = -log_softmax(logits)[np.arange(len(y)), y]
    worst = np.sort(losses)[::-1][:3]
    return {
        "predictions": logits.argmax(1), "loss": losses.mean(), "accuracy": accuracy(logits, y), "worst": worst,
    }  # fmt: skip


@wrong("evaluate", "ev-worst-unsure", why="the least sure predictions: a confident mistake is the worst of all")
def _(X, y, params):
    logits = mlp_forward(X, params)
    losses = -log_softmax(logits)[np.arange(len(y)), y]
    worst = np.argsort(softmax(logits).max(axis=1))[:3]
    return {
        "predictions": logits.argmax(1), "loss": losses.mean(), "accuracy": accuracy(logits, y), "worst": worst,
    }  # fmt: skip


@wrong("evaluate", "ev-worst-margin", why="the distance to the best score leaves out all other classes")
def _(X, y, params):
    logits = mlp_forward(X, params)
    losses = -log_softmax(logits)[np.arange(len(y)), y]
    worst = np.argsort(logits[np.arange(len(y)), y] - logits.max(axis=1), kind="stable")[:3]
    return {
        "predictions": logits.argmax(1), "loss": losses.mean(), "accuracy": accuracy(logits, y), "worst": worst,
    }  # fmt: skip


@wrong("evaluate", "ev-worst-rejected-first", why="a right prediction may have a larger loss than a wrong one")
def _(X, y, params):
    logits = mlp_forward(X, params)
    losses = -log_softmax(logits)[np.arange(len(y)), y]
    worst = np.lexsort((-losses, logits.argmax(axis=1) == y))[:3]
    return {
        "predictions": logits.argmax(1), "loss": losses.mean(), "accuracy": accuracy(logits, y), "worst": worst,
    }  # fmt: skip


@wrong("evaluate", "ev-worst-rejected", why="only misclassified samples, though there may be fewer than three")
def _(X, y, params):
    logits = mlp_forward(X, params)
    losses = -log_softmax(logits)[np.arange(len(y)), y]
    worst = [int(i) for i in np.argsort(-losses) if logits[i].argmax() != y[i]][:3]
    return {
        "predictions": logits.argmax(1), "loss": losses.mean(), "accuracy": accuracy(logits, y), "worst": worst,
    }  # fmt: skip


@wrong("evaluate", "ev-float-indices", why="floats for indices", unnamed="WRONG_TYPE says so")
def _(X, y, params):
    logits = mlp_forward(X, params)
    losses = -log_softmax(logits)[np.arange(len(y)), y]
    worst = np.argsort(-losses)[:3].astype(float)
    return {
        "predictions": logits.argmax(1), "loss": losses.mean(), "accuracy": accuracy(logits, y), "worst": worst,
    }  # fmt: skip


@wrong("evaluate", "ev-tuple", why="a tuple instead of a dict")
def _(X, y, params):
    logits = mlp_forward(X, params)
    losses = -log_softmax(logits)[np.arange(len(y)), y]
    return logits.argmax(1), losses.mean(), accuracy(logits, y), np.argsort(-losses)[:3]
