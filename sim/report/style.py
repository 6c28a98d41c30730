"""How every figure looks: one palette, one line style and marker a policy, files that hash equal when drawn again.

Figures are made without pyplot, so nothing is registered or left open, and the caller's settings stay.
"""

from __future__ import annotations

import itertools
import unicodedata
import warnings
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib import style
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

WIDTH = 7.6  # in: what a page between margins holds
INK, FAINT, SHADE = "#222222", "#8a8a8a", "#ececec"
# Okabe & Ito (2008), told apart with any kind of colour vision; their yellow is left out, too pale for lines on white.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#5b4b8a", "#444444")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1, 1.2)), (0, (6, 1.5, 1, 1.5)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h")
SIDE_COLOURS = {"home": COLOURS[0], "away": COLOURS[1], "neutral": FAINT}
SIDE_DASHES = {"home": DASHES[0], "away": DASHES[1], "neutral": DASHES[2]}

RC: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "matchday",
    "text.parse_math": False,  # a "$" in a name is a dollar
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 8.0,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 8.0,
    "legend.frameon": False,
    "legend.fontsize": 7.5,
    "lines.linewidth": 1.4,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "savefig.dpi": 150,
}


class Look(NamedTuple):
    """How one policy is drawn, in every figure."""

    colour: str
    dash: Any
    marker: str


def looks(names: Iterable[str]) -> dict[str, Look]:
    """A look a policy: the one its name asks for, or the next one that is free.

    Depends on the set of names only by those few that ask for the same, so a policy keeps its look from run to run.
    """
    taken: dict[int, str] = {}
    for name in names:
        taken[next(slot for slot in _slots(name) if slot not in taken)] = name
    return {name: _look(slot) for slot, name in taken.items()}


def _slots(name: str) -> Iterator[int]:
    """Every colour once, from the name's own on, before any of them comes again with another dash."""
    first = zlib.crc32(name.encode())
    for again in itertools.count():
        for step in range(len(COLOURS)):
            yield again * len(COLOURS) + (first + step) % len(COLOURS)


def _look(slot: int) -> Look:
    again, colour = divmod(slot, len(COLOURS))
    return Look(COLOURS[colour], DASHES[(colour + again) % len(DASHES)], MARKERS[slot % len(MARKERS)])


@contextmanager
def styled() -> Iterator[None]:
    """Matplotlib's own defaults with `RC` on top; the caller's settings come back afterwards.

    Letters that no font here has stay in the SVG, where a reader's own font may have them, and are boxes elsewhere.
    """
    with style.context(RC, after_reset=True), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from (current )?font", UserWarning)
        warnings.filterwarnings("ignore", r"Matplotlib currently does not support \w+ natively", UserWarning)  # to 3.10
        yield


def save(figure: Figure, file: Path) -> Path:
    """Writes an SVG without a date (other extensions as they say); the same figure gives the same bytes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    undated = {"Date": None, "Creator": "Matchday"} if file.suffix == ".svg" else None
    figure.savefig(file, metadata=undated)
    return file


def title(figure: Figure, text: str, left: float = 0.02) -> float:
    """The sentence above a figure, saying what is seen; gives the inches it takes."""
    lines = _wrapped(printable(text), WIDTH * (1.0 - 2.0 * left), 9.0)
    height = figure.get_figheight()
    figure.text(left, 1.0 - 0.07 / height, "\n".join(lines), va="top", fontsize=9.0, linespacing=1.25, color=INK)
    return 0.12 + 0.165 * len(lines)


def _wrapped(text: str, width: float, size: float) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if inches(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def inches(text: str, size: float) -> float:
    """Width of one line [in] at a font size [points]; wide letters, such as Chinese ones, are squares."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    narrow = "".join(c for c in text if unicodedata.east_asian_width(c) not in "WF")
    points = text_to_path.get_text_width_height_descent(narrow, FontProperties(size=size), False)[0]
    return (float(points) + size * wide) / 72.0


def key(owner: Axes | Figure, entries: Iterable[tuple[Artist, str]], **place: Any) -> None:
    """A legend with every name as it is: that of Matplotlib 3.9 leaves out those that begin with "_"."""
    handles, names = zip(*entries, strict=True)
    drawn = owner.legend(handles, [str(k) for k in range(len(names))], **place)
    for text, name in zip(drawn.get_texts(), names, strict=True):
        text.set_text(name)


def fitted(name: str, width: float, size: float) -> str:
    """As `shorten`, to a width [in] at a font size [points]."""
    name = printable(name)
    return next((s for n in range(len(name), 2, -1) if inches(s := shorten(name, n), size) <= width), name[:2])


def shorten(name: str, letters: int) -> str:
    """A name that fits its place: its middle goes, because paths differ at both ends."""
    name = printable(name)
    half = (letters - 1) // 2
    return name if len(name) <= letters else f"{name[: letters - 1 - half]}…{name[-half:]}"


def printable(text: str) -> str:
    """`text` on one line, without letters that XML or a font cannot hold."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def thousands(x: float, _: object = None) -> str:
    """A number as an axis shows it: 24,000, or 0.25, or 1.5M where there is no room for more."""
    if x >= 1e6:
        return f"{x / 1e6:g}M"
    return f"{x:,.0f}" if x >= 10.0 else f"{x:.3g}"


def none_here(axes: Axes, text: str) -> None:
    """Says in an empty panel that it is empty, on an axis from 0 to 1."""
    axes.set_ylim(0, 1)
    axes.set_yticks([0])
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=FAINT)
