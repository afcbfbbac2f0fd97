"""Enumerations that dataset functions take."""

from __future__ import annotations

from enum import Enum

__all__ = [
    "FileEncoding",
    "HistogramCompareMethod",
    "PromoteHeadersBehavior",
    "SkipLinesBehavior",
]


class PromoteHeadersBehavior(Enum):
    """Where the column names of delimited files come from."""

    NO_HEADERS = 0
    ONLY_FIRST_FILE_HAS_HEADERS = 1
    COMBINE_ALL_FILES_HEADERS = 2
    ALL_FILES_HAVE_SAME_HEADERS = 3


class SkipLinesBehavior(Enum):
    """From which files the first lines are left out."""

    NO_ROWS = 0
    FROM_FIRST_FILE_ONLY = 1
    FROM_ALL_FILES = 2


class FileEncoding(Enum):
    """How text is encoded in files."""

    UTF8 = 0
    ISO88591 = 1
    LATIN1 = 2
    ASCII = 3
    UTF16 = 4
    UTF32 = 5
    UTF8BOM = 6
    WINDOWS1252 = 7


class HistogramCompareMethod(Enum):
    """How two histograms are compared."""

    WASSERSTEIN = 0
    ENERGY = 1
