"""Columns of categories: texts that come again and again, each kept once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def categorise(texts: Any, codes: NDArray[Any] | None = None) -> pd.Categorical:  # noqa: ANN401 - whatever numpy takes as an array
    """Make categories of texts, some of which may be the same.

    Args:
        texts: the texts; a missing one stays missing.
        codes: entry i has the text number `codes[i]`; without it each text is an entry.
    """
    numbers, distinct = pd.factorize(np.asarray(texts, dtype=object))
    numbers = numbers.astype(np.min_scalar_type(-len(distinct) - 1))
    return pd.Categorical.from_codes(
        numbers if codes is None else numbers.take(codes),
        categories=pd.Index(distinct, dtype="str"),
        validate=False,
    )


def spread(column: pd.Series, times: int) -> pd.Categorical:
    """Give each text of a column of categories so many times, one after the other."""
    codes = np.repeat(column.cat.codes.to_numpy(), times)
    found: pd.Categorical = pd.Categorical.from_codes(
        codes, categories=column.cat.categories, validate=False
    )
    return found
