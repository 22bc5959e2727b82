//! Who runs a command: the system user, for the trail.

use crate::node;
use services::Operator;
use std::fs;

/// What the kernel writes where nobody has logged in: -1.
const NOBODY: u32 = u32::MAX;

/// The user whom this process belongs to.
pub(crate) fn current() -> Operator {
    let user_id = rustix::process::getuid().as_raw();
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let login_id = fs::read_to_string("/proc/self/loginuid").ok().and_then(|id| id.trim().parse().ok());
    Operator {
        user_name: name(&users, user_id).map_or_else(|| user_id.to_string(), str::to_owned),
        user_id,
        login_id: login_id.filter(|id| *id != NOBODY),
        host: node::host_name().unwrap_or_else(|| "localhost".to_owned()),
    }
}

/// The name of that user in the lines of `/etc/passwd`.
fn name(users: &str, user_id: u32) -> Option<&str> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, id) = (fields.next()?, fields.nth(1)?);
        (id.parse() == Ok(user_id)).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_have_names() {
        let users = "root:x:0:0:root:/root:/bin/bash\n\nbroken\nportcullis:x:999:999::/var/lib/portcullis:/bin/false\n";
        assert_eq!(name(users, 0), Some("root"));
        assert_eq!(name(users, 999), Some("portcullis"));
        assert_eq!(name(users, 1), None);
    }
}
