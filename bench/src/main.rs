//! Measurements that need a process of their own; `cargo bench -p bench` has the rest.

mod decision;
mod request;

use std::process::ExitCode;

const USAGE: &str = "\
usage: bench request [--requests N] [--connections N] [--rounds N] PORTCULLIS_BINARY
       bench decision flat|memory
       bench decision repeat W1|W2|W3 N";

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool")]
fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let outcome = match words.next().as_deref() {
        Some("decision") => decision::run(words),
        Some("floor") => request::floor::serve(words.next().unwrap_or_default()).map(|()| String::new()),
        Some("request") => request::run(words),
        _ => Err(USAGE.into()),
    };
    match outcome {
        Ok(report) => {
            print!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}
