//! What operations cost as an account grows: the store is filled with users, roles and policies, past the quotas that bound
//! an account on AWS, and each operation is then asked for by itself, one request after the other.

mod fill;

use crate::{
    Failure,
    client::{Call, Key},
    command_line::Compare,
    figure::{Spread, readable},
    load::{self, Requests},
    machine,
    server::Server,
};
use std::{fmt::Write as _, fs, time::Duration};

/// Users in the account; half as many roles, and policies up to [`fill::MOST_POLICIES`].
const SIZES: [usize; 3] = [100, 1000, 10_000];
const QUICK_SIZES: [usize; 2] = [100, 1000];
/// Longer than it takes.
const PATIENCE: Duration = Duration::from_mins(5);
/// Requests of one measurement that each name something new.
const NEW: usize = 50;

/// An operation that is measured.
struct Measured {
    name: &'static str,
    requests: fn(&Key, std::net::SocketAddr, u32) -> Result<Requests, Failure>,
}

/// What one operation cost at one size.
struct Cost {
    cpu_microseconds: f64,
    p50_microseconds: f64,
}

/// Measures, and writes the table; gives it.
pub(crate) fn run(compare: &Compare) -> Result<String, Failure> {
    fs::create_dir_all(&compare.places.work)?;
    fs::create_dir_all(&compare.places.results)?;
    let sizes: &[usize] = if compare.quick { &QUICK_SIZES } else { &SIZES };
    let mut columns = Vec::new();
    for size in sizes {
        let server = Server::filled(&compare.places, |data| fill::fill(data, *size))?;
        let costs = measured().into_iter().map(|measured| cost(compare, &server, &measured));
        columns.push(costs.collect::<Result<Vec<_>, _>>()?);
        server.stop()?;
    }
    let table = report(sizes, &columns)?;
    fs::write(compare.places.results.join("size.md"), &table)?;
    Ok(table)
}

/// The median of the rounds; `None` where the account may have no more of what the operation makes.
fn cost(compare: &Compare, server: &Server, measured: &Measured) -> Result<Option<Cost>, Failure> {
    let (mut cpu, mut p50) = (Vec::new(), Vec::new());
    for round in 0..compare.rounds() {
        let requests = (measured.requests)(&server.root, server.address, round)?;
        let time = match requests {
            Requests::Each(_) => PATIENCE,
            Requests::Same(_) => compare.time(),
        };
        let before = server.process.cpu_microseconds()?;
        let load = load::drive(server.address, &requests, 1, time)?;
        let spent = server.process.cpu_microseconds()? - before;
        match &load.error {
            Some(error) if error == "LimitExceeded" => return Ok(None),
            Some(error) => return Err(format!("{} failed: {error}", measured.name).into()),
            None => {}
        }
        cpu.push(spent / crate::figure::float(load.answered));
        p50.extend(load.latency(50));
    }
    let median = |values: Vec<f64>| Spread::of(values).map(|spread| spread.median).ok_or("no rounds");
    Ok(Some(Cost { cpu_microseconds: median(cpu)?, p50_microseconds: median(p50)? }))
}

fn report(sizes: &[usize], columns: &[Vec<Option<Cost>>]) -> Result<String, Failure> {
    let mut table = format!(
        "# Size\n\n{}\nCPU of the server for one request and the median latency over one connection, in microseconds, with so many users \
         in the account, half as many roles and up to {} managed policies. A list is its first page, of 100 unless it says \
         otherwise. Where an account may have no more of what is made, there is a dash.\n\n| |",
        machine::describe(),
        fill::MOST_POLICIES,
    );
    for size in sizes {
        write!(table, " {size} CPU | {size} p50 |")?;
    }
    table.push_str("\n|---|");
    table.push_str(&"---:|---:|".repeat(sizes.len()));
    for (row, measured) in measured().iter().enumerate() {
        write!(table, "\n| {} |", measured.name)?;
        for column in columns {
            match column.get(row).and_then(Option::as_ref) {
                Some(cost) => {
                    write!(
                        table,
                        " {} | {} |",
                        readable(cost.cpu_microseconds),
                        readable(cost.p50_microseconds)
                    )?;
                }
                None => table.push_str(" - | - |"),
            }
        }
    }
    table.push('\n');
    Ok(table)
}

/// One request, again and again.
macro_rules! same {
    ($name:literal, $action:literal, $parameters:expr) => {
        Measured {
            name: $name,
            requests: |key, address, _| {
                Ok(Requests::Same(Call::iam($action, &$parameters).signed(address, key)?))
            },
        }
    };
}

/// Requests that each name something new.
macro_rules! each {
    ($name:literal, $action:literal, |$new:ident| $parameters:expr) => {
        Measured {
            name: $name,
            requests: |key, address, round| {
                let requests = (0..NEW).map(|number| {
                    let name = format!("new-{round}-{number}");
                    let $new = name.as_str();
                    Call::iam($action, &$parameters).signed(address, key)
                });
                Ok(Requests::Each(requests.collect::<Result<_, _>>()?))
            },
        }
    };
}

fn measured() -> Vec<Measured> {
    const EVERYTHING: &str = fill::DOCUMENT;
    vec![
        same!("`ListUsers`", "ListUsers", []),
        same!("`ListUsers`, 1,000", "ListUsers", [("MaxItems", "1000")]),
        same!("`ListUsers`, path of one", "ListUsers", [("PathPrefix", "/seed/")]),
        same!("`ListRoles`", "ListRoles", []),
        same!("`ListPolicies`", "ListPolicies", []),
        same!(
            "`ListPolicies`, own and attached",
            "ListPolicies",
            [("Scope", "Local"), ("OnlyAttached", "true")]
        ),
        same!(
            "`ListPolicies`, AWS's and attached",
            "ListPolicies",
            [("Scope", "AWS"), ("OnlyAttached", "true")]
        ),
        same!("`ListEntitiesForPolicy`", "ListEntitiesForPolicy", [("PolicyArn", fill::ATTACHED)]),
        same!("`GetPolicy`, attached to all users", "GetPolicy", [("PolicyArn", fill::ATTACHED)]),
        same!("`GetGroup`, of three", "GetGroup", [("GroupName", fill::GROUP)]),
        same!("`GetUser`", "GetUser", [("UserName", fill::SEED)]),
        same!("`GetAccountAuthorizationDetails`", "GetAccountAuthorizationDetails", []),
        each!("`PutUserPolicy`", "PutUserPolicy", |_new| {
            [("UserName", fill::SEED), ("PolicyName", "inline"), ("PolicyDocument", EVERYTHING)]
        }),
        each!("`AttachUserPolicy`", "AttachUserPolicy", |_new| {
            [("UserName", fill::SEED), ("PolicyArn", "arn:aws:iam::aws:policy/AmazonS3FullAccess")]
        }),
        each!("`CreateGroup`", "CreateGroup", |new| [("GroupName", new)]),
        each!("`CreatePolicy`", "CreatePolicy", |new| [("PolicyName", new), ("PolicyDocument", EVERYTHING)]),
        each!("`CreateUser`", "CreateUser", |new| [("UserName", new)]),
    ]
}
