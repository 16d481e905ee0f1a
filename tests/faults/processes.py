"""What Linux tells of processes in /proc: children, memory, file descriptors, connections."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")


class Resources(NamedTuple):
    """What a process holds: resident memory in pages, and open file descriptors."""

    memory: int
    files: int


def children(pid: int, words: Iterable[str]) -> list[int]:
    """The children of a process whose command line has one of the words."""
    return sorted(child for child in _children(pid) if any(word in _line(child) for word in words))


def resources(pid: int) -> Resources:
    """What a process holds now."""
    pages = int((PROC / f"{pid}/statm").read_text().split()[1])
    return Resources(pages, len(os.listdir(PROC / f"{pid}/fd")))


def asking(pids: Iterable[int], port: int) -> int:
    """Which of the processes has the connection that comes from this port."""
    inode = next(_inodes(port))
    for pid in pids:
        if f"socket:[{inode}]" in _links(pid):
            return pid
    raise AssertionError(f"none of them has a connection from port {port}")


def _children(pid: int) -> Iterator[int]:
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it has ended
                continue
            if int(fields[1]) == pid:
                yield int(entry.name)


def _line(pid: int) -> str:
    try:
        return (PROC / f"{pid}/cmdline").read_text()
    except OSError:
        return ""


def _inodes(port: int) -> Iterator[str]:
    for line in (PROC / "net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[1].rpartition(":")[2], 16) == port:
            yield fields[9]


def _links(pid: int) -> set[str]:
    links = set()
    for entry in (PROC / f"{pid}/fd").iterdir():
        try:
            links.add(os.readlink(entry))
        except OSError:  # it was closed meanwhile
            continue
    return links
