//! The account as a whole. The other one has nothing set.

use super::prelude::*;

pub const TABLE: Table = table(
    "CreateAccountAlias AccountAlias=ours
    CreateAccountAlias @999999999999 AccountAlias=theirs
    EnableOutboundWebIdentityFederation",
    &[
        of(
            "CreateAccountAlias",
            "AccountAlias=new",
            &[
                refused("EntityAlreadyExists", "AccountAlias=ours"),
                refused("EntityAlreadyExists", "AccountAlias=theirs"),
                unlisted("ValidationError", "AccountAlias=111122223333"),
                // A new alias takes the place of the old one.
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "DeleteAccountAlias",
            "AccountAlias=ours",
            &[
                refused("NoSuchEntity", "AccountAlias=theirs"),
                refused("NoSuchEntity", "AccountAlias=nobodys"),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of("DisableOutboundWebIdentityFederation", "", &[refused("FeatureDisabled", "@999999999999")]),
        of(
            "EnableOutboundWebIdentityFederation",
            "@999999999999",
            &[refused("FeatureEnabled", "@123456789012")],
        ),
        of("GetAccountAuthorizationDetails", "", &[]),
        // It takes nothing that could be wrong.
        of("GetAccountProperties", "", &[never("InvalidInput", Unknown)]),
        of("GetAccountSummary", "", &[]),
        of("GetOutboundWebIdentityFederationInfo", "", &[refused("FeatureDisabled", "@999999999999")]),
        of("ListAccountAliases", "", &[]),
        of(
            "PutAccountProperties",
            "Properties.entry.1.key=RoleManager/Enabled Properties.entry.1.value=false",
            &[
                refused("InvalidInput", "Properties.entry.1.key=Other/Enabled"),
                refused("InvalidInput", "Properties.entry.1.value=maybe"),
            ],
        ),
        of("SetSecurityTokenServicePreferences", "GlobalEndpointTokenVersion=v2Token", &[]),
    ],
);
