//! Brings the display to what its settings say, now and by the clock.

use std::path::Path;
use std::time::Duration;

use control::message::StatusError;
use domain::cell::ZoneName;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::command::{CommandError, Runner};
use super::rtc::Reach;
use super::{brightness, cec, hours, output, power, rtc, volume};
use crate::screen::contract::{Clock, DisplaySettings, OutputSettings, PowerMeans, ScreenEvent};

/// Between two looks at the clock, which may be set at any time.
const LOOK: Duration = Duration::from_secs(10);
/// Between two settings of an alarm that does not reach as far as it should, in milliseconds.
const RENEWAL: i64 = 3_600_000;

/// See the module.
pub(in crate::screen) struct Driver {
    runner: Runner,
    output: Option<String>,
    clock: Clock,
    events: mpsc::Sender<ScreenEvent>,
    settings: DisplaySettings,
    /// Whether it was switched on or off last.
    on: Option<bool>,
    /// For which time the alarm was set last.
    alarm: Option<i64>,
    /// When it is to be set again although that time is the same.
    renewal: Option<i64>,
    said: Vec<(&'static str, String)>,
}

impl Driver {
    /// For one output. Leaves everything as it is until settings come.
    pub(in crate::screen) fn new(output: &OutputSettings, clock: Clock, events: mpsc::Sender<ScreenEvent>) -> Self {
        Self {
            runner: Runner::of(&output.surface),
            output: output.name.clone(),
            clock,
            events,
            settings: DisplaySettings::default(),
            on: None,
            alarm: None,
            renewal: None,
            said: Vec::new(),
        }
    }

    /// Runs until stopped.
    pub(in crate::screen) async fn run(
        mut self,
        mut settings: mpsc::UnboundedReceiver<DisplaySettings>,
        stopped: CancellationToken,
    ) {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stopped.cancelled() => return,
                Some(next) = settings.recv() => self.take(next).await,
                _ = look.tick() => {}
            }
            self.power().await;
            self.wake().await;
        }
    }

    async fn take(&mut self, next: DisplaySettings) {
        if next.power != self.settings.power {
            // Nobody would light what the means of before had darkened.
            if self.on == Some(false) {
                let before = self.settings.power;
                self.switch(before, true).await;
            }
            self.on = None;
        }
        if next.mode != self.settings.mode || next.rotation != self.settings.rotation {
            let set = self.picture(&next).await;
            self.report(
                "display.picture",
                set,
                "Install xrandr (X11) or wlr-randr (Wayland), or take rotation and mode out of the settings.",
            )
            .await;
        }
        if let Some(loudness) = next.volume.filter(|_| next.volume != self.settings.volume) {
            let set = self.runner.run_first(&volume::ways(loudness)).await;
            self.report("display.volume", set, "Install wireplumber or alsa-utils, or take the volume out of the settings.")
                .await;
        }
        if let Some(light) = next.brightness.filter(|_| next.brightness != self.settings.brightness) {
            let set = self.runner.run_first(&brightness::ways(light)).await;
            self.report(
                "display.brightness",
                set,
                "Install ddcutil or brightnessctl, or take the brightness out of the settings.",
            )
            .await;
        }
        self.settings = next;
    }

    async fn picture(&self, next: &DisplaySettings) -> Result<(), CommandError> {
        let name = match &self.output {
            Some(name) => name.clone(),
            None if self.runner.is_x11() => {
                let text = self.runner.run(&output::QUERY.map(str::to_owned)).await?;
                let failed = || CommandError::Failed { program: "xrandr".to_owned(), words: "no output is connected".to_owned() };
                output::parse(&text).into_iter().next().ok_or_else(failed)?.name
            }
            None => {
                return Err(CommandError::Failed {
                    program: "wlr-randr".to_owned(),
                    words: "the setting output names none".to_owned(),
                });
            }
        };
        let set = if self.runner.is_x11() { output::set_x11 } else { output::set_wayland };
        match set(&name, next.mode, next.rotation) {
            Some(program) => self.runner.run(&program).await.map(drop),
            None => Ok(()),
        }
    }

    /// Switches where the clock says so.
    async fn power(&mut self) {
        if self.settings.power == PowerMeans::Off {
            return;
        }
        let on = hours::on_at(&self.settings.hours, &self.zone(), (self.clock)());
        if self.on == Some(on) {
            return;
        }
        let means = self.settings.power;
        self.switch(means, on).await;
    }

    async fn switch(&mut self, means: PowerMeans, on: bool) {
        let switched = match means {
            PowerMeans::Cec => self.cec(on).await,
            PowerMeans::Dpms if self.runner.is_x11() => self.runner.run_all(&power::x11(on)).await,
            PowerMeans::Dpms => self.runner.run_first(&power::wayland(self.output.as_deref(), on)).await,
            PowerMeans::Off => Ok(()),
        };
        if switched.is_ok() {
            self.on = Some(on);
            let _ = self.events.send(ScreenEvent::Display { on }).await;
        }
        self.report(
            "display.power",
            switched,
            "Install v4l-utils (cec) or x11-xserver-utils, wlopm or wlr-randr (dpms), or set display.power to off.",
        )
        .await;
    }

    async fn cec(&self, on: bool) -> Result<(), CommandError> {
        let bus = cec::Bus { device: &self.settings.cec_device };
        let joined = self.runner.run(&bus.join()).await?;
        if !on {
            // One that does not answer is dark already.
            return self.runner.run(&bus.off()).await.map(drop);
        }
        // A television that sleeps deeply may need a second call, which comes with the next look.
        if cec::is_unheard(&self.runner.run(&bus.light()).await?) {
            let words = "the television does not answer; see to its plug and to its setting for CEC".to_owned();
            return Err(CommandError::Failed { program: "cec-ctl".to_owned(), words });
        }
        match cec::place_in(&joined) {
            Some(place) => self.runner.run(&bus.show(place)).await.map(drop),
            None => Ok(()),
        }
    }

    /// Sets the computer's own alarm for the next time that the display is on; clears what it has set where it is not to wake any more.
    async fn wake(&mut self) {
        let now = (self.clock)();
        let next = self.next_on(now).filter(|_| self.settings.wake);
        if next == self.alarm && self.renewal.is_none_or(|due| (due - RENEWAL..due).contains(&now)) {
            return;
        }
        self.alarm = next;
        let set = rtc::set(Path::new(rtc::ALARM), next.and_then(|next| rtc::seconds(now, next)));
        self.renewal = matches!(set, Ok(Reach::Short)).then_some(now + RENEWAL);
        let failed = |error: std::io::Error| CommandError::Failed { program: rtc::ALARM.to_owned(), words: error.to_string() };
        self.report(
            "display.wake",
            set.map(drop).map_err(failed),
            "Let the viewer's user write the file, or set display.wake to false.",
        )
        .await;
    }

    fn next_on(&self, now: i64) -> Option<i64> {
        let (hours, zone) = (&self.settings.hours, self.zone());
        match hours::next_switch(hours, &zone, now)? {
            (at, true) => Some(at),
            (at, false) => hours::next_switch(hours, &zone, at).map(|(at, _)| at),
        }
    }

    fn zone(&self) -> ZoneName {
        self.settings.zone.clone().unwrap_or_default()
    }

    /// Says what went wrong, once for as long as it stays the same.
    async fn report(&mut self, code: &'static str, result: Result<(), CommandError>, remedy: &str) {
        self.said.retain(|(known, text)| *known != code || result.as_ref().is_err_and(|error| error.to_string() == *text));
        let Err(error) = result else { return };
        if self.said.iter().any(|(known, _)| *known == code) {
            return;
        }
        self.said.push((code, error.to_string()));
        let trouble = StatusError { code: code.to_owned(), text: format!("{error}. {remedy}"), at: (self.clock)() };
        let _ = self.events.send(ScreenEvent::Trouble(trouble)).await;
    }
}
