//! Reports on what was last accessed.

use super::prelude::*;

pub const TABLE: Table = table(
    "CreateUser UserName=alice
    GenerateServiceLastAccessedDetails Arn=arn:aws:iam::{account}:user/alice > job JobId
    GenerateOrganizationsAccessReport EntityPath=o-a1b2c3d4e5/r-f6g7/{account} > organization JobId",
    &[
        of(
            "GenerateOrganizationsAccessReport",
            "EntityPath=o-a1b2c3d4e5/r-f6g7/{account}",
            &[never("ReportGenerationLimitExceeded", AtOnce)],
        ),
        of(
            "GenerateServiceLastAccessedDetails",
            "Arn=arn:aws:iam::{account}:user/alice",
            &[
                refused("NoSuchEntity", "Arn=arn:aws:iam::{account}:user/ghost"),
                refused("NoSuchEntity", "Arn={ghost}"),
                refused("InvalidInput", "Arn=arn:aws:s3:::a-bucket"),
            ],
        ),
        of(
            "GetOrganizationsAccessReport",
            "JobId={organization}",
            &[refused("NoSuchEntity", "JobId={job}"), refused("NoSuchEntity", NO_JOB)],
        ),
        of(
            "GetServiceLastAccessedDetails",
            "JobId={job}",
            &[
                refused("NoSuchEntity", "JobId={organization}"),
                refused("NoSuchEntity", NO_JOB),
                // A job id that cannot be one breaks a constraint of the model.
                never("InvalidInput", RefusedBefore),
            ],
        ),
        of(
            "GetServiceLastAccessedDetailsWithEntities",
            "JobId={job} ServiceNamespace=iam",
            &[
                refused("NoSuchEntity", "JobId={organization}"),
                refused("NoSuchEntity", NO_JOB),
                refused("InvalidInput", "ServiceNamespace=nonsense"),
            ],
        ),
        of(
            "ListPoliciesGrantingServiceAccess",
            "Arn=arn:aws:iam::{account}:user/alice ServiceNamespaces.member.1=iam",
            &[
                refused("NoSuchEntity", "Arn=arn:aws:iam::{account}:user/ghost"),
                refused("InvalidInput", "Arn=arn:aws:s3:::a-bucket"),
            ],
        ),
    ],
);

const NO_JOB: &str = "JobId=00000000-0000-0000-0000-000000000000";
