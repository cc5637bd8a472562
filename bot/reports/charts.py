"""Charts as SVG, drawn by the server: for a page, for print, for a screen reader.

Every chart has a title and a sentence that says what is to be seen; the figures themselves stand in a
table beside it. Colours are fixed attributes, so that neither a style sheet nor a script is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import count

RED = "#8f1818"
GOLD = "#d9a834"
GREY = "#8a8175"
_INK = "#1f1d1b"
_SOFT = "#5c564e"
_LINE = "#e0d9cc"
_FONT = "Libertinus Serif, system-ui, Arial, sans-serif"
_BAR = 16
_GAP = 7
_LABELS = 150
_VALUES = 56
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label and its value."""

    label: str
    value: int


@dataclass(frozen=True, slots=True)
class Column:
    """One column in time: its label and the values that stand on each other, lowest first."""

    label: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """What one layer of the columns means, and its colour."""

    title: str
    colour: str


def draw_bars(title: str, told: str, bars: Sequence[Bar], width: int = 480) -> str:
    """Lying bars, one under the other; `told` is the sentence for those who do not see it."""
    most = max((bar.value for bar in bars), default=0) or 1
    room = width - _LABELS - _VALUES
    drawn = []
    for number, bar in enumerate(bars):
        top = number * (_BAR + _GAP)
        middle = top + _BAR * 0.8
        long = round(room * bar.value / most, 1)
        drawn.append(_text(_LABELS - 8, middle, bar.label, "end", size=13))
        if bar.value:
            drawn.append(_rect(_LABELS, top, max(long, 2), _BAR, RED))
        else:
            drawn.append(_rect(_LABELS, top, 2, _BAR, _LINE))
        drawn.append(
            _text(_LABELS + max(long, 2) + 6, middle, _figure(bar.value), colour=_SOFT, size=13)
        )
    height = max(1, len(bars)) * (_BAR + _GAP)
    return _svg(title, told, width, height, drawn)


def draw_columns(
    title: str,
    told: str,
    columns: Sequence[Column],
    series: Sequence[Series],
    width: int = 720,
    height: int = 260,
) -> str:
    """Standing columns in time, each of layers; a legend says what the layers are."""
    left, top, low = 46, 34, height - 26
    most = _round_up(max((sum(column.values) for column in columns), default=0))
    drawn = [*_legend(series, left), *_scale(most, left, top, low, width)]
    step = (width - left) / max(1, len(columns))
    broad = max(1.0, min(step * 0.78, 40))
    every = -(-len(columns) // 12)
    for number, column in enumerate(columns):
        x, y = left + step * (number + 0.5) - broad / 2, float(low)
        for value, layer in zip(column.values, series, strict=True):
            tall = (low - top) * value / most
            y -= tall
            if value:
                drawn.append(_rect(round(x, 1), round(y, 1), round(broad, 1), tall, layer.colour))
        if number % every == 0:
            drawn.append(_text(x + broad / 2, height - 8, column.label, "middle", _SOFT, 12))
    return _svg(title, told, width, height, drawn)


def _legend(series: Sequence[Series], left: int) -> list[str]:
    drawn, x = [], float(left)
    for layer in series:
        drawn += [_rect(x, 4, 12, 12, layer.colour), _text(x + 18, 15, layer.title, size=13)]
        x += 18 + 7.2 * len(layer.title) + 20
    return drawn


def _scale(most: int, left: int, top: int, low: int, width: int) -> list[str]:
    drawn = []
    for part in (0, 1, 2):
        y = round(low - (low - top) * part / 2, 1)
        drawn.append(f'<path d="M{left} {y}H{width}" stroke="{_LINE}" fill="none"/>')
        drawn.append(_text(left - 6, y + 4, _figure(most * part // 2), "end", _SOFT, 12))
    return drawn


def _round_up(value: int) -> int:
    """The next even, round number: the top of a scale that has a middle."""
    if value <= 2:
        return 2
    unit = int(10 ** (len(str(value)) - 1))
    steps = (unit, unit * 2, unit * 4, unit * 6, unit * 8, unit * 10)
    found = next(step for step in steps if step >= value)
    return found if found % 2 == 0 else found + 1


def _figure(value: int) -> str:
    """A number as Vietnamese readers write it: 12.345."""
    return f"{value:,}".replace(",", ".")


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{round(height, 1)}" fill="{colour}"/>'


def _text(
    x: float, y: float, text: str, anchor: str = "start", colour: str = _INK, size: int = 14
) -> str:
    return (
        f'<text x="{round(x, 1)}" y="{round(y, 1)}" text-anchor="{anchor}" fill="{colour}" '
        f'font-size="{size}" font-family="{_FONT}">{escape(text)}</text>'
    )


def _svg(title: str, told: str, width: int, height: int, drawn: Sequence[str]) -> str:
    # Ids must differ where several charts stand on one page.
    number = next(_numbers)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'class="chart" aria-labelledby="bd{number}t bd{number}m">'
        f'<title id="bd{number}t">{escape(title)}</title>'
        f'<desc id="bd{number}m">{escape(told)}</desc>{"".join(drawn)}</svg>'
    )
