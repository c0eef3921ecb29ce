use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::Deserialize;

/// Which page of a list is asked for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(super) struct Paging {
    /// The `next_cursor` of the page before; empty for the first.
    #[serde(default)]
    pub(super) cursor: String,
    limit: Option<NonZeroU32>,
}

/// Items of a page, unless fewer are asked for, and at most.
const USUAL: usize = 50;
const MOST: usize = 200;

impl Paging {
    pub(super) fn limit(&self) -> usize {
        self.limit.map_or(USUAL, |limit| (limit.get() as usize).min(MOST))
    }

    /// After what the page begins.
    pub(super) fn after(&self) -> Option<&str> {
        (!self.cursor.is_empty()).then_some(self.cursor.as_str())
    }
}
