//! Server certificates.

use super::prelude::*;

pub const TABLE: Table = table(
    "UploadServerCertificate ServerCertificateName=web CertificateBody={certificate} PrivateKey={key}
    UploadServerCertificate ServerCertificateName=api CertificateBody={certificate} PrivateKey={key}",
    &[
        of(
            "DeleteServerCertificate",
            "ServerCertificateName=web",
            &[
                refused("NoSuchEntity", "ServerCertificateName=ghost"),
                // A load balancer would use it.
                never("DeleteConflict", NoOtherService),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "GetServerCertificate",
            "ServerCertificateName=web",
            &[refused("NoSuchEntity", "ServerCertificateName=ghost")],
        ),
        of(
            "ListServerCertificateTags",
            "ServerCertificateName=web",
            &[refused("NoSuchEntity", "ServerCertificateName=ghost")],
        ),
        of("ListServerCertificates", "", &[]),
        of(
            "TagServerCertificate",
            "ServerCertificateName=web Tags.member.1.Key=k Tags.member.1.Value=v",
            &[
                refused("NoSuchEntity", "ServerCertificateName=ghost"),
                refused("InvalidInput", AWS_TAG),
                refused("LimitExceeded", "").after("TagServerCertificate ServerCertificateName=web FiftyTags"),
            ],
        ),
        of(
            "UntagServerCertificate",
            "ServerCertificateName=web TagKeys.member.1=k",
            &[refused("NoSuchEntity", "ServerCertificateName=ghost"), refused("InvalidInput", AWS_TAG_KEY)],
        ),
        of(
            "UpdateServerCertificate",
            "ServerCertificateName=web NewServerCertificateName=www",
            &[
                refused("NoSuchEntity", "ServerCertificateName=ghost"),
                refused("EntityAlreadyExists", "NewServerCertificateName=API"),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "UploadServerCertificate",
            "ServerCertificateName=new CertificateBody={certificate} PrivateKey={key}",
            &[
                refused("EntityAlreadyExists", "ServerCertificateName=WEB"),
                refused("MalformedCertificate", "CertificateBody={ssh-key}"),
                refused("MalformedCertificate", "PrivateKey={ssh-key}"),
                refused("MalformedCertificate", "CertificateChain={ssh-key}"),
                refused("KeyPairMismatch", "CertificateBody={other-certificate}"),
                refused("InvalidInput", AWS_TAG),
                refused("LimitExceeded", "").after(
                    "18 x UploadServerCertificate ServerCertificateName=c-{n} CertificateBody={certificate} PrivateKey={key}",
                ),
            ],
        ),
    ],
);
