//! What a device is told.

use control::v1::enrol_reply::Standing;
use control::v1::{Certificate, EnrolReply, Pending};
use domain::id::{DeviceId, ViewerId};
use rustls::pki_types::CertificateDer;

use crate::app::App;
use crate::control_port::authority::certificates;
use crate::control_port::installation_id;

/// Why a device gets no place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Crowded,
    KeyInUse,
    Malformed(String),
    Password,
    Revoked,
    Token,
    TooManyGuesses,
}

impl Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::Crowded => "crowded",
            Self::KeyInUse => "key_in_use",
            Self::Malformed(_) => "malformed",
            Self::Password | Self::TooManyGuesses => "password",
            Self::Revoked => "revoked",
            Self::Token => "token",
        }
    }

    fn message(self) -> String {
        match self {
            Self::Crowded => "too many devices wait for approval: approve or switch off some".to_owned(),
            Self::KeyInUse => super::super::KeyInUse.to_string(),
            Self::Malformed(text) => text,
            Self::Password => "the viewer password is missing or wrong: set the one that the administrator gave".to_owned(),
            Self::Revoked => "this device lost its place: make a new key and enrol again".to_owned(),
            Self::Token => "the token is unknown, used or expired: get a new one with `signboard enrol-token`".to_owned(),
            Self::TooManyGuesses => "too many wrong viewer passwords from this address: wait a minute".to_owned(),
        }
    }
}

fn reply(app: &App, standing: Standing) -> EnrolReply {
    let installation = app.core.state().rows.installation();
    EnrolReply { standing: Some(standing), installation: installation.name, language: installation.language }
}

pub(super) fn pending(app: &App, code: String) -> EnrolReply {
    reply(app, Standing::Pending(Pending { code }))
}

pub(super) fn approved(app: &App, certificate: Certificate) -> EnrolReply {
    reply(app, Standing::Approved(certificate))
}

pub(super) fn refused(app: &App, why: Refused) -> EnrolReply {
    metrics::counter!("signboard_enrolments_refused_total", "reason" => why.code()).increment(1);
    reply(app, Standing::Refused(control::v1::Refused { code: why.code().to_owned(), message: why.message() }))
}

/// A certificate with what it is checked against.
pub(super) fn certificate(app: &App, der: CertificateDer<'static>, device: DeviceId, viewer: ViewerId) -> Certificate {
    Certificate {
        certificate: der.to_vec(),
        authorities: certificates(&app.core.state()).into_iter().map(|der| der.to_vec()).collect(),
        device: device.to_string(),
        viewer: viewer.to_string(),
        installation: installation_id(app).to_string(),
    }
}
