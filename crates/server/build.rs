//! The dashboard is embedded from its build directory, which a fresh checkout does not have. An empty
//! one lets everything compile; the server then says that this build has no dashboard.

use std::{env, fs, path::Path};

fn main() {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let dist = Path::new(&manifest).join("../../web-dashboard/dist");
    fs::create_dir_all(&dist).expect("the checkout is writable");
    println!("cargo::rerun-if-changed={}", dist.display());
}
