//! A new migration file changes what `sqlx::migrate!` embeds.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
