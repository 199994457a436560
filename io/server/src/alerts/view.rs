//! An alert as a fact, and as people see it.

use api::alert::{AlertView, NamedServer};
use api::schedule::NamedViewer;
use domain::alert::AlertKind;
use serde_json::{Value, json};
use store::facts::Alert;

/// A fact as the API shows it; none for kinds of newer versions.
#[must_use]
pub fn view(alert: &Alert) -> Option<AlertView> {
    let name = || alert.detail["name"].as_str().unwrap_or_default().to_owned();
    Some(AlertView {
        id: alert.id,
        kind: AlertKind::named(&alert.kind)?,
        viewer: alert.subject.map(|id| NamedViewer { name: name(), id: id.into() }),
        server: alert
            .detail
            .get("server")
            .and_then(|server| serde_json::from_value::<Option<NamedServer>>(server.clone()).ok()?),
        since: alert.detail["since"].as_i64().unwrap_or(alert.raised),
        raised: alert.raised,
        cleared: alert.cleared,
        acknowledged: alert.detail.get("acknowledged").and_then(|who| serde_json::from_value(who.clone()).ok()),
        numbers: alert.detail.get("numbers").cloned().unwrap_or(Value::Null),
    })
}

/// The fact behind what people see.
pub(super) fn fact(view: &AlertView) -> Alert {
    let name = view.viewer.as_ref().map(|viewer| viewer.name.as_str());
    Alert {
        id: view.id,
        kind: view.kind.name().to_owned(),
        subject: view.viewer.as_ref().map(|viewer| viewer.id.0),
        raised: view.raised,
        cleared: view.cleared,
        detail: json!({ "acknowledged": view.acknowledged, "name": name, "numbers": view.numbers, "server": view.server, "since": view.since }),
    }
}
