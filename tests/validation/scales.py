"""Items of public scales as the R scripts score them: reversed where worded the other way."""

import numpy as np

from reference import data

KEY = {
    "agree": "-A1 A2 A3 A4 A5",
    "conscientious": "C1 C2 C3 -C4 -C5",
    "extraversion": "-E1 -E2 E3 E4 E5",
    "neuroticism": "N1 N2 N3 N4 N5",
    "openness": "O1 -O2 O3 O4 -O5",
}


def bfi(scale: str) -> np.ndarray:
    """Return the five items of one scale, points 1 to 6."""
    frame = data("bfi")
    columns = [7 - frame[item[1:]] if item.startswith("-") else frame[item] for item in KEY[scale].split()]
    return np.column_stack(columns).astype(float)


def cesd() -> np.ndarray:
    """Return the twenty items of the CES-D, points 0 to 3."""
    items = data("help_items")[[f"F1{letter}" for letter in "ABCDEFGHIJKLMNOPQRST"]].copy()
    for item in ("F1D", "F1H", "F1L", "F1P"):
        items[item] = 3 - items[item]
    return items.to_numpy(float)


def induc() -> np.ndarray:
    """Return the 45 yes/no items of the InDUC without its control items."""
    return data("help_items")[[f"M{n}" for n in range(1, 51) if n % 10 != 5]].to_numpy(float)


def complete(items: np.ndarray) -> np.ndarray:
    """Return the rows without an absent answer."""
    return items[~np.isnan(items).any(axis=1)]
