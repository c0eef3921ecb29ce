use std::{fmt, io, net::SocketAddr, pin::Pin, sync::Arc};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

use campanile_protocol::TenantId;

use crate::{ForbiddenTarget, TargetPolicy, lookups::Lookups};

/// Whose request it is that needs a connection, and to which port.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    pub(crate) tenant: TenantId,
    /// Whether it has succeeded before.
    pub(crate) is_proven: bool,
    pub(crate) port: u16,
}

tokio::task_local! {
    /// Set around each request: the HTTP client tells its resolver a name and nothing else.
    pub(crate) static CALLER: Caller;
}

type Answer = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// How a name becomes addresses: by default as the system resolves it. The ports do not matter.
#[derive(Clone)]
pub struct Lookup(Arc<dyn Fn(String) -> Answer + Send + Sync>);

impl Lookup {
    /// Asks `lookup` instead.
    pub fn new<F: Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'static>(
        lookup: impl Fn(String) -> F + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(move |name| Box::pin(lookup(name))))
    }
}

impl Default for Lookup {
    fn default() -> Self {
        Self::new(|name| async move { Ok(lookup_host((name, 0)).await?.collect()) })
    }
}

impl fmt::Debug for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lookup")
    }
}

/// Resolves a name once per connection and passes on only the addresses that the policy allows: the
/// connection is opened to exactly those, so that a name cannot mean something else the second time.
/// Nothing is looked up outside of [`CALLER`]'s scope.
#[derive(Clone, Debug)]
pub(crate) struct VettingResolver {
    pub(crate) policy: TargetPolicy,
    pub(crate) lookup: Lookup,
    pub(crate) lookups: Lookups,
}

impl Resolve for VettingResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let Self { policy, lookup, lookups } = self.clone();
        let Ok(caller) = CALLER.try_with(|caller| *caller) else {
            return Box::pin(std::future::ready(Err(ForbiddenTarget.into())));
        };
        Box::pin(async move {
            let found = look_up(lookup, lookups, caller, name).await?;
            let allowed: Vec<SocketAddr> =
                found.into_iter().filter(|address| policy.allows(address.ip(), caller.port)).collect();
            if allowed.is_empty() {
                return Err(ForbiddenTarget.into());
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}

/// Its place is taken for as long as the lookup goes on, which may be long after the request was given up:
/// a thread that waits for a silent name server cannot be called back.
async fn look_up(
    lookup: Lookup,
    lookups: Lookups,
    caller: Caller,
    name: Name,
) -> io::Result<Vec<SocketAddr>> {
    let place = lookups.take(caller.tenant, caller.is_proven).await.ok_or(io::ErrorKind::TimedOut)?;
    let looking = tokio::spawn(async move {
        let answer = (lookup.0)(name.as_str().to_owned()).await;
        drop(place);
        answer
    });
    looking.await.map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const CALL: Caller = Caller { tenant: TenantId(Uuid::nil()), is_proven: true, port: 443 };

    async fn resolves(name: &str, policy: TargetPolicy) -> bool {
        let resolver = VettingResolver { policy, lookup: Lookup::default(), lookups: Lookups::new() };
        match CALLER.scope(CALL, async { resolver.resolve(name.parse().unwrap()).await }).await {
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

    #[tokio::test]
    async fn an_allowed_address_beside_a_forbidden_one_is_all_that_is_left() {
        let addresses: Vec<SocketAddr> = ["127.0.0.1:0", "8.8.8.8:0", "[::1]:0", "169.254.169.254:0"]
            .map(|text| text.parse().unwrap())
            .into();
        let lookup = Lookup::new(move |_| std::future::ready(Ok(addresses.clone())));
        let (policy, lookups) = (TargetPolicy::default(), Lookups::new());
        let resolver = VettingResolver { policy, lookup, lookups };
        let resolve = || async { resolver.resolve("example.com".parse().unwrap()).await };
        let resolved = CALLER.scope(CALL, resolve()).await.unwrap();
        assert_eq!(resolved.collect::<Vec<_>>(), ["8.8.8.8:0".parse().unwrap()]);
        let mail = Caller { port: 25, ..CALL };
        assert!(CALLER.scope(mail, resolve()).await.is_err());
        assert!(resolve().await.is_err(), "nobody's request");
    }

    #[tokio::test]
    async fn a_lookup_that_hangs_keeps_its_place_when_its_request_is_given_up() {
        let (answers, _) = tokio::sync::broadcast::channel::<()>(1);
        let hanging = answers.clone();
        let lookup = Lookup::new(move |_| {
            let mut answer = hanging.subscribe();
            async move {
                let _ = answer.recv().await;
                Ok(vec!["8.8.8.8:0".parse().unwrap()])
            }
        });
        let (policy, lookups) = (TargetPolicy::default(), Lookups::new());
        let resolver = VettingResolver { policy, lookup, lookups: lookups.clone() };
        let resolve = async || resolver.resolve("example.com".parse().unwrap()).await.map(drop);
        for _ in 0..8 {
            let given_up = CALLER.scope(CALL, resolve());
            tokio::time::timeout(std::time::Duration::from_millis(20), given_up).await.unwrap_err();
        }
        assert!(lookups.take(CALL.tenant, true).await.is_none());
        answers.send(()).unwrap();
        assert!(lookups.take(CALL.tenant, true).await.is_some());
    }
}
