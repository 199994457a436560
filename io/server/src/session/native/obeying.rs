//! What the machine of a session wants to be done: answers, and what is noted of the viewer.

use api::viewer::PlanState;
use control::message::Missing;
use control::native::{Output, PlanNews, Record, Sharing};
use control::order::{Order, OrderKind, Part, Report};
use control::play::PlayRecord;
use control::v1;
use control::v1::to_viewer::Message;
use uuid::Uuid;

use super::driver::{Driver, End, Step};
use super::{records, slices, urgency};
use crate::now::now_ms;
use crate::session::plays;

impl Driver {
    pub(super) async fn obey(&mut self, output: Output) -> Step {
        match output {
            Output::AnswerTime { t0, t1 } => self.send(Message::Time(v1::TimeReply { t0, t1, t2: now_ms() })).await,
            Output::Applied(slice) => {
                self.app.slices.stored(self.viewer, slice);
                // The rows are stored; which plan it makes of them will be told.
                self.plan = None;
                Ok(())
            }
            Output::Nothing | Output::Greeted(_) => Ok(()),
            Output::Close(_) => Err(End::Gone),
            Output::Inventory(versions) => match self.app.slices.present(&self.app, self.viewer) {
                Some(present) => {
                    let delta = self.machine.lead_from(&versions, &present);
                    let urgent = urgency::is_urgent(&delta, &self.app.core.state().rows);
                    self.send_delta(&delta, urgent).await
                }
                None => Err(End::Say("revoked")),
            },
            Output::Ping => self.send(Message::Ping(v1::Ping {})).await,
            Output::Plan(news) => {
                self.plan(news);
                Ok(())
            }
            Output::Refuse(code, message) => self.refuse(code, message).await,
            Output::Report(order, report) => {
                self.reported(order, &report);
                self.app.hub.report(self.viewer, order, report).await;
                Ok(())
            }
            Output::Screenshot(part) => {
                self.picture(&part);
                Ok(())
            }
            Output::Sharing(sharing) => {
                self.sharing(sharing);
                Ok(())
            }
            Output::Status(status) => {
                self.status(&status, now_ms());
                Ok(())
            }
            Output::StorePlays(stream, records) => self.store_plays(stream, records).await,
            Output::StoreRecords(stream, records) => self.store_records(stream, records).await,
        }
    }

    async fn refuse(&mut self, code: &'static str, message: String) -> Step {
        self.send(Message::Error(v1::Error { code: code.to_owned(), message })).await
    }

    /// It gives its files to neighbours, if its settings let it.
    fn sharing(&self, sharing: Sharing) {
        let state = self.app.core.state();
        let key = state.devices.get(self.device).and_then(|device| hex::decode(&device.key).ok()?.try_into().ok());
        if let Some(key) = key {
            self.app.neighbours.offered(self.device, self.session, self.viewer, key, self.from, sharing);
        }
    }

    /// Takes a status that came at `now`.
    pub(super) fn status(&mut self, status: &v1::Status, now: i64) {
        let is_settled = self.plan.as_ref() == Some(&status.plan);
        self.app.live.told(self.viewer, status, is_settled, now);
        if let Some(slice) = self.machine.applied().filter(|_| is_settled && !status.item.is_empty()) {
            self.app.deliveries.shown(self.viewer, &slices::name(slice), now);
        }
    }

    /// A plan is made from the slice that was stored last: with it, whatever changed in that slice has arrived.
    fn plan(&mut self, news: PlanNews) {
        let (live, now) = (&self.app.live, now_ms());
        let slice = self.machine.applied().map(slices::name);
        match news {
            PlanNews::Incomplete(plan, missing) => {
                let missing = missing.into_iter().map(|file| Missing { hash: file.hash, bytes: file.bytes, why: file.why });
                live.native_plan(self.viewer, &plan, PlanState::Incomplete, now);
                live.missing(self.viewer, &missing.collect::<Vec<_>>(), &self.app.core.state().rows);
            }
            PlanNews::Received(plan) => {
                live.native_plan(self.viewer, &plan, PlanState::Received, now);
                slice.iter().for_each(|slice| self.app.deliveries.received(self.viewer, slice, now));
                self.plan = Some(plan);
            }
            PlanNews::Shown(plan, at) => {
                live.native_plan(self.viewer, &plan, PlanState::Shown, at);
                slice.iter().for_each(|slice| self.app.deliveries.shown(self.viewer, slice, at));
                self.plan = Some(plan);
            }
        }
    }

    /// Passes an order on.
    pub(super) async fn give(&mut self, order: Order) -> Step {
        if order.kind == OrderKind::Screenshot {
            self.shots.insert(order.id);
        }
        let command = v1::Command {
            id: order.id.as_bytes().to_vec(),
            kind: order.kind.name().to_owned(),
            seconds: order.seconds.unwrap_or(0),
            arguments: order.arguments,
            expires: order.expires.unwrap_or(0),
            epoch: self.epoch,
        };
        self.send(Message::Command(command)).await
    }

    fn reported(&mut self, order: Uuid, report: &Report) {
        match report {
            Report::Attachment(part) if self.shots.contains(&order) => self.picture(part),
            last if last.is_last() => _ = self.shots.remove(&order),
            _ => {}
        }
    }

    fn picture(&mut self, part: &Part) {
        if let Some((bytes, _)) = self.shot.take(part) {
            self.app.keep_screenshot(self.viewer, bytes.into(), now_ms());
        }
    }

    async fn store_plays(&mut self, stream: Uuid, records: Vec<PlayRecord>) -> Step {
        let n = records.last().map_or(0, |record| record.n);
        let now = now_ms();
        let facts = records.iter().map(|record| plays::fact(self.device, self.viewer, stream, record, now)).collect();
        let stored = self.app.core.store().facts().add_plays(facts).await;
        self.acknowledge(stream, n, stored).await
    }

    async fn store_records(&mut self, stream: Uuid, told: Vec<Record>) -> Step {
        let n = told.last().map_or(0, |record| record.n);
        let now = now_ms();
        let facts = told.into_iter().map(|record| records::fact(self.device, self.viewer, stream, record, now)).collect();
        let stored = self.app.core.store().facts().add_events(facts).await;
        self.acknowledge(stream, n, stored).await
    }

    async fn acknowledge(&mut self, stream: Uuid, n: u64, stored: Result<(), store::Error>) -> Step {
        match stored {
            Ok(()) => self.send(Message::Stored(v1::Stored { stream: stream.as_bytes().to_vec(), n })).await,
            Err(error) => {
                static COMPLAINTS: records::Complaints = records::Complaints::new();
                if COMPLAINTS.is_due(now_ms()) {
                    tracing::error!(viewer.id = %self.viewer, %error, "records of viewers could not be stored");
                }
                self.refuse("unavailable", "keep the records and send them again".to_owned()).await
            }
        }
    }
}
