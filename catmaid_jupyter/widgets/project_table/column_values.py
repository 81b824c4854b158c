"""The values of a column as people see them: numbers, or texts, each distinct one once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class CodedTexts:
    """Texts of rows, n in all: codes is (n,) of places in `texts`."""

    codes: NDArray[np.int64]
    texts: list[str]

    def of_used(self) -> CodedTexts:
        """The same without texts that no row has."""
        used, codes = np.unique(self.codes, return_inverse=True)
        return CodedTexts(codes, [self.texts[code] for code in used.tolist()])


def column_values(values: pd.Series) -> CodedTexts | NDArray[Any]:
    """Numbers as they are; categories and all else as text, times to the minute (UTC).

    Missing values are the empty text.
    """
    if values.dtype.kind in "iuf":
        return values.to_numpy()
    is_time = isinstance(values.dtype, pd.DatetimeTZDtype)
    coded = (values.dt.floor("min") if is_time else values).astype("category").cat
    named = pd.DatetimeIndex(coded.categories).strftime("%Y-%m-%d %H:%M") if is_time else coded.categories
    codes, texts = coded.codes.to_numpy(np.int64), [str(one) for one in named]
    # A missing value has the code -1: the last text.
    return CodedTexts(np.where(codes < 0, len(texts), codes), [*texts, ""])
