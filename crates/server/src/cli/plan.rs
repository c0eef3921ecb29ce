use campanile_control::{Plan, Store};
use clap::Subcommand;
use serde_json::json;

use super::{output::Output, tenant::QuotaArgs};

#[derive(Debug, Subcommand)]
pub(super) enum PlanCommand {
    /// Make a plan, or change what all organisations that have it may use; what is not given is unlimited
    Set {
        /// What it is called, 1 to 40 characters
        #[arg(long, value_parser = parse_name)]
        name: String,
        /// New organisations get it, until another plan is made the default
        #[arg(long)]
        default: bool,
        #[command(flatten)]
        quotas: QuotaArgs,
    },
    /// Show all plans
    List,
}

impl PlanCommand {
    pub(super) async fn run(self, store: &Store, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Set { name, default, quotas } => {
                let plan = Plan { name, is_default: default, limits: quotas.into() };
                store.put_plan(&plan).await?;
                output.print(&json!({ "name": plan.name }), &format!("Set plan {}", plan.name))?;
            }
            Self::List => {
                let plans = store.list_plans().await?;
                let text: Vec<String> = plans.iter().map(describe).collect();
                let listed = plans.iter().map(
                    |plan| json!({ "name": plan.name, "is_default": plan.is_default, "limits": plan.limits }),
                );
                output.print(&listed.collect(), &text.join("\n"))?;
            }
        }
        Ok(())
    }
}

fn describe(plan: &Plan) -> String {
    let default = if plan.is_default { " (default)" } else { "" };
    let lines = plan.limits.named().map(|(name, most)| {
        let most = most.map_or_else(|| "unlimited".to_owned(), |most| most.to_string());
        format!("\n  {name:<24}{most}")
    });
    format!("{}{default}{}", plan.name, lines.concat())
}

fn parse_name(text: &str) -> Result<String, String> {
    let name = text.trim();
    let is_legal = (1..=40).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if is_legal { Ok(name.to_owned()) } else { Err("must be 1 to 40 characters".to_owned()) }
}
