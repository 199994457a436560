//! `signboard-viewer` as its next version may be.

use std::process::ExitCode;

fn main() -> ExitCode {
    viewer::cli::main(std::env::args_os())
}
