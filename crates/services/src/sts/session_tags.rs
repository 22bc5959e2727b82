//! Session tags: put on a session when it is made; transitive ones flow on to the sessions it makes.

use super::errors;
use crate::{Cx, Result};
use domain::{Tag, tag_key_eq};
use shapes::sts::types;

/// Most tags of one session.
const MOST: usize = 50;

/// The tags of a new session.
#[derive(Debug, Default)]
pub(crate) struct SessionTags {
    pub(crate) tags: Vec<Tag>,
    pub(crate) transitive_keys: Vec<String>,
}

/// Tags of the request, over those that the caller's session hands on.
pub(crate) fn parse(
    cx: &Cx,
    tags: Option<Vec<types::Tag>>,
    transitive: Option<Vec<String>>,
) -> Result<SessionTags> {
    let inherited = inherited(cx);
    let mut own: Vec<Tag> = Vec::new();
    for tag in tags.unwrap_or_default() {
        if tag.key.to_lowercase().starts_with("aws:") {
            return Err(errors::invalid_parameter_value(
                "System tags cannot be added/updated/deleted by a requester.",
            ));
        }
        if own.iter().any(|other| tag_key_eq(&other.key, &tag.key)) {
            return Err(errors::invalid_parameter_value(
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
            ));
        }
        if inherited.tags.iter().any(|other| tag_key_eq(&other.key, &tag.key)) {
            return Err(errors::invalid_parameter_value(
                "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key \
                 from the calling session.",
            ));
        }
        own.push(Tag { key: tag.key, value: tag.value });
    }
    let own_transitive = transitive.unwrap_or_default();
    if own_transitive.iter().any(|key| !own.iter().any(|tag| tag_key_eq(&tag.key, key))) {
        return Err(errors::invalid_parameter_value(
            "The specified transitive tag key must be included in the requested tags.",
        ));
    }
    let mut all = inherited;
    all.tags.extend(own);
    all.transitive_keys.extend(own_transitive);
    if all.tags.len() > MOST {
        return Err(errors::invalid_parameter_value(format!("A session takes at most {MOST} tags.")));
    }
    Ok(all)
}

/// The transitive tags of the calling session.
pub(crate) fn inherited(cx: &Cx) -> SessionTags {
    let Some(session) = &cx.caller.session else { return SessionTags::default() };
    let transitive = |tag: &&Tag| session.transitive_tag_keys.iter().any(|key| tag_key_eq(key, &tag.key));
    SessionTags {
        tags: session.tags.iter().filter(transitive).cloned().collect(),
        transitive_keys: session.transitive_tag_keys.clone(),
    }
}
