use std::time::Duration;

use actix_web::{dev::Payload, web::Bytes};
use bytes::BytesMut;
use campanile_protocol::limits::REQUEST_BODY_BYTES;
use futures_util::StreamExt;
use tokio::time::timeout;

use super::error::ApiError;

/// How long a body may take to arrive.
const DEADLINE: Duration = Duration::from_secs(10);

/// Reads a request body of bounded size in bounded time.
pub(super) async fn read(payload: Payload) -> Result<Bytes, ApiError> {
    timeout(DEADLINE, read_all(payload)).await.map_err(|_| ApiError::TimedOut)?
}

/// A body that arrives in one piece, as most do, is not copied.
async fn read_all(mut payload: Payload) -> Result<Bytes, ApiError> {
    let mut first = Bytes::new();
    let mut joined = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk =
            chunk.map_err(|error| ApiError::bad_request(format!("The body could not be read: {error}")))?;
        if first.len() + joined.len() + chunk.len() > REQUEST_BODY_BYTES {
            return Err(ApiError::LargeBody);
        }
        if first.is_empty() && joined.is_empty() {
            first = chunk;
        } else {
            joined.extend_from_slice(&std::mem::take(&mut first));
            joined.extend_from_slice(&chunk);
        }
    }
    Ok(if joined.is_empty() { first } else { joined.freeze() })
}
