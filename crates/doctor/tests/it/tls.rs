//! Certificates.

use std::{env, path::Path, process::Command, sync::Arc};

use campanile_doctor::{
    Outcome::{Failed, Passed},
    Report, Step,
};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use crate::{
    ask, assert_finding,
    platform::{Behaviour, Platform},
    questions,
};

/// Self-signed, for localhost, until 2126. Its key opens nothing.
const CERTIFICATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/tls/certificate.pem");
const KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/tls/key.pem");
/// Whom a process trusts on this system instead of those whom the computer trusts.
const TRUSTED: &str = "SSL_CERT_FILE";

/// A proxy where TLS ends. Returns its port.
async fn terminate_tls(platform: &Platform) -> u16 {
    // Another test may have done so.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let chain = vec![CertificateDer::from_pem_file(CERTIFICATE).unwrap()];
    let key = PrivateKeyDer::from_pem_file(KEY).unwrap();
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, behind) = (listener.local_addr().unwrap().port(), platform.url().replace("http://", ""));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, behind) = (acceptor.clone(), behind.clone());
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut inner = TcpStream::connect(behind).await.unwrap();
                // Either side may leave at any time.
                let _ = copy_bidirectional(&mut stream, &mut inner).await;
            });
        }
    });
    port
}

async fn over_tls(host: &str) -> Report {
    let platform = Platform::start(Behaviour::default()).await;
    let port = terminate_tls(&platform).await;
    ask(questions(&format!("https://{host}:{port}"))).await
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_told() {
    assert_finding(&over_tls("localhost").await, Step::Tls, Failed, &["nobody whom this computer trusts"]);
}

#[test]
fn with_a_trusted_certificate_everything_works_and_another_name_is_told() {
    if env::var_os(TRUSTED).is_none_or(|file| Path::new(&file) != Path::new(CERTIFICATE)) {
        // The system reads whom to trust from the environment of the process: so in one of its own.
        let name = "tls::with_a_trusted_certificate_everything_works_and_another_name_is_told";
        let mut again = Command::new(env::current_exe().unwrap());
        assert!(again.args(["--exact", name]).env(TRUSTED, CERTIFICATE).status().unwrap().success());
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let report = over_tls("localhost").await;
        for step in [Step::Name, Step::Tls, Step::Websocket, Step::XhrStreaming, Step::LongPolling] {
            assert_finding(&report, step, Passed, &[]);
        }
        assert_finding(&over_tls("127.0.0.1").await, Step::Tls, Failed, &["not for 127.0.0.1"]);
    });
}
