"""The departures board: flaps drawn cell by cell, words spaced to fall into the cells."""

from .body import AMBER, FOAM, MONO, body, box, clock, page, shade, text

#: Letters of JetBrains Mono are 600 thousandths of the size wide; the spacing brings them to the width of a cell.
SIZE, PITCH, CELL, HEIGHT = 62, 52, 48, 74
SPACING = round((PITCH / SIZE - 0.6) * 1000)
LEFT, TOP, ROW = 102, 240, 83
#: First cell and number of cells: time, destination, berth, remark.
COLUMNS = [(0, 5), (6, 14), (21, 1), (23, 10)]

MORNING = [
    ("06:15", "BORKUM", "1", ""), ("07:00", "NORDERNEY", "2", ""), ("07:40", "EEMSHAVEN", "3", ""),
    ("08:30", "JUIST", "1", "HIGH WATER"), ("09:05", "BORKUM", "2", ""), ("09:50", "DELFZIJL", "4", ""),
    ("10:30", "TERSCHELLING", "3", ""), ("11:20", "BALTRUM", "1", "BICYCLES"), ("11:45", "LANGEOOG", "2", ""),
]
AFTERNOON = [
    ("12:30", "BORKUM", "1", ""), ("13:15", "SPIEKEROOG", "2", "BICYCLES"), ("14:00", "EEMSHAVEN", "3", ""),
    ("15:10", "JUIST", "1", "HIGH WATER"), ("16:00", "NORDERNEY", "2", ""), ("16:45", "HELGOLAND", "4", "CATAMARAN"),
    ("17:30", "DELFZIJL", "3", ""), ("18:40", "BORKUM", "1", ""), ("20:15", "NORDERNEY", "2", "LAST BOAT"),
]


def cell_x(number):
    """Left edge of a cell."""
    return LEFT + number * PITCH


def head(title, others):
    """What stands above the flaps."""
    return [
        shade(0, 0, 1920, 190, "#1a222a", "#10161b", 180),
        box(0, 188, 1920, 4, AMBER),
        box(98, 44, 104, 104, AMBER, radius=14),
        text(98, 44, 104, 104, "3", 84, weight=700, colour="#14181b", align="center", valign="middle", line_height=100),
        text(234, 36, 900, 74, title, 62, weight=600, colour=FOAM, valign="middle", line_height=100, language="de"),
        text(234, 110, 900, 44, others, 32, weight=400, colour="#9fb0ba", valign="middle", line_height=100),
        clock(1232, 30, 588, 90, "HH:mm:ss", 82, font=MONO, weight=600, colour=AMBER, align="end", valign="middle", line_height=100),
        clock(1122, 116, 698, 40, "EEEE, d. MMMM", 28, colour="#9fb0ba", align="end", valign="middle", line_height=100, language="de"),
    ]


def flaps(y):
    """The empty cells of one row."""
    made = []
    for first, count in COLUMNS:
        for number in range(first, first + count):
            made.append(shade(cell_x(number), y, CELL, HEIGHT, "#2b333b", "#161b20", 180))
    return made


def row(y, train):
    """One departure."""
    made = flaps(y)
    for (first, count), words, colour in zip(COLUMNS, train, (AMBER, FOAM, FOAM, "#7fd1c7")):
        if words:
            # The first letter's middle falls on the middle of its cell.
            x = cell_x(first) + CELL / 2 - 0.3 * SIZE
            made.append(text(x, y, count * PITCH + 20, HEIGHT, words, SIZE, font=MONO, weight=500, colour=colour, letter_spacing=SPACING, valign="middle", line_height=100))
    made.append(box(LEFT - 6, y + HEIGHT / 2 - 1, 1738, 3, "#0c1116e0"))
    return made


def board(identity, name, trains):
    """One page of the board."""
    made = head("Abfahrt", "Vertrek   ·   Departures")
    for (first, _), words in zip(COLUMNS, ("Zeit · Tijd · Time", "Nach · Naar · To", "", "Hinweis · Let op · Note")):
        if words:
            made.append(text(cell_x(first), 200, 640, 32, words, 20, colour="#8496a0", valign="middle", line_height=100))
    made.append(text(cell_x(21) + CELL - 200, 200, 200, 32, "Anleger · Berth", 20, colour="#8496a0", align="end", valign="middle", line_height=100))
    for number, train in enumerate(trains):
        made += row(TOP + number * ROW, train)
    made += [
        text(92, 1006, 1736, 50, "Boarding ends five minutes before departure.   ·   Einstieg bis fünf Minuten vor Abfahrt.   ·   Instappen tot vijf minuten voor vertrek.", 25, colour="#9fb0ba", align="center", valign="middle", line_height=100),
    ]
    return page(identity, name, 12, made, fade=300)


def departures():
    """The presentation."""
    return body([board("morning", "Until noon", MORNING), board("afternoon", "After noon", AFTERNOON)])
