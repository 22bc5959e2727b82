-- What hands a role to a machine. One role, or none.
CREATE TABLE iam_instance_profile (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES account (account_id),
    profile_id TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    role_id TEXT COLLATE "C",
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, profile_id),
    UNIQUE (account_id, name_key),
    FOREIGN KEY (account_id, role_id) REFERENCES iam_role (account_id, role_id)
);
CREATE INDEX iam_instance_profile_role ON iam_instance_profile (account_id, role_id);

-- What became of requests to delete service-linked roles.
CREATE TABLE iam_role_deletion (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES account (account_id),
    task_id TEXT COLLATE "C" NOT NULL,
    requested_at BIGINT NOT NULL,
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, task_id)
);
CREATE INDEX iam_role_deletion_requested ON iam_role_deletion (account_id, requested_at, task_id);

-- Accounts that have set nothing have no row.
CREATE TABLE iam_account_settings (
    account_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES account (account_id),
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL
);

-- account_id: of the account that asks. owner_account: of the account that is asked, once it is known. owner and
-- owner_unique_id: the ARN and the unique id of whoever took the request.
CREATE TABLE iam_delegation_request (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES account (account_id),
    request_id TEXT COLLATE "C" NOT NULL UNIQUE,
    workflow_id TEXT COLLATE "C" NOT NULL,
    owner_account TEXT COLLATE "C",
    owner TEXT COLLATE "C",
    owner_unique_id TEXT COLLATE "C",
    expires_at BIGINT NOT NULL,
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, request_id),
    UNIQUE (account_id, workflow_id)
);
CREATE INDEX iam_delegation_request_owner ON iam_delegation_request (owner_account, request_id);
