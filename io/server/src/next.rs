//! The command `signboard` as its next version may be.

use std::process::ExitCode;

use server::cli::{Program, run};

fn main() -> ExitCode {
    run(std::env::args_os(), Program { serve: server::serve::serve, openapi: server::http::openapi_json })
}
