//! Every target over its stored corpus, then over changed inputs, the same ones in every run. `XTASK_FUZZ_TIMES=50` tries fifty times
//! as many, for where coverage cannot guide.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::panic;

use fuzz::{corpus, mutation::Mutator};

/// Names the input that breaks a law, so that it can be stored.
fn check(target: fuzz::Target, name: &str, input: &[u8]) {
    let outcome = panic::catch_unwind(|| (target.run)(input));
    assert!(outcome.is_ok(), "target {}, {name}: the input was {:?}", target.name, String::from_utf8_lossy(input));
}

fn replay(name: &str) {
    let target = fuzz::find(name).unwrap();
    let stored = corpus::inputs(name).unwrap();
    assert!(stored.len() >= 3, "{name} has {} stored inputs", stored.len());
    for (file, input) in &stored {
        check(target, file, input);
    }
    let inputs: Vec<Vec<u8>> = stored.into_iter().map(|(_, input)| input).collect();
    let mut mutator = Mutator::new(20_261_122);
    let times: u32 = std::env::var("XTASK_FUZZ_TIMES").map_or(1, |times| times.parse().unwrap());
    for number in 0..target.tries * times {
        check(target, &format!("change {number}"), &mutator.next(&inputs));
    }
}

macro_rules! replays {
    ($list:ident: $($name:ident)*) => {
        $(#[test]
        fn $name() {
            replay(stringify!($name));
        })*

        #[cfg_attr(not(feature = "server"), expect(dead_code, reason = "only the whole build compares the lists"))]
        const $list: &[&str] = &[$(stringify!($name)),*];
    };
}

replays!(PURE: body cells commit discovery entry id mac native_session order pairing recurrence session time wake);

#[cfg(feature = "server")]
mod server {
    use super::replay;

    replays!(SERVER: conditions configuration cookie enrolment jpeg list_query picture sniff upload);

    #[test]
    fn no_target_is_left_out() {
        let names: Vec<&str> = fuzz::targets().iter().map(|target| target.name).collect();
        assert_eq!(names, [super::PURE, SERVER].concat());
    }
}
