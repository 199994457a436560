//! The one page of the browser, as far as we command it.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

use super::cdp::{Cdp, CdpError};
use crate::screen::contract::ScreenError;

/// A browser that answers has answered by then.
const LIMIT: Duration = Duration::from_secs(10);
/// How long after a load it is seen to the pointer, which is shown as an arrow until the browser looks at what lies below it.
const SETTLING: Duration = Duration::from_secs(3);
/// Between two such looks; shorter than the time between the first frames.
const GLANCE: Duration = Duration::from_millis(50);
/// Quality of pictures, in per cent.
const QUALITY: u32 = 82;

/// A page that is attached.
#[derive(Clone)]
pub(in crate::screen) struct Page {
    cdp: Cdp,
    session: String,
    capturing: Arc<Mutex<()>>,
}

impl Page {
    /// Attaches to the browser's page. `size` makes a screen of so many pixels where there is none.
    pub(super) async fn attach(cdp: Cdp, size: Option<(u32, u32)>) -> Result<Self, CdpError> {
        let targets = cdp.call(None, "Target.getTargets", json!({})).await?;
        let page = targets["targetInfos"]
            .as_array()
            .and_then(|all| all.iter().find(|one| one["type"] == "page"))
            .map(|one| one["targetId"].clone());
        let page = match page {
            Some(page) => page,
            None => cdp.call(None, "Target.createTarget", json!({ "url": "about:blank" })).await?["targetId"].take(),
        };
        let mut attached = cdp.call(None, "Target.attachToTarget", json!({ "targetId": page, "flatten": true })).await?;
        let Value::String(session) = attached["sessionId"].take() else {
            return Err(CdpError::Refused("no session for the page".to_owned()));
        };
        let page = Self { cdp, session, capturing: Arc::default() };
        page.call("Page.enable", json!({})).await?;
        page.call("Inspector.enable", json!({})).await?;
        if let Some((width, height)) = size {
            let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
            page.call("Emulation.setDeviceMetricsOverride", screen).await?;
        }
        Ok(page)
    }

    /// Loads an address. An error is the browser's own words for why it could not.
    pub(super) async fn load(&self, address: &str) -> Result<(), CdpError> {
        let mut loaded = self.call("Page.navigate", json!({ "url": address })).await?;
        match loaded["errorText"].take() {
            Value::String(text) if !text.is_empty() => Err(CdpError::Refused(text)),
            _ => {
                let page = self.clone();
                // In vain where the browser ends meanwhile.
                tokio::spawn(timeout(SETTLING, async move {
                    while page.hide_pointer().await.is_ok() {
                        sleep(GLANCE).await;
                    }
                }));
                Ok(())
            }
        }
    }

    /// Has the browser look again at what lies below the pointer. Our pages hide it, but a page that was just loaded is not asked before something moves.
    pub(super) async fn hide_pointer(&self) -> Result<(), CdpError> {
        self.call("Input.dispatchMouseEvent", json!({ "type": "mouseMoved", "x": 1, "y": 1 })).await.map(drop)
    }

    /// Whether the page's own thread does anything. Waits for as long as it does not.
    pub(super) async fn breathe(&self) -> Result<(), CdpError> {
        self.call("Runtime.evaluate", json!({ "expression": "1", "returnByValue": true })).await.map(drop)
    }

    /// The value of an expression in the page.
    ///
    /// # Errors
    /// The browser is gone or silent.
    pub(in crate::screen) async fn evaluate(&self, expression: &str) -> Result<Value, ScreenError> {
        let asked =
            self.call("Runtime.evaluate", json!({ "expression": expression, "returnByValue": true, "awaitPromise": true }));
        Ok(within(asked).await?["result"]["value"].take())
    }

    /// What the browser shows, as JPEG in its full size. One at a time.
    ///
    /// The browser could cut and shrink by itself, but does it by making the page another size for a moment, which everybody sees.
    ///
    /// # Errors
    /// The browser is gone or silent.
    pub(in crate::screen) async fn capture(&self) -> Result<Vec<u8>, ScreenError> {
        let _alone = self.capturing.lock().await;
        let asked = json!({ "format": "jpeg", "quality": QUALITY, "optimizeForSpeed": true });
        let shot = within(self.call("Page.captureScreenshot", asked)).await?;
        let data = shot["data"].as_str().ok_or_else(|| ScreenError::Silent("the picture is empty".to_owned()))?;
        base64::engine::general_purpose::STANDARD.decode(data).map_err(|error| ScreenError::Silent(error.to_string()))
    }

    /// Asks the browser to end.
    pub(super) async fn close(&self) {
        let _ = timeout(Duration::from_secs(2), self.cdp.call(None, "Browser.close", json!({}))).await;
    }

    async fn call(&self, method: &str, params: Value) -> Result<Value, CdpError> {
        self.cdp.call(Some(&self.session), method, params).await
    }
}

async fn within(answer: impl Future<Output = Result<Value, CdpError>>) -> Result<Value, ScreenError> {
    match timeout(LIMIT, answer).await {
        Ok(answer) => answer.map_err(|error| ScreenError::Silent(error.to_string())),
        Err(_) => Err(ScreenError::Silent(format!("no answer within {} s", LIMIT.as_secs()))),
    }
}
