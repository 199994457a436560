//! What a device says of itself, checked and cut to size.

use std::sync::Arc;

use control::v1::EnrolRequest;
use domain::card::Mac;
use domain::cell::Size;
use domain::id::CardId;
use domain::intent::enrol::Newcomer;
use prost::Message as _;

use crate::control_port::csr::Csr;
use crate::now::new_id;
use crate::session::pending::Native;
use crate::session::screen::believed;

/// Bytes of the random part that a start of the program chooses.
const START: usize = 16;
/// The longest text that a machine says of itself, in characters.
const LONGEST: usize = 200;
/// The most network cards of one machine.
const CARDS: usize = 8;

/// A device that wants a place.
pub(super) struct Introduction {
    pub(super) csr: Csr,
    pub(super) token: String,
    pub(super) password: String,
    pub(super) start: Vec<u8>,
    pub(super) newcomer: Newcomer,
}

impl Introduction {
    /// Reads a request; a sentence where it is not understood.
    pub(super) fn read(request: EnrolRequest) -> Result<Self, String> {
        let csr = Csr::read(&request.csr).map_err(|error| error.to_string())?;
        if request.start.len() != START {
            return Err(format!("start has {} bytes: send 16 random bytes chosen at the program's start", request.start.len()));
        }
        let machine = request.machine.unwrap_or_default();
        let macs = machine.macs.iter().filter_map(|mac| mac.parse::<Mac>().ok()).take(CARDS);
        let screen = machine.screen.unwrap_or_default();
        let agent = match machine.system.as_str() {
            "" => format!("signboard-viewer {}", machine.version),
            system => format!("signboard-viewer {} ({system})", machine.version),
        };
        let newcomer = Newcomer {
            key: csr.hash,
            hostname: tidy(&machine.hostname),
            serial: tidy(&machine.serial),
            output: tidy(&machine.output),
            cards: macs.map(|mac| (CardId(new_id()), mac)).collect(),
            screen: believed(Size { width: screen.width, height: screen.height }),
            agent: tidy(&agent),
        };
        Ok(Self { csr, token: request.token, password: request.password, start: request.start, newcomer })
    }

    /// How it stands among those that wait, for as long as `open` lives.
    pub(super) fn waiting(&self, open: &Arc<()>) -> Native {
        Native { newcomer: self.newcomer.clone(), start: self.start.clone(), open: Arc::downgrade(open) }
    }
}

/// What a device says of itself in the bytes of an `EnrolRequest`.
///
/// # Errors
/// A sentence where it is not understood.
pub fn newcomer(request: &[u8]) -> Result<Newcomer, String> {
    let request = EnrolRequest::decode(request).map_err(|error| error.to_string())?;
    Introduction::read(request).map(|introduction| introduction.newcomer)
}

fn tidy(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST).collect::<String>().trim().to_owned()
}
