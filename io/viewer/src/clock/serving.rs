//! Whether clients get the time from here.

use super::Timekeeper;

impl Timekeeper {
    /// Whether clients are answered, or why not; none where that is not wanted.
    #[must_use]
    pub fn serving(&self) -> Option<Result<(), String>> {
        let state = self.0.state.lock();
        let (_, service, _) = state.network.as_ref()?;
        service.server().map(|server| server.map(drop).map_err(ToString::to_string))
    }
}
