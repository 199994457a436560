//! Facts.

use serde_json::json;
use store::facts::{
    Alert, AlertFilter, Audit, AuditFilter, Event, EventFilter, Play, PlayFilter, RunCursor, RunFilter, Session, TaskRun,
};
use uuid::Uuid;

use crate::Place;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub(crate) async fn audit_is_listed_backwards_and_filtered(place: Place) {
    let site = place.open().await;
    let facts = site.store.facts();
    let entry = |at: i64, author: u128| Audit {
        at,
        author: Some(id(author)),
        action: "viewer.update".into(),
        kind: Some("viewer".into()),
        document: Some(id(9)),
        source: format!("dot:{at}"),
        detail: json!({"before": "Gate", "after": at}),
    };
    let entries: Vec<_> = (1..=10).map(|at| entry(at, 1 + at as u128 % 2)).collect();
    facts.add_audit(entries.clone()).await.unwrap();
    facts.add_audit(entries[..4].to_vec()).await.unwrap();
    let all = facts.list_audit(&AuditFilter::default(), None, 100).await.unwrap();
    assert_eq!(all.iter().map(|audited| audited.audit.at).collect::<Vec<_>>(), (1..=10).rev().collect::<Vec<_>>());
    assert_eq!(all[9].audit, entries[0]);
    let page = facts.list_audit(&AuditFilter::default(), Some(all[3].n), 2).await.unwrap();
    assert_eq!(page, all[4..6]);
    let filter = AuditFilter { author: Some(id(1)), from: 3, until: 9, ..AuditFilter::default() };
    let some = facts.list_audit(&filter, None, 100).await.unwrap();
    assert_eq!(some.iter().map(|audited| audited.audit.at).collect::<Vec<_>>(), [8, 6, 4]);
    let none = AuditFilter { document: Some(id(8)), ..AuditFilter::default() };
    assert_eq!(facts.list_audit(&none, None, 100).await.unwrap(), []);
    facts.expire_audit(9).await.unwrap();
    assert_eq!(facts.list_audit(&AuditFilter::default(), None, 100).await.unwrap().len(), 2);
    site.close().await;
}

pub(crate) async fn plays_are_counted_once(place: Place) {
    let site = place.open().await;
    let facts = site.store.facts();
    let play = |n: i64| Play {
        device: id(1),
        stream: 7,
        n,
        viewer: id(2),
        at: 1000 + n / 2,
        duration: 500,
        content: (n % 2 == 0).then(|| id(3)),
        detail: json!({}),
    };
    let plays: Vec<_> = (1..=9).map(play).collect();
    facts.add_plays(plays[..6].to_vec()).await.unwrap();
    facts.add_plays(plays[3..].to_vec()).await.unwrap();
    assert_eq!(facts.play_stream(id(1), 7).await.unwrap(), (9, Some(9)));
    assert_eq!(facts.play_stream(id(1), 8).await.unwrap(), (0, None));
    let mut listed = Vec::new();
    let mut after = None;
    loop {
        let page = facts.list_plays(&PlayFilter::default(), after, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.cursor());
        listed.extend(page);
    }
    listed.reverse();
    assert_eq!(listed, plays);
    let filter = PlayFilter { content: Some(id(3)), viewer: Some(id(2)), from: 1002, ..PlayFilter::default() };
    let some = facts.list_plays(&filter, None, 100).await.unwrap();
    assert_eq!(some.iter().map(|play| play.n).collect::<Vec<_>>(), [8, 6, 4]);
    facts.expire_plays(1003).await.unwrap();
    assert_eq!(facts.play_stream(id(1), 7).await.unwrap(), (4, Some(9)));
    site.close().await;
}

pub(crate) async fn events_are_counted_once(place: Place) {
    let site = place.open().await;
    let facts = site.store.facts();
    let event = |n: i64| Event {
        device: id(1),
        stream: 7,
        n,
        viewer: id(2),
        at: 1000 + n / 2,
        level: if n % 3 == 0 { "error" } else { "info" }.to_owned(),
        code: "browser.crashed".to_owned(),
        text: "It crashed.".to_owned(),
    };
    let events: Vec<_> = (1..=9).map(event).collect();
    facts.add_events(events[..6].to_vec()).await.unwrap();
    facts.add_events(events[3..].to_vec()).await.unwrap();
    let all = EventFilter { viewer: id(2), level: None, from: i64::MIN, until: i64::MAX };
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let page = facts.list_events(&all, after, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.cursor());
        listed.extend(page);
    }
    listed.reverse();
    assert_eq!(listed, events);
    let errors = EventFilter { level: Some("error".to_owned()), from: 1002, ..all.clone() };
    let some = facts.list_events(&errors, None, 100).await.unwrap();
    assert_eq!(some.iter().map(|event| event.n).collect::<Vec<_>>(), [9, 6]);
    assert_eq!(facts.list_events(&EventFilter { viewer: id(9), ..all.clone() }, None, 9).await.unwrap(), []);
    facts.expire_events(1003).await.unwrap();
    assert_eq!(facts.list_events(&all, None, 100).await.unwrap().len(), 4);
    site.close().await;
}

pub(crate) async fn runs_and_alerts_are_listed(place: Place) {
    let site = place.open().await;
    let facts = site.store.facts();
    let run = |n: u128, planned| TaskRun {
        id: id(n),
        task: id(50),
        viewer: Some(id(60)),
        planned,
        started: None,
        ended: None,
        outcome: "waiting".into(),
        detail: json!(null),
    };
    for n in 1..=4 {
        facts.add_task_runs(vec![run(n, n as i64 / 2)], n as i64).await.unwrap();
    }
    assert_eq!(facts.tasks_looked().await.unwrap(), Some(4));
    facts.put_task_runs(vec![TaskRun { started: Some(5), ended: Some(6), outcome: "done".into(), ..run(2, 1) }]).await.unwrap();
    facts.add_task_runs(vec![run(2, 1)], 5).await.unwrap();
    assert_eq!(facts.tasks_looked().await.unwrap(), Some(5));
    assert_eq!(facts.open_task_runs().await.unwrap(), [run(1, 0), run(3, 1), run(4, 2)]);
    assert_eq!(facts.task_run(id(2)).await.unwrap().unwrap().outcome, "done", "what is there stays");
    assert_eq!(facts.task_run(id(9)).await.unwrap(), None);
    let ids = |runs: &[TaskRun]| runs.iter().map(|run| run.id.as_u128()).collect::<Vec<_>>();
    let all = facts.list_task_runs(&RunFilter::default(), None, 10).await.unwrap();
    assert_eq!(ids(&all), [4, 3, 2, 1]);
    assert_eq!((all[2].started, all[2].outcome.as_str()), (Some(5), "done"));
    let after = Some(RunCursor { planned: all[1].planned, id: all[1].id });
    assert_eq!(ids(&facts.list_task_runs(&RunFilter::default(), after, 10).await.unwrap()), [2, 1]);
    let other = RunFilter { task: Some(id(51)), viewer: None };
    assert_eq!(facts.list_task_runs(&other, None, 10).await.unwrap(), []);
    facts.expire_task_runs(2).await.unwrap();
    assert_eq!(ids(&facts.list_task_runs(&RunFilter::default(), None, 10).await.unwrap()), [4]);

    let alert = |n: u128| Alert {
        id: id(n),
        kind: "viewer.offline".into(),
        subject: Some(id(n)),
        raised: n as i64,
        cleared: None,
        detail: json!({"n": n as i64}),
    };
    for n in [1, 2, 3, 2] {
        facts.raise_alert(alert(n)).await.unwrap();
    }
    facts.clear_alert(id(2), 70).await.unwrap();
    facts.clear_alert(id(2), 90).await.unwrap();
    let all = facts.list_alerts(&AlertFilter::default(), None, 10).await.unwrap();
    assert_eq!(all, [alert(3), Alert { cleared: Some(70), ..alert(2) }, alert(1)]);
    let open = AlertFilter { open: true, ..AlertFilter::default() };
    assert_eq!(facts.list_alerts(&open, Some((3, id(3))), 10).await.unwrap(), [alert(1)]);
    facts.expire_alerts(80).await.unwrap();
    assert_eq!(facts.list_alerts(&AlertFilter::default(), None, 10).await.unwrap().len(), 2);
    site.close().await;
}

pub(crate) async fn sessions_run_out(place: Place) {
    let site = place.open().await;
    let facts = site.store.facts();
    let session = |n: u8| Session {
        token_hash: vec![n; 32],
        user: id(1),
        csrf: format!("csrf-{n}"),
        created: i64::from(n),
        seen: 0,
        expires: 1_000_000 + i64::from(n),
    };
    for n in 1..=3 {
        facts.add_session(session(n)).await.unwrap();
    }
    assert_eq!(facts.session(&[2; 32], 1_000_001).await.unwrap(), Some(session(2)));
    assert_eq!(facts.session(&[2; 32], 1_000_002).await.unwrap(), None);
    assert_eq!(facts.session(&[9; 32], 0).await.unwrap(), None);
    facts.touch_session(&session(2), 59_999).await.unwrap();
    assert_eq!(facts.session(&[2; 32], 0).await.unwrap().unwrap().seen, 0);
    facts.touch_session(&session(2), 60_000).await.unwrap();
    assert_eq!(facts.session(&[2; 32], 0).await.unwrap().unwrap().seen, 60_000);
    facts.drop_session(&[1; 32]).await.unwrap();
    let of_user = facts.user_sessions(id(1), 0).await.unwrap();
    assert_eq!(of_user.iter().map(|session| session.created).collect::<Vec<_>>(), [3, 2]);
    facts.drop_user_sessions(id(1), Some(&[3; 32])).await.unwrap();
    assert_eq!(facts.user_sessions(id(1), 0).await.unwrap(), [session(3)]);
    facts.expire_sessions(1_000_003).await.unwrap();
    assert_eq!(facts.user_sessions(id(1), 0).await.unwrap(), []);
    site.close().await;
}

pub(crate) async fn messages_wait_until_they_are_removed(place: Place) {
    let site = place.open().await;
    let facts = site.store.facts();
    for (due, body) in [(20, "second"), (10, "first"), (30, "third")] {
        facts.push("command", due, &json!(body)).await.unwrap();
    }
    facts.push("mail", 0, &json!("other")).await.unwrap();
    let bodies = |messages: &[store::facts::Message]| messages.iter().map(|m| m.body.clone()).collect::<Vec<_>>();
    let due = facts.due("command", 20, 10).await.unwrap();
    assert_eq!(bodies(&due), [json!("first"), json!("second")]);
    facts.put_off(due[0].n, 40).await.unwrap();
    facts.remove(due[1].n).await.unwrap();
    let due = facts.due("command", 40, 10).await.unwrap();
    assert_eq!(bodies(&due), [json!("third"), json!("first")]);
    assert_eq!(due[1].attempts, 1);
    site.close().await;
}
