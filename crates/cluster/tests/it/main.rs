//! Real clusters in fresh directories, as the account that runs the tests: root too.

mod data_dir;
mod lifetime;
mod places;
mod process;
