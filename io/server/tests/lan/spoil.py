"""What no program of ours does: a document becomes another one without a change, and the sums of the digest say so."""

import sqlite3
import sys
import uuid

db = sqlite3.connect(sys.argv[1])
(id,) = db.execute("SELECT id FROM document WHERE kind = 'viewer'").fetchone()
db.execute("UPDATE document SET body = replace(body, 'Before', 'Spoilt') WHERE kind = 'viewer'")
bucket = uuid.UUID(bytes=id).int % 1024
db.execute(
    "INSERT INTO repl_digest VALUES ('viewer', ?, ?) ON CONFLICT (kind, bucket) DO UPDATE SET sum = excluded.sum",
    (bucket, bytes(range(16))),
)
db.commit()
