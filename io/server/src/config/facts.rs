//! How long records are kept.

use super::section::section;

section! {
    /// How long records are kept.
    Facts = "facts";

    /// Days for which play records are kept.
    plays_days: u32 = "plays-days", 400, within 1..=36_500;
    /// Days for which events and log lines of screens are kept.
    events_days: u32 = "events-days", 90, within 1..=36_500;
    /// Days for which the audit trail is kept.
    audit_days: u32 = "audit-days", 731, within 1..=36_500;
    /// Days for which the runs of tasks are kept, and tasks whose only time has passed.
    tasks_days: u32 = "tasks-days", 90, within 31..=36_500;
    /// Days for which screenshots are kept, and logs and black boxes that tasks brought.
    task_files_days: u32 = "task-files-days", 14, within 1..=36_500;
    /// Days for which alerts are kept after they were cleared.
    alerts_days: u32 = "alerts-days", 400, within 1..=36_500;
}
