"""Publishes a device at the given address with the WSDiscovery package until it is ended."""

import sys
import time

from wsdiscovery import QName, Scope
from wsdiscovery.publishing import ThreadedWSPublishing

publishing = ThreadedWSPublishing()
publishing.start()
device = QName("http://schemas.xmlsoap.org/ws/2006/02/devprof", "Device")
publishing.publishService(types=[device], scopes=[Scope("onvif://www.onvif.org/name/Lobby%20camera")], xAddrs=[f"http://{sys.argv[1]}:8080/device"])
print("published", flush=True)
while True:
    time.sleep(1)
