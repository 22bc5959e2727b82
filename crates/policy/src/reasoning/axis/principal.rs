//! The principals of requests: everyone the policies name, in every role they can name them, and others.

use std::collections::BTreeSet;

use crate::language::principal_pattern::{PrincipalElement, PrincipalType};
use crate::language::statement::Effect;
use crate::reasoning::axis::{Axis, Row};
use crate::reasoning::budget::{Budget, TooComplex};
use crate::request::principal::Principal;

/// The most principals that are looked at.
const MAX_PRINCIPALS: usize = 20_000;

pub(in crate::reasoning) fn axis(
    rows: &[Row<'_>],
    principals: Vec<Principal>,
    budget: &mut Budget,
) -> Result<Axis<Principal>, TooComplex> {
    Axis::new(principals, rows.len(), |row, principal: &Principal| match rows.get(row) {
        Some(Row::Stranger(stranger)) => Ok(stranger.may_be(principal)),
        Some(Row::Statement(statement)) => match statement.principal() {
            Some(element) => {
                budget.spend(element.entries.len().saturating_add(1))?;
                // Policies of one layer are asked about: there is no boundary beside them.
                Ok(element.naming(principal, statement.effect() == Effect::Allow, false).is_some())
            }
            None => Ok(true),
        },
        Some(Row::Access(_) | Row::Everything) | None => Ok(true),
    })
}

/// The names that policies have for principals.
#[derive(Debug, Default)]
pub(in crate::reasoning) struct Names {
    accounts: BTreeSet<String>,
    canonical_ids: BTreeSet<String>,
    federated_users: BTreeSet<String>,
    providers: BTreeSet<String>,
    role_ids: BTreeSet<String>,
    roles: BTreeSet<String>,
    services: BTreeSet<String>,
    sessions: BTreeSet<String>,
    user_ids: BTreeSet<String>,
    users: BTreeSet<String>,
}

impl Names {
    /// The names in Principal and NotPrincipal elements.
    pub(in crate::reasoning) fn of(rows: &[Row<'_>]) -> Self {
        let mut names = Self::default();
        let elements = rows.iter().filter_map(|row| row.statement()?.principal());
        for entry in elements.flat_map(|element: &PrincipalElement| &element.entries) {
            let text = entry.text.to_string();
            match entry.principal_type {
                _ if text == "*" => {}
                PrincipalType::Aws => names.add(&text),
                PrincipalType::CanonicalUser => _ = names.canonical_ids.insert(text),
                PrincipalType::Federated => _ = names.providers.insert(text),
                PrincipalType::Service => _ = names.services.insert(text),
            }
        }
        names
    }

    pub(in crate::reasoning) fn has_account(&self, account: &str) -> bool {
        self.accounts.contains(account)
    }

    /// Adds an account, an ARN or a unique id; other texts name nobody.
    pub(in crate::reasoning) fn add(&mut self, text: &str) {
        let is_account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_account(text) {
            self.accounts.insert(text.to_owned());
        } else if text.starts_with("AIDA") {
            self.user_ids.insert(text.to_owned());
        } else if text.starts_with("AROA") {
            self.role_ids.insert(text.to_owned());
        }
        let Some((account, resource)) = account_and_resource(text).filter(|(account, _)| is_account(account))
        else {
            return;
        };
        let (resource_type, name) = resource.split_once('/').unwrap_or((resource, ""));
        let set = match (resource_type, name) {
            ("role", name) if !name.is_empty() => &mut self.roles,
            ("user", name) if !name.is_empty() => &mut self.users,
            ("assumed-role", name) if name.contains('/') => &mut self.sessions,
            ("federated-user", name) if !name.is_empty() => &mut self.federated_users,
            ("root", "") => &mut self.accounts,
            _ => return,
        };
        set.insert(if resource_type == "root" { account.to_owned() } else { text.to_owned() });
        self.accounts.insert(account.to_owned());
    }

    /// Principals in every way that the names can come together, with others beside them; `stranger` is an account that
    /// is not named. None of the other names is named either.
    pub(in crate::reasoning) fn principals(
        &self,
        stranger: &str,
        budget: &mut Budget,
    ) -> Result<Vec<Principal>, TooComplex> {
        let mut all = Vec::new();
        let accounts: Vec<&str> = self.accounts.iter().map(String::as_str).chain([stranger]).collect();
        for account in accounts {
            self.of_account(account, &mut all, budget)?;
        }
        all.push(Principal::anonymous());
        let other = |taken: &BTreeSet<String>, name: &str, end: &str| fresh(taken, name, end);
        let service = other(&self.services, "service", ".amazonaws.com");
        all.extend(self.services.iter().chain([&service]).map(|name| Principal::service(name)));
        let provider = other(&self.providers, "provider", ".example.com");
        all.extend(self.providers.iter().chain([&provider]).map(|name| Principal::federated(name)));
        Ok(all)
    }

    fn of_account(
        &self,
        account: &str,
        all: &mut Vec<Principal>,
        budget: &mut Budget,
    ) -> Result<(), TooComplex> {
        let own = |arns: &BTreeSet<String>| -> Vec<String> {
            let own = |arn: &&String| account_and_resource(arn).is_some_and(|(of, _)| of == account);
            arns.iter().filter(own).cloned().collect()
        };
        let with = |mut names: Vec<String>, other: String| {
            names.push(other);
            names
        };
        let users =
            with(own(&self.users), fresh(&self.users, &format!("arn:aws:iam::{account}:user/user"), ""));
        let role = |path: &str, name: &str| {
            fresh(&self.roles, &format!("arn:aws:iam::{account}:role/{path}"), &format!("/{name}"))
        };
        let user_ids =
            with(self.user_ids.iter().cloned().collect(), fresh(&self.user_ids, "AIDAEXAMPLEEXAMPLE", ""));
        let role_ids =
            with(self.role_ids.iter().cloned().collect(), fresh(&self.role_ids, "AROAEXAMPLEEXAMPLE", ""));
        let mut roles = own(&self.roles);
        let sessions = own(&self.sessions);
        // Of the role that a session names there may be one whose path nobody knows.
        let names: BTreeSet<&str> = sessions.iter().filter_map(|arn| role_of_session(arn)).collect();
        roles.extend(names.iter().map(|name| role("path", name)));
        roles.push(role("other", "role"));

        let mut add = |principal: Principal| {
            budget.spend(self.canonical_ids.len().saturating_add(8))?;
            all.extend(self.canonical_ids.iter().map(|id| principal.clone().with_canonical_user_id(id)));
            all.push(principal);
            if all.len() > MAX_PRINCIPALS { Err(TooComplex) } else { Ok(()) }
        };
        for user in &users {
            for id in user_ids.iter().rev() {
                add(Principal::user(account, user, id))?;
            }
        }
        for role in &roles {
            let name = role.rsplit('/').next().unwrap_or_default();
            let of_role = sessions.iter().filter(|arn| role_of_session(arn) == Some(name)).cloned().collect();
            let session = format!("arn:aws:sts::{account}:assumed-role/{name}/session");
            let of_role = with(of_role, fresh(&self.sessions, &session, ""));
            for id in role_ids.iter().rev() {
                for session in &of_role {
                    add(Principal::assumed_role(account, session, role, id))?;
                }
                add(Principal::role(account, role, id))?;
            }
        }
        let federated_user =
            fresh(&self.federated_users, &format!("arn:aws:sts::{account}:federated-user/other"), "");
        for session in with(own(&self.federated_users), federated_user) {
            for user in &users {
                add(Principal::federated_user(account, &session, user))?;
            }
        }
        add(Principal::root(account, &format!("arn:aws:iam::{account}:root")))
    }
}

/// A name that is not taken.
fn fresh(taken: &BTreeSet<String>, name: &str, end: &str) -> String {
    let numbered = (2_u64..).map(|number| format!("{name}{number}{end}"));
    let mut names = std::iter::once(format!("{name}{end}")).chain(numbered);
    names.find(|name| !taken.contains(name)).unwrap_or_default()
}

fn account_and_resource(arn: &str) -> Option<(&str, &str)> {
    let [_, _, _, _, account, resource] = crate::language::arn_pattern::split_arn(arn)?;
    Some((account, resource))
}

fn role_of_session(arn: &str) -> Option<&str> {
    account_and_resource(arn)?.1.split('/').nth(1)
}
