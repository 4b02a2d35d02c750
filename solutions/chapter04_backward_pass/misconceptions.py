"""Named wrong answers to chapter 4, each to one task; the audit puts each into the solution in its task's place."""

# ruff: noqa: F821 - each entry is put behind the solution, whose functions it may call

import numpy as np

from grader.audit import wrong

# relu_backward


@wrong("relu_backward", "drelu-ge", why="the slope at exactly 0 is fixed to 0")
def _(dout, z):
    return dout * (np.asarray(z) >= 0)


@wrong("relu_backward", "drelu-value", why="relu's value where its slope belongs")
def _(dout, z):
    return dout * relu(z)


@wrong("relu_backward", "drelu-no-dout", why="the slope alone: what arrives from behind is lost")
def _(dout, z):
    return np.where(np.asarray(z) > 0, 1.0, 0.0)


@wrong("relu_backward", "drelu-dout-mask", why="the sign of the gradient decides instead of the sign of the input")
def _(dout, z):
    return np.where(np.asarray(dout) > 0, dout, 0.0)


@wrong("relu_backward", "drelu-forward", why="the forward pass once more")
def _(dout, z):
    return relu(z)


@wrong("relu_backward", "drelu-leaky", why="a leak that relu does not have")
def _(dout, z):
    return dout * np.where(np.asarray(z) > 0, 1.0, 0.01)


@wrong("relu_backward", "drelu-half", why="½ is what a central difference gives at 0, not the convention")
def _(dout, z):
    return dout * np.heaviside(z, 0.5)


@wrong("relu_backward", "drelu-threshold", why="positive is more than 0, not more than a little")
def _(dout, z):
    return np.where(np.asarray(z) > 1e-5, dout, 0.0)


@wrong(
    "relu_backward",
    "drelu-clipped",
    why="clipping gradients is another step's work",
    unnamed="the bound may be any; the message tells of it",
)
def _(dout, z):
    return np.clip(np.where(np.asarray(z) > 0, dout, 0.0), -50, 50)


@wrong("relu_backward", "drelu-inplace", why="the caller's gradient is overwritten")
def _(dout, z):
    dout[z <= 0] = 0
    return dout


@wrong("relu_backward", "int-buffer", why="a buffer made like an int array holds no fractions")
def _(dout, z):
    dz = np.zeros_like(z)
    dz[z > 0] = dout[z > 0]
    return dz


# sigmoid_backward


@wrong("sigmoid_backward", "dsig-twice", why="s is the output already: sigmoid is applied a second time")
def _(dout, s):
    again = sigmoid(s)
    return dout * again * (1 - again)


@wrong("sigmoid_backward", "dsig-plus", why="sign slip in the second factor")
def _(dout, s):
    return dout * s * (1 + s)


@wrong("sigmoid_backward", "dsig-no-dout", why="the slope alone")
def _(dout, s):
    return s * (1 - s)


@wrong("sigmoid_backward", "dsig-half", why="the factor 1 - s is missing")
def _(dout, s):
    return dout * s


@wrong("sigmoid_backward", "dsig-other-half", why="the factor s is missing")
def _(dout, s):
    return dout * (1 - s)


@wrong(
    "sigmoid_backward", "flat-too-early", why="at an output of 0.99 the slope is 0.0099", unnamed="the bound may be any"
)
def _(dout, s):
    return np.where(np.abs(s - 0.5) > 0.49, 0.0, dout * s * (1 - s))


@wrong("sigmoid_backward", "dsig-tanh", why="the slope of tanh")
def _(dout, s):
    return dout * (1 - s**2)


@wrong("sigmoid_backward", "buffer-reused", why="the product is formed in the caller's array")
def _(dout, s):
    dout *= s * (1 - s)
    return dout


# tanh_backward


@wrong("tanh_backward", "dtanh-nosq", why="the square is missing")
def _(dout, t):
    return dout * (1 - t)


@wrong("tanh_backward", "dtanh-dot", why="a matrix product where every entry is squared by itself")
def _(dout, t):
    return dout * (1 - np.dot(np.transpose(t), t))


@wrong("tanh_backward", "dtanh-twice", why="t is the output already: tanh is applied a second time")
def _(dout, t):
    return dout * (1 - np.tanh(t) ** 2)


@wrong("tanh_backward", "dtanh-no-dout", why="the slope alone")
def _(dout, t):
    return 1 - t**2


@wrong("tanh_backward", "dtanh-sigmoid", why="the slope of sigmoid")
def _(dout, t):
    return dout * t * (1 - t)


@wrong(
    "tanh_backward", "flat-too-early", why="at an output of 0.999 the slope is 0.002", unnamed="the bound may be any"
)
def _(dout, t):
    return np.where(np.abs(t) > 0.999, 0.0, dout * (1 - t * t))


@wrong("tanh_backward", "dtanh-plus", why="sign slip before the square")
def _(dout, t):
    return dout * (1 + t**2)


@wrong("tanh_backward", "dtanh-square-outside", why="the difference is squared instead of the output")
def _(dout, t):
    return dout * (1 - t) ** 2


# affine_backward


@wrong("affine_backward", "daff-dx", why="transpose of W missing: silent for a square layer")
def _(dout, cache):
    X, W, b = cache
    return (dout @ W).reshape(X.shape), X.reshape(len(X), -1).T @ dout, dout.sum(axis=0)


@wrong("affine_backward", "daff-dwt", why="gradient transposed: silent for a square layer")
def _(dout, cache):
    X, W, b = cache
    return (dout @ W.T).reshape(X.shape), dout.T @ X.reshape(len(X), -1), dout.sum(axis=0)


@wrong("affine_backward", "daff-db1", why="sums over the units instead of the samples")
def _(dout, cache):
    X, W, b = cache
    return (dout @ W.T).reshape(X.shape), X.reshape(len(X), -1).T @ dout, dout.sum(axis=1)


@wrong("affine_backward", "daff-dball", why="one number for all units")
def _(dout, cache):
    X, W, b = cache
    return (dout @ W.T).reshape(X.shape), X.reshape(len(X), -1).T @ dout, np.sum(dout)


@wrong("affine_backward", "daff-avg2", why="the loss has divided by N already")
def _(dout, cache):
    X, W, b = cache
    N = len(X)
    return (dout @ W.T).reshape(X.shape), X.reshape(N, -1).T @ dout / N, dout.sum(axis=0) / N


@wrong("affine_backward", "daff-dbdot", why="the weights' gradient once more for the bias")
def _(dout, cache):
    X, W, b = cache
    dW = X.reshape(len(X), -1).T @ dout
    return (dout @ W.T).reshape(X.shape), dW, dW


@wrong("affine_backward", "daff-noreshape", why="dX keeps the flattened shape")
def _(dout, cache):
    X, W, b = cache
    return dout @ W.T, X.reshape(len(X), -1).T @ dout, dout.sum(axis=0)


@wrong("affine_backward", "db-not-summed", why="every row sends b a gradient; they add up")
def _(dout, cache):
    X, W, b = cache
    return (dout @ W.T).reshape(X.shape), X.reshape(len(X), -1).T @ dout, dout


@wrong("affine_backward", "db-averaged", why="the rows' gradients add up; only the loss divides")
def _(dout, cache):
    X, W, b = cache
    return (dout @ W.T).reshape(X.shape), X.reshape(len(X), -1).T @ dout, dout.mean(axis=0)


@wrong("affine_backward", "daff-swapped", why="dW and dX in each other's place")
def _(dout, cache):
    X, W, b = cache
    return X.reshape(len(X), -1).T @ dout, (dout @ W.T).reshape(X.shape), dout.sum(axis=0)


@wrong("affine_backward", "daff-x-mean", why="the mean input: the pairing of inputs with gradients is lost")
def _(dout, cache):
    X, W, b = cache
    mean = X.reshape(len(X), -1).mean(axis=0)
    return (dout @ W.T).reshape(X.shape), np.outer(mean, dout.sum(axis=0)), dout.sum(axis=0)


@wrong("affine_backward", "daff-no-xt", why="transpose of X missing")
def _(dout, cache):
    X, W, b = cache
    return (dout @ W.T).reshape(X.shape), X.reshape(len(X), -1) @ dout, dout.sum(axis=0)


@wrong("affine_backward", "daff-last-row", why="assigned in a loop over the rows instead of added")
def _(dout, cache):
    X, W, b = cache
    for x, d in zip(X.reshape(len(X), -1), dout):
        dW = np.outer(x, d)
    return (dout @ W.T).reshape(X.shape), dW, dout.sum(axis=0)


@wrong("affine_backward", "daff-db-keepdims", why="b has one axis, its gradient two")
def _(dout, cache):
    X, W, b = cache
    return (dout @ W.T).reshape(X.shape), X.reshape(len(X), -1).T @ dout, dout.sum(axis=0, keepdims=True)


@wrong(
    "affine_backward",
    "drelu-clipped",
    why="shortening long gradients is another step's work",
    unnamed="the bound may be any; the message tells of it",
)
def _(dout, cache):
    X, W, b = cache
    dout = dout * min(1.0, 1e3 / max(np.linalg.norm(dout), 1.0))
    return (dout @ W.T).reshape(X.shape), X.reshape(len(X), -1).T @ dout, dout.sum(axis=0)


@wrong("affine_backward", "daff-db-ones", why="the slope of out by b alone: what arrives is lost")
def _(dout, cache):
    X, W, b = cache
    return (dout @ W.T).reshape(X.shape), X.reshape(len(X), -1).T @ dout, np.ones(b.shape)


# softmax_backward


@wrong("softmax_backward", "dsm-diag", why="the diagonal of the Jacobian only")
def _(dout, s):
    return dout * s * (1 - s)


@wrong("softmax_backward", "dsm-sumall", why="one sum for the whole batch")
def _(dout, s):
    return s * (dout - (dout * s).sum())


@wrong("softmax_backward", "dsm-axis0", why="sums over the samples instead of the classes")
def _(dout, s):
    return s * (dout - (dout * s).sum(axis=0))


@wrong("softmax_backward", "dsm-keepdims", why="sums of shape (N,) line up with the columns; silent for N == C")
def _(dout, s):
    return s * (dout - (dout * s).sum(axis=1))


@wrong("softmax_backward", "dsm-no-s", why="the factor s in front is missing")
def _(dout, s):
    return dout - (dout * s).sum(axis=-1, keepdims=True)


@wrong("softmax_backward", "dsm-not-weighted", why="the plain sum instead of the average weighted by s")
def _(dout, s):
    return s * (dout - dout.sum(axis=-1, keepdims=True))


@wrong("softmax_backward", "dsm-twice", why="s is the output already")
def _(dout, s):
    s = softmax(s)
    return s * (dout - (dout * s).sum(axis=-1, keepdims=True))


@wrong("softmax_backward", "dsm-mean-n", why="layers never divide by N")
def _(dout, s):
    return s * (dout - (dout * s).sum(axis=-1, keepdims=True)) / len(s)


@wrong("softmax_backward", "flat-too-early", why="0.99 is not certain", unnamed="the bound may be any")
def _(dout, s):
    gradient = s * (dout - (dout * s).sum(axis=1, keepdims=True))
    return np.where(s.max(axis=1, keepdims=True) > 0.99, 0.0, gradient)


@wrong("softmax_backward", "dsm-plus", why="sign of the second term")
def _(dout, s):
    return s * (dout + (dout * s).sum(axis=-1, keepdims=True))


@wrong("softmax_backward", "dsm-ce", why="takes dout for a target: the shortcut of another function")
def _(dout, s):
    return s - dout


@wrong("softmax_backward", "dsm-first-term", why="the term that comes from the denominator is missing")
def _(dout, s):
    return s * dout


# mse_backward


@wrong("mse_backward", "mse-bcast", why="(N, 1) minus (N,) is (N, N)")
def _(p, y):
    return 2 * (p - y) / p.size


@wrong("mse_backward", "dmse-sign", why="sign of the residual")
def _(p, y):
    return 2 * (y.reshape(p.shape) - p) / p.size


@wrong("mse_backward", "dmse-target-type", why="p in the type of the targets, which may be whole")
def _(p, y):
    return 2 * (p.astype(y.dtype) - y.reshape(p.shape)) / p.size


@wrong("mse_backward", "dmse-rows", why="divides by the samples, the mean runs over all elements")
def _(p, y):
    return 2 * (p - y.reshape(p.shape)) / len(p)


@wrong("mse_backward", "dmse-no2", why="the exponent does not come down")
def _(p, y):
    return (p - y.reshape(p.shape)) / p.size


@wrong("mse_backward", "dmse-no-mean", why="gradient of the sum")
def _(p, y):
    return 2 * (p - y.reshape(p.shape))


@wrong("mse_backward", "dmse-plain", why="gradient of half the sum of squares, another loss")
def _(p, y):
    return p - y.reshape(p.shape)


@wrong("mse_backward", "mse-absval", why="differentiates the square of the mean error")
def _(p, y):
    return np.full(p.shape, 2 * np.mean(p - y.reshape(p.shape)) / p.size)


@wrong("mse_backward", "dmse-flat", why="the column is gone")
def _(p, y):
    return 2 * (p.ravel() - y.ravel()) / p.size


@wrong("mse_backward", "slope-by-quotient", why="nothing over nothing where a prediction is right")
def _(p, y):
    error = p - y.reshape(p.shape)
    return 2 * error**2 / error / p.size


@wrong("mse_backward", "dmse-square", why="the terms of the loss, not their slopes")
def _(p, y):
    return (p - y.reshape(p.shape)) ** 2 / p.size


@wrong("mse_backward", "dmse-reduced", why="averages the gradients into one number")
def _(p, y):
    return np.mean(2 * (p - y.reshape(p.shape)))


# bce_with_logits_backward


@wrong("bce_with_logits_backward", "bce-bcast", why="(N, 1) minus (N,) is (N, N)")
def _(z, y):
    return (sigmoid(z) - y) / len(z)


@wrong("bce_with_logits_backward", "bp-bce-extra", why="the slope of sigmoid has cancelled already")
def _(z, y):
    s = sigmoid(z)
    return (s - y.reshape(z.shape)) * s * (1 - s) / len(z)


@wrong("bce_with_logits_backward", "bce-no-mean", why="the loss is a mean, the gradient is not")
def _(z, y):
    return sigmoid(z) - y.reshape(z.shape)


@wrong("bce_with_logits_backward", "bce-sign", why="sign of the residual")
def _(z, y):
    return (y.reshape(z.shape) - sigmoid(z)) / len(z)


@wrong("bce_with_logits_backward", "sig-sign", why="the mirror image of sigmoid")
def _(z, y):
    return (1 / (1 + np.exp(np.clip(z, -700, 700))) - y.reshape(z.shape)) / len(z)


@wrong("bce_with_logits_backward", "bce-no-sigmoid", why="the logit where the probability belongs")
def _(z, y):
    return (z - y.reshape(z.shape)) / len(z)


@wrong("bce_with_logits_backward", "bce-by-probability", why="stops at the probability, one step before the logit")
def _(z, y):
    p, y = sigmoid(z), y.reshape(z.shape)
    return (-y / p + (1 - y) / (1 - p)) / len(z)


@wrong("bce_with_logits_backward", "bce-one-side", why="only the term of the positive samples")
def _(z, y):
    return -y.reshape(z.shape) * (1 - sigmoid(z)) / len(z)


@wrong("bce_with_logits_backward", "bce-flat", why="the column is gone")
def _(z, y):
    return (sigmoid(z).ravel() - y.ravel()) / len(z)


@wrong("bce_with_logits_backward", "bce-clipdrop", why="the result of clip goes nowhere: 0/0 where p is 0 or 1")
def _(z, y):
    with np.errstate(all="ignore"):
        p, y = 1 / (1 + np.exp(-z.astype(float))), y.reshape(z.shape)
        np.clip(p, 1e-8, 1 - 1e-8)
        return (-y / p + (1 - y) / (1 - p)) * p * (1 - p) / len(z)


@wrong("bce_with_logits_backward", "bce-saturated", why="the clipped factor no longer cancels: certain mistakes get 0")
def _(z, y):
    s, y = sigmoid(z), y.reshape(z.shape)
    p = np.clip(s, 1e-8, 1 - 1e-8)
    return (-y / p + (1 - y) / (1 - p)) * s * (1 - s) / len(z)


@wrong("bce_with_logits_backward", "sig-overflow", why="exp(1e4) overflows on the way to a right value")
def _(z, y):
    return (1 / (1 + np.exp(-z)) - y.reshape(z.shape)) / len(z)


@wrong("bce_with_logits_backward", "flat-too-early", why="0.999 is not 1", unnamed="the bound may be any")
def _(z, y):
    s = sigmoid(z)
    return (np.where(s > 0.999, 1.0, s) - y.reshape(z.shape)) / len(z)


# cross_entropy_backward


@wrong("cross_entropy_backward", "dce-no-n", why="the loss is a mean, the gradient is not")
def _(logits, y):
    return softmax(logits) - np.eye(logits.shape[1])[y]


@wrong("cross_entropy_backward", "dce-rows", why="subtracts from whole rows")
def _(logits, y):
    gradient = softmax(logits)
    gradient[y] -= 1
    return gradient / len(y)


@wrong("cross_entropy_backward", "dce-s1ms", why="the slope of softmax where that of the loss belongs")
def _(logits, y):
    gradient = softmax(logits)
    rows = np.arange(len(y))
    gradient[rows, y] = gradient[rows, y] * (1 - gradient[rows, y])
    return gradient / len(y)


@wrong("cross_entropy_backward", "onehot-1", why="labels count from 0: class 0 becomes the last")
def _(logits, y):
    return (softmax(logits) - np.eye(logits.shape[1])[y - 1]) / len(y)


@wrong("cross_entropy_backward", "sm-axis0", why="normalises over the samples")
def _(logits, y):
    exponentials = np.exp(logits - logits.max(axis=0))
    return (exponentials / exponentials.sum(axis=0) - np.eye(logits.shape[1])[y]) / len(y)


@wrong("cross_entropy_backward", "sm-keepdims", why="sums of shape (N,) line up with the columns; silent for N == C")
def _(logits, y):
    exponentials = np.exp(logits - logits.max())
    return (exponentials / exponentials.sum(axis=1) - np.eye(logits.shape[1])[y]) / len(y)


@wrong("cross_entropy_backward", "sm-overflow", why="no maximum subtracted: inf/inf")
def _(logits, y):
    exponentials = np.exp(logits)
    return (exponentials / exponentials.sum(axis=1, keepdims=True) - np.eye(logits.shape[1])[y]) / len(y)


@wrong("cross_entropy_backward", "sm-inplace", why="the caller's logits are shifted")
def _(logits, y):
    logits -= logits.max(axis=1, keepdims=True)
    exponentials = np.exp(logits)
    return (exponentials / exponentials.sum(axis=1, keepdims=True) - np.eye(logits.shape[1])[y]) / len(y)


@wrong("cross_entropy_backward", "ce-doublesm", why="softmax of probabilities")
def _(logits, y):
    return (softmax(softmax(logits)) - np.eye(logits.shape[1])[y]) / len(y)


@wrong("cross_entropy_backward", "flat-too-early", why="0.99 is not certain", unnamed="the bound may be any")
def _(logits, y):
    p = softmax(logits)
    p[p > 0.99] = 1.0
    return (p - np.eye(logits.shape[1])[y]) / len(y)


@wrong("cross_entropy_backward", "dce-sign", why="sign of the residual")
def _(logits, y):
    return (np.eye(logits.shape[1])[y] - softmax(logits)) / len(y)


@wrong("cross_entropy_backward", "dce-meannc", why="divides by N·C, the mean runs over the N samples")
def _(logits, y):
    return (softmax(logits) - np.eye(logits.shape[1])[y]) / logits.size


@wrong("cross_entropy_backward", "dce-only-true", why="the other classes' logits move the loss too")
def _(logits, y):
    truth = np.eye(logits.shape[1])[y]
    return (softmax(logits) - truth) * truth / len(y)


@wrong("cross_entropy_backward", "dce-by-probability", why="stops at the probability, one step before the logit")
def _(logits, y):
    with np.errstate(all="ignore"):
        return -np.eye(logits.shape[1])[y] / softmax(logits) / len(y)


@wrong("cross_entropy_backward", "dce-no-softmax", why="the logit where the probability belongs")
def _(logits, y):
    return (logits - np.eye(logits.shape[1])[y]) / len(y)


@wrong("cross_entropy_backward", "dce-bce", why="sigmoid of every logit: the classes no longer share one probability")
def _(logits, y):
    return (sigmoid(logits) - np.eye(logits.shape[1])[y]) / len(y)


# Value: each changes one method of the solution's class


@wrong("Value", "ag-overwrite", why="a second use replaces the gradient of the first")
class _(Value):
    def backward(self):
        order, seen = [], set()

        def visit(value):
            if value not in seen:
                seen.add(value)
                for operand in value.operands:
                    visit(operand)
                order.append(value)

        visit(self)
        self.grad = 1.0
        for value in reversed(order):
            for operand, slope in zip(value.operands, value.slopes):
                operand.grad = slope * value.grad


@wrong("Value", "value-no-order", why="sends on everything it has whenever something arrives: early parts go twice")
class _(Value):
    def backward(self):
        def send(value):
            for operand, slope in zip(value.operands, value.slopes):
                operand.grad += slope * value.grad
                send(operand)

        self.grad = 1.0
        send(self)


@wrong("Value", "value-breadth-first", why="sends on before the gradient over the longer way has arrived")
class _(Value):
    def backward(self):
        self.grad = 1.0
        waiting, seen = [self], {self}
        while waiting:
            value = waiting.pop(0)
            for operand, slope in zip(value.operands, value.slopes):
                operand.grad += slope * value.grad
                if operand not in seen:
                    seen.add(operand)
                    waiting.append(operand)


@wrong("Value", "value-equal-data", why="takes two values for one because their numbers are equal")
class _(Value):
    def backward(self):
        order, seen = [], []

        def visit(value):
            if value.data not in seen:
                seen.append(value.data)
                for operand in value.operands:
                    visit(operand)
                order.append(value)

        visit(self)
        self.grad = 1.0
        for value in reversed(order):
            for operand, slope in zip(value.operands, value.slopes):
                operand.grad += slope * value.grad


@wrong("Value", "value-every-path", why="walks every path by itself: their number doubles with each shared value")
class _(Value):
    def backward(self, gradient=1.0):
        self.grad += gradient
        for operand, slope in zip(self.operands, self.slopes):
            operand.backward(slope * gradient)


@wrong("Value", "value-mul-own", why="the slope towards a factor is the other factor")
class _(Value):
    def __mul__(self, other):
        other = Value.wrap(other)
        return Value(self.data * other.data, (self, other), (self.data, other.data))


@wrong(
    "Value", "slope-by-quotient", why="the product over a factor is the other one, unless both are 0", unnamed="raises"
)
class _(Value):
    def __mul__(self, other):
        other = Value.wrap(other)
        product = self.data * other.data
        return Value(product, (self, other), (product / self.data, product / other.data))


@wrong(
    "Value",
    "value-shortcut",
    why="0 + a is a, not a new leaf",
    unnamed="which shortcuts there are is the student's own",
)
class _(Value):
    def __radd__(self, other):
        return Value(self.data) if other == 0 else self + other


@wrong("Value", "value-tanh-input", why="1 - x² at the input instead of 1 - t² at the output")
class _(Value):
    def tanh(self):
        return Value(math.tanh(self.data), (self,), (1 - self.data**2,))


@wrong("Value", "tanh-2s", why="tanh(x) is 2σ(2x) - 1")
class _(Value):
    def tanh(self):
        s = float(sigmoid(self.data))
        return Value(2 * s - 1, (self,), (2 * s * (1 - s),))


@wrong("Value", "tanh-naive", why="inf/inf for large numbers")
class _(Value):
    def tanh(self):
        up, down = np.exp(self.data), np.exp(-self.data)
        t = (up - down) / (up + down)
        return Value(t, (self,), (1 - t * t,))


@wrong("Value", "flat-too-early", why="1 - tanh(5.5)² is 7e-5", unnamed="the bound may be any")
class _(Value):
    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, (self,), (1 - t * t if abs(self.data) < 5 else 0.0,))


@wrong("Value", "value-no-seed", why="nothing to send: the result's own gradient is 1")
class _(Value):
    def backward(self):
        order, seen = [], set()

        def visit(value):
            if value not in seen:
                seen.add(value)
                for operand in value.operands:
                    visit(operand)
                order.append(value)

        visit(self)
        for value in reversed(order):
            for operand, slope in zip(value.operands, value.slopes):
                operand.grad += slope * value.grad


@wrong("Value", "value-sub-plus", why="what is subtracted gets the gradient with the other sign")
class _(Value):
    def __neg__(self):
        return Value(-self.data, (self,), (1.0,))


@wrong("Value", "value-one-list", why="one list for all graphs, emptied by the first backward pass")
class _(Value):
    made = []

    def __init__(self, *args):
        super().__init__(*args)
        self.made.append(self)

    def backward(self):
        self.grad = 1.0
        for value in reversed(self.made):
            for operand, slope in zip(value.operands, value.slopes):
                operand.grad += slope * value.grad
        self.made.clear()


@wrong("Value", "value-runs-again", why="the list of one call is still there in the next: the first graph is run again")
class _(Value):
    def backward(self, order=[], seen=set()):
        def visit(value):
            if value not in seen:
                seen.add(value)
                for operand in value.operands:
                    visit(operand)
                order.append(value)

        visit(self)
        self.grad = 1.0
        for value in reversed(order):
            for operand, slope in zip(value.operands, value.slopes):
                operand.grad += slope * value.grad


@wrong("Value", "value-alone", why="a value that was computed from nothing has a gradient too: its own is 1")
class _(Value):
    def backward(self):
        if self.operands:
            super().backward()


@wrong("Value", "value-unused-waits", why="counts the uses where a value is used, not where gradients come back")
class _(Value):
    def __init__(self, data, operands=(), slopes=()):
        super().__init__(data, operands, slopes)
        self.uses = 0
        for operand in operands:
            operand.uses += 1

    def backward(self):
        self.grad = 1.0
        ready = [self]
        while ready:
            value = ready.pop()
            for operand, slope in zip(value.operands, value.slopes):
                operand.grad += slope * value.grad
                operand.uses -= 1
                if operand.uses == 0:
                    ready.append(operand)


@wrong("Value", "value-rsub-swapped", why="5 - a is not a - 5")
class _(Value):
    def __rsub__(self, other):
        return self - other


@wrong("Value", "value-operand-changed", why="a number is added to the value itself, which is then handed back")
class _(Value):
    def __add__(self, other):
        if isinstance(other, Value):
            return super().__add__(other)
        self.data += other
        return self


@wrong("Value", "value-pow-n", why="the exponent does not come down")
class _(Value):
    def __pow__(self, exponent):
        return Value(self.data**exponent, (self,), (self.data ** (exponent - 1),))


@wrong("Value", "value-pow-power", why="the exponent is not lowered by one")
class _(Value):
    def __pow__(self, exponent):
        return Value(self.data**exponent, (self,), (exponent * self.data**exponent,))


@wrong("Value", "value-pow-abs", why="a sign lost where the exponent is even", unnamed="a sign may be lost in many ways")
class _(Value):
    def __pow__(self, exponent):
        return Value(self.data**exponent, (self,), (exponent * abs(self.data) ** (exponent - 1),))


# loss_and_grads


def run_forward(X, params):
    """Return the layers' inputs and their outputs before relu."""
    inputs, zs = [X], []
    for W, b in params:
        zs.append(inputs[-1] @ W + b)
        inputs.append(relu(zs[-1]))
    return inputs, zs


def run_backward(dz, inputs, zs, params, lam=0.0):
    """Return the gradients of all layers."""
    grads = []
    for k in reversed(range(len(params))):
        W = params[k][0]
        grads.insert(0, (inputs[k].T @ dz + 2 * lam * W, dz.sum(axis=0)))
        if k:
            dz = (dz @ W.T) * (zs[k - 1] > 0)
    return grads


def right_gradients(X, y, params, lam=0.0):
    inputs, zs = run_forward(X, params)
    return run_backward(softmax_minus_truth(zs[-1], y) / len(y), inputs, zs, params, lam)


def softmax_minus_truth(logits, y):
    return softmax(logits) - np.eye(logits.shape[1])[y]


def log_probabilities(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def sum_of_squares(params):
    return sum(np.sum(W**2) for W, _ in params)


def right_loss(X, y, params):
    return -np.mean(log_probabilities(run_forward(X, params)[1][-1])[np.arange(len(y)), y])


@wrong("loss_and_grads", "ce-meannc", why="averages over N·C numbers")
def _(X, y, params, lam=0.0):
    logits = run_forward(X, params)[1][-1]
    loss = -np.mean(np.eye(logits.shape[1])[y] * log_probabilities(logits))
    return loss + lam * sum_of_squares(params), right_gradients(X, y, params, lam)


@wrong("loss_and_grads", "ce-index", why="picks a block of N by N, not one entry a row")
def _(X, y, params, lam=0.0):
    loss = -np.mean(log_probabilities(run_forward(X, params)[1][-1])[:, y])
    return loss + lam * sum_of_squares(params), right_gradients(X, y, params, lam)


@wrong("loss_and_grads", "ce-eps", why="the loss cannot grow beyond 18.42")
def _(X, y, params, lam=0.0):
    p = softmax(run_forward(X, params)[1][-1])
    loss = -np.mean(np.log(p[np.arange(len(y)), y] + 1e-8))
    return loss + lam * sum_of_squares(params), right_gradients(X, y, params, lam)


@wrong("loss_and_grads", "lsm-log", why="the probability has become 0 before its logarithm is taken")
def _(X, y, params, lam=0.0):
    p = softmax(run_forward(X, params)[1][-1])
    loss = -np.mean(np.log(p[np.arange(len(y)), y]))
    return loss + lam * sum_of_squares(params), right_gradients(X, y, params, lam)


@wrong("loss_and_grads", "lse-max", why="the maximum is not added back")
def _(X, y, params, lam=0.0):
    logits = run_forward(X, params)[1][-1]
    top = logits.max(axis=1, keepdims=True)
    loss = np.mean(np.log(np.exp(logits - top).sum(axis=1)) - logits[np.arange(len(y)), y])
    return loss + lam * sum_of_squares(params), right_gradients(X, y, params, lam)


@wrong("loss_and_grads", "net-loss-sum", why="the sum over the samples, not their mean")
def _(X, y, params, lam=0.0):
    return len(y) * right_loss(X, y, params) + lam * sum_of_squares(params), right_gradients(X, y, params, lam)


@wrong("loss_and_grads", "aff-nobias", why="the biases are left out")
def _(X, y, params, lam=0.0):
    return true_loss_and_grads(X, y, [(W, 0.0 * b) for W, b in params], lam)


def true_loss_and_grads(X, y, params, lam=0.0):
    return float(right_loss(X, y, params) + lam * sum_of_squares(params)), right_gradients(X, y, params, lam)


@wrong("loss_and_grads", "net-relu-on-logits", why="relu after the last layer too")
def _(X, y, params, lam=0.0):
    inputs, zs = run_forward(X, params)
    logits = relu(zs[-1])
    dz = softmax_minus_truth(logits, y) / len(y) * (zs[-1] > 0)
    loss = -np.mean(log_probabilities(logits)[np.arange(len(y)), y])
    return loss + lam * sum_of_squares(params), run_backward(dz, inputs, zs, params, lam)


@wrong("loss_and_grads", "net-no-relu", why="no activation anywhere: the network is linear")
def _(X, y, params, lam=0.0):
    inputs = [X]
    for W, b in params:
        inputs.append(inputs[-1] @ W + b)
    loss = -np.mean(log_probabilities(inputs[-1])[np.arange(len(y)), y])
    dz = softmax_minus_truth(inputs[-1], y) / len(y)
    grads = []
    for (W, b), a in zip(params[::-1], inputs[-2::-1]):
        grads.insert(0, (a.T @ dz + 2 * lam * W, dz.sum(axis=0)))
        dz = dz @ W.T
    return loss + lam * sum_of_squares(params), grads


@wrong("loss_and_grads", "net-grads-reversed", why="in the order in which the backward pass meets the layers")
def _(X, y, params, lam=0.0):
    loss, grads = true_loss_and_grads(X, y, params, lam)
    return loss, grads[::-1]


@wrong("loss_and_grads", "net-narrow", why="one unit has an activation too", unnamed="one network of several shows it")
def _(X, y, params, lam=0.0):
    inputs, zs = [X], []
    for W, b in params:
        zs.append(inputs[-1] @ W + b)
        inputs.append(zs[-1] if W.shape[1] == 1 else relu(zs[-1]))
    slopes = [np.ones(z.shape) if z.shape[1] == 1 else z for z in zs]
    grads = run_backward(softmax_minus_truth(zs[-1], y) / len(y), inputs, slopes, params, lam)
    loss = -np.mean(log_probabilities(zs[-1])[np.arange(len(y)), y])
    return loss + lam * sum_of_squares(params), grads


@wrong("loss_and_grads", "net-no-mask", why="relu in the forward pass, none in the backward pass")
def _(X, y, params, lam=0.0):
    inputs, zs = run_forward(X, params)
    dz = softmax_minus_truth(zs[-1], y) / len(y)
    return true_loss_and_grads(X, y, params, lam)[0], run_backward(dz, inputs, [abs(z) + 1 for z in zs], params, lam)


@wrong("loss_and_grads", "net-mask-layer", why="the mask of the layer above")
def _(X, y, params, lam=0.0):
    inputs, zs = run_forward(X, params)
    dz = softmax_minus_truth(zs[-1], y) / len(y)
    return true_loss_and_grads(X, y, params, lam)[0], run_backward(dz, inputs, zs[1:], params, lam)


@wrong("loss_and_grads", "bp-updfirst", why="the weights are changed before the gradient has passed through them")
def _(X, y, params, lam=0.0):
    loss = true_loss_and_grads(X, y, params, lam)[0]
    inputs, zs = run_forward(X, params)
    dz, grads = softmax_minus_truth(zs[-1], y) / len(y), []
    for k in reversed(range(len(params))):
        W, b = params[k]
        grads.insert(0, (inputs[k].T @ dz + 2 * lam * W, dz.sum(axis=0)))
        W -= 0.1 * grads[0][0]
        b -= 0.1 * grads[0][1]
        dz = (dz @ W.T) * (zs[k - 1] > 0) if k else None
    return loss, grads


@wrong("loss_and_grads", "lam-half", why="the square's 2 is missing in the gradient")
def _(X, y, params, lam=0.0):
    return true_loss_and_grads(X, y, params, lam)[0], right_gradients(X, y, params, lam / 2)


@wrong("loss_and_grads", "lam-half-both", why="½·lam: another loss, consistently")
def _(X, y, params, lam=0.0):
    return true_loss_and_grads(X, y, params, lam / 2)


@wrong("loss_and_grads", "lam-not-in-loss", why="the gradients decay the weights, the loss does not know")
def _(X, y, params, lam=0.0):
    return right_loss(X, y, params), right_gradients(X, y, params, lam)


@wrong("loss_and_grads", "lam-not-in-grads", why="the loss counts the weights, the gradients do not know")
def _(X, y, params, lam=0.0):
    return true_loss_and_grads(X, y, params, lam)[0], right_gradients(X, y, params)


@wrong("loss_and_grads", "lam-biases", why="the biases decay too")
def _(X, y, params, lam=0.0):
    loss, grads = true_loss_and_grads(X, y, params, lam)
    loss += lam * sum(np.sum(b**2) for _, b in params)
    return loss, [(dW, db + 2 * lam * b) for (dW, db), (_, b) in zip(grads, params)]


@wrong("loss_and_grads", "lam-first-layer", why="one layer's weights instead of all")
def _(X, y, params, lam=0.0):
    loss, grads = true_loss_and_grads(X, y, params)
    W, (dW, db) = params[0][0], grads[0]
    return loss + lam * np.sum(W**2), [(dW + 2 * lam * W, db), *grads[1:]]


@wrong("loss_and_grads", "lam-other-layer", why="each layer decays by its own weights")
def _(X, y, params, lam=0.0):
    loss, grads = true_loss_and_grads(X, y, params, lam)
    first = params[0][0]
    return loss, [
        (dW + 2 * lam * (first - W) if W.shape == first.shape else dW, db) for (dW, db), (W, _) in zip(grads, params)
    ]


@wrong("loss_and_grads", "int-buffer", why="whole numbers have no room for fractions", unnamed="raises")
def _(X, y, params, lam=0.0):
    a = X
    for W, b in params:
        z = a @ W
        z += b
        a = relu(z)
    return true_loss_and_grads(X, y, params, lam)


@wrong("loss_and_grads", "lam-mean", why="the mean of the squares instead of their sum")
def _(X, y, params, lam=0.0):
    loss, grads = true_loss_and_grads(X, y, params)
    loss += lam * sum(np.mean(W**2) for W, _ in params)
    return loss, [(dW + 2 * lam * W / W.size, db) for (dW, db), (W, _) in zip(grads, params)]


@wrong("loss_and_grads", "lam-over-n", why="weight decay has nothing to average over")
def _(X, y, params, lam=0.0):
    return true_loss_and_grads(X, y, params, lam / len(y))


@wrong("loss_and_grads", "lam-norm", why="the root of the sum of squares")
def _(X, y, params, lam=0.0):
    loss, grads = true_loss_and_grads(X, y, params)
    norm = np.sqrt(sum_of_squares(params))
    return loss + lam * norm, [(dW + lam * W / norm, db) for (dW, db), (W, _) in zip(grads, params)]
