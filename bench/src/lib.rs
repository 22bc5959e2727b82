//! What is measured, for the programs that measure it.

pub mod workload;
