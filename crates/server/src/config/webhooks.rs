use serde::Deserialize;

/// Outgoing webhooks.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookConfig {
    /// Which addresses they may go to; see [`super::Config::webhook_targets`] for the default.
    pub allow_targets: Option<AllowTargets>,
    /// Whether metrics are also told endpoint by endpoint, labelled with its id. The more endpoints
    /// there are, the more this costs whoever collects them.
    pub metrics_by_endpoint: bool,
}

/// Which addresses a tenant's webhook may go to. A tenant must not reach what only we can.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum AllowTargets {
    /// Only addresses that are routed on the internet.
    Public,
    /// Also this computer.
    Loopback,
    /// Also private networks: the operator trusts every tenant.
    Private,
}

impl AllowTargets {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Loopback => "loopback",
            Self::Private => "private",
        }
    }
}
