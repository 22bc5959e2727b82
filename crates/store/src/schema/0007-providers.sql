-- Identity providers and server certificates. What may be large has a column of its own: lists do not read it.
CREATE TABLE iam_saml_provider (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES account (account_id),
    provider_id TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    metadata TEXT COLLATE "C" NOT NULL,
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, provider_id),
    UNIQUE (account_id, name_key)
);

CREATE TABLE iam_saml_private_key (
    account_id TEXT COLLATE "C" NOT NULL,
    key_id TEXT COLLATE "C" NOT NULL,
    provider_id TEXT COLLATE "C" NOT NULL,
    private_key BYTEA NOT NULL,
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, key_id),
    FOREIGN KEY (account_id, provider_id) REFERENCES iam_saml_provider (account_id, provider_id)
);
CREATE INDEX iam_saml_private_key_provider ON iam_saml_private_key (account_id, provider_id);

CREATE TABLE iam_open_id_connect_provider (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES account (account_id),
    url TEXT COLLATE "C" NOT NULL,
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, url)
);

CREATE TABLE iam_server_certificate (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES account (account_id),
    certificate_id TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    chain TEXT COLLATE "C",
    private_key BYTEA NOT NULL,
    doc_version BIGINT NOT NULL,
    doc TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, certificate_id),
    UNIQUE (account_id, name_key)
);
