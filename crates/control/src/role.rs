use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What someone is in an organisation. Which rights go with it is not the store's to say; that an
/// organisation always has an owner is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// May do everything, and alone may end the organisation.
    Owner,
    /// Runs it: apps, people, tokens.
    Admin,
    /// Builds with it: apps, keys, webhooks.
    Developer,
    /// Looks, without seeing what events hold.
    Support,
    /// Sees what it costs.
    Billing,
}

/// A text that names no role.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("must be one of owner, admin, developer, support, billing")]
pub struct UnknownRole;

impl Role {
    /// All of them, the most powerful first.
    pub const ALL: [Self; 5] = [Self::Owner, Self::Admin, Self::Developer, Self::Support, Self::Billing];

    /// Its name, as stored and as written in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Developer => "developer",
            Self::Support => "support",
            Self::Billing => "billing",
        }
    }

    /// Whether one in this role may give, change or take away `other`: owners any, admins all but the
    /// owners'; nobody else any.
    pub fn may_assign(self, other: Self) -> bool {
        match self {
            Self::Owner => true,
            Self::Admin => other != Self::Owner,
            Self::Developer | Self::Support | Self::Billing => false,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(UnknownRole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_reads_as_it_is_written() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert_eq!("Owner".parse::<Role>(), Err(UnknownRole));
    }

    #[test]
    fn nobody_gives_a_role_above_their_own() {
        for role in [Role::Developer, Role::Support, Role::Billing] {
            assert!(Role::ALL.into_iter().all(|other| !role.may_assign(other)), "{role}");
        }
        assert!(!Role::Admin.may_assign(Role::Owner) && Role::Admin.may_assign(Role::Admin));
        assert!(Role::Owner.may_assign(Role::Owner));
    }
}
