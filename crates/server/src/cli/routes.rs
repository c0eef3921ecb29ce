use std::fmt::Write;

use campanile_server::describe_routes;
use serde_json::json;

use super::output::Output;

/// `campanile routes`: every route of the management API, and who may use it.
pub(super) fn list(output: Output) -> anyhow::Result<()> {
    let routes = describe_routes();
    let mut text = String::new();
    for route in &routes {
        let who = match route.access {
            "anyone" | "person" => route.access.to_owned(),
            _ => route.roles.join(", "),
        };
        writeln!(text, "{:<7}{:<75}{who}", route.method, route.path)?;
    }
    output.print(&json!({ "routes": routes }), &text)?;
    Ok(())
}
