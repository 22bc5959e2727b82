//! Corrections to a model, as data: `models/<service>.overlay.json`.
//!
//! `{"corrections": [{"reason": "...", "at": "/shapes/X/members", "order": ["B", "A"]},
//!                   {"reason": "...", "at": "/shapes/Y", "set": {"sensitive": true, "max": null}}]}`
//! `order` moves the named entries of an object to its front, `set` replaces entries, and removes those set to null.

use crate::Result;
use crate::json::{Json, Object};

/// Applies all corrections. One that changes nothing is an error: the model has caught up with it.
pub(crate) fn apply(model: &mut Json, overlay: &Json) -> Result<()> {
    let corrections =
        overlay.get("corrections").and_then(Json::as_array).ok_or("an overlay without corrections")?;
    for correction in corrections {
        apply_one(model, correction).map_err(|error| format!("{error} in {correction}"))?;
    }
    Ok(())
}

fn apply_one(model: &mut Json, correction: &Json) -> Result<()> {
    if correction.get("reason").and_then(Json::as_str).is_none_or(str::is_empty) {
        return Err("no reason".into());
    }
    let at = correction.get("at").and_then(Json::as_str).ok_or("no place")?;
    let mut target = model;
    for step in at.split('/').skip(1) {
        target = target.get_mut(step).ok_or_else(|| format!("no {step}"))?;
    }
    let Json::Object(entries) = target else { return Err("not an object".into()) };
    let before = entries.clone();
    match (correction.get("order"), correction.get("set")) {
        (Some(Json::Array(names)), None) => order(entries, names)?,
        (None, Some(Json::Object(values))) => set(entries, values),
        _ => return Err("neither order nor set".into()),
    }
    if *entries == before {
        return Err("nothing to correct".into());
    }
    Ok(())
}

fn order(entries: &mut Object, names: &[Json]) -> Result<()> {
    for (place, name) in names.iter().enumerate() {
        let name = name.as_str().ok_or("a name that is no text")?;
        let position =
            entries.iter().position(|(key, _)| key == name).ok_or_else(|| format!("no member {name}"))?;
        let entry = entries.remove(position);
        entries.insert(place, entry);
    }
    Ok(())
}

fn set(entries: &mut Object, values: &Object) {
    for (key, value) in values {
        let present = entries.iter().position(|(name, _)| name == key);
        match (present, value) {
            (Some(position), Json::Null) => {
                entries.remove(position);
            }
            (Some(position), value) => {
                if let Some((_, old)) = entries.get_mut(position) {
                    *old = value.clone();
                }
            }
            (None, Json::Null) => {}
            (None, value) => entries.push((key.clone(), value.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corrected(correction: &str) -> Result<String> {
        let mut model = Json::parse(r#"{"X": {"a": 1, "b": 2, "c": 3}}"#).unwrap();
        let overlay = Json::parse(&format!(r#"{{"corrections": [{correction}]}}"#)).unwrap();
        apply(&mut model, &overlay).map(|()| model.to_string())
    }

    #[test]
    fn order_and_set() {
        let order = corrected(r#"{"reason": "r", "at": "/X", "order": ["c", "a"]}"#);
        assert_eq!(order.unwrap(), r#"{"X": {"c": 3, "a": 1, "b": 2}}"#);
        let set = corrected(r#"{"reason": "r", "at": "/X", "set": {"a": null, "b": 4, "d": true}}"#);
        assert_eq!(set.unwrap(), r#"{"X": {"b": 4, "c": 3, "d": true}}"#);
    }

    #[test]
    fn idle_corrections_fail() {
        for correction in [
            r#"{"at": "/X", "set": {"a": 4}}"#,
            r#"{"reason": "r", "at": "/Y", "set": {"a": 4}}"#,
            r#"{"reason": "r", "at": "/X", "set": {"a": 1}}"#,
            r#"{"reason": "r", "at": "/X", "order": ["a", "b"]}"#,
            r#"{"reason": "r", "at": "/X", "order": ["z"]}"#,
        ] {
            assert!(corrected(correction).is_err(), "{correction}");
        }
    }
}
