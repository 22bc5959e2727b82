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

-- For each value of each attribute that any event of a batch has, once: what the batch is looked up by. The hash is of the
-- account, the attribute and the value; the day is that of last_at.
-- On SQLite they lie in the index of the primary key alone.
CREATE TABLE audit_batch_key (
    day BIGINT NOT NULL,
    hash BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (day, hash, last_at)
) WITHOUT ROWID;

-- What new batches are looked up by, until it is sorted in among audit_batch_key: the hashes of each, 8 bytes of each.
CREATE TABLE audit_batch_unsorted (
    account_id TEXT COLLATE "C" NOT NULL,
    last_at BIGINT NOT NULL,
    batch_id TEXT COLLATE "C" NOT NULL,
    hashes BYTEA NOT NULL,
    PRIMARY KEY (account_id, last_at, batch_id)
);

-- Batches that a node has written here and not yet to its chain of files.
CREATE TABLE audit_batch_outbox (
    node_id TEXT COLLATE "C" NOT NULL,
    batch_id TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (node_id, batch_id)
);
