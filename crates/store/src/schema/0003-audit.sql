-- What events are looked up by. Events from before this step are found by time alone.
ALTER TABLE audit_event ADD COLUMN event_name TEXT COLLATE "C";
ALTER TABLE audit_event ADD COLUMN event_source TEXT COLLATE "C";
ALTER TABLE audit_event ADD COLUMN read_only TEXT COLLATE "C";
ALTER TABLE audit_event ADD COLUMN user_name TEXT COLLATE "C";
ALTER TABLE audit_event ADD COLUMN access_key_id TEXT COLLATE "C";
-- A JSON list of what audit_resource has for the event.
ALTER TABLE audit_event ADD COLUMN resources TEXT COLLATE "C";

CREATE INDEX audit_event_name ON audit_event (account_id, event_name, event_at, event_id);
CREATE INDEX audit_event_source ON audit_event (account_id, event_source, event_at, event_id);
CREATE INDEX audit_event_read_only ON audit_event (account_id, read_only, event_at, event_id);
CREATE INDEX audit_event_user ON audit_event (account_id, user_name, event_at, event_id);
CREATE INDEX audit_event_access_key ON audit_event (account_id, access_key_id, event_at, event_id);

CREATE TABLE audit_resource (
    account_id TEXT COLLATE "C" NOT NULL,
    event_at BIGINT NOT NULL,
    event_id TEXT COLLATE "C" NOT NULL,
    resource_type TEXT COLLATE "C" NOT NULL,
    resource_name TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, event_at, event_id, resource_type, resource_name)
);

CREATE INDEX audit_resource_type ON audit_resource (account_id, resource_type, event_at, event_id);
CREATE INDEX audit_resource_name ON audit_resource (account_id, resource_name, event_at, event_id);

-- Events that a node has written here and not yet to its chain of files.
CREATE TABLE audit_outbox (
    node_id TEXT COLLATE "C" NOT NULL,
    event_id TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL,
    event_at BIGINT NOT NULL,
    PRIMARY KEY (node_id, event_id)
);

-- A node's chain of files: the sealed key that signs it, and where it ends.
CREATE TABLE audit_chain (
    node_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- The management account, for which the key is sealed.
    account_id TEXT COLLATE "C" NOT NULL,
    signing_key BYTEA NOT NULL,
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL
);
