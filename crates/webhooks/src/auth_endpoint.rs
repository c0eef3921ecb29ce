//! Asks an app's own server for an authorisation, as clients do, from an address that a tenant chose: so it
//! goes the way of the trials of webhooks, with the same policy and the same bounds.

use bytes::Bytes;
use campanile_control::Recipient;
use campanile_protocol::{AppId, TenantId};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use secrecy::ExposeSecret;

use crate::{
    Ping, TestResult, Workbench, WorkbenchError,
    post::{Reply, Request},
    signing::masked,
    workbench::TestResponse,
};

impl Workbench {
    /// Posts a form to an authorisation endpoint. Nothing of ours is signed with it.
    pub async fn post_form(
        &self,
        tenant: TenantId,
        app: AppId,
        endpoint: Ping,
        form: String,
    ) -> Result<TestResult, WorkbenchError> {
        let app = self.find_app(tenant, app).await?;
        let recipient = Recipient::provisional(&app, &endpoint.url, endpoint.headers, endpoint.timeout)?;
        let _place = self.trials.take(tenant)?;
        let headers = headers(&recipient);
        let request_headers = masked(&headers);
        let request = Request {
            url: &recipient.url,
            tenant,
            is_proven: false,
            headers,
            body: Bytes::from(form.clone()),
            timeout: recipient.timeout,
        };
        let Reply { duration, result } = self.poster.post(request).await;
        let error = result.as_ref().err().map(ToString::to_string);
        let response = result.ok();
        Ok(TestResult {
            status: response.as_ref().map(|answer| answer.status),
            duration,
            error,
            request_headers,
            request_body: form,
            response: response
                .map(|answer| TestResponse { headers: answer.headers, excerpt: answer.excerpt }),
        })
    }
}

fn headers(recipient: &Recipient) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in &recipient.headers {
        // Checked when they were given.
        if let (Ok(name), Ok(mut value)) =
            (HeaderName::try_from(name.as_str()), HeaderValue::from_str(value.expose_secret()))
        {
            value.set_sensitive(true);
            headers.insert(name, value);
        }
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    headers.insert(USER_AGENT, HeaderValue::from_static("Campanile"));
    headers
}
