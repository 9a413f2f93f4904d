# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sound, damaged at a few places, which gets further than bytes at random; and what runs a parser on it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PIECES = [
    b"",
    b"\x00",
    b"\xff",
    b"\n",
    b"%",
    b"'",
    b'"',
    b"{",
    b"[",
    b": ",
    b"- ",
    b"&a",
    b"*a",
    b"<",
    b">",
    b"-- @",
    b"/*",
    b"1e999",
]


@st.composite
def damaged(draw: st.DrawFn, sound: bytes) -> bytes:
    """Return what is sound, with up to four pieces of it replaced."""
    content = sound
    for _ in range(draw(st.integers(0, 4))):
        begin = draw(st.integers(0, len(content)))
        end = min(len(content), begin + draw(st.integers(0, 40)))
        piece = draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=12), st.just(sound[begin:end] * 2)))
        content = content[:begin] + piece + content[end:]
    return content


def fuzz(run: Callable[[bytes], object], sound: bytes, *refusals: type[Exception], examples: int = 150) -> None:
    """Run a parser on what is sound, which it must take, and on what is damaged, which it may refuse."""
    run(sound)

    @settings(max_examples=examples, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(damaged(sound))
    def attempt(content: bytes) -> None:
        with contextlib.suppress(*refusals):
            run(content)

    attempt()
