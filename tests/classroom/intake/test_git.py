"""Git clones: only the objects of the commit that HEAD names are read, and nothing that a clone brings along is run."""

from __future__ import annotations

import os
import re
import shutil
import stat
import time
import zlib
from collections.abc import Callable
from hashlib import sha1
from pathlib import Path

import pytest

from grader.classroom.intake import git as reader
from grader.classroom.intake import objects
from grader.submission import MAX_BYTES, Submission
from grader.verdict import Ungradable
from tests.classroom.intake.conftest import TIME, TINY, Git, Room, ids, only, reason, sources

CANARY = "canary"


def clone_of(room: Room, git: Git, name: str = "ada", text: str = "x = 1\n") -> Path:
    """Return a clone in the class's folder whose one commit holds a module and its quiz."""
    clone = room.folder / name
    room.put(f"{name}/exercises/tiny.py", text)
    room.put(f"{name}/exercises/quiz.toml", "q")
    git(clone, "init", "-q")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "work")
    return clone


def loose(git_dir: Path, kind: str, body: bytes) -> str:
    """Write an object into a clone as no git would, and return its id."""
    data = f"{kind} {len(body)}".encode() + b"\0" + body
    id = sha1(data).hexdigest()
    path = git_dir / "objects" / id[:2] / id[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(data))
    return id


def commit_tree(git_dir: Path, tree: str, when: str = f"{TIME} +0000") -> None:
    """Make HEAD name a commit of a tree, written at a time."""
    who = f"ada <> {when}"
    id = loose(git_dir, "commit", f"tree {tree}\nauthor {who}\ncommitter {who}\n\nwork\n".encode())
    (git_dir / "HEAD").write_text(f"{id}\n")


def test_a_clone_hands_in_its_commit(room: Room, git: Git) -> None:
    clone = clone_of(room, git)
    room.put("ada/exercises/tiny.py", "not committed\n")
    room.put("ada/exercises/other.py", "not committed\n")
    id = git(clone, "rev-parse", "HEAD")
    answer = only(room.collect())
    assert (answer.module, answer.quiz, answer.chapter) == (Submission("tiny.py", b"x = 1\n"), b"q", TINY)
    assert (answer.submitted_at, answer.time_source) == ("2026-09-21T14:13:20Z", "git commit")
    assert answer.source == f"ada@{id[:10]}:exercises/tiny.py"


def packed(clone: Path, git: Git) -> None:
    git(clone, "gc", "-q", "--aggressive")


def detached(clone: Path, git: Git) -> None:
    git(clone, "checkout", "-q", "--detach")


def other_branch(clone: Path, git: Git) -> None:
    git(clone, "checkout", "-q", "-b", "übung/1")


def bare(clone: Path, git: Git) -> None:
    git(clone.parent, "clone", "-q", "--bare", str(clone), "ada.git")
    shutil.rmtree(clone)


def shallow(clone: Path, git: Git) -> None:
    git(clone, "commit", "-q", "--allow-empty", "-m", "more")
    git(clone.parent, "clone", "-q", "--depth=1", f"file://{clone}", "bob")
    shutil.rmtree(clone)
    (clone.parent / "bob").rename(clone)


def sha256(clone: Path, git: Git) -> None:
    shutil.rmtree(clone / ".git")
    git(clone, "init", "-q", "--object-format=sha256")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "work")


def below(clone: Path, git: Git) -> None:
    (clone.parent / "moved").mkdir()
    clone.rename(clone.parent / "moved" / "repo")
    (clone.parent / "moved").rename(clone)


@pytest.mark.parametrize(
    "change", [packed, detached, other_branch, bare, shallow, sha256, below], ids=lambda f: f.__name__
)
def test_every_kind_of_clone_is_read(room: Room, git: Git, change: Callable[[Path, Git], None]) -> None:
    change(clone_of(room, git), git)
    answer = only(room.collect())
    assert (answer.student, answer.module, answer.quiz) == ("ada", Submission("tiny.py", b"x = 1\n"), b"q")


RUNS = {
    "fsmonitor": "[core]\n\tfsmonitor = {run}\n", "hooks": "[core]\n\thooksPath = {hooks}\n", "pager": "[core]\n\tpager = {run}\n",
    "editor": "[core]\n\teditor = {run}\n", "ssh": "[core]\n\tsshCommand = {run}\n", "alternate refs": "[core]\n\talternateRefsCommand = {run}\n",
    "filter": "[filter \"f\"]\n\tsmudge = {run}\n\tclean = {run}\n\tprocess = {run}\n\trequired = true\n",
    "diff": "[diff \"f\"]\n\ttextconv = {run}\n\tcommand = {run}\n[diff]\n\texternal = {run}\n",
    "alias": "[alias]\n\tls-tree = !{run}\n\tcat-file = !{run}\n", "credentials": "[credential]\n\thelper = !{run}\n",
    "include": "[include]\n\tpath = {config}\n", "work tree": "[core]\n\tworktree = {hooks}\n",
    "promisor": (
        "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = evil\n"
        '[remote "evil"]\n\turl = ext::{run}\n\tpromisor = true\n[protocol "ext"]\n\tallow = always\n'
    ),
    "unknown format": "[core]\n\trepositoryformatversion = 99\n[extensions]\n\tnonsense = true\n", "broken": "[core\n",
}  # fmt: skip


@pytest.mark.parametrize("name", RUNS)
def test_no_setting_of_a_clone_has_a_say(room: Room, git: Git, name: str, tmp_path: Path) -> None:
    clone = clone_of(room, git)
    script = tmp_path / "run.sh"
    canary = tmp_path / CANARY
    script.write_text(f"#!/bin/sh\ntouch '{canary}'\n")
    script.chmod(0o755)
    (tmp_path / "more").write_text(f"[core]\n\tfsmonitor = {script}\n[alias]\n\tls-tree = !{script}\n")
    text = RUNS[name].format(run=script, hooks=tmp_path, config=tmp_path / "more")
    with (clone / ".git" / "config").open("a") as config:
        config.write(text)
    hooks = clone / ".git" / "hooks"
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc", "fsmonitor-watchman"):
        shutil.copy(script, hooks / hook)
    (clone / ".git" / "info" / "attributes").write_text("* filter=f diff=f\n")
    (clone / ".gitattributes").write_text("* filter=f diff=f working-tree-encoding=UTF-16\n")
    assert only(room.collect()).module == Submission("tiny.py", b"x = 1\n")
    assert not canary.exists()


def test_the_variables_of_the_caller_have_no_say(
    room: Room, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone_of(room, git)
    script = tmp_path / "run.sh"
    script.write_text(f"#!/bin/sh\ntouch '{tmp_path / CANARY}'\n")
    script.chmod(0o755)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "alias.ls-tree")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", f"!{script}")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(script))
    monkeypatch.setenv("GIT_TRACE2", str(tmp_path / CANARY))
    monkeypatch.setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", "/nowhere")
    assert isinstance(only(room.collect()).module, Submission)
    assert not (tmp_path / CANARY).exists()


def alternates(git_dir: Path) -> None:
    (git_dir / "objects/info/alternates").write_text("/elsewhere/objects\n")


def http_alternates(git_dir: Path) -> None:
    (git_dir / "objects/info/http-alternates").write_text("http://localhost/objects\n")


def grafts(git_dir: Path) -> None:
    (git_dir / "info/grafts").write_text("0" * 40 + "\n")


def replaced(git_dir: Path) -> None:
    (git_dir / "refs/replace").mkdir()
    (git_dir / "refs/replace" / ("0" * 40)).write_text("1" * 40)


def replaced_packed(git_dir: Path) -> None:
    (git_dir / "packed-refs").write_text(f"{'1' * 40} refs/replace/{'0' * 40}\n")


def common_dir(git_dir: Path) -> None:
    (git_dir / "commondir").write_text("../../bob/.git\n")


def git_file(git_dir: Path) -> None:
    git_dir.rename(git_dir.parent / "real")
    git_dir.write_text("gitdir: real\n")


def git_link(git_dir: Path) -> None:
    git_dir.rename(git_dir.parent / "real")
    git_dir.symlink_to("real")


def git_pipe(git_dir: Path) -> None:
    shutil.rmtree(git_dir)
    os.mkfifo(git_dir)


def objects_link(git_dir: Path) -> None:
    (git_dir / "objects").rename(git_dir / "real")
    (git_dir / "objects").symlink_to("real")


def object_pipe(git_dir: Path) -> None:
    file = next(path for path in (git_dir / "objects").glob("??/*"))
    file.unlink()
    os.mkfifo(file)


def pack_link(git_dir: Path) -> None:
    (git_dir / "objects/pack/pack-1.pack").symlink_to("/etc/passwd")


def head_pipe(git_dir: Path) -> None:
    (git_dir / "HEAD").unlink()
    os.mkfifo(git_dir / "HEAD")


def head_link(git_dir: Path) -> None:
    (git_dir / "HEAD").unlink()
    (git_dir / "HEAD").symlink_to("/etc/passwd")


def head_outside(git_dir: Path) -> None:
    (git_dir / "HEAD").write_text("ref: refs/../../../../../etc/passwd\n")


def head_nonsense(git_dir: Path) -> None:
    (git_dir / "HEAD").write_bytes(b"\xff\xfe--upload-pack=x\n")


def head_option(git_dir: Path) -> None:
    (git_dir / "HEAD").write_text("--help\n")


def head_huge(git_dir: Path) -> None:
    (git_dir / "HEAD").write_bytes(b"a" * (reader.MAX_REFS + 1))


def ref_link(git_dir: Path) -> None:
    (git_dir / "refs/heads").rename(git_dir / "heads")
    (git_dir / "refs/heads").symlink_to("../heads")


def unborn(git_dir: Path) -> None:
    (git_dir / "HEAD").write_text("ref: refs/heads/master\n")


def no_such_commit(git_dir: Path) -> None:
    (git_dir / "HEAD").write_text("1" * 40)


def a_blob_for_a_commit(git_dir: Path) -> None:
    (git_dir / "HEAD").write_text(loose(git_dir, "blob", b"x = 1\n"))


def missing_tree(git_dir: Path) -> None:
    commit_tree(git_dir, "2" * 40)


def broken_object(git_dir: Path) -> None:
    for path in (git_dir / "objects").glob("??/*"):
        path.chmod(0o644)
        path.write_bytes(b"no zlib")


def tree_bomb(git_dir: Path) -> None:
    tree = loose(
        git_dir, "tree", b"".join(b"100644 %04d\0" % n + bytes.fromhex(loose(git_dir, "blob", b"")) for n in range(100))
    )
    for _ in range(6):
        tree = loose(git_dir, "tree", b"".join(b"40000 %04d\0" % n + bytes.fromhex(tree) for n in range(100)))
    commit_tree(git_dir, tree)


REPOSITORIES: dict[Callable[[Path], None], str] = {
    alternates: "another repository", http_alternates: "another machine", grafts: "grafted", replaced: "replaced",
    replaced_packed: "replaced", common_dir: "work tree of another", git_file: "points elsewhere", git_link: "points elsewhere",
    git_pipe: "points elsewhere", objects_link: "are a link", object_pipe: "a link, device or pipe", pack_link: "a link, device or pipe",
    head_pipe: "not a plain file", head_link: "HEAD is a link", head_outside: "no branch and no commit",
    head_nonsense: "no branch and no commit", head_option: "no branch and no commit", head_huge: "larger than",
    ref_link: "is a link", unborn: "the branch master, which has no commit", no_such_commit: "missing or broken",
    a_blob_for_a_commit: "missing or broken", missing_tree: "missing or broken",
    broken_object: "missing or broken", tree_bomb: "a list of files of more than 8 MiB|took more than",
}  # fmt: skip


@pytest.mark.parametrize("spoil", REPOSITORIES, ids=lambda f: f.__name__)
def test_a_hostile_clone_is_refused_and_the_class_goes_on(room: Room, git: Git, spoil: Callable[[Path], None]) -> None:
    spoil(clone_of(room, git, "eve") / ".git")
    room.put("good/tiny.py")
    start = time.monotonic()
    found = room.collect()
    assert time.monotonic() - start < objects.SECONDS
    assert sources(found) == ["good/tiny.py"]
    assert ids(found) == ["eve", "good"]
    assert re.search(REPOSITORIES[spoil], reason(found, "eve")), found.refused


def test_replaced_and_grafted_clones_would_not_be_believed_anyway(
    room: Room, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = clone_of(room, git)
    first = git(clone, "rev-parse", "HEAD:exercises/tiny.py")
    second = loose(clone / ".git", "blob", b"x = 2\n")
    git(clone, "replace", first, second)
    monkeypatch.setattr(reader, "_require_plain", lambda git_dir: None)
    assert git(clone, "cat-file", "blob", first) == "x = 2"
    assert only(room.collect()).module == Submission("tiny.py", b"x = 1\n")


def test_a_partial_clone_fetches_nothing(room: Room, git: Git, tmp_path: Path) -> None:
    source = tmp_path / "server"
    source.mkdir()
    clone_of(Room(source, room.course), git, "repo")
    git(source / "repo", "config", "uploadpack.allowFilter", "true")
    git(room.folder, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{source}/repo", "ada")
    answer = only(room.collect())
    assert [str(part).count("partial clone?") for part in (answer.module, answer.quiz)] == [1, 1]
    assert git(room.folder / "ada", "cat-file", "blob", "HEAD:exercises/tiny.py") == "x = 1"  # git itself fetches it


def test_a_file_that_is_missing_costs_itself_only(room: Room, git: Git) -> None:
    clone = clone_of(room, git)
    id = git(clone, "rev-parse", "HEAD:exercises/quiz.toml")
    (clone / ".git/objects" / id[:2] / id[2:]).unlink()
    answer = only(room.collect())
    assert answer.module == Submission("tiny.py", b"x = 1\n")
    assert "missing or broken" in str(answer.quiz)


def test_what_is_no_plain_file_in_a_commit_is_refused(room: Room, git: Git) -> None:
    clone = clone_of(room, git)
    (clone / "exercises/other.py").symlink_to("/etc/passwd")
    git(clone, "add", "-A")
    git(clone, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},chapter12.py")
    git(clone, "commit", "-q", "-m", "more")
    found = room.collect()
    link = next(answer for answer in found.handed_in if answer.chapter != TINY)
    assert isinstance(link.module, Ungradable)
    assert {refused.reason.split(":")[0] for refused in found.refused} == {"refused", "set aside", "ignored"}


def test_a_large_file_in_a_commit_is_refused(room: Room, git: Git) -> None:
    clone_of(room, git, text="#" * (MAX_BYTES + 1))
    assert only(room.collect()).module == Ungradable("NOT_WRITTEN", "tiny.py is larger than 1000 kB")


@pytest.mark.parametrize(
    ("name", "words"),
    [(b"..", "climbs out"), (b"a\nb", "control"), (b"C:tiny.py", "drive"), (b"a" * 201, "longer than"), (b".git", "a program left")],
)  # fmt: skip
def test_hostile_names_in_a_tree_are_refused(room: Room, git: Git, name: bytes, words: str) -> None:
    git_dir = clone_of(room, git) / ".git"
    blob = bytes.fromhex(loose(git_dir, "blob", b"x = 2\n"))
    inner = bytes.fromhex(loose(git_dir, "tree", b"100644 tiny.py\0" + blob))
    commit_tree(git_dir, loose(git_dir, "tree", b"40000 " + name + b"\0" + inner))
    found = room.collect()
    assert found.handed_in == ()
    assert words in found.refused[0].reason


@pytest.mark.parametrize("when", ["99999999999999999 +0000", "999999999999 +0000", "-5 +0000", "yesterday"])
def test_a_time_that_no_calendar_holds_is_none(room: Room, git: Git, when: str) -> None:
    clone = clone_of(room, git)
    commit_tree(clone / ".git", git(clone, "rev-parse", "HEAD^{tree}"), when)
    answer = only(room.collect())
    assert (answer.submitted_at, answer.time_source) == (None, None)
    assert isinstance(answer.module, Submission)


def test_git_that_takes_too_long_is_ended(
    room: Room, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone_of(room, git)
    room.put("good/tiny.py")
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(objects, "SECONDS", 0.2)
    found = room.collect()
    assert sources(found) == ["good/tiny.py"]
    assert "took more than" in reason(found, "ada")


def test_a_machine_without_git_says_so(room: Room, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    clone_of(room, git)
    monkeypatch.setenv("PATH", "/nowhere")
    assert "git is not installed" in reason(room.collect(), "ada")


def test_too_many_objects(room: Room, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    clone_of(room, git)
    monkeypatch.setattr(reader, "MAX_OBJECTS", 5)
    assert "more than 5 object files" in reason(room.collect(), "ada")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_a_clone_of_somebody_elses_is_read(room: Room, git: Git) -> None:
    clone = clone_of(room, git)
    for path in (clone, *clone.rglob("*")):
        os.chown(path, 12345, 12345)
    assert only(room.collect()).module == Submission("tiny.py", b"x = 1\n")


def test_nothing_is_left_in_the_clone_or_behind(
    room: Room, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = clone_of(room, git)
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    before = {path: path.lstat().st_mtime_ns for path in sorted(clone.rglob("*"))}
    room.collect()
    assert {path: path.lstat().st_mtime_ns for path in sorted(clone.rglob("*"))} == before
    assert list(place.iterdir()) == []
