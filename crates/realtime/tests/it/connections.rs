use campanile_protocol::{App, CloseCode};

use crate::harness::{World, until};

#[actix_rt::test]
async fn a_connection_is_told_when_it_opens_and_why_it_ends() {
    let world = World::new();
    // App 4 wants to hear of connections, app 1 does not.
    let app = world.app(4);
    let other = world.app(1);
    let (mut leaves, closed, mut unheard) = (app.connect(), app.connect(), other.connect());
    for client in [&leaves, &closed, &unheard] {
        client.fence().await;
    }
    assert_eq!(world.occurrences.take(), ["connection_opened", "connection_opened"]);
    unheard.vanish();
    until(|| other.realm.connections() == 0).await;
    leaves.vanish();
    until(|| app.realm.connections() == 1).await;
    assert_eq!(world.occurrences.take(), ["connection_closed left"]);
    world.node.close_connections(None, CloseCode::Restarting);
    assert_eq!(closed.closed().await, CloseCode::Restarting);
    until(|| app.realm.connections() == 0).await;
    assert_eq!(world.occurrences.take(), ["connection_closed 4200 Server is restarting, reconnect now"]);
}

#[actix_rt::test]
async fn connections_are_closed_in_slices_and_none_is_told_twice() {
    let world = World::new();
    let app = world.app(1);
    let clients: Vec<_> = (0..5).map(|_| app.connect()).collect();
    for client in &clients {
        client.fence().await;
    }
    let loads = world.node.worker_loads().await.unwrap();
    assert_eq!(loads.iter().map(|load| load.connections).sum::<usize>(), 5);

    // At once one after the other: who was told is about to end, and is not told again.
    let close = async |most, turn| world.node.close_some(most, turn, CloseCode::Restarting).await;
    assert_eq!((close(2, 0).await, close(2, 1).await), (2, 2));
    until(|| app.realm.connections() == 1).await;
    assert_eq!((close(0, 0).await, close(9, 0).await, close(9, 0).await), (0, 1, 0));
    until(|| app.realm.connections() == 0).await;
    for client in &clients {
        assert_eq!(client.closed().await, CloseCode::Restarting);
    }
}

#[actix_rt::test]
async fn slices_are_taken_of_one_app_after_the_other() {
    let world = World::new();
    let apps = [world.app(1), world.app(2), world.app(5)];
    let clients: Vec<_> = apps.iter().flat_map(|app| [app.connect(), app.connect()]).collect();
    for client in &clients {
        client.fence().await;
    }
    for turn in 0..3 {
        assert_eq!(world.node.close_some(1, turn, CloseCode::Restarting).await, 1);
    }
    until(|| apps.iter().all(|app| app.realm.connections() == 1)).await;
    assert_eq!(world.node.close_some(9, 0, CloseCode::Restarting).await, 3);
}

#[actix_rt::test]
async fn more_than_a_worker_closes_in_a_row_are_closed_in_one_slice() {
    let world = World::new();
    let app = world.app(1);
    let clients: Vec<_> = (0..200).map(|_| app.connect()).collect();
    assert_eq!(world.node.close_some(190, 0, CloseCode::Restarting).await, 190);
    until(|| app.realm.connections() == 10).await;
    drop(clients);
}

#[actix_rt::test]
async fn whoever_is_on_the_way_in_while_the_app_is_disabled_is_closed() {
    let world = World::new();
    let app = world.app(1);
    let enabled = App::clone(&app.realm.app());
    // Whoever closes the connections of a disabled app has been here by now.
    app.realm.update(App { enabled: false, ..enabled });
    assert_eq!(app.connect().closed().await, CloseCode::AppDisabled);
    until(|| app.realm.connections() == 0).await;
}
