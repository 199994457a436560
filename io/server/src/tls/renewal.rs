//! Keeping the certificate fresh.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio_util::sync::CancellationToken;

use super::acme::Acme;
use super::challenges::Challenges;
use super::files::Files;
use super::own::Own;
use super::pace::Pace;
use super::{Resolver, TlsError, Trust, own_now};
use crate::config::Config;

/// Longest sleep, so that a clock that was set is noticed.
const SLEEP_MOST: Duration = Duration::from_secs(3600);

/// Certificates of the own authority, made anew when they age or when names and addresses change.
pub(super) async fn keep_own(
    config: Config,
    pace: Pace,
    trust: Trust,
    stop: CancellationToken,
) -> Result<Arc<Resolver>, TlsError> {
    let first = make_own(&config).await?;
    trust.set(Some(first.authority));
    let resolver = Arc::new(Resolver::new(first.certified));
    let renewed = Arc::clone(&resolver);
    tokio::spawn(async move {
        while pause(pace.names, &renewed, &stop).await {
            match make_own(&config).await {
                Ok(own) => {
                    trust.set(Some(own.authority));
                    renewed.exchange(own.certified);
                }
                Err(error) => keep(&renewed, &error),
            }
        }
    });
    Ok(resolver)
}

/// The operator's files, read again when they change.
pub(super) fn keep_files(config: &Config, pace: Pace, stop: CancellationToken) -> Result<Arc<Resolver>, TlsError> {
    let (Some(certificate), Some(key)) = (&config.web.cert_file, &config.web.key_file) else {
        return Err(TlsError::NotACertificate);
    };
    let mut files = Files::new(certificate.clone(), key.clone());
    let first = files.read_if_changed()?.ok_or(TlsError::NotACertificate)?;
    let resolver = Arc::new(Resolver::new(first));
    let renewed = Arc::clone(&resolver);
    tokio::spawn(async move {
        while pause(pace.files, &renewed, &stop).await {
            match files.read_if_changed() {
                Ok(Some(next)) => renewed.exchange(next),
                Ok(None) => {}
                Err(error) => keep(&renewed, &error),
            }
        }
    });
    Ok(resolver)
}

/// Certificates of a public authority; the own one until the first comes.
pub(super) async fn keep_acme(
    config: Config,
    pace: Pace,
    trust: Trust,
    challenges: Challenges,
    stop: CancellationToken,
) -> Result<Arc<Resolver>, TlsError> {
    let acme = Acme::new(&config, challenges)?;
    let kept = acme.kept();
    let first = match &kept {
        Some(kept) => Arc::clone(&kept.certified),
        None => {
            let own = make_own(&config).await?;
            trust.set(Some(own.authority));
            own.certified
        }
    };
    let resolver = Arc::new(Resolver::new(first));
    let renewed = Arc::clone(&resolver);
    let mut due = kept.map_or(SystemTime::UNIX_EPOCH, |kept| kept.renew_at);
    tokio::spawn(async move {
        let mut retry = pace.retry;
        loop {
            let left = due.duration_since(SystemTime::now()).unwrap_or_default();
            if !left.is_zero() {
                if pause(left.min(SLEEP_MOST), &renewed, &stop).await {
                    continue;
                }
                return;
            }
            let obtained = tokio::select! {
                () = stop.cancelled() => return,
                obtained = acme.obtain() => obtained,
            };
            match obtained {
                Ok(next) => {
                    tracing::info!("the certification authority gave a new certificate for HTTPS");
                    trust.set(None);
                    renewed.exchange(next.certified);
                    due = next.renew_at;
                    retry = pace.retry;
                }
                Err(error) => {
                    keep(&renewed, &error);
                    due = SystemTime::now() + retry;
                    retry = pace.longer(retry);
                }
            }
        }
    });
    Ok(resolver)
}

async fn make_own(config: &Config) -> Result<Own, TlsError> {
    let config = config.clone();
    tokio::task::spawn_blocking(move || own_now(&config)).await.expect("making a certificate does not panic")
}

/// Keeps the certificate in use and says so, in the log and to whoever watches.
fn keep(resolver: &Resolver, error: &TlsError) {
    tracing::warn!(%error, "the certificate for HTTPS could not be renewed; the one in use stays");
    resolver.keep(error.to_string());
}

/// Sleeps until the time is over or somebody asks to look again; false once the server stops.
async fn pause(time: Duration, resolver: &Resolver, stop: &CancellationToken) -> bool {
    tokio::select! {
        () = stop.cancelled() => false,
        () = resolver.asked() => true,
        () = tokio::time::sleep(time) => true,
    }
}
