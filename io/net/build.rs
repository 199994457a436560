//! Makes clients and servers of the services in `pure/control/proto`; their messages are those of `control::v1`.

const PROTOS: [&str; 4] = [
    "signboard/v1/enrolment.proto",
    "signboard/v1/files.proto",
    "signboard/v1/replication.proto",
    "signboard/v1/viewer_session.proto",
];
const FOLDER: &str = "../../pure/control/proto";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed={FOLDER}");
    let descriptors = protox::compile(PROTOS, [FOLDER])?;
    let generator = tonic_prost_build::configure().extern_path(".signboard.v1", "::control::v1");
    generator.codec_path("crate::codec::LeanCodec").compile_fds(descriptors)?;
    Ok(())
}
