use std::collections::HashMap;

use super::peer::PeerId;

/// Channels and who is in them. A room is forgotten when its last member leaves, so that a long run on ever
/// new channels does not cost ever more; its number then becomes that of another.
#[derive(Debug, Default)]
pub(super) struct Rooms {
    numbers: HashMap<Box<[u8]>, usize>,
    rooms: Vec<Vec<PeerId>>,
    /// Empty where the room is closed.
    names: Vec<Box<str>>,
    closed: Vec<usize>,
}

impl Rooms {
    pub(super) fn find(&self, name: &[u8]) -> Option<usize> {
        self.numbers.get(name).copied()
    }

    pub(super) fn find_or_open(&mut self, name: &str) -> usize {
        if let Some(room) = self.find(name.as_bytes()) {
            return room;
        }
        let room = self.closed.pop().unwrap_or(self.rooms.len());
        if room == self.rooms.len() {
            self.names.push(Box::default());
            self.rooms.push(Vec::new());
        }
        self.names[room] = name.into();
        self.numbers.insert(name.as_bytes().into(), room);
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

    /// Forgets a room without members; where it is closed already, nothing happens.
    pub(super) fn close_if_empty(&mut self, room: usize) {
        let is_open = self.numbers.get(self.names[room].as_bytes()) == Some(&room);
        if is_open && self.rooms[room].is_empty() {
            let name = std::mem::take(&mut self.names[room]);
            self.numbers.remove(name.as_bytes());
            self.closed.push(room);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_without_members_is_forgotten() {
        let mut rooms = Rooms::default();
        let (first, second) = (rooms.find_or_open("first"), rooms.find_or_open("second"));
        rooms.members(first).push(1);
        rooms.close_if_empty(first);
        assert_eq!(rooms.find(b"first"), Some(first));
        rooms.leave(first, 1);
        rooms.close_if_empty(first);
        rooms.close_if_empty(first);
        assert_eq!((rooms.find(b"first"), rooms.find(b"second")), (None, Some(second)));
        assert_eq!(rooms.find_or_open("third"), first);
        assert_ne!(rooms.find_or_open("fourth"), first);
    }
}
