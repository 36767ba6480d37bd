"""A column of texts kept as numbers: each distinct text once, and for every entry which of them it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.columns import categorise

Objects = NDArray[np.object_]


class CodedTexts:
    """One text for each entry, as its number in a list of texts; nothing is done per entry in Python.

    Attributes:
        codes: the entries' numbers, in one row.
        texts: what the numbers stand for; a text may stand there twice.
    """

    def __init__(self, codes: NDArray[Any], texts: Sequence[str | None]) -> None:
        self.codes, self.texts = codes, list(texts)

    @classmethod
    def blank(cls, count: int, text: str | None) -> CodedTexts:
        """Give so many entries the same text."""
        return cls(np.zeros(count, dtype=np.int32), [text])

    def put(self, where: Any, codes: Any, texts: Sequence[str | None]) -> None:  # noqa: ANN401 - an index of numpy's
        """Give the entries at an index other texts: one for all of them, or a number for each."""
        self.codes[where] = codes + len(self.texts)
        self.texts.extend(texts)

    def add(self, where: Any, word: str) -> None:  # noqa: ANN401 - an index of numpy's
        """Join a word to the texts at an index, with a comma."""
        before = self.codes[where]
        after = np.zeros(len(self.texts), dtype=self.codes.dtype)
        for code in pd.unique(before):
            text = self.texts[code]
            after[code] = len(self.texts)
            self.texts.append(f"{text},{word}" if text else word)
        self.codes[where] = after[before]

    def to_objects(self) -> Objects:
        """Write the texts out, entry by entry."""
        texts: Objects = np.array(self.texts, dtype=object)
        return texts.take(self.codes)

    def to_categories(self) -> pd.Categorical:
        """Give the texts as categories, entry by entry."""
        return categorise(self.texts, self.codes)
