//! The servers under test, as processes of their own, so that their CPU time can be told apart.

use crate::Failure;
use nix::{
    sys::signal::{Signal, kill},
    time::clock_getcpuclockid,
    unistd::Pid,
};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long a server may take to say something, or to stop.
const PATIENCE: Duration = Duration::from_mins(1);
const STOP_PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks at something that is awaited.
const PAUSE: Duration = Duration::from_millis(1);
/// `/proc/PID/stat` counts in hundredths of a second.
const MICROSECONDS_PER_TICK: f64 = 10_000.0;

/// A running server with all the processes it has started. They end with it.
pub(crate) struct Process {
    child: Child,
    output: PathBuf,
}

impl Process {
    /// Starts it; what it says goes to the file `output`.
    pub(crate) fn start(mut command: Command, output: &Path) -> Result<Self, Failure> {
        let file = File::create(output)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
        Ok(Self { child, output: output.to_owned() })
    }

    /// Waits for a line of output that begins with `beginning`, which is how a server says that it is ready.
    pub(crate) fn line(&mut self, beginning: &str) -> Result<String, Failure> {
        self.wait_for(|this| {
            let said = this.said();
            let complete = said.rfind('\n').and_then(|end| said.get(..end)).unwrap_or_default();
            Ok(complete.lines().find(|line| line.starts_with(beginning)).map(str::to_owned))
        })
    }

    /// Tries until it gives something; fails when the server has ended or is silent for too long.
    pub(crate) fn wait_for<T>(
        &mut self,
        mut attempt: impl FnMut(&mut Self) -> Result<Option<T>, Failure>,
    ) -> Result<T, Failure> {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = attempt(self)? {
                return Ok(found);
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("ended with {status}: {}", self.last_words()).into());
            }
            if Instant::now() > until {
                return Err(format!("not ready after {PATIENCE:?}: {}", self.last_words()).into());
            }
            thread::sleep(PAUSE);
        }
    }

    /// CPU time so far, user and system, of all its processes, in microseconds. Threads that have ended count. The
    /// clock is exact, but for child processes that have ended, which `/proc` counts in hundredths of a second.
    pub(crate) fn cpu_microseconds(&self) -> Result<f64, Failure> {
        let mut sum = 0.0;
        for pid in self.tree()? {
            // A process may end between being listed and being read; then its parent has its time.
            let Ok(clock) = clock_getcpuclockid(Pid::from_raw(pid)) else { continue };
            let Ok(time) = clock.now() else { continue };
            sum += Duration::from(time).as_secs_f64() * 1e6;
            let Some(stat) = Stat::read(pid) else { continue };
            sum += stat.children_ticks * MICROSECONDS_PER_TICK;
        }
        Ok(sum)
    }

    /// Resident memory of all its processes, in megabytes of a million bytes.
    pub(crate) fn resident_megabytes(&self) -> Result<f64, Failure> {
        let mut kilobytes = 0.0;
        for pid in self.tree()? {
            let Ok(status) = fs::read_to_string(format!("/proc/{pid}/status")) else { continue };
            let line = status.lines().find(|line| line.starts_with("VmRSS:"));
            let value = line.and_then(|line| line.split_whitespace().nth(1)).unwrap_or("0");
            kilobytes += value.parse::<f64>()?;
        }
        Ok(kilobytes * 1024.0 / 1e6)
    }

    /// Files and connections that it has open, without its descendants'.
    pub(crate) fn open_files(&self) -> Result<usize, Failure> {
        Ok(fs::read_dir(format!("/proc/{}/fd", self.child.id()))?.count())
    }

    /// Its threads, without its descendants'.
    pub(crate) fn threads(&self) -> Result<usize, Failure> {
        Ok(fs::read_dir(format!("/proc/{}/task", self.child.id()))?.count())
    }

    /// Asks it to stop and waits for that.
    pub(crate) fn stop(mut self) -> Result<(), Failure> {
        kill(self.pid()?, Signal::SIGTERM)?;
        let until = Instant::now() + STOP_PATIENCE;
        while self.child.try_wait()?.is_none() {
            if Instant::now() > until {
                return Err(format!("does not stop: {}", self.last_words()).into());
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// It and its descendants.
    fn tree(&self) -> Result<Vec<i32>, Failure> {
        let mut all = Vec::new();
        for entry in fs::read_dir("/proc")? {
            let name = entry?.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else { continue };
            if let Some(stat) = Stat::read(pid) {
                all.push((pid, stat.parent));
            }
        }
        let mut tree = vec![self.pid()?.as_raw()];
        let mut visited = 0;
        while let Some(&parent) = tree.get(visited) {
            tree.extend(all.iter().filter(|(_, of)| *of == parent).map(|(pid, _)| *pid));
            visited += 1;
        }
        Ok(tree)
    }

    fn pid(&self) -> Result<Pid, Failure> {
        Ok(Pid::from_raw(i32::try_from(self.child.id())?))
    }

    fn said(&self) -> String {
        fs::read(&self.output).map(|said| String::from_utf8_lossy(&said).into_owned()).unwrap_or_default()
    }

    fn last_words(&self) -> String {
        self.said().lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it said nothing").to_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The id of a process that has been waited for may be another's by now.
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        for pid in self.tree().unwrap_or_default() {
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
        let _ = self.child.wait();
    }
}

/// Of `/proc/PID/stat`, what is needed here.
struct Stat {
    parent: i32,
    /// User and system time of children that have ended.
    children_ticks: f64,
}

impl Stat {
    fn read(pid: i32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// The second field, the name in parentheses, may hold anything.
    fn parse(text: &str) -> Option<Self> {
        let (_, fields) = text.rsplit_once(") ")?;
        let fields: Vec<&str> = fields.split(' ').collect();
        let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
        Some(Self { parent: fields.get(1)?.parse().ok()?, children_ticks: ticks(13)? + ticks(14)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_parent_and_the_time_of_ended_children() {
        let text = "42 (a ) b) S 7 42 42 0 -1 4194304 1 2 3 4 50 60 700 80 20 0 1 0 99 0 0";
        let stat = Stat::parse(text).unwrap();
        assert_eq!((stat.parent, stat.children_ticks), (7, 780.0));
    }

    #[test]
    fn counts_the_time_of_children_and_ends_them() {
        let directory = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "(while :; do :; done) & echo ready; wait"]);
        let mut process = Process::start(command, &directory.path().join("output")).unwrap();
        assert_eq!(process.line("rea").unwrap(), "ready");
        process.wait_for(|this| Ok((this.cpu_microseconds()? > 20_000.0).then_some(()))).unwrap();
        let tree = process.tree().unwrap();
        assert_eq!(tree.len(), 2, "the shell and its loop");
        assert!(process.resident_megabytes().unwrap() > 0.1);
        drop(process);
        let until = Instant::now() + PATIENCE;
        while tree.iter().any(|pid| runs(*pid)) {
            assert!(Instant::now() < until, "still running");
            thread::sleep(PAUSE);
        }
    }

    /// Whether there is such a process that is not merely waiting for its parent to notice its end.
    fn runs(pid: i32) -> bool {
        fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
    }
}
