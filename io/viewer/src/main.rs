//! `signboard-viewer`.

fn main() {}
