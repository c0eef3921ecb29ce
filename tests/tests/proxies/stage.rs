use std::sync::{Arc, Mutex, PoisonError};

use campanile_tests::{App, Options, Platform};

/// The platform that all questions share. It trusts what stands at the address that proxies connect from.
pub(crate) struct Stage {
    pub(crate) platform: Platform,
    tenant: String,
}

static SHARED: Mutex<Option<Arc<Stage>>> = Mutex::new(None);

/// Where the proxies are. Clients that must not be taken for one come from another loopback address.
const TRUSTED: &str = "127.0.0.1";

impl Stage {
    pub(crate) fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.get_or_insert_with(|| Arc::new(Self::new())).clone()
    }

    /// Stops it: nothing drops what is in a `static`.
    pub(crate) fn end() {
        SHARED.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn new() -> Self {
        let environment = vec![("CAMPANILE_TRUSTED_PROXIES", TRUSTED.to_owned())];
        let platform = Platform::spawn_with(Options { environment, ..Options::default() }).unwrap();
        let tenant = platform.create_tenant("Acme").unwrap();
        Self { platform, tenant }
    }

    pub(crate) fn create_app(&self) -> App {
        self.platform.create_app(&self.tenant, "Behind a proxy", &[]).unwrap()
    }
}
