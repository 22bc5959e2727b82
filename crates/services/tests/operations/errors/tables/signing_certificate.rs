//! Signing certificates.

use super::prelude::*;

pub const TABLE: Table = table(
    "CreateUser UserName=alice
    UploadSigningCertificate UserName=alice CertificateBody={certificate} > certificate-id Certificate.CertificateId",
    &[
        of(
            "DeleteSigningCertificate",
            "UserName=alice CertificateId={certificate-id}",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("NoSuchEntity", GHOST),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of("ListSigningCertificates", "UserName=alice", &[refused("NoSuchEntity", "UserName=ghost")]),
        of(
            "UpdateSigningCertificate",
            "UserName=alice CertificateId={certificate-id} Status=Inactive",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("NoSuchEntity", GHOST),
                refused("InvalidInput", "Status=Expired"),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "UploadSigningCertificate",
            "UserName=alice CertificateBody={new-certificate}",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("MalformedCertificate", "CertificateBody={ssh-key}"),
                refused("MalformedCertificate", "CertificateBody={expired-certificate}"),
                refused("InvalidCertificate", "CertificateBody={future-certificate}"),
                refused("DuplicateCertificate", "CertificateBody={certificate}"),
                refused("LimitExceeded", "")
                    .after("UploadSigningCertificate UserName=alice CertificateBody={other-certificate}"),
                // One that is there is a duplicate.
                never("EntityAlreadyExists", RefusedBefore),
            ],
        ),
    ],
);

const GHOST: &str = "CertificateId=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
