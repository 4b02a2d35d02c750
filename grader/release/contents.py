"""What goes out of a chapter: lesson, stub, quiz form, pictures and data (*.csv); and, in the pack, its checks."""

import ast
from collections.abc import Iterator

from grader.course import ACCURACY_FILE, HIDDEN_ANSWERS, Chapter, Course
from grader.errors import CourseError, did_you_mean, read_author_text
from grader.quiz import hide_questions
from grader.quiz.form import write_form
from grader.stubs import make_stub, solution_blocks

PICTURES = (".svg", ".png", ".jpg", ".gif", ".webp")
"""What may lie in a chapter's pictures/."""

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def chapter_stub(chapter: Chapter) -> str:
    """Return a chapter's stub; raises CourseError for a task that the solution does not define or has no block in."""
    if chapter.kind == "pack":
        return read_author_text(chapter.stub_path, f"{chapter.file_name} of {chapter.name}")
    where = f"{chapter.file_name} of {chapter.name}"
    source = read_author_text(chapter.solution_path, where)
    stub = make_stub(source, where)
    definitions = {node.name: node for node in _definitions(stub)}
    kinds = {name: "class" if isinstance(node, ast.ClassDef) else "function" for name, node in definitions.items()}
    blocks = {block.name.split(".")[0] for block in solution_blocks(source, where)}
    for task in chapter.tasks:
        here = f'chapter.toml of {chapter.name}: task "{task.name}"'
        if task.name not in kinds:
            raise CourseError(f"{here} is not defined in {chapter.file_name}.{did_you_mean(task.name, kinds)}")
        if kinds[task.name] != task.kind:
            raise CourseError(
                f'{here} is a {kinds[task.name]} in {chapter.file_name}: write kind = "{kinds[task.name]}".'
            )
        if task.takes and task.takes != (takes := _parameters(definitions[task.name])):
            raise CourseError(f"{here} is {task.name}({', '.join(takes)}) in {chapter.file_name}: correct takes.")
        if task.name not in blocks:
            raise CourseError(
                f"{where}: {task.name} has no solution block: put `# BEGIN SOLUTION …` around its answer."
            )
    return stub


def _definitions(source: str) -> Iterator[Definition]:
    for node in ast.parse(source).body:
        if isinstance(node, Definition):
            yield node


def _parameters(definition: Definition) -> tuple[str, ...]:
    if isinstance(definition, ast.ClassDef):
        methods = (node for node in definition.body if isinstance(node, ast.FunctionDef))
        return next((_parameters(method)[1:] for method in methods if method.name == "__init__"), ())
    return tuple(argument.arg for argument in definition.args.posonlyargs + definition.args.args)


def exercise_files(chapter: Chapter) -> dict[str, bytes]:
    """Return what a student gets of a chapter, by path inside its folder: lesson, stub, quiz form, pictures, data."""
    files = {
        "README.md": read_author_text(chapter.lesson_path, f"README.md of {chapter.name}").encode(),
        chapter.file_name: chapter_stub(chapter).encode(),
    }
    if chapter.quiz is not None:
        heading = f"{chapter.quiz.title} of chapter {chapter.number}: {chapter.title} ({chapter.quiz.points} points)"
        files["quiz.toml"] = write_form(chapter.questions, heading).encode()
    data = {path.name: path.read_bytes() for path in sorted(chapter.folder.glob("*.csv"))}
    return files | data | _pictures(chapter)


def _pictures(chapter: Chapter) -> dict[str, bytes]:
    folder = chapter.folder / "pictures"
    found = sorted(path for path in folder.iterdir() if path.name[0] != ".") if folder.is_dir() else []
    for path in found:
        if path.suffix not in PICTURES or not path.is_file():
            raise CourseError(
                f"pictures of {chapter.name}: {path.name} is no picture ({', '.join(PICTURES)}): move it."
            )
    return {f"pictures/{path.name}": path.read_bytes() for path in found}


def pack_files(chapter: Chapter) -> dict[str, bytes]:
    """Return what a pack holds of a chapter: what a student gets, chapter.toml, checks and figures, hidden quiz answers."""
    files = exercise_files(chapter)
    for name in ("chapter.toml", "checks.py"):
        files[name] = read_author_text(chapter.folder / name, f"{name} of {chapter.name}").encode()
    if chapter.accuracy:
        files[ACCURACY_FILE] = (chapter.folder / ACCURACY_FILE).read_bytes()
    if chapter.quiz is not None:
        files[HIDDEN_ANSWERS] = hide_questions(chapter.questions).encode()
    return files


def all_exercises(course: Course) -> dict[str, bytes]:
    """Return what a student gets of every chapter, by path."""
    return {
        f"{chapter.name}/{path}": data for chapter in course.chapters for path, data in exercise_files(chapter).items()
    }


def all_packed(course: Course) -> dict[str, bytes]:
    """Return what a pack of the course holds, by path."""
    files = {"course.toml": read_author_text(course.folder / "course.toml", "course.toml").encode()}
    for chapter in course.chapters:
        files |= {f"{chapter.name}/{path}": data for path, data in pack_files(chapter).items()}
    return files
