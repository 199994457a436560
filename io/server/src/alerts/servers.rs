//! What is known of this server, of others, and of the screens of one that is silent.

use std::sync::Arc;

use domain::alert::{Disk, Facts, on_since, tells_of};
use domain::id::{ServerId, ViewerId};
use domain::state::State;
use rustls::sign::CertifiedKey;
use tokio::sync::watch;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::app::App;

/// What is known of this server itself. `certificate` is that of the HTTPS port.
pub(super) fn own(app: &App, certificate: &watch::Receiver<Arc<CertifiedKey>>) -> Facts {
    let disk = rustix::fs::statvfs(app.core.store().dir()).ok();
    let bytes = |blocks: u64, size: u64| blocks.saturating_mul(size);
    Facts {
        disk: disk.and_then(|disk| Disk::of(bytes(disk.f_bavail, disk.f_frsize), bytes(disk.f_blocks, disk.f_frsize))),
        clock_offset_ms: app.lan.clock_offset_ms(),
        certificate_until: certificate_end(certificate),
        spoilt: Some(app.mirror.check.spoilt_now(app)),
        ..Facts::default()
    }
}

/// What is known of another server; none if it is not for this one to tell of it. `started` is when this server started: before that nobody was
/// missed. Unix milliseconds.
pub(super) fn another(app: &App, state: &State, server: ServerId, started: i64) -> Option<Facts> {
    if !tells_of(state, app.core.lead(), ServerId(app.core.server_id()), server) {
        return None;
    }
    let meeting = app.replication.links.meeting(server);
    let status = meeting.session.as_ref().map(|session| &session.status);
    Some(Facts {
        online: status.is_some(),
        since: meeting.last_seen.max(started),
        clock_offset_ms: status.and_then(|status| status.clock_offset_ms).map(precise),
        ..Facts::default()
    })
}

/// What is known of a viewer that another server looks after: that this one is silent. None as long as it is not, or if it is not for this server to
/// tell of it. Times are Unix milliseconds.
pub(super) fn screen_of(
    app: &App,
    state: &State,
    (viewer, server): (ViewerId, ServerId),
    started: i64,
    now: i64,
) -> Option<Facts> {
    let known = another(app, state, server, started).filter(|known| !known.online)?;
    Some(Facts { on_since: on_since(state, viewer, now), silent: Some(server), clock_offset_ms: None, ..known })
}

/// Offsets are small beside what a float holds exactly.
fn precise(offset_ms: i64) -> f64 {
    i32::try_from(offset_ms).map_or(f64::from(i32::MAX), f64::from)
}

/// When the certificate of the HTTPS port ends, Unix milliseconds.
fn certificate_end(certificate: &watch::Receiver<Arc<CertifiedKey>>) -> Option<i64> {
    let key = certificate.borrow().clone();
    let (_, parsed) = X509Certificate::from_der(key.cert.first()?).ok()?;
    parsed.validity().not_after.timestamp().checked_mul(1_000)
}
