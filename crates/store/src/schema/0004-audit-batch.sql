-- Events, many to a row: the events themselves are packed, found by time and by what they are looked up by. batch_id is the id
-- of the first of them.
CREATE TABLE audit_batch (
    account_id TEXT COLLATE "C" NOT NULL,
    last_at BIGINT NOT NULL,
    batch_id TEXT COLLATE "C" NOT NULL,
    doc_version BIGINT NOT NULL,
    packed BYTEA NOT NULL,
    PRIMARY KEY (account_id, last_at, batch_id)
);

-- Each value of each attribute that any event of the batch has, once. These are most of the rows that a change leaves: on
-- SQLite they lie in the index of the primary key alone.
CREATE TABLE audit_batch_key (
    account_id TEXT COLLATE "C" NOT NULL,
    attribute TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    last_at BIGINT NOT NULL,
    batch_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, attribute, value, last_at, batch_id)
) /* WITHOUT ROWID */;

-- Batches that a node has written here and not yet to its chain of files.
CREATE TABLE audit_batch_outbox (
    node_id TEXT COLLATE "C" NOT NULL,
    batch_id TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (node_id, batch_id)
);
