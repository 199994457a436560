//! The reasons as an English sentence.

use jiff::Timestamp;

use super::slot::{Playing, Target};
use super::why::{Candidate, Verdict, Why};
use super::zones::zone_of;
use crate::content::{Content, Destination};
use crate::id::ScheduleId;
use crate::rows::Rows;

/// How many rows are named before the rest is only counted.
const NAMED: usize = 3;

impl Why {
    /// One English sentence without full stop, such as `Winter sale, since All shops has it at High until 18:00; covers Lobby loop`.
    /// Times are those of the viewer's zone.
    #[must_use]
    pub fn sentence(&self, rows: &Rows, target: &Target) -> String {
        let until = self.until.map(|until| format!(" until {}", clock(rows, target, self.at, until))).unwrap_or_default();
        let reason = match self.playing {
            Playing::Row(row) => self.row_reason(rows, row, &until),
            Playing::Fallback => {
                let content = self.program.items.first().and_then(|item| item.play.content);
                let name = content.map_or_else(|| "The fallback".to_owned(), |content| content_name(rows, content));
                format!("{name} as fallback, since nothing else can play{until}")
            }
            Playing::Standby => {
                format!("The standby page, since nothing is scheduled that could play and there is no fallback{until}")
            }
        };
        let covered = self.rows_where(rows, |candidate| matches!(candidate.verdict, Verdict::CoveredBy(_)));
        let covers = list(&covered).map(|names| format!("; covers {names}")).unwrap_or_default();
        format!("{reason}{covers}{}", self.failures(rows))
    }

    fn row_reason(&self, rows: &Rows, id: ScheduleId, until: &str) -> String {
        let row = rows.schedules.get(id);
        let who = match row.and_then(|row| row.destination) {
            Some(Destination::All) | None => "all screens have".to_owned(),
            Some(Destination::Group(group)) => {
                let name = rows.groups.get(group).map(|group| group.name.clone()).filter(|name| !name.is_empty());
                format!("{} has", name.unwrap_or_else(|| "a group".to_owned()))
            }
            Some(Destination::Viewer(_)) => "this screen has".to_owned(),
        };
        let level = row.and_then(|row| row.priority).and_then(|priority| rows.priorities.get(priority));
        let rank = match (row.is_some_and(|row| row.emergency), level) {
            (true, _) => " as an emergency".to_owned(),
            (false, Some(level)) => format!(" at {}", level.name),
            (false, None) => String::new(),
        };
        format!("{}, since {who} it{rank}{until}", row_name(rows, id))
    }

    /// Rows that would play here if they had anything to play.
    fn failures(&self, rows: &Rows) -> String {
        let stronger = self.candidates.iter().take_while(|candidate| candidate.verdict != Verdict::Plays);
        let failed = stronger.filter_map(|candidate| match candidate.verdict {
            Verdict::NothingToPlay(nothing) => Some(format!("; {} cannot play: {nothing}", row_name(rows, candidate.row))),
            _ => None,
        });
        failed.take(NAMED).collect()
    }

    fn rows_where(&self, rows: &Rows, which: impl Fn(&Candidate) -> bool) -> Vec<String> {
        self.candidates.iter().filter(|candidate| which(candidate)).map(|candidate| row_name(rows, candidate.row)).collect()
    }
}

/// The row's name, else its content's.
fn row_name(rows: &Rows, id: ScheduleId) -> String {
    let row = rows.schedules.get(id);
    match row {
        Some(row) if !row.name.is_empty() => row.name.clone(),
        Some(row) => row.content.map_or_else(|| "A row without content".to_owned(), |content| content_name(rows, content)),
        None => "A deleted row".to_owned(),
    }
}

fn content_name(rows: &Rows, content: Content) -> String {
    let name = match content {
        Content::Media(id) => rows.media.get(id).map(|media| media.name.clone()),
        Content::Playlist(id) => rows.playlists.get(id).map(|playlist| playlist.name.clone()),
        Content::Presentation(id) => rows.presentations.get(id).map(|presentation| presentation.name.clone()),
        Content::Revision(id) => {
            let presentation = rows.revisions.get(id).and_then(|revision| rows.presentations.get(revision.presentation));
            presentation.map(|presentation| presentation.name.clone())
        }
    };
    match name {
        Some(name) if !name.is_empty() => name,
        Some(_) => "Content without name".to_owned(),
        None => "Deleted content".to_owned(),
    }
}

/// Names joined as in a sentence, the first few of them.
fn list(names: &[String]) -> Option<String> {
    let (last, first) = names.split_last()?;
    Some(match (first, names.len()) {
        ([], _) => last.clone(),
        (first, count) if count <= NAMED => format!("{} and {last}", first.join(", ")),
        (_, count) => format!("{} and {} more", names[..NAMED].join(", "), count - NAMED),
    })
}

/// The time of day, with the date if it is not the day of `now`.
fn clock(rows: &Rows, target: &Target, now: i64, at: i64) -> String {
    let rules = zone_of(rows, target.viewer).rules();
    let wall = |ms| Timestamp::from_millisecond(ms).map(|stamp| rules.to_datetime(stamp));
    match (wall(now), wall(at)) {
        (Ok(now), Ok(at)) if now.date() == at.date() => at.strftime("%H:%M").to_string(),
        (_, Ok(at)) => at.strftime("%-d %B %Y, %H:%M").to_string(),
        (_, Err(_)) => "the end of time".to_owned(),
    }
}
