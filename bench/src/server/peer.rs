//! The peers: emulators that answer the same calls. Each is started as its documentation says, once as it comes and once
//! with every check it has.

use super::{Process, Started, free_address, program};
use crate::{
    Failure,
    client::{self, Key},
    command_line::Places,
};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

/// The key all of them take as root's.
const TEST: &str = "test";

/// fakecloud; `--verify-sigv4` and `--iam strict` are its checks.
pub(super) fn fakecloud(places: &Places, output: &Path, checks: bool) -> Result<Started, Failure> {
    let address = free_address()?;
    let mut command = Command::new(fakecloud_program(places)?);
    command.args(["--addr", &address.to_string()]);
    if checks {
        command.args(["--verify-sigv4", "--iam", "strict"]);
    }
    start(command, output, address)
}

/// ministack; `AUTH` is its switch for all checks.
pub(super) fn ministack(places: &Places, output: &Path, checks: bool) -> Result<Started, Failure> {
    let address = free_address()?;
    let mut command = Command::new(python_program(places, "ministack")?);
    command
        .env("BIND_HOST", address.ip().to_string())
        .env("GATEWAY_PORT", address.port().to_string())
        .env("AUTH", checks.to_string());
    start(command, output, address)
}

/// moto's server; its checks are turned on later, with [`turn_on_moto_checks`].
pub(super) fn moto(places: &Places, output: &Path) -> Result<Started, Failure> {
    let address = free_address()?;
    let mut command = Command::new(python_program(places, "moto_server")?);
    command.args(["--host", &address.ip().to_string(), "--port", &address.port().to_string()]);
    start(command, output, address)
}

/// From now on moto authenticates every call: it has let none pass unchecked any more.
pub(super) fn turn_on_moto_checks(address: SocketAddr) -> Result<(), Failure> {
    let request =
        format!("POST /moto-api/reset-auth HTTP/1.1\r\nhost: {address}\r\ncontent-length: 1\r\n\r\n0");
    let answer = client::once(address, request.as_bytes())?;
    if answer.status == 200 { Ok(()) } else { Err(answer.complaint().into()) }
}

pub(super) fn fakecloud_version(places: &Places) -> Result<String, Failure> {
    let said = Command::new(fakecloud_program(places)?).arg("--version").output()?.stdout;
    Ok(String::from_utf8(said)?.trim().replace("fakecloud ", ""))
}

/// The version of an installed Python package.
pub(super) fn python_version(places: &Places, package: &str) -> Result<String, Failure> {
    let script = format!("import importlib.metadata as m; print(m.version({package:?}))");
    let said = Command::new(python_program(places, "python")?).args(["-c", &script]).output()?.stdout;
    Ok(String::from_utf8(said)?.trim().to_owned())
}

fn start(command: Command, output: &Path, address: SocketAddr) -> Result<Started, Failure> {
    let begun = Instant::now();
    let process = Process::start(command, output)?;
    Ok(Started { process, address, root: Key::new(TEST, TEST), begun, data: None })
}

fn fakecloud_program(places: &Places) -> Result<PathBuf, Failure> {
    program(places.peers.join("fakecloud/bin/fakecloud"))
}

fn python_program(places: &Places, name: &str) -> Result<PathBuf, Failure> {
    program(places.peers.join("python/bin").join(name))
}
