"""A mail server for tests: says its port, then one line of JSON per mail. Arguments: protection (none, starttls, tls), certificate, key."""

import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Sink:
    async def handle_DATA(self, server, session, envelope):
        user = session.auth_data.login.decode() if session.auth_data else None
        said = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "user": user,
            "tls": session.ssl is not None or PROTECTION == "tls",
            "data": envelope.content.decode("utf-8", "replace"),
        }
        print(json.dumps(said), flush=True)
        return "250 taken to heart"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 there is nobody"
        envelope.rcpt_tos.append(address)
        return "250 fine"


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and data.login == b"signs" and data.password == b"open sesame 42"
    return AuthResult(success=good, auth_data=data if good else None, handled=good)


PROTECTION = sys.argv[1]
CONTEXT = None
if PROTECTION != "none":
    CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    CONTEXT.load_cert_chain(sys.argv[2], sys.argv[3])


def session():
    protected = PROTECTION != "none"
    starttls = CONTEXT if PROTECTION == "starttls" else None
    return SMTP(
        Sink(),
        hostname="localhost",
        tls_context=starttls,
        require_starttls=starttls is not None,
        authenticator=authenticate if protected else None,
        auth_required=protected,
        auth_require_tls=starttls is not None,
    )


async def main():
    implicit = CONTEXT if PROTECTION == "tls" else None
    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0, ssl=implicit)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await server.serve_forever()


asyncio.run(main())
