"""A picture of when a user was at work, as SVG."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from xml.etree import ElementTree as ET

from catmaid_server.domain.working_hours import Work, by_day, hours_by_day

_WIDTH, _HEIGHT = 690.0, 576.0
_EDITS, _REVIEWS, _WRITES, _BOUTS = "#0000aa", "#aa0000", "#00aa00", "#0000aa"
_MOST_DAY_LABELS = 8


class _Panel:
    """One diagram with a day axis, in a frame whose upper left corner is at (x, y)."""

    def __init__(self, svg: ET.Element, title: str, days: list[date], frame: tuple[float, float, float, float]) -> None:
        self._group = ET.SubElement(svg, "g")
        self._days = {day: number for number, day in enumerate(days)}
        self._x, self._y, self._width, self._height = frame
        self._day_width = self._width / len(days)
        self._rect(self._x, self._y, self._width, self._height, fill="none", stroke="#888888")
        self._text(title, self._x + self._width / 2, self._y - 8, anchor="middle")
        for day, number in list(self._days.items())[::-(-len(days) // _MOST_DAY_LABELS)]:
            self._text(day.strftime("%b %d"), self._x + (number + 0.5) * self._day_width,
                       self._y + self._height + 14, anchor="middle")

    def scale(self, top: float, unit: str) -> None:
        """Write 0, the top of the axis, and its unit."""
        self._text("0", self._x - 4, self._y + self._height, anchor="end")
        self._text(f"{top:g} {unit}", self._x - 4, self._y + 8, anchor="end")

    def bars(self, values: Mapping[date, float], color: str, top: float, below: Mapping[date, float]) -> None:
        """Draw a bar for each day, on top of another if there is one."""
        for day, value in values.items():
            if day in self._days:
                low = below.get(day, 0.0)
                self.span(day, low / top, (low + value) / top, color)

    def span(self, day: date, low: float, high: float, color: str) -> None:
        """Fill the column of a day from one height to another, both from 0 to 1."""
        self._rect(self._x + self._days[day] * self._day_width + 0.5, self._y + self._height * (1 - high),
                   max(self._day_width - 1, 0.5), self._height * (high - low), fill=color)

    def _rect(self, x: float, y: float, width: float, height: float, **style: str) -> None:
        ET.SubElement(self._group, "rect", x=f"{x:.2f}", y=f"{y:.2f}", width=f"{width:.2f}",
                      height=f"{height:.2f}", attrib=style)

    def _text(self, text: str, x: float, y: float, *, anchor: str) -> None:
        ET.SubElement(self._group, "text", {"x": f"{x:.2f}", "y": f"{y:.2f}", "text-anchor": anchor,
                                            "font-size": "10", "font-family": "sans-serif"}).text = text


def activity_svg(work: Work, pause: timedelta) -> str:
    """Edits and reviews by day, hours of work by day, and the hours of the day in which there was work (UTC).

    `pause` is how long nothing happens between two bouts of work.
    """
    svg = ET.Element("svg", xmlns="http://www.w3.org/2000/svg", width=f"{_WIDTH:g}", height=f"{_HEIGHT:g}",
                     viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}")
    ET.SubElement(svg, "rect", width="100%", height="100%", fill="#ffffff")
    edits, reviews, writes = by_day(work.edits), by_day(work.reviews), by_day(work.writes)
    stretches = work.bouts(pause)
    hours = hours_by_day(stretches)

    events = _Panel(svg, "Edits (blue), reviews (red), all changes (green)", work.days, (60, 30, 270, 210))
    top = float(max([*(edits + reviews).values(), *writes.values(), 1]))
    events.scale(top, "")
    events.bars(writes, _WRITES, top, {})
    events.bars(edits, _EDITS, top, {})
    events.bars(reviews, _REVIEWS, top, edits)

    daily = _Panel(svg, "Time at work", work.days, (60, 310, 270, 210))
    longest = max([*hours.values(), 1.0])
    daily.scale(round(longest, 2), "h")
    daily.bars(hours, "#000000", longest, {})

    clock = _Panel(svg, "Hours of work", work.days, (410, 30, 260, 490))
    clock.scale(24, "h")
    for first, last in stretches:
        if first.date() == last.date():
            midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
            day = timedelta(days=1)
            clock.span(first.date(), (first - midnight) / day, (last - midnight) / day, _BOUTS)
    return ET.tostring(svg, encoding="unicode", xml_declaration=True)
