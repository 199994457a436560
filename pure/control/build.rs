//! Makes Rust types of the messages in `proto/`, and the descriptor that reflection answers from. Needs no `protoc`.
#![allow(clippy::disallowed_methods, reason = "a build script writes files")]

use std::path::PathBuf;

const PROTOS: [&str; 4] = [
    "signboard/v1/enrolment.proto",
    "signboard/v1/files.proto",
    "signboard/v1/replication.proto",
    "signboard/v1/viewer_session.proto",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=proto");
    let mut compiler = protox::Compiler::new(["proto"])?;
    compiler.include_imports(true).include_source_info(true).open_files(PROTOS)?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("signboard.v1.bin"), compiler.encode_file_descriptor_set())?;
    // Rows are shared by thousands of sessions: their text is not copied into messages.
    prost_build::Config::new()
        .btree_map(["."])
        .bytes([".signboard.v1.FilePart.bytes", ".signboard.v1.Row.json"])
        .compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}
