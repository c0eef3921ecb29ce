mod client_event;
mod rate;
mod watchlist;

use std::{collections::HashMap, time::Instant};

use bytestring::ByteString;
use campanile_protocol::{
    Access, App, ChannelName, ClientMessage, Frame, InvalidMember, InvalidMessage, Member, SignedInUser,
    SocketId, SubscribeRequest, UserId,
    limits::WATCHLIST_USERS,
    server_message::{self, ErrorMessage, Refusal},
    signature,
};

pub(crate) use self::client_event::{CLIENT_EVENT_REJECTED, ClientEvent};
use self::{client_event::SentEvent, rate::ClientEventRate, watchlist::Watchlist};
use crate::seeded::Seeded;

/// The protocol state of one connection. It decides and the actor obeys: no socket, clock or mailbox
/// is visible from here, so every rule is tested with plain function calls.
#[derive(Debug)]
pub(crate) struct Dialogue {
    socket_id: SocketId,
    subscriptions: HashMap<ChannelName, Subscription, Seeded>,
    /// How many subscriptions there have been.
    subscribed: u64,
    user: Option<Box<User>>,
    client_events: ClientEventRate,
    /// It has proved to its app's server who it is, at least once.
    is_authorized: bool,
}

#[derive(Debug)]
struct Subscription {
    /// Tells an answer to this subscription from one to an earlier subscription to the same channel.
    number: u64,
    /// Whether the channel's owner has answered.
    joined: bool,
    user_id: Option<UserId>,
}

/// The user a connection is signed in as.
#[derive(Debug)]
struct User {
    member: Member,
    channel: ChannelName,
    watchlist: Watchlist,
}

/// What a connection must do next.
#[derive(Debug)]
pub(crate) enum Action {
    Nothing,
    Send(Frame),
    /// Send the frame; the reason is for the app's owner.
    Refuse(Frame, Reason),
    Subscribe {
        channel: ChannelName,
        number: u64,
        member: Option<Member>,
    },
    Unsubscribe(ChannelName),
    Publish(ClientEvent),
    SignIn(SignIn),
}

/// Why a client was refused something, in as many of its own words as are repeated.
#[derive(Debug)]
pub(crate) struct Reason {
    /// The channel it is about, as the client named it.
    pub(crate) channel: Option<String>,
    pub(crate) message: String,
}

/// A sign-in that succeeded.
#[derive(Debug)]
pub(crate) struct SignIn {
    /// The channel that reaches the user, to be joined; none when that was done before.
    pub(crate) join: Option<(ChannelName, u64)>,
    /// The users to watch.
    pub(crate) watch: Vec<ChannelName>,
    /// What the client is told.
    pub(crate) answer: Vec<Frame>,
}

/// What to leave when a connection ends.
#[derive(Debug)]
pub(crate) struct Farewell {
    pub(crate) channels: Vec<ChannelName>,
    pub(crate) watched: Vec<ChannelName>,
}

/// A failed sign-in carries this code; the connection stays open.
const SIGN_IN_FAILED: Option<u16> = Some(4009);
/// A watchlist that was cut carries this code.
const WATCHLIST_CUT: Option<u16> = Some(4302);
/// Clients' own words are repeated to them, and to the app's owner, up to here.
const QUOTED_CHARS: usize = 200;

impl Dialogue {
    pub(crate) fn new(socket_id: SocketId) -> Self {
        Self {
            socket_id,
            subscriptions: HashMap::default(),
            subscribed: 0,
            user: None,
            client_events: ClientEventRate::default(),
            is_authorized: false,
        }
    }

    /// Decides about one text message.
    pub(crate) fn receive(&mut self, text: &ByteString, app: &App, now: Instant) -> Action {
        match ClientMessage::parse(text) {
            Ok(ClientMessage::Ping) => Action::Send(server_message::pong()),
            Ok(ClientMessage::Pong) => Action::Nothing,
            Ok(ClientMessage::Subscribe(request)) => self.subscribe(&request, app),
            Ok(ClientMessage::Unsubscribe { channel }) => self.unsubscribe(&channel),
            Ok(ClientMessage::SignIn { auth, user_data }) => match self.sign_in(&auth, &user_data, app) {
                Ok(sign_in) => Action::SignIn(sign_in),
                Err(message) => refuse(SIGN_IN_FAILED, &message, None),
            },
            Ok(ClientMessage::Event { name, channel, data }) => {
                let sent = SentEvent { name: &name, channel: channel.as_deref(), data };
                match self.client_event(&sent, text, app, now) {
                    Ok(event) => Action::Publish(event),
                    Err((code, message)) => refuse(code, &message, channel.as_deref()),
                }
            }
            Ok(ClientMessage::Unsupported { name }) => {
                refuse(None, &format!("Unsupported event received on socket: {}", quote(&name)), None)
            }
            Err(error @ InvalidMessage::MissingUser) => refuse(SIGN_IN_FAILED, &error.to_string(), None),
            Err(error) => refuse(None, &error.to_string(), None),
        }
    }

    /// The owner accepted a subscription; false if the client has ended that one meanwhile.
    pub(crate) fn subscribed(&mut self, channel: &ChannelName, number: u64) -> bool {
        if self.user.as_ref().is_some_and(|user| user.channel == *channel) {
            return true;
        }
        match self.subscriptions.get_mut(channel).filter(|subscription| subscription.number == number) {
            Some(subscription) => {
                subscription.joined = true;
                true
            }
            None => false,
        }
    }

    /// The owner refused a subscription; false if the client has ended that one meanwhile.
    pub(crate) fn refused(&mut self, channel: &ChannelName, number: u64) -> bool {
        let is_current = self.subscriptions.get(channel).is_some_and(|current| current.number == number);
        if is_current {
            self.subscriptions.remove(channel);
        }
        is_current
    }

    /// Owners tell who is online; what the client is to be told.
    pub(crate) fn watched(
        &mut self,
        online: &[ChannelName],
        offline: &[ChannelName],
        is_answer: bool,
    ) -> Option<Frame> {
        self.user.as_mut()?.watchlist.hear(online, offline, is_answer)
    }

    /// So many owners will answer to what the sign-in asked to watch.
    pub(crate) fn await_watched(&mut self, users: Vec<ChannelName>, owners: usize) {
        if let Some(user) = &mut self.user {
            user.watchlist = Watchlist::new(users, owners);
        }
    }

    /// Whether it has ever signed in or subscribed with a signature.
    pub(crate) fn is_authorized(&self) -> bool {
        self.is_authorized
    }

    /// Who it is signed in as.
    pub(crate) fn user_id(&self) -> Option<&UserId> {
        self.user.as_ref().map(|user| &user.member.user_id)
    }

    /// What it is subscribed to, or asks to be, and as whom; a user's own channel only if it asked for it.
    pub(crate) fn subscriptions(&self) -> impl ExactSizeIterator<Item = (&ChannelName, Option<&UserId>)> {
        self.subscriptions.iter().map(|(channel, subscription)| (channel, subscription.user_id.as_ref()))
    }

    /// The channels it is in, its user's own included.
    pub(crate) fn joined(&self) -> impl Iterator<Item = &ChannelName> {
        let own = self.user.as_ref().map(|user| &user.channel);
        let others = self.subscriptions.keys().filter(move |channel| Some(*channel) != own);
        others.chain(own)
    }

    /// Whether it is in a channel.
    pub(crate) fn is_subscribed(&self, channel: &ChannelName) -> bool {
        let is_own = self.user.as_ref().is_some_and(|user| user.channel == *channel);
        is_own || self.subscriptions.get(channel).is_some_and(|subscription| subscription.joined)
    }

    /// Whether it is that user, signed in or as a member somewhere.
    pub(crate) fn is_user(&self, wanted: &str) -> bool {
        let mut ids = self.subscriptions.values().filter_map(|subscription| subscription.user_id.as_ref());
        self.user_id().is_some_and(|id| id.as_str() == wanted) || ids.any(|id| id.as_str() == wanted)
    }

    /// Ends the dialogue.
    pub(crate) fn end(&mut self) -> Farewell {
        let user = self.user.take();
        let channels = std::mem::take(&mut self.subscriptions).into_keys();
        let own = user.as_ref().map(|user| user.channel.clone());
        let watched = user.map_or_else(Vec::new, |user| user.watchlist.users().to_vec());
        Farewell {
            channels: channels.filter(|channel| channel.user_id().is_none()).chain(own).collect(),
            watched,
        }
    }

    fn subscribe(&mut self, request: &SubscribeRequest<'_>, app: &App) -> Action {
        let refused = |refusal: &Refusal| {
            // The whole name: by it the client finds whom to tell.
            let frame = server_message::subscription_error(&request.channel, refusal);
            let reason = refusal.to_string();
            let channel = quote(&request.channel);
            let message = format!("Subscription to {channel:?} refused: {}", quote(&reason));
            Action::Refuse(frame, Reason { channel: Some(channel.to_owned()), message })
        };
        let channel = match ChannelName::parse(&request.channel) {
            Ok(channel) => channel,
            Err(error) => return refused(&Refusal::Channel(error)),
        };
        let max_bytes = app.settings.max_channel_name_bytes;
        if channel.as_str().len() > max_bytes as usize && channel.access() != Access::User {
            return refused(&Refusal::LongName(max_bytes));
        }
        if self.subscriptions.contains_key(&channel) {
            return refuse(
                None,
                &format!("Existing subscription to channel {channel}"),
                Some(channel.as_str()),
            );
        }
        let member = match self.authorize(&channel, request, app) {
            Ok(member) => member,
            Err(refusal) => return refused(&refusal),
        };
        self.is_authorized |= channel.access().needs_signature();
        self.subscribed += 1;
        let (number, joined) = (self.subscribed, channel.access() == Access::User);
        let user_id = member.as_ref().map(|member| member.user_id.clone());
        self.subscriptions.insert(channel.clone(), Subscription { number, joined, user_id });
        if joined {
            // Signing in has joined it already; this only asks to be told so.
            return Action::Send(server_message::subscription_succeeded(&channel));
        }
        Action::Subscribe { channel, number, member }
    }

    /// Who joins, if the request proves that it may.
    fn authorize(
        &self,
        channel: &ChannelName,
        request: &SubscribeRequest<'_>,
        app: &App,
    ) -> Result<Option<Member>, Refusal> {
        let (auth, data) = (request.auth.as_deref(), request.channel_data.as_deref());
        match channel.access() {
            Access::Public => return Ok(None),
            Access::User if self.user.as_ref().is_some_and(|user| user.channel == *channel) => {
                return Ok(None);
            }
            Access::User => {
                return Err(Refusal::Unauthorized(format!("Not signed in as the user of {channel}")));
            }
            Access::Private | Access::Encrypted | Access::Presence => {
                signature::verify_channel(app, self.socket_id, channel, auth, data)
                    .map_err(|error| Refusal::Unauthorized(error.to_string()))?;
            }
        }
        if channel.access() != Access::Presence {
            return Ok(None);
        }
        match (data, &self.user) {
            (Some(data), _) => Member::from_channel_data(data).map(Some).map_err(Refusal::Member),
            (None, Some(user)) => Ok(Some(user.member.clone())),
            (None, None) => Err(Refusal::Member(InvalidMember::Missing)),
        }
    }

    /// Binds the connection to the user that the app's server vouches for. Again as the same user is
    /// welcome, as another one is not.
    fn sign_in(&mut self, auth: &str, user_data: &str, app: &App) -> Result<SignIn, String> {
        signature::verify_user(app, self.socket_id, auth, user_data).map_err(|error| error.to_string())?;
        let new = SignedInUser::from_user_data(user_data).map_err(|error| error.to_string())?;
        let mut answer = vec![server_message::signin_success(user_data)];
        if let Some(user) = &self.user {
            return match user.channel == new.channel {
                true => Ok(SignIn { join: None, watch: Vec::new(), answer }),
                false => Err("Connection already signed in as another user".to_owned()),
            };
        }
        if app.settings.watchlist && new.is_watchlist_cut {
            let message =
                format!("Watchlist limit exceeded: only the first {WATCHLIST_USERS} ids are watched");
            let error = ErrorMessage { code: WATCHLIST_CUT, message: &message, channel: None };
            answer.push(server_message::error(&error));
        }
        let SignedInUser { member, channel, watchlist, .. } = new;
        self.is_authorized = true;
        self.subscribed += 1;
        let join = Some((channel.clone(), self.subscribed));
        self.user = Some(Box::new(User { member, channel, watchlist: Watchlist::default() }));
        let watch = if app.settings.watchlist { watchlist } else { Vec::new() };
        Ok(SignIn { join, watch, answer })
    }

    fn unsubscribe(&mut self, channel: &str) -> Action {
        match self.subscriptions.remove_entry(channel) {
            // A user's own channel is left only with the connection.
            Some((channel, _)) if channel.access() == Access::User => Action::Nothing,
            Some((channel, _)) => Action::Unsubscribe(channel),
            None => Action::Nothing,
        }
    }
}

fn refuse(code: Option<u16>, message: &str, channel: Option<&str>) -> Action {
    let frame = server_message::error(&ErrorMessage { code, message, channel });
    let channel = channel.map(|channel| quote(channel).to_owned());
    Action::Refuse(frame, Reason { channel, message: quote(message).to_owned() })
}

/// As much of a client's own words as is repeated.
fn quote(text: &str) -> &str {
    let end = text.char_indices().nth(QUOTED_CHARS).map_or(text.len(), |(end, _)| end);
    &text[..end]
}

#[cfg(test)]
mod tests;
