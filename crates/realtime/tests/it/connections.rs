use campanile_protocol::CloseCode;

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
