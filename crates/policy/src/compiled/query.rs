//! A request ready to be decided, any number of times.

use crate::compiled::index::ActionName;
use crate::compiled::layers::Slots;
use crate::evaluate::is_uncontrolled;
use crate::language::statement::Target;
use crate::request::Request;
use crate::request::key::hash;
use crate::request::principal::PrincipalKind;

/// A request with its action in lower case and hashed, its resource cut, and the layers that concern its principal.
pub struct Query<'a> {
    target: Target<'a>,
    action_hash: u64,
    service_hash: u64,
    service_length: usize,
    cross_account: bool,
    uncontrolled: bool,
    concerned: Slots,
}

impl<'a> Query<'a> {
    /// Prepares a request.
    pub fn new(request: &'a Request<'a>) -> Self {
        let target = Target::new(request);
        let action = target.lower_action();
        let service = service_of(action);
        Self {
            action_hash: hash(action),
            service_hash: hash(service),
            service_length: service.len(),
            cross_account: request.is_cross_account(),
            uncontrolled: is_uncontrolled(request),
            concerned: concerned(&target),
            target,
        }
    }

    pub(super) fn target(&self) -> &Target<'a> {
        &self.target
    }

    #[inline]
    pub(super) fn action(&self) -> ActionName<'_> {
        let name = self.target.lower_action();
        ActionName {
            name,
            hash: self.action_hash,
            service: name.get(..self.service_length).unwrap_or_default(),
            service_hash: self.service_hash,
        }
    }

    pub(super) fn is_cross_account(&self) -> bool {
        self.cross_account
    }

    pub(super) fn is_uncontrolled(&self) -> bool {
        self.uncontrolled
    }

    /// The layers whose statements apply to the principal at all.
    pub(super) fn concerned(&self) -> Slots {
        self.concerned
    }
}

/// What stands before the colon; of a name without a colon nothing.
fn service_of(action: &str) -> &str {
    action.split_once(':').map_or("", |(service, _)| service)
}

fn concerned(target: &Target<'_>) -> Slots {
    let principal = target.principal();
    let mut concerned = Slots::ALL;
    if principal.is_service_linked() {
        concerned = concerned.without(Slots::RESOURCE_CONTROL.with(Slots::SERVICE_CONTROL));
    }
    if !principal.belongs_to_account() {
        let of_account =
            Slots::SERVICE_CONTROL.with(Slots::IDENTITY).with(Slots::BOUNDARY).with(Slots::SESSION);
        concerned = concerned.without(of_account);
    }
    if principal.kind() == PrincipalKind::Root {
        concerned = concerned.without(Slots::BOUNDARY);
    }
    concerned
}
