use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

use crate::{ForbiddenTarget, TargetPolicy};

/// Resolves a name once per connection and passes on only the addresses that the policy allows: the
/// connection is opened to exactly those, so that a name cannot mean something else the second time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VettingResolver(pub(crate) TargetPolicy);

impl Resolve for VettingResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.0;
        Box::pin(async move {
            let resolved = lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = resolved.filter(|address| policy.allows(address.ip())).collect();
            if allowed.is_empty() {
                return Err(ForbiddenTarget.into());
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn resolves(name: &str, policy: TargetPolicy) -> bool {
        match VettingResolver(policy).resolve(name.parse().unwrap()).await {
            Ok(addresses) => addresses.count() > 0,
            Err(error) => {
                assert!(error.is::<ForbiddenTarget>(), "{error}");
                false
            }
        }
    }

    #[tokio::test]
    async fn a_name_resolves_to_allowed_addresses_only() {
        let loopback = TargetPolicy { allow_loopback: true, allow_private: false };
        assert!(resolves("localhost", loopback).await);
        assert!(!resolves("localhost", TargetPolicy::default()).await);
        assert!(!resolves("169.254.169.254", loopback).await);
    }
}
