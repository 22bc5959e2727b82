//! Conditions on IP addresses.

use std::net::IpAddr;

use crate::findings::document::{Condition, Document};
use crate::findings::report::Report;
use crate::findings::variables::has_variable;
use crate::language::condition::{AddressBlock, Comparison};

/// Blocks that no public request comes from (RFC 1918, 4193, 6598, loopback and link-local).
const PRIVATE: [&str; 9] = [
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
];

pub(crate) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    let private: Vec<AddressBlock> = PRIVATE.iter().filter_map(|text| AddressBlock::parse(text)).collect();
    let conditions = document.statements.iter().flat_map(|statement| &statement.conditions);
    for condition in conditions.filter(|condition| condition.operator.comparison == Comparison::Ip) {
        let mut blocks = Vec::new();
        for text in condition.values.iter().filter(|text| !has_variable(text.value)) {
            let Some(block) = AddressBlock::parse(text.value) else {
                let details = format!("{} compares with addresses and CIDR blocks.", condition.operator_name);
                report.error("TYPE_MISMATCH_IP_RANGE", details, &[&text.place]);
                continue;
            };
            if let Some(network) = canonical(text.value, &block) {
                let details = format!("The bits behind the prefix do not count. Write {network}.");
                report.suggestion("IMPROVE_IP_RANGE", details, &[&text.place]);
            }
            blocks.push(block);
        }
        if condition.key.value.eq_ignore_ascii_case("aws:SourceIp") {
            check_private(condition, &blocks, &private, report);
        }
    }
}

fn check_private(
    condition: &Condition<'_>,
    blocks: &[AddressBlock],
    private: &[AddressBlock],
    report: &mut Report<'_>,
) {
    let is_private = |block: &&AddressBlock| {
        let (first, last) = block.ends();
        private.iter().any(|private| private.contains(first) && private.contains(last))
    };
    let count = blocks.iter().filter(is_private).count();
    let places = [&condition.place];
    let negated = condition.operator.negated;
    if count > 0 && count == blocks.len() {
        let begin = "Requests come from public addresses, and all of these are private";
        if negated {
            report.error("PRIVATE_NOT_IP_ADDRESS", format!("{begin}: the condition always holds."), &places);
        } else {
            report.error("PRIVATE_IP_ADDRESS", format!("{begin}: the condition never holds."), &places);
        }
    } else if count > 0 {
        let code = if negated { "PRIVATE_NOT_IP_ADDRESS_SUBSET" } else { "PRIVATE_IP_ADDRESS_SUBSET" };
        let details = "Requests come from public addresses, so the private ones among these have no effect. Compare \
                       private addresses with aws:VpcSourceIp.";
        report.suggestion(code, details, &places);
    }
}

/// How the block is properly written, if it is not.
fn canonical(text: &str, block: &AddressBlock) -> Option<String> {
    let (address, prefix) = text.trim_ascii().split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let (first, _) = block.ends();
    (first != address).then(|| format!("{first}/{prefix}"))
}
