//! Which layers of policies there are, as bits: what must allow and what does is compared at once.

use crate::evaluate::decision::Layer;
use crate::evaluate::policies::MAX_LEVELS;

/// Layers as bits. Each level of service control policies has a bit of its own, since each must allow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Slots(u64);

impl Slots {
    pub(super) const NONE: Self = Self(0);
    pub(super) const ALL: Self = Self(u64::MAX);
    pub(super) const RESOURCE_CONTROL: Self = Self(1);
    pub(super) const ENDPOINT: Self = Self(1 << 1);
    pub(super) const RESOURCE: Self = Self(1 << 2);
    pub(super) const TRUST: Self = Self(1 << 3);
    pub(super) const IDENTITY: Self = Self(1 << 4);
    pub(super) const BOUNDARY: Self = Self(1 << 5);
    pub(super) const SESSION: Self = Self(1 << 6);
    const FIRST_LEVEL: u32 = 7;
    /// The bit of all levels beyond [`MAX_LEVELS`], which nothing grants.
    pub(super) const TOO_DEEP: Self = Self(1 << 63);
    pub(super) const SERVICE_CONTROL: Self = Self(u64::MAX << Self::FIRST_LEVEL);

    /// The bit of a level of service control policies, counted from 0 at the root. None when it is too deep.
    pub(super) fn level(level: usize) -> Option<Self> {
        let level = u32::try_from(level).ok().filter(|_| level < MAX_LEVELS)?;
        1_u64.checked_shl(level.checked_add(Self::FIRST_LEVEL)?).map(Self)
    }

    pub(super) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// All bits of the layer that a bit belongs to.
    pub(super) fn whole_layer(self) -> Self {
        if self.meets(Self::SERVICE_CONTROL) { Self::SERVICE_CONTROL } else { self }
    }

    /// The layers whose bits are set, in the order in which denials are blamed on them.
    pub(super) fn layers(self) -> impl Iterator<Item = Layer> {
        let layers = [
            (Self::RESOURCE_CONTROL, Layer::ResourceControl),
            (Self::SERVICE_CONTROL, Layer::ServiceControl),
            (Self::ENDPOINT, Layer::Endpoint),
            (Self::RESOURCE, Layer::Resource),
            (Self::TRUST, Layer::Trust),
            (Self::IDENTITY, Layer::Identity),
            (Self::BOUNDARY, Layer::Boundary),
            (Self::SESSION, Layer::Session),
        ];
        layers.into_iter().filter(move |(slots, _)| self.meets(*slots)).map(|(_, layer)| layer)
    }
}
