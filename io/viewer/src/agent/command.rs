//! Carrying out what the server tells (`docs/protocols/control.md`, section 4, "Commands").

use std::time::Duration;

use control::v1::{self, from_viewer::Message};
use uuid::Uuid;

use super::pictures::parts;
use super::{Agent, Ending, ErrandDone, File};
use crate::commands::{Contents, Errand, Known, Outcome, errand, pack, switch, wake};
use crate::config;

impl Agent {
    /// A command came, perhaps once more.
    pub(super) fn obey(&mut self, command: &v1::Command) {
        let Ok(id) = Uuid::from_slice(&command.id) else { return };
        if self.under_way.contains(&id) {
            return;
        }
        // Of two servers that do not hear each other, the one of this session is in charge, and nobody else.
        if self.conversation.as_ref().is_some_and(|conversation| conversation.epoch != command.epoch) {
            let text = format!("The command {} is of another session and was not obeyed.", command.kind);
            self.event("warn", "command.foreign", &text);
            return self.say(Message::Command(Outcome::failed("not_in_charge", text).report(id)));
        }
        let errand = match (self.done.look(id), errand(command, &self.setting.config.commands.allow, self.now())) {
            // It would not come again if the report had arrived, so its file may be lost too. Making one once more has no other effect.
            (Known::Ended(outcome), Ok(errand)) if outcome.code.is_empty() && errand.brings_file() => errand,
            (Known::Ended(outcome), _) => return self.say(Message::Command(outcome.report(id))),
            (Known::New | Known::Begun, Err(refusal)) => {
                self.done.begin(id);
                return self.finish(id, Outcome::failed(refusal.code, refusal.text));
            }
            // What ended this program before it could be reported has happened.
            (Known::Begun, Ok(Errand::Restart | Errand::Power(_) | Errand::Forget)) => return self.finish(id, Outcome::done("")),
            (Known::Begun, Ok(errand)) => errand,
            (Known::New, Ok(errand)) => {
                self.done.begin(id);
                errand
            }
        };
        self.under_way.insert(id);
        self.event("info", "command.begun", &format!("The command {} is being carried out.", command.kind));
        let state = v1::CommandState::Started.into();
        self.say(Message::Command(v1::CommandReport { id: id.as_bytes().to_vec(), state, ..v1::CommandReport::default() }));
        self.carry_out(id, errand);
    }

    fn carry_out(&mut self, id: Uuid, errand: Errand) {
        match errand {
            Errand::Identify(seconds) => {
                let name = self.surroundings.as_ref().map(|welcome| welcome.name.clone()).filter(|name| !name.is_empty());
                self.setting.stage.identify(&name.unwrap_or_else(crate::host::name), seconds);
                self.finish(id, Outcome::done(""));
            }
            Errand::Refresh => {
                self.setting.stage.reload();
                self.finish(id, Outcome::done(""));
            }
            Errand::Restart => {
                self.finish(id, Outcome::done(""));
                self.ending = Some(Ending::Restart);
            }
            Errand::Forget => {
                self.finish(id, Outcome::done(""));
                self.setting.passport.lock().renew_key();
                self.revoked("This viewer was told to forget its installation.".to_owned());
            }
            Errand::FetchLogs(lines) => {
                let file = File { name: "viewer.log", mime: "text/plain; charset=utf-8", bytes: self.setting.lines.text(lines) };
                self.errand_done(ErrandDone { id, attachment: Some(file), outcome: Outcome::done(""), then: None });
            }
            Errand::SetSetting(key, value) => {
                let set = config::set(self.setting.disk.as_ref(), &self.setting.data, &[(key.clone(), value)]);
                let (outcome, then) = match set {
                    Ok(()) => (Outcome::done(format!("{key} is set; the viewer starts again with it.")), Some(Ending::Restart)),
                    Err(problem) => (Outcome::failed("setting", problem.to_string()), None),
                };
                self.errand_done(ErrandDone { id, attachment: None, outcome, then });
            }
            Errand::Screenshot => {
                let picture = self.setting.stage.screenshot();
                self.aside(id, async move {
                    match picture.await {
                        Ok(bytes) => (Some(File { name: "screenshot.jpg", mime: "image/jpeg", bytes }), Outcome::done("")),
                        Err(error) => (None, Outcome::failed("screen", error.to_string())),
                    }
                });
            }
            Errand::BlackBox => {
                let picture = self.setting.stage.screenshot();
                let (mut files, time) = (self.black_box(), self.now() / 1_000);
                self.aside(id, async move {
                    match picture.await {
                        Ok(bytes) => files.push(Contents::new("screenshot.jpg", bytes)),
                        Err(error) => files.push(Contents::new("screenshot.txt", error.to_string())),
                    }
                    match pack(&files, time.unsigned_abs()) {
                        Ok(bytes) => (Some(File { name: "black-box.tar", mime: "application/x-tar", bytes }), Outcome::done("")),
                        Err(error) => (None, Outcome::failed("pack", error.to_string())),
                    }
                });
            }
            Errand::HearWake(seconds) => {
                let Some(say) = self.conversation.as_ref().map(super::Conversation::voice) else {
                    return self.finish(id, Outcome::failed("session", "The session ended."));
                };
                let heard =
                    self.ear.listen(id, Duration::from_secs(seconds.into()), move |heard| say(Message::WakeHearing(heard)));
                self.aside(id, async move { (None, heard.await) });
            }
            Errand::Wake(packet) => self.aside(id, async move { (None, wake(&packet)) }),
            Errand::Power(power) => {
                // It is remembered as done before the machine goes; a refusal corrects that.
                self.done.end(id, Outcome::done(""));
                self.aside(id, async move { (None, switch(power).await.err().unwrap_or_else(|| Outcome::done(""))) });
            }
        }
    }

    fn aside(&self, id: Uuid, work: impl Future<Output = (Option<File>, Outcome)> + Send + 'static) {
        let done = self.errands.clone();
        tokio::spawn(async move {
            let (attachment, outcome) = work.await;
            // Whoever would hear it is gone only when the program ends.
            let _ = done.send(ErrandDone { id, attachment, outcome, then: None });
        });
    }

    /// An errand has ended: its file goes first, then the last report.
    pub(super) fn errand_done(&mut self, errand: ErrandDone) {
        let ErrandDone { id, attachment, outcome, then } = errand;
        if let Some(file) = attachment {
            self.attach(id, &file);
        }
        self.finish(id, outcome);
        if then.is_some() {
            self.ending = then;
        }
    }

    fn attach(&self, id: Uuid, file: &File) {
        parts(Some(id), file).for_each(|part| self.say(Message::Attachment(part)));
    }

    fn finish(&mut self, id: Uuid, outcome: Outcome) {
        self.under_way.remove(&id);
        let report = outcome.report(id);
        self.done.end(id, outcome);
        self.say(Message::Command(report));
    }

    /// What somebody needs who was not there. Secrets are not among it.
    fn black_box(&self) -> Vec<Contents> {
        let json = |value: serde_json::Result<Vec<u8>>| value.unwrap_or_default();
        let mut config = self.setting.config.clone();
        for secret in [&mut config.server.token, &mut config.server.password, &mut config.server.proxy] {
            if !secret.is_empty() {
                "set, not shown".clone_into(secret);
            }
        }
        let machine = crate::host::machine(&config.output.name, (config.output.width, config.output.height));
        let facts = format!("{machine:#?}\n{:#?}\nuptime {} s\n", crate::host::memory(), crate::host::uptime());
        let plan = self.in_force.as_ref().map(|plan| serde_json::to_vec_pretty(plan.as_ref()));
        let mut files = vec![
            Contents::new("viewer.log", self.setting.lines.text(usize::MAX)),
            Contents::new("settings.toml", toml::to_string(&config).unwrap_or_default()),
            Contents::new("server-settings.json", self.told_settings().json()),
            Contents::new("system.txt", facts),
            Contents::new("state.json", json(serde_json::to_vec_pretty(&self.snapshot()))),
            Contents::new("last-states.jsonl", self.history.text()),
            Contents::new("plan.json", plan.map(json).unwrap_or_default()),
        ];
        let recent = self.setting.album.list().into_iter();
        files.extend(recent.map(|(at, picture)| Contents::new(format!("last-screenshots/{at}.jpg"), picture.as_ref())));
        files
    }
}
