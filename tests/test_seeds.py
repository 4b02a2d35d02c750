"""Where inputs come from: one stream for each check, another for each seed, secret and submission."""

from __future__ import annotations

import hashlib
import hmac

from grader.seeds import fingerprint, from_secret, from_seed, secret_source
from grader.submission import Submission
from grader.verdict import Ungradable


def test_a_number_is_the_hmac_of_chapter_and_check() -> None:
    want = hmac.new(b"7", b"chapter01_tiny\0check_a", hashlib.sha256).digest()
    assert from_seed(7).number("chapter01_tiny", "check_a") == int.from_bytes(want, "big")


def test_chapter_check_seed_secret_and_submission_each_change_it() -> None:
    numbers = [
        from_seed(1).number("c", "a"), from_seed(1).number("c", "b"), from_seed(1).number("d", "a"), from_seed(2).number("c", "a"),
        from_secret(b"1", "s").number("c", "a"), from_secret(b"1", "t").number("c", "a"), from_secret(b"2", "s").number("c", "a"),
    ]  # fmt: skip
    assert len(set(numbers)) == len(numbers)


def test_the_same_seed_gives_the_same_number_and_none_a_fresh_one() -> None:
    assert from_seed(5).number("c", "a") == from_seed(5).number("c", "a")
    assert len({from_seed(None).seed for _ in range(4)}) > 1


def test_under_a_secret_the_bytes_decide_and_not_the_name() -> None:
    one, same, other = Submission("a.py", b"x = 1"), Submission("b.py", b"x = 1"), Submission("a.py", b"x = 2")
    assert secret_source(b"secret", one) == secret_source(b"secret", same) == from_secret(b"secret", one.sha256)
    assert secret_source(b"secret", one) != secret_source(b"secret", other)
    assert secret_source(b"secret", Ungradable("NOT_WRITTEN", "it is empty")) == from_secret(b"secret", "")


def test_a_secret_is_named_and_not_told() -> None:
    source = from_secret(b"very secret", "s")
    assert (source.seed, source.secret_id) == (None, fingerprint(b"very secret"))
    assert fingerprint(b"very secret") != fingerprint(b"very secrets")
