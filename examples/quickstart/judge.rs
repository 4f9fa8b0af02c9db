//! The judge: compares what the platform says with what the generator knows.
//!
//! It shares no code with the platform. It reads the records' bytes, the dump and the exported files by itself
//! (`witness.rs`, `dump.rs`), and works everything out in the slow and obvious way. Where persons were taken for one
//! whom even the truth cannot part (a shared telephone), it says nothing rather than guess; but a check that found
//! nothing to check is a fault.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::Run;
use crate::dump::{self, State};
use crate::setup::Failure;
use crate::shop::{Feed, Record};
use crate::story::Told;
use crate::witness::{Heard, hear, instant, split};

/// What the judge found.
pub struct Verdict {
    /// Everything that is not as it must be; an empty list is an acquittal.
    pub faults: Vec<String>,
    /// What was looked at, in words.
    pub checked: String,
}

impl Verdict {
    fn must(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.faults.push(otherwise());
        }
    }

    /// So many were looked at, so many were wrong.
    fn counted(&mut self, (checked, wrong): (usize, usize), what: &str, is_wrong: &str) {
        self.must(checked > 0, || format!("there was nothing to judge: {what}"));
        self.must(wrong == 0, || format!("{wrong} of {checked} {what} {is_wrong}"));
        self.checked.push_str(&format!("{}{checked} {what}", if self.checked.is_empty() { "" } else { ", " }));
    }
}

/// One record, and all that is known of it.
struct Witness<'a> {
    record: &'a Record,
    heard: Option<Heard>,
    event: Option<String>,
}

/// The case.
struct Case<'a> {
    run: &'a Run,
    told: &'a Told,
    state: State,
    all: Vec<Witness<'a>>,
    suppressed: BTreeSet<String>,
}

/// Judges a run by its state's dump.
pub fn judge(run: &Run, told: &Told, state: &[u8]) -> Result<Verdict, Failure> {
    let all = run.shop.records.iter().zip(&run.ids);
    let all = all.map(|(record, id)| Witness { record, heard: hear(record), event: id.map(|id| id.to_string()) });
    let suppressed = run.shop.suppressed.iter().map(|address| address.to_lowercase()).collect();
    let case = Case { run, told, state: dump::read(state)?, all: all.collect(), suppressed };
    let mut verdict = Verdict { faults: Vec::new(), checked: String::new() };

    case.counts(&mut verdict);
    case.clusters(&mut verdict);
    case.cart(&mut verdict);
    verdict.counted(case.strangers(), "devices whose owner refused recognition", "are linked to a person");
    verdict.counted(case.welcome(), "devices that agreed and logged in", "are not linked to a person");
    let (weighed, excluded) = case.win_back();
    verdict.counted(weighed, "persons weighed for win-back", "are in or out against what they did");
    let left = told.json["win_back_excluded"].as_u64().unwrap_or_default();
    verdict.must(excluded > 0 && excluded <= left, || {
        format!("{left} were left out of the win-back for a sales cycle, and {excluded} at least should be")
    });
    verdict.counted(case.letters()?, "letters", "go to addresses whose owner last said no, or never yes");
    case.files(&mut verdict)?;

    let hash: String = Sha256::digest(state).iter().map(|byte| format!("{byte:02x}")).collect();
    verdict.must(told.json["digest"] == hash.as_str(), || format!("the digest is not that of the dump, {hash}"));
    let text = String::from_utf8_lossy(state).to_lowercase();
    let shown = case.suppressed.iter().filter(|address| text.contains(address.as_str())).count();
    verdict.counted((case.suppressed.len(), shown), "suppressed addresses", "stand in the dump");
    Ok(verdict)
}

impl Case<'_> {
    fn is_suppressed(&self, heard: &Heard) -> bool {
        heard.email.as_ref().is_some_and(|email| self.suppressed.contains(email))
    }

    /// What each person said that counts.
    fn by_person(&self) -> BTreeMap<usize, Vec<(&Witness<'_>, &Heard)>> {
        let mut all: BTreeMap<usize, Vec<_>> = BTreeMap::new();
        for witness in &self.all {
            if let (Some(person), Some(heard)) = (witness.record.truth, &witness.heard) {
                all.entry(person).or_default().push((witness, heard));
            }
        }
        all
    }

    /// Every number of the intake, from the records alone: the first of several copies counts, whoever is broken or
    /// contradicts an earlier record of its id is kept aside, whoever names a suppressed address is turned away.
    fn counts(&self, verdict: &mut Verdict) {
        let (mut copies, mut aside, mut away) = (0_u64, 0, 0);
        let mut seen: BTreeSet<(Feed, &str)> = BTreeSet::new();
        let mut named: BTreeSet<(Feed, &str)> = BTreeSet::new();
        let mut lost = 0;
        for Witness { record, heard, event } in &self.all {
            let id = heard.as_ref().and_then(|heard| heard.id.as_deref());
            // Equal rows of a file without ids are as many rows.
            let is_copy = !seen.insert((record.feed, &record.bytes)) && id.is_some();
            match heard {
                _ if is_copy => copies += 1,
                None => aside += 1,
                Some(heard) if self.is_suppressed(heard) => away += 1,
                Some(_) if id.is_some_and(|id| !named.insert((record.feed, id))) => aside += 1,
                Some(_) => lost += usize::from(!event.as_ref().is_some_and(|it| self.state.home.contains_key(it))),
            }
        }
        let tally = self.run.tally;
        let made = self.all.len() as u64 + 1;
        let counted = tally.accepted + tally.duplicate + tally.quarantined + tally.suppressed;
        verdict.must(counted == tally.received, || format!("the counts do not add up: {tally}"));
        verdict.must(tally.received == made, || format!("{made} records were made and {} received", tally.received));
        verdict.must(lost == 0, || format!("{lost} records should have been accepted and are in no profile"));
        verdict.must(self.state.twice == 0, || format!("{} events stand in two profiles", self.state.twice));
        // A store that held something before may have seen any of these.
        if self.run.again {
            return;
        }
        let accepted = made - copies - aside - away;
        let expected = [accepted, copies, aside, away];
        let found = [tally.accepted, tally.duplicate, tally.quarantined, tally.suppressed];
        for ((name, expected), found) in
            ["accepted", "duplicate", "quarantined", "suppressed"].into_iter().zip(expected).zip(found)
        {
            verdict.must(expected == found, || format!("{expected} records should be {name}, and {found} are"));
        }
        let stand = self.state.home.len() as u64;
        verdict.must(stand == accepted, || format!("{accepted} events should stand in profiles, and {stand} do"));
    }

    /// Whose rows were put together, and how well.
    fn clusters(&self, verdict: &mut Verdict) {
        let mut rows: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
        let mut logins: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for witness in &self.all {
            let Some((event, home)) = witness.event.as_ref().and_then(|event| self.state.home.get_key_value(event))
            else {
                continue;
            };
            if let Some(truth) = witness.record.truth {
                rows.insert(event, (home, truth));
            }
            if let Some(login) = witness.heard.as_ref().and_then(|heard| heard.login.as_deref()) {
                logins.entry(home).or_default().insert(login);
            }
        }
        let crowded = logins.values().filter(|logins| logins.len() > 1).count();
        verdict.counted((logins.len(), crowded), "profiles with a login", "have two");
        let (mut both, mut homes, mut truths) = (HashMap::new(), HashMap::new(), HashMap::new());
        for (home, truth) in rows.values() {
            *both.entry((*home, *truth)).or_insert(0_u64) += 1;
            *homes.entry(*home).or_insert(0_u64) += 1;
            *truths.entry(*truth).or_insert(0_u64) += 1;
        }
        let pairs = |counts: Vec<u64>| counts.into_iter().map(|count| count * (count - 1) / 2).sum::<u64>() as f64;
        let right = pairs(both.into_values().collect());
        let claimed = pairs(homes.into_values().collect());
        let (precision, recall) = (right / claimed, right / pairs(truths.into_values().collect()));
        verdict.must(claimed > 0.0, || "no pair of rows was judged".into());
        verdict.must(precision >= 0.99, || format!("of the pairs put together only {precision} belong together"));
        verdict.must(recall >= 0.6, || format!("of the pairs that belong together only {recall} were put"));
        for (name, mine) in [("precision", precision), ("recall", recall)] {
            let said = self.told.json[name].as_f64().unwrap_or_default();
            verdict.must((said - mine).abs() < 1e-9, || format!("the {name} is {mine}, and {said} was told"));
        }
        let merges = self.state.nodes - self.state.profiles;
        for (name, mine) in [("profiles", self.state.profiles), ("merges", merges), ("cuts", self.state.cuts)] {
            let said = &self.told.json[name];
            verdict.must(*said == mine, || format!("the dump has {mine} {name}, and {said} were told"));
        }
        for (name, said) in self.told.json["segments"].as_object().into_iter().flatten() {
            let mine = self.state.segments.get(name).map_or(0, BTreeSet::len);
            verdict.must(*said == mine, || format!("the dump has {mine} members of `{name}`, and {said} were told"));
        }
        verdict.must(self.told.unlink_restored, || "after the unlink the state is not what it was before".into());
    }

    fn cart(&self, verdict: &mut Verdict) {
        let (Some(added), Some(fired)) = (self.told.cart_added, self.told.cart_fired) else {
            return verdict.must(false, || "the abandoned cart was never reported".into());
        };
        verdict.must(fired.0 - added.0 == 3_600_000_000, || {
            format!("the cart was added at {added} and reported abandoned at {fired}")
        });
        verdict.must(!self.told.cart_early, || "the cart was reported abandoned before its hour was over".into());
    }

    /// Devices whose own answer was no, and how many of them are linked although their owner, logged in, did not agree
    /// to recognition anywhere.
    fn strangers(&self) -> (usize, usize) {
        let mut refused: BTreeMap<&str, usize> = BTreeMap::new();
        let mut agreed: BTreeSet<usize> = BTreeSet::new();
        for (person, said) in self.by_person() {
            for (_, heard) in said {
                match (heard.recognition, &heard.login, &heard.device) {
                    (Some(true), Some(_), _) => drop(agreed.insert(person)),
                    (Some(false), None, Some(device)) => drop(refused.insert(device, person)),
                    _ => {}
                }
            }
        }
        refused.retain(|_, owner| !agreed.contains(owner));
        let wrong = refused.keys().filter(|device| self.told.linked_devices.contains(**device)).count();
        (refused.len(), wrong)
    }

    /// Devices that agreed, logged in, and belong to somebody who never said no, and how many of them are not linked.
    fn welcome(&self) -> (usize, usize) {
        let (mut checked, mut wrong) = (0, 0);
        for said in self.by_person().into_values() {
            let (mut agreed, mut in_use) = (BTreeSet::new(), BTreeSet::new());
            if said.iter().any(|(_, heard)| heard.recognition == Some(false)) {
                continue;
            }
            for (_, heard) in said {
                let Some(device) = &heard.device else { continue };
                if heard.recognition == Some(true) {
                    agreed.insert(device);
                }
                if heard.login.is_some() && !self.is_suppressed(heard) {
                    in_use.insert(device);
                }
            }
            for device in agreed.intersection(&in_use) {
                checked += 1;
                wrong += usize::from(!self.told.linked_devices.contains(*device));
            }
        }
        (checked, wrong)
    }

    /// Persons whose records all stand in one profile that is theirs alone: adds up what they spent, looks when they
    /// were last heard of, and whether somebody is selling to them. How many are wrong, and how many must be left out.
    fn win_back(&self) -> ((usize, usize), u64) {
        let mut inhabitants: HashMap<&str, BTreeSet<Option<usize>>> = HashMap::new();
        for witness in &self.all {
            if let Some(home) = witness.event.as_ref().and_then(|event| self.state.home.get(event)) {
                inhabitants.entry(home).or_default().insert(witness.record.truth);
            }
        }
        let now = instant(&self.state.at).unwrap_or_default();
        let is_in = |segment: &str, home: &str| self.state.segments.get(segment).is_some_and(|all| all.contains(home));
        // The last cart belongs to somebody of whom the records do not tell.
        let mine: BTreeSet<&String> = self.all.iter().filter_map(|witness| witness.event.as_ref()).collect();
        let foreign: BTreeSet<&String> =
            self.state.home.iter().filter(|(event, _)| !mine.contains(event)).map(|(_, home)| home).collect();
        let (mut checked, mut wrong, mut excluded) = (0, 0, 0_u64);
        for said in self.by_person().into_values() {
            let mut homes = BTreeSet::new();
            let (mut spent, mut last, mut stage) = (0, i64::MIN, None);
            let mut counted = BTreeSet::new();
            for (witness, heard) in &said {
                let home = witness.event.as_ref().and_then(|event| self.state.home.get(event));
                homes.insert(home);
                if counted.insert(&witness.event) {
                    spent += heard.cents.unwrap_or(0);
                    last = if heard.behaviour { last.max(heard.occurred) } else { last };
                    stage = heard.stage.as_deref().or(stage);
                }
            }
            let home = match homes.into_iter().collect::<Vec<_>>().as_slice() {
                [Some(home)] if inhabitants.get(home.as_str()).is_some_and(|all| all.len() == 1) => *home,
                _ => continue,
            };
            if foreign.contains(home) {
                continue;
            }
            checked += 1;
            let lapsed = spent >= 30_000 && last <= now - 14 * 86_400_000_000;
            let active = matches!(stage, Some("proposal" | "negotiation"));
            excluded += u64::from(lapsed && active);
            let right = is_in("win_back", home) == (lapsed && !active)
                && is_in("lapsed_spenders", home) == lapsed
                && is_in("active_sales_cycle", home) == active;
            wrong += usize::from(!right);
        }
        ((checked, wrong), excluded)
    }

    /// Letters in the newsletter's file, and how many of them break what their owner said: nobody who never said yes,
    /// and nobody whose row in the customer file says no to that address, unless a later click says yes.
    fn letters(&self) -> Result<(usize, usize), Failure> {
        type Latest = BTreeMap<(usize, bool), i64>;
        let (mut filed, mut clicked) = (Latest::new(), Latest::new());
        let mut owners: HashMap<&str, BTreeSet<usize>> = HashMap::new();
        let mut phones: HashMap<&str, BTreeSet<usize>> = HashMap::new();
        for (person, said) in self.by_person() {
            for (witness, heard) in said {
                let in_file = witness.record.feed == Feed::Crm;
                if let Some(phone) = &heard.phone {
                    phones.entry(phone).or_default().insert(person);
                }
                if let Some(email) = heard.email.as_ref().filter(|_| in_file) {
                    owners.entry(email).or_default().insert(person);
                }
                if let Some(yes) = heard.newsletter {
                    let latest = if in_file { &mut filed } else { &mut clicked };
                    let at = latest.entry((person, yes)).or_insert(heard.occurred);
                    *at = heard.occurred.max(*at);
                }
            }
        }
        // Who shares a telephone may have been taken for one person: what one of them says then counts for both.
        let shared: BTreeSet<usize> = phones.into_values().filter(|owners| owners.len() > 1).flatten().collect();
        let (mut checked, mut wrong) = (0, 0);
        for email in self.addresses()? {
            // Only an address that exactly one customer owns can be judged from outside.
            let Some(owner) = owners.get(email.as_str()).filter(|owners| owners.len() == 1).and_then(BTreeSet::first)
            else {
                continue;
            };
            if shared.contains(owner) {
                continue;
            }
            checked += 1;
            // What stands beside the address in the customer file binds; a click may belong to a login that nobody
            // could connect with the address, so it can excuse a letter but not forbid one.
            let yes = filed.get(&(*owner, true)).max(clicked.get(&(*owner, true)));
            wrong += usize::from(yes.is_none() || filed.get(&(*owner, false)) > yes);
        }
        Ok((checked, wrong))
    }

    fn addresses(&self) -> Result<Vec<String>, Failure> {
        let file = std::fs::read_to_string(&self.told.letters)?;
        let mut lines = file.lines().map(split);
        let header = lines.next().unwrap_or_default();
        let column = header.iter().position(|name| name == "email").ok_or("the exported file has no e-mail column")?;
        Ok(lines.filter_map(|cells| cells.get(column).map(|cell| cell.to_lowercase())).collect())
    }

    /// What left holds the fields that were planned and no others, and nobody who must not be there.
    fn files(&self, verdict: &mut Verdict) -> Result<(), Failure> {
        let letters = std::fs::read_to_string(&self.told.letters)?;
        let research = std::fs::read_to_string(&self.told.research)?;
        let planned = |name: &str, plan: &[&str]| plan.contains(&name);
        let mut fields: BTreeSet<String> = split(letters.lines().next().unwrap_or_default()).into_iter().collect();
        fields.retain(|name| !planned(name, &["email", "name", "country"]));
        let customers: BTreeSet<&str> =
            self.all.iter().filter_map(|witness| witness.heard.as_ref()?.customer.as_deref()).collect();
        let (mut rows, mut open) = (letters.lines().count().saturating_sub(1), 0);
        for line in research.lines() {
            let line: Value = serde_json::from_str(line)?;
            rows += 1;
            for (name, value) in line.as_object().into_iter().flatten() {
                if !planned(name, &["customer_no", "country"]) {
                    fields.insert(name.clone());
                }
                open += usize::from(value.as_str().is_some_and(|value| customers.contains(value)));
            }
        }
        verdict.must(fields.is_empty(), || format!("fields left that nobody planned: {fields:?}"));
        verdict.must(open == 0, || format!("{open} customer numbers left in the clear"));
        let told = self.told.json["exported"].as_u64().unwrap_or_default();
        verdict.must(rows as u64 == told, || format!("{rows} rows were written, and {told} were told"));
        let both = format!("{letters}{research}").to_lowercase();
        let shown = self.suppressed.iter().filter(|address| both.contains(address.as_str())).count();
        verdict.must(shown == 0, || format!("{shown} suppressed addresses stand in the exported files"));
        Ok(())
    }
}
