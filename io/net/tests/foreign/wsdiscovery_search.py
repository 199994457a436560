"""Searches with the WSDiscovery package: prints endpoint, types, scopes and addresses of all that answers, one a line."""

import sys

from wsdiscovery import QName, Scope
from wsdiscovery.discovery import ThreadedWSDiscovery

wanted = [QName(sys.argv[1], sys.argv[2])] if len(sys.argv) > 2 else None
scopes = [Scope(scope) for scope in sys.argv[3:]] or None
search = ThreadedWSDiscovery()
search.start()
for service in search.searchServices(types=wanted, scopes=scopes, timeout=4):
    print("endpoint", service.getEPR())
    for name in service.getTypes():
        print("type", name.getNamespace(), name.getLocalname())
    for scope in service.getScopes():
        print("scope", scope.getValue())
    for address in service.getXAddrs():
        print("address", address)
print("done", flush=True)
search.stop()
