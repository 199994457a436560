//! How a simulated viewer gets its place.

use control::v1::enrol_reply::Standing;
use control::v1::{EnrolRequest, Machine, Screen};
use net::control::{Dialer, Identity, JudgedAt, Key};
use rustls::pki_types::CertificateDer;

use super::Fleet;

impl Fleet {
    /// What a viewer says of its machine.
    pub(super) fn machine(&self, number: usize) -> Machine {
        let [one, two, three] = self.tag;
        let [.., high, low] = number.to_be_bytes();
        Machine {
            hostname: format!("fleet-{}-{number:05}", hex::encode(self.tag)),
            // Locally administered (IEEE 802 section 8.2), and as different as the names.
            macs: vec![format!("02:{one:02x}:{two:02x}:{three:02x}:{high:02x}:{low:02x}")],
            version: crate::cli::version().to_owned(),
            system: "simulated".to_owned(),
            screen: Some(Screen { width: 1920, height: 1080 }),
            ..Machine::default()
        }
    }

    /// Enrols a new key.
    ///
    /// # Errors
    /// What to say where there is no place, or not now.
    pub(super) async fn enrol(&self, number: usize, start: &[u8; 16]) -> Result<Identity, String> {
        let _turn = self.handshakes.acquire().await.expect("the semaphore is never closed");
        let dialer = Dialer::unknown(self.trust.clone(), JudgedAt::system());
        let link = dialer.dial(std::slice::from_ref(&self.settings.address)).await.map_err(|report| report.to_string())?;
        let key = Key::make();
        let request = EnrolRequest {
            csr: key.request(),
            token: self.settings.token.clone(),
            password: String::new(),
            machine: Some(self.machine(number)),
            start: start.to_vec(),
        };
        let mut standings = link.enrol(request).await.map_err(|error| error.to_string())?;
        match standings.next().await.map_err(|error| error.to_string())?.and_then(|reply| reply.standing) {
            Some(Standing::Approved(granted)) => {
                let identity = Identity::new(key, &granted).map_err(|error| error.to_string())?;
                let authorities: Vec<_> = granted.authorities.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
                link.certificate()
                    .comes_from(&authorities, JudgedAt::system().now())
                    .map_err(|fault| format!("the server is not of the installation that it enrols for: {fault}"))?;
                Ok(identity)
            }
            Some(Standing::Pending(_)) => {
                Err("the server wants a person's approval; give --token, or let the installation approve automatically"
                    .to_owned())
            }
            Some(Standing::Refused(refused)) => Err(refused.message),
            None => Err("the server ended the enrolment without an answer".to_owned()),
        }
    }
}
