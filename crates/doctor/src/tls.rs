use std::{io, sync::Arc};

use rustls::{AlertDescription, CertificateError, ClientConfig, Error, pki_types::UnixTime};
use rustls_platform_verifier::ConfigVerifierExt;
use tokio_rustls::TlsConnector;

use crate::finding::Explanation;

const SECONDS_PER_DAY: u64 = 86_400;

/// Fails only when the process chose a provider already, which then serves us too.
pub(crate) fn choose_provider() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Trusts whom this computer trusts, as browsers do.
pub(crate) fn connector() -> Result<TlsConnector, Explanation> {
    choose_provider();
    let config = ClientConfig::with_platform_verifier().map_err(|_| {
        Explanation::new(
            "this computer trusts nobody: it has no root certificates",
            "Install them (Debian: ca-certificates), or name a file with them in SSL_CERT_FILE.",
        )
    })?;
    Ok(TlsConnector::from(Arc::new(config)))
}

/// What is wrong with the other side's TLS, for those who can repair it.
pub(crate) fn explain(error: &io::Error, host: &str) -> Explanation {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(Error::InvalidCertificate(fault)) => certificate(fault, host),
        Some(Error::InvalidMessage(_)) => Explanation::new(
            "what answers on this port does not speak TLS",
            "Use http:// or ws://, or the port on which TLS is spoken (443 for most).",
        ),
        Some(Error::AlertReceived(AlertDescription::UnrecognisedName)) => Explanation::new(
            format!("the server has no certificate for {host}"),
            format!("Configure a certificate for {host} where TLS ends."),
        ),
        Some(Error::AlertReceived(alert)) => Explanation::new(
            format!("the server refuses TLS ({alert:?})"),
            "TLS 1.2 or 1.3 with a modern cipher must be allowed where TLS ends.",
        ),
        Some(other) => Explanation::plain(other.to_string()),
        None if error.kind() == io::ErrorKind::UnexpectedEof => Explanation::new(
            "the connection was closed instead of speaking TLS",
            "Is this the port on which TLS is spoken? A firewall may also cut TLS.",
        ),
        None => Explanation::plain(error.to_string()),
    }
}

fn certificate(fault: &CertificateError, host: &str) -> Explanation {
    use CertificateError as Fault;
    const RENEW: &str = "Renew it, and have the program where TLS ends load the new one.";
    match fault {
        Fault::ExpiredContext { time, not_after } => {
            Explanation::new(format!("the certificate expired {} ago", days(*not_after, *time)), RENEW)
        }
        Fault::Expired => Explanation::new("the certificate has expired", RENEW),
        Fault::NotValidYet | Fault::NotValidYetContext { .. } => Explanation::new(
            "the certificate is not valid yet",
            "Check this computer's clock; otherwise wait, or have the certificate issued again.",
        ),
        // The last two: it bears the name of somebody who is trusted, who did not sign it.
        Fault::UnknownIssuer
        | Fault::BadSignature
        | Fault::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => Explanation::new(
            "the certificate was issued by nobody whom this computer trusts",
            "If it is self-signed, get one that browsers trust. If it is not, the server leaves out the \
             intermediate certificates: configure the full chain. A firewall that opens TLS shows its own, too.",
        ),
        Fault::NotValidForName => wrong_name(host, ""),
        Fault::NotValidForNameContext { presented, .. } => {
            let names: Vec<String> = presented.iter().take(4).map(|name| crate::text::shown(name)).collect();
            wrong_name(host, &format!(", but for {}", names.join(", ")))
        }
        Fault::Revoked => Explanation::new("the certificate was revoked", RENEW),
        other => Explanation::plain(format!("the certificate is not valid: {other}")),
    }
}

fn wrong_name(host: &str, presented: &str) -> Explanation {
    Explanation::new(
        format!("the certificate is not for {host}{presented}"),
        format!("Configure a certificate for {host}, or use the name for which there is one."),
    )
}

/// `1 day`, `12 days`.
fn days(from: UnixTime, to: UnixTime) -> String {
    match to.as_secs().saturating_sub(from.as_secs()) / SECONDS_PER_DAY {
        0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(days: u64) -> UnixTime {
        UnixTime::since_unix_epoch(Duration::from_secs(days * SECONDS_PER_DAY))
    }

    #[test]
    fn the_faults_of_a_certificate_are_told_in_words() {
        for (fault, expected) in [
            (CertificateError::Expired, "expired"),
            (CertificateError::ExpiredContext { time: at(20), not_after: at(8) }, "expired 12 days ago"),
            (CertificateError::NotValidYet, "not valid yet"),
            (CertificateError::UnknownIssuer, "nobody whom this computer trusts"),
            (CertificateError::BadSignature, "nobody whom this computer trusts"),
            (CertificateError::NotValidForName, "not for push.example"),
            (CertificateError::Revoked, "revoked"),
            (CertificateError::BadEncoding, "not valid: "),
        ] {
            let error = io::Error::other(Error::InvalidCertificate(fault));
            let words = explain(&error, "push.example").words;
            assert!(words.contains(expected), "{words}");
        }
    }
}
