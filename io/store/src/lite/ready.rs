//! A statement that is run again and again.

use std::cell::RefCell;
use std::collections::HashMap;

use rusqlite::{CachedStatement, Connection};

use crate::value::Value;

/// Parameters as statements name them. To SQLite these are names, numbered in the order in which a statement mentions them.
pub(super) const NAMES: [&str; 12] = ["$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12"];

/// Where the parameters of statements stand, by the address of the statement's text: to look them up by their names each time would cost as
/// much as a small insert.
#[derive(Debug, Default)]
pub(super) struct Places(RefCell<HashMap<(usize, usize), [usize; NAMES.len()]>>);

impl Places {
    /// Those of a statement; 0 where it does not mention a parameter.
    fn of(&self, sql: &'static str, statement: &CachedStatement<'_>) -> rusqlite::Result<[usize; NAMES.len()]> {
        let address = (sql.as_ptr() as usize, sql.len());
        if let Some(known) = self.0.borrow().get(&address) {
            return Ok(*known);
        }
        let mut places = [0; NAMES.len()];
        for (place, name) in places.iter_mut().zip(NAMES) {
            *place = statement.parameter_index(name)?.unwrap_or(0);
        }
        self.0.borrow_mut().insert(address, places);
        Ok(places)
    }
}

/// A statement that is run again and again.
pub(super) struct Ready<'a> {
    sql: &'static str,
    statement: CachedStatement<'a>,
    places: [usize; NAMES.len()],
}

impl<'a> Ready<'a> {
    /// Makes `sql` the statement that is ready, unless it is already.
    pub(super) fn at<'b>(
        ready: &'b mut Option<Self>,
        (connection, places): (&'a Connection, &Places),
        sql: &'static str,
    ) -> rusqlite::Result<&'b mut Self> {
        let same = ready.as_ref().is_some_and(|ready| std::ptr::eq(ready.sql, sql));
        if !same {
            // The one before goes back among the prepared ones first: it may be the same text from elsewhere.
            *ready = None;
            let statement = connection.prepare_cached(sql)?;
            let places = places.of(sql, &statement)?;
            *ready = Some(Self { sql, statement, places });
        }
        Ok(ready.as_mut().expect("it was made ready"))
    }

    /// Runs it; returns how many rows it changed.
    pub(super) fn execute(&mut self, values: &[Value]) -> rusqlite::Result<u64> {
        assert!(values.len() <= self.places.len(), "statements have few parameters");
        for (place, value) in self.places.iter().zip(values) {
            self.statement.raw_bind_parameter(*place, value)?;
        }
        Ok(self.statement.raw_execute()? as u64)
    }
}
