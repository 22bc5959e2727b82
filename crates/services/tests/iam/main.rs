//! IAM's operations through the whole pipeline: constraints, authorisation, handling, audit, commit.

#[path = "../plane/mod.rs"]
mod plane;
mod support;

mod access_key;
mod group;
mod role;
mod user;
