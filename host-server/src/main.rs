//! The program `countersign`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// The log's thread frees what the answering threads allocate. The C library's allocator takes a lock for
/// that, and the answering threads wait for it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    countersign_server::cli::run()
}
