use std::fmt::Write;

use anyhow::Context;
use campanile_control::{Member, Role, Store};
use campanile_protocol::TenantId;
use clap::Subcommand;
use serde_json::json;
use time::format_description::well_known::Rfc3339;

use super::{output::Output, tenant::get_tenant};

#[derive(Debug, Subcommand)]
pub(super) enum MemberCommand {
    /// Invite someone to an organisation; the running platform mails them a link
    Invite {
        /// The organisation's id or name
        #[arg(long)]
        tenant: String,
        /// Their e-mail address
        #[arg(long)]
        email: String,
        /// owner, admin, developer, support or billing
        #[arg(long, default_value = "owner")]
        role: Role,
    },
    /// List who belongs to an organisation
    List {
        /// The organisation's id or name
        #[arg(long)]
        tenant: String,
    },
    /// Give a member another role
    Role {
        /// The organisation's id or name
        #[arg(long)]
        tenant: String,
        /// Their e-mail address
        #[arg(long)]
        email: String,
        /// owner, admin, developer, support or billing
        #[arg(long)]
        role: Role,
    },
    /// Let someone log in with the password alone who has lost their authenticator and their recovery codes
    ResetFactor {
        /// Their e-mail address
        email: String,
    },
    /// End a membership, with what the person may do there and the tokens that they made
    Remove {
        /// The organisation's id or name
        #[arg(long)]
        tenant: String,
        /// Their e-mail address
        #[arg(long)]
        email: String,
    },
}

impl MemberCommand {
    pub(super) async fn run(self, store: &Store, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Invite { tenant, email, role } => {
                let tenant = get_tenant(store, &tenant).await?;
                let invitation = store.invite(tenant.id, Role::Owner, &email, role).await?;
                let text = format!("Invited {email} to {} as {role}", tenant.name);
                output.print(&json!({ "id": invitation.id, "email": email, "role": role }), &text)?;
            }
            Self::List { tenant } => list(get_tenant(store, &tenant).await?.id, store, output).await?,
            Self::Role { tenant, email, role } => {
                let tenant = get_tenant(store, &tenant).await?;
                let member = get_member(store, tenant.id, &email).await?;
                store.change_role(tenant.id, Role::Owner, member.user_id, role).await?;
                let text = format!("{email} is {role} of {} now", tenant.name);
                output.print(&json!({ "user_id": member.user_id, "role": role }), &text)?;
            }
            Self::ResetFactor { email } => {
                let was_there = store.reset_factor(&email).await?;
                anyhow::ensure!(
                    was_there.with_context(|| format!("{email} has no account here"))?,
                    "{email} has no second factor"
                );
                let text = format!("{email} logs in with the password alone now");
                output.print(&json!({ "email": email }), &text)?;
            }
            Self::Remove { tenant, email } => {
                let tenant = get_tenant(store, &tenant).await?;
                let member = get_member(store, tenant.id, &email).await?;
                store.remove_member(tenant.id, Role::Owner, member.user_id).await?;
                let text = format!("Removed {email} from {}", tenant.name);
                output.print(&json!({ "user_id": member.user_id }), &text)?;
            }
        }
        Ok(())
    }
}

async fn list(tenant: TenantId, store: &Store, output: Output) -> anyhow::Result<()> {
    let members = store.list_members(tenant).await?;
    let mut shown = Vec::new();
    let mut text = format!("{:<11}{:<12}EMAIL\n", "ROLE", "2ND FACTOR");
    for member in &members {
        shown.push(json!({
            "user_id": member.user_id,
            "email": member.email,
            "role": member.role,
            "joined_at": member.joined_at.format(&Rfc3339)?,
            "has_second_factor": member.has_second_factor,
        }));
        let factor = if member.has_second_factor { "yes" } else { "no" };
        writeln!(text, "{:<11}{factor:<12}{}", member.role.as_str(), member.email)?;
    }
    output.print(&json!({ "members": shown }), &text)?;
    Ok(())
}

async fn get_member(store: &Store, tenant: TenantId, email: &str) -> anyhow::Result<Member> {
    let found = store.list_members(tenant).await?;
    let member = found.into_iter().find(|member| member.email.eq_ignore_ascii_case(email));
    member.with_context(|| format!("{email} is no member"))
}
