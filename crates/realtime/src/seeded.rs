use std::{hash::BuildHasher, sync::LazyLock};

use ahash::{AHasher, RandomState};

/// Hashes with the seeds of the process instead of the map's own: 32 bytes less for each map, where every
/// connection has one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seeded;

static SEEDS: LazyLock<RandomState> = LazyLock::new(RandomState::new);

impl BuildHasher for Seeded {
    type Hasher = AHasher;

    fn build_hasher(&self) -> AHasher {
        SEEDS.build_hasher()
    }
}
