//! Who may do what: the one table. Every route of the API names its [`Access`] where it is registered
//! ([`Routes`](super::routes::Routes)), and is reached through the [`gate`](super::gate) that asks for it.

use campanile_control::{Role, TokenScope};

/// What a route lets one do within an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Right {
    /// See apps, their settings and keys, without secrets.
    ViewApps,
    /// Make and change apps.
    ManageApps,
    /// End an app.
    DeleteApps,
    /// Make and revoke keys.
    ManageKeys,
    /// See what a key signs with.
    RevealSecrets,
    /// Publish as the app's server.
    SendEvents,
    /// See connections, channels, users and what happens, without what events hold.
    ViewActivity,
    /// See what events hold.
    ViewPayloads,
    /// Disconnect, unsubscribe or message connections and users.
    ManageConnections,
    /// See webhook endpoints and how they do.
    ViewWebhooks,
    /// Change endpoints, and send again what was sent.
    ManageWebhooks,
    /// Take an app's webhooks to where a program runs.
    Listen,
    /// See what was used, and the limits.
    ViewUsage,
    /// Change limits and warnings, within what the operator allows.
    ManageLimits,
    /// See who belongs to the organisation.
    ViewTeam,
    /// Invite, change roles, remove.
    ManageTeam,
    /// Make and revoke management tokens.
    ManageTokens,
    /// See who changed what.
    ViewAudit,
    /// Rename the organisation.
    ManageTenant,
    /// End it.
    DeleteTenant,
}

impl Right {
    /// The table's first half: which roles have it.
    pub(crate) fn roles(self) -> &'static [Role] {
        use Role::{Admin as A, Billing as B, Developer as D, Owner as O, Support as S};
        match self {
            Self::ViewApps => &[O, A, D, S],
            Self::ManageApps => &[O, A, D],
            Self::DeleteApps => &[O, A],
            Self::ManageKeys => &[O, A, D],
            Self::RevealSecrets => &[O, A, D],
            Self::SendEvents => &[O, A, D],
            Self::ViewActivity => &[O, A, D, S],
            Self::ViewPayloads => &[O, A, D],
            Self::ManageConnections => &[O, A, D],
            Self::ViewWebhooks => &[O, A, D, S],
            Self::ManageWebhooks => &[O, A, D],
            Self::Listen => &[O, A, D],
            Self::ViewUsage => &[O, A, D, S, B],
            Self::ManageLimits => &[O, A],
            Self::ViewTeam => &[O, A, D, S, B],
            Self::ManageTeam => &[O, A],
            Self::ManageTokens => &[O, A, D],
            Self::ViewAudit => &[O, A],
            Self::ManageTenant => &[O, A],
            Self::DeleteTenant => &[O],
        }
    }

    /// The other half: which scope of a management token covers it. Without one it is for people only:
    /// a token that leaked must not be able to outlive its deletion.
    pub(crate) fn scope(self) -> Option<TokenScope> {
        match self {
            Self::ViewApps
            | Self::ViewActivity
            | Self::ViewWebhooks
            | Self::ViewUsage
            | Self::ViewTeam
            | Self::ViewAudit => Some(TokenScope::Read),
            Self::ViewPayloads => Some(TokenScope::Payloads),
            Self::ManageApps
            | Self::DeleteApps
            | Self::ManageKeys
            | Self::ManageWebhooks
            | Self::ManageConnections
            | Self::ManageLimits => Some(TokenScope::Write),
            Self::RevealSecrets => Some(TokenScope::Secrets),
            Self::SendEvents => Some(TokenScope::Publish),
            Self::Listen => Some(TokenScope::Listen),
            Self::ManageTeam | Self::ManageTokens | Self::ManageTenant | Self::DeleteTenant => None,
        }
    }

    /// Whether it changes nothing: someone who has yet to verify their address may only look.
    pub(crate) fn is_view(self) -> bool {
        matches!(self.scope(), Some(TokenScope::Read | TokenScope::Payloads))
    }

    /// Whether it is had where the organisation may be suspended: its members may look then, and change nothing.
    pub(crate) fn is_left(self, is_suspended: bool) -> bool {
        self.is_view() || !is_suspended
    }

    /// What is done by it that changes no row, so that no trigger records it: the gate does.
    pub(crate) fn unstored_act(self) -> Option<&'static str> {
        const ACTS: [(Right, &str); 2] =
            [(Right::SendEvents, "event.sent"), (Right::ManageConnections, "connection.managed")];
        ACTS.into_iter().find(|(right, _)| *right == self).map(|(_, act)| act)
    }

    /// Its name in the API.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::ViewApps => "view_apps",
            Self::ManageApps => "manage_apps",
            Self::DeleteApps => "delete_apps",
            Self::ManageKeys => "manage_keys",
            Self::RevealSecrets => "reveal_secrets",
            Self::SendEvents => "send_events",
            Self::ViewActivity => "view_activity",
            Self::ViewPayloads => "view_payloads",
            Self::ManageConnections => "manage_connections",
            Self::ViewWebhooks => "view_webhooks",
            Self::ManageWebhooks => "manage_webhooks",
            Self::Listen => "listen",
            Self::ViewUsage => "view_usage",
            Self::ManageLimits => "manage_limits",
            Self::ViewTeam => "view_team",
            Self::ManageTeam => "manage_team",
            Self::ManageTokens => "manage_tokens",
            Self::ViewAudit => "view_audit",
            Self::ManageTenant => "manage_tenant",
            Self::DeleteTenant => "delete_tenant",
        }
    }

    /// Whether the role has it.
    pub(crate) fn is_of(self, role: Role) -> bool {
        self.roles().contains(&role)
    }
}

/// Who may come to a route at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Anyone, without saying who: logging in, links from mails.
    Anyone,
    /// A person who is logged in, about themself.
    Person,
    /// Whoever has the right in the organisation that they act for.
    Has(Right),
    /// The same, by a management token only.
    Program(Right),
    /// An operator of the installation, by their session: no organisation's role, and no token, gets here.
    Operator,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::management::routes;

    #[test]
    fn an_owner_may_do_everything_and_an_admin_all_but_end_the_organisation() {
        for right in rights() {
            assert!(right.is_of(Role::Owner), "{right:?}");
            assert_eq!(right.is_of(Role::Admin), right != Right::DeleteTenant, "{right:?}");
        }
    }

    #[test]
    fn each_role_has_these_rights_and_no_others() {
        let of = |role| {
            rights().into_iter().filter(|right| right.is_of(role)).map(Right::as_str).collect::<Vec<_>>()
        };
        assert_eq!(
            of(Role::Developer),
            [
                "view_apps",
                "manage_apps",
                "manage_keys",
                "reveal_secrets",
                "send_events",
                "view_activity",
                "view_payloads",
                "manage_connections",
                "view_webhooks",
                "manage_webhooks",
                "listen",
                "view_usage",
                "view_team",
                "manage_tokens",
            ]
        );
        assert_eq!(
            of(Role::Support),
            ["view_apps", "view_activity", "view_webhooks", "view_usage", "view_team"]
        );
        assert_eq!(of(Role::Billing), ["view_usage", "view_team"]);
    }

    #[test]
    fn support_and_billing_change_nothing_and_see_no_payload() {
        for right in
            rights().into_iter().filter(|right| right.is_of(Role::Support) || right.is_of(Role::Billing))
        {
            assert!(right.is_view() && right != Right::ViewPayloads, "{right:?}");
        }
    }

    /// The page that integrators read is this table.
    #[test]
    fn the_specification_says_the_same() {
        let page = include_str!("../../../../sdk-specs/README.md");
        for right in rights() {
            let held = Role::ALL.map(|role| if right.is_of(role) { "yes" } else { "–" });
            let scope = right.scope().map_or("–", TokenScope::as_str);
            let row = format!("| `{}` | {} | {scope} |", right.as_str(), held.join(" | "));
            assert!(page.contains(&row), "sdk-specs/README.md lacks the row\n{row}");
        }
    }

    #[test]
    fn no_route_that_changes_something_asks_for_a_right_to_look() {
        for route in routes::listed() {
            if let Access::Has(right) = route.access
                && right.is_view()
            {
                assert!(route.method == "GET", "{} {}", route.method, route.path);
            }
        }
    }

    fn rights() -> Vec<Right> {
        let mut rights: Vec<Right> = routes::listed()
            .into_iter()
            .filter_map(|route| match route.access {
                Access::Has(right) | Access::Program(right) => Some(right),
                Access::Anyone | Access::Person | Access::Operator => None,
            })
            .collect();
        rights.sort_unstable();
        rights.dedup();
        rights
    }
}
