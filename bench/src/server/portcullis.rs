//! Portcullis, which always checks everything.

use super::{Process, Started};
use crate::{
    Failure,
    client::{Call, Key, call},
    command_line::Places,
};
use std::{ffi::OsString, net::SocketAddr, path::Path, process::Command, time::Instant};

/// One caller sends all of the load: its requests are counted as ever, but it may send as many as it can.
pub(crate) const RATES: &str = "[throttle]
caller_rate = 1000000
caller_burst = 1000000
address_rate = 1000000
address_burst = 1000000
";

/// A `serve` on a data directory.
pub(crate) struct Serve<'a> {
    pub(crate) data: &'a Path,
    /// The text of its configuration file.
    pub(crate) configuration: &'a str,
    /// The URL of its store; without, it is the embedded one.
    pub(crate) store: Option<&'a str>,
    /// The only core it may run on.
    pub(crate) core: Option<usize>,
}

impl<'a> Serve<'a> {
    /// With the embedded store.
    pub(crate) fn embedded(data: &'a Path, configuration: &'a str) -> Self {
        Self { data, configuration, store: None, core: None }
    }

    /// Starts it and waits until it says that it is ready.
    pub(crate) fn start(&self, places: &Places, output: &Path) -> Result<Served, Failure> {
        let configuration = self.data.join("portcullis.toml");
        std::fs::write(&configuration, self.configuration)?;
        let mut flags = self.place();
        flags.extend(["--config".into(), configuration.into()]);
        let (process, ready) = serve(places, output, &flags, self.core)?;
        Ok(Served {
            process,
            address: ready.address("endpoint")?,
            operations: ready.address("operations_endpoint")?,
        })
    }

    /// A session of the administrator role.
    pub(crate) fn administrator(&self, places: &Places) -> Result<Key, Failure> {
        let output = Command::new(&places.portcullis).arg("credentials").args(self.place()).output()?;
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

    fn place(&self) -> Vec<OsString> {
        let mut flags = vec!["--data-dir".into(), self.data.into()];
        if let Some(store) = self.store {
            flags.extend(["--store".into(), store.into()]);
        }
        flags
    }
}

/// A `serve` that is ready.
pub(crate) struct Served {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
    /// Where it tells how it is.
    pub(crate) operations: SocketAddr,
}

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
    let serve = Serve::embedded(data.path(), RATES);
    let first = serve.start(places, output)?;
    let root = serve.administrator(places)?;
    prepare(first.address, &root)?;
    first.process.stop()?;
    fill(data.path())?;
    let begun = Instant::now();
    let Served { process, address, .. } = serve.start(places, output)?;
    Ok(Started { process, address, root, begun, data: Some(data) })
}

/// With the store in memory. The key is the root user's.
pub(super) fn in_memory(places: &Places, output: &Path) -> Result<Started, Failure> {
    let begun = Instant::now();
    let (process, ready) = serve(places, output, &["--dev".into()], None)?;
    let root = Key::new(ready.member("access_key_id")?, ready.member("secret_access_key")?);
    Ok(Started { process, address: ready.address("endpoint")?, root, begun, data: None })
}

pub(super) fn version(places: &Places) -> Result<String, Failure> {
    let said = Command::new(super::program(places.portcullis.clone())?).arg("--version").output()?.stdout;
    Ok(String::from_utf8(said)?.trim().replace("portcullis ", ""))
}

/// The ready line.
struct Ready(serde_json::Value);

fn serve(
    places: &Places,
    output: &Path,
    flags: &[OsString],
    core: Option<usize>,
) -> Result<(Process, Ready), Failure> {
    let program = super::program(places.portcullis.clone())?;
    let mut command = match core {
        Some(core) => {
            let mut command = Command::new("taskset");
            command.args(["--cpu-list", &core.to_string()]).arg(program);
            command
        }
        None => Command::new(program),
    };
    command.args(["serve", "--listen", "127.0.0.1:0", "--format", "json"]).args(flags);
    let mut process = Process::start(command, output)?;
    let ready = Ready(serde_json::from_str(&process.line("{")?)?);
    Ok((process, ready))
}

impl Ready {
    fn member(&self, name: &str) -> Result<String, Failure> {
        let value = self.0.get(name).and_then(|value| value.as_str());
        Ok(value.ok_or(format!("no {name} in what Portcullis said"))?.to_owned())
    }

    fn address(&self, name: &str) -> Result<SocketAddr, Failure> {
        Ok(self.member(name)?.trim_start_matches("http://").parse()?)
    }
}
