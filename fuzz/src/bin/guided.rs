//! The program that libFuzzer drives. `XTASK_FUZZ_TARGET` names the target; the other words are libFuzzer's.
#![no_main]

use std::sync::OnceLock;

static RUN: OnceLock<fn(&[u8])> = OnceLock::new();

libfuzzer_sys::fuzz_target!(|data: &[u8]| RUN.get_or_init(chosen)(data));

fn chosen() -> fn(&[u8]) {
    let name = std::env::var("XTASK_FUZZ_TARGET").expect("XTASK_FUZZ_TARGET names the target");
    fuzz::find(&name).expect("XTASK_FUZZ_TARGET names a target of this build").run
}
