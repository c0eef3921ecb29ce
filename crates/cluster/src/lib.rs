//! The embedded database: a private PostgreSQL server that lives and dies with the platform.
//!
//! It is a crate of its own because three programs need it and they share nothing else: the platform,
//! its command line, and `cargo xtask test`. It therefore stays small enough to build in seconds.
//!
//! The path through it is [`Cluster::start`] (the platform) or [`Cluster::join`] (a command beside it):
//! find the server programs, choose the account that runs them and the directories that account can
//! reach, create the cluster where there is none, start the server or adopt the one that still runs.
//!
//! What it does not know: SQL, the schema, configuration, logging. It reports facts
//! ([`Cluster::origin`], [`Cluster::is_relocated`]) and leaves it to the caller to say them.
//!
//! Everything here blocks. An async caller starts and stops a cluster outside of its runtime.

mod account;
mod cluster;
mod error;
mod home;
mod install;
mod locks;
mod path_hash;
mod postmaster;
mod programs;
mod server;
mod settings;
mod socket_dir;
mod url;

pub use cluster::{Cluster, Origin};
pub use error::ClusterError;
pub use install::install_command;
pub use programs::Programs;
