//! A PostgreSQL of the measurement's own, from the newest binaries of Debian's package.

use crate::{Failure, server::Process};
use nix::unistd::User;
use std::{
    fs,
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

/// A cluster on loopback, as it is set up by default but for more connections; gone when dropped.
pub(super) struct Postgres {
    pub(super) url: String,
    _process: Process,
    _directory: TempDir,
}

impl Postgres {
    pub(super) fn start(work: &Path) -> Result<Self, Failure> {
        let binaries = binaries()?;
        // Outside the home of whoever measures, which the server's own user may not enter.
        let directory = tempfile::Builder::new().prefix("portcullis-bench-").tempdir()?;
        let data = directory.path().join("data");
        // PostgreSQL refuses to run as root.
        let user = if nix::unistd::geteuid().is_root() { User::from_name("postgres")? } else { None };
        if let Some(user) = &user {
            chown(directory.path(), Some(user.uid.as_raw()), Some(user.gid.as_raw()))?;
        }
        let program = |name: &str| {
            let mut command = Command::new(binaries.join(name));
            command.current_dir("/").env("LC_ALL", "C.UTF-8");
            if let Some(user) = &user {
                command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
            }
            command
        };
        let made = program("initdb")
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "-D"])
            .arg(&data)
            .output()?;
        if !made.status.success() {
            return Err(String::from_utf8_lossy(&made.stderr).into());
        }
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut server = program("postgres");
        server.arg("-D").arg(&data);
        for setting in [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={port}"),
            format!("unix_socket_directories={}", directory.path().display()),
            "max_connections=200".to_owned(),
        ] {
            server.arg("-c").arg(setting);
        }
        let mut process = Process::start(server, &work.join("postgresql.log"))?;
        process.wait_for(|_| {
            let port = port.to_string();
            let ready = program("pg_isready").args(["-q", "-h", "127.0.0.1", "-p", &port]).status()?;
            Ok(ready.success().then_some(()))
        })?;
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        Ok(Self { url, _process: process, _directory: directory })
    }
}

fn binaries() -> Result<PathBuf, Failure> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .map_err(|_| "not installed: Debian's package postgresql")?
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let version = path.file_name()?.to_str()?.parse().ok()?;
            path.join("bin/initdb").is_file().then(|| (version, path.join("bin")))
        })
        .collect();
    versions.sort_unstable();
    Ok(versions.pop().ok_or("not installed: Debian's package postgresql")?.1)
}
