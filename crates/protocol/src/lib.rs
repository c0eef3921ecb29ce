//! The words of Campanile and their form on the wire.
//!
//! Everything here is a value: names that are valid because they exist, frames, signatures, close
//! codes. It is a crate of its own so that the data plane ([realtime]) and the control plane
//! ([control]), which never meet, share one vocabulary, and so that each rule is testable with
//! plain function calls.
//!
//! It performs no I/O, reads no clock and knows no runtime: times come in as arguments.
//!
//! [realtime]: ../campanile_realtime/index.html
//! [control]: ../campanile_control/index.html

mod app;
mod channel;
mod client_message;
mod close_code;
mod deflater;
mod event;
mod frame;
mod json;
pub mod limits;
mod occurrence;
mod origin;
mod quota;
pub mod server_message;
mod settings;
pub mod signature;
mod socket_id;
mod transport;
mod user;

pub use app::{App, AppId, AppKey, InvalidAppId, InvalidAppKey, TenantId};
pub use channel::{Access, ChannelName, InvalidChannel};
pub use client_message::{ClientMessage, InvalidMessage, SubscribeRequest};
pub use close_code::CloseCode;
pub use deflater::Deflater;
pub use event::{Event, EventData, EventName, InvalidEvent};
pub use frame::{Frame, FrameBuilder};
pub use json::from_object;
pub use occurrence::{Occurrence, OccurrenceKind, OccurrenceType, OccurrenceTypes, UnknownOccurrenceType};
pub use origin::{AllowedOrigin, InvalidOrigin};
pub use quota::{Limit, LimitName, LimitScope, TenantQuotas};
pub use settings::{AppSettings, InvalidSetting, SettingsChange};
pub use socket_id::{InvalidSocketId, SocketId};
pub use transport::Transport;
pub use user::{InvalidMember, InvalidUser, Member, SignedInUser, UserId};
