"""Where the inputs of a check come from: one stream for each check, from a seed, or from a secret and the submission."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from grader.submission import Submission
from grader.verdict import Ungradable


@dataclass(frozen=True)
class Source:
    """The key that a run's inputs are derived from.

    Attributes:
        key: secret bytes, or the seed's digits.
        context: what else goes into every stream: the submission's hash where the key is a secret.
        seed: the seed of a student's own run, None where the key is a secret.
        secret_id: names the secret without giving it away.
    """

    key: bytes
    context: tuple[str, ...] = ()
    seed: int | None = None
    secret_id: str | None = None

    def number(self, chapter: str, check: str) -> int:
        """Return the 256-bit number that seeds one check: HMAC-SHA256 (RFC 2104) of its names."""
        message = "\0".join((*self.context, chapter, check)).encode()
        return int.from_bytes(hmac.digest(self.key, message, hashlib.sha256), "big")


def from_seed(seed: int | None) -> Source:
    """Return the source of a student's own run; without a seed a fresh one of 32 bits is drawn."""
    seed = secrets.randbits(32) if seed is None else seed
    return Source(str(seed).encode(), (), seed)


def from_secret(secret: bytes, submission_sha256: str) -> Source:
    """Return the source of a teacher's run: nobody without the secret can know a submission's inputs beforehand."""
    return Source(secret, (submission_sha256,), None, fingerprint(secret))


def secret_source(secret: bytes, submission: Submission | Ungradable) -> Source:
    """Return the source of a submission's inputs under a teacher's secret, also of one that cannot be graded."""
    return from_secret(secret, submission.sha256 if isinstance(submission, Submission) else "")


def fingerprint(secret: bytes) -> str:
    """Return what names a secret without giving it away: the first 16 digits of an HMAC under it."""
    return hmac.digest(secret, b"micrograde secret", hashlib.sha256).hex()[:16]
