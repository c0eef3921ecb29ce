use anyhow::Result;

use crate::{
    cli::ChannelKind,
    clock::Nanos,
    net::{Happening, Net, Scenario},
    progress::Progress,
    ramp::{HANDSHAKES, Ramp},
    session::Session,
    troubles::Troubles,
};

/// Connections that are there and do nothing.
#[derive(Debug)]
pub(crate) struct Standing {
    ramp: Ramp,
    kind: ChannelKind,
    run: String,
    pub(crate) troubles: Troubles,
    progress: Progress,
}

impl Standing {
    pub(crate) fn new(connections: usize, kind: ChannelKind, run: &str) -> Self {
        Self::with_window(connections, HANDSHAKES, kind, run)
    }

    /// At most `window` are opened at the same time.
    pub(crate) fn with_window(connections: usize, window: usize, kind: ChannelKind, run: &str) -> Self {
        Self {
            ramp: Ramp::new(connections, window),
            kind,
            run: run.to_owned(),
            troubles: Troubles::default(),
            progress: Progress::new(),
        }
    }

    pub(crate) fn set_up(&mut self, session: &mut Session) -> Result<()> {
        let until = session.setup_deadline();
        let in_time = session.net.drive(self, until, |this, _| this.is_settled())?;
        self.ramp.must_be_complete(in_time, &self.troubles)
    }

    /// As [`Self::set_up`], but who is refused stays away, and is a trouble.
    pub(crate) fn come_back(&mut self, session: &mut Session) -> Result<()> {
        let until = session.setup_deadline();
        session.net.drive(self, until, |this, _| this.ramp.pending() == 0)?;
        self.troubles.set_unanswered(self.ramp.pending(), "connections were");
        Ok(())
    }

    pub(crate) fn ready(&self) -> usize {
        self.ramp.ready()
    }

    fn is_settled(&self) -> bool {
        self.ramp.is_complete() || self.troubles.first.is_some()
    }

    /// Ends all connections at once, without a word.
    pub(crate) fn drop_all(&self, net: &mut Net, connections: usize) {
        for number in 0..connections {
            net.drop_client(self.ramp.client(number));
        }
    }
}

impl Scenario for Standing {
    fn on(&mut self, net: &mut Net, happening: Happening<'_>) -> Result<()> {
        match happening {
            Happening::Established { client } => {
                let channel = self.kind.channel(&self.run, self.ramp.number(client));
                self.ramp.subscribe(net, client, channel.into_iter())?;
            }
            Happening::Subscribed { client } => {
                self.ramp.subscribed(client);
            }
            Happening::Refused { client, text } => {
                self.ramp.fail(client);
                self.troubles.refused(text);
            }
            Happening::Closed { client, code } => {
                self.ramp.fail(client);
                self.troubles.closed(code);
            }
            // Nobody publishes.
            Happening::Event { .. } | Happening::Answered { .. } => {}
        }
        Ok(())
    }

    fn turn(&mut self, net: &mut Net) -> Result<()> {
        self.ramp.turn(net)?;
        if self.progress.is_due(net.now()) {
            self.progress.show(format_args!("{} connections are ready", self.ramp.ready()));
        }
        Ok(())
    }

    fn next_due(&self) -> Option<Nanos> {
        None
    }
}
