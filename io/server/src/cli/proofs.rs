//! Which test proves a row of the table of ports, with the row open and with exactly that row dropped. The page of ports links them.

use domain::ports::{self, Direction, Party, Port};

/// A test in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Proof {
    /// The file, from the root of the repository.
    pub(super) file: &'static str,
    /// The function.
    pub(super) test: &'static str,
}

const WEB: &str = "io/server/tests/lan/web.rs";
const CONTROL: &str = "io/server/tests/lan/control.rs";
const UNUSED: &str = "io/server/tests/lan/unused.rs";
const DISCOVERY: &str = "io/server/tests/lan/discovery.rs";
const TIME: &str = "io/server/tests/lan/time.rs";
const UPSTREAM: &str = "io/server/tests/lan/upstream.rs";
const WAKE: &str = "io/server/tests/lan/wake.rs";
const HEARING: &str = "io/net/tests/lab_wake.rs";
const SERVERS: &str = "io/server/tests/lan/servers.rs";
const SEARCHING: &str = "io/net/tests/lab_discovery_foreign.rs";
const ASKING: &str = "io/net/tests/lab_time.rs";
const REACH: &str = "io/viewer/tests/lab/reach.rs";
const SERVING: &str = "io/viewer/tests/lab/time.rs";
const AWAKE: &str = "io/viewer/tests/lab/wake.rs";
const ACTIVATION: &str = "io/server/tests/lan/activation.rs";

/// Two servers of one installation, with any one of the three ports.
const REPLICATION: Proof = proof(SERVERS, "lab_any_one_of_7237_443_and_80_is_enough_for_two_servers");

const fn proof(file: &'static str, test: &'static str) -> Proof {
    Proof { file, test }
}

/// The proofs of a row: one for each direction that needs its own. Empty for a row that is not in the table.
pub(super) fn of(port: &Port) -> &'static [Proof] {
    use Party::{Html5Viewer, Local, Server, Viewer};
    match (port.party, port.number, port.direction) {
        (Server, ports::CONTROL, _) => {
            const { &[proof(CONTROL, "lab_port_7237_answers_curl_and_any_one_of_7237_443_and_80_is_enough"), REPLICATION] }
        }
        (Viewer, ports::CONTROL, _) => {
            const {
                &[
                    proof(REACH, "lab_a_viewer_needs_only_7237"),
                    proof(CONTROL, "lab_port_7237_answers_curl_and_any_one_of_7237_443_and_80_is_enough"),
                ]
            }
        }
        (Server, ports::HTTPS, Direction::Out) => {
            const { &[proof(ACTIVATION, "lab_port_443_outward_reaches_a_service_and_dropped_leaves_4525")] }
        }
        (Server, ports::HTTP, _) => const { &[proof(WEB, "lab_port_80_answers_curl_and_dropped_leaves_443"), REPLICATION] },
        (Server, ports::HTTPS, _) => const { &[proof(WEB, "lab_port_443_answers_curl_and_dropped_leaves_80"), REPLICATION] },
        (Html5Viewer, ports::HTTP, _) => const { &[proof(WEB, "lab_port_80_answers_curl_and_dropped_leaves_443")] },
        (Html5Viewer, ports::HTTPS, _) => const { &[proof(WEB, "lab_port_443_answers_curl_and_dropped_leaves_80")] },
        (Server, ports::DISCOVERY, _) => const { &[proof(DISCOVERY, "lab_port_3702_is_found_by_wsdd_and_dropped_is_named")] },
        (Viewer, ports::DISCOVERY, _) => {
            const {
                &[
                    proof(SEARCHING, "lab_our_search_finds_wsdd_and_reads_its_metadata"),
                    proof(DISCOVERY, "lab_a_screen_that_may_not_search_is_told_so"),
                ]
            }
        }
        (Server, ports::TIME, _) => {
            const {
                &[
                    proof(TIME, "lab_port_123_answers_ntpdig_and_dropped_is_named"),
                    proof(UPSTREAM, "lab_port_123_outward_follows_chrony_and_dropped_is_named"),
                ]
            }
        }
        (Viewer, ports::TIME, _) => {
            const {
                &[
                    proof(ASKING, "lab_we_follow_chrony"),
                    proof(TIME, "lab_a_screen_that_may_not_ask_the_time_is_told_so"),
                    proof(SERVING, "lab_a_screen_serves_the_time_of_its_server"),
                ]
            }
        }
        (Server, ports::WAKE_ECHO, _) => {
            const { &[proof(WAKE, "lab_port_7_carries_the_packet_of_wakeonlan_and_dropped_leaves_9")] }
        }
        (Server, ports::WAKE_DISCARD, _) => {
            const { &[proof(WAKE, "lab_port_9_carries_the_packet_of_wakeonlan_and_dropped_leaves_7")] }
        }
        (Viewer, ports::WAKE_ECHO | ports::WAKE_DISCARD, _) => {
            const {
                &[
                    proof(HEARING, "lab_a_screen_hears_wakeonlan_and_misses_the_port_that_is_dropped"),
                    proof(AWAKE, "lab_a_screen_that_is_awake_tells_what_of_a_call_arrives"),
                ]
            }
        }
        (Server, ports::ACTIVATION, _) => {
            const { &[proof(ACTIVATION, "lab_port_4525_outward_reaches_a_service_and_dropped_leaves_443")] }
        }
        (Local, _, _) => const { &[proof(UNUSED, "lab_broker_ports_are_not_used_and_not_missed")] },
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_row_has_a_test_that_is_in_the_source() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for port in ports::TABLE {
            let proofs = of(port);
            assert!(!proofs.is_empty(), "{port:?} has no test");
            for proof in proofs {
                let source = std::fs::read_to_string(root.join(proof.file)).unwrap_or_else(|error| panic!("{proof:?}: {error}"));
                let function = format!("#[test]\nfn {}() ->", proof.test);
                assert!(source.contains(&function), "{proof:?} is not there");
                assert!(proof.test.starts_with("lab_"), "{proof:?} does not say in its name that it needs a lab");
            }
        }
    }
}
