//! Renewal: after a year in a cupboard, and by a computer whose clock says 1970.

use std::time::Duration;

use net::control::{Dialer, Identity, JudgedAt, Key, LinkError, UnixTime, Way};
use server::now::now_ms;

use crate::certificates::made_at;
use crate::counts::Counts;
use crate::device::{Device, address, connect, stranger};
use crate::server::Site;

#[tokio::test]
async fn after_a_year_in_a_cupboard_and_in_1970_a_device_renews_untouched() {
    let (site, ada) = Site::set_up(&[]).await;
    let identity = Device::new(1).pair(&site, &ada, "Pier").await;
    let slept = made_at(&site.app, &identity, now_ms() - 400 * 86_400_000);
    // The clock says 1970; the last time that was stored is when it was switched off, long before this certificate of the server was made.
    let stored = UnixTime::since_unix_epoch(Duration::from_secs(slept.expires_at().as_secs() - 90 * 86_400));
    let built = UnixTime::since_unix_epoch(Duration::from_secs(1_767_312_000));
    let told = Dialer::of(slept.clone(), JudgedAt::new(move || stored.max(built))).dial(&[address(&site, Way::Control)]).await;
    let link = told.unwrap_or_else(|report| panic!("{report}"));
    let renewed = Identity::new(identity.key.clone(), &link.renew(identity.key.request()).await.unwrap()).unwrap();
    connect(&site, &renewed, Way::Control).await.health().await.unwrap();
    let until = ada.get(&format!("/devices/{}", identity.device)).await.ok()["certificate_until"].as_i64().unwrap();
    assert_eq!(until / 1000, i64::try_from(renewed.expires_at().as_secs()).unwrap());
}

#[tokio::test]
async fn nobody_renews_for_another_key() {
    let (site, ada) = Site::set_up(&[]).await;
    let identity = Device::new(1).pair(&site, &ada, "Pier").await;
    let link = connect(&site, &identity, Way::Control).await;
    let refused = link.renew(Key::make().request()).await.unwrap_err();
    assert!(matches!(refused, LinkError::Denied { .. }), "{refused:?}");
    let refused = link.renew(vec![1, 2, 3]).await.unwrap_err();
    assert!(matches!(&refused, LinkError::Refused { code: tonic::Code::InvalidArgument, .. }), "{refused:?}");
}

#[tokio::test]
async fn who_asks_for_certificates_all_the_time_is_told_to_wait_and_the_log_stays_short() {
    let counts = Counts::start();
    let (site, ada) = Site::set_up(&[]).await;
    let device = Device::new(1);
    let identity = device.pair(&site, &ada, "Pier").await;
    let other = Device::new(2).pair(&site, &ada, "Quay").await;
    let link = connect(&site, &identity, Way::Control).await;
    let (before, mut renewed) = (site.app.core.end(), 0);
    for _ in 0..20 {
        match link.renew(identity.key.request()).await {
            Ok(_) => renewed += 1,
            Err(LinkError::Refused { code: tonic::Code::ResourceExhausted, message }) => {
                assert!(message.contains("come again in"))
            }
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!((renewed, site.app.core.end() - before), (5, 5));
    assert_eq!(counts.refused("too_often"), 15);
    assert!(stranger(&site).await.enrol(device.request.clone()).await.is_err(), "enrolling again is no way round it");
    assert_eq!(counts.refused("too_often"), 16);
    connect(&site, &other, Way::Control).await.renew(other.key.request()).await.unwrap();
    link.health().await.unwrap();
}
