"""The café's board: breakfast on paper, everything later on slate."""

from .body import AMBER, INK, MONO, PAPER, body, box, clock, image, page, shade, text

BREAKFAST = [
    ("Butterhörnchen", "Croissant met boter  ·  Butter croissant", "2,40"),
    ("Rührei mit Krabben", "Roerei met garnalen  ·  Scrambled egg, shrimps", "8,90"),
    ("Quark mit Sanddorn", "Kwark met duindoorn  ·  Quark, sea buckthorn", "5,20"),
    ("Haferbrei, brauner Zucker", "Havermout  ·  Porridge, brown sugar", "4,60"),
    ("Kaffee, Kanne", "Pot koffie  ·  Pot of coffee", "4,80"),
    ("Ostfriesentee mit Kluntje", "Oost-Friese thee  ·  East Frisian tea", "3,90"),
]
LUNCH = [
    ("Fischsuppe der Woche", "Vissoep  ·  Fish soup of the week", "7,80"),
    ("Matjes, Pellkartoffeln", "Maatjes, aardappels  ·  Herring, potatoes", "12,50"),
    ("Backfisch im Brötchen", "Broodje gebakken vis  ·  Fried fish roll", "6,90"),
    ("Linsensalat, Ziegenkäse", "Linzensalade  ·  Lentils, goat cheese", "9,40"),
    ("Apfelkuchen vom Blech", "Appeltaart  ·  Apple cake", "3,80"),
    ("Holunderschorle", "Vlierbloesem  ·  Elderflower spritz", "3,60"),
]


def menu(identity, name, picture, middle, titles, hours, dishes, ground, ink, soft, accent):
    """One board: a picture on the left, dishes on the right. `middle` is what of the picture stands in the middle of its part."""
    made = [
        image(picture, 380 - middle, 0, 1920, 1080, name="Picture"),
        box(760, 0, 1160, 1080, ground, name="Paper"),
        shade(0, 700, 760, 380, "#0c111600", "#0c1116d0", 180),
        text(64, 908, 640, 60, "Café Pier 3", 48, weight=600, colour="#ffffff", valign="middle", line_height=100),
        clock(64, 970, 640, 56, "HH:mm", 44, font=MONO, weight=500, colour=AMBER, valign="middle", line_height=100),
        text(840, 66, 760, 96, titles[0], 84, weight=600, colour=ink, valign="middle", line_height=100, language="de"),
        text(840, 166, 760, 44, titles[1], 32, colour=soft, valign="middle", line_height=100),
        text(1480, 84, 360, 70, hours, 36, font=MONO, weight=500, colour=accent, align="end", valign="middle", line_height=100),
        box(840, 232, 1000, 4, accent),
    ]
    for number, (dish, others, price) in enumerate(dishes):
        y = 262 + number * 128
        made += [
            text(840, y, 780, 64, dish, 44, weight=600, colour=ink, valign="middle", line_height=100, language="de"),
            text(840, y + 62, 800, 40, others, 27, colour=soft, valign="middle", line_height=100),
            text(1600, y, 240, 64, price, 44, font=MONO, weight=500, colour=ink, align="end", valign="middle", line_height=100),
        ]
        if number < len(dishes) - 1:
            made.append(box(840, y + 114, 1000, 1, soft + "60"))
    return page(identity, name, 20, made, fade=1200)


def breakfast():
    """The presentation for the morning."""
    return body([menu("breakfast", "Breakfast", "cafe", 640, ("Frühstück", "Ontbijt   ·   Breakfast"), "bis 11:00", BREAKFAST, PAPER, INK, "#6b6154", "#b5651d")], background=PAPER)


def lunch():
    """The presentation for the rest of the day."""
    return body([menu("lunch", "Lunch and supper", "pier", 1010, ("Mittag und Abend", "Middag en avond   ·   Lunch and supper"), "ab 11:00", LUNCH, "#16242b", "#f4efe4", "#9fb0ba", AMBER)], background="#16242b")
