"""A viewer written from docs/protocols/control.md with the stock tools of gRPC; a test of the server reads what it prints.

viewer.py PORT PROTOS STUBS VECTORS AGE: everything that happens is one line of JSON on standard output; a failed check ends it.
AGE is `same`, or `newer` or `older`: then the stubs are made of files that are one version of the protocol away.
"""

import hashlib
import http.client
import json
import pathlib
import queue
import socket
import ssl
import subprocess
import sys
import tempfile
import uuid

import blake3
import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

PORT, PROTOS, STUBS, VECTORS, AGE = int(sys.argv[1]), sys.argv[2], sys.argv[3], pathlib.Path(sys.argv[4]), sys.argv[5]
FILES = ["signboard/v1/machine.proto", "signboard/v1/enrolment.proto", "signboard/v1/viewer_session.proto"]
# What the next version could bring: a member, a message, an enumerator.
NEWER = [
    ("message Hello {", "message Hello {\n  string mood = 100;"),
    ("message Status {", "message Status {\n  Mood mood = 100;"),
    ("message Play {", "message Play {\n  repeated Mood moods = 100;"),
    ("    Attachment attachment = 11;", "    Attachment attachment = 11;\n    Mood mood = 500;"),
    ("  PLAN_STATE_INCOMPLETE = 3;", "  PLAN_STATE_INCOMPLETE = 3;\n  PLAN_STATE_ADORED = 9;"),
    ("message Ping {}", "message Ping {}\nmessage Mood {\n  string word = 1;\n}"),
]
# What a version before could have lacked: members and messages in both directions.
OLDER = [
    ("  repeated string features = 3;", ""),
    ("  bytes start = 7;", ""),
    ("    Attachment attachment = 11;", ""),
    ("    Error error = 8;", ""),
    ("  repeated Font fonts = 8;", ""),
    ("  Download download = 12;", ""),
    ("  int64 expires = 5;", ""),
    ("  string probe = 22;", ""),
    ("  uint32 progress = 3;", ""),
]


def of_another_age(changes):
    """Copies the protocol with changes, each of which must fit."""
    copies = pathlib.Path(STUBS) / "protos"
    for file in FILES:
        text = (pathlib.Path(PROTOS) / file).read_text()
        if file.endswith("viewer_session.proto"):
            for old, new in changes:
                assert text.count(old) >= 1, old
                text = text.replace(old, new, 1)
        (copies / file).parent.mkdir(parents=True, exist_ok=True)
        (copies / file).write_text(text)
    return str(copies)


PROTOS = {"same": lambda: PROTOS, "newer": lambda: of_another_age(NEWER), "older": lambda: of_another_age(OLDER)}[AGE]()
subprocess.run(
    [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTOS}", f"--python_out={STUBS}", f"--grpc_python_out={STUBS}", *FILES],
    check=True,
)
sys.path.insert(0, STUBS)
from signboard.v1 import enrolment_pb2, enrolment_pb2_grpc, machine_pb2  # noqa: E402
from signboard.v1 import viewer_session_pb2 as session, viewer_session_pb2_grpc  # noqa: E402


def tell(event, **facts):
    print(json.dumps({"event": event, **facts}), flush=True)


def vectors():
    """Reads the bytes of every message, and writes the same bytes again."""
    known = 0
    for folder, message in [("from_viewer", session.FromViewer), ("to_viewer", session.ToViewer)]:
        for file in sorted((VECTORS / folder).iterdir()):
            read = message.FromString(file.read_bytes())
            assert read.WhichOneof("message") == file.stem, file
            assert read.SerializeToString(deterministic=True) == file.read_bytes(), file
            known += 1
    tell("vectors", known=known)


def chain():
    """The server's certificates, taken unseen: trust on first use."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    with socket.create_connection(("127.0.0.1", PORT)) as plain, context.wrap_socket(plain) as secure:
        if hasattr(secure, "get_unverified_chain"):
            ders = secure.get_unverified_chain()
        else:  # before Python 3.13 it has no public name
            ders = [ssl.PEM_cert_to_DER_cert(each.public_bytes()) for each in secure._sslobj.get_unverified_chain()]
        return [x509.load_der_x509_certificate(bytes(der)) for der in ders]


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


def channel(roots, name, key=None, certificate=None):
    credentials = grpc.ssl_channel_credentials(roots, key, certificate)
    return grpc.secure_channel(f"127.0.0.1:{PORT}", credentials, [("grpc.ssl_target_name_override", name)])


def services(link):
    return sorted(ProtoReflectionDescriptorDatabase(link).get_services())


def machine():
    screen = machine_pb2.Screen(width=1280, height=720)
    return machine_pb2.Machine(hostname="snake", serial="PY-1", macs=["00:11:22:aa:bb:77"], version="0.1", system="Python", screen=screen)


def enrol(roots, name, key, start):
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    csr = request.public_bytes(serialization.Encoding.DER)
    with channel(roots, name) as link:
        try:
            services(link)
            raise AssertionError("reflection answered a stranger")
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNAUTHENTICATED, error
        stub = enrolment_pb2_grpc.EnrolmentStub(link)
        for reply in stub.Enrol(enrolment_pb2.EnrolRequest(csr=csr, machine=machine(), start=start)):
            standing = reply.WhichOneof("standing")
            if standing == "pending":
                assert len(reply.pending.code) == 6
                tell("pending", code=reply.pending.code, installation=reply.installation)
            else:
                assert standing == "approved", reply
                return reply.approved
    raise AssertionError("the call ended before an answer")


def version(json_text):
    return blake3.blake3(json_text).digest()[:16]


class Slice:
    """The rows of a viewer by kind and id."""

    def __init__(self):
        self.rows = {}

    def id(self):
        whole = blake3.blake3()
        for (kind, row), text in sorted(self.rows.items(), key=lambda item: (item[0][0].encode(), item[0][1])):
            whole.update(kind.encode() + b"\0" + row + version(text))
        return whole.digest()

    def take(self, delta):
        if delta.base:
            assert delta.base == self.id(), "the delta starts from another slice"
        else:
            self.rows = {}
        for row in delta.put:
            read = json.loads(row.json)
            assert set(read) == {"birth", "cells"}, read
            assert json.dumps(read, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == row.json
            self.rows[(row.kind, row.id)] = row.json
        for row in delta.gone:
            assert version(self.rows.pop((row.kind, row.id))) == row.version
        assert self.id() == delta.slice, "the rows do not make the slice that was announced"

    def cells(self, kind):
        return [json.loads(text)["cells"] for (k, _), text in self.rows.items() if k == kind]


def media(context, digest):
    """Fetches a file in two ranges, and checks it by its hash."""
    parts = []
    for wanted in ["bytes=0-99", "bytes=100-"]:
        link = http.client.HTTPSConnection("127.0.0.1", PORT, context=context)
        link.request("GET", f"/media/{digest}", headers={"Range": wanted})
        answer = link.getresponse()
        assert answer.status == 206, answer.status
        parts.append(answer.read())
        link.close()
    whole = b"".join(parts)
    assert len(parts[0]) == 100 and blake3.blake3(whole).hexdigest() == digest
    return len(whole)


def main():
    if AGE == "same":
        vectors()
    leaf, root = chain()[0], chain()[-1]
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
    name = next(name for name in names if name.endswith(".signboard.internal"))
    key, start = ec.generate_private_key(ec.SECP256R1()), uuid.uuid4().bytes
    granted = enrol(pem(root), name, key, start)
    assert name == f"{granted.installation}.signboard.internal"
    certificate = x509.load_der_x509_certificate(granted.certificate)
    spki = certificate.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    roots = b"".join(pem(x509.load_der_x509_certificate(der)) for der in granted.authorities)
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    tell("approved", viewer=granted.viewer, device=granted.device, key=hashlib.sha256(spki).hexdigest())

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(cadata=roots.decode())
    with tempfile.NamedTemporaryFile() as both:
        both.write(secret + pem(certificate))
        both.flush()
        context.load_cert_chain(both.name)

    link = channel(roots, name, secret, pem(certificate))
    tell("services", names=services(link))
    out, rows = queue.Queue(), Slice()
    say = lambda **message: out.put(session.FromViewer(**message))  # noqa: E731
    hello = session.Hello(protocol_min=0 if AGE == "older" else 1, protocol_max=2 if AGE == "newer" else 1, machine=machine())
    if AGE != "older":
        hello.start = start
        hello.features.append("identify")
    if AGE == "newer":
        hello.mood = "curious"
    say(hello=hello)
    if AGE == "newer":
        say(mood=session.Mood(word="glad"))
        say(plan=session.PlanReport(plan="by-hand", state=session.PLAN_STATE_ADORED))
    for heard in viewer_session_pb2_grpc.ViewerSessionStub(link).Open(iter(out.get, None)):
        kind = heard.WhichOneof("message")
        if kind == "welcome":
            tell("welcome", name=heard.welcome.name, protocol=heard.welcome.protocol)
            assert AGE != "older" or not hasattr(heard.welcome, "fonts")
        elif kind == "slice":
            assert not heard.slice.more, "a small installation needs one part"
            rows.take(heard.slice)
            say(applied=session.SliceApplied(slice=rows.id()))
            tell("slice", kinds=sorted(k for k, _ in rows.rows), put=len(heard.slice.put), whole=not heard.slice.base)
            bodies = [media(context, cells["body"]) for cells in rows.cells("revision")]
            if bodies:
                tell("bodies", lengths=bodies)
                say(plan=session.PlanReport(plan="by-hand", state=session.PLAN_STATE_RECEIVED))
                status = session.Status(plan="by-hand", version="0.1", temperature=40.5, display="on")
                if AGE == "newer":
                    status.mood.word = "glad"
                say(status=status)
                play = session.Play(n=1, plan="by-hand", item="p1", **{"from": 1000}, until=6000, complete=True)
                say(plays=session.Plays(stream=b"s" * 16, records=[play]))
        elif kind == "stored":
            tell("stored", n=heard.stored.n)
            say(time=session.TimeRequest(t0=5.0))
        elif kind == "time":
            assert heard.time.t0 == 5.0 and heard.time.t1 <= heard.time.t2
            tell("time")
        elif kind == "command":
            assert heard.command.kind == "identify" and heard.command.seconds > 0
            say(command=session.CommandReport(id=heard.command.id, state=session.COMMAND_STATE_STARTED))
            say(command=session.CommandReport(id=heard.command.id, state=session.COMMAND_STATE_DONE, text="This is me."))
        elif kind == "bye":
            tell("bye", reason=heard.bye.reason)
            break
        else:
            assert kind == "ping", heard
            say(ping=session.Ping())
    out.put(None)


main()
