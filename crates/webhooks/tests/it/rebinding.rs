use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use campanile_webhooks::{Lookup, Ping, TestResult, WorkbenchError};
use sqlx::PgPool;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, UdpSocket},
    task::JoinSet,
    time::timeout,
};

use crate::fixture::{alone, app, config, start_with, store};

const ATTEMPTS: usize = 10_000;
/// Allowed in this test: where the tenant's server is said to be.
const OUTSIDE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
/// Never allowed, and on Linux the same as 127.0.0.1, where the trap is.
const INSIDE: Ipv4Addr = Ipv4Addr::UNSPECIFIED;

/// A name server that changes its mind with every answer, none of which may be kept.
async fn name_server() -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut buffer = [0; 512];
        for round in 0.. {
            let (length, client) = socket.recv_from(&mut buffer).await.unwrap();
            let addresses: &[Ipv4Addr] = match round % 3 {
                0 => &[OUTSIDE],
                1 => &[INSIDE],
                _ => &[INSIDE, OUTSIDE],
            };
            socket.send_to(&answer(&buffer[..length], addresses), client).await.unwrap();
        }
    });
    address
}

/// The question again, with the addresses as A records of TTL 0 (RFC 1035, section 4).
fn answer(question: &[u8], addresses: &[Ipv4Addr]) -> Vec<u8> {
    let mut message = question.to_vec();
    message[2..4].copy_from_slice(&[0x81, 0x80]);
    message[6..8].copy_from_slice(&u16::try_from(addresses.len()).unwrap().to_be_bytes());
    for address in addresses {
        message.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4]);
        message.extend(address.octets());
    }
    message
}

/// Asks the name server for A records over UDP.
async fn look_up(server: SocketAddr, name: String) -> io::Result<Vec<SocketAddr>> {
    let socket = UdpSocket::bind("127.0.0.1:0").await?;
    let mut question = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        question.push(u8::try_from(label.len()).map_err(io::Error::other)?);
        question.extend(label.as_bytes());
    }
    question.extend([0, 0, 1, 0, 1]);
    socket.send_to(&question, server).await?;
    let mut buffer = [0; 512];
    let (length, _) = timeout(Duration::from_secs(5), socket.recv_from(&mut buffer)).await??;
    let records = buffer[question.len()..length].chunks_exact(16);
    let to_address = |record: &[u8]| Ipv4Addr::new(record[12], record[13], record[14], record[15]);
    Ok(records.map(|record| SocketAddr::new(to_address(record).into(), 0)).collect())
}

/// Answers 200 and closes, so that each request looks the name up again; counts who came.
async fn server(address: Ipv4Addr, port: u16) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((address, port)).await.unwrap();
    let (port, hits) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&hits);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Relaxed);
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                let _ = stream.read(&mut buffer).await;
                let _ = stream
                    .write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
                    .await;
            });
        }
    });
    (port, hits)
}

#[sqlx::test(migrations = "../../migrations")]
async fn threat_2_a_name_that_changes_its_meaning_leads_nowhere_inside(pool: PgPool) {
    let _alone = alone().await;
    let store = store(&pool).await;
    let acme = app(&store, "Acme").await;
    let (port, outside) = server(OUTSIDE, 0).await;
    let (_, inside) = server(Ipv4Addr::LOCALHOST, port).await;
    let name_server = name_server().await;
    let mut config = config();
    config.lookup = Lookup::new(move |name| look_up(name_server, name));
    let webhooks = start_with(&store, config).await;
    let (mut attempts, mut reached, mut refused) =
        (JoinSet::<Result<TestResult, WorkbenchError>>::new(), 0, 0);
    for n in 0..ATTEMPTS + 4 {
        if n >= 4 {
            match attempts.join_next().await.unwrap().unwrap() {
                Ok(result) if result.status == Some(200) => reached += 1,
                Ok(result) => {
                    let error = result.error.unwrap_or_default();
                    assert!(error.contains("may not be sent to"), "{error}");
                    refused += 1;
                }
                Err(WorkbenchError::Busy | WorkbenchError::Webhook(_)) => panic!("four at once"),
            }
        }
        if n < ATTEMPTS {
            let (workbench, url) = (webhooks.workbench(), format!("http://rebound.example:{port}/"));
            let (tenant, app) = (acme.tenant_id, acme.id);
            attempts.spawn(async move { workbench.ping(tenant, app, Ping { url, ..Ping::default() }).await });
        }
    }
    println!("{reached} reached the address that was vetted, {refused} were refused");
    assert_eq!((inside.load(Relaxed), reached + refused), (0, ATTEMPTS));
    assert_eq!(outside.load(Relaxed), reached);
    assert!(reached > ATTEMPTS / 2 && refused > ATTEMPTS / 4, "{reached} {refused}");
}
