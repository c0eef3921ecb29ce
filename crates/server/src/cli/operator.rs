use std::fmt::Write;

use campanile_control::{GrantError, Operator, Store};
use clap::Subcommand;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use super::{connected, output::Output, sources::SourceArgs};

#[derive(Debug, Subcommand)]
pub(super) enum OperatorCommand {
    /// Let a person with an account look after the whole installation
    Grant {
        /// Their e-mail address
        email: String,
    },
    /// Take that back, in force with their next request
    Revoke {
        /// Their e-mail address
        email: String,
    },
    /// List the installation's operators
    List,
}

impl OperatorCommand {
    pub(super) fn run(self, sources: &SourceArgs, output: Output) -> anyhow::Result<()> {
        // What is asked of them there, for the same reason: see `admit_operator`.
        let needs_factor = sources.read([])?.public_url.is_some_and(|url| url.is_https());
        connected::run(sources, async |store| self.act(store, needs_factor, output).await)
    }

    async fn act(self, store: &Store, needs_factor: bool, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Grant { email } => {
                let granted = store.grant_operator(&email, needs_factor).await;
                let operator = granted.map_err(|error| refusal(&email, error))?;
                let mut text = format!("{} is an operator of this installation now", operator.email);
                if !operator.has_second_factor {
                    text.push_str("\nThey log in with a password alone: have them set up a second factor.");
                }
                if !operator.is_verified {
                    text.push_str("\nTheir address is not verified: whoever signed up with it first has it.");
                }
                Ok(output.print(&describe(&operator)?, &text)?)
            }
            Self::Revoke { email } => {
                anyhow::ensure!(store.revoke_operator(&email).await?, "{email} is no operator");
                Ok(output.print(&json!({ "email": email }), &format!("{email} is no operator any more"))?)
            }
            Self::List => list(&store.list_operators().await?, output),
        }
    }
}

fn refusal(email: &str, error: GrantError) -> anyhow::Error {
    match error {
        GrantError::NoAccount => anyhow::anyhow!("{email} has no account here"),
        GrantError::NoFactor => anyhow::anyhow!(
            "{email} has no second factor, and a password alone is too little where the public comes over HTTPS: \
             have them set one up first"
        ),
        GrantError::Store(error) => error.into(),
    }
}

fn list(operators: &[Operator], output: Output) -> anyhow::Result<()> {
    let mut text = format!("{:<12}EMAIL\n", "2ND FACTOR");
    for operator in operators {
        let factor = if operator.has_second_factor { "yes" } else { "no" };
        writeln!(text, "{factor:<12}{}", operator.email)?;
    }
    let shown = operators.iter().map(describe).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(output.print(&json!({ "operators": shown }), &text)?)
}

fn describe(operator: &Operator) -> anyhow::Result<Value> {
    Ok(json!({
        "user_id": operator.user_id,
        "email": operator.email,
        "is_verified": operator.is_verified,
        "has_second_factor": operator.has_second_factor,
        "granted_at": operator.created_at.format(&Rfc3339)?,
    }))
}
