use std::{
    cell::RefCell,
    future::ready,
    io,
    net::SocketAddr,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use actix_service::{ServiceFactory, ServiceFactoryExt, fn_factory, fn_service};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// The TCP stream below the HTTP server, which a request's handler can take away.
///
/// A response that goes on for hours would otherwise keep the server's buffers for as long. The handler
/// takes the stream and answers the server with anything: the server finds the peer gone, and ends.
#[derive(Debug)]
pub struct Detachable(Shared);

/// What takes the stream of a connection; put among the connection's data when it is opened.
#[derive(Clone, Debug)]
pub struct Grip(Shared);

type Shared = Rc<RefCell<Option<TcpStream>>>;

impl Detachable {
    /// A stream that can be taken.
    pub fn new(stream: TcpStream) -> Self {
        Self(Rc::new(RefCell::new(Some(stream))))
    }

    /// What takes it.
    pub fn grip(&self) -> Grip {
        Grip(self.0.clone())
    }

    /// The stream, if nobody has taken it.
    pub(crate) fn into_stream(self) -> Option<TcpStream> {
        self.0.take()
    }

    fn poll(
        &self,
        act: impl FnOnce(Pin<&mut TcpStream>) -> Poll<io::Result<usize>>,
    ) -> Option<Poll<io::Result<usize>>> {
        self.0.borrow_mut().as_mut().map(|stream| act(Pin::new(stream)))
    }
}

/// Accepts TCP streams for an HTTP server of detachable ones.
pub fn accept<H>(
    http: H,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = H::Error, InitError = H::InitError>
where
    H: ServiceFactory<(Detachable, Option<SocketAddr>), Config = (), Response = ()>,
{
    fn_factory(|| {
        ready(Ok(fn_service(|stream: TcpStream| {
            let peer = stream.peer_addr().ok();
            ready(Ok((Detachable::new(stream), peer)))
        })))
    })
    .and_then(http)
}

impl Grip {
    /// The stream; none if it was taken before.
    pub(crate) fn take(&self) -> Option<TcpStream> {
        let stream = self.0.take()?;
        forget_reader(&stream);
        Some(stream)
    }
}

/// A stream remembers who was last to wait for it: here the HTTP server's task, whose memory, 8 KiB with all
/// the server's state in it, would stay for as long as the stream is open. What is to be read already has
/// woken that task, and so nobody is remembered.
fn forget_reader(stream: &TcpStream) {
    let _ = stream.poll_read_ready(&mut Context::from_waker(Waker::noop()));
}

impl AsyncRead for Detachable {
    /// Without the stream, its end.
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.0.borrow_mut().as_mut() {
            Some(stream) => Pin::new(stream).poll_read(context, buffer),
            None => Poll::Ready(Ok(())),
        }
    }
}

/// Without the stream, what is written goes nowhere.
impl AsyncWrite for Detachable {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll(|stream| stream.poll_write(context, bytes)).unwrap_or(Poll::Ready(Ok(bytes.len())))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let length = buffers.iter().map(|buffer| buffer.len()).sum();
        self.poll(|stream| stream.poll_write_vectored(context, buffers)).unwrap_or(Poll::Ready(Ok(length)))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // A TCP stream keeps nothing back.
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.0.borrow_mut().as_mut() {
            Some(stream) => Pin::new(stream).poll_shutdown(context),
            None => Poll::Ready(Ok(())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, task::Wake};

    use tokio::net::TcpListener;

    use super::*;

    struct Task;

    impl Wake for Task {
        fn wake(self: Arc<Self>) {}
    }

    #[actix_rt::test]
    async fn a_stream_that_is_taken_keeps_nothing_of_the_task_that_waited_for_it() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let mut stream = Detachable::new(listener.accept().await.unwrap().0);
        let grip = stream.grip();
        let task = Arc::new(Task);
        let waker = Waker::from(task.clone());
        let mut bytes = [0; 8];
        let read =
            Pin::new(&mut stream).poll_read(&mut Context::from_waker(&waker), &mut ReadBuf::new(&mut bytes));
        drop(waker);
        assert!(read.is_pending());
        assert_eq!(Arc::strong_count(&task), 2);
        let _taken = grip.take().unwrap();
        assert_eq!(Arc::strong_count(&task), 1);
    }
}
