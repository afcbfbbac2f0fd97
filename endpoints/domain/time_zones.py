"""Time zones by their IANA or Windows name, and what a wall clock reads in one of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from tzlocal.windows_tz import win_tz

# Windows' own names that Unicode's table no longer lists; SDK v1 still offers them.
RETIRED = {
    "Kamchatka Standard Time": "Asia/Kamchatka",
    "Mid-Atlantic Standard Time": "Etc/GMT+2",
}
SECOND = timedelta(seconds=1)


@cache
def _windows() -> dict[str, str]:
    return {name.lower(): zone for name, zone in {**win_tz, **RETIRED}.items()}


@cache
def _iana() -> frozenset[str]:
    return frozenset(available_timezones()) - {"localtime"}


def read_zone(name: str) -> ZoneInfo:
    """The zone behind `Europe/Berlin` or `W. Europe Standard Time`; none given is UTC.

    Raises ValueError with a sentence for a name that is neither.
    """
    name = name.strip() or "UTC"
    known = name if name in _iana() else _windows().get(name.lower())
    if known is None:
        raise ValueError(
            f"The time zone {name!r} is not known. Give an IANA name such as Europe/Berlin, "
            "or a Windows name such as W. Europe Standard Time."
        )
    return ZoneInfo(known)


def zone_names() -> list[str]:
    """Every IANA name that a form may offer, sorted; old aliases without a region are left out."""
    return sorted(name for name in _iana() if "/" in name or name == "UTC")


def to_utc(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the wall clock of `zone` first reads `local` (without a zone).

    A time that occurs twice, as clocks go back, is the first of the two; one that never occurs, as
    clocks go forward, is the moment of the jump, which is the first one after it.
    """
    instant = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local:
        return instant
    return _jump(local, zone)


def _jump(local: datetime, zone: ZoneInfo) -> datetime:
    """When the clock jumped over `local`, to the second."""
    ends = sorted(local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    before, after = ends[0].replace(microsecond=0), ends[1].replace(microsecond=0) + SECOND
    old = before.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


def to_local(instant: datetime, zone: ZoneInfo) -> datetime:
    """What the wall clock of `zone` reads at an instant, without the zone."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)
