use crate::{AccountId, Arn};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long a request waits for an account to take it.
const UNASSIGNED_LIFE: SignedDuration = SignedDuration::from_hours(24);
/// How long a request stays in any other state.
const LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A product provider's request for temporary access to somebody's account.
///
/// Source: "IAM temporary delegation" and "Understanding the Request Lifecycle" in the IAM user guide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelegationRequest {
    /// A UUID, which nobody can guess.
    pub id: String,
    /// The account of the provider.
    pub requestor: AccountId,
    /// What the provider is called.
    pub requestor_name: String,
    /// The provider's own name for the request, unique among its requests.
    pub workflow_id: String,
    /// The account that access is asked for; not known until somebody takes the request, where the provider did not say.
    pub owner_account: Option<AccountId>,
    /// The ARN of whoever took the request.
    pub owner: Option<String>,
    /// The unique id of whoever took it: a namesake who comes later has not.
    pub owner_unique_id: Option<String>,
    /// The ARN of whoever accepted it: whose permissions the provider gets at most.
    pub approver: Option<String>,
    /// The unique id of whoever accepted it.
    pub approver_unique_id: Option<String>,
    /// The state it was last brought to. It expires by itself: see [`DelegationRequest::state`].
    pub stage: DelegationStage,
    /// When it came into that state.
    pub stage_since: Timestamp,
    /// When the request was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What it is for, up to 1000 characters.
    pub description: String,
    /// A message to whoever takes it, up to 200 characters.
    pub message: Option<String>,
    /// Where the provider wants the browser back.
    pub redirect_url: Option<String>,
    /// Where the provider is told.
    pub notification_channel: String,
    /// How long the access is to last, in seconds: 300 to 43200.
    pub session_duration: u32,
    /// Whether only the owner may release the token.
    pub only_send_by_owner: bool,
    /// The ARN of the policy that is the template.
    pub template_arn: String,
    /// What was put into the template.
    pub parameters: Vec<DelegationParameter>,
    /// The template with the parameters in it: what is asked for.
    pub policy: String,
    /// Notes for whoever is to approve, up to 500 characters.
    pub notes: Option<String>,
    /// Why it was rejected, up to 500 characters.
    pub rejection_reason: Option<String>,
}

/// A parameter of a policy template with its values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelegationParameter {
    /// The name in the template.
    pub name: String,
    /// One value, or those of a list.
    pub values: Vec<String>,
    /// Whether it is a list.
    pub is_list: bool,
}

/// Where a request was brought to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DelegationStage {
    /// Nobody has taken it yet.
    Unassigned,
    /// Somebody has.
    Assigned,
    /// It was forwarded to whoever may approve.
    PendingApproval,
    /// It was approved.
    Accepted,
    /// The token was released: nothing takes that back.
    Finalized,
    /// It was rejected.
    Rejected,
}

/// The state of a request, as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DelegationState {
    /// In that state, and in time.
    At(DelegationStage),
    /// Nothing was done with it in time.
    Expired,
}

/// The request is not in a state in which that can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the delegation request is not in a state for that")]
pub struct DelegationStateError;

impl DelegationRequest {
    /// `arn:aws:iam::ACCOUNT:delegation-request/ID`, as seen from that account.
    pub fn arn(&self, account: AccountId) -> Arn {
        Arn::iam(account, format!("delegation-request/{}", self.id))
    }

    /// The state now.
    pub fn state(&self, now: Timestamp) -> DelegationState {
        if now < self.expires_at() { DelegationState::At(self.stage) } else { DelegationState::Expired }
    }

    /// When it expires, if nothing is done with it.
    pub fn expires_at(&self) -> Timestamp {
        let life = if self.stage == DelegationStage::Unassigned { UNASSIGNED_LIFE } else { LIFE };
        self.stage_since.saturating_add(life).unwrap_or(Timestamp::MAX)
    }

    /// Whether an identity of the account may see the request: of the provider's account, of the account that is asked,
    /// and of any account while nobody has taken it and no account is named.
    pub fn is_seen_by(&self, account: AccountId) -> bool {
        account == self.requestor || self.owner_account.is_none_or(|owner| owner == account)
    }

    /// Somebody takes the request for their account.
    pub fn associate(
        &mut self,
        account: AccountId,
        identity: String,
        unique_id: String,
        now: Timestamp,
    ) -> Result<(), DelegationStateError> {
        self.move_to(DelegationStage::Assigned, &[DelegationStage::Unassigned], now)?;
        self.owner_account = Some(account);
        self.owner = Some(identity);
        self.owner_unique_id = Some(unique_id);
        Ok(())
    }

    /// Forwards it for approval; what it has of notes may be said again.
    pub fn forward(&mut self, notes: Option<String>, now: Timestamp) -> Result<(), DelegationStateError> {
        let from = [DelegationStage::Assigned, DelegationStage::PendingApproval];
        self.move_to(DelegationStage::PendingApproval, &from, now)?;
        if notes.is_some() {
            self.notes = notes;
        }
        Ok(())
    }

    /// Approves it.
    pub fn accept(
        &mut self,
        identity: String,
        unique_id: String,
        now: Timestamp,
    ) -> Result<(), DelegationStateError> {
        let from = [DelegationStage::Assigned, DelegationStage::PendingApproval];
        self.move_to(DelegationStage::Accepted, &from, now)?;
        self.approver = Some(identity);
        self.approver_unique_id = Some(unique_id);
        Ok(())
    }

    /// Rejects it; an approval can be taken back until the token is released.
    pub fn reject(&mut self, reason: Option<String>, now: Timestamp) -> Result<(), DelegationStateError> {
        let from = [DelegationStage::Assigned, DelegationStage::PendingApproval, DelegationStage::Accepted];
        self.move_to(DelegationStage::Rejected, &from, now)?;
        self.rejection_reason = reason;
        Ok(())
    }

    /// Releases the token.
    pub fn finalize(&mut self, now: Timestamp) -> Result<(), DelegationStateError> {
        self.move_to(DelegationStage::Finalized, &[DelegationStage::Accepted], now)
    }

    fn move_to(
        &mut self,
        stage: DelegationStage,
        from: &[DelegationStage],
        now: Timestamp,
    ) -> Result<(), DelegationStateError> {
        match self.state(now) {
            DelegationState::At(present) if from.contains(&present) => {
                if present != stage {
                    self.stage = stage;
                    self.stage_since = now;
                }
                self.updated_at = now;
                Ok(())
            }
            DelegationState::At(_) | DelegationState::Expired => Err(DelegationStateError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STAGES: [DelegationStage; 6] = [
        DelegationStage::Unassigned,
        DelegationStage::Assigned,
        DelegationStage::PendingApproval,
        DelegationStage::Accepted,
        DelegationStage::Finalized,
        DelegationStage::Rejected,
    ];

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(hours * 3600).unwrap()
    }

    fn request(stage: DelegationStage) -> DelegationRequest {
        DelegationRequest {
            id: "00000000-0000-0000-0000-000000000000".into(),
            requestor: AccountId::parse("111111111111").unwrap(),
            requestor_name: "Provider".into(),
            workflow_id: "workflow".into(),
            owner_account: None,
            owner: None,
            owner_unique_id: None,
            approver: None,
            approver_unique_id: None,
            stage,
            stage_since: at(0),
            created_at: at(0),
            updated_at: at(0),
            description: String::new(),
            message: None,
            redirect_url: None,
            notification_channel: "channel".into(),
            session_duration: 3600,
            only_send_by_owner: false,
            template_arn: String::new(),
            parameters: Vec::new(),
            policy: String::new(),
            notes: None,
            rejection_reason: None,
        }
    }

    type Step<'a> = dyn Fn(&mut DelegationRequest) -> Result<(), DelegationStateError> + 'a;

    fn steps(request: &DelegationRequest, now: Timestamp) -> Vec<DelegationStage> {
        let account = AccountId::parse("222222222222").unwrap();
        let all: [&Step<'_>; 5] = [
            &|request| request.associate(account, "arn".into(), "AIDA".into(), now),
            &|request| request.forward(None, now),
            &|request| request.accept("arn".into(), "AIDA".into(), now),
            &|request| request.reject(None, now),
            &|request| request.finalize(now),
        ];
        let mut reached = Vec::new();
        for step in all {
            let mut next = request.clone();
            match step(&mut next) {
                Ok(()) => reached.push(next.stage),
                Err(_) => assert_eq!(next, *request, "a refused step changes nothing"),
            }
        }
        reached
    }

    #[test]
    fn goes_the_documented_ways() {
        use DelegationStage as S;
        let ways: [(S, &[S]); 6] = [
            (S::Unassigned, &[S::Assigned]),
            (S::Assigned, &[S::PendingApproval, S::Accepted, S::Rejected]),
            (S::PendingApproval, &[S::PendingApproval, S::Accepted, S::Rejected]),
            (S::Accepted, &[S::Rejected, S::Finalized]),
            (S::Finalized, &[]),
            (S::Rejected, &[]),
        ];
        for (from, to) in ways {
            assert_eq!(steps(&request(from), at(1)), to, "{from:?}");
        }
    }

    proptest! {
        #[test]
        fn expires_and_is_then_final(stage in 0..STAGES.len(), hour in 0..400_i64) {
            let request = request(STAGES[stage]);
            let life = if request.stage == DelegationStage::Unassigned { 24 } else { 168 };
            let expired = request.state(at(hour)) == DelegationState::Expired;
            prop_assert_eq!(expired, hour >= life);
            prop_assert!(!expired || steps(&request, at(hour)).is_empty());
        }
    }
}
