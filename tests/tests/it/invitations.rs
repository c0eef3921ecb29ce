//! From an invitation to a role, and what a role is worth.

use serde_json::{Value, json};

use crate::{
    mailed::{join, platform, sign_up},
    person::{PASSWORD, code, post, text},
    program::Program,
};

#[test]
fn who_is_invited_may_do_what_their_role_says_until_it_changes() {
    let (platform, mailbox) = platform();
    let owner = sign_up(&platform, &mailbox, "owner@example.com");
    let (app, _) = owner.create_app();
    let app_path = format!("/apps/{}", app.id);
    let guest = join(&owner, &mailbox, "guest@example.com", "support");
    let me = guest.ok("GET", "/me", &Value::Null);
    assert_eq!((&me["tenant"]["role"], &me["tenant"]["name"]), (&json!("support"), &json!("Acme")));
    assert_eq!(guest.ok("GET", &app_path, &Value::Null)["name"], "Chat");
    let refused = guest.send("PATCH", &app_path, &json!({ "name": "Mine" }));
    assert_eq!((refused.status, code(&refused).as_str()), (403, "forbidden"));

    let guest_path = format!("/members/{}", text(&me["user"]["id"]));
    owner.ok("PATCH", &guest_path, &json!({ "role": "developer" }));
    guest.ok("PATCH", &app_path, &json!({ "name": "Ours" }));
    let program = Program::of(&guest);
    assert_eq!(program.send("PATCH", &app_path, &json!({ "name": "CI's" }), &[]).status, 200);
    owner.ok("PATCH", &guest_path, &json!({ "role": "billing" }));
    assert_eq!(guest.send("GET", &app_path, &Value::Null).status, 403);
    assert_eq!(program.send("GET", &app_path, &Value::Null, &[]).status, 403, "no more than its maker");
    owner.ok("DELETE", &guest_path, &Value::Null);
    let refused = guest.send("GET", "/members", &Value::Null);
    assert_eq!((refused.status, code(&refused).as_str()), (403, "no_tenant"));
    assert_eq!(program.send("GET", &app_path, &Value::Null, &[]).status, 401, "it went with its maker");
    assert_eq!(guest.ok("GET", "/me", &Value::Null)["tenant"], Value::Null);
}

#[test]
fn someone_with_an_account_belongs_to_two_organisations_and_changes_between_them() {
    let (platform, mailbox) = platform();
    let owner = sign_up(&platform, &mailbox, "owner@example.com");
    let guest = sign_up(&platform, &mailbox, "guest@example.com");
    let eve = sign_up(&platform, &mailbox, "eve@example.com");
    owner.ok("PATCH", "/tenant", &json!({ "name": "Owner's" }));
    owner.ok("POST", "/invitations", &json!({ "email": "Guest@example.com", "role": "admin" }));
    let token = mailbox.next_to("Guest@example.com").unwrap().secret("accept-invitation").unwrap();
    let looked = post(&platform, "/invitations/look", &[], &json!({ "token": token }));
    assert!(
        looked.body.contains("\"has_account\":true") && looked.body.contains("Owner's"),
        "{}",
        looked.body
    );
    assert_eq!(eve.send("POST", "/invitations/accept", &json!({ "token": token })).status, 409);
    let nobody = post(&platform, "/invitations/accept", &[], &json!({ "token": token }));
    assert_eq!(nobody.status, 401);
    let thief = json!({ "token": token, "password": PASSWORD });
    assert_eq!(post(&platform, "/invitations/accept", &[], &thief).status, 409);

    guest.ok("POST", "/invitations/accept", &json!({ "token": token }));
    assert_eq!(guest.send("POST", "/invitations/accept", &json!({ "token": token })).status, 410);
    assert_eq!(guest.ok("GET", "/me", &Value::Null)["tenant"]["name"], "Owner's");
    let tenants = guest.ok("GET", "/me/tenants", &Value::Null);
    let tenants = tenants["tenants"].as_array().unwrap();
    assert_eq!(tenants.len(), 2);
    let own = tenants.iter().find(|tenant| tenant["name"] == "Acme").unwrap();
    guest.ok("POST", &format!("/me/tenants/{}/enter", text(&own["id"])), &Value::Null);
    assert_eq!(guest.ok("GET", "/me", &Value::Null)["tenant"]["role"], "owner");
    let last = guest.send("POST", &format!("/me/tenants/{}/leave", text(&own["id"])), &Value::Null);
    assert_eq!((last.status, code(&last).as_str()), (409, "conflict"), "the last owner");
    assert_eq!(
        eve.send("POST", &format!("/me/tenants/{}/enter", text(&own["id"])), &Value::Null).status,
        404
    );
}

#[test]
fn an_organisation_ends_by_its_owner_who_types_its_name() {
    let (platform, mailbox) = platform();
    let owner = sign_up(&platform, &mailbox, "owner@example.com");
    let admin = join(&owner, &mailbox, "admin@example.com", "admin");
    let (app, _) = owner.create_app();
    let name = json!({ "name": "Acme" });
    assert_eq!(admin.send("DELETE", "/tenant", &name).status, 403);
    assert_eq!(owner.send("DELETE", "/tenant", &json!({ "name": "acme" })).status, 422);
    let second = owner.ok("POST", "/me/tenants", &json!({ "name": "Second" }));
    assert_eq!(owner.ok("GET", "/me", &Value::Null)["tenant"]["id"], second["id"]);
    let first = owner.ok("GET", "/me/tenants", &Value::Null)["tenants"][0]["id"].clone();
    owner.ok("POST", &format!("/me/tenants/{}/enter", text(&first)), &Value::Null);
    owner.ok("DELETE", "/tenant", &name);
    assert_eq!(owner.ok("GET", "/me", &Value::Null)["tenant"]["name"], "Second");
    assert_eq!(owner.send("GET", &format!("/apps/{}", app.id), &Value::Null).status, 404);
    assert_eq!(admin.ok("GET", "/me", &Value::Null)["tenant"], Value::Null);
}
