//! Bodies, read whole and within bounds: of one, and of all that are being read or answered at a time.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use services::{Common, Error};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Largest body, in bytes; STS refuses more with 413.
const LARGEST: usize = 10_000_000;
/// Bodies up to this many bytes are not counted: nearly all of them.
const SMALL: usize = 16 * 1024;
/// In what the memory of bodies is counted.
const UNIT: usize = 1024;

/// The memory that all bodies together may take, beyond what small ones do.
#[derive(Clone, Debug)]
pub(crate) struct BodyMemory {
    units: usize,
    free: Arc<Semaphore>,
}

/// A body, and its share of the memory for as long as it is held.
#[derive(Debug, Default)]
pub(crate) struct Body {
    pub(crate) bytes: Bytes,
    share: Option<OwnedSemaphorePermit>,
}

impl BodyMemory {
    pub(crate) fn new(megabytes: usize) -> Self {
        let units = megabytes.saturating_mul(1024 * 1024 / UNIT).min(Semaphore::MAX_PERMITS);
        Self { units, free: Arc::new(Semaphore::new(units)) }
    }

    /// How many bytes of it are taken.
    pub(crate) fn held(&self) -> usize {
        (self.units - self.free.available_permits()) * UNIT
    }

    /// Reads the body, unless it says or shows that it is too large, or that there is no memory for it now.
    pub(crate) async fn read(&self, headers: &HeaderMap, mut incoming: Incoming) -> Result<Body, Error> {
        let announced = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        if announced.is_some_and(|length| length > LARGEST) {
            return Err(too_large());
        }
        // Room is made for what has come, not for what is announced: promises cost a client nothing.
        let mut body = Body::default();
        // Nearly every body comes in one part, which is taken as it is.
        let mut joined = BytesMut::new();
        while let Some(frame) = incoming.frame().await {
            let frame = frame.map_err(|error| {
                Error::common(Common::MalformedInput, format!("The body cannot be read: {error}"))
            })?;
            let Ok(part) = frame.into_data() else { continue };
            let length = body.bytes.len().max(joined.len()).saturating_add(part.len());
            self.make_room(&mut body, length)?;
            if body.bytes.is_empty() {
                body.bytes = part;
                continue;
            }
            if joined.is_empty() {
                joined.extend_from_slice(&body.bytes);
            }
            joined.extend_from_slice(&part);
        }
        if !joined.is_empty() {
            body.bytes = joined.freeze();
        }
        Ok(body)
    }

    /// Sees to it that the body may have that many bytes.
    fn make_room(&self, body: &mut Body, length: usize) -> Result<(), Error> {
        if length > LARGEST {
            return Err(too_large());
        }
        let wanted = if length > SMALL { length.div_ceil(UNIT) } else { 0 };
        let held = body.share.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let Some(more) = wanted.checked_sub(held).filter(|more| *more > 0) else { return Ok(()) };
        let more = self.free.clone().try_acquire_many_owned(u32::try_from(more).unwrap_or(u32::MAX));
        let more =
            more.map_err(|_| Error::common(Common::ServiceUnavailable, "Too many large requests at once."))?;
        match &mut body.share {
            Some(share) => share.merge(more),
            None => body.share = Some(more),
        }
        Ok(())
    }
}

fn too_large() -> Error {
    Error::common(Common::RequestEntityTooLarge, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_bodies_share_a_bounded_memory() {
        let memory = BodyMemory::new(1);
        let (mut first, mut second, mut small) = (Body::default(), Body::default(), Body::default());
        memory.make_room(&mut first, 600_000).unwrap();
        memory.make_room(&mut first, 500_000).unwrap();
        let refused = memory.make_room(&mut second, 600_000).unwrap_err();
        assert!(refused.is(Common::ServiceUnavailable));
        memory.make_room(&mut small, SMALL).unwrap();
        assert_eq!(memory.held(), 600_000_usize.next_multiple_of(UNIT));
        drop(first);
        assert_eq!(memory.held(), 0);
        memory.make_room(&mut second, 600_000).unwrap();
        memory.make_room(&mut second, 1_000_000).unwrap();
        assert!(memory.make_room(&mut second, 1_100_000).is_err());
        let refused = memory.make_room(&mut small, LARGEST + 1).unwrap_err();
        assert!(refused.is(Common::RequestEntityTooLarge));
    }
}
