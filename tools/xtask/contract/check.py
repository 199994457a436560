"""The HTTP API against its own description: schemathesis drives a real server that this program starts and sets up.

    check.py SIGNBOARD SCHEMATHESIS FOLDER

The server's binary, schemathesis' binary, a folder for data and logs. Ends with the exit code of schemathesis.
"""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

#: Calls that are not checked, by the name of their operation, and why.
LEFT_OUT = {
    "follow_events": "a stream that never ends",
    "discard_session": "ends the session",
    "discard_token": "might end the token that the checks use",
    "list_network_findings": "sends multicast into the network of this machine",
    "wake_viewer": "sends magic packets into the network of this machine",
    "wake_group": "sends magic packets into the network of this machine",
    "test_notify": "sends requests and mails to whatever address a made-up recipient has",
    "append_upload": "takes bytes that schemathesis cannot write; tus-js-client checks it",
}
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
ADMINISTRATOR = {"login": "ada", "password": "a long way to the harbour", "user_name": "Ada"}


def free_port():
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def call(address, body=None, headers=None):
    """One JSON request: POST with a body, GET without."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json", **(headers or {})})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.loads(answer.read() or b"null"), answer.headers


def start(binary, folder):
    """Starts a server on an empty folder and waits until it answers; hands back process, address and data folder."""
    data, port = folder / "data", free_port()
    shutil.rmtree(folder, ignore_errors=True)
    data.mkdir(parents=True)
    settings = ["bind.address=127.0.0.1", f"web.http-port={port}", f"web.https-port={free_port()}", f"control.port={free_port()}", "discovery.enabled=false", "time.enabled=false"]
    command = [binary, "server", "--data", str(data)]
    for setting in settings:
        command += ["--set", setting]
    log = open(folder / "server.log", "wb")
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
    address, patience = f"http://127.0.0.1:{port}", time.monotonic() + 60
    while time.monotonic() < patience and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=2).read()
            return process, address, data
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    process.kill()
    sys.exit(f"The server did not answer; its words are in {folder / 'server.log'}.")


def set_up(binary, address, data):
    """Sets the installation up by its link and makes an administrator's token."""
    words = subprocess.run([binary, "setup-link", "--data", str(data)], capture_output=True, text=True, check=True).stdout
    link = re.search(r"link=([A-Za-z0-9_-]+)", words).group(1)
    wish = {"link": link, "name": "Contract", "language": "en", "zone": "Europe/Berlin", "public_address": address, **ADMINISTRATOR}
    session, headers = call(f"{address}/api/v1/setup", wish)
    cookie = headers["Set-Cookie"].split(";")[0]
    wish = {"name": "schemathesis", "role": "administrator", "expires_at": None}
    token, _ = call(f"{address}/api/v1/tokens", wish, {"Cookie": cookie, "X-CSRF-Token": session["csrf"]})
    return token["secret"]


def check(schemathesis, address, token, folder):
    """Runs schemathesis and hands back its exit code.

    One worker: two of them parse lambdas at the same time, and CPython 3.11 counts the depth of
    `ast.parse` for all threads together ("AST constructor recursion depth mismatch", gh-106905).
    """
    command = [schemathesis, "run", f"{address}/api/v1/openapi.json", "--checks", CHECKS, "--phases", "examples,coverage,fuzzing"]
    command += ["--max-examples", "8", "--seed", "20261122", "--workers", "1", "--continue-on-failure", "--request-timeout", "20", "--warnings", "off"]
    command += ["--header", f"Authorization: Bearer {token}"]
    for operation in LEFT_OUT:
        command += ["--exclude-operation-id", operation]
    return subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL).returncode


def main(binary, schemathesis, folder):
    """Start, set up, check, stop; the server must still answer at the end."""
    folder = Path(folder)
    # Whoever stops us stops the server too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    process, address, data = start(binary, folder)
    try:
        code = check(schemathesis, address, set_up(binary, address, data), folder)
        if process.poll() is not None:
            sys.exit(f"The server ended with {process.returncode} under the checks; its words are in {folder / 'server.log'}.")
        urllib.request.urlopen(f"{address}/readyz", timeout=20).read()
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
    sys.exit(code)


if __name__ == "__main__":
    main(*sys.argv[1:])
