"""Records that contradict themselves: a score beside a score status that expects none."""

from __future__ import annotations

from typing import Final

import pandas as pd

from gradetools.dialects import parse
from gradetools.telling import tell_needless_score

#: Texts of records that are worth a look, which most are not.
_EXPECTS_NONE: Final = r'"scoreStatus":"(?:exempt|not submitted|submitted)"'


def find_needless_scores(records: pd.Series) -> pd.Series:
    """Say of each record, as JSON text or None, whether it has a score or text score that its score status does not expect."""
    texts = records.astype(object)
    likely = texts[texts.str.contains(_EXPECTS_NONE, na=False).to_numpy(dtype=bool)]
    found = [entry for entry, text in likely.items() if tell_needless_score(parse(text) or {})]
    return pd.Series(texts.index.isin(found), index=texts.index)
