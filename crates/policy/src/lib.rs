//! The IAM policy language: parse, check, evaluate, explain, simulate, compare.
//!
//! [`Policy::parse`] turns a document into a form ready for evaluation, or says in IAM's words what is wrong with it.
//! [`evaluate`] decides one request against every policy that applies to it and says why; [`decide`] does the same with
//! policies fused into [`Bundle`]s, fast and without reasons; [`explain`] gives the reasons at length. Beside them stand
//! [`simulation`] (IAM's policy simulator), [`findings`] (what Access Analyzer's ValidatePolicy finds), [`reasoning`]
//! (questions about all requests at once) and [`case`] (decisions asked for in JSON). All are pure: they know no clock,
//! network, disk or environment, and whatever cannot be evaluated counts against the request.
//!
//! ```
//! use std::sync::Arc;
//! use policy::{Context, Effect, Outcome, Policies, Policy, PolicyKind, Principal, Request, Source, evaluate};
//!
//! let text = r#"{"Version": "2012-10-17",
//!     "Statement": {"Effect": "Allow", "Action": "iam:Get*", "Resource": "arn:aws:iam::*:user/${aws:username}"}}"#;
//! let policy = Policy::parse(text, PolicyKind::Identity)?;
//! let identity = [Source::new("ReadSelf", "user-managed", Arc::new(policy))];
//!
//! let principal = Principal::user("123456789012", "arn:aws:iam::123456789012:user/ann", "AIDAEXAMPLE");
//! let mut context = Context::new();
//! context.insert_principal(&principal);
//! let request = Request {
//!     principal: &principal,
//!     action: "iam:GetUser",
//!     resource: "arn:aws:iam::123456789012:user/ann",
//!     resource_account: None,
//!     context: &context,
//! };
//! let decision = evaluate(&request, &Policies { identity: &identity, ..Policies::default() });
//! assert_eq!(decision.outcome, Outcome::Allowed);
//! assert_eq!(decision.matched[0].statement.effect(), Effect::Allow);
//! # Ok::<(), policy::PolicyError>(())
//! ```

pub mod case;
mod compiled;
mod evaluate;
mod explain;
pub mod findings;
mod grants;
mod language;
pub mod reasoning;
mod request;
#[cfg(any(test, feature = "sample"))]
mod sample;
pub mod simulation;

pub use compiled::{Bundle, Query, Verdict, decide};
pub use evaluate::decision::{Decision, Layer, Matched, Outcome};
pub use evaluate::evaluate;
pub use evaluate::policies::{Policies, Source};
pub use explain::{
    ConditionCause, Explanation, FailedCondition, Failure, LayerFinding, LayerReport, MissingKey,
    NearestMiss, explain,
};
pub use grants::Grants;
pub use language::error::PolicyError;
pub use language::policy::{Policy, PolicyKind, PrincipalName, Version};
pub use language::position::{Position, Span};
pub use language::statement::{Effect, Statement};
pub use request::Request;
pub use request::context::{Context, ContextValue};
pub use request::key::Key;
pub use request::principal::{Principal, PrincipalKind};
#[cfg(any(test, feature = "sample"))]
pub use sample::Sample;
