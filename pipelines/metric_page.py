"""Logged values as a page lays them out: one table of numbers and texts, then cards of pictures."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pipelines.domain.metric_cards import MetricCard
from pipelines.domain.metric_figures import draw_card
from pipelines.domain.metric_series import MetricSeries
from pipelines.domain.shape_figures import DRAWN
from pipelines.metric_selectors import StepSeries
from pipelines.models import StepRun

MOST_CARDS = 60


@dataclass(frozen=True)
class NumberRow:
    """One name in the table; lowest and highest of finite numbers, None for others."""

    step: StepRun | None
    origin: StepRun | None
    series: MetricSeries
    last: Any
    count: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class PlacedCard:
    """A card with the step whose values it shows; `number` tells cards of a page apart."""

    number: int
    step: StepRun | None
    origin: StepRun | None
    card: MetricCard


@dataclass
class MetricPage:
    """What a page of metrics shows; `more` cards are left out."""

    rows: list[NumberRow] = field(default_factory=list)
    cards: list[PlacedCard] = field(default_factory=list)
    more: int = 0

    def __bool__(self) -> bool:
        return bool(self.rows or self.cards)


def lay_out(found: Iterable[StepSeries]) -> MetricPage:
    """Rows for what is a value or a course, cards for what can be drawn."""
    page = MetricPage()
    for step, origin, series in found:
        if series.kind not in DRAWN and not series.artifact and not series.is_table:
            page.rows.append(_row(step, origin, series))
        if len(page.cards) >= MOST_CARDS:
            page.more += 1
        elif (card := draw_card(series)) is not None:
            page.cards.append(PlacedCard(len(page.cards) + 1, step, origin, card))
    return page


def _row(step: StepRun | None, origin: StepRun | None, series: MetricSeries) -> NumberRow:
    numbers = series.numbers
    known = [number for number in numbers if math.isfinite(number)]
    if not numbers:
        return NumberRow(step, origin, series, series.last, len(series.values))
    low, high = (min(known), max(known)) if known else (None, None)
    return NumberRow(step, origin, series, numbers[-1], len(numbers), low, high)
