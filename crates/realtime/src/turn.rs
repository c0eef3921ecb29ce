use actix::{Actor, AsyncContext, Context, fut::wrap_future};
use tokio::task::yield_now;

/// How much an actor has done in a row. An actor handles all that is in its mailbox before anything else of
/// its worker runs, and other workers may fill it as fast as it is emptied: whoever may be asked that much
/// counts what it does, and lets the others have their turn in between.
#[derive(Debug)]
pub(crate) struct Turn {
    most: u32,
    handled: u32,
}

impl Turn {
    /// So many messages are a turn. More would make others wait; with fewer, what others send grows faster than
    /// it is handled.
    pub(crate) fn of(most: u32) -> Self {
        Self { most, handled: 0 }
    }

    /// One more message was handled. What waits stays in its order.
    pub(crate) fn count<A: Actor<Context = Context<A>>>(&mut self, context: &mut Context<A>) {
        self.handled += 1;
        if self.handled >= self.most {
            self.end(context);
        }
    }

    /// What was handled is a turn, however few messages it were.
    pub(crate) fn end<A: Actor<Context = Context<A>>>(&mut self, context: &mut Context<A>) {
        self.handled = 0;
        context.wait(wrap_future(yield_now()));
    }
}
