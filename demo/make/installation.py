"""Writes `demo/installation.json`, the demo installation as data.

    python3 installation.py

Media is named by `key`; the server puts the real id in its place when it seeds the demo.
"""

import json
from pathlib import Path

from content.cafe_menu import breakfast, lunch
from content.departures import departures
from content.wayfinding import wayfinding
from content.welcome import welcome
from make import FILM, PICTURES

EVERY_DAY = ["mo", "tu", "we", "th", "fr", "sa", "su"]
NAMES = {
    "dusk": "Harbour at dusk", "crossing": "Morning crossing", "sunrise": "Sunrise at sea", "lighthouse": "Lighthouse before the storm",
    "cafe": "Café window", "gulls": "Gulls over the dunes", "pier": "Pier in the fog", "islands": "Islands in the mist", "night": "Lighthouse at night",
}


def media():
    """Pictures and film, with their folders."""
    records = [{"key": key, "file": file, "name": NAMES[key], "folder": "pictures"} for key, file in PICTURES.items()]
    return [*records, {"key": "film", "file": FILM, "name": "Evening crossing", "folder": "films"}]


def presentation(key, name, body):
    """One presentation, published as it stands."""
    return {"key": key, "name": name, "folder": "screens", "body": body}


def row(name, content, viewer, weekly=None):
    """One row of the schedule, from the start of the year without end."""
    return {
        "name": name, "content": {"presentation": content}, "destination": {"viewer": viewer}, "priority": "normal",
        "from": "2026-01-01T00:00", "until": None, "weekly": weekly,
    }


def weekly(start, end):
    """Every day between two times; an end before the start lies on the next day."""
    return {"days": EVERY_DAY, "start": start, "end": end}


def installation():
    """All of it."""
    gallery = [{"content": {"media": key}, "duration_ms": 8000} for key in ("crossing", "islands", "lighthouse", "gulls", "pier")]
    return {
        "installation": {"name": "Harbour Pier 3", "language": "en", "zone": "Europe/Berlin"},
        "folders": [{"key": "pictures", "name": "Pictures"}, {"key": "films", "name": "Films"}, {"key": "screens", "name": "Screens"}],
        "media": media(),
        "presentations": [
            presentation("departures", "Departures", departures()),
            presentation("welcome", "Welcome loop", welcome()),
            presentation("wayfinding", "Wayfinding", wayfinding()),
            presentation("breakfast", "Café: breakfast", breakfast()),
            presentation("lunch", "Café: lunch and supper", lunch()),
        ],
        "playlists": [{"key": "gallery", "name": "Gallery", "folder": None, "shuffle": False, "items": [*gallery, {"content": {"media": "film"}, "duration_ms": None}]}],
        "groups": [{"key": "terminal", "name": "Terminal", "parent": None}, {"key": "cafe", "name": "Café", "parent": "terminal"}],
        "viewers": [
            {"key": "welcome", "name": "Welcome", "location": "Hall, facing the entrance", "rotation": 0, "groups": ["terminal"]},
            {"key": "departures", "name": "Departures", "location": "Hall, above the doors", "rotation": 0, "groups": ["terminal"]},
            {"key": "wayfinding", "name": "Wayfinding", "location": "Foot of the stairs", "rotation": 0, "groups": ["terminal"]},
            {"key": "cafe", "name": "Café menu", "location": "Behind the counter", "rotation": 0, "groups": ["cafe"]},
        ],
        "schedules": [
            row("Departures", "departures", "departures"),
            row("Welcome loop", "welcome", "welcome"),
            row("Wayfinding", "wayfinding", "wayfinding"),
            row("Breakfast", "breakfast", "cafe", weekly("05:00", "11:00")),
            row("Lunch and supper", "lunch", "cafe", weekly("11:00", "05:00")),
        ],
    }


def lines(value, depth=0):
    """JSON with one line for each element, row and other small thing, so that a change is a small difference."""
    text = json.dumps(value, ensure_ascii=False)
    if len(text) < 400 and '"elements"' not in text or not isinstance(value, (dict, list)):
        return text
    inner, outer = " " * (depth + 1), " " * depth
    if isinstance(value, dict):
        members = [f"{inner}{json.dumps(key)}: {lines(member, depth + 1)}" for key, member in value.items()]
        return "{\n" + ",\n".join(members) + f"\n{outer}}}"
    return "[\n" + ",\n".join(inner + lines(member, depth + 1) for member in value) + f"\n{outer}]"


if __name__ == "__main__":
    path = Path(__file__).resolve().parent.parent / "installation.json"
    path.write_text(lines(installation()) + "\n", encoding="utf-8")
    print(path.name, path.stat().st_size // 1024, "KiB")
