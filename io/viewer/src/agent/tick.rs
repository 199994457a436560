//! What happens at every heartbeat, whether anybody speaks or not.

use std::time::{Duration, Instant};

use super::Agent;
use super::start::own_settings;

/// How often a file is checked again in idle time: each once in a day.
const CHECK_AGE: Duration = Duration::from_secs(24 * 3_600);
/// How often the time is asked in a session, after the first few questions.
const ASK_EVERY: Duration = Duration::from_secs(64);
/// How many questions go out at the beginning of a session.
const FIRST_QUESTIONS: u32 = 4;

impl Agent {
    /// The heartbeat: the day, the disk, the server, the systems around.
    pub(super) fn tick(&mut self) {
        self.turn_day();
        self.mend();
        self.setting.clock.remember();
        self.tell_lost();
        self.look_at_disk();
        if let Some((questions, last)) = self.conversation.as_ref().map(|conversation| conversation.asked)
            && (questions < FIRST_QUESTIONS || last.elapsed() > ASK_EVERY)
        {
            self.ask_time();
        }
        self.send_status();
        self.pump();
        self.press_on();
        self.fetch();
        self.check_one();
        self.look_for_sticks();
        self.look_for_settings();
        self.look_at_neighbours();
        if self.in_force.is_none() {
            self.show_boot();
        }
        self.picture_now_and_then();
        let state = self.snapshot();
        self.history.note(self.now(), &state);
        self.setting.board.write(state);
        // Without systemd there is nobody to tell.
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
    }

    /// In idle time one file is read again: a disk that forgets is found before its file is needed.
    fn check_one(&mut self) {
        let is_busy = self.downloads.left() > 0;
        let due = self.next_check.is_none_or(|next| Instant::now() >= next);
        if is_busy || !due {
            return;
        }
        self.next_check = Some(Instant::now() + Duration::from_secs(60));
        if let Some(hash) = self.setting.cache.stale(CHECK_AGE) {
            let cache = self.setting.cache.clone();
            tokio::task::spawn_blocking(move || cache.check(&hash));
        }
    }

    /// Records that had to be given up are told once.
    fn tell_lost(&mut self) {
        let lost = self.plays.lost() + self.records.lost();
        if lost > self.vitals.lost_told {
            let count = lost - self.vitals.lost_told;
            self.vitals.lost_told = lost;
            self.event("warn", "records.lost", &format!("{count} records were given up because too many waited."));
        }
    }

    /// `signboard-viewer setup` may have changed the settings.
    fn look_for_settings(&mut self) {
        if self.ending.is_none() && own_settings(&self.setting.data) != self.own_settings {
            self.event("info", "settings.changed", "The settings have changed; the viewer starts again with them.");
            self.ending = Some(super::Ending::Restart);
        }
    }

    /// Somebody may have brought a USB stick with settings.
    fn look_for_sticks(&mut self) {
        if let Some(stick) = self.lookout.glance() {
            match stick.take(self.setting.disk.as_ref(), &self.setting.data) {
                Ok(false) => {}
                Ok(true) => {
                    self.event(
                        "info",
                        "settings.stick",
                        &format!("Settings were taken from {}; the viewer starts again with them.", stick.path.display()),
                    );
                    self.ending = Some(super::Ending::Restart);
                }
                Err(problem) => {
                    let text = problem.to_string();
                    if self.stick_refused.as_deref() != Some(&text) {
                        self.event("error", "settings.refused", &text);
                        self.stick_refused = Some(text);
                    }
                }
            }
        }
    }
}
