//! Which addresses may be connected to.
//!
//! Source: the registries of special-purpose addresses that RFC 6890 names, as of 2025.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const fn v4(a: u8, b: u8, c: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, 0), prefix)
}

const fn v6(a: u16, b: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), prefix)
}

/// Addresses that are not somewhere in the public internet: this host, private networks, links (with the metadata services
/// of clouds), tests, documentation, groups, and what is reserved.
const NOT_PUBLIC_V4: [Ipv4Net; 15] = [
    v4(0, 0, 0, 8),
    v4(10, 0, 0, 8),
    v4(100, 64, 0, 10),
    v4(127, 0, 0, 8),
    v4(169, 254, 0, 16),
    v4(172, 16, 0, 12),
    v4(192, 0, 0, 24),
    v4(192, 0, 2, 24),
    v4(192, 88, 99, 24),
    v4(192, 168, 0, 16),
    v4(198, 18, 0, 15),
    v4(198, 51, 100, 24),
    v4(203, 0, 113, 24),
    v4(224, 0, 0, 4),
    v4(240, 0, 0, 4),
];
/// All that is handed out of IPv6.
const PUBLIC_V6: Ipv6Net = v6(0x2000, 0, 3);
/// What of it is not public, or leads to addresses of IPv4 by a way of its own.
const NOT_PUBLIC_V6: [Ipv6Net; 4] =
    [v6(0x2001, 0, 23), v6(0x2001, 0xdb8, 32), v6(0x2002, 0, 16), v6(0x3fff, 0, 20)];

/// Whether an address is public, or in one of the ranges. One of IPv4 in the guise of IPv6 counts as what it is.
pub(super) fn is_permitted(address: IpAddr, allow: &[IpNet]) -> bool {
    let address = address.to_canonical();
    is_public(address) || allow.iter().any(|range| range.contains(&address))
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !NOT_PUBLIC_V4.iter().any(|range| range.contains(&address)),
        IpAddr::V6(address) => {
            PUBLIC_V6.contains(&address) && !NOT_PUBLIC_V6.iter().any(|range| range.contains(&address))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn permitted(text: &str, allow: &[&str]) -> bool {
        let allow: Vec<IpNet> = allow.iter().map(|range| range.parse().unwrap()).collect();
        is_permitted(text.parse().unwrap(), &allow)
    }

    #[test]
    fn public_addresses_are_permitted() {
        for text in
            ["8.8.8.8", "172.32.0.1", "100.128.0.1", "223.255.255.255", "2606:4700::1", "::ffff:8.8.8.8"]
        {
            assert!(permitted(text, &[]), "{text}");
        }
    }

    #[test]
    fn what_is_within_is_not() {
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.31.255.255",
            "192.168.1.1",
            "198.19.0.1",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::",
        ] {
            assert!(!permitted(text, &[]), "{text}");
        }
    }

    #[test]
    fn the_operator_may_allow_more() {
        assert!(permitted("10.1.2.3", &["192.168.0.0/16", "10.1.0.0/16"]));
        assert!(permitted("::ffff:10.1.2.3", &["10.1.0.0/16"]));
        assert!(!permitted("10.2.2.3", &["10.1.0.0/16"]));
        assert!(permitted("fd12::1", &["fd12::/16"]));
    }

    proptest! {
        #[test]
        fn the_standard_library_agrees(bits in any::<u32>()) {
            let address = Ipv4Addr::from_bits(bits);
            let within = address.is_private() || address.is_loopback() || address.is_link_local()
                || address.is_multicast() || address.is_unspecified() || address.is_broadcast()
                || address.is_documentation();
            prop_assert!(!(within && is_permitted(address.into(), &[])));
        }
    }
}
