"""Hidden checks of chapter 5.

The oracles of the steps with a memory know no state: they write every step as a weighted sum over all gradients so far
and so cannot share a mistake with code that updates a state. Both published orders of Adam count: Algorithm 1 of Kingma
and Ba, and the "more efficient" order at the end of their section 2, in which eps meets the uncorrected root.
"""

from types import SimpleNamespace

import numpy as np

from grader.checks import (
    check,
    compare,
    elementwise_cases,
    expect_accepted,
    expect_close,
    expect_ints,
    expect_pairs,
    expect_raises,
    expect_true,
    fail,
    ints,
    normal,
    stream,
)  # fmt: skip

STEP_BLAMES = {
    step: {"MUTATED_INPUT": f"{step}-in-place", "NOT_REPEATABLE": f"{step}-outside"}
    for step in ("mom", "rms", "adam", "adamw")
}
DEFAULTS = {
    "momentum": {"mu": 0.9},
    "rmsprop": {"decay": 0.9, "eps": 1e-8},
    "adam": {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
    "adamw": {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.01},
}


# Gradient descent


def layers(rng, shapes, size=1.0):
    return [(size * normal(rng, *shape), size * normal(rng, shape[1])) for shape in shapes]


def descended(params, grads, lr):
    layer_by_layer = zip(params, grads, strict=True)
    return [tuple(p + np.multiply(-lr, d) for p, d in zip(*pairs, strict=True)) for pairs in layer_by_layer]


SGD_WRONG = {
    "sgd-ascent": lambda params, grads, lr: descended(params, grads, -lr),
    "sgd-local": lambda params, grads, lr: params,
    "sgd-no-lr": lambda params, grads, lr: descended(params, grads, 1.0),
    "sgd-weights-only": lambda params, grads, lr: [
        (new_W, b) for (new_W, _), (_, b) in zip(descended(params, grads, lr), params, strict=True)
    ],
    "sgd-one-layer": lambda params, grads, lr: [*params[:-1], descended(params, grads, lr)[-1]],
    "sgd-gradient-only": lambda params, grads, lr: descended([(0 * W, 0 * b) for W, b in params], grads, lr),
    "sgd-flat": lambda params, grads, lr: [array for pair in descended(params, grads, lr) for array in pair],
}


def without(ideas, *names):
    """Return the ideas but those which are right on the inputs of one check, and so explain nothing there."""
    return {name: idea for name, idea in ideas.items() if name not in names}


@check("sgd_step", points=3, blames={"MUTATED_INPUT": "sgd-in-place"})
def check_a_step_goes_downhill(student, rng):
    """A step moves W and b of a layer against their gradients."""
    cases = [(layers(rng, [shape]), layers(rng, [shape]), lr) for shape, lr in (((3, 4), 0.1), ((2, 5), 0.35))]
    ideas = without(SGD_WRONG, "sgd-one-layer")
    compare(student.sgd_step, descended, cases, "params", kind="pairs", unless=ideas)


@check("sgd_step", points=3, blames={"MUTATED_INPUT": "sgd-in-place"})
def check_every_layer_takes_its_own_gradient(student, rng):
    """Every layer of a network takes its own gradient."""
    networks = ([(1, 1)], [(3, 4), (4, 2)], [(4, 4), (4, 4), (4, 4)], [(6, 3), (3, 7), (7, 2), (2, 1)])
    cases = [
        (layers(rng, shapes, size), layers(rng, shapes, size), lr)
        for shapes, size, lr in zip(networks, (1.0, 1.0, 2.0, 100.0), (0.5, 0.02, 1.5, 0.01), strict=True)
    ]
    compare(student.sgd_step, descended, cases, "params", kind="pairs", unless=SGD_WRONG)


@check("sgd_step", points=2, blames={"MUTATED_INPUT": "sgd-in-place"})
def check_whole_parameters_become_floats(student, rng):
    """Parameters that are whole numbers are not cut to whole numbers."""

    def whole():
        return [(ints(rng, -3, 4, shape, int), ints(rng, -3, 4, shape[1], int)) for shape in ((3, 2), (2, 4))]

    cut = {
        "sgd-ints": lambda params, grads, lr: [
            tuple(p.astype(int) for p in pair) for pair in descended(params, grads, lr)
        ]
    }
    cases = [(whole(), whole(), 0.3), (whole(), layers(rng, [(3, 2), (2, 4)]), 0.25)]
    compare(student.sgd_step, descended, cases, "params", kind="pairs", unless={**cut, **SGD_WRONG})


# Steps with a memory: what they have in common


def walk(step):
    """Return a function of (w, gs, lrs, settings) that takes one step a gradient and returns the w after each.

    Settings are given by name and by position in turns.
    """
    defaults = DEFAULTS[step.name.removesuffix("_step")]

    def weights(w, gs, lrs, settings):
        state, path = {}, []
        for k, (g, lr) in enumerate(zip(gs, lrs, strict=True)):
            if settings and k % 2:
                w, state = step(w, g, state, lr, *(defaults | settings).values())
            else:
                w, state = step(w, g, state, lr, **settings)
            path.append(w)
            if not is_like(w, g):  # not a w that could be handed on; the verdict on this step will say so
                break
        return tuple(path + path[-1:] * (len(gs) - len(path)))

    return weights


def is_like(w, g):
    return (
        isinstance(w, (int, float, np.number, np.ndarray))
        and np.shape(w) == np.shape(g)
        and np.asarray(w).dtype.kind in "fiu"
    )


def oracle(move, name):
    """Return walk's counterpart for a move given as a function of the gradients and learning rates so far."""

    def weights(w, gs, lrs, settings):
        settings = DEFAULTS[name] | settings
        path = []
        for t in range(1, len(gs) + 1):
            w = w + move(w, [np.asarray(g, dtype=float) for g in gs[:t]], lrs[:t], **settings)
            path.append(w)
        return tuple(path)

    return weights


def wrong(name, rule):
    """Return walk's counterpart for a wrong rule(k, w, g, lr, p): k is its memory, p the settings."""

    def weights(w, gs, lrs, settings):
        k = SimpleNamespace(t=0, v=0.0, s=0.0, m=0.0)
        p = SimpleNamespace(**(DEFAULTS[name] | settings))
        path = []
        for g, lr in zip(gs, lrs, strict=True):
            w = rule(k, w, np.asarray(g, dtype=float), lr, p)
            path.append(w)
        return tuple(path)

    return weights


def decaying_sum(values, decay):
    return sum(decay**age * value for age, value in enumerate(reversed(values)))


def gradients(rng, shape, steps, size=1.0):
    return [size * normal(rng, *shape) for _ in range(steps)]


def with_a_rest(gs):
    """Return the gradients with the third all 0: a memory goes on there, and most of them let w move."""
    return [*gs[:2], 0 * gs[2], *gs[3:]]


def idle(rule):
    """Return the rule but for steps with a gradient of 0, in which nothing happens."""
    return lambda k, w, g, lr, p: rule(k, w, g, lr, p) if np.any(g) else w


def after_steps(steps):
    return [f"w after step {k}" for k in range(1, steps + 1)]


def any_shape_cases(rng, steps=2):
    """Return cases of all shapes and kinds of number, gradients of the kind of w, with exact zeros among them."""
    cases = []
    for (w,) in elementwise_cases(rng):
        gs = []
        for _ in range(steps):
            if isinstance(w, int):
                g = int(rng.integers(-4, 5))
            elif isinstance(w, float):
                g = float(rng.normal())
            elif w.dtype.kind == "i":
                g = rng.integers(-2, 3, w.shape)
            else:
                g = np.asarray(np.abs(w).max() * rng.normal(size=w.shape) * (rng.random(w.shape) < 0.8))
            gs.append(g)
        cases.append((w, gs, [0.1] * steps, {}))
    return cases


def expect_old_state_lives(rng, step, weights, prefix, lr=0.1):
    """Demand that a state can be used again, whatever was done with it in between, and that ``{}`` is a fresh start."""
    w0 = normal(rng, 3, 2)
    first, one, other = gradients(rng, (3, 2), 3)

    def after(*gs):
        return weights(w0, list(gs), [lr] * len(gs), {})[-1]

    def expect_as_before(got, want, name, idea, says):
        expect_close(got, want, name, says=says, unless={f"{prefix}-{idea}": lambda: got})

    start = step(w0, first, {}, lr)
    expect_close(start.w, after(first), "w after step 1")
    once = step(start.w, one, start.state, lr)
    expect_close(once.w, after(first, one), "w after step 2")
    says = "The state that step 1 returned is used a second time here: a step must leave the old state as it was"
    elsewhere = step(start.w, other, start.state, lr)
    expect_as_before(elsewhere.w, after(first, other), "w after another step 2 from the same state", "old-state", says)
    step(once.w, other, once.state, lr)
    again = step(start.w, one, start.state, lr)
    expect_as_before(again.w, after(first, one), "w after the same step 2 once more", "old-state", says)
    fresh = step(w0, one, {}, lr)
    says = "The state {} stands for no step so far: nothing may be remembered anywhere else"
    expect_as_before(fresh.w, after(one), "w after a first step", "outside", says)


# Momentum


def momentum_move(w, gs, lrs, mu):
    return -decaying_sum([lr * g for lr, g in zip(lrs, gs, strict=True)], mu)


def _velocity(sign=-1.0, share=lambda p: 1.0):
    def rule(k, w, g, lr, p):
        k.v = p.mu * k.v + sign * share(p) * lr * g
        return w + k.v

    return rule


def _rate_outside(k, w, g, lr, p):
    k.v = p.mu * k.v + g
    return w - lr * k.v


def _old_velocity(k, w, g, lr, p):
    w, k.v = w + k.v, p.mu * k.v - lr * g
    return w


def _look_ahead(k, w, g, lr, p):
    k.v = p.mu * k.v - lr * g
    return w + p.mu * k.v - lr * g


def _pulled_twice(k, w, g, lr, p):
    k.v = p.mu * k.v - lr * g
    return w + k.v - lr * g


def _rate_on_all(k, w, g, lr, p):
    k.v = p.mu * k.v - g
    return w + lr * k.v


def _fixed_mu(k, w, g, lr, p):
    k.v = 0.9 * k.v - lr * g
    return w + k.v


MOMENTUM = oracle(momentum_move, "momentum")
MOMENTUM_WRONG = {
    name: wrong("momentum", rule)
    for name, rule in {
        "mom-sign": _velocity(sign=1.0),
        "mom-forgotten": lambda k, w, g, lr, p: w - lr * g,
        "mom-lr-outside": _rate_outside,
        "mom-old-velocity": _old_velocity,
        "mom-mean": _velocity(share=lambda p: 1 - p.mu),
        "mom-nesterov": _look_ahead,
        "mom-twice": _pulled_twice,
        "mom-idle": idle(_velocity()),
    }.items()
}


@check("momentum_step", points=2, blames=STEP_BLAMES["mom"])
def check_momentum_starts_at_rest(student, rng):
    """The first two steps from an empty state."""
    cases = [(normal(rng, *shape), gradients(rng, shape, 2), [0.1, 0.1], {}) for shape in ((4,), (3, 2))]
    compare(
        walk(student.momentum_step),
        MOMENTUM,
        cases,
        after_steps(2),
        unless=without(MOMENTUM_WRONG, "mom-lr-outside", "mom-idle"),
    )


@check("momentum_step", points=3, blames=STEP_BLAMES["mom"])
def check_velocity_gathers(student, rng):
    """Several steps in a row, the learning rate changing between them."""
    cases = [
        (normal(rng, *shape), with_a_rest(gradients(rng, shape, 5, size)), [0.1, 0.1, 0.02, 0.3, 0.05], {"mu": mu})
        for shape, mu, size in (((3, 4), 0.9, 1.0), ((4, 4), 0.5, 50.0), ((1, 6), 0.99, 5.0), ((2, 3), 0.0, 1.0))
    ]
    compare(
        walk(student.momentum_step), MOMENTUM, cases, after_steps(5),
        unless=MOMENTUM_WRONG | {"mom-settings": wrong("momentum", _fixed_mu)},
    )  # fmt: skip


@check("momentum_step", points=2, blames=STEP_BLAMES["mom"])
def check_momentum_takes_any_shape(student, rng):
    """Arrays of every shape, plain numbers and whole numbers."""
    compare(
        walk(student.momentum_step),
        MOMENTUM,
        any_shape_cases(rng),
        after_steps(2),
        unless=without(MOMENTUM_WRONG, "mom-lr-outside"),
    )


@check("momentum_step", points=2, blames=STEP_BLAMES["mom"])
def check_momentum_leaves_the_old_state(student, rng):
    """An old state may be used again."""
    expect_old_state_lives(rng, student.momentum_step, MOMENTUM, "mom")


# RMSprop


def rmsprop_move(w, gs, lrs, decay, eps):
    s = (1 - decay) * decaying_sum([g * g for g in gs], decay)
    return -lrs[-1] * gs[-1] / (np.sqrt(s) + eps)


def _mean_square(update, move=lambda k, g, lr, p: -lr * g / (np.sqrt(k.s) + p.eps)):
    def rule(k, w, g, lr, p):
        k.t += 1
        k.s = update(k, g, p)
        return w + move(k, g, lr, p)

    return rule


def _proper_mean(k, g, p):
    return p.decay * k.s + (1 - p.decay) * g**2


def _stale_mean(k, w, g, lr, p):
    w = w - lr * g / (np.sqrt(k.s) + p.eps)
    k.s = _proper_mean(k, g, p)
    return w


RMSPROP = oracle(rmsprop_move, "rmsprop")
RMSPROP_WRONG = {
    name: wrong("rmsprop", rule)
    for name, rule in {
        "rms-nosqrt": _mean_square(_proper_mean, lambda k, g, lr, p: -lr * g / (k.s + p.eps)),
        "rms-swap": _mean_square(lambda k, g, p: (1 - p.decay) * k.s + p.decay * g**2),
        "rms-sum": _mean_square(lambda k, g, p: p.decay * k.s + g**2),
        "rms-adagrad": _mean_square(lambda k, g, p: k.s + g**2),
        "rms-nosquare": _mean_square(lambda k, g, p: p.decay * k.s + (1 - p.decay) * g),
        "rms-first-square": _mean_square(lambda k, g, p: g**2 if k.t == 1 else _proper_mean(k, g, p)),
        "rms-forgotten": _mean_square(lambda k, g, p: (1 - p.decay) * g**2),
        "rms-corrected": _mean_square(
            _proper_mean, lambda k, g, lr, p: -lr * g / (np.sqrt(k.s / (1 - p.decay**k.t)) + p.eps)
        ),
        "rms-stale": _stale_mean,
        "rms-idle": idle(_mean_square(_proper_mean)),
        "rms-ascent": _mean_square(_proper_mean, lambda k, g, lr, p: lr * g / (np.sqrt(k.s) + p.eps)),
        "rms-no-gradient": _mean_square(_proper_mean, lambda k, g, lr, p: -lr / (np.sqrt(k.s) + p.eps)),
    }.items()
}
RMSPROP_EPS = {
    "rms-epsin": wrong("rmsprop", _mean_square(_proper_mean, lambda k, g, lr, p: -lr * g / np.sqrt(k.s + p.eps))),
}
RMSPROP_FIXED = {
    "rms-settings": wrong(
        "rmsprop",
        _mean_square(lambda k, g, p: 0.9 * k.s + 0.1 * g**2, lambda k, g, lr, p: -lr * g / (np.sqrt(k.s) + 1e-8)),
    ),
}


@check("rmsprop_step", points=2, blames=STEP_BLAMES["rms"])
def check_rmsprop_first_steps(student, rng):
    """The first two steps from an empty state."""
    cases = [(normal(rng, *shape), gradients(rng, shape, 2), [0.1, 0.1], {}) for shape in ((4,), (3, 2))]
    compare(walk(student.rmsprop_step), RMSPROP, cases, after_steps(2), unless=RMSPROP_WRONG)


@check("rmsprop_step", points=2, blames=STEP_BLAMES["rms"])
def check_mean_of_squares_moves_along(student, rng):
    """Several steps in a row, the learning rate changing between them."""
    cases = [
        (
            normal(rng, *shape),
            with_a_rest(gradients(rng, shape, 5, size)),
            [0.1, 0.1, 0.02, 0.3, 0.05],
            {"decay": decay},
        )
        for shape, decay, size in (((3, 4), 0.9, 1.0), ((4, 4), 0.5, 30.0), ((1, 6), 0.99, 1000.0))
    ]
    compare(walk(student.rmsprop_step), RMSPROP, cases, after_steps(5), unless=RMSPROP_WRONG | RMSPROP_FIXED)


@check("rmsprop_step", points=1, blames=STEP_BLAMES["rms"])
def check_rmsprop_eps_outside_the_root(student, rng):
    """Tiny gradients, and an eps of your own."""
    cases = [
        (normal(rng, 3), [size * signs(rng, 3) * rng.uniform(0.5, 2, 3) for _ in range(3)], [0.5, 0.2, 0.2], settings)
        for size, settings in ((1e-8, {}), (1e-7, {}), (1.0, {"eps": 0.02}))
    ]
    compare(walk(student.rmsprop_step), RMSPROP, cases, after_steps(3), unless=RMSPROP_EPS | RMSPROP_FIXED)


@check("rmsprop_step", points=2, blames=STEP_BLAMES["rms"])
def check_rmsprop_takes_any_shape(student, rng):
    """Arrays of every shape, plain numbers, whole numbers and zeros."""
    compare(walk(student.rmsprop_step), RMSPROP, any_shape_cases(rng), after_steps(2), unless=RMSPROP_WRONG)


@check("rmsprop_step", points=2, blames=STEP_BLAMES["rms"])
def check_rmsprop_leaves_the_old_state(student, rng):
    """An old state may be used again."""
    expect_old_state_lives(rng, student.rmsprop_step, RMSPROP, "rms")


def signs(rng, n):
    return np.where(rng.random(n) < 0.5, -1.0, 1.0)


# Adam


def adam_move(w, gs, lrs, beta1, beta2, eps):
    t = len(gs)
    m_hat = decaying_sum(gs, beta1) * (1 - beta1) / (1 - beta1**t)
    v_hat = decaying_sum([g * g for g in gs], beta2) * (1 - beta2) / (1 - beta2**t)
    return -lrs[-1] * m_hat / (np.sqrt(v_hat) + eps)


def adam_efficient_move(w, gs, lrs, beta1, beta2, eps):
    t = len(gs)
    m = (1 - beta1) * decaying_sum(gs, beta1)
    v = (1 - beta2) * decaying_sum([g * g for g in gs], beta2)
    return -lrs[-1] * np.sqrt(1 - beta2**t) / (1 - beta1**t) * m / (np.sqrt(v) + eps)


def adamw_move(w, gs, lrs, beta1, beta2, eps, weight_decay, adam=adam_move):
    return adam(w, gs, lrs, beta1, beta2, eps) - lrs[-1] * weight_decay * w


def adamw_efficient_move(w, gs, lrs, beta1, beta2, eps, weight_decay):
    return adamw_move(w, gs, lrs, beta1, beta2, eps, weight_decay, adam=adam_efficient_move)


ADAM = {"algorithm 1": oracle(adam_move, "adam"), "efficient": oracle(adam_efficient_move, "adam")}
ADAMW = {"algorithm 1": oracle(adamw_move, "adamw"), "efficient": oracle(adamw_efficient_move, "adamw")}
EFFICIENT_FIRST_MOVE = 1 / (1 + 1 / np.sqrt(1 - 0.999))
"""How far the efficient order goes in its first step with g = eps and lr = 1; Algorithm 1 goes half a unit."""


def published_order(step):
    """Return which of the two published orders the student chose; a gradient as small as eps tells them apart."""
    got = step(np.array([0.0]), np.array([1e-8]), {}, 1.0).w
    is_efficient = is_like(got, np.zeros(1)) and abs(abs(got[0]) - EFFICIENT_FIRST_MOVE) < 1e-6
    return "efficient" if is_efficient else "algorithm 1"


def _moments(k, g, p):
    k.t += 1
    k.m = p.beta1 * k.m + (1 - p.beta1) * g
    k.v = p.beta2 * k.v + (1 - p.beta2) * g**2
    return k.m / (1 - p.beta1**k.t), k.v / (1 - p.beta2**k.t)


def _adam_move(k, g, lr, p):
    m_hat, v_hat = _moments(k, g, p)
    return -lr * m_hat / (np.sqrt(v_hat) + p.eps)


def _no_correction(k, w, g, lr, p):
    _moments(k, g, p)
    return w - lr * k.m / (np.sqrt(k.v) + p.eps)


def _power_missing(k, w, g, lr, p):
    _moments(k, g, p)
    return w - lr * k.m / (1 - p.beta1) / (np.sqrt(k.v / (1 - p.beta2)) + p.eps)


def _clock_off(by):
    def rule(k, w, g, lr, p):
        _moments(k, g, p)
        t = k.t + by
        return w - lr * k.m / (1 - p.beta1**t) / (np.sqrt(k.v / (1 - p.beta2**t)) + p.eps)

    return rule


def _clock_per_entry(k, w, g, lr, p):
    _moments(k, g, p)
    t = np.arange(1, np.size(w) + 1).reshape(np.shape(w)) + (k.t - 1) * np.size(w)
    return w - lr * k.m / (1 - p.beta1**t) / (np.sqrt(k.v / (1 - p.beta2**t)) + p.eps)


def _hats_kept(k, w, g, lr, p):
    k.m, k.v = _moments(k, g, p)
    return w - lr * k.m / (np.sqrt(k.v) + p.eps)


def _eps_inside(k, w, g, lr, p):
    m_hat, v_hat = _moments(k, g, p)
    return w - lr * m_hat / np.sqrt(v_hat + p.eps)


def _no_square(k, w, g, lr, p):
    k.t += 1
    k.m = p.beta1 * k.m + (1 - p.beta1) * g
    k.v = p.beta2 * k.v + (1 - p.beta2) * g
    return w - lr * k.m / (1 - p.beta1**k.t) / (np.sqrt(k.v / (1 - p.beta2**k.t)) + p.eps)


def _betas_swapped(k, w, g, lr, p):
    return w + _adam_move(k, g, lr, SimpleNamespace(beta1=p.beta2, beta2=p.beta1, eps=p.eps))


def _shares_swapped(k, w, g, lr, p):
    k.t += 1
    k.m = (1 - p.beta1) * k.m + p.beta1 * g
    k.v = (1 - p.beta2) * k.v + p.beta2 * g**2
    return w - lr * k.m / (1 - p.beta1**k.t) / (np.sqrt(k.v / (1 - p.beta2**k.t)) + p.eps)


def _one_array(k, w, g, lr, p):
    k.t += 1
    k.m = p.beta2 * (p.beta1 * k.m + (1 - p.beta1) * g) + (1 - p.beta2) * g**2
    return w - lr * k.m / (1 - p.beta1**k.t) / (np.sqrt(k.m / (1 - p.beta2**k.t)) + p.eps)


def _forgotten(k, w, g, lr, p):
    return w + _adam_move(SimpleNamespace(t=0, m=0.0, v=0.0), g, lr, p)


def _gradient_for_mean(k, w, g, lr, p):
    _, v_hat = _moments(k, g, p)
    return w - lr * g / (np.sqrt(v_hat) + p.eps)


def _square_of_mean(k, w, g, lr, p):
    k.t += 1
    k.m = p.beta1 * k.m + (1 - p.beta1) * g
    k.v = p.beta2 * k.v + (1 - p.beta2) * k.m**2
    return w - lr * k.m / (1 - p.beta1**k.t) / (np.sqrt(k.v / (1 - p.beta2**k.t)) + p.eps)


def _no_root(k, w, g, lr, p):
    m_hat, v_hat = _moments(k, g, p)
    return w - lr * m_hat / (v_hat + p.eps)


def _only_mean_corrected(k, w, g, lr, p):
    m_hat, _ = _moments(k, g, p)
    return w - lr * m_hat / (np.sqrt(k.v) + p.eps)


def _only_square_corrected(k, w, g, lr, p):
    _, v_hat = _moments(k, g, p)
    return w - lr * k.m / (np.sqrt(v_hat) + p.eps)


def _fixed_settings(k, w, g, lr, p):
    return w + _adam_move(k, g, lr, SimpleNamespace(beta1=0.9, beta2=0.999, eps=1e-8))


def _betas_by_turns(k, w, g, lr, p):
    # beta2 stands before beta1 in the signature, and every second step gives them by position
    in_order = SimpleNamespace(beta1=p.beta2, beta2=p.beta1, eps=p.eps)
    return w + _adam_move(k, g, lr, in_order if k.t % 2 else p)


ADAM_WRONG = {
    name: wrong("adam", rule)
    for name, rule in {
        "adam-nobc": _no_correction,
        "adam-t0": _clock_off(-1),
        "adam-t2": _clock_off(1),
        "adam-bc1": _power_missing,
        "adam-inplacehat": _hats_kept,
        "adam-tparam": _clock_per_entry,
        "adam-vg": _no_square,
        "adam-swap": _betas_swapped,
        "adam-shares": _shares_swapped,
        "opt-alias": _one_array,
        "adam-forgotten": _forgotten,
        "adam-no-mean": _gradient_for_mean,
        "adam-v-of-m": _square_of_mean,
        "adam-nosqrt": _no_root,
        "adam-m-corrected": _only_mean_corrected,
        "adam-v-corrected": _only_square_corrected,
        "adam-ascent": lambda k, w, g, lr, p: w - _adam_move(k, g, lr, p),
        "adam-idle": idle(lambda k, w, g, lr, p: w + _adam_move(k, g, lr, p)),
    }.items()
}
ADAM_RIGHT_AT_FIRST = ("adam-bc1", "adam-inplacehat", "adam-swap", "adam-forgotten", "adam-no-mean", "adam-idle")
# In a first step squares of the mean look like one factor for both corrections, so nothing is said about either there.
ADAM_WRONG_AT_ONCE = without(ADAM_WRONG, *ADAM_RIGHT_AT_FIRST, "adam-v-of-m", "adam-shares", "opt-alias")
ADAM_EPS = {"adam-epsin": wrong("adam", _eps_inside)}
ADAM_FIXED = {"adam-settings": wrong("adam", _fixed_settings), "adam-order": wrong("adam", _betas_by_turns)}


@check("adam_step", points=2, blames=STEP_BLAMES["adam"])
def check_adam_first_step(student, rng):
    """The first step, for large and small gradients."""
    want = ADAM[published_order(student.adam_step)]
    cases = [
        (normal(rng, 4), [size * signs(rng, 4) * rng.uniform(0.5, 2, 4)], [0.1], {}) for size in (1.0, 5000.0, 1e-3)
    ]
    compare(walk(student.adam_step), want, cases, after_steps(1), unless=ADAM_WRONG_AT_ONCE)


@check("adam_step", points=4, blames=STEP_BLAMES["adam"])
def check_adam_several_steps(student, rng):
    """Several steps in a row, the learning rate changing between them."""
    want = ADAM[published_order(student.adam_step)]
    cases = [
        (normal(rng, *shape), with_a_rest(gradients(rng, shape, 6, size)), [0.1, 0.1, 0.02, 0.3, 0.05, 0.1], {})
        for shape, size in (((3, 4), 1.0), ((4, 4), 60.0), ((1, 5), 0.2))
    ]
    compare(walk(student.adam_step), want, cases, after_steps(6), unless=ADAM_WRONG)


@check("adam_step", points=2, blames=STEP_BLAMES["adam"])
def check_adam_settings(student, rng):
    """Other values of beta1, beta2 and eps."""
    want = ADAM[published_order(student.adam_step)]
    cases = [
        (
            normal(rng, 2, 3),
            gradients(rng, (2, 3), 4),
            [0.1, 0.1, 0.05, 0.2],
            {"beta1": beta1, "beta2": beta2, "eps": eps},
        )
        for beta1, beta2, eps in ((0.8, 0.95, 1e-8), (0.5, 0.99, 0.03), (0.9, 0.7, 0.3))
    ]
    compare(walk(student.adam_step), want, cases, after_steps(4), unless=ADAM_EPS | ADAM_FIXED | ADAM_WRONG)


@check("adam_step", points=2, blames=STEP_BLAMES["adam"])
def check_adam_tiny_gradients(student, rng):
    """Gradients as small as eps."""
    want = ADAM[published_order(student.adam_step)]
    cases = [
        (normal(rng, 3), [size * signs(rng, 3) * rng.uniform(0.5, 2, 3) for _ in range(3)], [0.5, 0.2, 0.2], {})
        for size in (1e-8, 1e-7, 1e-6)
    ]
    compare(walk(student.adam_step), want, cases, after_steps(3), unless=ADAM_EPS)


@check("adam_step", points=2, blames=STEP_BLAMES["adam"])
def check_adam_takes_any_shape(student, rng):
    """Arrays of every shape, plain numbers, whole numbers and zeros."""
    want = ADAM[published_order(student.adam_step)]
    compare(walk(student.adam_step), want, any_shape_cases(rng), after_steps(2), unless=ADAM_WRONG)


@check("adam_step", points=2, blames=STEP_BLAMES["adam"])
def check_adam_leaves_the_old_state(student, rng):
    """An old state may be used again."""
    want = ADAM[published_order(student.adam_step)]
    expect_old_state_lives(rng, student.adam_step, want, "adam")


# AdamW


def _decay_in_gradient(k, w, g, lr, p):
    return w + _adam_move(k, g + p.weight_decay * w, lr, p)


def _decay_new_weights(k, w, g, lr, p):
    w = w + _adam_move(k, g, lr, p)
    return w - lr * p.weight_decay * w


def _decay_in_mean(k, w, g, lr, p):
    m_hat, v_hat = _moments(k, g, p)
    return w - lr * (m_hat + p.weight_decay * w) / (np.sqrt(v_hat) + p.eps)


def _fixed_decay(k, w, g, lr, p):
    return w + _adam_move(k, g, lr, p) - lr * 0.01 * w


ADAMW_WRONG = {
    name: wrong("adamw", rule)
    for name, rule in {
        "adam-l2": _decay_in_gradient,
        "adamw-no-lr": lambda k, w, g, lr, p: w + _adam_move(k, g, lr, p) - p.weight_decay * w,
        "adamw-no-decay": lambda k, w, g, lr, p: w + _adam_move(k, g, lr, p),
        "adamw-growing": lambda k, w, g, lr, p: w + _adam_move(k, g, lr, p) + lr * p.weight_decay * w,
        "adamw-new-weights": _decay_new_weights,
        "adamw-scaled": _decay_in_mean,
        "adamw-squared-lr": lambda k, w, g, lr, p: w + _adam_move(k, g, lr, p) - lr**2 * p.weight_decay * w,
    }.items()
}
ADAMW_FIXED = {"adamw-settings": wrong("adamw", _fixed_decay)}


@check("adamw_step", points=2, blames=STEP_BLAMES["adamw"])
def check_adamw_first_steps(student, rng):
    """The first two steps: Adam's, and the weights shrink."""
    want = ADAMW[published_order(student.adamw_step)]
    cases = [
        (size * normal(rng, *shape), gradients(rng, shape, 2), [lr, lr], {})
        for shape, size, lr in (((4,), 1.0, 0.1), ((3, 2), 20.0, 0.3))
    ]
    compare(walk(student.adamw_step), want, cases, after_steps(2), unless=ADAMW_WRONG)


@check("adamw_step", points=3, blames=STEP_BLAMES["adamw"])
def check_adamw_several_steps(student, rng):
    """Several steps in a row, the learning rate changing between them."""
    want = ADAMW[published_order(student.adamw_step)]
    cases = [
        (
            size * normal(rng, *shape),
            with_a_rest(gradients(rng, shape, 5)),
            [0.1, 0.1, 0.02, 0.3, 0.05],
            {"weight_decay": decay},
        )
        for shape, size, decay in (((3, 4), 5.0, 0.01), ((4, 4), 1.0, 0.3), ((1, 5), 100.0, 0.05))
    ]
    compare(walk(student.adamw_step), want, cases, after_steps(5), unless=ADAMW_WRONG | ADAMW_FIXED)


@check("adamw_step", points=2, blames=STEP_BLAMES["adamw"])
def check_adamw_settings(student, rng):
    """Other settings: no decay, other betas, gradients of 0 and as small as eps."""
    want = ADAMW[published_order(student.adamw_step)]
    lrs = [0.1, 0.1, 0.2]
    tiny = [1e-8 * signs(rng, 5) * rng.uniform(0.5, 2, 5) for _ in lrs]
    cases = [
        (normal(rng, 2, 3), gradients(rng, (2, 3), 3), lrs, {"weight_decay": 0.0}),
        (normal(rng, 2, 3), [np.zeros((2, 3)) for _ in lrs], lrs, {"weight_decay": 0.1}),
        (normal(rng, 5), gradients(rng, (5,), 3), lrs, {"beta1": 0.8, "beta2": 0.95, "eps": 0.02, "weight_decay": 0.2}),
        (normal(rng, 5), tiny, lrs, {}),
    ]
    compare(walk(student.adamw_step), want, cases, after_steps(3), unless=ADAMW_WRONG | ADAMW_FIXED)


@check("adamw_step", points=1, blames=STEP_BLAMES["adamw"])
def check_adamw_takes_any_shape(student, rng):
    """Arrays of every shape, plain numbers and whole numbers."""
    want = ADAMW[published_order(student.adamw_step)]
    compare(walk(student.adamw_step), want, any_shape_cases(rng), after_steps(2), unless=ADAMW_WRONG)


@check("adamw_step", points=2, blames=STEP_BLAMES["adamw"])
def check_adamw_leaves_the_old_state(student, rng):
    """An old state may be used again."""
    want = ADAMW[published_order(student.adamw_step)]
    expect_old_state_lives(rng, student.adamw_step, want, "adamw")


# Mini-batches

BATCH_BLAMES = {"MUTATED_INPUT": "mb-in-place", "NOT_REPEATABLE": "mb-global-rng"}


def rows_of(batches, X, y):
    """Return the list of lists of row numbers that the batches hold; what is no batch of rows of X ends the check."""
    numbers = {tuple(row): i for i, row in enumerate(X.astype(float).tolist())}
    found = []
    for k, batch in enumerate(batches):
        if not isinstance(batch, (list, tuple)) or len(batch) != 2:
            fail(f"batch {k} is not a pair (X_batch, y_batch)", code="WRONG_TYPE")
        X_batch, y_batch = batch
        if not isinstance(X_batch, np.ndarray) or X_batch.dtype.kind not in "fiu":
            fail(f"X_batch of batch {k} is not an array of numbers", code="WRONG_TYPE")
        if X_batch.ndim != 2 or X_batch.shape[1] != X.shape[1]:
            fail(
                f"X_batch of batch {k} has shape {X_batch.shape}: every row of X has {X.shape[1]} columns",
                code="WRONG_SHAPE",
            )
        if not isinstance(y_batch, np.ndarray) or y_batch.shape != (len(X_batch), *y.shape[1:]):
            found_as = f"has shape {y_batch.shape}" if isinstance(y_batch, np.ndarray) else "is not an array"
            fail(f"y_batch of batch {k} {found_as}, beside {len(X_batch)} rows of X", code="WRONG_SHAPE")
        rows = [numbers.get(tuple(row)) for row in X_batch.astype(float).tolist()]
        if None in rows:
            idea = "mb-columns" if np.isin(X_batch, X).all() else None
            fail(f"X_batch of batch {k} has a row that X does not have: rows move as a whole", misconception=idea)
        found.append(rows)
    return found


def expect_one_epoch(batches, X, y):
    """Demand every row of X exactly once, with its own target; return the rows in the order of the batches."""
    in_batches = rows_of(batches, X, y)
    rows = [row for batch in in_batches for row in batch]
    repeated = len(rows) - len(set(rows))
    if repeated:
        is_swapped = all(row <= place for place, row in enumerate(rows))
        # Equal batches come from one array that was filled again and again, not from drawing.
        is_drawn = len(rows) == len(X) and in_batches[:1] != in_batches[1:2]
        idea = "mb-pyshuffle" if is_swapped else "mb-replacement"
        fail(
            f"{repeated} of {len(rows)} rows in the batches are repetitions; an epoch shows every row once",
            misconception=idea if is_drawn else None,
        )
    missing = len(X) - len(rows)
    expect_true(missing == 0, f"{missing} of {len(X)} rows are in no batch")
    targets = np.concatenate([batch[1] for batch in batches])
    is_shuffled = np.array_equal(np.sort(targets, axis=0), np.sort(y, axis=0))
    expect_true(
        np.array_equal(targets, y[rows]), "the y_batches do not hold the targets of the rows in the X_batches",
        misconception="mb-rows-only" if np.array_equal(targets, y) else "split-sep" if is_shuffled else None,
    )  # fmt: skip
    judge = expect_ints if y.dtype.kind == "i" else expect_close
    judge(targets, y[rows], "y_batch")
    return rows


@check("minibatches", points=3, blames=BATCH_BLAMES)
def check_every_row_once_with_its_target(student, rng):
    """Every row comes once, with its own target."""
    for n, d, size in ((24, 3, 6), (15, 15, 5), (40, 2, 8)):
        X, y = normal(rng, n, d), normal(rng, n)
        expect_one_epoch(student.minibatches(X, y, size, stream(rng)), X, y)


@check("minibatches", points=3, blames=BATCH_BLAMES)
def check_sizes_of_batches(student, rng):
    """Every batch has batch_size rows, the short last one included."""
    for n, size in ((10, 4), (23, 5), (12, 4), (9, 8), (7, 1), (6, 6), (1, 1)):
        X, y = normal(rng, n, 3), normal(rng, n)
        batches = student.minibatches(X, y, size, stream(rng))
        sizes = [len(rows) for rows in rows_of(batches, X, y)]
        full, rest = divmod(n, size)
        ideas = {
            "mb-drop": [size] * full,
            "mb-even": [len(part) for part in np.array_split(np.arange(n), -(-n // size))],
            "mb-count": [len(part) for part in np.array_split(np.arange(n), size)],
        }
        idea = next((name for name, held in ideas.items() if sizes == held), "mb-empty-tail" if 0 in sizes else None)
        want = [size] * full + [rest] * (rest > 0)
        expect_true(sizes == want, f"{n} rows and batch_size {size} gave batches of {sizes} rows", misconception=idea)
        expect_one_epoch(batches, X, y)


@check("minibatches", points=2, blames=BATCH_BLAMES)
def check_rows_are_shuffled(student, rng):
    """The rows are shuffled as rng says, all of them, anew for another rng."""
    n, size = 240, 8
    X, y = normal(rng, n, 2), normal(rng, n)
    batches = rows_of(student.minibatches(X, y, size, stream(rng)), X, y)
    order = [row for batch in batches for row in batch]
    expect_true(
        order != sorted(order), "the rows come in the order in which they stand in X", misconception="mb-no-shuffle"
    )
    # A random order of 240 rows keeps about 2 pairs of neighbours together; 60 never happens by chance.
    neighbours = sum(abs(after - before) == 1 for before, after in zip(order, order[1:], strict=False))
    at_home = sum(row // size == place // size for place, row in enumerate(order))
    expect_true(
        at_home < 60, "rows stay in the batch in which they would be without shuffling", misconception="mb-within"
    )
    expect_true(neighbours < 60, "rows still stand beside their old neighbours", misconception="mb-batch-order")
    other = [row for batch in rows_of(student.minibatches(X, y, size, stream(rng)), X, y) for row in batch]
    expect_true(other != order, "another rng gives the same order", misconception="mb-own-rng")
    # That a random order leaves one of 40 rows in its place six times over happens once in a million runs.
    X, y = normal(rng, 40, 2), normal(rng, 40)
    epochs = [rows_of(student.minibatches(X, y, 7, stream(rng)), X, y) for _ in range(6)]
    places = [np.argsort([row for batch in epoch for row in batch]) for epoch in epochs]
    fixed = np.flatnonzero((np.array(places) == places[0]).all(axis=0))
    expect_true(
        not fixed.size,
        f"the same rows of X stand in the same places in six epochs: {fixed.tolist()}",
        misconception="mb-fixed-row",
    )


@check("minibatches", points=2, blames=BATCH_BLAMES)
def check_targets_keep_their_form(student, rng):
    """Targets as a column, labels as integers, samples with one column."""
    for n, d, size in ((11, 4, 3), (8, 1, 8), (9, 2, 1)):
        X = normal(rng, n, d)
        for y in (normal(rng, n, 1), rng.integers(0, 3, n)):
            expect_one_epoch(student.minibatches(X, y, size, stream(rng)), X, y)
    X, y = rng.permutation(60).reshape(20, 3), rng.integers(0, 2, (20, 1)).astype(float)
    expect_one_epoch(student.minibatches(X, y, 6, stream(rng)), X, y)


# Clipping


def joint_norm(grads):
    return float(np.linalg.norm(np.concatenate([np.ravel(array) for pair in grads for array in pair])))


def times(grads, factor):
    return [(factor * dW, factor * db) for dW, db in grads]


def each(clip):
    return lambda grads, limit: [tuple(clip(array, limit) for array in pair) for pair in grads]


def to_length(array, limit):
    return array * min(1.0, limit / np.linalg.norm(array))


CLIP_WRONG = {
    "clip-each": each(to_length),
    "clip-entries": each(lambda array, limit: np.clip(array, -limit, limit)),
    "clip-layers": lambda grads, limit: [times([pair], min(1.0, limit / joint_norm([pair])))[0] for pair in grads],
    "clip-square": lambda grads, limit: times(grads, min(1.0, limit / joint_norm(grads) ** 2)),
    "clip-square-compared": lambda grads, limit: (
        times(grads, limit / joint_norm(grads)) if joint_norm(grads) ** 2 > limit else grads
    ),
    "clip-to-one": lambda grads, limit: times(grads, 1 / joint_norm(grads)),
    "clip-weights-only": lambda grads, limit: [(to_length(dW, limit), db) for dW, db in grads],
    "clip-never": lambda grads, limit: grads,
    "clip-always": lambda grads, limit: times(grads, limit / joint_norm(grads)),
}
NORM_WRONG = {
    "clip-square": lambda grads: joint_norm(grads) ** 2,
    "clip-weights-only": lambda grads: joint_norm([(dW, np.zeros(1)) for dW, _ in grads]),
    "clip-sum-of-norms": lambda grads: sum(np.linalg.norm(array) for pair in grads for array in pair),
    "clip-largest": lambda grads: max(np.abs(array).max() for pair in grads for array in pair),
    "clip-root-mean": lambda grads: joint_norm(grads) / np.sqrt(sum(array.size for pair in grads for array in pair)),
}


ZERO_BLAMES = {
    "MUTATED_INPUT": "clip-in-place",
    "WARNED": "clip-zero",
    "NOT_FINITE": "clip-zero",
    "EXCEPTION": "clip-zero",
}


def expect_clipped(student, grads, limit):
    norm = joint_norm(grads)
    got = student.clip_by_global_norm(grads, float(limit))
    ideas = {name: lambda f=f: f(grads) for name, f in NORM_WRONG.items()}
    expect_close(got.norm, norm, "norm", unless=ideas | ({"clip-norm-after": limit} if norm > limit else {}))
    want = times(grads, min(1.0, limit / norm) if norm else 1.0)
    ideas = {
        name: lambda f=f: f(grads, limit) for name, f in CLIP_WRONG.items() if norm and differs(f, grads, limit, want)
    }
    # Gradients: 1e-6 of their size, so that an eps beside the norm, as some libraries have it, counts as right.
    expect_pairs(got.grads, want, "grads", tol=1e-6, scale=min(limit, norm), unless=ideas)


def differs(clip, grads, limit, want):
    with np.errstate(all="ignore"):
        pairs = zip(clip(grads, limit), want, strict=True)
        return not all(np.allclose(a, b) for mine, right in pairs for a, b in zip(mine, right, strict=True))


@check("clip_by_global_norm", points=3, blames={"MUTATED_INPUT": "clip-in-place"})
def check_long_gradients_are_scaled_together(student, rng):
    """Gradients that are too long are all scaled by one factor."""
    for shapes, size, limit in (
        ([(3, 4), (4, 2)], 1.0, 2.0),
        ([(2, 2), (2, 2), (2, 2)], 100.0, 5.0),
        ([(1, 1)], 3000.0, 0.5),
    ):
        grads = layers(rng, shapes, size)
        grads[0][1][:] *= 3.0  # so that the bias alone is too long as well
        grads[0][1][0] += 2 * limit
        expect_clipped(student, grads, limit)


@check("clip_by_global_norm", points=3, blames={"MUTATED_INPUT": "clip-in-place"})
def check_short_gradients_stay(student, rng):
    """Gradients that are short enough stay as they are, each alone or all together."""
    for shapes, size, limit in (([(3, 4), (4, 2)], 1.0, 300.0), ([(2, 5)], 0.1, 2.0), ([(4, 4), (4, 4)], 1.0, None)):
        grads = layers(rng, shapes, size)
        expect_clipped(student, grads, limit or joint_norm(grads) * (1 + 1e-9))
    # Every array is short enough, all of them together are not.
    grads = layers(rng, [(3, 3), (3, 3), (3, 2)])
    expect_clipped(student, grads, max(np.linalg.norm(array) for pair in grads for array in pair) * 1.05)
    whole = [(np.array([[3, 0], [0, -6]]), np.array([2, 0])), (np.array([[0], [1]]), np.array([7]))]
    expect_clipped(student, whole, 1.5)
    # The norm decides: not its square, which is larger or smaller, no sum of norms, and not the weights' norm alone.
    for norm, limit in ((10.0, 13.0), (0.8, 0.72)):
        grads = [(dW, 2 * db) for dW, db in layers(rng, [(6, 5), (5, 6)])]
        expect_clipped(student, times(grads, norm / joint_norm(grads)), limit)


@check("clip_by_global_norm", points=1, no_warnings=True, blames=ZERO_BLAMES)
def check_zero_gradients_stay_zero(student, rng):
    """Gradients that are all 0 stay 0, without a warning; large ones are no trouble."""
    expect_clipped(student, [(np.zeros((3, 2)), np.zeros(2)), (np.zeros((2, 1)), np.zeros(1))], 1.0)
    expect_clipped(student, layers(rng, [(3, 2)], 1e4), 1.0)


# Learning-rate schedule


def cosine(step, total_steps, base_lr):
    return float(base_lr * np.sin(0.5 * np.pi * (total_steps - step) / total_steps) ** 2)


COSINE_WRONG = {
    "cos-no-half": lambda step, total, base: 2 * cosine(step, total, base),
    "cos-no-pi": lambda step, total, base: 0.5 * base * (1 + np.cos(step / total)),
    "cos-rising": lambda step, total, base: base - cosine(step, total, base),
    "cos-off-by-one": lambda step, total, base: 0.5 * base * (1 + np.cos(np.pi * (step + 1) / total)),
    "cos-early-end": lambda step, total, base: 0.5 * base * (1 + np.cos(np.pi * step / (total - 1))),
    "cos-whole-division": lambda step, total, base: 0.5 * base * (1 + np.cos(np.pi * (step // total))),
    "cos-linear": lambda step, total, base: base * (1 - step / total),
    "cos-degrees": lambda step, total, base: 0.5 * base * (1 + np.cos(180 * step / total)),
    "cos-quarter": lambda step, total, base: base * np.cos(0.5 * np.pi * step / total),
    "cos-ints": lambda step, total, base: type(base)(cosine(step, total, base)),
}


@check("cosine_lr", points=2)
def check_schedule_on_the_way(student, rng):
    """The learning rate on the way down."""
    cases = [(3, 10, 0.1), (1, 7, 2.0), (5, 10, 0.3), (99, 120, 0.05), (999, 1000, 1.0), (2, 9, 3), (6, 9, 1)]
    cases += [(int(rng.integers(1, total)), total, float(rng.uniform(0.1, 3))) for total in (13, 50, 200)]
    compare(student.cosine_lr, cosine, cases, "the learning rate", unless=COSINE_WRONG)


@check("cosine_lr", points=2)
def check_schedule_ends(student, rng):
    """The learning rate at the first and at the last step."""
    cases = [(0, 10, 0.1), (10, 10, 0.5), (0, 1, 2.0), (1, 1, 2.0), (200, 200, 3), (0, 200, 3)]
    ideas = without(COSINE_WRONG, "cos-whole-division", "cos-linear", "cos-quarter", "cos-ints")
    compare(student.cosine_lr, cosine, cases, "the learning rate", unless=ideas)


# Rosenbrock's valley


def rosenbrock_slope(w):
    """The gradient as twice the transposed Jacobian of the two residuals 1 - a and 10·(b - a²) times the residuals."""
    a, b = (float(x) for x in w)
    return 2 * np.array([[-1.0, -20 * a], [0.0, 10.0]]) @ np.array([1 - a, 10 * (b - a * a)])


ROSENBROCK_WRONG = {
    "ros-no-inner": lambda w: np.array([2 * (1 - w[0]) + 200 * (w[1] - w[0] ** 2), 200 * (w[1] - w[0] ** 2)]),
    "ros-sign": lambda w: np.array([2 * (1 - w[0]) - 400 * w[0] * (w[1] - w[0] ** 2), 200 * (w[1] - w[0] ** 2)]),
    "ros-inner-half": lambda w: np.array([-2 * (1 - w[0]) + 200 * (w[1] - w[0] ** 2), 200 * (w[1] - w[0] ** 2)]),
    "ros-inner-sign": lambda w: np.array([-2 * (1 - w[0]) + 400 * w[0] * (w[1] - w[0] ** 2), 200 * (w[1] - w[0] ** 2)]),
    "ros-no-two": lambda w: rosenbrock_slope(w) / 2,
    "ros-descent": lambda w: -rosenbrock_slope(w),
    "ros-swapped": lambda w: rosenbrock_slope(w)[::-1],
}


def slope_size(w):
    # What goes in: the slope is made of terms of the size of 400·a³ and 400·a·b.
    return float(2 + 400 * max(1.0, abs(w[0])) * (abs(w[1]) + w[0] ** 2))


@check("rosenbrock_grad", points=3)
def check_slope_of_the_valley(student, rng):
    """The gradient anywhere around the valley."""
    cases = [(rng.uniform(-2, 2, 2),) for _ in range(4)] + [(rng.uniform(-100, 100, 2),), (np.array([-1.2, 1.0]),)]
    compare(
        student.rosenbrock_grad,
        rosenbrock_slope,
        cases,
        "the gradient",
        tol=1e-6,
        scale=slope_size,
        unless=ROSENBROCK_WRONG,
    )


@check("rosenbrock_grad", points=1)
def check_slope_of_special_places(student, rng):
    """At the lowest point, on the valley's floor, and for whole numbers."""
    cases = [
        (np.array([1.0, 1.0]),),
        (np.array([-1.5, 2.25]),),
        (np.array([0, 0]),),
        (np.array([3, -2]),),
        (np.array([0.0, 2.0]),),
    ]
    compare(
        student.rosenbrock_grad,
        rosenbrock_slope,
        cases,
        "the gradient",
        tol=1e-6,
        scale=slope_size,
        unless=ROSENBROCK_WRONG,
    )


# The capstone

MOVES = {
    "gd": lambda w, gs, lrs: -lrs[-1] * gs[-1],
    "momentum": lambda w, gs, lrs: momentum_move(w, gs, lrs, **DEFAULTS["momentum"]),
    "rmsprop": lambda w, gs, lrs: rmsprop_move(w, gs, lrs, **DEFAULTS["rmsprop"]),
    "adam": lambda w, gs, lrs: adam_move(w, gs, lrs, **DEFAULTS["adam"]),
    "adam, efficient": lambda w, gs, lrs: adam_efficient_move(w, gs, lrs, **DEFAULTS["adam"]),
}
# Measured over ten right programs of different style: paths of 25 steps differ by less than 1e-12 of the size of w.
PATH_TOLERANCE = 1e-8


def descent(order="algorithm 1", *, slope_at=lambda path: path[-1], memory=True):
    """Return minimize's counterpart; slope_at chooses where on the path the gradient is taken."""

    def minimize(grad, w0, method, lr, steps):
        move = MOVES["adam, efficient" if (method, order) == ("adam", "efficient") else method]
        path, gs = [np.asarray(w0, dtype=float)], []
        for _ in range(steps):
            gs.append(np.asarray(grad(slope_at(path)), dtype=float))
            seen = gs if memory else gs[-1:]
            path.append(path[-1] + move(path[-1], seen, [lr] * len(seen)))
        return path[-1], np.array(path)

    return minimize


def minimizer(student):
    """Return the student's minimize with the path as one array, whether it came as an array or as a list of arrays."""

    def minimize(grad, w0, method, lr, steps):
        w, path = student.minimize(grad, w0, method, lr, steps)
        if isinstance(path, (list, tuple)):
            for k, place in enumerate(path):
                if not isinstance(place, np.ndarray) or place.dtype.kind not in "fiu":
                    fail(f"path[{k}] is not an array of numbers", code="WRONG_TYPE")
                if place.shape != np.shape(w0):
                    fail(f"path[{k}] has shape {place.shape}, but w0 has {np.shape(w0)}", code="WRONG_SHAPE")
            path = np.array(path)
        return w, path

    return minimize


def rearranged(change):
    """Return minimize's counterpart with a path that change(w0, path) made of the right one."""

    def minimize(grad, w0, method, lr, steps):
        w, path = descent()(grad, w0, method, lr, steps)
        return w, change(path)

    return minimize


def normed(grad, w0, method, lr, steps):
    return descent()(lambda w: grad(w) / np.linalg.norm(grad(w)), w0, method, lr, steps)


def always(method):
    return lambda grad, w0, _, lr, steps: descent()(grad, w0, method, lr, steps)


def stopped(grad, w0, method, lr, steps):
    w, path = descent()(grad, w0, method, lr, steps)
    at_rest = np.flatnonzero((path[1:] == path[:-1]).all(axis=1))
    return w, path[: at_rest[0] + 1] if at_rest.size else path


MINIMIZE_WRONG = {
    "min-early-stop": stopped,
    "min-path-aliased": rearranged(lambda path: np.repeat(path[-1:], len(path), axis=0)),
    "min-path-without-start": rearranged(lambda path: path[1:]),
    "min-path-without-end": rearranged(lambda path: path[:-1]),
    "min-path-late": rearranged(lambda path: np.concatenate([path[:1], path[:-1]])),
    "min-start-slope": descent(slope_at=lambda path: path[0]),
    "min-late-slope": descent(slope_at=lambda path: path[max(0, len(path) - 2)]),
    "min-unit-steps": normed,
    "min-one-step-short": lambda grad, w0, method, lr, steps: descent()(grad, w0, method, lr, steps - 1),
    "min-always-adam": always("adam"),
    "min-ascent": lambda grad, w0, method, lr, steps: descent()(lambda w: -grad(w), w0, method, lr, steps),
}
MEMORY_WRONG = {"min-state-lost": descent(memory=False), "min-always-gd": always("gd")}


def bowl(rng, size, steepness=1.0):
    """Return the gradient of a bowl that is lowest off the origin, of many curvatures, and steeper farther out."""
    A = normal(rng, size, size)
    A = A @ A.T / size + np.diag(rng.uniform(0.5, 1.5, size))
    centre = normal(rng, size)

    def grad(w):
        away = np.asarray(w, dtype=float) - centre
        with np.errstate(all="ignore"):  # a walk that goes uphill may go very far
            return steepness * (A @ away + 0.2 * away**3)

    return grad


def slope_that_ends(w):
    return np.where(np.asarray(w) > 0, 1.0, 0.0)


def expect_path(student, rng, method, lr, order="algorithm 1"):
    cases = [(bowl(rng, size), 2 * normal(rng, size), method, lr, steps) for size, steps in ((5, 8), (1, 12), (3, 25))]
    cases.append((slope_that_ends, rng.uniform(0.3, 0.8, 2), method, lr, 25))  # comes to where the gradient is 0
    if method in ("rmsprop", "adam"):  # gradients as small as eps
        cases.append((bowl(rng, 2, steepness=1e-8), 2 * normal(rng, 2), method, lr, 4))
    ideas = MINIMIZE_WRONG | (MEMORY_WRONG if method in ("rmsprop", "adam") else {})  # alike for the other two
    compare(minimizer(student), descent(order), cases, ["w", "path"], tol=PATH_TOLERANCE, unless=ideas)


@check("minimize", points=3, blames={"MUTATED_INPUT": "min-in-place"})
def check_plain_descent(student, rng):
    """Plain gradient descent: the end and the whole path."""
    expect_path(student, rng, "gd", 0.05)


@check("minimize", points=2, blames={"MUTATED_INPUT": "min-in-place"})
def check_descent_with_momentum(student, rng):
    """With momentum: the same path as the steps by themselves."""
    expect_path(student, rng, "momentum", 0.02)


@check("minimize", points=2, blames={"MUTATED_INPUT": "min-in-place"})
def check_descent_with_rmsprop(student, rng):
    """With RMSprop: the same path as the steps by themselves."""
    expect_path(student, rng, "rmsprop", 0.05)


@check("minimize", points=3, blames={"MUTATED_INPUT": "min-in-place"})
def check_descent_with_adam(student, rng):
    """With Adam: the same path as the steps by themselves."""
    w, _ = student.minimize(lambda w: np.full(1, 1e-8), np.zeros(1), "adam", 1.0, 1)
    is_efficient = is_like(w, np.zeros(1)) and abs(abs(w[0]) - EFFICIENT_FIRST_MOVE) < 1e-6
    expect_path(student, rng, "adam", 0.1, "efficient" if is_efficient else "algorithm 1")


@check("minimize", points=2, blames={"MUTATED_INPUT": "min-in-place"})
def check_walks_of_no_and_one_step(student, rng):
    """Walks of no step and of one; a start given in whole numbers."""
    cases = [(bowl(rng, 3), normal(rng, 3), method, 0.1, steps) for method in ("gd", "adam") for steps in (0, 1)]
    cases += [(bowl(rng, 4), rng.integers(-3, 4, 4), method, 0.05, 3) for method in ("gd", "momentum", "rmsprop")]
    cut = {"min-ints": lambda grad, w0, *rest: tuple(x.astype(w0.dtype) for x in descent()(grad, w0, *rest))}
    compare(minimizer(student), descent(), cases, ["w", "path"], tol=1e-6, unless=MINIMIZE_WRONG | cut)


@check(
    "minimize", points=1, repeat=False, blames={"WRONG_VALUE": "min-unknown-accepted", "EXCEPTION": "min-other-error"}
)
def check_unknown_methods_are_refused(student, rng):
    """An unknown method is a ValueError, before the first step."""
    expect_accepted(student.minimize, lambda w: 2 * np.asarray(w), np.array([1.0, -2.0]), "gd", 0.1, 3)
    asked = []

    def grad(w):
        asked.append(w)
        return 2 * np.asarray(w)

    for method in ("newton", "sgd"):
        expect_raises(ValueError, student.minimize, grad, np.array([1.0, -2.0]), method, 0.1, 3)
    expect_true(
        not asked, "the gradient was asked for although the method is unknown: refuse it before the first step",
        misconception="min-refused-late",
    )  # fmt: skip


@check("minimize", points=1, repeat=False, blames={"WRONG_VALUE": "min-refused-late", "EXCEPTION": "min-other-error"})
def check_unknown_methods_are_refused_without_steps(student, rng):
    """An unknown method is a ValueError also when no step is to be taken."""
    expect_accepted(student.minimize, lambda w: 2 * np.asarray(w), np.array([1.0, -2.0]), "gd", 0.1, 0)
    expect_raises(ValueError, student.minimize, lambda w: 2 * np.asarray(w), np.array([1.0, -2.0]), "newton", 0.1, 0)


@check("minimize", points=1, repeat=False)
def check_adam_crosses_the_valley(student, rng):
    """Adam finds its way along Rosenbrock's valley."""
    w0 = np.array([-1.2, 1.0]) + rng.uniform(-0.05, 0.05, 2)
    w, path = minimizer(student)(rosenbrock_slope, w0, "adam", 0.4, 150)
    expect_true(
        np.shape(path) == (151, 2) and is_like(w, w0),
        "the walk does not end in one place w of a path of 151",
        code="WRONG_SHAPE",
    )
    expect_close(w, path[-1], "w")
    a, b = w
    # Measured from 300 starts, with either order of Adam: 0.10 to 0.15; the start is at about 24.
    expect_true(
        (1 - a) ** 2 + 100 * (b - a * a) ** 2 < 0.4, "after 150 steps with lr 0.4 w is still far from the lowest point"
    )
