//! `portcullis export`: everything but secrets, as JSON. Its shape is that of [`store::export`].

use crate::{Failure, clock::Clock, command_line::Export, config::Storage, destination::Destination, open};
use std::io::{BufWriter, Write};

/// Writes the export.
pub(crate) async fn export(flags: Export) -> Result<(), Failure> {
    let storage = Storage::for_place(&flags.place)?;
    let (store, _) = open::store(&storage).await?;
    let mut out = BufWriter::new(Destination::open(&flags.file)?);
    store::export::write(&store, flags.account, Clock::default().now(), &mut out).await?;
    out.flush()?;
    out.into_inner().map_err(std::io::IntoInnerError::into_error)?.finish()?;
    Ok(())
}
