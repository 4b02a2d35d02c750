"""Chapter 5: gradient descent and Adam.

A *step* takes the weights and their gradient and returns new weights. A step with a memory also takes a
``state`` and returns the new one: a dict of your own design, ``{}`` before the first step. Nothing that is
handed in is ever changed: the old weights and the old state stay as they are and may be used again.

``w`` and ``g`` are arrays of any one shape, or plain numbers; whole numbers may come as ints.
"""

import numpy as np


def rosenbrock(w):
    """Return the height of Rosenbrock's valley, ``(1 - a)² + 100·(b - a²)²`` at ``w = (a, b)`` (given, done).

    The floor of the valley is the parabola ``b = a²``; its lowest point, 0, lies at ``(1, 1)``.

    >>> float(rosenbrock(np.array([1.0, 1.0])))
    0.0
    """
    a, b = w
    return (1 - a) ** 2 + 100 * (b - a**2) ** 2


def sgd_step(params, grads, lr):
    """Return the parameters after one step of gradient descent.

    Args:
        params: list of ``(W, b)`` pairs, first layer first; W has shape (D, M), b has shape (M,).
        grads: list of ``(dW, db)`` pairs of the same shapes.
        lr: the learning rate, a number.

    Returns:
        A new list of ``(W, b)`` pairs of the same shapes.

    >>> params = [(np.ones((2, 3)), np.zeros(3)), (np.ones((3, 1)), np.zeros(1))]
    >>> [(W.shape, b.shape) for W, b in sgd_step(params, params, lr=0.1)]
    [((2, 3), (3,)), ((3, 1), (1,))]
    """
    # TODO: move every W and every b against its own gradient; build new pairs
    raise NotImplementedError("sgd_step: not written yet")


def momentum_step(w, g, state, lr, mu=0.9):
    """Return ``(w, state)`` after one step of gradient descent with momentum.

    The velocity is 0 before the first step. A step lets the share mu of it survive, adds the pull of the
    gradient, ``-lr·g``, and moves w by the new velocity.

    Args:
        w: the weights, an array of any shape or a number.
        g: the gradient at w, the shape of w.
        state: ``{}`` before the first step, then what the step before returned.
        lr: the learning rate; it may differ from step to step.
        mu: the share of the velocity that survives a step.

    Returns:
        The new weights and the new state. The old ones are not changed.

    >>> w, state = momentum_step(np.array([1.0, -1.0]), np.array([0.0, 0.0]), {}, lr=0.1)
    >>> w
    array([ 1., -1.])
    """
    # TODO: find the old velocity (none yet: 0), make the new one, move by it; return a new state
    raise NotImplementedError("momentum_step: not written yet")


def rmsprop_step(w, g, state, lr, decay=0.9, eps=1e-8):
    """Return ``(w, state)`` after one step of RMSprop.

    A running mean s of the squared gradients, 0 before the first step, is the yardstick of every entry: each
    entry of g is divided by the root of its own s, plus eps.

    Args:
        w: the weights, an array of any shape or a number.
        g: the gradient at w, the shape of w.
        state: ``{}`` before the first step, then what the step before returned.
        lr: the learning rate; it may differ from step to step.
        decay: the share of the old mean that stays; the new g² gets the rest.
        eps: keeps the division safe; it stands outside the root.

    Returns:
        The new weights and the new state. The old ones are not changed.

    >>> w, state = rmsprop_step(np.array([1.0, -1.0]), np.array([0.0, 0.0]), {}, lr=0.1)
    >>> w
    array([ 1., -1.])
    """
    # TODO: update the running mean of g² first, then take the step with the new mean
    raise NotImplementedError("rmsprop_step: not written yet")


def adam_step(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """Return ``(w, state)`` after one step of Adam, with bias correction.

    Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2015), Algorithm 1.

    Args:
        w: the weights, an array of any shape or a number.
        g: the gradient at w, the shape of w.
        state: ``{}`` before the first step, then what the step before returned.
        lr: the learning rate; it may differ from step to step.
        beta1: the share of the old mean of gradients that stays.
        beta2: the share of the old mean of squared gradients that stays.
        eps: keeps the division safe; it stands outside the root.

    Returns:
        The new weights and the new state. The old ones are not changed.

    >>> w, state = adam_step(np.array([1.0, 1.0, 1.0]), np.array([5.0, -0.002, 0.0]), {}, lr=0.25)
    >>> w.shape
    (3,)
    """
    # TODO: count the steps, update both means, correct them for this step only, then move w
    raise NotImplementedError("adam_step: not written yet")


def adamw_step(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    """Return ``(w, state)`` after one step of AdamW: Adam, and besides it the weights shrink.

    The shrinking, ``lr·weight_decay·w`` with the w that was handed in, never meets the gradient or its means.
    Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2019).

    Args:
        w: the weights, an array of any shape or a number.
        g: the gradient at w, the shape of w; it holds no weight decay.
        state: ``{}`` before the first step, then what the step before returned.
        lr: the learning rate; it may differ from step to step.
        beta1, beta2, eps: as in adam_step.
        weight_decay: how fast weights shrink, before it is multiplied by lr.

    Returns:
        The new weights and the new state. The old ones are not changed.

    >>> w, state = adamw_step(np.array([3.0, 0.0]), np.array([0.0, 0.0]), {}, lr=0.1)
    >>> bool(0 < w[0] < 3), float(w[1])
    (True, 0.0)
    """
    # TODO: take the Adam step and the decay of the old w separately, then put both together
    raise NotImplementedError("adamw_step: not written yet")


def minibatches(X, y, batch_size, rng):
    """Return the batches of one epoch: every row once, in an order drawn from rng.

    Args:
        X: the samples, one a row, shape (N, D).
        y: their targets or labels, shape (N,) or (N, 1); row i of y belongs to row i of X.
        batch_size: rows in a batch, 1 to N. If it does not divide N the last batch is shorter.
        rng: a ``numpy.random.Generator``, the only source of randomness.

    Returns:
        A list or an iterator of ``(X_batch, y_batch)`` pairs.

    >>> X, y = np.arange(10.0).reshape(5, 2), np.arange(5)
    >>> [(len(X_batch), len(y_batch)) for X_batch, y_batch in minibatches(X, y, 2, np.random.default_rng(0))]
    [(2, 2), (2, 2), (1, 1)]
    """
    # TODO: draw one order of the rows, then cut it into pieces of batch_size
    raise NotImplementedError("minibatches: not written yet")


def clip_by_global_norm(grads, max_norm):
    """Return ``(grads, norm)``: gradients whose joint norm is at most max_norm, and the norm they had before.

    The joint norm is the length of the one long vector that all entries of all pairs make together.

    Args:
        grads: list of ``(dW, db)`` pairs.
        max_norm: the largest joint norm allowed, a positive number.

    Returns:
        A list of ``(dW, db)`` pairs of the same shapes, and the joint norm before clipping, a float.

    >>> grads, norm = clip_by_global_norm([(np.array([[0.3]]), np.array([0.4]))], max_norm=1.0)
    >>> round(float(norm), 12)
    0.5
    """
    # TODO: one norm for all arrays together, then one factor for all, only if it is needed
    raise NotImplementedError("clip_by_global_norm: not written yet")


def cosine_lr(step, total_steps, base_lr):
    """Return the learning rate of a cosine schedule at this step: half a cosine wave from base_lr down to 0.

    Args:
        step: steps taken so far, 0 to total_steps.
        total_steps: length of the schedule, at least 1.
        base_lr: the learning rate at step 0.

    Returns:
        A float.

    >>> cosine_lr(0, 50, 0.5)
    0.5
    """
    # TODO: which share of the schedule is over? that share of half a wave is the angle
    raise NotImplementedError("cosine_lr: not written yet")


def rosenbrock_grad(w):
    """Return the gradient of ``(1 - a)² + 100·(b - a²)²`` at ``w = (a, b)``.

    Args:
        w: array of shape (2,).

    Returns:
        Array of shape (2,): the derivative by a, then the derivative by b.

    >>> rosenbrock_grad(np.array([0.0, 0.0])).shape
    (2,)
    """
    # TODO: both squares contain a: use the chain rule on each, then b
    raise NotImplementedError("rosenbrock_grad: not written yet")


def minimize(grad, w0, method, lr, steps):
    """Walk downhill from w0 and return where the walk ended and every place it came through.

    Args:
        grad: function that maps an array of shape (P,) to the gradient there, shape (P,).
        w0: where to start, shape (P,).
        method: "gd" (plain ``w - lr·grad(w)``), "momentum", "rmsprop" or "adam", with their default settings.
        lr: the learning rate, the same at every step.
        steps: how many steps to take, 0 or more.

    Returns:
        ``(w, path)``: w of shape (P,) after the last step, and path of shape (steps + 1, P), from w0 to w.

    Raises:
        ValueError: method is none of the four. It is refused before the first step.

    >>> w, path = minimize(lambda w: 2 * w, np.array([3.0, -1.0]), "gd", lr=0.1, steps=5)
    >>> path.shape
    (6, 2)
    """
    # TODO: refuse unknown names, then step after step; hand every step the state of the one before
    raise NotImplementedError("minimize: not written yet")
