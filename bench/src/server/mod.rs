//! The servers that are compared: how each is started, and with what.

pub(crate) mod floor;
mod peer;
mod portcullis;
mod process;

pub(crate) use portcullis::{RATES, Serve, Served};
pub(crate) use process::Process;

use crate::{
    Failure,
    client::{self, Call, Key},
    command_line::Places,
};
use std::{
    fmt,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Portcullis with its embedded store in a data directory.
    Portcullis,
    /// `portcullis serve --dev`: the store in memory.
    PortcullisDev,
    Fakecloud,
    FakecloudChecks,
    Ministack,
    MinistackChecks,
    Moto,
    MotoChecks,
}

/// A server that answers.
pub(crate) struct Server {
    pub(crate) kind: Kind,
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
    /// The key it came with.
    pub(crate) root: Key,
    /// From its start to its first good answer to a signed request.
    pub(crate) took: Duration,
    data: Option<TempDir>,
}

/// A process that was started and what is known of it.
struct Started {
    process: Process,
    address: SocketAddr,
    root: Key,
    begun: Instant,
    data: Option<TempDir>,
}

impl Kind {
    pub(crate) const ALL: [Self; 8] = [
        Self::Portcullis,
        Self::PortcullisDev,
        Self::FakecloudChecks,
        Self::Fakecloud,
        Self::MinistackChecks,
        Self::Ministack,
        Self::MotoChecks,
        Self::Moto,
    ];

    /// The server's name as `--only` takes it.
    pub(crate) fn family(self) -> &'static str {
        match self {
            Self::Portcullis | Self::PortcullisDev => "portcullis",
            Self::Fakecloud | Self::FakecloudChecks => "fakecloud",
            Self::Ministack | Self::MinistackChecks => "ministack",
            Self::Moto | Self::MotoChecks => "moto",
        }
    }

    /// Starts it and waits until it answers a signed request.
    pub(crate) fn start(self, places: &Places) -> Result<Server, Failure> {
        let output = places.work.join(format!("{self}.log").replace(", ", "-").replace(' ', "-"));
        let started = match self {
            Self::Portcullis => portcullis::in_directory(places, &output),
            Self::PortcullisDev => portcullis::in_memory(places, &output),
            Self::Fakecloud => peer::fakecloud(places, &output, false),
            Self::FakecloudChecks => peer::fakecloud(places, &output, true),
            Self::Ministack => peer::ministack(places, &output, false),
            Self::MinistackChecks => peer::ministack(places, &output, true),
            Self::Moto | Self::MotoChecks => peer::moto(places, &output),
        }?;
        Server::answering(self, started)
    }

    /// The version that is measured, in the server's own words.
    pub(crate) fn version(self, places: &Places) -> Result<String, Failure> {
        match self {
            Self::Portcullis | Self::PortcullisDev => portcullis::version(places),
            Self::Fakecloud | Self::FakecloudChecks => peer::fakecloud_version(places),
            Self::Ministack | Self::MinistackChecks => peer::python_version(places, "ministack"),
            Self::Moto | Self::MotoChecks => peer::python_version(places, "moto"),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Portcullis => "Portcullis",
            Self::PortcullisDev => "Portcullis --dev",
            Self::Fakecloud => "fakecloud",
            Self::FakecloudChecks => "fakecloud, checks on",
            Self::Ministack => "ministack",
            Self::MinistackChecks => "ministack, checks on",
            Self::Moto => "moto",
            Self::MotoChecks => "moto, checks on",
        })
    }
}

impl Server {
    /// Portcullis on a store that `fill` has filled, with a user, a role, a policy and a group called `seed` or `group` to
    /// copy.
    pub(crate) fn filled(
        places: &Places,
        fill: impl FnOnce(&std::path::Path) -> Result<(), Failure>,
    ) -> Result<Self, Failure> {
        let output = places.work.join("Portcullis-filled.log");
        Self::answering(Kind::Portcullis, portcullis::in_filled_directory(places, &output, fill)?)
    }

    /// Waits until it answers a signed request.
    fn answering(kind: Kind, mut started: Started) -> Result<Self, Failure> {
        let request = Call::sts("GetCallerIdentity", &[]).signed(started.address, &started.root)?;
        let address = started.address;
        started.process.wait_for(|_| {
            let answer = client::once(address, &request).ok();
            Ok(answer.filter(|answer| answer.status == 200))
        })?;
        let Started { process, address, root, begun, data } = started;
        Ok(Self { kind, process, address, root, took: begun.elapsed(), data })
    }

    /// Turns on checks that cannot be on while the first users are made.
    pub(crate) fn turn_on_checks(&self) -> Result<(), Failure> {
        if self.kind == Kind::MotoChecks { peer::turn_on_moto_checks(self.address) } else { Ok(()) }
    }

    /// Where its data is, if it has a directory.
    pub(crate) fn data(&self) -> Option<&Path> {
        self.data.as_ref().map(TempDir::path)
    }

    /// Stops it in good order; the directory of its data, if it has one.
    pub(crate) fn stop(self) -> Result<Option<TempDir>, Failure> {
        self.process.stop()?;
        Ok(self.data)
    }
}

/// An address that nobody listens on.
fn free_address() -> Result<SocketAddr, Failure> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// The program, or why there is none.
fn program(path: PathBuf) -> Result<PathBuf, Failure> {
    if path.is_file() {
        Ok(path)
    } else {
        Err(format!("not installed: there is no {}", path.display()).into())
    }
}
