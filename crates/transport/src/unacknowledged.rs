use tokio::net::TcpStream;

/// How many bytes written to the stream its peer has not acknowledged (`SIOCOUTQ`, tcp(7)): they may
/// never arrive. Where the system cannot tell, none.
#[cfg(target_os = "linux")]
pub(crate) fn unacknowledged_bytes(stream: &TcpStream) -> usize {
    use std::os::fd::AsRawFd;

    let mut bytes: libc::c_int = 0;
    #[expect(unsafe_code, reason = "no crate in wide use wraps this request")]
    // SAFETY: the descriptor is open, since we hold the stream; TIOCOUTQ, which is SIOCOUTQ's number,
    // writes one int to the address.
    let result = unsafe { libc::ioctl(stream.as_raw_fd(), libc::TIOCOUTQ, &raw mut bytes) };
    if result == 0 { usize::try_from(bytes).unwrap_or(0) } else { 0 }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn unacknowledged_bytes(_: &TcpStream) -> usize {
    0
}
