use std::{
    io::{self, IoSlice},
    net::Shutdown,
    task::{Context, Poll},
};

use tokio::net::TcpStream;

/// A non-blocking stream of bytes that can be used through a shared reference: reading belongs to
/// the connection, writing to the hub. Plain TCP today; TLS is one more implementation.
pub(crate) trait Socket: 'static {
    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize>;
    fn try_write_vectored(&self, buffers: &[IoSlice<'_>]) -> io::Result<usize>;
    fn poll_readable(&self, context: &mut Context<'_>) -> Poll<io::Result<()>>;
    fn poll_writable(&self, context: &mut Context<'_>) -> Poll<io::Result<()>>;
    /// Says that nothing more will be written, or read.
    fn shutdown(&self, how: Shutdown) -> io::Result<()>;
}

impl Socket for TcpStream {
    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        Self::try_read(self, buffer)
    }

    fn try_write_vectored(&self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        match buffers {
            [one] => self.try_write(one),
            many => Self::try_write_vectored(self, many),
        }
    }

    fn poll_readable(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_read_ready(context)
    }

    fn poll_writable(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_write_ready(context)
    }

    fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        socket2::SockRef::from(self).shutdown(how)
    }
}
