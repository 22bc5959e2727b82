//! Values of the smaller types: addresses, booleans, bytes.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// An address or a CIDR block, IPv4 or IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AddressBlock {
    address: IpAddr,
    prefix: u8,
}

impl AddressBlock {
    /// Reads `192.0.2.0/24` or, for one address, `192.0.2.7`. Bits beyond the prefix do not matter. A block of IPv4
    /// addresses in IPv6 clothes, such as `::ffff:192.0.2.0/120`, counts as IPv4.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.trim_ascii().split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text.trim_ascii(), None),
        };
        let address: IpAddr = address.parse().ok()?;
        let longest: u8 = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => longest,
            Some(digits) if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                return None;
            }
            Some(digits) => digits.parse().ok().filter(|prefix| *prefix <= longest)?,
        };
        Some(match (address.to_canonical(), prefix.checked_sub(96)) {
            (canonical @ IpAddr::V4(_), Some(prefix)) if address.is_ipv6() => {
                Self { address: canonical, prefix }
            }
            _ => Self { address, prefix },
        })
    }

    /// The first and the last address of the block.
    pub(crate) fn ends(&self) -> (IpAddr, IpAddr) {
        match self.address {
            IpAddr::V4(block) => {
                let host = u32::MAX.checked_shr(self.prefix.into()).unwrap_or(0);
                (IpAddr::V4((block.to_bits() & !host).into()), IpAddr::V4((block.to_bits() | host).into()))
            }
            IpAddr::V6(block) => {
                let host = u128::MAX.checked_shr(self.prefix.into()).unwrap_or(0);
                (IpAddr::V6((block.to_bits() & !host).into()), IpAddr::V6((block.to_bits() | host).into()))
            }
        }
    }

    /// Whether the address lies in the block; addresses of the other family never do.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(block), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix.min(32))).unwrap_or(0);
                (block.to_bits() ^ address.to_bits()) & mask == 0
            }
            (IpAddr::V6(block), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix.min(128))).unwrap_or(0);
                (block.to_bits() ^ address.to_bits()) & mask == 0
            }
            _ => false,
        }
    }
}

pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

pub(crate) fn parse_binary(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn refuses_what_is_no_block() {
        for text in [
            "",
            "/8",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0/8",
            "::/129",
            "10.0.0.0/+8",
            "010.0.0.1",
            "a.b.c.d/8",
        ] {
            assert_eq!(AddressBlock::parse(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_block_holds_what_shares_its_prefix(block in any::<u32>(), address in any::<u32>(), prefix in 0u8..=32) {
            let parsed = AddressBlock::parse(&format!("{}/{prefix}", std::net::Ipv4Addr::from(block))).unwrap();
            let bits = |number: u32| format!("{number:032b}").chars().take(prefix.into()).collect::<String>();
            prop_assert_eq!(parsed.contains(IpAddr::V4(address.into())), bits(block) == bits(address));
        }

        #[test]
        fn so_does_a_block_of_the_long_kind(block in any::<u128>(), address in any::<u128>(), prefix in 0u8..=128) {
            let parsed = AddressBlock::parse(&format!("{}/{prefix}", std::net::Ipv6Addr::from(block))).unwrap();
            let bits = |number: u128| format!("{number:0128b}").chars().take(prefix.into()).collect::<String>();
            prop_assert_eq!(parsed.contains(IpAddr::V6(address.into())), bits(block) == bits(address));
            prop_assert!(parsed.contains(IpAddr::V6(block.into())));
        }
    }
}
