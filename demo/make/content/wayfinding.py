"""The sign that shows the way: portrait, large arrows, a plan of the pier."""

from .body import AMBER, FOAM, MONO, arrow, body, box, clock, disc, image, page, shade, text

WIDTH, HEIGHT = 1080, 1920


def head():
    """Picture, name and time."""
    return [
        image("night", 0, 0, 1080, 1920, name="Lighthouse at night"),
        shade(0, 0, 1080, 560, "#0c1116c0", "#0c111600", 180),
        shade(0, 1000, 1080, 920, "#0c111600", "#0c1116f0", 180),
        box(64, 76, 150, 150, AMBER, radius=20),
        text(64, 76, 150, 150, "3", 122, weight=700, colour="#14181b", align="center", valign="middle", line_height=100),
        text(250, 70, 780, 90, "Harbour Pier", 72, weight=600, colour=FOAM, valign="middle", line_height=100),
        clock(250, 164, 780, 64, "HH:mm", 56, font=MONO, weight=500, colour=AMBER, valign="middle", line_height=100),
    ]


def way(y, turn, german, others, badge=None):
    """One direction."""
    made = [box(48, y, 984, 168, "#10181ee8", radius=18), *arrow(88, y + 32, 104, AMBER, turn)]
    made += [
        text(236, y + 26, 620, 70, german, 56, weight=600, colour=FOAM, valign="middle", line_height=100, language="de"),
        text(236, y + 96, 640, 46, others, 32, colour="#a9b8c0", valign="middle", line_height=100),
    ]
    if badge:
        made += [
            box(868, y + 34, 132, 100, AMBER, radius=14),
            text(868, y + 34, 132, 100, badge, 50, weight=700, colour="#14181b", align="center", valign="middle", line_height=100),
        ]
    return made


def directions():
    """Where to go from here."""
    made = head()
    made += way(1000, 0, "Zu den Schiffen", "Naar de boten   ·   To the ships", "1–4")
    made += way(1188, 270, "Fahrkarten", "Kaartjes   ·   Tickets")
    made += way(1376, 90, "Café und Warteraum", "Café en wachtruimte   ·   Café and lounge")
    made += way(1564, 45, "Ausgang, Bus, Stadt", "Uitgang, bus   ·   Exit, bus, town")
    made.append(text(48, 1776, 984, 70, "7 min zu Fuß bis Anleger 4   ·   7 min lopen   ·   7 min on foot", 30, colour="#c6d1d6", align="center", valign="middle", line_height=100))
    return page("directions", "Directions", 12, made)


def plan():
    """Where everything is."""
    made = head()
    made += [
        box(48, 320, 984, 1420, "#10181ef2", radius=18),
        text(96, 356, 888, 60, "Lageplan   ·   Plattegrond   ·   Plan", 38, weight=600, colour=FOAM, valign="middle", line_height=100),
        # Water, quay and the four berths that reach into the water.
        box(96, 450, 888, 620, "#1c4a60", radius=10),
        box(96, 1030, 888, 420, "#d9cfbd", radius=10),
    ]
    for number in range(4):
        x = 150 + number * 212
        made += [
            box(x, 640, 92, 420, "#d9cfbd", radius=8),
            box(x + 104, 580, 64, 380, "#f4efe4", radius=32),
            box(x + 116, 700, 40, 90, "#c8452f", radius=8),
            disc(x + 4, 552, 84, AMBER),
            text(x + 4, 552, 84, 84, str(number + 1), 48, weight=700, colour="#14181b", align="center", valign="middle", line_height=100),
        ]
    rooms = [(130, "Fahrkarten", "Tickets", "#35586a"), (412, "Halle", "Hall", "#2b3a44"), (694, "Café", "Lounge", "#8a5a2c")]
    for x, german, english, fill in rooms:
        made += [
            box(x, 1180, 256, 220, fill, radius=10),
            text(x, 1196, 256, 110, german, 38, weight=600, colour=FOAM, align="center", valign="middle", line_height=100, language="de"),
            text(x, 1306, 256, 60, english, 28, colour="#dfe6e6", align="center", valign="middle", line_height=100),
        ]
    for step in range(5):
        made.append(disc(533, 1150 - step * 26, 14, "#c8452f"))
    made += [
        disc(516, 1420, 48, "#c8452f"),
        disc(530, 1434, 20, "#ffffff"),
        text(96, 1490, 888, 60, "Sie sind hier", 46, weight=600, colour=FOAM, align="center", valign="middle", line_height=100, language="de"),
        text(96, 1550, 888, 50, "U bent hier   ·   You are here", 32, colour="#a9b8c0", align="center", valign="middle", line_height=100),
        text(96, 1640, 888, 50, "Aufzug in der Halle   ·   Lift in de hal   ·   Lift in the hall", 28, colour="#a9b8c0", align="center", valign="middle", line_height=100),
    ]
    return page("plan", "Plan of the pier", 10, made)


def wayfinding():
    """The presentation."""
    return body([directions(), plan()], WIDTH, HEIGHT)
