//! Has the server built anew when a migration comes or changes: they are embedded by a macro, of whose files cargo knows nothing.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
