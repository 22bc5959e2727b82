//! The servers under test, as processes of their own, so that their CPU time can be told apart.

use std::{
    error::Error,
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
};

/// A running server.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: SocketAddr,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
}

impl Server {
    /// A `--dev` plane from that binary.
    pub(crate) fn plane(binary: &str) -> Result<Self, Box<dyn Error>> {
        let mut command = Command::new(binary);
        command.args(["serve", "--dev", "--listen", "127.0.0.1:0", "--format", "json"]);
        let (process, line) = start(command)?;
        let ready: serde_json::Value = serde_json::from_str(&line)?;
        let member = |name: &str| {
            ready.get(name).and_then(|v| v.as_str()).map(str::to_owned).ok_or(format!("no {name} in: {line}"))
        };
        Ok(Self {
            process,
            address: member("endpoint")?.trim_start_matches("http://").parse()?,
            access_key_id: member("access_key_id")?,
            secret_access_key: member("secret_access_key")?,
        })
    }

    /// A bare hyper server that sends `answer`.
    pub(crate) fn floor(answer: &[u8]) -> Result<Self, Box<dyn Error>> {
        let file = std::env::temp_dir().join(format!("portcullis-bench-{}.http", std::process::id()));
        fs::write(&file, answer)?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("floor").arg(&file);
        let (process, line) = start(command)?;
        fs::remove_file(file)?;
        let address = line.trim().parse()?;
        Ok(Self { process, address, access_key_id: String::new(), secret_access_key: String::new() })
    }

    /// CPU time of the process so far, user and system: the sum over its threads, to the nanosecond, where `/proc/PID/stat`
    /// counts hundredths of a second.
    pub(crate) fn cpu_microseconds(&self) -> Result<f64, Box<dyn Error>> {
        let mut nanoseconds = 0.0;
        for thread in fs::read_dir(format!("/proc/{}/task", self.process.id()))? {
            let times = fs::read_to_string(thread?.path().join("schedstat"))?;
            let on_cpu: f64 = times.split_whitespace().next().ok_or("unexpected /proc schedstat")?.parse()?;
            nanoseconds += on_cpu;
        }
        Ok(nanoseconds / 1000.0)
    }

    /// Resident memory.
    pub(crate) fn resident_megabytes(&self) -> Result<f64, Box<dyn Error>> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
        let kilobytes: f64 = line.split_whitespace().nth(1).ok_or("no VmRSS value")?.parse()?;
        Ok(kilobytes / 1024.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn start(mut command: Command) -> Result<(Child, String), Box<dyn Error>> {
    let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let mut line = String::new();
    if let Some(output) = process.stdout.take() {
        BufReader::new(output).read_line(&mut line)?;
    }
    if line.is_empty() {
        return Err("the server ended before it was ready".into());
    }
    Ok((process, line))
}
