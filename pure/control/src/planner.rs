//! Making a plan: the timetable's answer for the horizon, with everything that it names.

use std::collections::{BTreeMap, BTreeSet};

use domain::cell::Hash;
use domain::id::{MediaId, ViewerId};
use domain::rows::Rows;
use domain::timetable::{Playing, Program, Show, Slot, Target, resolve};

use crate::plan::{Plan, PlanFile, PlanFont, PlanMedia, PlanSlot, PlanViewer, ZoneOffset};

/// One day in milliseconds.
pub const DAY_MS: i64 = 86_400_000;
/// 1970-01-05T00:00Z, a Monday, in Unix milliseconds: from it content without end counts its position.
const EPOCH_MONDAY: i64 = 4 * DAY_MS;

/// What a plan needs to know of a body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BodyFacts {
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Length.
    pub bytes: u64,
    /// Media that its elements name.
    pub media: Vec<MediaId>,
    /// Zones that its clocks name.
    pub zones: Vec<String>,
}

/// What a plan is made from besides the rows.
pub struct Material<'a> {
    /// Facts about a body; none if it is not here.
    pub body: &'a dyn Fn(Hash) -> Option<BodyFacts>,
    /// Fonts for all pages.
    pub fonts: &'a [PlanFont],
    /// Length of the plan in days.
    pub horizon_days: u32,
}

/// The plan of a viewer at `now` (Unix milliseconds): from the beginning of the UTC day on, so that it stays the same for a day.
/// None if there is no such viewer.
#[must_use]
pub fn plan(rows: &Rows, viewer: ViewerId, now: i64, material: &Material<'_>) -> Option<Plan> {
    let place = rows.viewers.get(viewer)?;
    let installation = rows.installation();
    let zone = place.zone.clone().unwrap_or_else(|| installation.zone.clone());
    let from = now - now.rem_euclid(DAY_MS);
    let until = from + (i64::from(material.horizon_days) + 1) * DAY_MS;
    let target = Target::screen(viewer);
    let mut programs = Programs::default();
    let slots: Vec<PlanSlot> = resolve(rows, &target, from, until).iter().map(|slot| programs.slot(slot)).collect();
    let fallback = programs.key(&fallback(rows, viewer, now));

    let mut bodies = BTreeMap::new();
    let (mut media, mut zones) = (BTreeSet::new(), BTreeSet::from([zone.to_string()]));
    for item in programs.known.iter().flat_map(|program| &program.items) {
        match &item.show {
            Show::Page { body, .. } => {
                if let Some(facts) = (material.body)(*body) {
                    bodies.insert(*body, PlanFile { sha256: facts.sha256, bytes: facts.bytes });
                    media.extend(facts.media);
                    zones.extend(facts.zones);
                }
            }
            Show::Image { media: id } | Show::Video { media: id } => drop(media.insert(*id)),
            Show::Standby => {}
        }
    }
    let mut plan = Plan {
        id: String::new(),
        made_at: now,
        from,
        until,
        urgent: false,
        viewer: PlanViewer {
            id: viewer,
            name: place.name.clone(),
            installation: installation.name.clone(),
            zone: zone.to_string(),
            rotation: place.rotation.into(),
            fit: place.fit,
            volume: place.volume.percent(),
            muted: place.muted,
            language: installation.language.clone(),
        },
        zones: zones
            .into_iter()
            .filter_map(|name| Some((offsets(&name, from, until)?, name)))
            .map(|(o, name)| (name, o))
            .collect(),
        slots,
        programs: programs.named(),
        fallback,
        fallback_anchor: endless_anchor(&zone),
        media: media.into_iter().filter_map(|id| Some((id, plan_media(rows, id, viewer)?))).collect(),
        bodies,
        fonts: material.fonts.to_vec(),
    };
    plan.seal();
    Some(plan)
}

/// The program outside all slots: the fallback, or standby where there is none.
fn fallback(rows: &Rows, viewer: ViewerId, now: i64) -> Program {
    let own = rows.viewers.get(viewer).and_then(|place| place.fallback);
    let candidates = [own, rows.installation().fallback];
    let programs = candidates.into_iter().flatten().map(|content| domain::timetable::program(rows, content, viewer, now));
    programs.into_iter().find(|program| !program.is_empty()).unwrap_or_else(Program::standby)
}

/// 1970-01-05T00:00 in the zone: from where content without end counts its position.
fn endless_anchor(zone: &domain::cell::ZoneName) -> i64 {
    let monday = jiff::civil::date(1970, 1, 5).at(0, 0, 0, 0);
    let instant = zone.rules().to_ambiguous_zoned(monday).compatible();
    instant.map_or(EPOCH_MONDAY, |monday| monday.timestamp().as_millisecond())
}

/// Programs that slots share, each named once.
#[derive(Default)]
struct Programs {
    known: Vec<Program>,
}

impl Programs {
    fn key(&mut self, program: &Program) -> String {
        let index = self.known.iter().position(|known| known == program).unwrap_or_else(|| {
            self.known.push(program.clone());
            self.known.len() - 1
        });
        format!("p{index}")
    }

    fn slot(&mut self, slot: &Slot) -> PlanSlot {
        let row = match slot.playing {
            Playing::Row(row) => Some(row),
            Playing::Fallback | Playing::Standby => None,
        };
        let program = self.key(&slot.program);
        PlanSlot { from: slot.from, until: slot.until, anchor: slot.anchor, program, row, emergency: slot.emergency }
    }

    fn named(self) -> BTreeMap<String, Program> {
        self.known.into_iter().enumerate().map(|(index, program)| (format!("p{index}"), program)).collect()
    }
}

/// A media record that may be shown; none if it is gone or in the trash.
fn plan_media(rows: &Rows, id: MediaId, viewer: ViewerId) -> Option<PlanMedia> {
    let media = rows.media.get(id).filter(|media| media.trashed_at.is_none())?;
    let (valid_from, valid_until) = domain::timetable::shown_between(rows, &media.validity, viewer);
    Some(PlanMedia {
        hash: media.hash,
        sha256: media.sha256.clone(),
        bytes: media.bytes,
        mime: media.mime.clone(),
        width: media.width,
        height: media.height,
        duration_ms: media.duration_ms,
        valid_from,
        valid_until,
    })
}

/// The offsets of a zone over a time, the first from [`EPOCH_MONDAY`] on; none if there is no such zone.
fn offsets(name: &str, from: i64, until: i64) -> Option<Vec<ZoneOffset>> {
    let zone = jiff::tz::TimeZone::get(name).ok()?;
    let start = jiff::Timestamp::from_millisecond(from).ok()?;
    let first = ZoneOffset { from: EPOCH_MONDAY, offset_s: zone.to_offset(start).seconds() };
    let changes = zone.following(start).map(|t| (t.timestamp().as_millisecond(), t.offset().seconds()));
    let changes = changes.take_while(|(at, _)| *at < until).map(|(from, offset_s)| ZoneOffset { from, offset_s });
    Some([first].into_iter().chain(changes).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_follow_the_clock_changes_within_the_horizon() {
        let october = 1_792_800_000_000; // 2026-10-24T00:00Z, the day before clocks go back in Berlin
        let offsets = offsets("Europe/Berlin", october, october + 14 * DAY_MS).unwrap();
        assert_eq!(offsets.iter().map(|o| o.offset_s).collect::<Vec<_>>(), [7_200, 3_600]);
        assert_eq!(offsets[1].from, 1_792_890_000_000, "2026-10-25T01:00Z");
    }

    #[test]
    fn a_viewer_without_rows_stands_by_and_its_plan_keeps_its_id_for_a_day() {
        let mut rows = Rows::default();
        let id = uuid::Uuid::from_u128(5);
        let row = domain::log::Row { birth: domain::stamp::Dot::default(), cells: BTreeMap::default() };
        rows.put("viewer", id, Some(row));
        let material = Material { body: &|_| None, fonts: &[], horizon_days: 14 };
        let day = 1_792_800_000_000;
        let first = plan(&rows, ViewerId(id), day, &material).unwrap();
        let later = plan(&rows, ViewerId(id), day + DAY_MS - 1, &material).unwrap();
        assert_eq!(first.id, later.id);
        assert_eq!(first.slots.len(), 1);
        assert_eq!(first.slots[0].until - first.slots[0].from, 15 * DAY_MS);
        assert!(plan(&rows, ViewerId::default(), day, &material).is_none());
    }
}
