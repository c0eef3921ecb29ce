use std::{
    io::{BufRead, BufReader, Read, Write, copy, sink},
    net::{Ipv4Addr, TcpListener, TcpStream},
    thread,
};

/// Takes webhooks and says yes, until the process ends: its address.
pub(super) fn start() -> anyhow::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let url = format!("http://{}/", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // The sender tells, by trying again, if something went wrong.
            thread::spawn(move || drop(answer_all(&stream)));
        }
    });
    Ok(url)
}

fn answer_all(stream: &TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap_or(0);
            }
            if line.trim().is_empty() {
                break;
            }
        }
        copy(&mut reader.by_ref().take(length), &mut sink())?;
        let mut writer = stream;
        writer.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")?;
    }
}
