//! What the server says.

use std::time::Instant;

use control::slice::holding::Taken;
use control::v1::{self, from_viewer, to_viewer};
use lan::ntp::PollRange;
use net::time::SourceName;

use super::Agent;
use super::boot::Standing;
use super::leaving::leave;
use super::parts::Conversation;
use crate::config::TimeBy;
use crate::link::LinkEvent;
use crate::memory::NEWEST;

const NTP_PORT: u16 = 123;

impl Agent {
    /// Something happened on the way to the server.
    pub(super) fn hear(&mut self, event: LinkEvent) {
        match event {
            LinkEvent::Said(message) => return self.hear_message(*message),
            LinkEvent::Open(open) => {
                self.follow_time(Some(&open.host));
                self.event("info", "session.open", &format!("The session with {} is open.", open.host));
                self.stop_sharing();
                self.conversation = Some(Conversation::new(*open));
                self.standing = Standing::Connected;
                self.holding.begin();
                self.downloads.forgive();
                self.setting.clock.session_begins();
                self.ask_time();
            }
            LinkEvent::Closed { why } => {
                if self.conversation.take().is_some() {
                    self.event("warn", "session.closed", &format!("The session ended: {why}."));
                    self.downloads.pause();
                    self.stop_sharing();
                }
                self.standing = Standing::lost(why);
            }
            LinkEvent::Looking { tried } => self.standing = Standing::Looking { tried },
            LinkEvent::Several(candidates) => self.standing = Standing::Several(candidates),
            LinkEvent::Pending { code, installation, language, server } => {
                self.standing = Standing::Pending { code, installation, language, server };
            }
            LinkEvent::Refused { code, message, installation, language } => {
                let text = format!("{message} ({code})");
                if self.vitals.is_news("enrolment.refused", &text, Instant::now()) {
                    self.event("error", "enrolment.refused", &text);
                }
                self.standing = Standing::Refused { message, installation, language };
            }
            LinkEvent::Approved => {
                self.turned_out = None;
                self.event("info", "enrolment.approved", "This viewer has a place.");
            }
            LinkEvent::Revoked { message } => self.revoked(message),
        }
        // Whoever sees the page finds the same when asking.
        self.setting.board.write(self.snapshot());
        if self.in_force.is_none() {
            self.show_boot();
        }
    }

    fn hear_message(&mut self, message: to_viewer::Message) {
        use to_viewer::Message as Said;
        match message {
            Said::Welcome(welcome) => self.welcomed(welcome),
            Said::Slice(delta) => self.take_delta(delta),
            Said::InventoryWanted(_) => self.send_inventory(),
            Said::Command(command) => self.obey(&command),
            Said::Stored(v1::Stored { stream, n }) => self.stored(&stream, n),
            Said::Time(v1::TimeReply { t0, t1, t2 }) => {
                let received = self.setting.clock.elapsed();
                self.setting.clock.heard(t0, t1, t2, received);
            }
            Said::Neighbours(neighbours) => self.meet(&neighbours),
            Said::Error(v1::Error { code, message }) => self.event("warn", "session.error", &format!("{message} ({code})")),
            // The connector has seen these already.
            Said::Bye(_) | Said::Ping(_) => {}
        }
    }

    fn welcomed(&mut self, welcome: v1::Welcome) {
        if let Some(conversation) = &mut self.conversation {
            conversation.welcome(&welcome.media_capability, welcome.epoch);
        }
        if let Some(limits) = &welcome.download {
            self.downloads.limit(limits);
        }
        let stored = self.memory.store_surroundings(&welcome);
        self.note_disk(stored);
        self.surroundings = Some(welcome);
        self.tell_disk();
        self.set_display();
        self.share();
        self.replan(false);
        self.pump();
    }

    fn take_delta(&mut self, delta: v1::SliceDelta) {
        let position = delta.position.clone();
        match self.holding.take(delta) {
            Taken::Partly => {}
            Taken::Astray => self.send_inventory(),
            Taken::Applied { slice, urgent, .. } => {
                self.position = position;
                let stored = self.memory.store_slice(NEWEST, &self.holding, &self.position);
                self.note_disk(stored);
                {
                    let mut present = self.setting.present.lock();
                    (present.slice, present.position) = (Some(slice), self.position.clone());
                }
                self.rows = self.holding.rows();
                // The viewer's zone may be another, in which its hours count.
                self.set_display();
                self.say(from_viewer::Message::Applied(v1::SliceApplied { slice: slice.to_vec() }));
                self.replan(urgent);
                if self.in_force.is_none() {
                    self.show_boot();
                }
            }
        }
    }

    fn send_inventory(&mut self) {
        let inventory = self.holding.inventory();
        self.say(from_viewer::Message::Inventory(inventory));
    }

    /// The installation has taken the place away: nothing of it stays.
    pub(super) fn revoked(&mut self, message: String) {
        self.conversation = None;
        self.downloads.pause();
        self.stop_sharing();
        let setting = &self.setting;
        let gone = leave(&setting.passport, &self.memory, &setting.cache, &setting.album, [&mut self.plays, &mut self.records]);
        self.note_disk(gone);
        self.under_way.clear();
        self.turned_out = Some(message.clone());
        self.holding = control::slice::Holding::default();
        self.position.clear();
        self.slice_in_force = None;
        self.kept_slice = None;
        self.rows = domain::rows::Rows::default();
        self.surroundings = None;
        self.prospect = None;
        self.in_force = None;
        self.needed.clear();
        {
            let mut present = self.setting.present.lock();
            present.slice = None;
            present.position.clear();
            present.plan.clear();
        }
        self.event("warn", "identity.revoked", &message);
        self.standing = Standing::Revoked { message };
        self.set_display();
        self.show_boot();
    }

    pub(super) fn say(&self, message: from_viewer::Message) {
        if let Some(conversation) = &self.conversation {
            conversation.say(message);
        }
    }

    /// Asks for the server's time: a few times in a row at first, so that the quickest answer counts.
    pub(super) fn ask_time(&mut self) {
        let t0 = self.setting.clock.elapsed();
        if let Some(conversation) = &mut self.conversation {
            conversation.asked = (conversation.asked.0 + 1, Instant::now());
            conversation.say(from_viewer::Message::Time(v1::TimeRequest { t0 }));
        }
    }

    /// Follows the clock of the server that was reached, or those that are set. Nobody's where there is neither: then clients are told so.
    pub(super) fn follow_time(&self, host: Option<&str>) {
        let time = &self.setting.config.time;
        let source = |text: &str| match text.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') => {
                SourceName { host: host.to_owned(), port: port.parse().unwrap_or(NTP_PORT) }
            }
            _ => SourceName { host: text.trim_matches(['[', ']']).to_owned(), port: NTP_PORT },
        };
        let sources = if time.servers.is_empty() {
            host.iter().map(|host| SourceName { host: (*host).to_owned(), port: NTP_PORT }).collect()
        } else {
            time.servers.iter().map(|text| source(text)).collect()
        };
        let mode = match time.mode {
            TimeBy::Auto => net::time::Mode::Auto,
            TimeBy::Own => net::time::Mode::Own,
            TimeBy::System => net::time::Mode::System,
        };
        self.setting.clock.follow(net::time::Settings {
            mode,
            sources,
            listen: time.serve.then(|| net::time::Listen::everywhere(NTP_PORT)),
            client_port: Some(time.client_port).filter(|port| *port != 0),
            // Every 16 to 64 s.
            poll: PollRange::new(4, 6),
            // Without its server's time a small computer knows nothing that others should go by.
            orphan_stratum: 0,
        });
    }
}
