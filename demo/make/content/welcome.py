"""The welcome loop: pictures, the film, and a few lines in three languages."""

from .body import AMBER, FOAM, MONO, body, box, clock, image, page, shade, text, video


def small_clock():
    """Time and name in the upper corners."""
    return [
        shade(0, 0, 1920, 220, "#0c1116b0", "#0c111600", 180),
        box(72, 58, 64, 64, AMBER, radius=10),
        text(72, 58, 64, 64, "3", 50, weight=700, colour="#14181b", align="center", valign="middle", line_height=100),
        text(158, 58, 700, 64, "Harbour Pier 3", 36, weight=600, colour=FOAM, valign="middle", line_height=100),
        clock(1448, 54, 400, 72, "HH:mm", 60, font=MONO, weight=500, colour=FOAM, align="end", valign="middle", line_height=100),
    ]


def lines(x, y, w, german, dutch, english, size=58, rows=1):
    """Three languages under each other, the first the largest and `rows` lines high."""
    step = round(size * 1.42)
    first = round(size * 1.18 * rows) + 22
    return [
        text(x, y, w, first, german, size, weight=600, colour=FOAM, line_height=118, language="de"),
        text(x, y + first, w, step, dutch, round(size * 0.62), colour="#dfe6e6", line_height=125, language="nl"),
        text(x, y + first + round(step * 0.72), w, step, english, round(size * 0.62), colour="#dfe6e6", line_height=125, language="en"),
    ]


def greeting():
    """Dusk over the harbour, three times welcome."""
    made = [image("dusk", 0, 0, 1920, 1080, name="Harbour at dusk"), shade(0, 560, 1920, 520, "#0c111600", "#0c1116d8", 180), *small_clock()]
    # The words are of different length: each begins where the one before ends, with the same gap.
    x = 72
    for words, width, language, colour in [("Willkommen", 525, "de", FOAM), ("Welkom", 342, "nl", AMBER), ("Welcome", 397, "en", FOAM)]:
        made.append(text(x, 846, width + 30, 110, words, 88, weight=600, colour=colour, valign="middle", line_height=100, language=language))
        x += width + 64
    made.append(clock(72, 964, 1200, 50, "EEEE, d. MMMM yyyy", 34, colour="#dfe6e6", valign="middle", line_height=100, language="de"))
    return page("greeting", "Welcome", 9, made)


def film():
    """The film alone, with one line."""
    made = [
        video("film", 0, 0, 1920, 1080, name="Evening crossing", muted=True, loop=True),
        shade(0, 780, 1920, 300, "#0c111600", "#0c1116c0", 180),
        text(72, 950, 1500, 60, "Every crossing is a small holiday.", 44, weight=500, colour=FOAM, valign="middle", line_height=100, language="en"),
    ]
    return page("film", "Film", 12, made)


def boarding():
    """What to have at hand, beside the ferry."""
    made = [image("crossing", 0, 0, 1920, 1080, name="Morning crossing"), *small_clock(), shade(0, 640, 1920, 440, "#0c111600", "#0c1116e8", 180), box(72, 806, 8, 196, AMBER, radius=4)]
    made += lines(112, 800, 1700, "Bitte halten Sie Ihre Bordkarte bereit.", "Houd uw instapkaart gereed.", "Please have your boarding pass ready.")
    return page("boarding", "Boarding pass", 9, made)


def manners():
    """A word about the gulls."""
    made = [image("gulls", 0, 0, 1920, 1080, name="Gulls over the dunes"), shade(760, 0, 1160, 1080, "#0c111600", "#0c1116e0", 90), *small_clock()]
    made += lines(1180, 420, 668, "Möwen bitte nicht füttern.", "Meeuwen niet voeren.", "Please do not feed the gulls.", 60, rows=2)
    return page("manners", "Gulls", 8, made)


def islands():
    """Three pictures side by side."""
    made = [box(0, 0, 1920, 1080, "#0f171c")]
    panels = [("islands", "Inseln im Nebel", "07:00"), ("sunrise", "Erstes Licht", "06:15"), ("pier", "Stiller Morgen", "07:40")]
    for number, (key, title, time) in enumerate(panels):
        x = 72 + number * 604
        made += [
            image(key, x, 190, 568, 640, radius=10),
            text(x, 850, 420, 50, title, 36, weight=600, colour=FOAM, valign="middle", line_height=100, language="de"),
            text(x + 368, 850, 200, 50, time, 36, font=MONO, weight=500, colour=AMBER, align="end", valign="middle", line_height=100),
        ]
    made += [
        text(72, 64, 1300, 80, "Drei Gründe, früh zu fahren", 60, weight=600, colour=FOAM, valign="middle", line_height=100, language="de"),
        clock(1448, 68, 400, 72, "HH:mm", 60, font=MONO, weight=500, colour=FOAM, align="end", valign="middle", line_height=100),
        text(72, 930, 1776, 60, "Drie redenen om vroeg te gaan   ·   Three reasons to leave early", 34, colour="#9fb0ba", valign="middle", line_height=100),
    ]
    return page("islands", "Three reasons", 9, made)


def time_of_day():
    """The large clock beside the lighthouse."""
    made = [
        image("lighthouse", 0, 0, 1920, 1080, name="Lighthouse before the storm"),
        shade(0, 0, 1200, 1080, "#0c1116b8", "#0c111600", 90),
        clock(96, 330, 1100, 320, "HH:mm", 300, font=MONO, weight=500, colour="#ffffff", valign="middle", line_height=100),
        clock(112, 660, 1000, 64, "EEEE, d. MMMM", 48, weight=600, colour="#ffffff", valign="middle", line_height=100, language="de"),
        clock(112, 732, 1000, 50, "EEEE d MMMM", 34, colour="#dfe6e6", valign="middle", line_height=100, language="nl"),
        clock(112, 784, 1000, 50, "EEEE, d MMMM", 34, colour="#dfe6e6", valign="middle", line_height=100, language="en"),
    ]
    return page("time", "The time", 8, made)


def welcome():
    """The presentation."""
    return body([greeting(), film(), boarding(), islands(), manners(), time_of_day()])
