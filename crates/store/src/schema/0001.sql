-- One text for both engines: what PostgreSQL says, with a bytewise collation on every TEXT column.
-- doc: the record as JSON, in the form that doc_version names. *_key: a name in lower case, under which it is unique.
-- Times are milliseconds since 1970.

CREATE TABLE setting (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);

CREATE TABLE data_key (
    key_id BIGINT NOT NULL PRIMARY KEY,
    purpose TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    wrapped BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE account (
    account_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    email_key TEXT COLLATE "C" NOT NULL UNIQUE,
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL
);

CREATE TABLE account_alias (
    alias TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_id TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES account (account_id)
);

CREATE TABLE iam_user (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES account (account_id),
    user_id TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    boundary_arn TEXT COLLATE "C",
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, user_id),
    UNIQUE (account_id, name_key)
);
CREATE INDEX iam_user_boundary ON iam_user (account_id, boundary_arn);

CREATE TABLE iam_group (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES account (account_id),
    group_id TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, group_id),
    UNIQUE (account_id, name_key)
);

CREATE TABLE iam_membership (
    account_id TEXT COLLATE "C" NOT NULL,
    group_id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, group_id, user_id),
    FOREIGN KEY (account_id, group_id) REFERENCES iam_group (account_id, group_id),
    FOREIGN KEY (account_id, user_id) REFERENCES iam_user (account_id, user_id)
);
CREATE INDEX iam_membership_user ON iam_membership (account_id, user_id);

CREATE TABLE iam_role (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES account (account_id),
    role_id TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    boundary_arn TEXT COLLATE "C",
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, role_id),
    UNIQUE (account_id, name_key)
);
CREATE INDEX iam_role_boundary ON iam_role (account_id, boundary_arn);

CREATE TABLE iam_policy (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES account (account_id),
    policy_id TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    arn TEXT COLLATE "C" NOT NULL,
    default_version BIGINT NOT NULL,
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, policy_id),
    UNIQUE (account_id, name_key),
    UNIQUE (account_id, arn)
);

CREATE TABLE iam_policy_version (
    account_id TEXT COLLATE "C" NOT NULL,
    policy_id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, policy_id, version),
    FOREIGN KEY (account_id, policy_id) REFERENCES iam_policy (account_id, policy_id)
);

CREATE TABLE iam_inline_policy (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES account (account_id),
    owner_kind TEXT COLLATE "C" NOT NULL,
    owner_id TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, owner_kind, owner_id, name_key)
);

CREATE TABLE iam_attachment (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES account (account_id),
    owner_kind TEXT COLLATE "C" NOT NULL,
    owner_id TEXT COLLATE "C" NOT NULL,
    policy_arn TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, owner_kind, owner_id, policy_arn)
);
CREATE INDEX iam_attachment_policy ON iam_attachment (account_id, policy_arn);

CREATE TABLE access_key (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES account (account_id),
    access_key_id TEXT COLLATE "C" NOT NULL,
    owner_id TEXT COLLATE "C" NOT NULL,
    secret BYTEA NOT NULL,
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, access_key_id)
);
CREATE INDEX access_key_owner ON access_key (account_id, owner_id);

CREATE TABLE last_used (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES account (account_id),
    kind TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    used_at BIGINT NOT NULL,
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, kind, id)
);

CREATE TABLE audit_event (
    account_id TEXT COLLATE "C" NOT NULL,
    event_at BIGINT NOT NULL,
    event_id TEXT COLLATE "C" NOT NULL,
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, event_at, event_id)
);
