//! The bytes of every message in both directions: the files of `vectors/control`, which other programs read with their own tools.

use std::path::PathBuf;

use control::v1;
use control::v1::{from_viewer, to_viewer};
use prost::Message;

fn machine() -> v1::Machine {
    v1::Machine {
        hostname: "gate-4".into(),
        serial: "10000000abcdef01".into(),
        macs: vec!["00:11:22:aa:bb:cc".into()],
        addresses: vec!["192.0.2.7".into(), "2001:db8::7".into()],
        version: "0.1.0".into(),
        system: "Debian GNU/Linux 13 (trixie)".into(),
        output: "HDMI-A-1".into(),
        screen: Some(v1::Screen { width: 1920, height: 1080 }),
    }
}

fn row_version() -> v1::RowVersion {
    v1::RowVersion { kind: "schedule".into(), id: vec![3; 16], version: vec![4; 16] }
}

fn known() -> v1::Known {
    v1::Known { server: vec![7; 16], incarnation: 1, seq: 300 }
}

fn from_viewers() -> Vec<(&'static str, from_viewer::Message)> {
    use from_viewer::Message as M;
    let hello = v1::Hello {
        protocol_min: 1,
        protocol_max: 1,
        features: vec!["screenshot".into()],
        slice: vec![1; 32],
        plan: "0123456789abcdef0123456789abcdef".into(),
        machine: Some(machine()),
        start: vec![2; 16],
        epoch: 1_795_305_600,
        position: vec![known()],
    };
    let missing = v1::MissingFile { hash: "aa".repeat(32), bytes: 70_000, why: "network".into() };
    let plan = v1::PlanReport {
        plan: "p".into(),
        state: v1::PlanState::Incomplete.into(),
        at: 1_795_305_600_000,
        missing: vec![missing],
    };
    let trouble = v1::Trouble { code: "disk.full".into(), text: "The disk is full.".into(), at: 1_795_305_600_000 };
    let status = v1::Status {
        plan: "p".into(),
        row: "00000000-0000-0000-0000-000000000005".into(),
        item: "p1".into(),
        version: "0.1.0".into(),
        addresses: vec!["192.0.2.7".into()],
        macs: vec!["00:11:22:aa:bb:cc".into()],
        temperature: Some(51.5),
        disk_free: 8_000_000_000,
        disk_size: 16_000_000_000,
        cache_used: 1,
        cache_quota: 2,
        memory_free: 3,
        memory_size: 4,
        uptime: 86_400,
        display: "on".into(),
        clock_offset_ms: -1.5,
        clock_bound_ms: 0.25,
        frames_dropped: 2,
        sound: "ok".into(),
        troubles: vec![trouble],
        download_left: 5,
        probe: "ok".into(),
        fetched_from_servers: 6,
        fetched_from_neighbours: 7,
    };
    let play = v1::Play {
        n: 1,
        row: "00000000-0000-0000-0000-000000000005".into(),
        plan: "p".into(),
        item: "p1".into(),
        content: "media:00000000-0000-0000-0000-000000000006".into(),
        revision: String::new(),
        media: "00000000-0000-0000-0000-000000000006".into(),
        from: 1_795_305_600_000,
        until: 1_795_305_610_000,
        complete: true,
    };
    let record = v1::Record {
        n: 1,
        at: 1_795_305_600_000,
        level: "warn".into(),
        code: "browser.crashed".into(),
        text: "It crashed.".into(),
    };
    let report = v1::CommandReport {
        id: vec![5; 16],
        state: v1::CommandState::Running.into(),
        progress: 40,
        text: "So far.".into(),
        code: String::new(),
    };
    let attachment = v1::Attachment {
        command: vec![5; 16],
        name: "log.txt".into(),
        mime: "text/plain".into(),
        offset: 7,
        bytes: b"line".to_vec(),
        last: true,
    };
    let card = v1::WakeCard { mac: "00:11:22:aa:bb:cc".into(), interface: "eth0".into(), flag: "on".into(), heard: vec![7, 9] };
    let hearing = v1::WakeHearing {
        command: vec![5; 16],
        listening: vec![7, 9],
        refused: vec!["UDP 7 of IPv6 is taken".into()],
        cards: vec![card],
    };
    vec![
        ("hello", M::Hello(hello)),
        ("inventory", M::Inventory(v1::Inventory { rows: vec![row_version()] })),
        ("applied", M::Applied(v1::SliceApplied { slice: vec![1; 32] })),
        ("plan", M::Plan(plan)),
        ("status", M::Status(status)),
        ("plays", M::Plays(v1::Plays { stream: vec![6; 16], records: vec![play] })),
        ("command", M::Command(report)),
        ("records", M::Records(v1::Records { stream: vec![6; 16], records: vec![record] })),
        ("time", M::Time(v1::TimeRequest { t0: 1_795_305_600_000.5 })),
        ("ping", M::Ping(v1::Ping {})),
        ("attachment", M::Attachment(attachment)),
        ("wake_hearing", M::WakeHearing(hearing)),
        ("sharing", M::Sharing(v1::Sharing { port: 7238, addresses: vec!["192.0.2.7".into(), "2001:db8::7".into()] })),
    ]
}

fn to_viewers() -> Vec<(&'static str, to_viewer::Message)> {
    use to_viewer::Message as M;
    let font = v1::Font {
        family: "Inter".into(),
        weight: "100 900".into(),
        style: "normal".into(),
        range: "U+0-FF".into(),
        hash: "aa".repeat(32),
        sha256: "bb".repeat(32),
        bytes: 40_000,
    };
    let server = v1::Server {
        host: "signs.example.org".into(),
        control_port: 7237,
        https_port: 443,
        http_port: 80,
        id: String::new(),
        name: "Main".into(),
    };
    let welcome = v1::Welcome {
        protocol: 1,
        features: vec!["tunnel".into()],
        viewer: "00000000-0000-0000-0000-000000000007".into(),
        name: "Gate 4".into(),
        installation: "Harbour".into(),
        language: "en".into(),
        server_time: 1_795_305_600_000,
        fonts: vec![font],
        horizon_days: 14,
        servers: vec![server],
        media_capability: "secret".into(),
        download: Some(v1::Download {
            bytes_per_second: 1_250_000,
            at_once: 2,
            hours: vec![v1::Hours { from: 1_320, until: 300 }],
        }),
        status_seconds: 5,
        settings_json: "{}".into(),
        server: "00000000-0000-0000-0000-000000000009".into(),
        epoch: 1_795_305_601,
    };
    let json =
        br#"{"birth":{"actor":{"incarnation":1,"server":"00000000-0000-0000-0000-000000000001"},"seq":9},"cells":{"rank":2}}"#;
    let put = v1::Row { kind: "priority".into(), id: vec![3; 16], json: bytes::Bytes::from_static(json) };
    let slice = v1::SliceDelta {
        base: vec![1; 32],
        slice: vec![2; 32],
        put: vec![put],
        gone: vec![row_version()],
        urgent: true,
        more: true,
        position: vec![known()],
    };
    let command = v1::Command {
        id: vec![5; 16],
        kind: "set_setting".into(),
        seconds: 20,
        arguments: [("key".into(), "display.power".into()), ("value".into(), "cec".into())].into(),
        expires: 1_795_305_600_000,
        epoch: 1_795_305_601,
    };
    let neighbour = v1::Neighbour { key: vec![8; 32], port: 7238, addresses: vec!["192.0.2.8".into()] };
    vec![
        ("welcome", M::Welcome(welcome)),
        ("slice", M::Slice(slice)),
        ("inventory_wanted", M::InventoryWanted(v1::InventoryWanted {})),
        ("command", M::Command(command)),
        ("stored", M::Stored(v1::Stored { stream: vec![6; 16], n: 12 })),
        ("time", M::Time(v1::TimeReply { t0: 1.5, t1: 1_795_305_600_000, t2: 1_795_305_600_001 })),
        ("bye", M::Bye(v1::Bye { reason: "shutdown".into(), again_in: 3 })),
        ("error", M::Error(v1::Error { code: "plays".into(), message: "Number records upwards from 1.".into() })),
        ("ping", M::Ping(v1::Ping {})),
        ("neighbours", M::Neighbours(v1::Neighbours { neighbours: vec![neighbour] })),
    ]
}

fn file(direction: &str, name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vectors/control").join(direction).join(format!("{name}.bin"))
}

/// `XTASK_WRITE_VECTORS=1` writes the files anew: only after a change of the protocol, never to mend a test.
fn check(direction: &str, name: &str, bytes: &[u8]) {
    let file = file(direction, name);
    if std::env::var_os("XTASK_WRITE_VECTORS").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, bytes).unwrap();
    }
    assert_eq!(std::fs::read(&file).unwrap(), bytes, "{}", file.display());
}

#[test]
fn every_message_of_a_viewer_has_its_bytes() {
    let messages = from_viewers();
    for (name, message) in &messages {
        let whole = v1::FromViewer { message: Some(message.clone()) };
        let bytes = whole.encode_to_vec();
        check("from_viewer", name, &bytes);
        assert_eq!(v1::FromViewer::decode(bytes.as_slice()).unwrap(), whole);
    }
    assert_eq!(members("FromViewer"), messages.len(), "a message without a vector");
}

#[test]
fn every_message_to_a_viewer_has_its_bytes() {
    let messages = to_viewers();
    for (name, message) in &messages {
        let whole = v1::ToViewer { message: Some(message.clone()) };
        let bytes = whole.encode_to_vec();
        check("to_viewer", name, &bytes);
        assert_eq!(v1::ToViewer::decode(bytes.as_slice()).unwrap(), whole);
    }
    assert_eq!(members("ToViewer"), messages.len(), "a message without a vector");
}

/// How many messages the `.proto` file names.
fn members(message: &str) -> usize {
    let proto = include_str!("../../proto/signboard/v1/viewer_session.proto");
    let body = proto.split(&format!("message {message} {{")).nth(1).unwrap().split("\n}").next().unwrap();
    body.lines().filter(|line| line.contains(" = ")).count()
}
