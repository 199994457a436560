//! Rows of feeds as messages, and back.

use control::v1::{FedEvent, FedNotice, FedPlay, ReplicationActor, ReplicationDot};
use domain::log::canonical;
use domain::stamp::{Actor, Dot};
use replica::Notice;
use store::facts::{Event, Noticed, Play, Resolved, notice_kind, notice_name};
use uuid::Uuid;

fn bytes(id: Uuid) -> Vec<u8> {
    id.as_bytes().to_vec()
}

fn id(bytes: &[u8]) -> Option<Uuid> {
    Uuid::from_slice(bytes).ok()
}

pub(super) fn play(play: Play) -> FedPlay {
    FedPlay {
        device: bytes(play.device),
        stream: play.stream,
        n: play.n,
        viewer: bytes(play.viewer),
        at: play.at,
        duration: play.duration,
        content: play.content.map(bytes).unwrap_or_default(),
        detail: canonical(&play.detail),
    }
}

/// None: it is garbled.
pub(super) fn read_play(fed: FedPlay) -> Option<Play> {
    Some(Play {
        device: id(&fed.device)?,
        stream: fed.stream,
        n: fed.n,
        viewer: id(&fed.viewer)?,
        at: fed.at,
        duration: fed.duration,
        content: if fed.content.is_empty() { None } else { Some(id(&fed.content)?) },
        detail: serde_json::from_str(&fed.detail).ok()?,
    })
}

pub(super) fn event(event: Event) -> FedEvent {
    FedEvent {
        device: bytes(event.device),
        stream: event.stream,
        n: event.n,
        viewer: bytes(event.viewer),
        at: event.at,
        level: event.level,
        code: event.code,
        text: event.text,
    }
}

/// None: it is garbled.
pub(super) fn read_event(fed: FedEvent) -> Option<Event> {
    Some(Event {
        device: id(&fed.device)?,
        stream: fed.stream,
        n: fed.n,
        viewer: id(&fed.viewer)?,
        at: fed.at,
        level: fed.level,
        code: fed.code,
        text: fed.text,
    })
}

pub(super) fn notice(noticed: Noticed) -> FedNotice {
    let Noticed { notice, at, value, resolved, .. } = noticed;
    let actor = notice.loser.actor;
    let actor = ReplicationActor { server: bytes(actor.server), incarnation: actor.incarnation };
    FedNotice {
        id: bytes(notice.id),
        what: notice_name(notice.what).to_owned(),
        kind: notice.kind,
        document: bytes(notice.document),
        cell: notice.cell,
        loser: Some(ReplicationDot { actor: Some(actor), seq: notice.loser.seq }),
        at,
        value: value.as_ref().map(canonical),
        resolved_at: resolved.map(|resolved| resolved.at),
        resolved_by: resolved.and_then(|resolved| resolved.by).map(bytes).unwrap_or_default(),
    }
}

/// None: it is garbled, or of a kind that only a newer version knows.
pub(super) fn read_notice(fed: FedNotice) -> Option<Noticed> {
    let loser = fed.loser?;
    let actor = loser.actor?;
    let actor = Actor { server: id(&actor.server)?, incarnation: actor.incarnation };
    let notice = Notice {
        id: id(&fed.id)?,
        what: notice_kind(&fed.what)?,
        kind: fed.kind,
        document: id(&fed.document)?,
        cell: fed.cell,
        loser: Dot { actor, seq: loser.seq },
    };
    let value = fed.value.map(|text| serde_json::from_str(&text)).transpose().ok()?;
    let resolved = fed.resolved_at.map(|at| Resolved { at, by: id(&fed.resolved_by) });
    Some(Noticed { resolved, ..Noticed::new(notice, fed.at, value) })
}

#[cfg(test)]
mod tests {
    use replica::NoticeKind;
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_come_back_as_they_were() {
        let n = Uuid::from_u128;
        let shown = Play {
            device: n(1),
            stream: -7,
            n: 3,
            viewer: n(2),
            at: 1_000,
            duration: 50,
            content: None,
            detail: json!({"item": "a"}),
        };
        assert_eq!(read_play(play(shown.clone())), Some(shown.clone()));
        let shown = Play { content: Some(n(9)), ..shown };
        assert_eq!(read_play(play(shown.clone())), Some(shown.clone()));
        assert_eq!(read_play(FedPlay { device: vec![1], ..play(shown) }), None);
        let told = Event {
            device: n(1),
            stream: 7,
            n: 3,
            viewer: n(2),
            at: 1_000,
            level: "warn".into(),
            code: "disk.full".into(),
            text: "The disk is full.".into(),
        };
        assert_eq!(read_event(event(told.clone())), Some(told));
        let loser = Dot { actor: Actor { server: n(4), incarnation: 2 }, seq: 8 };
        let found = Noticed::new(Notice::new(NoticeKind::TwoNames, "viewer", n(5), "name", loser), 77, Some(json!("Gate~2")));
        assert_eq!(read_notice(notice(found.clone())), Some(found.clone()));
        let found = Noticed { value: None, resolved: Some(Resolved { at: 99, by: Some(n(6)) }), ..found };
        assert_eq!(read_notice(notice(found.clone())), Some(found.clone()));
        assert_eq!(read_notice(FedNotice { what: "omen".into(), ..notice(found) }), None);
    }
}
