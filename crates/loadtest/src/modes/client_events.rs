use anyhow::Result;
use clap::Args;

use crate::{
    cli::{ChannelKind, CommonArgs, positive},
    clock::Nanos,
    latency::Latency,
    ledger::Tally,
    mark::{MARK_BYTES, mark, write_digits, write_mark},
    net::{ClientId, Happening, Net, Scenario},
    progress::Progress,
    ramp::{HANDSHAKES, Ramp},
    report::Report,
    session::{DRAIN, Session},
    troubles::Troubles,
    websocket,
};

#[derive(Args, Debug)]
pub(crate) struct ClientEventsArgs {
    #[command(flatten)]
    pub(crate) common: CommonArgs,
    /// Pairs of connections; each pair plays one message back and forth over its own private channel. Mind
    /// the server's limit per connection
    #[arg(long, default_value_t = 500, value_parser = positive)]
    pairs: usize,
    /// Bytes of `data` of one message
    #[arg(long, default_value_t = 100)]
    bytes: usize,
}

/// A game: even messages are sent by the first of the pair, odd ones by the second.
#[derive(Clone, Copy, Debug, Default)]
struct Pair {
    /// The message that is under way, or will be the next.
    message: u64,
    is_under_way: bool,
    /// When the last even one was sent.
    served: Nanos,
}

struct ClientEvents {
    ramp: Ramp,
    pairs: Vec<Pair>,
    channels: Vec<String>,
    shot: Shot,
    is_playing: bool,
    limit: Option<u64>,
    received: u64,
    latency: Latency,
    tally: Tally,
    troubles: Troubles,
    progress: Progress,
}

pub(crate) fn run(args: &ClientEventsArgs) -> Result<Report> {
    let mut session = Session::with_websockets(&args.common, 2 * args.pairs)?;
    let kind = ChannelKind::Private;
    let mut game = ClientEvents {
        ramp: Ramp::new(2 * args.pairs, HANDSHAKES),
        pairs: vec![Pair::default(); args.pairs],
        // Counted from a number with as many digits as all others: every frame has the same length.
        channels: (0..args.pairs)
            .filter_map(|pair| kind.channel(&session.run, FIRST_CHANNEL + pair))
            .collect(),
        shot: Shot::new(&session.run, args.bytes),
        is_playing: false,
        limit: None,
        received: 0,
        latency: Latency::new(),
        tally: Tally::default(),
        troubles: Troubles::default(),
        progress: Progress::new(),
    };
    let until = session.setup_deadline();
    let in_time = session
        .net
        .drive(&mut game, until, |this, _| this.ramp.is_complete() || this.troubles.first.is_some())?;
    game.ramp.must_be_complete(in_time, &game.troubles)?;

    session.settle(&mut game)?;
    game.start(&mut session.net);
    session.warm_up(&mut game, |_| false)?;

    (game.received, game.limit) = (0, session.args.events);
    game.latency.clear();
    let start = session.meter.read()?;
    let until = session.measuring_end();
    session.net.drive(&mut game, until, |this, _| this.limit.is_some_and(|limit| this.received >= limit))?;
    let span = session.meter.since(&start)?;
    let received = game.received;

    game.is_playing = false;
    let until = session.net.now() + DRAIN;
    session.net.drive(&mut game, until, |this, _| this.under_way() == 0)?;
    game.tally.lost += game.under_way() as u64;
    Ok(Report::new(&session, "client-events", ("messages", received), &span)
        .latency(game.latency.percentiles())
        .ledger(game.tally)
        .troubles(&game.troubles)
        .detail("pairs", args.pairs)
        .detail("latency_is_of", "round trips"))
}

impl ClientEvents {
    fn start(&mut self, net: &mut Net) {
        self.is_playing = true;
        for pair in 0..self.pairs.len() {
            self.play(net, pair, self.ramp.client(2 * pair));
        }
    }

    fn under_way(&self) -> usize {
        self.pairs.iter().filter(|pair| pair.is_under_way).count()
    }

    fn play(&mut self, net: &mut Net, number: usize, from: ClientId) {
        let pair = &mut self.pairs[number];
        pair.is_under_way = true;
        if pair.message.is_multiple_of(2) {
            pair.served = net.now();
        }
        net.send_raw(from, self.shot.prepare(FIRST_CHANNEL + number, pair.message));
    }

    fn receive(&mut self, net: &mut Net, client: ClientId, message: u64) {
        let number = self.ramp.number(client) / 2;
        let side = self.ramp.number(client) as u64 % 2;
        let pair = &mut self.pairs[number];
        if message < pair.message || side == message % 2 {
            self.tally.duplicated += 1;
            return;
        }
        self.tally.lost += message - pair.message;
        self.received += 1;
        if message % 2 == 1 {
            self.latency.record(pair.served, net.now());
        }
        (pair.message, pair.is_under_way) = (message + 1, false);
        if self.is_playing {
            self.play(net, number, client);
        }
    }
}

impl Scenario for ClientEvents {
    fn on(&mut self, net: &mut Net, happening: Happening<'_>) -> Result<()> {
        match happening {
            Happening::Event { client, sequence, .. } => self.receive(net, client, sequence),
            Happening::Established { client } => {
                let channel = self.channels[self.ramp.number(client) / 2].clone();
                self.ramp.subscribe(net, client, std::iter::once(channel))?;
            }
            Happening::Subscribed { client } => {
                self.ramp.subscribed(client);
            }
            Happening::Refused { text, .. } => self.troubles.refused(text),
            Happening::Closed { code, .. } => self.troubles.closed(code),
            // Nothing is sent over REST.
            Happening::Answered { .. } => {}
        }
        Ok(())
    }

    fn turn(&mut self, net: &mut Net) -> Result<()> {
        self.ramp.turn(net)?;
        if self.progress.is_due(net.now()) {
            self.progress.show(format_args!("{} messages", self.received));
        }
        Ok(())
    }

    fn next_due(&self) -> Option<Nanos> {
        None
    }
}

const FIRST_CHANNEL: usize = 100_000;
const CHANNEL_DIGITS: usize = 6;

/// The frame of a message, written once; channel and number are written over.
struct Shot {
    frame: Vec<u8>,
    payload: usize,
    channel: usize,
    mark: usize,
}

impl Shot {
    fn new(run: &str, bytes: usize) -> Self {
        let start = format!(r#"{{"event":"client-loadtest","channel":"private-loadtest-{run}-"#);
        let middle = r#"","data":""#;
        let fill = "x".repeat(bytes.saturating_sub(MARK_BYTES));
        let text = format!("{start}{FIRST_CHANNEL}{middle}{}{fill}\"}}", mark(0));
        let mut frame = Vec::new();
        let payload = websocket::push_client_frame(&mut frame, websocket::TEXT, text.as_bytes());
        let mark = start.len() + CHANNEL_DIGITS + middle.len();
        Self { frame, payload, channel: start.len(), mark }
    }

    fn prepare(&mut self, channel: usize, message: u64) -> &[u8] {
        let mut digits = [0; CHANNEL_DIGITS];
        write_digits(&mut digits, channel as u64);
        websocket::patch(&mut self.frame, self.payload, self.channel, &digits);
        let mut mark = [0; MARK_BYTES];
        write_mark(&mut mark, message);
        websocket::patch(&mut self.frame, self.payload, self.mark, &mark);
        &self.frame
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_what_a_client_would_send() {
        let mut shot = Shot::new("run", 25);
        shot.prepare(123_456, 1);
        let mut frame = shot.prepare(100_002, 77).to_vec();
        assert_eq!(
            websocket::next_client_frame(&mut frame).unwrap().unwrap().payload,
            br#"{"event":"client-loadtest","channel":"private-loadtest-run-100002","data":"seq-0000000000000077xxxxx"}"#
        );
    }
}
