//! Messages of a viewer, read strictly: what is stored is well formed, what is refused is told why.

use domain::content::Content;
use uuid::Uuid;

use super::output::{Output, PlanNews, Record, Sharing};
use crate::hearing::{CardFlag, CardHeard, Hearing};
use crate::order::{Part, Report};
use crate::play::PlayRecord;
use crate::session::MAX_RECORDS;
use crate::v1;

/// The longest part of an attachment, in bytes.
const MAX_PART: usize = 256 * 1024;
/// The longest id of a plan or an item, and the longest code, in bytes.
pub(super) const MAX_NAME: usize = 200;
/// The longest sentence, in bytes.
const MAX_TEXT: usize = 4_000;
/// The most missing files that are noted.
const MAX_MISSING: usize = 100;
/// The most network cards of one machine, ports and refusals that are noted.
const MAX_CARDS: usize = 64;
/// The most addresses of one machine.
const MAX_ADDRESSES: usize = 16;
/// Levels of events; others count as `info`.
const LEVELS: [&str; 4] = ["error", "warn", "info", "debug"];

pub(super) fn plan(report: v1::PlanReport, now: i64) -> Output {
    let (state, plan) = (report.state(), report.plan);
    if plan.is_empty() || plan.len() > MAX_NAME {
        return Output::refuse("plan", format!("the id of a plan has 1 to {MAX_NAME} bytes, this one has {}", plan.len()));
    }
    match state {
        v1::PlanState::Unspecified => Output::Nothing,
        v1::PlanState::Received => Output::Plan(PlanNews::Received(plan)),
        // A viewer whose clock is ahead has not shown anything in the future.
        v1::PlanState::Shown => Output::Plan(PlanNews::Shown(plan, if report.at > 0 { report.at.min(now) } else { now })),
        v1::PlanState::Incomplete => {
            let missing = report.missing.into_iter().take(MAX_MISSING).filter(|file| file.hash.len() <= MAX_NAME);
            let short = |file: v1::MissingFile| v1::MissingFile { why: cut(file.why, MAX_NAME), ..file };
            Output::Plan(PlanNews::Incomplete(plan, missing.map(short).collect()))
        }
    }
}

pub(super) fn plays(plays: v1::Plays) -> Output {
    let Some(stream) = uuid(&plays.stream) else { return stream_refused("plays", &plays.stream) };
    if let Err(text) = numbered(plays.records.iter().map(|record| record.n)) {
        return Output::Refuse("plays", text);
    }
    match plays.records.into_iter().map(play).collect() {
        Ok(records) => Output::StorePlays(stream, records),
        Err(text) => Output::Refuse("plays", text),
    }
}

pub(super) fn records(records: v1::Records) -> Output {
    let Some(stream) = uuid(&records.stream) else { return stream_refused("records", &records.stream) };
    if let Err(text) = numbered(records.records.iter().map(|record| record.n)) {
        return Output::Refuse("records", text);
    }
    let read = |record: v1::Record| Record {
        n: record.n,
        at: record.at,
        level: LEVELS.into_iter().find(|level| *level == record.level).unwrap_or("info"),
        code: cut(record.code, MAX_NAME / 2),
        text: cut(record.text, MAX_TEXT),
    };
    Output::StoreRecords(stream, records.records.into_iter().map(read).collect())
}

pub(super) fn report(report: v1::CommandReport) -> Output {
    let state = report.state();
    let Some(order) = uuid(&report.id) else {
        return Output::refuse("command", format!("the id of a command has 16 bytes, this one has {}", report.id.len()));
    };
    let text = cut(report.text, MAX_TEXT);
    let percent = u8::try_from(report.progress.min(100)).unwrap_or(100);
    Output::Report(
        order,
        match state {
            v1::CommandState::Unspecified => return Output::Nothing,
            v1::CommandState::Started => Report::Started,
            v1::CommandState::Running => Report::Running { percent, text },
            v1::CommandState::Done => Report::Done { text },
            v1::CommandState::Failed => Report::Failed { code: cut(report.code, MAX_NAME), text },
        },
    )
}

pub(super) fn attachment(attachment: v1::Attachment) -> Output {
    let v1::Attachment { command, name, mime, offset, bytes, last } = attachment;
    if bytes.len() > MAX_PART {
        return Output::refuse("attachment", format!("a part of {} bytes: give at most {MAX_PART}", bytes.len()));
    }
    let part = Part { name: cut(name, MAX_NAME), mime: cut(mime, MAX_NAME), offset, bytes, last };
    match uuid(&command) {
        Some(order) => Output::Report(order, Report::Attachment(part)),
        None if command.is_empty() => Output::Screenshot(part),
        None => Output::refuse("attachment", format!("the id of a command has 16 bytes, this one has {}", command.len())),
    }
}

pub(super) fn hearing(hearing: v1::WakeHearing) -> Output {
    let Some(order) = uuid(&hearing.command) else {
        return Output::refuse("command", format!("the id of a command has 16 bytes, this one has {}", hearing.command.len()));
    };
    let card = |card: v1::WakeCard| CardHeard {
        mac: plain(card.mac),
        interface: plain(card.interface),
        flag: CardFlag::of(&card.flag),
        heard: ports(&card.heard),
    };
    let refused = hearing.refused.into_iter().take(MAX_CARDS).map(plain);
    let cards = hearing.cards.into_iter().take(MAX_CARDS).map(card);
    let hearing = Hearing { listening: ports(&hearing.listening), refused: refused.collect(), cards: cards.collect() };
    Output::Report(order, Report::Hearing(hearing))
}

/// Addresses that are none are passed over: a newer version may know others.
pub(super) fn sharing(sharing: &v1::Sharing) -> Output {
    let Ok(port) = u16::try_from(sharing.port) else {
        return Output::refuse("sharing", format!("a TCP port is 65535 at the most, this one is {}", sharing.port));
    };
    let addresses = sharing.addresses.iter().take(MAX_ADDRESSES).filter_map(|address| address.parse().ok());
    Output::Sharing(Sharing { port, addresses: addresses.collect() })
}

/// Numbers of ports, ascending and each once.
fn ports(numbers: &[u32]) -> Vec<u16> {
    let mut ports: Vec<u16> = numbers.iter().take(MAX_CARDS).filter_map(|number| u16::try_from(*number).ok()).collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}

fn play(record: v1::Play) -> Result<PlayRecord, String> {
    let n = record.n;
    if record.until < record.from {
        return Err(format!("record {n} ends before it begins"));
    }
    if record.plan.len() > MAX_NAME || record.item.len() > MAX_NAME {
        return Err(format!("record {n} has a plan or an item of more than {MAX_NAME} bytes"));
    }
    let id = |text: &str, what: &str| match text {
        "" => Ok(None),
        text => Uuid::parse_str(text).map(Some).map_err(|_| format!("the {what} of record {n} is not a UUID: {:.80}", text)),
    };
    Ok(PlayRecord {
        n,
        row: id(&record.row, "row")?.map(Into::into),
        content: content(&record.content).map_err(|text| format!("the content of record {n} {text}"))?,
        revision: id(&record.revision, "revision")?.map(Into::into),
        media: id(&record.media, "media")?.map(Into::into),
        plan: record.plan,
        item: record.item,
        from: record.from,
        until: record.until,
        complete: record.complete,
    })
}

/// `kind:id`; empty = none. Kinds of newer versions count as unknown.
fn content(text: &str) -> Result<Option<Content>, &'static str> {
    let Some((kind, id)) = text.split_once(':') else {
        return if text.is_empty() { Ok(None) } else { Err("is not written as kind:id") };
    };
    let id = Uuid::parse_str(id).map_err(|_| "has no UUID as id")?;
    Ok(match kind {
        "media" => Some(Content::Media(id.into())),
        "playlist" => Some(Content::Playlist(id.into())),
        "presentation" => Some(Content::Presentation(id.into())),
        "revision" => Some(Content::Revision(id.into())),
        _ => None,
    })
}

/// Records are numbered upwards from 1, and not too many.
fn numbered(numbers: impl ExactSizeIterator<Item = u64>) -> Result<(), String> {
    let (many, mut before) = (numbers.len(), 0);
    if many == 0 || many > MAX_RECORDS {
        return Err(format!("{many} records in one message: give 1 to {MAX_RECORDS}"));
    }
    for n in numbers {
        if n <= before || i64::try_from(n).is_err() {
            return Err(format!("number {n} comes after {before}: number records upwards from 1"));
        }
        before = n;
    }
    Ok(())
}

fn stream_refused(code: &'static str, stream: &[u8]) -> Output {
    Output::refuse(code, format!("the id of a stream has 16 bytes, this one has {}", stream.len()))
}

fn uuid(bytes: &[u8]) -> Option<Uuid> {
    Uuid::from_slice(bytes).ok()
}

/// A short text without signs that would mean something to a terminal.
fn plain(mut text: String) -> String {
    text.retain(|sign| !sign.is_control());
    cut(text, MAX_NAME)
}

/// At most so many bytes of a text, cut between characters.
fn cut(mut text: String, most: usize) -> String {
    if text.len() > most {
        let end = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
    }
    text
}
