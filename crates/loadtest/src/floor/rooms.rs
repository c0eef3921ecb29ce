use std::collections::HashMap;

use super::peer::PeerId;

/// Channels and who is in them. A room is never forgotten: its number stays valid.
#[derive(Debug, Default)]
pub(super) struct Rooms {
    numbers: HashMap<Box<[u8]>, usize>,
    rooms: Vec<Vec<PeerId>>,
    names: Vec<Box<str>>,
}

impl Rooms {
    pub(super) fn find(&self, name: &[u8]) -> Option<usize> {
        self.numbers.get(name).copied()
    }

    pub(super) fn find_or_open(&mut self, name: &str) -> usize {
        if let Some(room) = self.find(name.as_bytes()) {
            return room;
        }
        let room = self.rooms.len();
        self.numbers.insert(name.as_bytes().into(), room);
        self.names.push(name.into());
        self.rooms.push(Vec::new());
        room
    }

    pub(super) fn members(&mut self, room: usize) -> &mut Vec<PeerId> {
        &mut self.rooms[room]
    }

    pub(super) fn name(&self, room: usize) -> &str {
        &self.names[room]
    }

    pub(super) fn leave(&mut self, room: usize, id: PeerId) {
        if let Some(place) = self.rooms[room].iter().position(|member| *member == id) {
            self.rooms[room].swap_remove(place);
        }
    }
}
