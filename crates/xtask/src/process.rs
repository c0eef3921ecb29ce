use std::{
    io::{BufRead, BufReader, Read},
    os::unix::process::CommandExt,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

use crate::interrupt;

const POLL: Duration = Duration::from_millis(20);
/// What a stopped command gets to tidy up.
const GRACE: Duration = Duration::from_secs(10);

/// Runs a command in sight of the user.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<ExitStatus> {
    say(command);
    wait(spawn(command)?)
}

/// As [`run`]; anything but success is an error.
pub(crate) fn must(command: &mut Command) -> anyhow::Result<()> {
    let status = run(command)?;
    if !status.success() {
        bail!("`{}` failed: {status}", shown(command));
    }
    Ok(())
}

/// As [`run`], and also returns all that was printed.
pub(crate) fn run_reading(command: &mut Command) -> anyhow::Result<(ExitStatus, String)> {
    say(command);
    // Colours would stand in the way of reading.
    command.env("NO_COLOR", "1").env_remove("FORCE_COLOR").stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = spawn(command)?;
    let (sender, lines) = mpsc::channel();
    forward(child.stdout.take(), sender.clone());
    forward(child.stderr.take(), sender);
    let reader = thread::spawn(move || {
        lines.into_iter().fold(String::new(), |mut all, line: String| {
            println!("{line}");
            all.push_str(&line);
            all.push('\n');
            all
        })
    });
    let status = wait(child)?;
    Ok((status, reader.join().expect("printing does not panic")))
}

/// Runs a command out of sight: how it ended and what it printed on standard output. Standard error stays
/// in sight.
pub(crate) fn run_quietly(command: &mut Command) -> anyhow::Result<(ExitStatus, String)> {
    let mut child = spawn(command.stdout(Stdio::piped()))?;
    let mut stdout = child.stdout.take().expect("it is piped");
    let reader = thread::spawn(move || {
        let mut text = String::new();
        stdout.read_to_string(&mut text).map(|_| text)
    });
    let status = wait(child)?;
    Ok((status, reader.join().expect("reading does not panic")?))
}

/// What a command prints, or `None` if it is not there or fails.
pub(crate) fn ask(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn forward(stream: Option<impl Read + Send + 'static>, lines: mpsc::Sender<String>) {
    let stream = stream.expect("it is piped");
    thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n') {
            let Ok(line) = line else { break };
            if lines.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                break;
            }
        }
    });
}

/// In a process group of its own, so that all it starts can be stopped together.
pub(crate) fn spawn(command: &mut Command) -> anyhow::Result<Child> {
    command.stdin(Stdio::null()).process_group(0);
    command.spawn().with_context(|| format!("cannot run {}", shown(command)))
}

fn wait(mut child: Child) -> anyhow::Result<ExitStatus> {
    let mut deadline = None;
    loop {
        if let Some(status) = child.try_wait()? {
            return if interrupt::happened() { bail!("interrupted") } else { Ok(status) };
        }
        if interrupt::happened() {
            let group = Pid::from_raw(i32::try_from(child.id())?);
            let kill_at = *deadline.get_or_insert_with(|| {
                // It may be gone already.
                let _ = killpg(group, Signal::SIGTERM);
                Instant::now() + GRACE
            });
            if Instant::now() > kill_at {
                let _ = killpg(group, Signal::SIGKILL);
            }
        }
        thread::sleep(POLL);
    }
}

fn say(command: &Command) {
    println!("\n$ {}", shown(command));
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
