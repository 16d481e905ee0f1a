"""Writes measured figures into files, as docs/plots.py reads them."""

import csv
from collections.abc import Iterable
from pathlib import Path


def write(
    directory: str, name: str, titles: tuple[str, ...], rows: Iterable[Iterable[str | float]]
) -> None:
    """The rows under their titles, in a file of that name; what is no whole number gets three
    digits after the point."""
    file = Path(directory) / f"{name}.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="", encoding="utf-8") as opened:
        output = csv.writer(opened, lineterminator="\n")
        output.writerow(titles)
        output.writerows([_shown(cell) for cell in row] for row in rows)
    print(f"written: {file}")


def _shown(cell: str | float) -> str:
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)
