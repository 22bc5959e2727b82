//! Portcullis, which always checks everything.

use super::{Process, Started};
use crate::{
    Failure,
    client::{Call, Key, call},
    command_line::Places,
};
use std::{net::SocketAddr, path::Path, process::Command, time::Instant};

const RATES: &str = "[throttle]
caller_rate = 1000000
caller_burst = 1000000
address_rate = 1000000
address_burst = 1000000
";

/// With the embedded store, in a data directory made by an earlier start. The key is a session of the administrator role.
pub(super) fn in_directory(places: &Places, output: &Path) -> Result<Started, Failure> {
    started(places, output, |_, _| Ok(()), |_| Ok(()))
}

/// The same with one user, role and policy called `seed`, the user at the path `/seed/`, and a group, before `fill` adds to
/// the store.
pub(super) fn in_filled_directory(
    places: &Places,
    output: &Path,
    fill: impl FnOnce(&Path) -> Result<(), Failure>,
) -> Result<Started, Failure> {
    started(places, output, seed, fill)
}

fn seed(address: SocketAddr, root: &Key) -> Result<(), Failure> {
    const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    const DOCUMENT: &str =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}"#;
    for made in [
        Call::iam("CreateUser", &[("UserName", "seed"), ("Path", "/seed/")]),
        Call::iam("CreateRole", &[("RoleName", "seed"), ("AssumeRolePolicyDocument", TRUST)]),
        Call::iam("CreatePolicy", &[("PolicyName", "seed"), ("PolicyDocument", DOCUMENT)]),
        Call::iam("CreateGroup", &[("GroupName", "group")]),
    ] {
        call(address, root, &made)?;
    }
    Ok(())
}

fn started(
    places: &Places,
    output: &Path,
    prepare: impl FnOnce(SocketAddr, &Key) -> Result<(), Failure>,
    fill: impl FnOnce(&Path) -> Result<(), Failure>,
) -> Result<Started, Failure> {
    let data = tempfile::Builder::new().prefix("data-").tempdir_in(&places.work)?;
    // One caller sends all of the load: its requests are counted as ever, but it may send as many as it can.
    let config = data.path().join("portcullis.toml");
    std::fs::write(&config, RATES)?;
    let flags = ["--data-dir".as_ref(), data.path().as_os_str(), "--config".as_ref(), config.as_os_str()];
    let (first, ready) = serve(places, output, &flags)?;
    let root = administrator(places, data.path())?;
    prepare(ready.address()?, &root)?;
    first.stop()?;
    fill(data.path())?;
    let begun = Instant::now();
    let (process, ready) = serve(places, output, &flags)?;
    Ok(Started { process, address: ready.address()?, root, begun, data: Some(data) })
}

/// With the store in memory. The key is the root user's.
pub(super) fn in_memory(places: &Places, output: &Path) -> Result<Started, Failure> {
    let begun = Instant::now();
    let (process, ready) = serve(places, output, &["--dev".as_ref()])?;
    let root = Key::new(ready.member("access_key_id")?, ready.member("secret_access_key")?);
    Ok(Started { process, address: ready.address()?, root, begun, data: None })
}

pub(super) fn version(places: &Places) -> Result<String, Failure> {
    let said = Command::new(super::program(places.portcullis.clone())?).arg("--version").output()?.stdout;
    Ok(String::from_utf8(said)?.trim().replace("portcullis ", ""))
}

/// The ready line.
struct Ready(serde_json::Value);

fn serve(places: &Places, output: &Path, store: &[&std::ffi::OsStr]) -> Result<(Process, Ready), Failure> {
    let mut command = Command::new(super::program(places.portcullis.clone())?);
    command.args(["serve", "--listen", "127.0.0.1:0", "--format", "json"]).args(store);
    let mut process = Process::start(command, output)?;
    let ready = Ready(serde_json::from_str(&process.line("{")?)?);
    Ok((process, ready))
}

fn administrator(places: &Places, data: &Path) -> Result<Key, Failure> {
    let output = Command::new(&places.portcullis).args(["credentials", "--data-dir"]).arg(data).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let document = Ready(serde_json::from_slice(&output.stdout)?);
    Ok(Key {
        access_key_id: document.member("AccessKeyId")?,
        secret_access_key: document.member("SecretAccessKey")?,
        session_token: Some(document.member("SessionToken")?),
    })
}

impl Ready {
    fn member(&self, name: &str) -> Result<String, Failure> {
        let value = self.0.get(name).and_then(|value| value.as_str());
        Ok(value.ok_or(format!("no {name} in what Portcullis said"))?.to_owned())
    }

    fn address(&self) -> Result<std::net::SocketAddr, Failure> {
        Ok(self.member("endpoint")?.trim_start_matches("http://").parse()?)
    }
}
