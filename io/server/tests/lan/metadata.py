"""Asks a device for its metadata as Windows does, and prints what the answer is made of, one thing a line."""

import sys
import urllib.request
import xml.etree.ElementTree as ElementTree

url, body, content_type = sys.argv[1:]
with open(body, "rb") as question:
    request = urllib.request.Request(url, question.read(), {"Content-Type": content_type, "User-Agent": "WSDAPI"})
with urllib.request.urlopen(request, timeout=20) as answer:
    print("type", answer.headers["Content-Type"])
    root = ElementTree.fromstring(answer.read())


def walk(element, above):
    told = "".join(f" {name}={value}" for name, value in sorted(element.attrib.items()))
    here = f"{above}/{element.tag}{told}"
    print("part", here)
    if element.text and element.text.strip():
        print("text", here, element.text.strip())
    for child in element:
        walk(child, here)


walk(root, "")
