"""Draws the figures of docs/measured as pictures: `make plots`. Knows SVG, and how such a file is
written; nothing of what was measured but what the file says."""

import csv
import math
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
MEASURED, PICTURES = HERE / "measured", HERE / "images" / "plots"
WIDTH = 520
# The colours are those of the gate's own pages; see conf.py. A picture has its own background,
# since it follows the device's dark mode, and the page around it may have been set otherwise.
STYLE = """
.page{fill:#fff}.ink{fill:#171a21}.soft{fill:#59606e}.rule{stroke:#d5d9e0}
.gate{fill:#3f46c4}.other{fill:#858c99}.line{stroke:#3f46c4;stroke-width:2.5;fill:none}
@media (prefers-color-scheme:dark){.page{fill:#0f1116}.ink{fill:#eceef3}.soft{fill:#abb2bf}
.rule{stroke:#3a404d}.gate{fill:#aab1ff}.other{fill:#8a92a1}.line{stroke:#aab1ff}}
"""


class Bar(NamedTuple):
    """One bar: what it says, how long it is, and whether it is the gate's."""

    name: str
    value: float
    ours: bool = True


class Curve(NamedTuple):
    """Points of one curve, from left to right."""

    name: str
    points: tuple[tuple[float, float], ...]


def read(name: str) -> list[dict[str, str]]:
    """The rows of a file. Lines with # say when and where it was measured."""
    lines = (MEASURED / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def text(x: float, y: float, words: str, kind: str = "ink", more: str = "") -> str:
    return f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}"{more}>{escape(words)}</text>'


def picture(title: str, note: str, height: int, parts: Iterable[str]) -> str:
    """A whole picture, with its title and a line below that."""
    heading = [
        text(16, 28, title, "ink", ' font-weight="600" font-size="16"'),
        text(16, 48, note, "soft"),
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
            f' width="{WIDTH}" height="{height}" role="img" aria-labelledby="t" font-size="14"'
            " font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif\">",
            f'<title id="t">{escape(title)}</title>',
            f"<style>{STYLE}</style>",
            f'<rect class="page" width="{WIDTH}" height="{height}" rx="8"/>',
            *heading,
            *parts,
            "</svg>\n",
        ]
    )


def bars(title: str, note: str, rows: list[Bar], shown: Callable[[float], str]) -> str:
    """Bars from left to right, each below its name, and its figure at its end."""
    longest, parts = max(row.value for row in rows), []
    for number, row in enumerate(rows):
        top, length = 66 + 44 * number, (WIDTH - 100) * row.value / longest
        kind = "gate" if row.ours else "other"
        parts += [
            text(16, top + 12, row.name),
            f'<rect class="{kind}" x="16" y="{top + 18}" width="{max(length, 2):.1f}"'
            ' height="14" rx="3"/>',
            text(24 + length, top + 30, shown(row.value), "ink", ' font-weight="600"'),
        ]
    return picture(title, note, 76 + 44 * len(rows), parts)


def _scale(values: Iterable[float], begin: float, end: float) -> Callable[[float], float]:
    """A logarithmic scale from the smallest value at `begin` to the largest at `end`."""
    logs = [math.log10(value) for value in values]
    low, span = min(logs), (max(logs) - min(logs)) or 1.0
    return lambda value: begin + (end - begin) * (math.log10(value) - low) / span


def _curve(
    curve: Curve, across: Callable[[float], float], up: Callable[[float], float]
) -> list[str]:
    path = "L".join(f"{across(x):.1f} {up(y):.1f}" for x, y in curve.points)
    dots = [
        f'<circle class="gate" cx="{across(x):.1f}" cy="{up(y):.1f}" r="3.5"/>'
        for x, y in curve.points
    ]
    return [f'<path class="line" d="M{path}"/>', *dots]


def panels(title: str, note: str, curves: list[Curve], ticks: tuple[float, ...]) -> str:
    """Two small plots in a row, all with the same axis upwards; both axes are logarithmic."""
    parts: list[str] = []
    for number, curve in enumerate(curves):
        left, top = 54 + 250 * (number % 2), 92 + 168 * (number // 2)
        across = _scale([x for x, _ in curve.points], left + 6, left + 174)
        up = _scale(ticks, top + 112, top + 6)
        parts.append(text(left, top - 10, curve.name, "ink", ' font-weight="600"'))
        for tick in ticks:
            parts += [
                f'<path class="rule" d="M{left} {up(tick):.1f}H{left + 180}"/>',
                text(left - 6, up(tick) + 5, f"{tick:,.0f}", "soft", ' text-anchor="end"'),
            ]
        for x, _ in (curve.points[0], curve.points[-1]):
            parts.append(text(across(x), top + 132, f"{x:,.0f}", "soft", ' text-anchor="middle"'))
        parts += _curve(curve, across, up)
    return picture(title, note, 80 + 168 * math.ceil(len(curves) / 2), parts)


def lines(title: str, note: str, curves: list[Curve], named: dict[float, str]) -> str:
    """Curves in one plot, each with its name beside its end; `named` are the values across."""
    across = _scale(named, 76, WIDTH - 176)
    ticks = [10.0**power for power in range(4, 8)]
    up = _scale(ticks, 340, 76)
    parts: list[str] = []
    for tick in ticks:
        parts += [
            f'<path class="rule" d="M70 {up(tick):.1f}H{WIDTH - 170}"/>',
            text(
                64,
                up(tick) + 5,
                f"{tick / 1e6:g} M" if tick >= 1e6 else f"{tick / 1e3:g} k",
                "soft",
                ' text-anchor="end"',
            ),
        ]
    parts += [
        text(across(x), 364, name, "soft", ' text-anchor="middle"') for x, name in named.items()
    ]
    for curve in curves:
        x, y = curve.points[-1]
        parts += [*_curve(curve, across, up), text(across(x) + 12, up(y) + 5, curve.name)]
    return picture(title, note, 384, parts)


COSTS = {
    "public path without cookies": "A public path",
    "known session": "A session seen a moment ago",
    "known session, sealed cookies": "The same, with encrypted cookies",
    "known bearer token": "A bearer token seen a moment ago",
    "Starlette's SessionMiddleware": "",
    "refused: no cookie": "Refused: nobody is signed in",
    "refused: expired": "Refused: an expired token",
    "first-seen session": "A session seen for the first time",
}


def _costs() -> list[Bar]:
    measured = {row["request"]: float(row["verifications"]) for row in read("request-costs")}
    return [Bar(COSTS[name] or name, measured[name], bool(COSTS[name])) for name in COSTS]


def _kept() -> list[Bar]:
    """What is left of the bare app's requests; of a peer by the gated app's ratio to it."""
    rows, found = read("throughput"), []
    gated = {
        row["server"]: float(row["ratio"])
        for row in rows
        if (row["app"], row["against"]) == ("gated", "bare")
    }
    for row in rows:
        ratio, server = float(row["ratio"]), row["server"].replace(", ", ": ")
        if row["app"] != "gated":
            found.append(Bar(f"{server} with {row['app']}", ratio, ours=False))
        elif row["against"] == "bare":
            found.append(Bar(f"{server} behind the gate", ratio))
        else:
            found.append(
                Bar(f"{server} with {row['against']}", gated[row["server"]] / ratio, ours=False)
            )
    return found


def _curves(name: str, *columns: str) -> list[Curve]:
    """The curves of a file: what names each, its values across, and those upwards."""
    found: dict[str, list[tuple[float, float]]] = {}
    which, across, up = columns
    for row in read(name):
        found.setdefault(row[which], []).append((float(row[across]), float(row[up])))
    return [Curve(name, tuple(points)) for name, points in found.items()]


REFRESHES = {
    "one for all (a store)": "one refresh for all",
    "one in each process": "one for each process",
    "each request by itself": "one for each request",
}


def pictures() -> dict[str, str]:
    """Every picture by the name of its file."""
    users = {
        curve.name: curve.points for curve in _curves("users", "refresh", "seconds", "average")
    }
    return {
        "request-costs.svg": bars(
            "What a request costs",
            "CPU time over the bare app; 1 is one RS256 verification",
            _costs(),
            lambda value: f"{value:.2f}",
        ),
        "throughput.svg": bars(
            "Requests per second that are left",
            "Of what the same app serves without sign-in",
            _kept(),
            lambda value: f"{value:.0%}",
        ),
        "growth.svg": panels(
            "What makes a request dearer, and what does not",
            "Microseconds of CPU time, as their number grows; both axes by tens",
            _curves("growth", "grows", "size", "microseconds"),
            (1, 10, 100, 1_000),
        ),
        "users.svg": lines(
            "Users that Cognito's quota carries",
            "On average, by how long an access token lives; 4 workers",
            [Curve(words, users[name]) for name, words in REFRESHES.items()],
            {300: "5 minutes", 3_600: "1 hour", 28_800: "8 hours"},
        ),
    }


if __name__ == "__main__":
    PICTURES.mkdir(parents=True, exist_ok=True)
    for file, drawn in pictures().items():
        (PICTURES / file).write_text(drawn, encoding="utf-8")
        print(PICTURES / file)
