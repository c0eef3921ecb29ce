use tokio::sync::watch;

/// Rung when there may be something to deliver: whoever waits looks for himself. Cloning shares it.
#[derive(Clone, Debug)]
pub(crate) struct Bell(watch::Sender<()>);

/// One who waits for the bell.
#[derive(Debug)]
pub(crate) struct Ear(watch::Receiver<()>);

impl Bell {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(()))
    }

    pub(crate) fn ring(&self) {
        self.0.send_replace(());
    }

    pub(crate) fn listen(&self) -> Ear {
        Ear(self.0.subscribe())
    }
}

impl Ear {
    /// Returns when the bell was rung since the last time.
    pub(crate) async fn heard(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
