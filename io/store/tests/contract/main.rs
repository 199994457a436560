//! What any engine of the store must do. Runs on SQLite and on PostgreSQL 15.
#![allow(clippy::unwrap_used, reason = "tests")]

mod apply;
mod changes;
mod facts;
mod feeds;
#[path = "../ground/mod.rs"]
mod ground;
mod log;
mod meeting;
mod peers;
#[path = "../../../../pure/replica/tests/model/random.rs"]
mod random;
mod simulated;
#[allow(dead_code, reason = "the database in memory is for the runs of `replica`")]
#[path = "../../../../pure/replica/tests/model/simulator/mod.rs"]
mod simulator;
mod state;
mod telling;

use store::{Engine, Options};
use tempfile::TempDir;
use testkit::postgres::Postgres;

/// A folder and a database for one test.
pub(crate) struct Place {
    folder: TempDir,
    engine: Engine,
}

impl Place {
    fn new(engine: Engine) -> Self {
        Self { folder: TempDir::new().unwrap(), engine }
    }

    pub(crate) fn options(&self) -> Options {
        Options { engine: self.engine.clone(), ..Options::new(self.folder.path(), ground::classes()) }
    }

    pub(crate) async fn open(&self) -> ground::Site {
        ground::open(self.options()).await.unwrap()
    }
}

/// One test for each case on SQLite, and one for all of them on one PostgreSQL server, whose start takes longest.
macro_rules! contract {
    ($($module:ident::$case:ident)*) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $case() {
                crate::$module::$case(crate::Place::new(store::Engine::Sqlite)).await;
            })*
        }

        #[tokio::test]
        async fn postgres() {
            let Some(server) = Postgres::start().unwrap() else { return };
            $(
                let url = server.create(stringify!($case)).unwrap();
                crate::$module::$case(Place::new(Engine::Postgres { url })).await;
            )*
        }
    };
}

contract! {
    changes::a_change_is_published_and_survives_a_restart
    changes::a_refusal_changes_nothing
    changes::changes_of_many_clients_are_decided_in_turn
    changes::the_same_request_is_made_once
    changes::secrets_are_not_stored_in_the_open
    changes::digests_follow_the_documents
    log::entries_come_back_in_order
    log::chains_continue_over_a_restart
    log::the_log_is_not_cut_past_a_reader
    log::what_is_old_is_told_from_what_is_young
    log::who_leads_is_known_after_a_restart
    log::a_vote_is_known_after_a_restart
    facts::audit_is_listed_backwards_and_filtered
    facts::events_are_counted_once
    facts::plays_are_counted_once
    feeds::records_travel_once_whatever_comes_twice
    feeds::what_does_not_fit_is_dropped_from_the_oldest_and_counted
    feeds::a_place_is_never_given_again
    facts::runs_and_alerts_are_listed
    facts::sessions_run_out
    facts::messages_wait_until_they_are_removed
    telling::alerts_and_their_messages_are_written_together
    apply::entries_of_others_are_like_own_ones
    apply::a_batch_that_does_not_fit_changes_nothing
    apply::a_large_batch_is_taken_in_whole_or_not_at_all
    apply::what_loses_is_kept_as_a_notice
    apply::a_clock_of_others_is_not_believed_after_a_restart
    peers::a_sender_skips_what_the_other_has
    peers::the_log_is_kept_for_active_peers
    state::a_new_server_takes_over_the_state
    state::states_are_merged_and_nothing_comes_back
    state::a_snapshot_that_is_not_whole_changes_nothing
    state::a_server_that_was_set_back_goes_on_as_a_new_writer
    state::what_a_rebuild_leaves_out_is_kept_before_it_counts
}
