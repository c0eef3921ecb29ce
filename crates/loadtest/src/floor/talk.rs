use std::{borrow::Cow, io::Write};

use anyhow::Result;
use serde::Deserialize;

use super::{
    Floor,
    peer::{Membership, PeerId},
};
use crate::websocket::{self, next_client_frame};

/// A subscription or its end.
#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    data: RequestData<'a>,
}

#[derive(Deserialize)]
struct RequestData<'a> {
    #[serde(borrow)]
    channel: Cow<'a, str>,
    channel_data: Option<String>,
}

#[derive(Deserialize)]
struct ChannelData<'a> {
    #[serde(borrow)]
    user_id: &'a serde_json::value::RawValue,
}

impl Floor {
    /// Takes all complete frames: what was taken.
    pub(super) fn take_messages(&mut self, id: PeerId, bytes: &mut [u8]) -> Result<usize> {
        let mut at = 0;
        while let Some(frame) = next_client_frame(&mut bytes[at..])? {
            let end = at + frame.end;
            match frame.opcode {
                websocket::TEXT => self.take_message(id, frame.payload)?,
                websocket::CLOSE => {
                    self.frame.clear();
                    websocket::push_server_frame(&mut self.frame, websocket::CLOSE, frame.payload);
                    self.send_frame(id);
                    self.end(id);
                }
                websocket::PING => {
                    self.frame.clear();
                    websocket::push_server_frame(&mut self.frame, websocket::PONG, frame.payload);
                    self.send_frame(id);
                }
                _ => {}
            }
            at = end;
        }
        Ok(at)
    }

    /// The name of the event stands first in what the generator sends.
    fn take_message(&mut self, id: PeerId, text: &[u8]) -> Result<()> {
        let event = text.strip_prefix(br#"{"event":""#).unwrap_or_default();
        if event.starts_with(b"client-") {
            return self.forward(id, text);
        }
        if event.starts_with(b"pusher:subscribe") {
            return self.join(id, &serde_json::from_slice::<Request<'_>>(text)?.data);
        }
        if event.starts_with(b"pusher:unsubscribe") {
            let request: Request<'_> = serde_json::from_slice(text)?;
            let Some(room) = self.rooms.find(request.data.channel.as_bytes()) else { return Ok(()) };
            let memberships = self.peers[id].as_mut().map(|peer| &mut peer.memberships);
            let left = memberships.and_then(|all| {
                let place = all.iter().position(|membership| membership.room == room)?;
                Some(all.swap_remove(place))
            });
            left.iter().for_each(|membership| self.leave(id, membership));
        }
        Ok(())
    }

    /// A client event goes to the others as it is.
    fn forward(&mut self, id: PeerId, text: &[u8]) -> Result<()> {
        let channel = super::rest::text_after(text, br#""channel":""#).unwrap_or_default();
        if let Some(room) = self.rooms.find(channel) {
            self.payload.clear();
            self.payload.extend_from_slice(text);
            self.tell_room(room, Some(id));
        }
        Ok(())
    }

    fn join(&mut self, id: PeerId, request: &RequestData<'_>) -> Result<()> {
        let user_id: Option<Box<str>> = match &request.channel_data {
            Some(data) => Some(serde_json::from_str::<ChannelData<'_>>(data)?.user_id.get().into()),
            None => None,
        };
        let data = match user_id {
            Some(_) => r#"{\"presence\":{\"count\":0,\"ids\":[],\"hash\":{}}}"#,
            None => "{}",
        };
        let channel = &request.channel;
        let text = format!(
            r#"{{"event":"pusher_internal:subscription_succeeded","channel":"{channel}","data":"{data}"}}"#
        );
        self.tell(id, text.as_bytes());
        if let (Some(room), Some(user_id)) = (self.rooms.find(channel.as_bytes()), &user_id) {
            self.tell_presence(room, "member_added", user_id)?;
        }
        if let Some(peer) = &mut self.peers[id] {
            // Not before: those who were told may have fallen, and the room with the last of them.
            let room = self.rooms.find_or_open(channel);
            self.rooms.members(room).push(id);
            peer.memberships.push(Membership { room, user_id });
        }
        Ok(())
    }

    pub(super) fn leave(&mut self, id: PeerId, membership: &Membership) {
        self.rooms.leave(membership.room, id);
        if let Some(user_id) = &membership.user_id {
            // Writing into memory.
            let _ = self.tell_presence(membership.room, "member_removed", user_id);
        }
        self.rooms.close_if_empty(membership.room);
    }

    fn tell_presence(&mut self, room: usize, event: &str, user_id: &str) -> Result<()> {
        let channel = self.rooms.name(room);
        let data = serde_json::to_string(&format!(r#"{{"user_id":{user_id}}}"#))?;
        self.payload.clear();
        write!(self.payload, r#"{{"event":"pusher_internal:{event}","channel":"{channel}","data":{data}}}"#)?;
        self.tell_room(room, None);
        Ok(())
    }
}
