-- Managed policies that an operator has added to those of AWS: the same in every account.
CREATE TABLE imported_policy (
    policy_arn TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name_key TEXT COLLATE "C" NOT NULL UNIQUE,
    path TEXT COLLATE "C" NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL
);

-- When a user or role was last allowed an action of a service, and in which Region that was.
CREATE TABLE service_access (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES account (account_id),
    principal_id TEXT COLLATE "C" NOT NULL,
    service TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    used_at BIGINT NOT NULL,
    region TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, principal_id, service, action)
);

CREATE TABLE access_report (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES account (account_id),
    job_id TEXT COLLATE "C" NOT NULL,
    asked_by TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, job_id)
);
CREATE INDEX access_report_created ON access_report (account_id, created_at);
CREATE INDEX access_report_asker ON access_report (account_id, asked_by, created_at);

-- Who has a policy, page by page: with the owner behind the ARN, a page is a stretch of the index.
DROP INDEX iam_attachment_policy;
CREATE INDEX iam_attachment_policy ON iam_attachment (account_id, policy_arn, owner_kind, owner_id);
DROP INDEX iam_role_boundary;
CREATE INDEX iam_role_boundary ON iam_role (account_id, boundary_arn, role_id);
DROP INDEX iam_user_boundary;
CREATE INDEX iam_user_boundary ON iam_user (account_id, boundary_arn, user_id);
