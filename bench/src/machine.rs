//! What the figures were taken on.

use crate::client::now;
use std::fs;

/// One line: time, processor, cores, kernel, and how busy the machine was before.
pub(crate) fn describe() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpuinfo = read("/proc/cpuinfo");
    let model = cpuinfo
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown processor", |(_, model)| model);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or("unknown");
    format!(
        "{:.0} on {model}, {cores} cores, Linux {}; load average at the start {load}. The load came from the same machine.",
        now(),
        read("/proc/sys/kernel/osrelease").trim(),
    )
}
