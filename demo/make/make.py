"""Makes the media of the demo installation.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python make.py [NAME ...]     # all, or only these

Needs ffmpeg for the film. Everything comes from the code beside this file; nothing is downloaded.
"""

import importlib
import sys
from pathlib import Path

MEDIA = Path(__file__).resolve().parent.parent / "media"

#: Module and file, in the order in which they are made.
PICTURES = {
    "dusk": "harbour-at-dusk.jpg",
    "crossing": "morning-crossing.jpg",
    "sunrise": "sunrise-at-sea.jpg",
    "lighthouse": "lighthouse.jpg",
    "cafe": "cafe-window.jpg",
    "gulls": "gulls-over-the-dunes.jpg",
    "pier": "pier-in-the-fog.jpg",
    "islands": "islands-in-the-mist.jpg",
    "night": "lighthouse-at-night.jpg",
}
FILM = "evening-crossing.mp4"


def main(names):
    """Makes what is named, or everything."""
    MEDIA.mkdir(exist_ok=True)
    for name, file in PICTURES.items():
        if not names or name in names:
            picture(name, MEDIA / file)
    if not names or "film" in names:
        importlib.import_module("film").render(MEDIA / FILM)


def picture(name, path):
    """Draws, paints and writes one picture."""
    from light import save
    from painter import paint

    scene = importlib.import_module(name)
    save(paint(scene.draw(), **scene.SETTINGS), path, quality=82)
    print(path.name, path.stat().st_size // 1024, "KiB")


if __name__ == "__main__":
    main(sys.argv[1:])
