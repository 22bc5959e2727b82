//! OpenID Connect providers.

use super::prelude::*;

pub const TABLE: Table = table(
    "CreateOpenIDConnectProvider Url=https://idp.example.com ClientIDList.member.1=client ThumbprintList.member.1=0123456789012345678901234567890123456789",
    &[
        of(
            "AddClientIDToOpenIDConnectProvider",
            "OpenIDConnectProviderArn=arn:aws:iam::{account}:oidc-provider/idp.example.com ClientID=new",
            &[
                refused("NoSuchEntity", GHOST),
                refused("InvalidInput", NO_PROVIDER),
                refused("LimitExceeded", "").after(NINETY_NINE_CLIENTS),
            ],
        ),
        of(
            "CreateOpenIDConnectProvider",
            "Url=https://new.example.com ThumbprintList.member.1=0123456789012345678901234567890123456789",
            &[
                refused("EntityAlreadyExists", "Url=https://idp.example.com"),
                refused("InvalidInput", "Url=http://new.example.com"),
                refused("InvalidInput", "ThumbprintList.member.1=????????????????????????????????????????"),
                refused("InvalidInput", AWS_TAG),
                refused("LimitExceeded", "").after(NINETY_NINE_PROVIDERS),
                // The plane connects to public addresses alone.
                refused("OpenIdIdpCommunicationError", "Url=https://localhost -ThumbprintList.member.1"),
                unlisted("ValidationError", "Url=https://"),
            ],
        ),
        of(
            "DeleteOpenIDConnectProvider",
            "OpenIDConnectProviderArn=arn:aws:iam::{account}:oidc-provider/idp.example.com",
            &[refused("InvalidInput", NO_PROVIDER), never("NoSuchEntity", Idempotent)],
        ),
        of(
            "GetOpenIDConnectProvider",
            "OpenIDConnectProviderArn=arn:aws:iam::{account}:oidc-provider/idp.example.com",
            &[refused("NoSuchEntity", GHOST), refused("InvalidInput", NO_PROVIDER)],
        ),
        of(
            "ListOpenIDConnectProviderTags",
            "OpenIDConnectProviderArn=arn:aws:iam::{account}:oidc-provider/idp.example.com",
            &[refused("NoSuchEntity", GHOST), refused("InvalidInput", NO_PROVIDER)],
        ),
        of("ListOpenIDConnectProviders", "", &[]),
        of(
            "RemoveClientIDFromOpenIDConnectProvider",
            "OpenIDConnectProviderArn=arn:aws:iam::{account}:oidc-provider/idp.example.com ClientID=client",
            &[refused("NoSuchEntity", GHOST), refused("InvalidInput", NO_PROVIDER)],
        ),
        of(
            "TagOpenIDConnectProvider",
            "OpenIDConnectProviderArn=arn:aws:iam::{account}:oidc-provider/idp.example.com Tags.member.1.Key=k \
             Tags.member.1.Value=v",
            &[
                refused("NoSuchEntity", GHOST),
                refused("InvalidInput", NO_PROVIDER),
                refused("InvalidInput", AWS_TAG),
                refused("LimitExceeded", "").after(FIFTY_TAGS),
            ],
        ),
        of(
            "UntagOpenIDConnectProvider",
            "OpenIDConnectProviderArn=arn:aws:iam::{account}:oidc-provider/idp.example.com TagKeys.member.1=k",
            &[
                refused("NoSuchEntity", GHOST),
                refused("InvalidInput", NO_PROVIDER),
                refused("InvalidInput", AWS_TAG_KEY),
            ],
        ),
        of(
            "UpdateOpenIDConnectProviderThumbprint",
            "OpenIDConnectProviderArn=arn:aws:iam::{account}:oidc-provider/idp.example.com \
             ThumbprintList.member.1=0123456789012345678901234567890123456789",
            &[
                refused("NoSuchEntity", GHOST),
                refused("InvalidInput", NO_PROVIDER),
                refused("InvalidInput", "ThumbprintList.member.1=????????????????????????????????????????"),
            ],
        ),
    ],
);

const GHOST: &str = "OpenIDConnectProviderArn=arn:aws:iam::{account}:oidc-provider/ghost.example.com";
const NO_PROVIDER: &str = "OpenIDConnectProviderArn=arn:aws:iam::{account}:user/nobody";
const NINETY_NINE_CLIENTS: &str = "99 x AddClientIDToOpenIDConnectProvider OpenIDConnectProviderArn=arn:aws:iam::{account}:oidc-provider/idp.example.com ClientID=c-{n}";
const NINETY_NINE_PROVIDERS: &str = "99 x CreateOpenIDConnectProvider Url=https://p-{n}.example.com ThumbprintList.member.1=0123456789012345678901234567890123456789";
const FIFTY_TAGS: &str = "TagOpenIDConnectProvider OpenIDConnectProviderArn=arn:aws:iam::{account}:oidc-provider/idp.example.com FiftyTags";
