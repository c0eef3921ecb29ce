//! Crossings that really happen must be noticed: an oracle is worth what it finds.

use serde_json::{Value, json};

use crate::{
    dice::Dice,
    foreign::Foreign,
    house::KNOWN,
    notes::Notes,
    register::{HOUSES, Kind, Register, Witness},
    seat::{Place, Seat},
    server::signed,
    stage::Stage,
    wire::Wire,
};

fn sound(faults: &[String], words: &str) {
    assert!(faults.iter().any(|fault| fault.contains(words)), "{words:?} is not in {faults:?}");
}

#[test]
fn every_kind_of_thing_is_found_wherever_it_stands() {
    let things = [
        "mark-of-north-5f3c1a2b7788aa01",
        "01a205f8-4c91-73d9-bd1f-864b3d0a7561",
        "cmt_fa33df5bf9d60b1e292c303231d61bd9",
        "whsec_cPe/5Ab7siuNwWXgDnf4460Iw5anJBbw",
        "1182209235",
        "edb48eb5c3c24b29fb55",
        "4022750361.1199004412",
    ];
    for thing in things {
        for frame in
            ["{}", "a {}.", r#"{"data":"{\"x\":\"{}\"}"}"#, "GET /apps/{}/events?x={}&y", "x:{}:y", "({})"]
        {
            let register = Register::default();
            register.book(0, Kind::Secret, thing);
            let mut witnesses: [Witness; HOUSES] = Default::default();
            witnesses[0].receives("its own", frame.replace("{}", thing).as_bytes());
            assert_eq!(register.crossings(&witnesses), [] as [&str; 0], "one's own");
            witnesses[1].receives("a socket", frame.replace("{}", thing).as_bytes());
            let expected = format!("house 1 received {thing:?} of house 0: a socket");
            assert_eq!(register.crossings(&witnesses), [expected], "{frame}");
        }
    }
}

#[test]
fn who_used_an_id_may_be_told_of_it_again_but_never_of_a_mark() {
    let (id, mark) = ("edb48eb5c3c24b29fb55", "mark-of-north-5f3c1a2b7788aa01");
    let register = Register::default();
    register.book(0, Kind::Id, id);
    register.book(0, Kind::Secret, mark);
    let mut witnesses: [Witness; HOUSES] = Default::default();
    witnesses[1].names(&format!("/apps/1?auth_key={id}&x={mark}"));
    witnesses[1].receives("an answer", format!("Unknown auth_key {id}").as_bytes());
    assert_eq!(register.crossings(&witnesses), [] as [&str; 0]);
    witnesses[1].receives("an answer", mark.as_bytes());
    witnesses[2].receives("an answer", id.as_bytes());
    assert_eq!(register.crossings(&witnesses).len(), 2);
}

/// A socket of one house that has come in with the other's key, and answers of one that the other took.
#[test]
fn what_crosses_on_a_real_platform_is_noticed() {
    let stage = Stage::new(&mut Dice::new(7));
    let (north, south) = (&stage.houses[0], &stage.houses[1]);
    let (mut notes, mut wire) = (Notes::default(), Wire::open(&stage.authority));
    let app = &south.shops[KNOWN].app;
    let subscribe = json!({ "event": "pusher:subscribe", "data": { "channel": "news-0" } });
    let mut spy = Seat::take(&stage.authority, north.number, KNOWN, app, &mut notes);
    // It claims not to expect to get in.
    spy.places.insert("news-0", Place::Intruding);
    spy.say(subscribe.to_string());
    spy.flush();
    assert!(spy.listen(&mut notes));
    let event = json!({ "name": "posted", "channel": "news-0", "data": south.data("news-0", 0) });
    let path = format!("/apps/{}/events", app.id);
    assert_eq!(wire.ask(&signed("POST", &path, app.into(), event.to_string(), "")).status, 200);
    while notes.usage[north.number][KNOWN].delivered_events == 0 {
        spy.flush();
        assert!(spy.listen(&mut notes));
    }
    let heard = format!("house 0 received {:?} of house 1: a socket", south.mark);
    assert_eq!(stage.register.crossings(&notes.witnesses), [heard]);
    sound(&notes.wrong, "was Some((\"news-0\", Intruding)), and then came");

    let mut notes = Notes::default();
    let route =
        stage.routes.iter().find(|route| route.method == "GET" && route.path == "/apps/{app_id}").unwrap();
    let ask = south.ask(false, "GET", &format!("/apps/{}", app.id), &Value::Null);
    Foreign { route, ask }.send(&mut wire, north, &mut notes);
    sound(&notes.wrong, "GET /apps/{app_id} was answered 200");
    let read = format!("house 0 received {:?} of house 1: management: apps", app.id);
    sound(&stage.register.crossings(&notes.witnesses), &read);
}
