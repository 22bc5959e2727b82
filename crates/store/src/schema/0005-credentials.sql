-- Passwords, MFA devices and the other credentials of users. owner_id: a user's id, or root.

CREATE TABLE login_profile (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES account (account_id),
    owner_id TEXT COLLATE "C" NOT NULL,
    -- The sealed hashes of the password in use and of those before it.
    passwords BYTEA NOT NULL,
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, owner_id)
);

CREATE TABLE password_policy (
    account_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES account (account_id),
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL
);

CREATE TABLE mfa_device (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES account (account_id),
    device_id TEXT COLLATE "C" NOT NULL,
    serial_key TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    -- NULL while it is nobody's.
    owner_id TEXT COLLATE "C",
    -- Sealed; NULL of devices that show no codes.
    seed BYTEA,
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, device_id),
    UNIQUE (account_id, serial_key)
);
CREATE INDEX mfa_device_owner ON mfa_device (account_id, owner_id, serial_key);
CREATE INDEX mfa_device_kind ON mfa_device (account_id, kind, serial_key);
-- Whether a hardware token is in any account already.
CREATE INDEX mfa_device_serial ON mfa_device (serial_key, kind);

CREATE TABLE signing_certificate (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES account (account_id),
    certificate_id TEXT COLLATE "C" NOT NULL,
    owner_id TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, certificate_id),
    UNIQUE (account_id, digest)
);
CREATE INDEX signing_certificate_owner ON signing_certificate (account_id, owner_id, certificate_id);

CREATE TABLE ssh_public_key (
    account_id TEXT COLLATE "C" NOT NULL,
    key_id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, key_id),
    UNIQUE (account_id, user_id, digest),
    FOREIGN KEY (account_id, user_id) REFERENCES iam_user (account_id, user_id)
);

CREATE TABLE service_specific_credential (
    account_id TEXT COLLATE "C" NOT NULL,
    credential_id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    service_name TEXT COLLATE "C" NOT NULL,
    service_user_name TEXT COLLATE "C" NOT NULL,
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, credential_id),
    UNIQUE (account_id, service_name, service_user_name),
    FOREIGN KEY (account_id, user_id) REFERENCES iam_user (account_id, user_id)
);
CREATE INDEX service_specific_credential_user ON service_specific_credential (account_id, user_id, credential_id);

CREATE TABLE credential_report (
    account_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES account (account_id),
    generated_at BIGINT NOT NULL,
    content TEXT COLLATE "C" NOT NULL
);
