//! `models update`: the service models of a botocore wheel, without their prose.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::json::{Json, Object};

/// The services, by the names of their directories in botocore and of their files here.
pub(crate) const SERVICES: [&str; 10] = [
    "cloudtrail",
    "iam",
    "identitystore",
    "organizations",
    "secretsmanager",
    "signin",
    "sso",
    "sso-admin",
    "sso-oidc",
    "sts",
];

/// Text for readers, which stays with its authors, and rules for choosing endpoints.
const LEFT_OUT: [&str; 6] = [
    "deprecatedMessage",
    "deprecatedSince",
    "documentation",
    "documentationUrl",
    "examples",
    "staticContextParams",
];

/// Reads `DIR/data/<service>/<version>/` and writes `models/<service>.json` and `models/SOURCE.json`.
pub(crate) fn run(botocore: &Path, models: &Path) -> Result<String> {
    for service in SERVICES {
        let directory = latest(&botocore.join("data").join(service))?;
        let model = Json::parse(&gunzip(&directory.join("service-2.json.gz"))?)?;
        let pages = directory.join("paginators-1.json");
        let pages =
            if pages.exists() { Json::parse(&fs::read_to_string(pages)?)? } else { Json::Object(Vec::new()) };
        let file = models.join(format!("{service}.json"));
        fs::write(&file, without_prose(&model, &pages)?.pretty())?;
    }
    let version = version(botocore)?;
    let text = |text: &str| Json::String(text.to_owned());
    let source = Json::Object(vec![
        ("package".to_owned(), text("botocore")),
        ("version".to_owned(), text(&version)),
        ("license".to_owned(), text("Apache-2.0")),
    ]);
    fs::write(models.join("SOURCE.json"), source.pretty())?;
    Ok(format!("{} models of botocore {version}", SERVICES.len()))
}

/// The newest version of a service: their names are dates.
fn latest(directory: &Path) -> Result<PathBuf> {
    let mut versions: Vec<PathBuf> =
        fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    versions.sort();
    versions.pop().ok_or_else(|| format!("nothing in {}", directory.display()).into())
}

fn gunzip(file: &Path) -> Result<String> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(fs::File::open(file)?).read_to_string(&mut text)?;
    Ok(text)
}

fn version(botocore: &Path) -> Result<String> {
    let source = fs::read_to_string(botocore.join("__init__.py"))?;
    let line = source.lines().find_map(|line| line.strip_prefix("__version__ = "));
    Ok(line.ok_or("botocore does not name its version")?.trim_matches(['\'', '"']).to_owned())
}

fn without_prose(model: &Json, pages: &Json) -> Result<Json> {
    let section = |name: &str| {
        model.get(name).and_then(Json::as_object).cloned().ok_or_else(|| format!("a model without {name}"))
    };
    let operations = section("operations")?.into_iter().map(|(name, value)| (name, traits(value))).collect();
    let shapes = section("shapes")?.into_iter().map(|(name, value)| (name, shape(value))).collect();
    let pagination = pages.get("pagination").and_then(Json::as_object).cloned().unwrap_or_default();
    Ok(Json::Object(vec![
        ("metadata".to_owned(), traits(Json::Object(section("metadata")?))),
        ("operations".to_owned(), sorted(operations)),
        ("shapes".to_owned(), sorted(shapes)),
        ("pagination".to_owned(), sorted(pagination)),
    ]))
}

/// A shape: its members keep their order, and may be called `documentation`.
fn shape(shape: Json) -> Json {
    let Json::Object(mut entries) = shape else { return shape };
    let members =
        entries.iter().position(|(key, _)| key == "members").map(|position| entries.remove(position));
    let mut entries = match traits(Json::Object(entries)) {
        Json::Object(entries) => entries,
        _ => Vec::new(),
    };
    if let Some((key, Json::Object(members))) = members {
        let members = members.into_iter().map(|(name, member)| (name, traits(member))).collect();
        entries.push((key, Json::Object(members)));
    }
    Json::Object(entries)
}

/// An object whose keys are the model's own words: sorted, without prose, at every level.
fn traits(value: Json) -> Json {
    match value {
        Json::Object(entries) => {
            let kept = entries.into_iter().filter(|(key, _)| !LEFT_OUT.contains(&key.as_str()));
            sorted(kept.map(|(key, value)| (key, traits(value))).collect())
        }
        Json::Array(values) => Json::Array(values.into_iter().map(traits).collect()),
        scalar => scalar,
    }
}

fn sorted(mut entries: Object) -> Json {
    entries.sort_by(|(left, _), (right, _)| left.cmp(right));
    Json::Object(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_goes_and_members_stay() {
        let given = r#"{"type": "structure", "documentation": "<p>x</p>", "members": {
            "documentation": {"shape": "B", "documentation": "y"}, "a": {"shape": "A"}}}"#;
        let kept =
            r#"{"type": "structure", "members": {"documentation": {"shape": "B"}, "a": {"shape": "A"}}}"#;
        assert_eq!(shape(Json::parse(given).unwrap()).to_string(), kept);
    }
}
