use std::future::Future;

use serde::Serialize;
use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use crate::{Store, StoreError};

/// On whose behalf the store is called, and from where: what the audit log says of a change.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Actor {
    /// Who.
    #[serde(flatten)]
    pub who: Who,
    /// From where.
    #[serde(flatten)]
    pub origin: Origin,
}

/// Who asks for something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Who {
    /// Nobody has said yet: someone who is about to log in or to sign up.
    #[default]
    Stranger,
    /// A person.
    User {
        /// Their id.
        id: Uuid,
        /// Their address.
        name: String,
    },
    /// A program, by its management token.
    Token {
        /// The token's id.
        id: Uuid,
        /// What its owner calls it.
        name: String,
    },
    /// One of the installation's operators, by its API.
    Operator {
        /// Their id.
        id: Uuid,
        /// Their address.
        name: String,
    },
    /// The operator, at the command line.
    CommandLine,
}

impl Who {
    /// How they are called: an address, or a token's name.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::User { name, .. } | Self::Token { name, .. } | Self::Operator { name, .. } => Some(name),
            Self::Stranger | Self::CommandLine => None,
        }
    }
}

/// Where a request came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// The peer's address.
    pub address: Option<String>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
    /// Names the request in answers and logs.
    pub request_id: Option<String>,
}

tokio::task_local! {
    static ACTOR: Actor;
}

/// Runs `work` on the actor's behalf: every change that the store makes within it is recorded in the audit
/// log as theirs, in the transaction of the change. It is the task's property and not a parameter, so that
/// no handler can forget to pass it on; work that is spawned leaves it behind.
pub async fn acting<F: Future>(actor: Actor, work: F) -> F::Output {
    ACTOR.scope(actor, work).await
}

/// The same where only who acts has changed, and not from where.
pub async fn acting_as<F: Future>(who: Who, work: F) -> F::Output {
    acting(Actor { who, ..current() }, work).await
}

/// Who acts now.
pub(crate) fn current() -> Actor {
    ACTOR.try_with(Clone::clone).unwrap_or_default()
}

impl Store {
    /// A transaction in which whoever acts is known to the triggers that write the audit log.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        let actor = current();
        if actor.who != Who::Stranger {
            introduce(&mut transaction, &actor).await?;
        }
        Ok(transaction)
    }
}

/// Says within a transaction who acts, where that is known only now: from here on it is this person.
pub(crate) async fn introduce_user(
    connection: &mut PgConnection,
    id: Uuid,
    email: &str,
) -> Result<(), StoreError> {
    let who = Who::User { id, name: email.to_owned() };
    Ok(introduce(connection, &Actor { who, ..current() }).await?)
}

async fn introduce(connection: &mut PgConnection, actor: &Actor) -> Result<(), sqlx::Error> {
    let actor = serde_json::to_string(actor).expect("texts always serialise");
    sqlx::query("select set_config('campanile.actor', $1, true)").bind(actor).execute(connection).await?;
    Ok(())
}
