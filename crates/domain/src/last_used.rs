use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// When, where and for what an access key or role was last used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastUsed {
    /// The first use in its 15-minute span.
    pub at: Timestamp,
    /// The service's namespace, such as `iam`.
    pub service: String,
    /// The Region the request was signed for.
    pub region: String,
}
