//! The judge: compares what the platform says with what the generator knows. It shares no code with the platform: it
//! reads the records' bytes and the exported files by itself.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use onefold::model::Time;
use serde_json::Value;

use crate::Run;
use crate::setup::Failure;
use crate::shop::Feed;
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
            must(fired.0 - added.0 == 3_600_000_000, format!("the cart was added at {added} and reported abandoned at {fired}"));
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

/// Letters in the newsletter's file, and how many of them break a row of the customer file: the address stands there
/// with a no (or a blank), and nobody with that customer number or address said yes anywhere.
fn letters(run: &Run, told: &Told) -> Result<(usize, usize), Failure> {
    #[derive(Default)]
    struct Said {
        yes: Option<Time>,
        no: Option<Time>,
    }
    let mut said: BTreeMap<usize, Said> = BTreeMap::new();
    let mut owners: HashMap<String, BTreeSet<usize>> = HashMap::new();
    for record in &run.shop.records {
        let Some(person) = record.truth else { continue };
        let entry = said.entry(person).or_default();
        let mut choice = |yes: bool, at: Time| {
            let slot = if yes { &mut entry.yes } else { &mut entry.no };
            *slot = (*slot).max(Some(at));
        };
        match record.feed {
            Feed::Crm => {
                let cells: Vec<&str> = record.bytes.split(',').collect();
                let (Some(email), Some(word), Some(at)) = (cells.get(2), cells.get(10), cells.get(11)) else { continue };
                owners.entry(email.trim().to_lowercase()).or_default().insert(person);
                match *word {
                    "granted" => choice(true, at.parse()?),
                    "refused" | "withdrawn" => choice(false, at.parse()?),
                    _ => {}
                }
            }
            Feed::Web => {
                let Ok(message) = serde_json::from_str::<Value>(&record.bytes) else { continue };
                let answer = message.pointer("/context/consent/categoryPreferences/Newsletter").and_then(Value::as_bool);
                if let Some(yes) = answer {
                    // The platform corrects the device's clock; the judge takes the time of reception less the wait.
                    let ahead = |name: &str| message[name].as_str().and_then(|at| at.parse::<Time>().ok());
                    let sent = record.sent.unwrap_or(record.received);
                    let at = ahead("timestamp").map_or(record.received, |at| Time(record.received.0 - (sent.0 - at.0)));
                    choice(yes, at);
                }
            }
            _ => {}
        }
    }
    let file = std::fs::read_to_string(&told.letters)?;
    let mut lines = file.lines();
    let column = lines.next().unwrap_or_default().split(',').position(|name| name == "email").ok_or("the exported file has no e-mail column")?;
    let (mut checked, mut wrong) = (0, 0);
    for line in lines {
        let email = line.split(',').nth(column).unwrap_or_default().to_lowercase();
        // Only an address that exactly one customer owns can be judged from outside.
        let Some(owner) = owners.get(&email).filter(|owners| owners.len() == 1).and_then(BTreeSet::first) else { continue };
        checked += 1;
        let said = said.get(owner);
        let (yes, no) = said.map_or((None, None), |said| (said.yes, said.no));
        if yes.is_none() || no > yes {
            wrong += 1;
        }
    }
    Ok((checked, wrong))
}
