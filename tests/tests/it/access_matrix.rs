//! Who may do what: every route that the platform says it has, for every role, for a member of another
//! organisation, for programs and for nobody. Which answer is right follows from the platform's own table of
//! rights, which its unit tests pin down; that each route asks for its right is shown here.

use campanile_tests::{Platform, Response, request};
use serde_json::{Value, json};

use crate::{
    mailed::{join, platform, sign_up},
    person::{Person, code, log_in, text},
    program::Program,
};

const ROLES: [&str; 5] = ["owner", "admin", "developer", "support", "billing"];
const UNKNOWN: &str = "01a20496-a802-70c8-a201-eecf4d7c9405";

/// A route as `campanile routes` lists it.
struct Route {
    method: String,
    /// Below `/api/v1`.
    path: String,
    access: String,
    roles: Vec<String>,
    scope: Option<String>,
}

fn routes(platform: &Platform) -> Vec<Route> {
    let listed = platform.run(&["routes"]).unwrap();
    let route = |value: &Value| Route {
        method: text(&value["method"]),
        path: text(&value["path"]).strip_prefix("/api/v1").unwrap().to_owned(),
        access: text(&value["access"]),
        roles: value["roles"].as_array().unwrap().iter().map(text).collect(),
        scope: value["scope"].as_str().map(str::to_owned),
    };
    listed["routes"].as_array().unwrap().iter().map(route).collect()
}

impl Route {
    /// With these ids in it, and ids of nothing for the rest.
    fn at(&self, ids: &[(&str, &str)]) -> String {
        let mut path = self.path.clone();
        for (name, id) in ids {
            path = path.replace(&format!("{{{name}}}"), id);
        }
        path = path.replace("{app_id}", "1").replace("{lane}", "0");
        while let Some((before, rest)) = path.split_once('{') {
            let (_, after) = rest.split_once('}').unwrap();
            path = format!("{before}{UNKNOWN}{after}");
        }
        path
    }

    /// Without a body where none is taken, so that nothing hides what the gate says.
    fn body(&self) -> Value {
        if self.method == "GET" { Value::Null } else { json!({}) }
    }
}

/// Past the gate: whatever else is wrong with the request is of no interest here.
fn is_let_in(answer: &Response) -> bool {
    !matches!(answer.status, 401 | 403) && answer.status < 500
}

#[test]
fn every_route_lets_in_whom_its_right_says_and_nobody_else() {
    let (platform, mailbox) = platform();
    let owner = sign_up(&platform, &mailbox, "owner@example.com");
    let rival = sign_up(&platform, &mailbox, "rival@example.com");
    for role in &ROLES[1..] {
        join(&owner, &mailbox, &format!("{role}@example.com"), role);
    }
    sign_up(&platform, &mailbox, "operator@example.com");
    platform.run(&["operator", "grant", "operator@example.com"]).unwrap();
    let (all, reader) =
        (Program::of(&owner), Program::with(&owner, &json!({ "name": "r", "scopes": ["read"] })));
    let (app, key_id) = owner.create_app();
    let hook = json!({ "url": "http://127.0.0.1:9/", "event_types": ["channel_occupied"] });
    let hook = text(&owner.ok("POST", &format!("/apps/{}/webhooks", app.id), &hook)["id"]);
    let user_id = text(&owner.ok("GET", "/members", &Value::Null)["members"][1]["user_id"]);
    let ids =
        [("app_id", app.id.as_str()), ("key_id", &key_id), ("webhook_id", &hook), ("user_id", &user_id)];
    let routes = routes(&platform);
    assert!(routes.len() > 60, "{} routes", routes.len());

    for route in &routes {
        let label = format!("{} {}", route.method, route.path);
        let body = route.body();
        let nobody = Person { platform: &platform, cookie: "campanile_session=nonsense".to_owned() };
        let answer = nobody.send(&route.method, &route.at(&ids), &body);
        if route.access == "anyone" {
            assert!(answer.status < 500, "{label}: {}", answer.body);
            continue;
        }
        assert_eq!(answer.status, 401, "{label} for nobody: {}", answer.body);

        // Of things that are not there, so that nothing is destroyed for the routes to come.
        let path = route.at(&[]);
        for role in ROLES {
            // Some routes end the session, or others of the same person.
            let person = log_in(&platform, &format!("{role}@example.com"));
            let answer = person.send(&route.method, &path, &body);
            let may = match route.access.as_str() {
                "person" => true,
                "has" => route.roles.iter().any(|held| held == role),
                _ => false,
            };
            assert_eq!(is_let_in(&answer), may, "{label} for {role}: {} {}", answer.status, answer.body);
            if !may {
                assert_eq!((answer.status, code(&answer).as_str()), (403, "forbidden"), "{label} for {role}");
            }
        }
        if route.access == "operator" {
            let answer = log_in(&platform, "operator@example.com").send(&route.method, &path, &body);
            assert!(is_let_in(&answer), "{label} for an operator: {} {}", answer.status, answer.body);
        }
        for (program, scopes) in [(&all, None), (&reader, Some("read"))] {
            let may = route.access != "person"
                && route.scope.as_deref().is_some_and(|scope| scopes.is_none_or(|only| only == scope));
            let answer = program.send(&route.method, &path, &body, &[]);
            assert_eq!(is_let_in(&answer), may, "{label} for a token: {} {}", answer.status, answer.body);
        }
        is_closed_to_others(&platform, route, &ids, &rival);
    }
}

/// Another organisation's owner has every right, elsewhere.
fn is_closed_to_others(platform: &Platform, route: &Route, ids: &[(&str, &str)], rival: &Person<'_>) {
    let label = format!("{} {} for another organisation", route.method, route.path);
    let (cookie, target) = (format!("Cookie: {}", rival.cookie), format!("/api/v1{}", route.at(ids)));
    if route.access == "person" || !route.path.contains('{') {
        if route.method == "GET" {
            let answer = request(&platform.authority, "GET", &target, &[&cookie], b"").unwrap();
            let is_told = ids.iter().any(|(_, id)| answer.body.contains(id));
            assert!(!is_told, "{label}: {}", answer.body);
        }
        return;
    }
    let answer = rival.send(&route.method, &route.at(ids), &route.body());
    assert!((400..500).contains(&answer.status) && answer.status != 401, "{label}: {}", answer.status);
    let is_whole = route.access == "has" && (route.method == "GET" || route.method == "DELETE");
    assert!(!is_whole || answer.status == 404, "{label}: {} {}", answer.status, answer.body);
}

#[test]
fn a_token_of_one_app_reaches_no_other() {
    let platform = Platform::spawn().unwrap();
    let owner = crate::person::sign_up(&platform, "owner@example.com");
    let ((first, _), (second, _)) = (owner.create_app(), owner.create_app());
    let confined = Program::with(&owner, &json!({ "name": "ci", "app_id": first.id }));
    let get = |path: &str| confined.send("GET", path, &Value::Null, &[]);
    assert_eq!(get(&format!("/apps/{}", first.id)).status, 200);
    assert_eq!(get(&format!("/apps/{}", second.id)).status, 404);
    let listed: Value = serde_json::from_str(&get("/apps").body).unwrap();
    assert_eq!(listed["apps"].as_array().unwrap().len(), 1);
    for (method, path) in [("GET", "/members"), ("GET", "/audit"), ("POST", "/apps")] {
        assert_eq!(confined.send(method, path, &json!({ "name": "x" }), &[]).status, 403, "{method} {path}");
    }
}
