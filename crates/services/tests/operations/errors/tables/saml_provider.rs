//! SAML providers.

use super::prelude::*;

pub const TABLE: Table = table(
    "CreateSAMLProvider Name=idp SAMLMetadataDocument={metadata}",
    &[
        of(
            "CreateSAMLProvider",
            "Name=new SAMLMetadataDocument={metadata}",
            &[
                refused("EntityAlreadyExists", "Name=idp"),
                refused("InvalidInput", "SAMLMetadataDocument={long-word}"),
                refused("InvalidInput", "AddPrivateKey={key}"),
                refused("InvalidInput", AWS_TAG),
                refused("LimitExceeded", "")
                    .after("99 x CreateSAMLProvider Name=p-{n} SAMLMetadataDocument={metadata}"),
            ],
        ),
        of(
            "DeleteSAMLProvider",
            "SAMLProviderArn=arn:aws:iam::{account}:saml-provider/idp",
            &[
                refused("NoSuchEntity", GHOST),
                refused("InvalidInput", NO_PROVIDER),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "GetSAMLProvider",
            "SAMLProviderArn=arn:aws:iam::{account}:saml-provider/idp",
            &[refused("NoSuchEntity", GHOST), refused("InvalidInput", NO_PROVIDER)],
        ),
        of(
            "ListSAMLProviderTags",
            "SAMLProviderArn=arn:aws:iam::{account}:saml-provider/idp",
            &[refused("NoSuchEntity", GHOST), refused("InvalidInput", NO_PROVIDER)],
        ),
        of("ListSAMLProviders", "", &[]),
        of(
            "TagSAMLProvider",
            "SAMLProviderArn=arn:aws:iam::{account}:saml-provider/idp Tags.member.1.Key=k \
             Tags.member.1.Value=v",
            &[
                refused("NoSuchEntity", GHOST),
                refused("InvalidInput", NO_PROVIDER),
                refused("InvalidInput", AWS_TAG),
                refused("LimitExceeded", "").after(
                    "TagSAMLProvider SAMLProviderArn=arn:aws:iam::{account}:saml-provider/idp FiftyTags",
                ),
            ],
        ),
        of(
            "UntagSAMLProvider",
            "SAMLProviderArn=arn:aws:iam::{account}:saml-provider/idp TagKeys.member.1=k",
            &[
                refused("NoSuchEntity", GHOST),
                refused("InvalidInput", NO_PROVIDER),
                refused("InvalidInput", AWS_TAG_KEY),
            ],
        ),
        of(
            "UpdateSAMLProvider",
            "SAMLProviderArn=arn:aws:iam::{account}:saml-provider/idp AddPrivateKey={rsa-key}",
            &[
                refused("NoSuchEntity", GHOST),
                refused("NoSuchEntity", "-AddPrivateKey RemovePrivateKey=AAAAAAAAAAAAAAAAAAAAAA"),
                refused("InvalidInput", NO_PROVIDER),
                refused("InvalidInput", "SAMLMetadataDocument={long-word}"),
                refused("LimitExceeded", "").after(
                    "2 x UpdateSAMLProvider SAMLProviderArn=arn:aws:iam::{account}:saml-provider/idp AddPrivateKey={rsa-key}",
                ),
            ],
        ),
    ],
);

const GHOST: &str = "SAMLProviderArn=arn:aws:iam::{account}:saml-provider/ghost";
const NO_PROVIDER: &str = "SAMLProviderArn=arn:aws:iam::{account}:user/nobody";
