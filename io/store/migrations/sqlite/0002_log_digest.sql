-- Each entry carries what it adds to the digest. The tables of heads and digest follow the log in larger steps; the reader `digest`
-- says up to where. So far they were brought up to date with every entry.
ALTER TABLE repl_log ADD COLUMN digest BLOB;
INSERT INTO log_reader (name, lpos) SELECT 'digest', COALESCE(MAX(lpos), 0) FROM repl_log;
