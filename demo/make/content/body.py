"""Bodies of presentations, element by element (docs/protocols/presentation-body.md)."""

NIGHT = "#0c1116"
PAPER = "#f5efe4"
INK = "#1c2429"
AMBER = "#ffb02e"
FOAM = "#f4efe4"
MONO = "JetBrains Mono"


def body(pages, width=1920, height=1080, background=NIGHT):
    """A whole body."""
    return {"version": 1, "canvas": {"width": width, "height": height, "background": background}, "pages": pages}


def page(identity, name, seconds, elements, fade=800, background=None):
    """A page that fades in; its elements get their numbers here."""
    for number, element in enumerate(elements, 1):
        element.setdefault("id", f"e{number}")
    made = {"id": identity, "name": name, "duration_ms": seconds * 1000, "transition": {"kind": "fade", "ms": fade}, "elements": elements}
    if background:
        made["background"] = background
    return made


def element(kind, x, y, w, h, name="", **members):
    """One element; members that are None are left out."""
    made = {"kind": kind, "frame": {"x": round(x), "y": round(y), "w": round(w), "h": round(h)}}
    if name:
        made["name"] = name
    made.update({key: value for key, value in members.items() if value is not None})
    return made


def text(x, y, w, h, words, size, **style):
    """Words."""
    return element("text", x, y, w, h, text=words, size=size, **style)


def clock(x, y, w, h, pattern, size, **style):
    """The time."""
    return element("clock", x, y, w, h, format=pattern, size=size, **style)


def box(x, y, w, h, fill=None, **members):
    """A rectangle."""
    return element("shape", x, y, w, h, shape="rectangle", fill=fill, **members)


def shade(x, y, w, h, start, end, angle):
    """A rectangle with a gradient."""
    return element("shape", x, y, w, h, shape="rectangle", gradient={"from": start, "to": end, "angle": angle})


def disc(x, y, size, fill):
    """A circle."""
    return element("shape", x, y, size, size, shape="ellipse", fill=fill)


def image(key, x, y, w, h, **members):
    """A picture, which fills its frame."""
    return element("image", x, y, w, h, media=key, fit="cover", **members)


def video(key, x, y, w, h, **members):
    """A film, which fills its frame."""
    return element("video", x, y, w, h, media=key, fit="cover", **members)


def arrow(x, y, size, colour, turn):
    """An arrow of three bars, pointing up and turned by degrees: drawn, so that no font is asked for it."""
    import math

    bar = round(size * 0.15)
    middle = (x + size / 2, y + size / 2)
    bars = [(0, 0.04 * size, bar, size * 0.92, 0), (-0.2 * size, -0.23 * size, bar, size * 0.64, 45), (0.2 * size, -0.23 * size, bar, size * 0.64, -45)]
    made = []
    for dx, dy, w, h, own in bars:
        angle = math.radians(turn)
        cx = middle[0] + dx * math.cos(angle) - dy * math.sin(angle)
        cy = middle[1] + dx * math.sin(angle) + dy * math.cos(angle)
        made.append(element("shape", cx - w / 2, cy - h / 2, w, h, shape="rectangle", fill=colour, radius=bar // 2, rotation=(own + turn) % 360))
    return made
