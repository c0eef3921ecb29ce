//! Items 19 to 23: names of sessions.

use crate::{
    session::{Session, finish, messages, new_name},
    stage::Stage,
    tests,
};

tests![
    any_name_without_dots_and_slashes_is_a_session,
    other_names_and_depths_are_not_found,
    the_server_in_the_path_does_not_matter,
    the_first_to_receive_opens_the_session,
    sessions_of_two_services_are_two,
];

/// Item 19.
fn any_name_without_dots_and_slashes_is_a_session(stage: &Stage) {
    let unique = new_name();
    for name in ["a", "_", "1", "abcdefgh_i-j%20", "%C3%A9", "%FF", "~!$&'()*+,;=:@"] {
        for path in [format!("{name}/{unique}{name}"), format!("a/{name}x{unique}")] {
            assert_eq!(finish(stage.post(&format!("/echo/{path}/xhr"), "")), "o\n", "{path}");
        }
    }
}

/// Item 20.
fn other_names_and_depths_are_not_found(stage: &Stage) {
    for path in ["//", "/a./a", "/a/a.", "/./.", "/", "///", "/a", "/a/b/c", "/a%2/a."] {
        assert_eq!(stage.get(&format!("/echo{path}/xhr")).status, 404, "{path}");
        assert_eq!(stage.post(&format!("/echo{path}/xhr"), "").status, 404, "{path}");
    }
    assert_eq!(stage.post("/echo/a/a/xhrx", "").status, 404);
}

/// Item 21.
fn the_server_in_the_path_does_not_matter(stage: &Stage) {
    let session = Session::polling(stage);
    session.send(&["a"]);
    let elsewhere = session.base.replacen("/000/", "/999/", 1);
    assert_eq!(finish(stage.post(&format!("{elsewhere}/xhr"), "")), messages(&["a"]));
}

/// Item 22.
fn the_first_to_receive_opens_the_session(stage: &Stage) {
    assert_eq!(Session::of_echo(stage).poll(), "o\n");
    let session = Session::of_echo(stage);
    assert_eq!(session.post("xhr_send", "[\"a\"]").status, 404, "a sender opens none");
    assert_eq!(session.poll(), "o\n");
}

/// Item 23.
fn sessions_of_two_services_are_two(stage: &Stage) {
    let one = Session::polling(stage);
    let name = one.base.rsplit_once('/').unwrap().1;
    for service in ["/disabled_websocket_echo", "/cookie_needed_echo", "/close"] {
        let two = Session { stage, base: format!("{service}/000/{name}") };
        assert_eq!(two.poll(), "o\n", "{service}");
    }
    let two = Session { stage, base: format!("/cookie_needed_echo/000/{name}") };
    one.send(&["one"]);
    two.send(&["two"]);
    assert_eq!(one.poll(), messages(&["one"]));
    assert_eq!(two.poll(), messages(&["two"]));
}
