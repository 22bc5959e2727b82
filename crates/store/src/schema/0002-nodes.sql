-- What committed transactions wrote, for the memory of other nodes. transaction_id orders rows as the engine commits them.
CREATE TABLE change_log (
    transaction_id BIGINT NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (transaction_id, account_id, kind, id)
);

-- One row: how often the log was pruned, and how far it had come the last time.
CREATE TABLE change_log_pruning (
    number BIGINT NOT NULL PRIMARY KEY,
    lineage TEXT COLLATE "C" NOT NULL,
    mark TEXT COLLATE "C" NOT NULL
);
INSERT INTO change_log_pruning (number, lineage, mark) VALUES (0, '', '');

CREATE TABLE node (
    node_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    program_version TEXT COLLATE "C" NOT NULL,
    schema_version BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);

CREATE TABLE lease (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    holder TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL
);
