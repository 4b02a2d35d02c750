"""The hidden checks of chapter 6: protocol, metrics and training against oracles, capstones by their outcome."""

import copy
import functools

import numpy as np

from grader.checks import (
    beyond, check, compare, expect_numbers, expect_pairs, expect_true, fail, ints, normal, stream,
)  # fmt: skip

TRAINED = 1e-8
"""Tolerance of trained params. Measured over 120 draws of the problems below: six right programs (sums in other orders
by einsum, loops and dot; either order of Adam; one in long double) differ from the oracle by at most 3.1e-10, and that
only where a gradient that is 0 in theory comes out as rounding, which Adam divides by 1e-8; elsewhere by 1e-13. The
mistakes that differ by less (a gradient too large by a factor, epsilon inside the root) have a check with tiny gradients.
"""

PASS_ACCURACY = 0.85
PASS_R2_SADDLE = 0.80
PASS_R2_CORNER = 0.60
PASS_R2_SINE = 0.60
"""Pass marks of the capstones; the measured table behind them stands in notes.md."""


# Splitting


def read_parts(got, n, fractions):
    """Return the parts of a split as int64 arrays of row numbers, or end the check because they are none."""
    expect_true(isinstance(got, (list, tuple)), "split_indices does not return a tuple of arrays", code="WRONG_TYPE")
    expect_true(len(got) == len(fractions), f"{len(got)} parts for {len(fractions)} fractions", code="WRONG_SHAPE")
    for k, part in enumerate(got):
        expect_true(isinstance(part, np.ndarray), f"part {k} is no NumPy array", code="WRONG_TYPE")
        expect_true(part.ndim == 1, f"part {k} has shape {part.shape}, expected one dimension", code="WRONG_SHAPE")
        expect_true(part.dtype.kind in "iu", f"part {k} is an array of {part.dtype}, expected ints", code="WRONG_TYPE")
        expect_true(part.size > 0, f"part {k} is empty", code="WRONG_SHAPE")
        expect_true(np.all((part >= 0) & (part < n)), f"part {k} has a number outside 0 to {n - 1}")
    return [part.astype(np.int64) for part in got]


def sizes_of(n, fractions, count):
    """Return the sizes of the parts when count turns each share into rows and the last part gets what is left."""
    sizes = [count(n, fraction) for fraction in fractions[:-1]]
    return [*sizes, n - sum(sizes)]


def cut_sizes(n, fractions):
    """Return the sizes that come of cutting at the whole part of the running total."""
    cuts = [int(n * total) for total in np.cumsum(fractions[:-1])]
    return [int(size) for size in np.diff([0, *cuts, n])]


WRONG_SIZES = {
    "split-round": lambda n, fractions: sizes_of(n, fractions, lambda n, share: round(n * share)),
    "split-ceil": lambda n, fractions: sizes_of(n, fractions, lambda n, share: int(np.ceil(n * share))),
    "split-cumulative": cut_sizes,
    "split-drops-rest": lambda n, fractions: [int(n * share) for share in fractions],
    "split-rest-first": lambda n, fractions: sizes_of(n, fractions[::-1], lambda n, share: int(n * share))[::-1],
    "split-gap": lambda n, fractions: [
        size - (k > 0) for k, size in enumerate(sizes_of(n, fractions, lambda n, share: int(n * share)))
    ],
}  # fmt: skip


@check("split_indices", points=2, blames={"NOT_REPEATABLE": "split-global-rng"})
def check_every_row_is_in_exactly_one_part(student, rng):
    """Every row number is in exactly one part."""
    cases = [
        (40, (0.5, 0.25, 0.25)),
        (23, (0.7, 0.3)),
        (int(rng.integers(50, 90)), [0.4, 0.3, 0.2, 0.1]),
        (31, (0.5, 0.3, 0.2)),
    ]
    splits = [read_parts(student.split_indices(n, fractions, stream(rng)), n, fractions) for n, fractions in cases]
    sizes = [[len(part) for part in parts] for parts in splits]
    for (n, _), parts in zip(cases, splits, strict=True):
        counts = np.bincount(np.concatenate(parts), minlength=n)
        if counts.max() > 1:
            apart = all(len(part) == len(np.unique(part)) for part in parts)
            fail(
                f"{np.sum(counts > 1)} of {n} row numbers occur more than once",
                misconception="split-overlap" if apart else None,
            )  # fmt: skip
        if counts.min() == 0:
            held = [
                name
                for name in ("split-gap", "split-drops-rest")
                if sizes == [WRONG_SIZES[name](*case) for case in cases]
            ]
            fail(f"{np.sum(counts == 0)} of {n} row numbers are in no part", misconception=held[0] if held else None)


@check("split_indices", points=3)
def check_the_parts_have_the_sizes_asked_for(student, rng):
    """Part k has int(n * fractions[k]) rows, and the last part all that remain."""
    cases = [
        (30, (0.5, 0.2, 0.3)),
        (100, (0.29, 0.57, 0.14)),  # 100 * 0.29 is 28.999999999999996, and int() of it is 28
        (10, (0.33, 0.33, 0.34)),  # 3, 3 and the rest: cutting at int(6.6) and rounding give something else
        (19, (0.25, 0.25, 0.25, 0.25)),
        (11, (0.55, 0.45)),
        (int(rng.integers(200, 400)), (0.615, 0.385)),
        (47, (0.1, 0.6, 0.3)),
    ]
    seen, wrong = [], None
    for n, fractions in cases:
        parts = read_parts(student.split_indices(n, fractions, stream(rng)), n, fractions)
        sizes = [len(part) for part in parts]
        seen.append(sizes)
        if wrong is None and sizes != sizes_of(n, fractions, lambda n, share: int(n * share)):
            wrong = f"for n = {n} and fractions = {fractions} the parts have {sizes} rows, which is not right"
    held = [name for name, size in WRONG_SIZES.items() if seen == [size(*case) for case in cases]]
    expect_true(wrong is None, wrong, misconception=held[0] if held else None)


@check("split_indices", points=2)
def check_the_rows_are_shuffled(student, rng):
    """Which rows go where, and in which order, is drawn from rng."""
    n, fractions, draws = 60, (0.5, 0.25, 0.25), 24
    splits = [read_parts(student.split_indices(n, fractions, stream(rng)), n, fractions) for _ in range(draws)]
    orders = [np.concatenate(split).tolist() for split in splits]
    if all(order == sorted(order) for order in orders):
        fail("the parts hold the rows in the order they came in", misconception="split-order")
    if all(order == orders[0] for order in orders):
        fail("another rng gives the same split again", misconception="split-fixed-seed")
    # How often a row was dealt to a part is binomial: of variance draws·p·(1 - p), p the part's share. The mean over
    # the rows of the squared distances from draws·p is within 1 ± 6·sqrt(2/n) times that, and far above for fixed parts.
    for k, share_of_rows in enumerate(fractions):
        dealt = np.bincount(np.concatenate([split[k] for split in splits]), minlength=n)
        surplus = np.mean((dealt - draws * share_of_rows) ** 2) / (draws * share_of_rows * (1 - share_of_rows))
        if surplus > 1 + 6 * np.sqrt(2 / n):
            blocks = all(np.array_equal(np.sort(np.concatenate(split)), np.arange(n)) for split in splits) and all(
                np.ptp(part) == len(part) - 1 for split in splits for part in split
            )
            fail(
                f"some rows come to part {k} far more often than others",
                misconception="split-blocks" if blocks else None,
            )
    if all(np.all(np.diff(part) > 0) for split in splits for part in split):
        fail("the rows within a part are in rising order", misconception="split-sorted")
    neighbours = np.mean([np.mean(np.abs(np.diff(order)) == 1) for order in orders])
    expect_true(neighbours < 0.15, "most rows still follow the row that came before them")
    for k in range(len(fractions)):
        rising = np.mean([np.mean(np.diff(split[k]) > 0) for split in splits])
        expect_true(rising < 0.75, f"most rows of part {k} are in rising order")


# Scaling


def scaler_by_loops(X):
    """Return mean and population standard deviation of every column, one column at a time."""
    means, stds = [], []
    for column in X.T.tolist():
        mean = sum(column) / len(column)
        spread = sum((x - mean) ** 2 for x in column) / len(column)
        means.append(mean)
        stds.append(spread**0.5 if max(column) > min(column) else 1.0)
    return np.array(means), np.array(stds)


def wrong_scaler(spread, centre=lambda X: X.mean(axis=0)):
    """Return a scaler that measures the spread of the columns of X otherwise, and handles constant ones."""

    def scaler(X):
        std = np.asarray(spread(X), dtype=float)
        return centre(X), np.where(np.ptp(X, axis=0) == 0, 1.0, std) if std.shape == X.shape[1:] else std

    return scaler


WRONG_SCALERS = {
    "scaler-ddof": wrong_scaler(lambda X: X.std(axis=0) * np.sqrt(len(X) / np.float64(len(X) - 1))),
    "scaler-variance": wrong_scaler(lambda X: X.var(axis=0)),
    "scaler-all-columns": lambda X: (X.mean(), X.std()),
    "scaler-rows": lambda X: (X.mean(axis=1), np.where(np.ptp(X, axis=1) == 0, 1.0, X.std(axis=1))),
    "scaler-swapped": lambda X: scaler_by_loops(X)[::-1],
    "scaler-range": wrong_scaler(lambda X: X.max(axis=0) - X.min(axis=0)),
    "scaler-minmax": wrong_scaler(lambda X: X.max(axis=0) - X.min(axis=0), lambda X: X.min(axis=0)),
    "scaler-mean-distance": wrong_scaler(lambda X: np.abs(X - X.mean(axis=0)).mean(axis=0)),
    "scaler-root-mean-square": wrong_scaler(lambda X: np.sqrt((X * X).mean(axis=0))),
    "scaler-at-least-one": wrong_scaler(lambda X: np.maximum(X.std(axis=0), 1.0)),
    "scaler-threshold": wrong_scaler(lambda X: np.where(X.std(axis=0) < 1e-3, 1.0, X.std(axis=0))),
    "scaler-int": lambda X: (X.mean(axis=0).astype(X.dtype), X.std(axis=0).astype(X.dtype)),
}


def scaler_cases(rng):
    """Return rows whose columns differ in place and size, none of them constant."""
    columns = np.array([0.05, 1.0, 30.0, 400.0])
    whole = rng.integers(-3, 4, (8, 3))
    whole[:2] = [[-1, 0, 2], [2, -3, 0]]
    return [
        (normal(rng, 7, 4) * columns + columns,),
        (normal(rng, 4, 4) * columns - 2 * columns,),
        (whole,),
        (normal(rng, 30, 2) * 100,),
        (normal(rng, 2, 5) + 0.5,),
        (normal(rng, 9, 2) * [1.0, 5e-6],),  # far from constant: its numbers are exact to 16 digits
    ]  # fmt: skip


@check("fit_scaler", points=3)
def check_mean_and_population_std_of_every_column(student, rng):
    """One mean and one population standard deviation for every column."""
    cases = scaler_cases(rng)
    compare(student.fit_scaler, scaler_by_loops, cases, ["mean", "std"], unless=WRONG_SCALERS)


@check("fit_scaler", points=3)
def check_a_constant_column_gets_std_one(student, rng):
    """A column that never changes gets a standard deviation of 1.0, whatever its value."""
    X = normal(rng, 9, 5) * [1.0, 0.2, 5.0, 0.1, 50.0]
    X[:, 1], X[:, 3] = 7.0, 0.0
    X[[1, -1], 2] = X[0, 2]  # a column that begins and ends alike is not constant
    whole = rng.integers(-5, 6, (6, 3))
    whole[:2, 1:] = [[1, -2], [4, 3]]
    whole[:, 0] = -20000
    one_row = ints(rng, -90, 90, (1, 4))

    def without_spread(std):
        return lambda X: (X.mean(axis=0), std(X))

    wrong = {
        "scaler-zero-std": without_spread(lambda X: np.where(np.ptp(X, axis=0) == 0, 0.0, X.std(axis=0))),
        "scaler-epsilon": without_spread(lambda X: np.where(np.ptp(X, axis=0) == 0, 0.0, X.std(axis=0)) + 1e-8),
        "scaler-at-least-one": WRONG_SCALERS["scaler-at-least-one"],
        "scaler-zeros-only": without_spread(lambda X: np.where(np.all(X == 0, axis=0), 1.0, X.std(axis=0))),
        "scaler-ddof": WRONG_SCALERS["scaler-ddof"],
        "scaler-variance": WRONG_SCALERS["scaler-variance"],
    }
    compare(student.fit_scaler, scaler_by_loops, [(X,), (whole,), (one_row,)], ["mean", "std"], unless=wrong)


def scaled_entry_by_entry(X, mean, std):
    """Return X scaled, one entry at a time."""
    out = np.zeros(X.shape)
    for i, j in np.ndindex(X.shape):
        out[i, j] = (float(X[i, j]) - float(mean[j])) / float(std[j])
    return out


def own_statistics(X, *_):
    """Return X scaled by its own statistics."""
    std = X.std(axis=0)
    return (X - X.mean(axis=0)) / np.where(std == 0, 1.0, std)


WRONG_APPLIED = {
    "apply-own-statistics": own_statistics,
    "apply-no-mean": lambda X, mean, std: X / std,
    "apply-no-std": lambda X, mean, std: X - mean,
    "apply-times-std": lambda X, mean, std: (X - mean) * std,
    "apply-variance": lambda X, mean, std: (X - mean) / std**2,
    "apply-precedence": lambda X, mean, std: X - mean / std,
    "apply-sign": lambda X, mean, std: (mean - X) / std,
    "apply-per-row": lambda X, mean, std: (X - mean[:, None]) / std[:, None],
    "apply-int": lambda X, mean, std: ((X - mean) / std).astype(np.asarray(X).dtype),
}


@check("apply_scaler", points=2, blames={"MUTATED_INPUT": "apply-in-place"})
def check_new_rows_are_scaled_by_the_statistics_given(student, rng):
    """Rows are scaled by the mean and std given, not by their own."""
    cases = []
    for N, D in [(4, 4), (6, 3), (1, 4), (15, 2)]:
        mean, std = 20 * normal(rng, D), rng.uniform(0.1, 9.0, D)
        cases.append((normal(rng, N, D) * 3 * std + mean + std, mean, std))
    cases.append((normal(rng, 5, 3) * 100, normal(rng, 3), np.array([1.0, 0.01, 250.0])))
    compare(student.apply_scaler, scaled_entry_by_entry, cases, "the result", unless=WRONG_APPLIED)


@check("apply_scaler", points=1)
def check_whole_numbers_are_scaled_too(student, rng):
    """Whole numbers are scaled without being cut to integers."""
    X, square = rng.integers(-9, 10, (5, 3)), rng.integers(-9, 10, (3, 3))
    X[0], square[0] = [0, 3, -4], [-7, 0, 2]
    cases = [
        (X, np.array([2, -1, 0]), np.array([4, 3, 7])),
        (square, np.array([0.5, 3.25, -2.0]), np.array([2.5, 1.0, 0.75])),
        (X[:1], np.array([1.5, 0.0, -3.0]), np.array([1.0, 4.0, 8.0])),
    ]
    compare(student.apply_scaler, scaled_entry_by_entry, cases, "the result", unless=WRONG_APPLIED)


# One-hot rows and metrics


def one_hot_by_comparison(y, n_classes):
    """Return 1.0 where a column's number is the row's label."""
    return np.where(y[:, None] == np.arange(n_classes)[None, :], 1.0, 0.0)


WRONG_ONE_HOT = {
    "onehot-1": lambda y, n_classes: np.eye(n_classes)[y - 1],
    "onehot-transposed": lambda y, n_classes: np.eye(n_classes)[y].T,
    "onehot-from-data": lambda y, n_classes: np.eye(int(y.max()) + 1)[y],
    "onehot-present": lambda y, n_classes: np.eye(len(np.unique(y)))[np.unique(y, return_inverse=True)[1].ravel()],
    "onehot-block": lambda y, n_classes: np.tile(np.eye(n_classes)[y].max(axis=0), (len(y), 1)),
    "onehot-labels": lambda y, n_classes: np.eye(n_classes)[y] * y[:, None],
    "onehot-from-one": lambda y, n_classes: np.eye(n_classes + 1)[y + 1][:, :n_classes],
}


def numbers_from(one_hot):
    """Return one_hot as a function that must not give bools."""

    def call(y, n_classes):
        got = one_hot(y, n_classes)
        is_bool = isinstance(got, np.ndarray) and got.dtype == bool
        message = "the result holds True and False, expected the numbers 1.0 and 0.0"
        expect_true(not is_bool, message, code="WRONG_TYPE", misconception="onehot-bool")
        return got

    return call


@check("one_hot", points=2)
def check_one_one_in_every_row(student, rng):
    """Every row has its 1 in the column of its label."""
    cases = [(rng.permutation(np.arange(7) % 3), 3), (rng.permutation(np.arange(4)), 4), (np.array([1, 0, 1, 1, 0]), 2)]
    compare(numbers_from(student.one_hot), one_hot_by_comparison, cases, "the result", unless=WRONG_ONE_HOT)


@check("one_hot", points=2)
def check_classes_that_do_not_occur_have_a_column_too(student, rng):
    """A class that does not occur among the labels has its column all the same."""
    cases = [
        (rng.permutation([0, 2, 2, 0, 2]), 3),
        (rng.integers(0, 2, 6), 5),
        (np.array([int(rng.integers(1, 3))]), 4),
        (np.array([3, 3, 1]), 6),
    ]
    compare(numbers_from(student.one_hot), one_hot_by_comparison, cases, "the result", unless=WRONG_ONE_HOT)


def count_pairs(y, p, n_classes):
    """Return how often each pair of truth and prediction occurs, counted pair by pair."""
    return np.array([[sum((y == t) & (p == c)) for c in range(n_classes)] for t in range(n_classes)], dtype=np.int64)


def counted_once(y, p, n_classes):
    """Return 1 where a pair occurs, however often."""
    return np.minimum(count_pairs(y, p, n_classes), 1)


WRONG_CONFUSION = {
    "cm-dup": counted_once,
    "cm-transposed": lambda y, p, n_classes: count_pairs(p, y, n_classes),
    "cm-from-data": lambda y, p, n_classes: count_pairs(y, p, int(max(y.max(), p.max())) + 1),
    "cm-hits-only": lambda y, p, n_classes: np.diag(np.diag(count_pairs(y, p, n_classes))),
    "cm-misses-only": lambda y, p, n_classes: count_pairs(y, p, n_classes) * (1 - np.eye(n_classes, dtype=int)),
    "cm-shares": lambda y, p, n_classes: (
        count_pairs(y, p, n_classes) / np.maximum(count_pairs(y, p, n_classes).sum(axis=1, keepdims=True), 1)
    ),
    "cm-present": lambda y, p, n_classes: count_pairs(
        *np.split(np.unique(np.concatenate([y, p]), return_inverse=True)[1].ravel(), [len(y)]),
        len(np.unique(np.concatenate([y, p]))),
    ),
    "cm-wraps": lambda y, p, n_classes: count_pairs(y, p, n_classes).astype(np.uint8),
}  # fmt: skip


def some_labels(rng, N, C):
    """Return truth and predictions of N samples whose mistakes are unlike, so that no two cells count the same."""
    y = rng.permutation(np.arange(N) % C)
    p = np.where(rng.random(N) < 0.5, y, np.minimum(rng.integers(0, C, N), rng.integers(0, C, N)))
    return y, p


@check("confusion_matrix", points=2)
def check_truth_in_rows_and_prediction_in_columns(student, rng):
    """The row says what a sample is, the column what it was taken for."""
    y = np.array([0, 1, 2, 2, 1, 0, 2, 0])
    p = np.array([0, 2, 2, 1, 0, 0, 1, 2])
    order = rng.permutation(8)
    cases = [(y[order], p[order], 3), (*some_labels(rng, 40, 4), 4), (np.array([1, 0, 1]), np.array([0, 0, 1]), 2)]
    compare(student.confusion_matrix, count_pairs, cases, "the matrix", kind="ints", unless=WRONG_CONFUSION)


@check("confusion_matrix", points=2)
def check_every_sample_is_counted(student, rng):
    """Samples that share a cell are all counted."""
    cases = [
        (np.array([1, 1, 1, 1, 0]), np.array([1, 1, 1, 1, 1]), 2),
        (np.full(6, 2), np.array([0, 0, 2, 2, 2, 0]), 3),
        (*some_labels(rng, 300, 3), 3),
        (*some_labels(rng, 1500, 2), 2),  # more in a cell than a byte can count
    ]
    compare(student.confusion_matrix, count_pairs, cases, "the matrix", kind="ints", unless=WRONG_CONFUSION)


@check("confusion_matrix", points=1)
def check_every_class_has_its_row_and_column(student, rng):
    """A class that is missing from truth or predictions has its row and column all the same."""
    cases = [
        (rng.integers(0, 3, 9), rng.integers(0, 2, 9), 5),
        (np.array([2]), np.array([1]), 4),
        (np.array([0, 0, 3]), np.array([3, 4, 0]), 6),
    ]
    compare(student.confusion_matrix, count_pairs, cases, "the matrix", kind="ints", unless=WRONG_CONFUSION)


def ratio(part, whole):
    """Return part/whole, and 0 where whole is 0."""
    return part / whole if whole else 0.0


def scores_by_counting(cm):
    """Return precision, recall and F1 of every class, from true positives, false positives and false negatives."""
    rows = []
    for k in range(len(cm)):
        hits = int(cm[k, k])
        false_alarms = sum(int(cm[t, k]) for t in range(len(cm)) if t != k)
        missed = sum(int(cm[k, c]) for c in range(len(cm)) if c != k)
        precision, recall = ratio(hits, hits + false_alarms), ratio(hits, hits + missed)
        rows.append([precision, recall, ratio(2 * precision * recall, precision + recall)])
    return np.array(rows)


def wrong_scores(change):
    """Return a scorer that changes the right scores S of a confusion matrix."""
    return lambda cm: change(scores_by_counting(cm), cm)


def with_f1(S, f1):
    """Return the scores with another last column."""
    return np.stack([S[:, 0], S[:, 1], f1], axis=1)


def rejected_share(cm):
    """Return for every class the share of the other classes' samples that were not taken for it."""
    others = cm.sum() - cm.sum(axis=1)
    rejected = others - cm.sum(axis=0) + np.diag(cm)
    return [ratio(r, o) for r, o in zip(rejected, others, strict=True)]


def with_nan(S, cm):
    """Return the scores with nan where a ratio is 0/0."""
    never_called, not_there = cm.sum(axis=0) == 0, cm.sum(axis=1) == 0
    precision, recall = np.where(never_called, np.nan, S[:, 0]), np.where(not_there, np.nan, S[:, 1])
    with np.errstate(all="ignore"):
        total = precision + recall
        return np.stack([precision, recall, np.where(total == 0, np.nan, 2 * precision * recall / total)], axis=1)


WRONG_SCORES = {
    "prec-rec": wrong_scores(lambda S, cm: S[:, [1, 0, 2]]),
    "f1-arithmetic": wrong_scores(lambda S, cm: with_f1(S, (S[:, 0] + S[:, 1]) / 2)),
    "f1-no-two": wrong_scores(lambda S, cm: with_f1(S, S[:, 2] / 2)),
    "f1-product": wrong_scores(lambda S, cm: with_f1(S, S[:, 0] * S[:, 1])),
    "prf-average": wrong_scores(lambda S, cm: S.mean(axis=0)),
    "prf-transposed": wrong_scores(lambda S, cm: S.T),
    "prf-micro": wrong_scores(lambda S, cm: np.full_like(S, ratio(np.trace(cm), cm.sum()))),
    "prf-all-samples": wrong_scores(
        lambda S, cm: np.stack([np.diag(cm) / cm.sum()] * 2 + [2 * np.diag(cm) / (2 * cm.sum())], axis=1)
    ),
    "prf-accuracy": wrong_scores(
        lambda S, cm: np.stack([S[:, 0], S[:, 1], 1 - (cm.sum(0) + cm.sum(1) - 2 * np.diag(cm)) / cm.sum()], axis=1)
    ),
    "prf-specificity": wrong_scores(lambda S, cm: np.stack([S[:, 0], rejected_share(cm), S[:, 2]], axis=1)),
    "prf-nan": wrong_scores(with_nan),
}  # fmt: skip


@check("precision_recall_f1", points=3)
def check_precision_recall_and_f1_of_every_class(student, rng):
    """One row a class: precision, recall, F1."""
    cases = [
        (np.array([[5, 1, 2], [3, 7, 1], [2, 4, 6]]),),
        (np.array([[4, 5], [1, 9]]),),
        (rng.integers(1, 30, (5, 5)) + np.diag(rng.integers(10, 60, 5)),),
        (count_pairs(*some_labels(rng, 60, 4), 4) + np.triu(np.ones((4, 4), dtype=np.int64)),),
    ]
    compare(student.precision_recall_f1, scores_by_counting, cases, "the result", unless=WRONG_SCORES)


def cases_with_zeros():
    """Return confusion matrices with classes that are never called, not there, or never right."""
    return [
        (np.array([[3, 0, 2], [4, 0, 1], [0, 0, 5]]),),
        (np.array([[6, 2, 1], [0, 0, 0], [1, 3, 4]]),),
        (np.array([[0, 7], [2, 0]]),),
        (np.array([[2, 0, 0, 1], [0, 0, 0, 0], [3, 0, 1, 0], [0, 0, 0, 0]]),),
        (np.array([[0, 0], [9, 0]]),),
        (np.array([[1, 0, 0], [2, 0, 3], [0, 0, 0]]),),  # a class of one sample, found
    ]


@check("precision_recall_f1", points=2)
def check_an_undefined_ratio_is_zero(student, rng):
    """What would be 0/0 is 0: a class never predicted, one that does not occur, one never right."""
    cases = []
    for (
        cm,
    ) in cases_with_zeros():  # each behind one without zeros: entries that nobody sets hold what was there before
        cases += [(rng.integers(1, 9, cm.shape),)] * 2 + [(cm,)]
    compare(student.precision_recall_f1, scores_by_counting, cases, "the result", unless=WRONG_SCORES)


@check("precision_recall_f1", points=1, no_warnings=True, blames={"WARNED": "prf-warns"})
def check_zeros_raise_no_warning(student, rng):
    """Classes without samples or predictions raise no warning."""
    compare(
        student.precision_recall_f1, scores_by_counting, cases_with_zeros(), "the result", unless=WRONG_SCORES
    )  # fmt: skip


def r2_by_lists(y, p):
    """Return 1 - unexplained/spread, from plain lists."""
    truth, guess = np.ravel(y).tolist(), np.ravel(p).tolist()
    mean = sum(truth) / len(truth)
    misses = [t - g for t, g in zip(truth, guess, strict=True)]  # may be huge, and then ** raises what * makes infinite
    return 1 - sum(miss * miss for miss in misses) / sum((t - mean) ** 2 for t in truth)


def flat(function):
    """Return a scorer of flat arrays y and p."""
    return lambda y, p: float(function(np.ravel(y).astype(float), np.ravel(p).astype(float)))


def spread(y):
    """Return the sum of squared distances from the mean."""
    return np.sum((y - y.mean()) ** 2)


WRONG_R2 = {
    "r2-bcast": lambda y, p: float(1 - np.sum((y - p) ** 2) / np.sum((y - y.mean()) ** 2)),
    "r2-bcast-mean": lambda y, p: float(1 - np.mean((y - p) ** 2) / np.var(y)),
    "r2-swapped": flat(lambda y, p: 1 - np.sum((y - p) ** 2) / spread(p)),
    "r2-correlation": flat(lambda y, p: np.corrcoef(y, p)[0, 1] ** 2),
    "r2-no-one-minus": flat(lambda y, p: np.sum((y - p) ** 2) / spread(y)),
    "r2-ddof": flat(lambda y, p: 1 - np.mean((y - p) ** 2) / np.var(y, ddof=1)),
    "r2-explained-variance": flat(lambda y, p: 1 - np.var(y - p) / np.var(y)),
    "r2-clipped": flat(lambda y, p: max(0.0, 1 - np.sum((y - p) ** 2) / spread(y))),
    "r2-std": flat(lambda y, p: 1 - np.sqrt(np.mean((y - p) ** 2)) / np.std(y)),
    "r2-no-mean": flat(lambda y, p: 1 - np.sum((y - p) ** 2) / np.sum(y**2)),
    "r2-mse": flat(lambda y, p: np.mean((y - p) ** 2)),
    "r2-absolute": flat(lambda y, p: 1 - np.sum(np.abs(y - p)) / np.sum(np.abs(y - y.mean()))),
}


def r2_cases(rng):
    """Return targets (N,) and predictions whose errors have a mean and a spread."""
    y, far, many = normal(rng, 7) * 2 + 1, normal(rng, 5) * 100 + 300, normal(rng, 40) * 0.02 + 3
    whole = rng.permutation([-3, 0, 0, 2, 5, 3])  # its mean is no whole number
    return [
        (y, y + 0.4 * normal(rng, 7) + 0.3),
        (far, 0.7 * far + 90 + 20 * normal(rng, 5)),
        (whole, whole + rng.permutation([-1, 1, 0, 2, -1, 0])),
        (many, 0.5 * many + 1.49),
        (np.array([1.0, 4.0]), np.array([1.5, 3.0])),
    ]


@check("r2_score", points=2)
def check_r2_of_targets_and_predictions(student, rng):
    """One minus the squared errors' share of the squared distances from the mean."""
    compare(student.r2_score, r2_by_lists, r2_cases(rng), "R²", unless=WRONG_R2)


@check("r2_score", points=2)
def check_r2_does_not_depend_on_the_shape_of_y(student, rng):
    """Targets of shape (N, 1) give what targets of shape (N,) give."""
    cases = [(y[:, None], p) for y, p in r2_cases(rng)]
    compare(student.r2_score, r2_by_lists, cases, "R²", unless=WRONG_R2)


@check("r2_score", points=1)
def check_r2_of_perfect_mean_and_worse_predictions(student, rng):
    """Perfect predictions score 1, the mean scores 0, and worse ones less than 0."""
    y = normal(rng, 9) * 3 - 4
    cases = [
        (y, y.copy()),
        (y, np.full(9, y.mean())),
        (y, -2 * y),
        (y, y[::-1] + 50.0),
        (np.array([0, 4, 2]), np.array([2, 2, 2])),
    ]
    compare(student.r2_score, r2_by_lists, cases, "R²", unless=WRONG_R2)


# Starting params


def is_turned(got, sizes):
    """Return whether every W has the two widths of its layer, the width after first."""
    if not isinstance(got, (list, tuple)) or not all(isinstance(pair, (list, tuple)) and pair for pair in got):
        return False
    return [np.shape(pair[0]) for pair in got if isinstance(pair[0], np.ndarray)] == list(
        zip(sizes[1:], sizes[:-1], strict=True)
    )


def read_params(got, sizes):
    """Return params as a list of pairs of float arrays with the right shapes, or end the check."""
    nothing = [(np.zeros((a, b)), np.zeros(b)) for a, b in zip(sizes[:-1], sizes[1:], strict=True)]
    expect_pairs(got, nothing, "params", tol=np.inf, unless={"init-transposed": got} if is_turned(got, sizes) else {})
    return [(np.asarray(W, dtype=float), np.asarray(b, dtype=float)) for W, b in got]


@check("init_mlp", points=2, blames={"NOT_REPEATABLE": "init-global-rng"})
def check_shapes_and_zero_biases(student, rng):
    """Every layer has its shapes, and its biases are zero."""
    for sizes in ([4, 8, 3], [5, 2], [3, 3, 3, 3, 1], [1, 6, 2]):
        params = read_params(student.init_mlp(sizes, stream(rng)), sizes)
        for k, (W, b) in enumerate(params):
            expect_true(np.all(b == 0), f"b of params[{k}] is not zero", misconception="init-bias")
            expect_true(np.any(W != 0), f"W of params[{k}] is all zero", misconception="init-zeros")


WRONG_SPREADS = {
    "init-small": lambda a, b: 0.01,
    "init-unit": lambda a, b: 1.0,
    "init-xavier": lambda a, b: np.sqrt(2 / (a + b)),
    "init-lecun": lambda a, b: np.sqrt(1 / a),
    "init-fan-out": lambda a, b: np.sqrt(2 / b),
    "init-no-root": lambda a, b: 2 / a,
    "init-small-he": lambda a, b: 0.01 * np.sqrt(2 / a),
    "init-uniform": lambda a, b: np.sqrt(2 / a) / np.sqrt(3),
}


def has_spreads(spreads, fans, wrong):
    """Return whether the spread of every layer is what a recipe of fan-in and fan-out gives, give or take chance."""
    pairs = zip(spreads, fans, strict=True)
    return all(abs(spread / wrong(*fan) - 1) < relative_error(fan[0] * fan[1]) for spread, fan in pairs)


def relative_error(n):
    """Return six standard errors of the spread of n normal numbers, relative to the spread."""
    return 6 / np.sqrt(2 * n)


@check("init_mlp", points=3)
def check_weights_are_normal_with_variance_two_over_fan_in(student, rng):
    """In every layer the weights are normal with mean 0 and variance 2 / (width before)."""
    sizes = [3, 2000, 4, 1500, 6]
    params = read_params(student.init_mlp(sizes, stream(rng)), sizes)
    fans = list(zip(sizes[:-1], sizes[1:], strict=True))
    spreads = [np.sqrt(np.mean(W**2)) for W, _ in params]
    for k, ((fan_in, fan_out), (W, _)) in enumerate(zip(fans, params, strict=True)):
        right, n = np.sqrt(2 / fan_in), W.size
        # Kurtosis is 3 for the normal distribution, 1.8 for the uniform one, 6 for Laplace's; 2.4 for a normal one cut
        # off at two deviations, which some libraries call He-normal too. Its standard error is sqrt(24/n) <= 0.07.
        kurtosis = np.mean((W / max(spreads[k], 1e-300)) ** 4)
        if abs(spreads[k] - right) > relative_error(n) * right:
            held = [name for name, wrong in WRONG_SPREADS.items() if has_spreads(spreads, fans, wrong)]
            held = [name for name in held if (name == "init-uniform") == (kurtosis < 2.1)]
            fail(
                f"the weights from {fan_in} to {fan_out} units have a spread of {spreads[k]:.4g}, which is not right",
                misconception=held[0] if held else None,
            )
        expect_true(
            len(W) == 1 or np.any(W != W[0]), f"all rows of W of params[{k}] are the same",
            misconception="init-rows-alike",
        )  # fmt: skip
        expect_true(abs(W.mean()) < 6 * right / np.sqrt(n), f"the weights of params[{k}] average {W.mean():.4g}")
        expect_true(
            2.1 < kurtosis < 4.0, f"the weights of params[{k}] are not normally distributed",
            misconception="init-he-uniform" if 1.6 < kurtosis < 2.1 else None,
        )  # fmt: skip
        expect_true(len(np.unique(W)) > 0.99 * n, f"numbers in the weights of params[{k}] occur again and again")


@check("init_mlp", points=1)
def check_another_rng_gives_other_weights(student, rng):
    """Another rng gives other weights, and no two layers or units start alike."""
    sizes = [5, 5, 5, 5]
    one = read_params(student.init_mlp(sizes, stream(rng)), sizes)
    two = read_params(student.init_mlp(sizes, stream(rng)), sizes)
    for (W1, _), (W2, _) in zip(one, two, strict=True):
        expect_true(
            not np.array_equal(W1, W2), "another rng gives the same weights again", misconception="init-fixed-seed"
        )
    for k in range(1, 3):
        alike = np.array_equal(one[0][0], one[k][0])
        expect_true(not alike, f"params[{k}] starts with the weights of params[0]", misconception="init-layers-alike")
    numbers = np.concatenate([W.ravel() for W, _ in one])
    expect_true(len(np.unique(numbers)) == numbers.size, "some units start with the same weights")


# Training


def layers_forward(X, params):
    """Return the logits and what every layer was fed."""
    fed = [np.asarray(X, dtype=float)]
    for W, b in params[:-1]:
        fed.append(np.maximum(np.einsum("nd,dm->nm", fed[-1], W) + b, 0.0))
    W, b = params[-1]
    return np.einsum("nd,dm->nm", fed[-1], W) + b, fed


def losses_of(logits, y):
    """Return every row's -log softmax at its label."""
    top = logits.max(axis=1)
    return np.log(np.sum(np.exp(logits - top[:, None]), axis=1)) + top - logits[np.arange(len(y)), y]


def softmax_rows(logits):
    """Return every row's probabilities."""
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def gradients(X, y, params, slip, batch_size, N, update):
    """Return (row losses, gradients) of the mean cross-entropy, with the slip named.

    Args:
        update: gives the params of a layer after the step, for the slip of propagating through them.
    """
    logits, fed = layers_forward(X, params)
    Y = one_hot_by_comparison(y, logits.shape[1])
    if slip == "ce-doublesm":
        logits = softmax_rows(logits)
    losses, P = losses_of(logits, y), softmax_rows(logits)
    if slip == "sm-axis0":
        P = softmax_rows(logits.T).T
        losses = -np.log(np.sum(P * Y, axis=1))
    D = P - Y
    if slip == "dce-s1ms":
        D = np.where(Y == 1, P * (1 - P), P)
    elif slip == "dce-rows":
        D = P.copy()
        D[y] -= 1
    elif slip == "fit-mse":
        D = P * (D - np.sum(P * D, axis=1, keepdims=True))
    D = D / {"dce-no-n": 1, "fit-batch-size-not-rows": batch_size, "fit-all-rows": N, "ce-mean-nc": Y.size}.get(
        slip, len(y)
    )
    grads = []
    for k in reversed(range(len(params))):
        dW, db = np.einsum("nd,nm->dm", fed[k], D), D.sum(axis=0)
        if slip == "daff-avg2":
            dW, db = dW / len(y), db / len(y)
        elif slip == "daff-dball":
            db = np.full_like(db, D.sum())
        elif slip == "fit-frozen-bias":
            db = np.zeros_like(db)
        grads.append((dW, db))
        if k:
            W = update(k, dW, db)[0] if slip == "bp-updfirst" else params[k][0]
            z = np.einsum("nd,dm->nm", fed[k - 1], params[k - 1][0]) + params[k - 1][1]
            passes = np.ones_like(z) if slip == "fit-no-relu-mask" else z >= 0 if slip == "drelu-ge" else z > 0
            D = np.einsum("nm,dm->nd", D, W) * passes
    return losses, grads[::-1]


class AdamByHand:
    """Adam over a list of arrays, in one of its two published orders, or with the slip named."""

    def __init__(self, order, slip):
        self.order, self.slip, self.t, self.m, self.v = order, slip, 0, {}, {}

    def change(self, key, g, lr):
        """Return what is added to the array called key, whose gradient is g."""
        slip, t = self.slip, self.t
        b1, b2 = (0.999, 0.9) if slip == "adam-swap" else (0.9, 0.999)
        if slip in ("fit-sgd", "sgd-ascent", "sgd-local"):
            return {"fit-sgd": -lr, "sgd-ascent": lr, "sgd-local": 0.0}[slip] * g
        place = np.shape(g) if slip == "opt-alias" else key
        m = self.m[place] = b1 * self.m.get(place, 0.0) + (1 - b1) * g
        v = self.v[place] = b2 * self.v.get(place, 0.0) + (1 - b2) * (g if slip == "adam-vg" else g * g)
        if slip == "adam-nobc":
            return -lr * m / (np.sqrt(v) + 1e-8)
        t = {"adam-bc1": 1, "adam-t0": t - 1, "adam-t2": t + 1}.get(slip, t)
        with np.errstate(all="ignore"):
            if slip == "adam-epsin":
                return -lr * (m / (1 - b1**t)) / np.sqrt(v / (1 - b2**t) + 1e-8)
            if slip == "adam-inplacehat":
                m, v = self.m[place], self.v[place] = m / (1 - b1**t), v / (1 - b2**t)
                return -lr * m / (np.sqrt(v) + 1e-8)
            if slip == "adam-ascent":
                lr = -lr
            if self.order == "efficient":
                return -(lr * np.sqrt(1 - b2**t) / (1 - b1**t)) * m / (np.sqrt(v) + 1e-8)
            return -lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + 1e-8)


ORDERS = ("textbook", "efficient")


def train_by_hand(params, X, y, X_val, y_val, lr, epochs, batch_size, rng, order="textbook", slip=None):
    """Return (params, history) of fit in one of Adam's orders, with the slip named; "every accuracy" records VAL_SLIPS."""
    params = [(np.array(W, dtype=float), np.array(b, dtype=float)) for W, b in params]
    N, adam = len(X), AdamByHand(order, slip)
    history, accuracies = {"loss": [], "val_accuracy": []}, []
    fixed = rng.permutation(N) if slip == "fit-shuffled-once" else None
    for epoch in range(epochs):
        rows = np.arange(N) if slip == "fit-no-shuffle" else fixed if fixed is not None else rng.permutation(N)
        rows_y = rng.permutation(N) if slip == "split-sep" else rows
        if slip == "fit-shuffles-the-shuffled":
            X, y, rows_y, rows = X[rows], y[rows], np.arange(N), np.arange(N)
        if slip == "fit-state-reset":
            adam = AdamByHand(order, slip)
        seen, means, before = [], [], share(params, X_val, y_val)
        last = N - N % batch_size if slip == "mb-drop" else N
        adam.t += slip == "fit-t-per-epoch"
        for start in range(0, last, batch_size):
            batch, batch_y = rows[start : start + batch_size], rows_y[start : start + batch_size]
            adam.t += slip not in ("fit-t-per-epoch", "adam-tparam")

            def update(k, dW, db, params=params, adam=adam):
                trial = copy.deepcopy(adam)
                return params[k][0] + trial.change(f"W{k}", dW, lr), params[k][1] + trial.change(f"b{k}", db, lr)

            losses, grads = gradients(X[batch], y[batch_y], params, slip, batch_size, N, update)
            changed = []
            for k, (pair, pair_grads) in enumerate(zip(params, grads, strict=True)):
                adam.t += slip == "adam-tparam"
                dW = adam.change(f"W{k}", pair_grads[0], lr)
                adam.t += slip == "adam-tparam"
                changed.append((pair[0] + dW, pair[1] + adam.change(f"b{k}", pair_grads[1], lr)))
            params = changed
            if slip == "fit-loss-after":
                losses = losses_of(layers_forward(X[batch], params)[0], y[batch_y])
            seen.extend(losses)
            means.append(losses.mean())
        ends = losses_of(layers_forward(X, params)[0], y)
        loss = {
            "mb-meanmean": np.mean(means),
            "fit-loss-last-batch": means[-1],
            "fit-loss-sum": np.sum(seen),
            "fit-loss-sum-of-means": np.sum(means),
            "fit-loss-end": np.mean(ends),
            "fit-loss-val": np.mean(losses_of(layers_forward(X_val, params)[0], y_val)),
        }
        history["loss"].append(float(loss.get(slip, np.mean(seen))))
        accuracy = share(params, X_val, y_val)
        if slip in VAL_SLIPS or slip == "every accuracy":
            wrong = {
                "fit-val-before": before,
                "fit-val-on-train": share(params, X, y),
                "fit-val-percent": 100 * accuracy,
                "fit-val-error": 1 - accuracy,
                "acc-axis0": winners_per_class(params, X_val, y_val),
                "acc-bcast": share_of_all_pairs(params, X_val, y_val),
            }
            accuracies.append(wrong)
            accuracy = wrong.get(slip, accuracy)
        history["val_accuracy"].append(accuracy)
    if slip == "every accuracy":
        history |= {name: [wrong[name] for wrong in accuracies] for name in VAL_SLIPS}
    return params, history


def share(params, X, y):
    """Return the share of rows whose largest logit stands at y."""
    return float(np.mean(layers_forward(X, params)[0].argmax(axis=1) == y))


def winners_per_class(params, X, y):
    """Return what comes of taking the largest logit of every column."""
    winners = layers_forward(X, params)[0].argmax(axis=0)
    return float(np.mean(winners == y)) if len(winners) == len(y) else float("nan")


def share_of_all_pairs(params, X, y):
    """Return what comes of comparing every prediction with every label."""
    return float(np.mean(layers_forward(X, params)[0].argmax(axis=1)[:, None] == y[None, :]))


PARAMETER_SLIPS = (
    "mb-drop", "split-sep", "fit-no-shuffle", "fit-shuffled-once", "fit-shuffles-the-shuffled", "fit-state-reset",
    "fit-t-per-epoch", "fit-sgd", "sgd-ascent", "sgd-local", "adam-ascent", "adam-nobc", "adam-bc1", "adam-t0",
    "adam-t2", "adam-tparam", "adam-inplacehat", "adam-epsin", "adam-vg", "adam-swap", "opt-alias",
    "fit-no-relu-mask", "drelu-ge", "fit-frozen-bias", "daff-dball", "daff-avg2", "bp-updfirst", "fit-mse",
    "sm-axis0", "ce-doublesm", "ce-mean-nc", "dce-s1ms", "dce-rows", "dce-no-n", "fit-batch-size-not-rows",
    "fit-all-rows",
)  # fmt: skip
NAN_SLIPS = ("adam-t0", "adam-vg")  # told apart by what is nan after a single step
LOSS_SLIPS = (
    "mb-meanmean", "fit-loss-after", "fit-loss-last-batch", "fit-loss-sum", "fit-loss-sum-of-means", "fit-loss-end",
    "fit-loss-val",
)  # fmt: skip
VAL_SLIPS = ("fit-val-before", "fit-val-on-train", "fit-val-percent", "fit-val-error", "acc-axis0", "acc-bcast")


def training_problem(rng, sizes, N, N_val):
    """Return params, rows and labels of a problem with every class in every part; the biases are not zero."""
    params = [
        (normal(rng, a, b) * np.sqrt(2 / a), 0.3 * normal(rng, b)) for a, b in zip(sizes[:-1], sizes[1:], strict=True)
    ]
    X, X_val = normal(rng, N, sizes[0]), normal(rng, N_val, sizes[0])
    y, y_val = rng.permutation(np.arange(N) % sizes[-1]), rng.permutation(np.arange(N_val) % sizes[-1])
    return params, X, y, X_val, y_val


def expect_trained(student, arguments, given, parts=("params",), slips=()):
    """Demand that fit gives what the oracle gives with the same permutations, in either order of Adam.

    A wrong history is put down to a slip of the history only where the params are right.

    Args:
        arguments: all arguments of fit but rng.
        given: the generator that fit is given.
        parts: "params" and keys of history: what is looked at.
        slips: what the oracle can be asked to get wrong about the history, to name a mistake.
    """
    twin = copy.deepcopy(given)
    got = student.fit(*copy.deepcopy(arguments), given)

    @functools.cache  # the same comes of it every time, and several parts of it are looked at
    def outcome_of(order, slip):
        params, history = train_by_hand(*copy.deepcopy(arguments), copy.deepcopy(twin), order, slip)
        return {"params": params, **history}

    def nearest(value, part, slip=None):
        outcomes = [outcome_of(order, slip)[part] for order in ORDERS]
        return min(outcomes, key=lambda outcome: distance(value, outcome))

    def held(value, part, slips):
        """Return {slip: its value} for the slip whose value is nearest, if it is near at all."""
        try:
            with np.errstate(all="ignore"):
                found = [(slip, nearest(value, part, slip)) for slip in slips if applies(slip, arguments)]
        except (TypeError, ValueError):
            return {}
        slip, outcome = min(found, key=lambda item: distance(value, item[1]), default=(None, None))
        return {slip: value} if slip and distance(value, outcome) < 2e-9 else {}

    right = nearest(got.params, "params")
    is_right = distance(got.params, right) <= TRAINED
    explained = {} if is_right else held(got.params, "params", PARAMETER_SLIPS if is_finite(got.params) else NAN_SLIPS)
    if "params" in parts:
        expect_pairs(got.params, right, "params", tol=TRAINED, unless=dict.fromkeys(explained, got.params))
    for key in ("loss", "val_accuracy"):
        if key in parts:
            values = read_history(got.history, key)
            right = nearest(values, key)
            if distance(values, right) > TRAINED and is_right:
                has_one_more = isinstance(values, (list, tuple, np.ndarray)) and len(values) == len(right) + 1
                is_later = has_one_more and distance(list(values)[1:], right) <= TRAINED
                explained = {"fit-extra-entry": values} if is_later else held(values, key, slips)
            expect_numbers(values, right, f'history["{key}"]', tol=TRAINED, unless=dict.fromkeys(explained, values))


def has_finite(value):
    """Return whether value holds numbers and all of them are finite, or anything but numbers."""
    try:
        return bool(np.isfinite(numbers_in(value)).all())
    except (TypeError, ValueError):
        return True


def is_finite(params):
    """Return whether nothing in params is nan."""
    try:
        return not np.isnan(numbers_in(params)).any()
    except (TypeError, ValueError):
        return True


def applies(slip, arguments):
    """Return whether a slip can be made, and told from others, on these arguments."""
    params, X, _, _, _, _, epochs, batch_size = arguments
    steps, fewest = epochs * -(-len(X) // batch_size), len(X) % batch_size or batch_size
    if slip == "dce-rows" and fewest < len(params[-1][1]):
        return False
    # Adam's first step is lr in size whatever the gradient, so that one step tells little; later nan is everywhere.
    return slip in ("mb-drop", *LOSS_SLIPS, *VAL_SLIPS) or (steps == 1) == (slip in NAN_SLIPS)


def distance(got, outcome):
    """Return the largest difference between two results, relative to the larger of 1 and the number; inf if unlike."""
    try:
        a, b = numbers_in(got), numbers_in(outcome)
    except (TypeError, ValueError):
        return np.inf
    if a.shape != b.shape or not np.array_equal(np.isnan(a), np.isnan(b)):
        return np.inf
    with np.errstate(all="ignore"):
        return float(np.nanmax(np.abs(a - b) / np.maximum(1, np.abs(b)), initial=0.0))


def numbers_in(value):
    """Return all numbers of nested lists of arrays, in order."""
    if isinstance(value, (list, tuple)):
        return np.concatenate([np.zeros(0), *map(numbers_in, value)])
    return np.ravel(np.asarray(value, dtype=float))


def read_history(history, key):
    """Return one entry of history, or end the check because it is not there."""
    expect_true(isinstance(history, dict), "history is no dict", code="WRONG_TYPE")
    expect_true(key in history, f'history has no "{key}"; it has {sorted(map(str, history))[:6]}', code="WRONG_TYPE")
    return history[key]


@check("fit", points=4, blames={"MUTATED_INPUT": "fit-in-place"})
def check_the_trained_params(student, rng):
    """A network with one hidden layer: one step, and three epochs of batches, end at the right params."""
    problem = training_problem(rng, [3, 5, 3], 23, 9)
    params, _ = student.fit(*copy.deepcopy(problem), 0.02, 1, 23, stream(rng))
    if not is_finite(params):  # a single step tells where nan comes from
        expect_trained(student, (*problem, 0.02, 1, 23), stream(rng))
    expect_trained(student, (*problem, 0.02, 3, 6), stream(rng))
    expect_trained(student, (*problem, 0.02, 1, 23), stream(rng))


@check("fit", points=2)
def check_any_depth_and_batch_size(student, rng):
    """No hidden layer, or three; one sample a batch, or all; whole numbers as inputs."""
    cases = [([4, 3], 13, 5, 2, 4), ([2, 4, 4, 4, 2], 10, 6, 2, 10), ([3, 3, 3], 5, 3, 2, 1), ([1, 6, 4], 9, 8, 4, 8)]
    for sizes, N, N_val, epochs, batch_size in cases:
        arguments = (*training_problem(rng, sizes, N, N_val), 0.05, epochs, batch_size)
        expect_trained(student, arguments, stream(rng))
    params, X, y, X_val, y_val = training_problem(rng, [3, 6, 2], 12, 4)
    X, X_val = rng.integers(-4, 5, X.shape), rng.integers(-4, 5, X_val.shape)
    expect_trained(student, (params, X, y, X_val, y_val, 0.01, 2, 5), stream(rng))


@check("fit", points=2)
def check_the_history_of_the_loss(student, rng):
    """history["loss"] is the mean over the samples of the losses seen before each step."""
    for sizes, N, batch_size in [([3, 5, 3], 17, 7), ([2, 3], 9, 2), ([2, 6, 2], 8, 8)]:
        params, X, y, X_val, y_val = training_problem(rng, sizes, N, 7)
        X = X + 2.0 * (np.arange(N) == N // 2)[:, None]  # one sample unlike the others, so that batches differ
        expect_trained(
            student, (params, X, y, X_val, y_val, 0.1, 4, batch_size), stream(rng), ("loss",), slips=LOSS_SLIPS
        )
    expect_trained(student, *rising_loss(rng), ("loss",), slips=LOSS_SLIPS)


def rising_loss(rng):
    """Return arguments of fit and its rng under which the loss rises in between: training goes on all the same."""
    while True:
        arguments, given = (*training_problem(rng, [2, 5, 3], 12, 5), 0.4, 5, 5), stream(rng)
        loss = train_by_hand(*arguments, copy.deepcopy(given))[1]["loss"]
        if min(np.diff(loss[:4])) < -0.05 and max(np.diff(loss[:4])) > 0.05:
            return arguments, given


def telling_validation(rng, N_val, lr, falls):
    """Return arguments of fit and its rng under which every way to get the validation accuracy wrong shows, and as itself.

    Args:
        falls: whether it has to fall in between.
    """
    while True:
        centres = 1.5 * normal(rng, 3, 2)
        y, y_val = rng.permutation(np.arange(21) % 3), rng.permutation(np.arange(N_val) % 3)
        X, X_val = centres[y] + 0.7 * normal(rng, 21, 2), centres[y_val] + 0.7 * normal(rng, N_val, 2)
        arguments = (training_problem(rng, [2, 6, 3], 3, 3)[0], X, y, X_val, y_val, lr, 4, 8)
        given = stream(rng)
        history = train_by_hand(*arguments, copy.deepcopy(given), slip="every accuracy")[1]
        right = history["val_accuracy"]
        seen = [right, *(history[slip] for slip in VAL_SLIPS)]
        if (
            len(set(right)) > 1
            and (not falls or min(np.diff(right[:3])) < 0)
            and all(one != other for i, one in enumerate(seen) for other in seen[:i])
        ):
            return arguments, given


@check("fit", points=2)
def check_the_history_of_the_validation_accuracy(student, rng):
    """history["val_accuracy"] is the accuracy on the validation rows after each epoch."""
    # As many rows as classes first: there a winner for every column goes unnoticed.
    for N_val, lr, falls in ((3, 0.1, False), (16, 0.2, True)):
        arguments, given = telling_validation(rng, N_val, lr, falls)
        expect_trained(student, arguments, given, ("val_accuracy",), slips=VAL_SLIPS)


@check("fit", points=2)
def check_tiny_gradients_and_units_at_zero(student, rng):
    """Columns of tiny numbers and rows of zeros: the gradient is that of the batch's mean, and Adam's epsilon shows."""
    params, X, y, X_val, y_val = training_problem(rng, [4, 5, 3], 14, 6)
    X = X * [1.0, 1e-3, 1e-7, 1e-8]
    expect_trained(student, (params, X, y, X_val, y_val, 0.02, 2, 4), stream(rng))
    params, X, y, X_val, y_val = training_problem(rng, [3, 6, 3], 11, 6)
    X[rng.permutation(11)[:5]] = 0.0
    params = [(W, np.zeros_like(b)) for W, b in params]  # in the first step rows of zeros meet relu at exactly 0
    expect_trained(student, (params, X, y, X_val, y_val, 0.02, 3, 11), stream(rng))


def first_losses(rng, size, offset=0.0):
    """Return arguments of fit for one epoch of one batch: its loss is that of the params given, whatever the step.

    Args:
        size: how large the inputs are, and with them the distances between the logits.
        offset: what is added to all logits: it changes no probability, but what exp makes of a logit as it comes.
    """
    params, X, y, X_val, y_val = training_problem(rng, [3, 6, 3], 12, 5)
    params[-1] = (params[-1][0], params[-1][1] + offset)
    return params, size * X, y, size * X_val, y_val, 0.01, 1, 12


@check("fit", points=1)
def check_the_loss_of_large_inputs(student, rng):
    """The loss stays finite and exact where the logits are in the hundreds and in the thousands."""
    arguments = first_losses(rng, 1.0, 3000.0)
    losses = read_history(student.fit(*arguments, stream(rng)).history, "loss")
    want = [np.mean(losses_of(layers_forward(arguments[1], arguments[0])[0], arguments[2]))]
    # Every probability is an ordinary one here: what is not finite comes of exp of a logit as it is. Digits come below.
    unless = {} if has_finite(losses) else {"sm-overflow": losses}
    expect_numbers(losses, want, 'history["loss"]', tol=1e-5, unless=unless)
    for size in (40.0, 2000.0):
        arguments = first_losses(rng, size)
        params, X, y, *_ = arguments
        with np.errstate(all="ignore"):
            logits = layers_forward(X, params)[0]
            p = softmax_rows(logits)[np.arange(len(y)), y]
            unless = {"lsm-log": [np.mean(-np.log(p))], "ce-eps": [np.mean(-np.log(p + 1e-8))]}
        got = student.fit(*arguments, stream(rng))
        want = [np.mean(losses_of(logits, y))]
        expect_numbers(read_history(got.history, "loss"), want, 'history["loss"]', unless=unless)


@check("fit", points=1, no_warnings=True)
def check_large_inputs_raise_no_warning(student, rng):
    """Logits in the thousands raise no warning, and the params stay finite."""
    for arguments in (first_losses(rng, 1.0, 3000.0), first_losses(rng, 2000.0)):
        params, _ = student.fit(*arguments, stream(rng))
        expect_pairs(params, arguments[0], "params", tol=np.inf)
        if np.max(np.abs(arguments[1])) < 100:  # with inputs in the thousands even a right step may go too far
            with np.errstate(all="ignore"):
                logits = [layers_forward(arguments[1], each)[0] for each in (arguments[0], params)]
                before, after = (np.mean(losses_of(each, arguments[2])) for each in logits)
            expect_true(after < before, "after an epoch the loss is as large as before")


# Choosing


def score_of(configs, values):
    """Return a function that knows what each config is worth, and a list of how often it was asked for each."""
    asked = [0] * len(configs)

    def score(config):
        for i, known in enumerate(configs):
            if is_same(config, known):
                asked[i] += 1
                return values[i]
        raise ValueError("score was called with something that is none of the configs")

    return score, asked


def is_same(a, b):
    """Return whether two configs are equal; a tuple counts as the list of the same things."""
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(is_same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(is_same(a[key], b[key]) for key in a)
    plain = (bool, int, float, str, np.generic, type(None))
    return isinstance(a, plain) and isinstance(b, plain) and isinstance(a, str) == isinstance(b, str) and bool(a == b)


def choose_until_true(configs, values, best_is_none):
    """Return what a loop chooses that tells by best_is_none(config, value) whether there is a best one yet."""
    best = best_value = None
    for config, value in zip(configs, values, strict=True):
        if best_is_none(best, best_value) or value > best_value:
            best, best_value = config, value
    return best


WRONG_CHOICES = {
    "select-lowest": lambda configs, values: configs[values.index(min(values))],
    "select-last-of-equals": lambda configs, values: configs[len(values) - 1 - values[::-1].index(max(values))],
    "select-score": lambda configs, values: max(values),
    "select-index": lambda configs, values: values.index(max(values)),
    "select-both": lambda configs, values: (configs[values.index(max(values))], max(values)),
    "select-from-zero": lambda configs, values: configs[values.index(max(values))] if max(values) > 0 else None,
    "select-zero-is-nothing": lambda configs, values: choose_until_true(configs, values, lambda best, value: not value),
    "select-empty-is-nothing": lambda configs, values: choose_until_true(configs, values, lambda best, value: not best),
    "select-first": lambda configs, values: configs[0],
    "select-last": lambda configs, values: configs[-1],
    "select-skips-the-first": lambda configs, values: configs[
        max(range(1, len(values)) or [0], key=values.__getitem__)
    ],
}


def best_of(configs, score):
    """Return the first config with the highest score."""
    return max(configs, key=score)


def without_equals(configs, score):
    """Return the configs with scores of which no two are equal."""
    return configs, lambda config: float([is_same(config, known) for known in configs].index(True))


def expect_choices(student, cases, *, scored_once=False):
    """Demand the first of the configs with the highest value, for every case (configs, values)."""
    scores = [score_of(*case) for case in cases]
    select = beyond(student.select, best_of, without_equals, "select-sorts-pairs")
    chosen = [select(configs, score) for (configs, _), (score, _) in zip(cases, scores, strict=True)]
    held = [
        name for name, wrong in WRONG_CHOICES.items()
        if all(is_same(got, wrong(*case)) for got, case in zip(chosen, cases, strict=True))
    ]  # fmt: skip
    for got, (configs, values) in zip(chosen, cases, strict=True):
        if not is_same(got, configs[values.index(max(values))]):
            fail(
                f"select returns {str(got)[:80]} for configs scored {values}, which is not right",
                misconception=held[0] if held else None,
            )
    for _, asked in scores if scored_once else ():
        most, least = max(asked), min(asked)
        expect_true(most <= 1, f"a config is scored {most} times", misconception="select-scores-twice")
        expect_true(least == 1, "a config is never scored")


def some_configs(rng, n):
    """Return n different configs, as a search over widths and learning rates has them."""
    return [{"width": int(8 * (i + 1)), "lr": float(rng.choice([0.1, 0.01, 0.001]))} for i in range(n)]


@check("select", points=1)
def check_the_config_with_the_highest_score(student, rng):
    """The config with the highest score is chosen, wherever it stands and however narrowly it wins."""
    cases = []
    for best in (2, 0, 4):
        values = [float(v) for v in rng.uniform(0.3, 0.8, 5)]
        values[best] = 0.9
        cases.append((some_configs(rng, 5), values))
    cases += [(some_configs(rng, 4), [0.91231, 0.91232, 0.91234, 0.91233]), (some_configs(rng, 1), [0.25])]
    expect_choices(student, cases)


@check("select", points=1)
def check_the_first_of_equals(student, rng):
    """Of configs with equal scores the first is chosen."""
    cases = [
        (some_configs(rng, 6), [0.5, 0.75, 0.25, 0.75, 0.75, 0.5]),
        (some_configs(rng, 3), [0.5, 0.5, 0.5]),
        ([{"depth": 2}, {"depth": 1}, {"depth": 3}], [0.25, 1.0, 1.0]),
    ]
    expect_choices(student, cases)


@check("select", points=1, repeat=False)
def check_each_config_is_scored_once(student, rng):
    """score is called once for each config, and for nothing else."""
    cases = [(some_configs(rng, 4), [0.5, 0.9, 0.2, 0.7]), (some_configs(rng, 5), [1.0, 0.9, 1.0, 0.7, 1.0])]
    expect_choices(student, cases, scored_once=True)


@check("select", points=1)
def check_negative_scores_and_configs_of_any_kind(student, rng):
    """Scores may be negative or 0, and a config can be a tuple, a word, a number or a list, even an empty one."""
    cases = [
        (some_configs(rng, 4), [-3.5, -2.0, -1e12, -7.25]),
        ([(16, 0.1), (32, 0.01), (8, 0.5)], [-3e12, -1e12, -2e12]),
        (["wide", "deep", "narrow"], [0.4, 0.6, 0.5]),
        ([0.1, 0.01, 0.001], [-0.4, -0.6, -0.2]),
        ([[64, 64], [128], [32, 32, 32]], [1.5, 2.5, 0.0]),
        (some_configs(rng, 4), [-1.0, 0.0, -0.5, -2.0]),
        ([[8], [], [16], [32, 16]], [0.5, 0.875, 0.25, 0.75]),
    ]
    expect_choices(student, cases)


# Capstones: data, marks and what to say when a mark is missed


def rings(rng, n_train=300, n_test=300):
    """Return X, y, X_test, y_test of three rings; the columns differ wildly in scale, the middle one is constant."""
    n = n_train + n_test
    y = rng.permutation(np.arange(n) % 3)
    radius, angle = 1.0 + y + 0.13 * normal(rng, n), rng.uniform(0, 2 * np.pi, n)
    X = np.stack([5000 + 3000 * radius * np.cos(angle), np.full(n, 7.0), 0.01 * radius * np.sin(angle)], axis=1)
    return X[:n_train], y[:n_train], X[n_train:], y[n_train:]


def spirals(rng, n_train=300, n_test=300):
    """Return X, y, X_test, y_test of three spiral arms in a plane."""
    n = n_train + n_test
    y = rng.permutation(np.arange(n) % 3)
    along = rng.uniform(0.1, 1.0, n)
    angle = 2 * np.pi * y / 3 + 4.5 * along + 0.12 * normal(rng, n)
    X = 5 * along[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return X[:n_train], y[:n_train], X[n_train:], y[n_train:]


def saddle(rng, n_train=300, n_test=300):
    """Return X, y, X_test, y_test of y = uv around 20,000; the columns differ wildly in scale, one is constant."""
    n = n_train + n_test
    u, v = rng.uniform(-1, 1, (2, n))
    y = 20000 + 1000 * u * v + 30 * normal(rng, n)
    X = np.stack([2000 * u - 3000, 0.02 * v, np.full(n, 3.0)], axis=1)
    return X[:n_train], y[:n_train], X[n_train:], y[n_train:]


def sine(rng, n_train=200, n_test=200):
    """Return X, y, X_test, y_test of a sine with noise over a little more than one period."""
    n = n_train + n_test
    x = rng.uniform(-3, 3, n)
    y = np.sin(1.2 * x) + 0.15 * normal(rng, n)
    return x[:n_train, None], y[:n_train], x[n_train:, None], y[n_train:]


def blobs(rng, classes, n_train, n_test):
    """Return X, y, X_test, y_test of well separated heaps on a circle."""
    n = n_train + n_test
    y = np.concatenate([rng.permutation(np.arange(n_train) % classes), rng.permutation(np.arange(n_test) % classes)])
    angle = 2 * np.pi * y / classes
    X = 4 * np.stack([np.cos(angle), np.sin(angle)], axis=1) + 0.3 * normal(rng, n, 2)
    return X[:n_train], y[:n_train], X[n_train:], y[n_train:]


def standardised(X, *others):
    """Return X and others, scaled by the statistics of X."""
    mean, std = scaler_by_loops(X)
    return tuple((part - mean) / std for part in (X, *others))


def labels_of(got, n):
    """Return the labels predicted for n test rows, or end the check."""
    expect_true(isinstance(got, np.ndarray), "the labels are no NumPy array", code="WRONG_TYPE")
    is_scores = got.ndim == 2 and len(got) == n and got.shape[1] > 1
    expect_true(
        got.shape == (n,), f"the labels have shape {got.shape}, expected {(n,)}", code="WRONG_SHAPE",
        misconception="capstone-scores" if is_scores else None,
    )  # fmt: skip
    is_whole = got.dtype.kind == "f" and bool(np.all(got == np.round(got)))
    expect_true(
        got.dtype.kind in "iu", f"the labels are an array of {got.dtype}, expected integers", code="WRONG_TYPE",
        misconception="capstone-float-labels" if is_whole else None,
    )  # fmt: skip
    return got


def predictions_of(got, n):
    """Return the finite predictions for n test rows, or end the check."""
    expect_true(isinstance(got, np.ndarray), "the predictions are no NumPy array", code="WRONG_TYPE")
    expect_true(
        got.shape == (n,), f"the predictions have shape {got.shape}, expected {(n,)}", code="WRONG_SHAPE",
        misconception="regressor-column" if got.shape == (n, 1) else None,
    )  # fmt: skip
    expect_true(
        got.dtype == np.float64, f"the predictions are an array of {got.dtype}, expected float64", code="WRONG_TYPE"
    )
    expect_true(np.isfinite(got).all(), "some predictions are nan or infinite", code="NOT_FINITE")
    return got


def share_right(labels, y):
    """Return the share of labels that are right."""
    return float(np.mean(labels == y))


def classifies(student, rng, data):
    """Return the accuracy of train_classifier on data (X, y, X_test, y_test)."""
    X, y, X_test, y_test = data
    return share_right(labels_of(student.train_classifier(X, y, X_test, stream(rng)), len(y_test)), y_test)


def regresses(student, rng, data):
    """Return R² of train_regressor on data (X, y, X_test, y_test)."""
    X, y, X_test, y_test = data
    return r2_by_lists(y_test, predictions_of(student.train_regressor(X, y, X_test, stream(rng)), len(y_test)))


def expect_accuracy(student, rng, data, retries=None, suspects=None):
    """Demand the pass mark; where it is missed, the first retry that reaches it tells what was in the way.

    Args:
        retries: misconception's id to a function that makes the same problem easier in one respect.
        suspects: misconception's id to a function without arguments that tells whether it shows.
    """
    reached = classifies(student, rng, data)
    if reached < PASS_ACCURACY:
        held = [name for name, shows in (suspects or {}).items() if shows()] + [
            name for name, easier in (retries or {}).items() if classifies(student, rng, easier(data)) >= PASS_ACCURACY
        ]
        fail(
            f"an accuracy of {reached:.2f} on {len(data[3])} test rows; the pass mark is {PASS_ACCURACY:.2f}",
            misconception=held[0] if held else None,
        )


def expect_r2(student, rng, data, mark, retries=None, suspects=None):
    """Demand the pass mark of R²; see expect_accuracy."""
    X, y, X_test, y_test = data
    got = student.train_regressor(X, y, X_test, stream(rng))
    if isinstance(got, np.ndarray) and got.shape == y_test.shape and np.isnan(got).any() and retries:
        is_better = regresses(student, rng, without_constants(data)) >= mark
        message, name = "some predictions are nan", "capstone-constant-column"
        fail(message, code="NOT_FINITE", misconception=name if is_better else None)
    predictions = predictions_of(got, len(y_test))
    reached = r2_by_lists(y_test, predictions)
    if reached < mark:
        mean, std = np.mean(y), np.std(y)
        undone = {
            "regressor-still-scaled": predictions * std + mean,
            "regressor-spread-missing": (predictions - mean) * std + mean,
        }
        if abs(mean) > std:  # else it is hardly missed
            undone["regressor-mean-missing"] = predictions + mean
        mended = {name: r2_by_lists(y_test, answer) for name, answer in undone.items()}
        best = max(mended, key=mended.__getitem__)
        if mended[best] >= max(mark, (1 + reached) / 2):  # half of what is missing at least: no chance does that
            held = [best]
        else:
            held = [name for name, shows in (suspects or {}).items() if shows()] + [
                name for name, easier in (retries or {}).items() if regresses(student, rng, easier(data)) >= mark
            ]
        fail(
            f"R² is {reached:.2f} on {len(y_test)} test rows; the pass mark is {mark:.2f}",
            misconception=held[0] if held else None,
        )


def with_scaled_inputs(data):
    """Return the data with inputs of mean 0 and spread 1."""
    X, y, X_test, y_test = data
    X, X_test = standardised(X, X_test)
    return X, y, X_test, y_test


def without_constants(data):
    """Return the data without the columns that never change, otherwise as they are."""
    X, y, X_test, y_test = data
    kept = np.ptp(X, axis=0) > 0
    return X[:, kept], y, X_test[:, kept], y_test


def with_scaled_targets(data):
    """Return the data with targets of mean 0 and spread 1."""
    X, y, X_test, y_test = data
    y, y_test = standardised(y.reshape(-1, 1), y_test.reshape(-1, 1))
    return X, y[:, 0], X_test, y_test[:, 0]


def with_column_of_targets(data):
    """Return the data with y_train of the other shape, (N, 1) for (N,) and back."""
    X, y, X_test, y_test = data
    return X, y[:, None] if y.ndim == 1 else y[:, 0], X_test, y_test


def in_one_corner(data):
    """Return which test rows lie in one corner of what was trained on."""
    X, _, X_test, _ = data
    first, last = X_test[:, 0], X_test[:, np.ptp(X, axis=0) > 0][:, -1]
    return (first > np.median(X[:, 0])) & (last > 0)


def from_one_corner(data):
    """Return the data with those test rows only that lie in one corner of what was trained on."""
    X, y, X_test, y_test = data
    corner = in_one_corner(data)
    return X, y, X_test[corner], y_test[corner]


def judged_by_company(train, rng, data):
    """Return whether the test rows of one corner get other answers when the rest of the test rows stand beside them."""
    X, y, X_test, _ = data
    corner, given = in_one_corner(data), stream(rng)
    beside = np.asarray(train(X, y, X_test, copy.deepcopy(given)), dtype=float)[corner]
    alone = np.asarray(train(X, y, X_test[corner], given), dtype=float)
    return bool(np.mean(np.abs(beside - alone) > 1e-6 * np.abs(alone)) > 0.05)


def judged_by_shape(student, rng, data, mark):
    """Return whether targets of the other shape give other predictions with the same rng, and those reach the mark."""
    other, given = with_column_of_targets(data), stream(rng)
    (X, y, X_test, y_test), y_other = data, other[1]
    got = predictions_of(student.train_regressor(X, y, X_test, copy.deepcopy(given)), len(y_test))
    got_other = predictions_of(student.train_regressor(X, y_other, X_test, given), len(y_test))
    return not np.allclose(got, got_other, rtol=1e-6) and r2_by_lists(y_test, got_other) >= mark


@check("train_classifier", points=5, repeat=False)
def check_three_spirals(student, rng):
    """Three spirals in a plane."""
    expect_accuracy(student, rng, spirals(rng))


@check("train_classifier", points=5, repeat=False)
def check_rings_of_wildly_different_scales(student, rng):
    """Rings whose columns differ wildly in scale, one of them constant."""
    expect_accuracy(
        student, rng, rings(rng),
        {"capstone-constant-column": without_constants, "capstone-unscaled-inputs": with_scaled_inputs},
    )  # fmt: skip


@check("train_classifier", points=3, repeat=False)
def check_test_rows_from_one_corner(student, rng):
    """Test rows from one corner only are labelled as well as any others."""
    data = rings(rng, 300, 600)
    expect_accuracy(
        student, rng, from_one_corner(data),
        suspects={"capstone-test-statistics": lambda: judged_by_company(student.train_classifier, rng, data)},
    )  # fmt: skip


@check("train_classifier", points=2, blames={"NOT_REPEATABLE": "capstone-global-rng"})
def check_any_number_of_classes_and_the_same_labels_again(student, rng):
    """Two classes or five, a single test row, and the same labels for the same rng."""
    X, y = (
        normal(rng, 40, 2),
        rng.permutation(np.arange(40) % 5),
    )  # nothing to learn: what a network says here is chance
    labels_of(student.train_classifier(X, y, 2 * normal(rng, 200, 2), stream(rng)), 200)
    expect_accuracy(student, rng, blobs(rng, 5, 100, 20))
    expect_accuracy(student, rng, blobs(rng, 2, 60, 1))


@check("train_regressor", points=4)
def check_a_sine(student, rng):
    """A noisy sine; the same rng gives the same predictions."""
    data = sine(rng)
    suspects = {"mse-bcast": lambda: judged_by_shape(student, rng, data, PASS_R2_SINE)}
    expect_r2(student, rng, data, PASS_R2_SINE, suspects=suspects)


@check("train_regressor", points=4, repeat=False)
def check_a_saddle_of_wildly_different_scales(student, rng):
    """A saddle around 20,000 over columns that differ wildly in scale."""
    expect_r2(
        student, rng, saddle(rng), PASS_R2_SADDLE,
        {
            "capstone-unscaled-targets": with_scaled_targets,
            "capstone-unscaled-inputs": with_scaled_inputs,
            "capstone-constant-column": without_constants,
        },
    )  # fmt: skip


@check("train_regressor", points=4, repeat=False)
def check_a_column_of_targets(student, rng):
    """Targets of shape (N, 1) do as well as those of shape (N,)."""
    data = with_column_of_targets(sine(rng))
    suspects = {"mse-bcast": lambda: judged_by_shape(student, rng, data, PASS_R2_SINE)}
    expect_r2(student, rng, data, PASS_R2_SINE, suspects=suspects)


@check("train_regressor", points=3, repeat=False)
def check_test_rows_from_one_corner_only(student, rng):
    """Test rows from one corner only are predicted as well as any others; a single one too."""
    data = saddle(rng, 300, 600)
    X, y, X_test, y_test = from_one_corner(data)
    expect_r2(
        student, rng, (X, y, X_test, y_test), PASS_R2_CORNER,
        suspects={"capstone-test-statistics": lambda: judged_by_company(student.train_regressor, rng, data)},
    )  # fmt: skip
    got = predictions_of(student.train_regressor(X, y, X_test[:1], stream(rng)), 1)
    expect_true(
        abs(got[0] - y_test[0]) < 500, "a single test row is predicted far off",
        misconception="capstone-test-statistics",
    )  # fmt: skip
