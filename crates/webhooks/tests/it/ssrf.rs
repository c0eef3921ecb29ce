use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use campanile_webhooks::{Lookup, Ping, TargetPolicy, WorkbenchError};
use sqlx::PgPool;
use tokio::net::TcpListener;

use crate::fixture::{app, config, start_with, store};

/// Addresses that nobody outside may make us talk to: this machine, private networks, metadata services,
/// and what is routed nowhere.
const FORBIDDEN: [[u8; 4]; 16] = [
    [127, 0, 0, 1],
    [127, 255, 255, 254],
    [10, 0, 0, 1],
    [172, 16, 0, 1],
    [172, 31, 255, 255],
    [192, 168, 1, 1],
    [100, 64, 0, 1],
    [169, 254, 169, 254],
    [100, 100, 100, 200],
    [168, 63, 129, 16],
    [192, 0, 0, 192],
    [198, 18, 0, 1],
    [0, 0, 0, 0],
    [224, 0, 0, 1],
    [240, 0, 0, 1],
    [255, 255, 255, 255],
];

/// One address in every spelling that some parser reads as it.
fn spellings([a, b, c, d]: [u8; 4]) -> Vec<String> {
    let number = u32::from(Ipv4Addr::new(a, b, c, d));
    let low = number & 0xff_ffff;
    let (high, lower) = (number >> 16, number & 0xffff);
    let fullwidth = |text: String| -> String {
        text.chars()
            .map(|c| if c.is_ascii_digit() { char::from_u32(c as u32 + 0xfee0).unwrap() } else { c })
            .collect()
    };
    let dotted = format!("{a}.{b}.{c}.{d}");
    vec![
        dotted.clone(),
        format!("{dotted}."),
        number.to_string(),
        format!("0x{number:x}"),
        format!("0X{number:08X}"),
        format!("0{number:o}"),
        format!("0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("000{a:o}.0{b:o}.0x{c:x}.{d}"),
        format!("{a}.{low}"),
        format!("0x{a:x}.{b}.{}", u32::from(c) << 8 | u32::from(d)),
        fullwidth(dotted.clone()),
        dotted.replace('.', "。"),
        dotted.replace('.', "．"),
        dotted.replace('.', "｡"),
        dotted.replace('.', "%2e"),
        format!("[::ffff:{dotted}]"),
        format!("[::ffff:{high:x}:{lower:x}]"),
        format!("[0:0:0:0:0:FFFF:{high:x}:{lower:x}]"),
        format!("[64:ff9b::{dotted}]"),
        format!("[64:ff9b::{high:x}:{lower:x}]"),
        format!("[64:ff9b:1::{high:x}:{lower:x}]"),
        format!("[2002:{high:x}:{lower:x}::1]"),
        format!("[2001:0:{high:x}:{lower:x}:0:ffff:{:x}:{:x}]", !high & 0xffff, !lower & 0xffff),
        format!("[::{dotted}]"),
        format!("[::ffff:0:{dotted}]"),
    ]
}

/// What is more than an address in another spelling. `{port}` is where someone would answer.
const TRICKS: &[&str] = &[
    "http://localhost:{port}/",
    "http://LOCALHOST:{port}/",
    "http://localhost.:{port}/",
    "http://a.localhost:{port}/",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:{port}/",
    "http://loc%61lhost:{port}/",
    "http://127.0.0.1.nip.io:{port}/",
    "http://localtest.me:{port}/",
    "http://metadata.google.internal:{port}/computeMetadata/v1/",
    "http://instance-data:{port}/latest/meta-data/",
    "http://kubernetes.default.svc:{port}/",
    "http://host.docker.internal:{port}/",
    "http://public.example:{port}/",
    "http://[::1]:{port}/",
    "http://[::]:{port}/",
    "http://[0000:0000:0000:0000:0000:0000:0000:0001]:{port}/",
    "http://[::1%25lo]:{port}/",
    "http://[::1%lo]:{port}/",
    "http://[fe80::1]:{port}/",
    "http://[fe80::1%25eth0]:{port}/",
    "http://[fc00::1]:{port}/",
    "http://[fd00:ec2::254]:{port}/latest/meta-data/",
    "http://[ff02::1]:{port}/",
    "http://[fec0::1]:{port}/",
    "http://[100::1]:{port}/",
    "http://[2001:db8::1]:{port}/",
    "http://[2001:2::1]:{port}/",
    "http://[2001:10::1]:{port}/",
    "http://[3fff::1]:{port}/",
    "http://[5f00::1]:{port}/",
    "http://example.com@127.0.0.1:{port}/",
    "http://example.com:80@127.0.0.1:{port}/",
    "http://example.com%40127.0.0.1:{port}/",
    "http://127.0.0.1:{port}#@example.com/",
    "http://127.0.0.1:{port}?@example.com/",
    "http://127.0.0.1:{port}\\@example.com/",
    "http:\\\\127.0.0.1:{port}/",
    "http:/127.0.0.1:{port}/",
    "http:127.0.0.1:{port}/",
    "http:///127.0.0.1:{port}/",
    "\thttp://127.0.0.1:{port}/",
    "http://127.0.\n0.1:{port}/",
    "http://127.0.0.1\t:{port}/",
    "HTTP://127.0.0.1:{port}/",
    "http://127.1:{port}/",
    "http://127.0.1:{port}/",
    "http://0:{port}/",
    "http://0x0:{port}/",
    "http://00000000000:{port}/",
    "http://0177.1:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/",
    "http://𝟏𝟐𝟕.𝟎.𝟎.𝟏:{port}/",
    "http://127.0.0.1%00.example.com:{port}/",
    "http://127.0.0.1 .example.com:{port}/",
    "http://256.256.256.256:{port}/",
    "http://4294967296:{port}/",
    "http://127.0.0.0x1:{port}/",
    "ftp://127.0.0.1:{port}/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/_x",
    "dict://127.0.0.1:{port}/",
    "unix:/var/run/docker.sock",
    "data:text/plain,hello",
    "javascript:alert(1)",
    "//127.0.0.1:{port}/",
    "127.0.0.1:{port}/",
    "http://:{port}/",
    "http://@:{port}/",
    "http://%6c%6f%63%61%6c%68%6f%73%74:{port}/",
];

fn corpus(port: u16) -> Vec<String> {
    let spelled = FORBIDDEN.into_iter().flat_map(spellings);
    let mut urls: Vec<String> = spelled.map(|host| format!("http://{host}:{port}/")).collect();
    urls.extend(TRICKS.iter().map(|url| url.replace("{port}", &port.to_string())));
    urls.sort();
    urls.dedup();
    urls
}

/// Answers for every address of this machine, and counts who comes.
async fn trap() -> (u16, Arc<AtomicUsize>) {
    let (listener, hits) = (bind_everywhere().await, Arc::new(AtomicUsize::new(0)));
    let (port, counted) = (listener.local_addr().unwrap().port(), Arc::clone(&hits));
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counted.fetch_add(1, Relaxed);
        }
    });
    (port, hits)
}

async fn bind_everywhere() -> TcpListener {
    match TcpListener::bind("[::]:0").await {
        Ok(listener) => listener,
        Err(_) => TcpListener::bind("0.0.0.0:0").await.unwrap(),
    }
}

/// Every name means this machine, as whoever owns a name may have it.
fn hostile_lookup() -> Lookup {
    let here: [IpAddr; 4] =
        ["127.0.0.1", "::1", "0.0.0.0", "169.254.169.254"].map(|address| address.parse().unwrap());
    Lookup::new(move |_| std::future::ready(Ok(here.map(|address| SocketAddr::new(address, 0)).into())))
}

#[sqlx::test(migrations = "../../migrations")]
async fn threat_1_no_spelling_of_a_forbidden_address_is_ever_connected_to(pool: PgPool) {
    let store = store(&pool).await;
    let acme = app(&store, "Acme").await;
    let (port, hits) = trap().await;
    let mut config = config();
    config.policy = TargetPolicy::default();
    config.lookup = hostile_lookup();
    let webhooks = start_with(&store, config).await;
    let urls = corpus(port);
    assert!(urls.len() >= 200, "{} URLs", urls.len());
    for url in &urls {
        let ping = Ping { url: url.clone(), ..Ping::default() };
        match webhooks.workbench().ping(acme.tenant_id, acme.id, ping).await {
            Ok(result) => {
                let error = result.error.unwrap_or_default();
                assert!(result.status.is_none() && error.contains("may not be sent to"), "{url:?}: {error}");
            }
            Err(WorkbenchError::Webhook(_)) => {}
            Err(WorkbenchError::Busy) => panic!("{url:?}"),
        }
    }
    assert_eq!(hits.load(Relaxed), 0);
    // The trap works: whoever may come, comes.
    let _ = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    while hits.load(Relaxed) == 0 {
        tokio::task::yield_now().await;
    }
}
