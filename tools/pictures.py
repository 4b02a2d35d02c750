"""Draw the lessons' pictures: ``python tools/pictures.py [--check] [--preview FOLDER] [CHAPTER ...]``.

Every public function ``name(plt)`` defined in ``solutions/CHAPTER/pictures.py`` draws and returns one figure, which is
saved as ``solutions/CHAPTER/pictures/name.svg``. Without a chapter, all chapters that have a ``pictures.py`` are drawn.

The same drawing gives the same bytes with the same release of Matplotlib: no date, no release number, fixed ids, and
text as paths of the font that comes with Matplotlib. Backgrounds are transparent; text and lines have colours that
can be read on white as well as on a dark page. Colours of curves are "C0" to "C4" (blue, vermilion, green, purple,
ochre: distinguishable for colour-blind readers); text and lines of a figure's own take ``plt.rcParams["text.color"]``.
"""

from __future__ import annotations

import argparse
import difflib
import importlib.util
import inspect
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")

from cycler import cycler
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

ROOT = Path(__file__).resolve().parent.parent
SOLUTIONS = ROOT / "solutions"

# Grey of relative luminance 0.19: contrast 4.3 to 1 on white and on the dark page alike, the most one colour can have.
INK = "#777b82"
# After Okabe and Ito's palette, moved to luminances that stand out (at least 3 to 1) on both pages.
COLOURS = ("#1f7fc4", "#d55e00", "#0a9a72", "#b565a0", "#b07c00")
PAGES = {"light": "#ffffff", "dark": "#0d1117"}

STYLE: Any = {
    "svg.hashsalt": "micrograde",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "mathtext.fontset": "dejavusans",
    "font.size": 11,
    "figure.figsize": (6.0, 3.6),
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "savefig.edgecolor": "none",
    "savefig.bbox": "tight",
    "savefig.pad_inches": 0.06,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": INK,
    "grid.alpha": 0.3,
    "grid.linewidth": 0.6,
    "lines.linewidth": 2.0,
    "patch.edgecolor": INK,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "axes.prop_cycle": cycler(color=COLOURS),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Draw, or compare, the pictures of the chapters named; the exit status is 1 where a picture differs."""
    parser = argparse.ArgumentParser(description="Draw the lessons' pictures from each chapter's pictures.py.")
    parser.add_argument(
        "chapters", nargs="*", metavar="CHAPTER", help="e.g. chapter01_xor (default: all that have any)"
    )
    parser.add_argument("--check", action="store_true", help="compare with the files that are there, write nothing")
    parser.add_argument("--preview", type=Path, metavar="FOLDER", help="write PNGs on a light and a dark page there")
    options = parser.parse_args(argv)

    matplotlib.rcdefaults()  # what a matplotlibrc of this machine says must not show in the pictures
    problems: list[str] = []
    for chapter in find_chapters(options.chapters):
        if options.preview is not None:
            write_previews(chapter, options.preview)
        elif options.check:
            problems += compare_pictures(chapter)
        else:
            write_pictures(chapter)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def find_chapters(names: Sequence[str]) -> list[Path]:
    """Return the folders of the chapters named, or of all chapters with a pictures.py; an unknown name ends the run."""
    there = sorted(path.parent for path in SOLUTIONS.glob("*/pictures.py"))
    if not names:
        return there
    by_name = {folder.name: folder for folder in there}
    for name in names:
        if name not in by_name:
            close = difflib.get_close_matches(name, by_name, n=1)
            advice = f" Did you mean {close[0]!r}?" if close else ""
            sys.exit(f"No pictures.py for chapter {name!r} in {SOLUTIONS}.{advice}")
    return [by_name[name] for name in names]


def draw_pictures(chapter: Path) -> Iterator[tuple[str, Figure]]:
    """Yield the name and the figure of every public function of a chapter's pictures.py, in its order."""
    module_name = f"pictures_of_{chapter.name}"
    spec = importlib.util.spec_from_file_location(module_name, chapter / "pictures.py")
    if spec is None or spec.loader is None:
        sys.exit(f"{chapter / 'pictures.py'} cannot be loaded as a Python module.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    functions: list[Callable[[Any], Figure]] = [
        value
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module_name and not name.startswith("_")
    ]
    for function in functions:
        with plt.rc_context(STYLE):
            figure = function(plt)
            yield function.__name__, figure
            plt.close(figure)


def svg_bytes(figure: Figure) -> bytes:
    """Return the figure as SVG, the same bytes for the same drawing."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    lines = buffer.getvalue().decode().splitlines()
    return ("\n".join(line.rstrip() for line in lines) + "\n").encode()


def write_pictures(chapter: Path) -> None:
    """Write every picture of the chapter that is new or differs."""
    folder = chapter / "pictures"
    folder.mkdir(exist_ok=True)
    for name, figure in draw_pictures(chapter):
        path = folder / f"{name}.svg"
        content = svg_bytes(figure)
        changed = not path.is_file() or path.read_bytes() != content
        if changed:
            path.write_bytes(content)
        print(f"{'wrote' if changed else 'as it was'}: {path.relative_to(ROOT)}")


def compare_pictures(chapter: Path) -> list[str]:
    """Return one sentence for every picture that is missing, differs, or has no function that draws it."""
    problems = []
    undrawn = set((chapter / "pictures").glob("*.svg"))
    for name, figure in draw_pictures(chapter):
        path = chapter / "pictures" / f"{name}.svg"
        undrawn.discard(path)
        if not path.is_file():
            problems.append(f"{path.relative_to(ROOT)} is missing: run python tools/pictures.py {chapter.name}")
        elif path.read_bytes() != svg_bytes(figure):
            problems.append(
                f"{path.relative_to(ROOT)} is not what pictures.py draws (with Matplotlib {matplotlib.__version__}): "
                f"run python tools/pictures.py {chapter.name}"
            )
    problems += [
        f"{path.relative_to(ROOT)}: no function of pictures.py draws it; delete it" for path in sorted(undrawn)
    ]
    return problems


def write_previews(chapter: Path, folder: Path) -> None:
    """Write each picture as PNG on the light and on the dark page, to be looked at."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, figure in draw_pictures(chapter):
        for page, colour in PAGES.items():
            path = folder / f"{chapter.name}-{name}-{page}.png"
            figure.savefig(path, format="png", dpi=110, facecolor=colour)
            print(f"wrote: {path}")


if __name__ == "__main__":
    sys.exit(main())
