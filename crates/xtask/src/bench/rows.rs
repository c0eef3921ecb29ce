use anyhow::bail;

/// One kind of work, and how often it is measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// For the generator.
    pub(super) arguments: &'static [&'static str],
    pub(super) repetitions: usize,
    pub(super) comparison: Comparison,
    /// Which figure tells.
    pub(super) figure: Figure,
}

/// What stands beside the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    /// The bare loop.
    Floor,
    /// Itself, with two workers on all cores.
    TwoWorkers,
    /// Itself, with clients on WebSockets where those of the row stream over HTTP.
    WebSockets,
    /// Itself, without what goes on beside the row's own runs.
    Alone(Beside),
}

/// What may go on beside a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    /// Somebody watches the app in the console.
    Console,
    /// Another tenant publishes, over and over, more than it may.
    Neighbour,
}

/// How the generator's clients are connected, as it wants to be told.
pub(super) const WEBSOCKET: &str = "websocket";
const XHR_STREAMING: &str = "xhr_streaming";

impl Comparison {
    /// How clients are connected in a row's own runs.
    pub(super) fn transport(self) -> &'static str {
        match self {
            Self::Floor | Self::TwoWorkers | Self::Alone(_) => WEBSOCKET,
            Self::WebSockets => XHR_STREAMING,
        }
    }

    /// The name of the runs beside a row's own.
    pub(super) fn other(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::TwoWorkers => "two workers",
            Self::WebSockets => "websocket",
            Self::Alone(_) => "alone",
        }
    }

    /// What goes on beside a row's own runs.
    pub(super) fn beside(self) -> Option<Beside> {
        match self {
            Self::Alone(beside) => Some(beside),
            Self::Floor | Self::TwoWorkers | Self::WebSockets => None,
        }
    }
}

/// What the ratio of a row is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Figure {
    /// CPU time of an operation.
    Cpu,
    /// The 99th percentile of latency.
    P99,
    /// Resident memory of a connection.
    Memory,
}

const fn row(name: &'static str, about: &'static str, arguments: &'static [&'static str]) -> Row {
    Row { name, about, arguments, repetitions: 3, comparison: Comparison::Floor, figure: Figure::Cpu }
}

const fn once(row: Row) -> Row {
    Row { repetitions: 1, ..row }
}

const fn of(figure: Figure, row: Row) -> Row {
    Row { figure, ..row }
}

const fn two_workers(row: Row) -> Row {
    Row { comparison: Comparison::TwoWorkers, ..row }
}

const fn beside(beside: Beside, row: Row) -> Row {
    Row { comparison: Comparison::Alone(beside), ..row }
}

const fn streaming(row: Row) -> Row {
    Row { comparison: Comparison::WebSockets, ..row }
}

/// Arguments that begin with a mode; every run is short and warmed up.
macro_rules! load {
    ($mode:literal $(, $argument:literal)* $(,)?) => {
        &[$mode, "--duration", "1.5", "--warmup", "0.4", "--settle", "30" $(, $argument)*]
    };
}

/// The suite, in the order in which it is run.
static ROWS: [Row; 31] = [
    row("fanout-w1", "1,000 subscribers, one event at a time", load!["fanout", "--window", "1"]),
    row("fanout-w16", "1,000 subscribers, 16 events under way", load!["fanout"]),
    row("fanout-ordered", "the same from one publisher", load!["fanout", "--publishers", "1"]),
    row("fanout-1k-w1", "events of 1,000 bytes", load!["fanout", "--bytes", "1000", "--window", "1"]),
    row("fanout-1k-w16", "events of 1,000 bytes, 16 under way", load!["fanout", "--bytes", "1000"]),
    row("fanout-10000-w1", "10,000 subscribers", load!["fanout", "--subscribers", "10000", "--window", "1"]),
    row("fanout-10000-w16", "10,000 subscribers, 16 under way", load!["fanout", "--subscribers", "10000"]),
    row("many-w16", "1,000 channels with 10 subscribers each, 16 under way", load!["many"]),
    of(
        Figure::P99,
        row("latency-50k", "50,000 deliveries per second, open loop", load!["fanout", "--rate", "50"]),
    ),
    once(row(
        "subscribers-100",
        "growth: 100 subscribers, 16 under way",
        load!["fanout", "--subscribers", "100"],
    )),
    once(row(
        "channels-100x10",
        "growth: 100 channels with 10 subscribers, on 1,000 connections",
        load!["many", "--channels", "100", "--connections", "1000"],
    )),
    once(row(
        "channels-10kx10",
        "growth: 10,000 channels with 10 subscribers, on the same 1,000",
        load!["many", "--channels", "10000", "--connections", "1000"],
    )),
    once(row(
        "channels-1kx1",
        "growth: 1,000 channels with 1 subscriber, on 1,000 connections",
        load!["many", "--channels", "1000", "--subscribers", "1", "--connections", "1000"],
    )),
    once(row(
        "channels-100kx1",
        "growth: 100,000 channels with 1 subscriber, on the same 1,000",
        load!["many", "--channels", "100000", "--subscribers", "1", "--connections", "1000"],
    )),
    of(
        Figure::Memory,
        once(row(
            "idle",
            "10,000 connections, each on a private channel of its own",
            &["idle", "--seconds", "5"],
        )),
    ),
    row("connect", "connect, subscribe, drop", load!["connect"]),
    row("connect-close", "connect, subscribe, close in order", load!["connect", "--ending", "close"]),
    row(
        "connect-private",
        "the same on a private channel of its own",
        load!["connect", "--channel-kind", "private"],
    ),
    row("trigger", "signed triggers without subscribers", load!["trigger"]),
    row("client-events", "500 pairs that answer each other", load!["client-events"]),
    row("presence", "joining and leaving, each told to 20 members", load!["presence"]),
    row("storm", "5,000 connections come back at once", &["storm", "--settle", "30"]),
    of(
        Figure::P99,
        once(row(
            "slow",
            "1,000 of 5,000 stop reading; 10,000 bytes, 12 per second",
            &["slow", "--bytes", "10000", "--rate", "12", "--duration", "14", "--settle", "30"],
        )),
    ),
    // The kernel may take some 4 MiB for a peer before a server notices, and has no room to do so for a
    // thousand: the same with fewer and more for each.
    of(
        Figure::P99,
        once(row(
            "slow-closed",
            "100 of 500 stop reading until they are closed; 10,000 bytes, 60 per second",
            &[
                "slow",
                "--bytes",
                "10000",
                "--rate",
                "60",
                "--duration",
                "10",
                "--settle",
                "30",
                "--subscribers",
                "500",
                "--slow",
                "100",
            ],
        )),
    ),
    two_workers(row("many-two", "many-w16 with one and with two workers", load!["many"])),
    two_workers(row("trigger-two", "trigger with one and with two workers", load!["trigger"])),
    streaming(row(
        "fanout-xhr-w1",
        "fanout-w1 over xhr_streaming and over WebSockets",
        load!["fanout", "--window", "1"],
    )),
    streaming(row("fanout-xhr-w16", "fanout-w16 over xhr_streaming and over WebSockets", load!["fanout"])),
    of(
        Figure::Memory,
        streaming(once(row(
            "idle-xhr",
            "idle over xhr_streaming and over WebSockets",
            &["idle", "--seconds", "5"],
        ))),
    ),
    beside(
        Beside::Console,
        row(
            "console",
            "10,000 events per second to 10 subscribers, watched in the console and not",
            load!["fanout", "--subscribers", "10", "--rate", "10000", "--publishers", "16"],
        ),
    ),
    of(
        Figure::P99,
        beside(
            Beside::Neighbour,
            row(
                "neighbour",
                "200 events per second to 100 subscribers, beside a tenant at its limit and alone",
                load!["fanout", "--subscribers", "100", "--rate", "200"],
            ),
        ),
    ),
];

pub(super) fn list() {
    for row in &ROWS {
        println!("{:<18}{}", row.name, row.about);
    }
}

/// The named rows, or all.
pub(super) fn select(names: &[String]) -> anyhow::Result<Vec<&'static Row>> {
    if let Some(unknown) = names.iter().find(|name| ROWS.iter().all(|row| row.name != **name)) {
        bail!("there is no row {unknown:?}; see --list");
    }
    Ok(ROWS.iter().filter(|row| names.is_empty() || names.iter().any(|name| name == row.name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_selected_by_name() {
        assert_eq!(select(&[]).unwrap().len(), ROWS.len());
        let names = ["trigger", "idle"].map(str::to_owned);
        let selected: Vec<&str> = select(&names).unwrap().iter().map(|row| row.name).collect();
        assert_eq!(selected, ["idle", "trigger"]);
        assert!(select(&["idel".to_owned()]).is_err());
    }
}
