"""The seccomp filters as data: what each answers to each call, found with an interpreter of BPF, for both machines."""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib.util
import struct
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def load_generator() -> ModuleType:
    """Return tools/make_seccomp.py as a module."""
    spec = importlib.util.spec_from_file_location("make_seccomp", ROOT / "tools" / "make_seccomp.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make: Any = load_generator()
CLASSES = ("ALLOWED", "HARMLESS", "RULED", "ABSENT", "REFUSED")
MACHINES = ("x86_64", "aarch64")
PROFILES = ("allow", "deny")
ALLOW, EPERM, ENOSYS, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
OTHER_BITS = 0xFFFFFFFF << 32  # the half of an argument that the kernel does not read


@cache
def filter_code(machine: str, profile: str) -> tuple[tuple[int, int, int, int], ...]:
    """Return the shipped filter's instructions."""
    content = (make.FOLDER / f"seccomp_{machine}_{profile}.bpf").read_bytes()
    return tuple(struct.iter_unpack("<HBBI", content))


def answer(machine: str, profile: str, number: int, *arguments: int, arch: int | None = None) -> int:
    """Return what a filter answers to a call (linux/Documentation/networking/filter.rst, the instructions that we use)."""
    padded = (*arguments, *[0] * (6 - len(arguments)))
    data = struct.pack("<IIQ6Q", number, make.AUDIT_ARCH[machine] if arch is None else arch, 0, *padded)
    code, at, loaded = filter_code(machine, profile), 0, 0
    while True:
        operation, yes, no, value = code[at]
        at += 1
        if operation == 0x06:
            return value
        if operation == 0x20:
            (loaded,) = struct.unpack_from("<I", data, value)
        elif operation == 0x05:
            at += value
        else:
            test = {0x15: loaded == value, 0x35: loaded >= value, 0x45: bool(loaded & value)}[operation]
            at += yes if test else no


def number_of(machine: str, name: str) -> int:
    """Return the number of a call."""
    for group in CLASSES:
        if name in (found := make.numbers(getattr(make, group), machine)):
            return int(found[name])
    raise LookupError(name)


def test_shipped_filters_are_what_the_generator_makes() -> None:
    for name, content in make.filters().items():
        assert (make.FOLDER / name).read_bytes() == content, f"{name} is stale: python tools/make_seccomp.py"


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("machine", MACHINES)
def test_every_known_call_is_answered_as_its_class_says(machine: str, profile: str) -> None:
    expected = {
        "ALLOWED": ALLOW,
        "HARMLESS": ALLOW if profile == "deny" else EPERM,
        "ABSENT": ENOSYS,
        "REFUSED": EPERM,
    }
    for group, verdict in expected.items():
        for name, number in make.numbers(getattr(make, group), machine).items():
            assert answer(machine, profile, number, 1, 1, 1) == verdict, name


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("machine", MACHINES)
def test_every_other_number_does_not_exist(machine: str, profile: str) -> None:
    known = {number for group in CLASSES for number in make.numbers(getattr(make, group), machine).values()}
    others = [number for number in [*range(1200), 0x3FFFFFFF] if number not in known]
    assert {answer(machine, profile, number) for number in others} == {ENOSYS}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("machine", MACHINES)
def test_calls_for_another_machine_kill(machine: str, profile: str) -> None:
    i386, arm = 0x40000003, 0x40000028
    for arch in {*make.AUDIT_ARCH.values(), i386, arm} - {make.AUDIT_ARCH[machine]}:
        assert answer(machine, profile, number_of(machine, "read"), arch=arch) == KILL


def test_x32_numbers_kill() -> None:
    for number in (0x40000000, 0x40000001, 0x40000200, 0x7FFFFFFF, 0xFFFFFFFF):
        assert {answer("x86_64", profile, number) for profile in PROFILES} == {KILL}


THREAD = 0x003D0F00  # what pthread_create asks for
SIGCHLD, VM, NEWUSER, NEWPID = 17, 0x100, 0x10000000, 0x20000000
ARGUMENTS = [
    ("openat", ((1 << 64) - 100, 0x7000, 0o2000000), ALLOW),  # O_RDONLY | O_CLOEXEC
    ("openat", (0, 0x7000, 0o12000000), ALLOW),  # O_PATH
    ("openat", (0, 0x7000, 0o1), EPERM),  # O_WRONLY
    ("openat", (0, 0x7000, 0o2), EPERM),  # O_RDWR
    ("openat", (0, 0x7000, 0o100), EPERM),  # O_CREAT
    ("openat", (0, 0x7000, 0o1000), EPERM),  # O_RDONLY | O_TRUNC
    ("openat", (0, 0x7000, 0o20200000), EPERM),  # O_TMPFILE
    ("openat", (0, 0x7000, OTHER_BITS | 0o1000), EPERM),
    ("clone", (THREAD,), ALLOW),
    ("clone", (SIGCHLD,), EPERM),
    ("clone", (0,), EPERM),
    ("clone", (VM | 0x4000 | SIGCHLD,), EPERM),  # vfork
    ("clone", (THREAD | NEWUSER,), EPERM),
    ("clone", (THREAD | NEWPID,), EPERM),
    ("clone", (THREAD | 0x00020000,), EPERM),
    ("clone", (OTHER_BITS | SIGCHLD,), EPERM),
    ("ioctl", (1, 0x5401), ALLOW),  # TCGETS: isatty
    ("ioctl", (1, 0x5412), EPERM),  # TIOCSTI
    ("ioctl", (1, 0x541C), EPERM),  # TIOCLINUX
    ("ioctl", (1, OTHER_BITS | 0x5412), EPERM),  # CVE-2019-10063
    ("ioctl", (1, 0x8901), EPERM),  # FIOSETOWN
    ("fcntl", (1, 3), ALLOW),
    ("fcntl", (1, 1030), ALLOW),
    ("fcntl", (1, 8), EPERM),  # F_SETOWN
    ("fcntl", (1, 15), EPERM),  # F_SETOWN_EX
    ("fcntl", (1, 1033), EPERM),  # F_ADD_SEALS
    ("fcntl", (1, OTHER_BITS | 8), EPERM),
    ("prlimit64", (0, 7, 0, 0x7000), ALLOW),
    ("prlimit64", (0, 7, 0x7000, 0), EPERM),
    ("prlimit64", (0, 7, 1 << 32, 0), EPERM),  # an address whose low half is 0
    ("prlimit64", (1, 7, 0, 0x7000), EPERM),
    ("tgkill", (0x6D677069, 1, 15), ALLOW),
    ("tgkill", (1, 1, 15), EPERM),
    ("tgkill", (0xFFFFFFFF, 1, 15), EPERM),
]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(("name", "arguments", "expected"), ARGUMENTS)
def test_arguments_decide(machine: str, profile: str, name: str, arguments: tuple[int, ...], expected: int) -> None:
    assert answer(machine, profile, number_of(machine, name), *arguments) == expected


def test_old_open_only_reads() -> None:
    number = number_of("x86_64", "open")
    assert answer("x86_64", "allow", number, 0x7000, 0o2000000) == ALLOW
    assert answer("x86_64", "allow", number, 0x7000, 0o1001) == EPERM


@pytest.mark.parametrize("machine", MACHINES)
def test_prctl_may_only_name_things_and_only_in_the_deny_profile(machine: str) -> None:
    number = number_of(machine, "prctl")
    set_dumpable, set_name, set_death_signal = 4, 15, 1
    assert [answer(machine, "deny", number, option) for option in (set_name, set_dumpable, set_death_signal)] == [
        ALLOW,
        EPERM,
        EPERM,
    ]
    assert answer(machine, "allow", number, set_name) == EPERM


@pytest.mark.parametrize("machine", MACHINES)
def test_no_call_stands_in_two_classes(machine: str) -> None:
    found = [
        (number, name) for group in CLASSES for name, number in make.numbers(getattr(make, group), machine).items()
    ]
    assert len({number for number, _ in found}) == len({name for _, name in found}) == len(found)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("profile", PROFILES)
def test_process_id_has_one_place(machine: str, profile: str) -> None:
    content = make.make_filter(machine, profile)
    place = content.index(struct.pack("<I", make.OWN_PID))
    assert content.count(struct.pack("<I", make.OWN_PID)) == 1
    assert place % 8 == 4  # the constant of an instruction


@cache
def libseccomp() -> ctypes.CDLL:
    """Return libseccomp, or skip the test."""
    name = ctypes.util.find_library("seccomp")
    if name is None:
        pytest.skip("libseccomp is not installed")
    return ctypes.CDLL(name)


@pytest.mark.parametrize("machine", MACHINES)
def test_numbers_are_those_of_libseccomp(machine: str) -> None:
    library = libseccomp()
    arch = ctypes.c_uint32(make.AUDIT_ARCH[machine])
    library.seccomp_syscall_resolve_num_arch.restype = ctypes.c_char_p
    ours = {number: name for group in CLASSES for name, number in make.numbers(getattr(make, group), machine).items()}
    theirs = {
        number: name.decode()
        for number in range(max(ours) + 1)
        if (name := library.seccomp_syscall_resolve_num_arch(arch, number)) is not None
    }
    assert {number: name for number, name in theirs.items() if ours.get(number) != name} == {}
