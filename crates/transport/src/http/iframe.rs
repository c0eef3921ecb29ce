use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, ETag, EntityTag, Header, IfNoneMatch},
};

use super::{
    headers,
    mount::{BASES, ECHO_BASES},
};

/// The page through which SockJS's client talks to us where the browser lets it talk only to its own
/// origin. It must load the client in the version that the outer page has; it is served by the dashboard.
const PAGE: &str = r#"<!DOCTYPE html>
<html>
<head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
  <script src="/sockjs-client/sockjs.min.js"></script>
  <script>
    document.domain = document.domain;
    SockJS.bootstrap_iframe();
  </script>
</head>
<body>
  <h2>Don't panic!</h2>
  <p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>
</body>
</html>"#;
/// Changes with the page.
const TAG: &str = "sockjs-iframe-1";

pub(super) fn page(request: &HttpRequest) -> HttpResponse {
    let tag = EntityTag::new_strong(TAG.to_owned());
    let is_known = match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(&tag)),
        Err(_) => false,
    };
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    headers::cached(&mut response);
    response.insert_header(ETag(tag));
    if let Some(policy) = policy(request) {
        response.insert_header((header::CONTENT_SECURITY_POLICY, policy));
    }
    if is_known {
        return response.finish();
    }
    response.insert_header((header::CONTENT_TYPE, "text/html; charset=UTF-8")).body(PAGE)
}

/// What the page may talk to: its library does what any page around it says, on the dashboard's own origin.
/// None where the host is no host.
fn policy(request: &HttpRequest) -> Option<String> {
    let host = request.headers().get(header::HOST)?.to_str().ok()?;
    let is_host = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".:-[]".contains(&byte));
    let services: String =
        BASES.iter().chain(&ECHO_BASES).map(|base| format!(" {host}{base} {host}{base}/")).collect();
    is_host.then(|| {
        format!(
            "default-src 'none'; script-src 'unsafe-inline' {host}/sockjs-client/{services}; \
             connect-src{services}; frame-src{services}"
        )
    })
}
