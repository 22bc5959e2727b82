//! `codegen`: writes `crates/shapes/src` from the models.

mod enums;
mod errors;
mod operations;
mod round_trip;
mod schemas;
mod services;
mod source;
mod structures;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;
use crate::model::{Kind, Model, load_all};

/// Generated files by their path below a `src` directory.
type Files = BTreeMap<PathBuf, String>;

/// Writes what differs and removes what is no longer generated.
pub(crate) fn write(root: &Path) -> Result<String> {
    let generated = generate(root)?;
    let target = target(root);
    let present = read_all(&target, &target)?;
    let mut changed = 0;
    for (path, text) in generated.iter().filter(|(path, text)| present.get(*path) != Some(*text)) {
        let file = target.join(path);
        fs::create_dir_all(file.parent().unwrap_or(&target))?;
        fs::write(file, text)?;
        changed += 1;
    }
    for path in present.keys().filter(|path| !generated.contains_key(*path)) {
        fs::remove_file(target.join(path))?;
        changed += 1;
    }
    Ok(format!("crates/shapes: {} files, {changed} changed", generated.len()))
}

/// Fails with the list of files that differ.
pub(crate) fn check(root: &Path) -> Result<String> {
    let generated = generate(root)?;
    let target = target(root);
    let present = read_all(&target, &target)?;
    let paths: std::collections::BTreeSet<_> = generated.keys().chain(present.keys()).collect();
    let drifted: Vec<String> = paths
        .into_iter()
        .filter(|path| generated.get(*path) != present.get(*path))
        .map(|path| format!("  crates/shapes/src/{}", path.display()))
        .collect();
    match drifted.as_slice() {
        [] => Ok(format!("crates/shapes: {} files as generated", generated.len())),
        _ => Err(format!("not as generated, run cargo xtask codegen:\n{}", drifted.join("\n")).into()),
    }
}

fn target(root: &Path) -> PathBuf {
    root.join("crates/shapes/src")
}

fn generate(root: &Path) -> Result<Files> {
    let models = load_all(&root.join("models"))?;
    let mut files = Files::new();
    for model in &models {
        check_names(model)?;
        services::files(model, &mut files)?;
        operations::files(model, &mut files)?;
        structures::files(model, &mut files)?;
        enums::files(model, &mut files)?;
        errors::files(model, &mut files)?;
        schemas::file(model, &mut files)?;
        round_trip::file(model, &mut files)?;
    }
    services::root_files(&models, &mut files);
    formatted(root, &files)
}

/// All types of a service share one namespace.
fn check_names(model: &Model) -> Result<()> {
    let mut names = vec!["Error".to_owned(), "Operation".to_owned(), "SERVICE".to_owned()];
    for operation in &model.operations {
        names.extend(["", "Input", "Output"].map(|suffix| format!("{}{suffix}", operation.name)));
    }
    let inline = operations::inline_shapes(model);
    names.extend(
        model
            .shapes
            .values()
            .filter(|shape| match &shape.kind {
                Kind::Structure { .. } | Kind::Union { .. } => !inline.contains(shape.name.as_str()),
                Kind::String { values, .. } => !values.is_empty(),
                _ => false,
            })
            .map(|shape| crate::names::type_name(&shape.name)),
    );
    names.sort();
    match names.windows(2).find(|pair| pair.first() == pair.last()) {
        Some(pair) => Err(format!("{}: two types of one name: {}", model.id, pair.join(", ")).into()),
        None => Ok(()),
    }
}

/// The files as rustfmt leaves them, in one run over all of them.
fn formatted(root: &Path, files: &Files) -> Result<Files> {
    let directory = std::env::temp_dir().join(format!("portcullis-codegen-{}", std::process::id()));
    for (path, text) in files {
        let file = directory.join(path);
        fs::create_dir_all(file.parent().unwrap_or(&directory))?;
        fs::write(file, text)?;
    }
    let status = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(root)
        .arg(directory.join("lib.rs"))
        .status()?;
    if !status.success() {
        return Err(format!("rustfmt refused {}", directory.display()).into());
    }
    let formatted = read_all(&directory, &directory)?;
    fs::remove_dir_all(&directory)?;
    Ok(formatted)
}

fn read_all(directory: &Path, base: &Path) -> Result<Files> {
    let mut files = Files::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(read_all(&path, base)?);
        } else {
            files.insert(path.strip_prefix(base)?.to_path_buf(), fs::read_to_string(&path)?);
        }
    }
    Ok(files)
}
