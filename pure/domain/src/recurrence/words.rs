//! A rule put into words: a value that every language can phrase, and the English phrase.

use std::fmt;

use jiff::civil::{Time, Weekday};

use crate::schedule::{Recurrence, Weekdays, When, Window};

/// How a row repeats, as a person would say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// From start to end without a break.
    Throughout,
    /// On days of the week.
    Weekly {
        /// Every how many weeks.
        every: u16,
        /// On which days.
        days: Weekdays,
        /// Part of the day; none = all day.
        part: Option<Window>,
    },
}

impl Words {
    /// The words for this row's time.
    #[must_use]
    pub fn of(when: &When) -> Self {
        match &when.recurrence {
            None => Self::Throughout,
            Some(Recurrence::Weekly(rule)) => Self::Weekly { every: rule.every.max(1), days: rule.days, part: rule.window },
        }
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Weekly { every, days, part } = self else { return f.write_str("throughout") };
        if days.is_empty() {
            return f.write_str("never, since no day is chosen");
        }
        match (every, *days == Weekdays::ALL) {
            (1, true) => f.write_str("every day")?,
            (1, false) => write!(f, "every {}", list(*days))?,
            (2, true) => f.write_str("every other week on all days")?,
            (2, false) => write!(f, "every other week on {}", list(*days))?,
            (n, true) => write!(f, "every {n} weeks on all days")?,
            (n, false) => write!(f, "every {n} weeks on {}", list(*days))?,
        }
        let Some(Window { start, end }) = part else { return Ok(()) };
        write!(f, " from {} to {}", Clock(*start), Clock(*end))?;
        if end <= start && *end != Time::midnight() { f.write_str(" of the next day") } else { Ok(()) }
    }
}

/// The days in order, joined as in a sentence.
fn list(days: Weekdays) -> String {
    let names: Vec<&str> = Weekday::Monday.cycle_forward().take(7).filter(|day| days.contains(*day)).map(name).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

fn name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

/// A time of day, seconds only where there are some.
struct Clock(Time);

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())?;
        if self.0.second() != 0 { write!(f, ":{:02}", self.0.second()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::Weekly;
    use jiff::civil::time;

    fn check(every: u16, days: &[Weekday], part: Option<((i8, i8), (i8, i8))>, expected: &str) {
        let at = |(hour, minute)| time(hour, minute, 0, 0);
        let window = part.map(|(start, end)| Window { start: at(start), end: at(end) });
        let rule = Weekly { every, days: days.iter().copied().collect(), window };
        let when = When { recurrence: Some(Recurrence::Weekly(rule)), ..When::default() };
        assert_eq!(Words::of(&when).to_string(), expected);
    }

    #[test]
    fn rules_read_like_sentences() {
        use Weekday::{Friday, Monday, Sunday, Wednesday};
        let all: Vec<Weekday> = Monday.cycle_forward().take(7).collect();
        assert_eq!(Words::of(&When::default()).to_string(), "throughout");
        check(1, &[Friday, Monday], Some(((7, 0), (11, 0))), "every Monday and Friday from 07:00 to 11:00");
        check(1, &all, None, "every day");
        check(1, &all, Some(((22, 0), (2, 30))), "every day from 22:00 to 02:30 of the next day");
        check(1, &[Sunday], Some(((22, 0), (0, 0))), "every Sunday from 22:00 to 00:00");
        check(2, &[Monday, Wednesday, Friday], None, "every other week on Monday, Wednesday and Friday");
        check(4, &all, None, "every 4 weeks on all days");
        check(1, &[], None, "never, since no day is chosen");
    }
}
