//! Which context keys policies ask about.

use std::collections::HashSet;

use crate::language::policy::Policy;
use crate::language::statement::Statement;
use crate::language::variable::variables;

/// The context keys that policies mention, as `GetContextKeysForCustomPolicy` lists them: keys of conditions and policy
/// variables, each once in the spelling of its first mention. Statement by statement the variables of resources come
/// first, then each condition's key, then the variables in its values.
pub fn context_keys<'a>(policies: impl IntoIterator<Item = &'a Policy>) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    let mut keys: Vec<_> = policies.into_iter().flat_map(mentioned).collect();
    keys.retain(|key| !key.is_empty() && seen.insert(key.to_lowercase()));
    keys
}

fn mentioned(policy: &Policy) -> impl Iterator<Item = &str> {
    let has_variables = policy.version().has_variables();
    policy.statements().iter().flat_map(move |statement| of_statement(statement, has_variables))
}

fn of_statement(statement: &Statement, has_variables: bool) -> impl Iterator<Item = &str> {
    let in_text = move |text| variables(text).filter(move |_| has_variables).map(|variable| variable.key);
    let patterns = statement.resources().into_iter().flat_map(|resources| &resources.written);
    let conditions = statement.conditions().iter().flat_map(move |condition| {
        let written = condition.written();
        let values = written.values.iter().flat_map(move |text| in_text(text));
        std::iter::once(&*written.key).chain(values)
    });
    patterns.flat_map(move |text| in_text(text)).chain(conditions)
}
