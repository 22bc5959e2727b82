//! Files that are read whole, none of them longer than is good for memory.

use crate::Failure;
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

/// The longest file read, in bytes.
const LONGEST: u64 = 8 * 1024 * 1024;

/// The file's text; `-` is standard input.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    let fail = |error: io::Error| format!("cannot read {}: {error}", path.display());
    let mut text = String::new();
    let read = if path == Path::new("-") {
        io::stdin().lock().take(LONGEST + 1).read_to_string(&mut text)
    } else {
        File::open(path).map_err(fail)?.take(LONGEST + 1).read_to_string(&mut text)
    };
    if read.map_err(fail)? as u64 > LONGEST {
        return Err(format!("{} has more than {LONGEST} bytes", path.display()).into());
    }
    Ok(text)
}
