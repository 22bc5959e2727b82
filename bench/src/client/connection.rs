//! One connection, kept alive for as long as the server keeps it.

use super::answer::{self, Outcome};
use crate::Failure;
use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// How long a server may be silent.
const PATIENCE: Duration = Duration::from_secs(30);
const BUFFER: usize = 64 * 1024;

/// Connects when there is something to send.
pub(crate) struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    received: Vec<u8>,
    filled: usize,
}

impl Connection {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, stream: None, received: vec![0; BUFFER], filled: 0 }
    }

    /// Sends the request and waits for its answer.
    pub(crate) fn send(&mut self, request: &[u8]) -> Result<Outcome, Failure> {
        let outcome = self.exchange(request);
        if !outcome.as_ref().is_ok_and(|outcome| !outcome.closes) {
            self.stream = None;
        }
        outcome
    }

    /// The bytes of the last answer.
    pub(crate) fn answer(&self) -> &[u8] {
        self.received.get(..self.filled).unwrap_or_default()
    }

    fn exchange(&mut self, request: &[u8]) -> Result<Outcome, Failure> {
        let reused = self.stream.is_some();
        self.filled = 0;
        match self.attempt(request) {
            // The server had closed the idle connection, as it may at any time, and has not seen the request.
            Err(_) if reused && self.filled == 0 => {
                self.stream = None;
                self.attempt(request)
            }
            outcome => outcome,
        }
    }

    fn attempt(&mut self, request: &[u8]) -> Result<Outcome, Failure> {
        let stream = if let Some(stream) = &mut self.stream {
            stream
        } else {
            let stream = TcpStream::connect(self.address)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            self.stream.insert(stream)
        };
        stream.write_all(request)?;
        loop {
            if self.filled == self.received.len() {
                self.received.resize(2 * self.filled, 0);
            }
            let space = self.received.get_mut(self.filled..).unwrap_or_default();
            let read = match stream.read(space) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                read => read?,
            };
            self.filled += read;
            let so_far = self.received.get(..self.filled).unwrap_or_default();
            if let Some(outcome) = answer::outcome(so_far, read == 0)? {
                return Ok(outcome);
            }
            if read == 0 {
                return Err("the server closed the connection".into());
            }
        }
    }
}
