//! The judge: compares what the platform says with what the generator knows. It shares no code with the platform: it
//! reads the records' bytes and the exported files by itself.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use onefold::model::Time;
use serde_json::Value;

use crate::Run;
use crate::setup::Failure;
use crate::shop::{Feed, Record};
use crate::story::Told;

/// Everything that is not as it must be; an empty list is an acquittal.
pub fn judge(run: &Run, told: &Told) -> Result<Vec<String>, Failure> {
    let mut faults = Vec::new();
    let mut must = |holds: bool, otherwise: String| {
        if !holds {
            faults.push(otherwise);
        }
    };
    let tally = run.tally;
    let counted = tally.accepted + tally.duplicate + tally.quarantined + tally.suppressed;
    must(counted == tally.received, format!("the counts do not add up: {tally}"));
    // The last cart is one more.
    let made = run.shop.records.len() as u64 + 1;
    must(tally.received == made, format!("{made} records were made and {} received", tally.received));
    must(told.pairs > 0, "no pair of rows was judged".into());
    must(told.unlink_restored, "after the unlink the state is not what it was before the link".into());
    match (told.cart_added, told.cart_fired) {
        (Some(added), Some(fired)) => {
            must(
                fired.0 - added.0 == 3_600_000_000,
                format!("the cart was added at {added} and reported abandoned at {fired}"),
            );
            must(!told.cart_early, "the cart was reported abandoned before its hour was over".into());
        }
        _ => must(false, "the abandoned cart was never reported".into()),
    }
    let (checked, wrong) = devices(run, told);
    must(checked > 0, "no refusal of recognition was judged".into());
    must(wrong == 0, format!("{wrong} devices whose owner refused recognition are linked to a person"));
    let (checked, wrong) = letters(run, told)?;
    must(checked > 0, "no exported letter was judged".into());
    must(wrong == 0, format!("{wrong} letters go to addresses whose owner last said no, or never yes"));
    Ok(faults)
}

/// Devices whose own banner answer was no, and how many of them stand in a profile with a login although their owner,
/// logged in, did not agree to recognition anywhere.
fn devices(run: &Run, told: &Told) -> (usize, usize) {
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    let mut agreed: BTreeSet<usize> = BTreeSet::new();
    for record in run.shop.records.iter().filter(|record| record.feed == Feed::Web) {
        let (Ok(message), Some(owner)) = (serde_json::from_str::<Value>(&record.bytes), record.truth) else { continue };
        let answer = message.pointer("/context/consent/categoryPreferences/Recognition").and_then(Value::as_bool);
        match (answer, message["userId"].as_str(), message["anonymousId"].as_str()) {
            (Some(true), Some(_), _) => {
                agreed.insert(owner);
            }
            (Some(false), None, Some(device)) => {
                refused.insert(device.to_owned(), owner);
            }
            _ => {}
        }
    }
    refused.retain(|_, owner| !agreed.contains(owner));
    let wrong = refused.keys().filter(|device| told.linked_devices.contains(device.as_str())).count();
    (refused.len(), wrong)
}

/// The latest yes and the latest no.
#[derive(Clone, Copy, Default)]
struct Said {
    yes: Option<Time>,
    no: Option<Time>,
}

impl Said {
    fn choose(&mut self, yes: bool, at: Time) {
        let slot = if yes { &mut self.yes } else { &mut self.no };
        *slot = (*slot).max(Some(at));
    }
}

/// Letters in the newsletter's file, and how many of them break what their owner said: nobody who never said yes, and
/// nobody whose row in the customer file says no to that address, unless a later click says yes.
fn letters(run: &Run, told: &Told) -> Result<(usize, usize), Failure> {
    let mut filed: BTreeMap<usize, Said> = BTreeMap::new();
    let mut clicked: BTreeMap<usize, Option<Time>> = BTreeMap::new();
    let mut owners: HashMap<String, BTreeSet<usize>> = HashMap::new();
    let mut phones: HashMap<String, BTreeSet<usize>> = HashMap::new();
    for record in &run.shop.records {
        let Some(person) = record.truth else { continue };
        if let Some(phone) = phone(record) {
            phones.entry(phone).or_default().insert(person);
        }
        match record.feed {
            Feed::Crm => {
                let cells: Vec<&str> = record.bytes.split(',').collect();
                let (Some(email), Some(word), Some(at)) = (cells.get(2), cells.get(10), cells.get(11)) else {
                    continue;
                };
                owners.entry(email.trim().to_lowercase()).or_default().insert(person);
                match *word {
                    "granted" => filed.entry(person).or_default().choose(true, at.parse()?),
                    "refused" | "withdrawn" => filed.entry(person).or_default().choose(false, at.parse()?),
                    _ => {}
                }
            }
            Feed::Web => {
                let Ok(message) = serde_json::from_str::<Value>(&record.bytes) else { continue };
                let answer =
                    message.pointer("/context/consent/categoryPreferences/Newsletter").and_then(Value::as_bool);
                if answer == Some(true) {
                    // The device's clock may be wrong: what counts is how long before its sending a thing was said.
                    let sent = record.sent.unwrap_or(record.received);
                    let said = message["timestamp"].as_str().and_then(|at| at.parse::<Time>().ok()).unwrap_or(sent);
                    let latest = clicked.entry(person).or_default();
                    *latest = (*latest).max(Some(Time(record.received.0 - (sent.0 - said.0))));
                }
            }
            _ => {}
        }
    }
    // Who shares a telephone may have been taken for one person: what one of them says then counts for both.
    let shared: BTreeSet<usize> = phones.into_values().filter(|owners| owners.len() > 1).flatten().collect();
    let file = std::fs::read_to_string(&told.letters)?;
    let mut lines = file.lines();
    let header = lines.next().unwrap_or_default();
    let column = header.split(',').position(|name| name == "email").ok_or("the exported file has no e-mail column")?;
    let (mut checked, mut wrong) = (0, 0);
    for line in lines {
        let email = line.split(',').nth(column).unwrap_or_default().to_lowercase();
        // Only an address that exactly one customer owns can be judged from outside.
        let Some(owner) = owners.get(&email).filter(|owners| owners.len() == 1).and_then(BTreeSet::first) else {
            continue;
        };
        if shared.contains(owner) {
            continue;
        }
        checked += 1;
        // What stands beside the address in the customer file binds; a click may belong to a login that nobody could
        // connect with the address, so it can excuse a letter but not forbid one.
        let filed = filed.get(owner).copied().unwrap_or_default();
        let yes = filed.yes.max(clicked.get(owner).copied().flatten());
        if yes.is_none() || filed.no > yes {
            wrong += 1;
        }
    }
    Ok((checked, wrong))
}

/// The digits of the telephone number in a record, without the international prefix.
fn phone(record: &Record) -> Option<String> {
    let raw = match record.feed {
        Feed::Crm => record.bytes.split(',').nth(3)?.to_owned(),
        Feed::Support => {
            serde_json::from_str::<Value>(&record.bytes).ok()?.pointer("/customer/phone")?.as_str()?.to_owned()
        }
        _ => return None,
    };
    let digits: String = raw.chars().filter(char::is_ascii_digit).collect();
    Some(digits.trim_start_matches("00").to_owned()).filter(|digits| !digits.is_empty())
}
