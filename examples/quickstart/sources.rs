//! What the sources are like: how much they say, and what is worth knowing before it is believed.

use onefold::ingest::{self, DataProfile, Mapping};
use onefold::model::{Limits, Schema};

use crate::setup;
use crate::shop::{Feed, Record};
use crate::story::{clip, say};
use crate::witness::split;

/// A look at one source.
pub struct Look {
    feed: Feed,
    profile: DataProfile,
    unreadable: usize,
}

/// Looks at all sources.
pub fn looks(records: &[Record], schema: &Schema) -> Vec<Look> {
    let mapping = |feed| -> Option<Mapping> {
        match feed {
            Feed::Web => None,
            Feed::Crm => Some(setup::crm()),
            Feed::Pos => Some(setup::pos()),
            Feed::Support => Some(setup::support()),
            Feed::Survey => Some(setup::survey()),
        }
    };
    let look = |feed: Feed| {
        let profile = DataProfile::new(feed.name());
        let mut profile = match mapping(feed) {
            Some(mapping) => profile.expecting(&mapping, schema),
            None => profile,
        };
        let mut unreadable = 0;
        let header = split(feed.header());
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        for record in records.iter().filter(|record| record.feed == feed) {
            let read = if feed.header().is_empty() {
                let object = ingest::json::parse(record.bytes.as_bytes(), &Limits::default());
                object.map(|object| profile.value(&object)).is_ok()
            } else {
                let cells = split(&record.bytes);
                let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
                let fits = cells.len() == header.len();
                if fits {
                    profile.row(&header, &cells);
                }
                fits
            };
            if !read {
                profile.unreadable();
                unreadable += 1;
            }
        }
        Look { feed, profile, unreadable }
    };
    Feed::ALL.into_iter().map(look).collect()
}

impl Look {
    /// A paragraph, and a line for each column that somebody should look at.
    pub fn tell(&self) {
        let (name, records) = (self.feed.name(), self.profile.records());
        let columns = self.profile.columns();
        let share = |filled: u64| 100 * filled / records.max(1);
        let mut seldom: Vec<_> = columns.iter().filter(|column| share(column.filled) < 30).collect();
        seldom.sort_by_key(|column| column.filled);
        let mut text = format!("{name}, {}: {records} records with {} columns", self.feed.about(), columns.len());
        match self.unreadable {
            0 => text.push_str(", all of them readable."),
            1 => text.push_str(", and one that cannot be read."),
            many => text.push_str(&format!(", and {many} that cannot be read.")),
        }
        if !seldom.is_empty() {
            let some: Vec<String> =
                seldom.iter().take(3).map(|column| format!("{} ({} %)", column.name, share(column.filled))).collect();
            let more = seldom.len().saturating_sub(3);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            text.push_str(&format!(" Seldom filled: {}{more}.", some.join(", ")));
        }
        say(&text);
        for column in &columns {
            let invalid = column.invalid.unwrap_or(0);
            if column.generic == 0 && invalid == 0 {
                continue;
            }
            let mut line =
                format!("  {:<12} {:>3} % filled, {} different", column.name, share(column.filled), column.distinct);
            if invalid > 0 {
                line.push_str(&format!(", {invalid} not what they should be"));
            }
            if column.generic > 0 {
                line.push_str(&format!(", {} generic", column.generic));
            }
            let top: Vec<String> =
                column.top.iter().take(2).map(|top| format!("{} ({})", top.value, top.count)).collect();
            if !top.is_empty() {
                line.push_str(&format!("; most often {}", top.join(", ")));
            }
            println!("{}", clip(&line));
        }
    }
}
